"""Pages that list stories: home, technologies, members and groups, months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from planet.model import Artifact, Channel, Event, Headline, Page, Story
from planet.render.html.events import Agenda
from planet.render.html.press import Press, story_data

BURST = 3
"""As many stories of one source on one day are shown one by one; what is more is folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Stories that stand together: one story, or those of one source that are folded on a busy day."""

    stories: tuple[Story, ...]
    source: str = ""
    """Name of the source whose stories are folded, "" when they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The stories below one heading."""

    heading: str
    day: date
    runs: tuple[Run, ...]


def _inputs(press: Press, headlines: Sequence[Headline]) -> list[str]:
    return press.headline_inputs([(one.row, one.sources[0] if one.sources else "", one.rev) for one in headlines])


def days(press: Press, stories: Sequence[Story], *, by_month: bool = False, fold: bool = True) -> list[Day]:
    """Stories below the days (or months) of the planet's time zone; a source that publishes much on one day is folded after its first."""
    found: dict[date, list[Story]] = {}
    for story in stories:
        day = press.t.day_of(story.published)
        found.setdefault(day.replace(day=1) if by_month else day, []).append(story)
    return [
        Day(
            heading=press.t.month(day) if by_month else press.t.day(day),
            day=day,
            runs=_runs(of_day) if fold else tuple(Run(stories=(story,)) for story in of_day),
        )
        for day, of_day in found.items()
    ]


def _runs(stories: Sequence[Story]) -> tuple[Run, ...]:
    by_source: dict[str, list[Story]] = {}
    for story in stories:
        by_source.setdefault(story.source.source_slug, []).append(story)
    runs = []
    seen: set[str] = set()
    for story in stories:
        slug = story.source.source_slug
        if len(by_source[slug]) <= BURST:
            runs.append(Run(stories=(story,)))
        elif slug not in seen:
            seen.add(slug)
            runs.append(Run(stories=(story,)))
            runs.append(Run(stories=tuple(by_source[slug][1:]), source=story.source.source))
    return tuple(runs)


def _span(press: Press, headlines: Sequence[Headline]) -> str:
    """The days that a page tells of: « 3 novembre – 12 novembre 2026 »."""
    if not headlines:
        return ""
    newest, oldest = press.t.day_of(headlines[0].date), press.t.day_of(headlines[-1].date)
    if newest == oldest:
        return press.t.date(newest)
    return press.t.gettext("{first} to {last}").format(first=press.t.date(oldest), last=press.t.date(newest))


def _data(
    press: Press, path: str, name: str, stories: Sequence[Story], events: Sequence[Event], agenda: Agenda
) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": name,
        "url": press.site.url + path,
        "inLanguage": press.site.language,
        "hasPart": [*(story_data(story) for story in stories), *(agenda.data(event) for event in events)],
    }


def channel_pages(press: Press, agenda: Agenda, channel: Channel) -> Iterator[Artifact]:
    """The index of a list, and its numbered pages. Only an index shows what changes often: evenings and counts."""
    pages = {page.number: page for page in channel.pages(press.site.page_entries)}
    for page in pages.values():
        yield _channel_page(press, agenda, channel, page, pages)


def _channel_page(press: Press, agenda: Agenda, channel: Channel, page: Page, pages: Mapping[int, Page]) -> Artifact:
    t = press.t
    index = page.number == 1
    upcoming = agenda.next(channel.kind, channel.slug) if index else ()
    neighbours = [pages[number] for number in (page.newer, page.older) if number is not None and number != 1]
    inputs = [
        *_inputs(press, page.headlines),
        f"pages {page.newer} {page.older} {len(pages) if index else ''}",
        # Not its row: that depends on the order of arrival.
        *(f"following {one.rev}" for one in channel.headlines if index and one.row == page.older_anchor),
        *(f"{one.headlines[0].date} {one.headlines[-1].date}" for one in neighbours if not index),
        *(f"event {event.rev} {press.event_path(event)}" for event in upcoming),
    ]
    if index and channel.kind == "all":
        inputs += [f"count {one.slug} {one.stories}" for one in press.listed]
        inputs.append(f"updated {press.edition.updated}")
    if index and channel.kind in {"technology", "source"}:
        inputs.append(f"count {len(channel.headlines)}")
    source = press.sources.get(channel.slug) if channel.kind == "source" else None
    if source is not None and index:
        inputs += [
            f"avatar {source.slug in press.avatars}",
            repr(source.months),
            repr(source.feeds),
            repr(source.calendars),
        ]

    def context() -> dict[str, Any]:
        rows = [headline.row for headline in page.headlines]
        extra = [page.older_anchor] if page.older_anchor is not None else []
        stories = press.edition.load([*rows, *extra])
        following = stories[len(rows)] if extra else None
        stories = stories[: len(rows)]
        return {
            "channel": channel,
            "number": page.number,
            "days": days(press, stories, by_month=channel.kind == "source", fold=channel.kind != "source"),
            "dated": channel.kind == "source",
            "newer": _neighbour(press, page.newer, pages),
            "older": _neighbour(press, page.older, pages, following),
            "span": _span(press, page.headlines),
            "evenings": upcoming,
            "source": source,
            "current": channel.slug if channel.kind == "technology" else "",
            "data": _data(press, page.path, channel.name, stories, upcoming, agenda) if index else None,
        }

    name = channel.name if channel.kind != "all" else press.site.title
    heading = name if index else t.gettext("{name}, page {number}").format(name=name, number=page.number)
    if channel.kind == "technology":
        description = t.gettext("What {title} publishes and announces about {name}.").format(
            title=press.site.title, name=name
        )
    elif channel.kind == "source":
        description = t.gettext("What {name} publishes, on {title}.").format(title=press.site.title, name=name)
    else:
        description = press.site.description
    return press.page(
        page.path,
        "source.html" if channel.kind == "source" else "list.html",
        inputs,
        context,
        title=heading if channel.kind == "all" else f"{heading} – {press.site.title}",
        heading=heading,
        description=description,
        kind=channel.kind if index else "page",
        feeds=press.feeds_of(channel.path, channel.name, channel.kind),
        robots="index, follow" if index else "noindex, follow",
        technology=channel.slug if channel.kind == "technology" else "",
    )


def _neighbour(
    press: Press, number: int | None, pages: Mapping[int, Page], following: Story | None = None
) -> dict[str, str] | None:
    """A link to another page of the list, with the days it tells of (those of the index change too often to be named)."""
    if number is None:
        return None
    page = pages[number]
    if following is not None:
        return {
            "path": f"{page.path}#{following.anchor}",
            "span": press.t.gettext("from {date} on").format(date=press.t.date(following.published)),
        }
    return {"path": page.path, "span": "" if number == 1 else _span(press, page.headlines)}


def month_pages(press: Press, months: Sequence[Channel]) -> Iterator[Artifact]:
    """A page for each month that is over, newest first: what was published, in short."""
    for position, channel in enumerate(months):
        newer = months[position - 1] if position else None
        older = months[position + 1] if position + 1 < len(months) else None
        yield _month_page(press, channel, newer, older)


def first_day(channel: Channel) -> date:
    """Of a month's channel."""
    return datetime.strptime(channel.slug, "%Y-%m").date()  # noqa: DTZ007 - a month, not a moment


def _month_page(press: Press, channel: Channel, newer: Channel | None, older: Channel | None) -> Artifact:
    name = press.t.month(first_day(channel))

    def context() -> dict[str, Any]:
        stories = press.edition.load([headline.row for headline in channel.headlines])
        return {
            "days": days(press, stories, fold=False),
            "newer": {"path": newer.path, "span": press.t.month(first_day(newer))} if newer else None,
            "older": {"path": older.path, "span": press.t.month(first_day(older))} if older else None,
        }

    inputs = [*_inputs(press, channel.headlines), newer.path if newer else "", older.path if older else ""]
    return press.page(
        channel.path,
        "month.html",
        inputs,
        context,
        title=f"{name} – {press.site.title}",
        heading=name,
        description=press.t.gettext("What was published in {month}.").format(month=name),
        feeds=press.feeds_of(channel.path, name, "month"),
    )


def archive_page(press: Press, months: Sequence[Channel]) -> Artifact:
    """Every month that is over, by year, with how much was published."""
    years: dict[int, list[tuple[Channel, str, int]]] = {}
    for channel in months:
        day = first_day(channel)
        years.setdefault(day.year, []).append((channel, press.t.date(day, "LLLL"), len(channel.headlines)))
    return press.page(
        "archive/",
        "archive.html",
        [f"{channel.path} {len(channel.headlines)}" for channel in months],
        lambda: {"years": years, "most": max((len(channel.headlines) for channel in months), default=1)},
        title=f"{press.t.gettext('Archive')} – {press.site.title}",
        heading=press.t.gettext("Archive"),
        description=press.t.gettext("All that was published, month by month."),
    )
