"""The pages of technologies and groups: their groups, authors and past events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from planet.model import Event, Source, StoryList
from planet.render.html.builder import PageBuilder
from planet.render.html.events import EventPages
from planet.text import fold
from planet.urls import host

WRITERS = 8
ICONS = {
    "forge": ("github.com", "gitlab.com", "codeberg.org", "sr.ht", "bitbucket.org", "git", "gitlab", "forge"),
    "matrix": ("matrix.to", "matrix.org", "element.io"),
    "linkedin": ("linkedin.com",),
    "chat": ("slack.com", "discord.gg", "discord.com", "zulipchat.com", "t.me", "mattermost"),
    "film": ("youtube.com", "youtu.be", "vimeo.com", "twitch.tv", "peertube"),
}
"""Icon -> hosts, whole or the first or last names of one."""
PAST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of a technology. `next`: its next event; `call`: how to propose a talk, a URL or a sentence."""

    name: str
    slug: str
    call: str
    next: Event | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes about a technology, and how often."""

    name: str
    slug: str
    stories: int


def home(builder: PageBuilder, event_pages: EventPages, story_list: StoryList) -> dict[str, object]:
    """What the page of a technology or of a group shows beside its stories; no more than past events, of which there are none, for other lists."""
    if story_list.kind == "technology":
        return _technology_home(builder, event_pages, story_list)
    sources = {source.slug: source for source in builder.edition.config.sources}
    source = sources.get(story_list.slug) if story_list.kind == "source" else None
    if source is None:
        return {"past_events": ()}
    is_group = source.kind == "group"
    contact = source.contact.address if source.contact and not source.contact.private else ""
    return {
        "past_events": _past(event_pages, story_list) if is_group else (),
        "calendar": f"{story_list.path}calendar.ics" if is_group else "",
        "call": source.call,
        "links": tuple((link.name or link.url, link.url, icon(link.url)) for link in source.links),
        "contact": contact,
        "retired": source.retired,
        "homes": source.technologies,
        "spoken": () if is_group else _talks(event_pages, story_list),
    }


def _technology_home(builder: PageBuilder, event_pages: EventPages, story_list: StoryList) -> dict[str, object]:
    """Its groups, who writes about it most, its past events and its calendar."""
    sources = {source.slug: source for source in builder.edition.config.sources}
    groups = tuple(
        _group(event_pages, source)
        for source in sources.values()
        if source.kind == "group" and story_list.slug in source.technologies and not source.retired
    )
    counts = Counter(row.sources[0] for row in story_list.rows if row.sources)
    writers = tuple(
        Writer(name=sources[slug].name, slug=slug, stories=count)
        for slug, count in counts.most_common(WRITERS)
        if slug in sources
    )
    past = _past(event_pages, story_list)
    return {"groups": groups, "writers": writers, "past_events": past, "calendar": f"{story_list.path}calendar.ics"}


def _past(event_pages: EventPages, story_list: StoryList) -> tuple[Event, ...]:
    """Its last events that are over."""
    return tuple(islice((event for event in event_pages.past if _is_of(event, story_list)), PAST))


def icon(url: str) -> str:
    """The icon of a link, as themes draw them: "forge", "matrix", "linkedin", "chat", "fediverse" (a page `/@name`), "film", else "site"."""
    site, path = host(url), urlsplit(url).path
    for name, hosts in ICONS.items():
        if any(site == part or site.endswith(f".{part}") or site.startswith(f"{part}.") for part in hosts):
            return name
    return "fediverse" if path.startswith("/@") else "site"


def _is_of(event: Event, story_list: StoryList) -> bool:
    if story_list.kind == "technology":
        return story_list.slug in event.technologies
    return story_list.kind == "source" and story_list.slug in event.groups


def _group(event_pages: EventPages, source: Source) -> Group:
    coming = event_pages.next("source", source.slug)
    return Group(name=source.name, slug=source.slug, call=source.call, next=coming[0] if coming else None)


def _talks(event_pages: EventPages, story_list: StoryList) -> tuple[Event, ...]:
    """The events at which this member spoke: those with a talk among the member's stories, or by that name, the latest first."""
    all_events = (*reversed(event_pages.upcoming), *event_pages.past)
    if not all_events:
        return ()
    story_ids, name = {row.story_id for row in story_list.rows}, fold(story_list.name)
    events = (
        event
        for event in all_events
        if not story_ids.isdisjoint(event.talks)
        or any(fold(speaker) == name for join in event.joins for speaker in join.speakers)
    )
    return tuple(islice(events, PAST))
