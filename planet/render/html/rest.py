"""Every other page: technologies, members, health, how to subscribe, how to join and leave, search, and the page for unknown URLs (404)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from planet.model import Artifact, Event, IndexRow
from planet.render import search
from planet.render.html.builder import PageBuilder
from planet.render.html.charts import Plot, months_before, plot
from planet.render.html.events import EventPages
from planet.render.html.feed_summaries import place
from planet.render.html.frame import Meta
from planet.render.html.sentences import as_html
from planet.states import NEED_ACTION, SHAPES, WORDS, summary
from planet.text import fold
from planet.when import runs

MONTHS = 24
LATEST = 5
"""Stories that the page of errors offers."""
MANY = 40
"""From so many members on, the page has letters to jump to."""


def rest(builder: PageBuilder, event_pages: EventPages) -> Iterator[Artifact]:
    """All pages that list no stories."""
    yield technologies(builder, event_pages)
    yield members(builder)
    yield health(builder)
    yield subscribe(builder)
    yield from plain(builder)


def members(builder: PageBuilder) -> Artifact:
    """Who writes here: members and groups, in the order of a telephone book (accents and case do not count)."""
    t = builder.t
    sources = sorted(builder.edition.sources, key=lambda source: (fold(source.name), source.slug))
    shown = [replace(source, months=(), feeds=(), calendars=()) for source in sources]
    people = tuple(source for source in shown if source.kind == "member")
    letters = {fold(source.name)[:1].upper(): source.slug for source in reversed(people) if fold(source.name)}
    description = t.gettext("Who writes here, and the groups that hold the events.")
    return builder.page(
        "members.html",
        _meta(builder, "members", t.gettext("Members"), description),
        {
            "members": people,
            "groups": tuple(source for source in shown if source.kind == "group"),
            "letters": tuple(reversed(letters.items())) if len(people) >= MANY else (),
            "pictures": {
                source.slug: builder.avatar(source.slug) for source in shown if source.slug in builder.avatars
            },
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A technology on the page of technologies: its last 24 months and its next event."""

    slug: str
    name: str
    stories: int
    plot: Plot
    event: Event | None


def technologies(builder: PageBuilder, event_pages: EventPages) -> Artifact:
    """Every technology: how much is written about it, the latest story, the next event, and how to follow it."""
    t = builder.t
    now = t.local(builder.edition.now)
    months = months_before(now.year, now.month, MONTHS)
    lists = {story_list.slug: story_list for story_list in builder.edition.lists if story_list.kind == "technology"}
    latest: dict[str, IndexRow] = {}
    topics = []
    for technology in builder.edition.technologies:
        rows = lists[technology.slug].rows
        event = next(iter(event_pages.next("technology", technology.slug)), None)
        topics.append(
            Topic(
                slug=technology.slug,
                name=technology.name,
                stories=len(rows),
                plot=plot(_by_month(builder, rows), months),
                event=event,
            )
        )
        if rows:
            latest[technology.slug] = rows[0]
    refs = dict(zip(latest, builder.refs(tuple(latest.values())), strict=True))

    def present(values: dict[str, Any]) -> dict[str, Any]:
        rows = {ref.story_id: row for ref, row in builder.articles.rows(tuple(values["latest"].values()))}
        shown = {slug: rows[ref.story_id] for slug, ref in values["latest"].items() if ref.story_id in rows}
        return {**values, "latest": shown}

    description = t.gettext("What {title} writes about.").format(title=builder.site.title)
    meta = _meta(builder, "technologies", t.gettext("Technologies"), description)
    ordered = tuple(sorted(topics, key=lambda topic: (not topic.stories, fold(topic.name))))
    return builder.page("technologies.html", meta, {"topics": ordered, "latest": refs}, present)


def _by_month(builder: PageBuilder, rows: Sequence[IndexRow]) -> dict[str, int]:
    """Month -> how many stories it has: `{"2026-11": 3}`. The rows are in order of their dates."""
    months = runs(rows, lambda row: f"{builder.t.local(row.date):%Y-%m}")
    return {month: stretch.stop - stretch.start for month, stretch in months}


def _meta(builder: PageBuilder, name: str, heading: str, description: str = "", **fields: Any) -> Meta:
    """The page in the folder of that name."""
    title = f"{heading} – {builder.site.title}"
    return Meta(path=f"{name}/", title=title, heading=heading, kind=name, description=description, **fields)


def health(builder: PageBuilder) -> Artifact:
    """The state of every feed in plain words: the only page with times of runs."""
    t = builder.t
    feeds = builder.edition.noted_health()
    now = t.local(builder.edition.now)
    trouble = tuple(feed for feed in feeds if feed.state in NEED_ACTION)
    context = {
        "now": builder.edition.now,
        "trouble": trouble,
        "fine": tuple(
            sorted((feed for feed in feeds if feed.state not in NEED_ACTION), key=lambda feed: fold(feed.source))
        ),
        "summary": summary(t, feeds),
        "shapes": SHAPES,
        "words": {state: t.say(word) for state, word in WORDS.items()},
        "planet_plot": plot(_by_month(builder, builder.edition.index), months_before(now.year, now.month, MONTHS)),
    }
    description = t.gettext("Which feeds answer, which do not, and what would help.")
    meta = _meta(
        builder, "health", t.gettext("Health of the feeds"), description, robots="noindex, follow", volatile=True
    )
    return builder.page(
        "health.html",
        meta,
        context,
        lambda values: {
            **values,
            "since": lambda moment: t.date(moment, "full"),
            "place": lambda feed: place(t, feed.url),
            "sentence": lambda message: as_html(t.say(message)),
        },
    )


def _every_feed(builder: PageBuilder) -> str:
    t = builder.t
    if builder.common.holds_events:
        return t.gettext("Every feed and calendar of {title}.").format(title=builder.site.title)
    return t.gettext("Every feed of {title}.").format(title=builder.site.title)


def subscribe(builder: PageBuilder) -> Artifact:
    """How to follow everything, one technology, or what one ticks."""
    t = builder.t
    shown = builder.common.technologies
    return builder.page(
        "subscribe.html",
        _meta(
            builder,
            "subscribe",
            t.gettext("Subscribe"),
            _every_feed(builder),
        ),
        {
            "feed_technologies": tuple(technology for technology in shown if technology.shown) or shown,
            "writers": tuple(
                (source.slug, source.name)
                for source in sorted(builder.edition.sources, key=lambda source: fold(source.name))
                if source.stories
            ),
        },
    )


def plain(builder: PageBuilder) -> Iterator[Artifact]:
    """How to join and leave, search, and the page for addresses that do not exist, with the latest stories."""
    t = builder.t
    description = t.gettext("How to be read here, and how not to be any more.")
    planning = {"rooms": builder.edition.rooms, "free_weeks": builder.edition.free_weeks}
    yield builder.page("join.html", _meta(builder, "join", t.gettext("Add or remove my blog"), description), planning)
    meta = _meta(builder, "search", t.gettext("Search"), robots="noindex, follow")
    segments = tuple(segment.name for segment in search.segments(builder.edition))
    yield builder.page("search.html", meta, {"segments": segments, "search_script": search.script_path()})
    heading = t.gettext("This page is not here")
    meta = Meta(
        path="",
        file="404.html",
        title=f"{heading} – {builder.site.title}",
        heading=heading,
        kind="404",
        robots="noindex",
    )
    refs = builder.refs(builder.edition.index[:LATEST])
    yield builder.page(
        "404.html",
        meta,
        {"latest": refs},
        lambda values: {**values, "latest": builder.articles.rows(values["latest"])},
    )
