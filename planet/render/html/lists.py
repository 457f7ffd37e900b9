"""Pages that list stories: home, technologies, members and groups, months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from planet.model import Artifact, Event, IndexRow, Page, Story, StoryList
from planet.render.html.builder import PageBuilder, story_data
from planet.render.html.events import Agenda

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


def _inputs(builder: PageBuilder, rows: Sequence[IndexRow]) -> list[str]:
    return builder.row_inputs([(one.story_id, one.sources[0] if one.sources else "", one.rev) for one in rows])


def days(builder: PageBuilder, stories: Sequence[Story], *, by_month: bool = False, fold: bool = True) -> list[Day]:
    """Stories below the days (or months) of the planet's time zone; a source that publishes much on one day is folded after its first."""
    found: dict[date, list[Story]] = {}
    for story in stories:
        day = builder.t.day_of(story.published)
        found.setdefault(day.replace(day=1) if by_month else day, []).append(story)
    return [
        Day(
            heading=builder.t.month(day) if by_month else builder.t.day(day),
            day=day,
            runs=_runs(of_day) if fold else tuple(Run(stories=(story,)) for story in of_day),
        )
        for day, of_day in found.items()
    ]


def _runs(stories: Sequence[Story]) -> tuple[Run, ...]:
    by_source: dict[str, list[Story]] = {}
    for story in stories:
        by_source.setdefault(story.source.slug, []).append(story)
    runs = []
    seen: set[str] = set()
    for story in stories:
        slug = story.source.slug
        if len(by_source[slug]) <= BURST:
            runs.append(Run(stories=(story,)))
        elif slug not in seen:
            seen.add(slug)
            runs.append(Run(stories=(story,)))
            runs.append(Run(stories=tuple(by_source[slug][1:]), source=story.source.name))
    return tuple(runs)


def _span(builder: PageBuilder, rows: Sequence[IndexRow]) -> str:
    """The days that a page tells of: « 3 novembre – 12 novembre 2026 »."""
    if not rows:
        return ""
    newest, oldest = builder.t.day_of(rows[0].date), builder.t.day_of(rows[-1].date)
    if newest == oldest:
        return builder.t.date(newest)
    return builder.t.gettext("{first} to {last}").format(first=builder.t.date(oldest), last=builder.t.date(newest))


def _data(
    builder: PageBuilder, path: str, name: str, stories: Sequence[Story], events: Sequence[Event], agenda: Agenda
) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": name,
        "url": builder.site.url + path,
        "inLanguage": builder.site.language,
        "hasPart": [*(story_data(story) for story in stories), *(agenda.data(event) for event in events)],
    }


def list_pages(builder: PageBuilder, agenda: Agenda, story_list: StoryList) -> Iterator[Artifact]:
    """The index of a list, and its numbered pages. Only an index shows what changes often: evenings and counts."""
    pages = {page.number: page for page in story_list.pages(builder.site.page_entries)}
    for page in pages.values():
        yield _list_page(builder, agenda, story_list, page, pages)


def _list_page(
    builder: PageBuilder, agenda: Agenda, story_list: StoryList, page: Page, pages: Mapping[int, Page]
) -> Artifact:
    t = builder.t
    index = page.number == 1
    upcoming = agenda.next(story_list.kind, story_list.slug) if index else ()
    neighbours = [pages[number] for number in (page.newer, page.older) if number is not None and number != 1]
    inputs = [
        *_inputs(builder, page.rows),
        f"pages {page.newer} {page.older} {len(pages) if index else ''}",
        # Not its row: that depends on the order of arrival.
        *(f"following {one.rev}" for one in story_list.rows if index and one.story_id == page.older_anchor),
        *(f"{one.rows[0].date} {one.rows[-1].date}" for one in neighbours if not index),
        *(f"event {event.rev} {builder.event_path(event)}" for event in upcoming),
    ]
    if index and story_list.kind == "all":
        inputs += [f"count {one.slug} {one.stories}" for one in builder.listed]
        inputs.append(f"updated {builder.edition.updated}")
    if index and story_list.kind in {"technology", "source"}:
        inputs.append(f"count {len(story_list.rows)}")
    source = builder.sources.get(story_list.slug) if story_list.kind == "source" else None
    if source is not None and index:
        inputs += [
            f"avatar {source.slug in builder.avatars}",
            repr(source.months),
            repr(source.feeds),
            repr(source.calendars),
        ]

    def context() -> dict[str, Any]:
        rows = [row.story_id for row in page.rows]
        extra = [page.older_anchor] if page.older_anchor is not None else []
        stories = builder.edition.load([*rows, *extra])
        following = stories[len(rows)] if extra else None
        stories = stories[: len(rows)]
        return {
            "story_list": story_list,
            "number": page.number,
            "days": days(builder, stories, by_month=story_list.kind == "source", fold=story_list.kind != "source"),
            "dated": story_list.kind == "source",
            "newer": _neighbour(builder, page.newer, pages),
            "older": _neighbour(builder, page.older, pages, following),
            "span": _span(builder, page.rows),
            "evenings": upcoming,
            "source": source,
            "current": story_list.slug if story_list.kind == "technology" else "",
            "data": _data(builder, page.path, story_list.name, stories, upcoming, agenda) if index else None,
        }

    name = story_list.name if story_list.kind != "all" else builder.site.title
    heading = name if index else t.gettext("{name}, page {number}").format(name=name, number=page.number)
    if story_list.kind == "technology":
        description = t.gettext("What {title} publishes and announces about {name}.").format(
            title=builder.site.title, name=name
        )
    elif story_list.kind == "source":
        description = t.gettext("What {name} publishes, on {title}.").format(title=builder.site.title, name=name)
    else:
        description = builder.site.description
    return builder.page(
        page.path,
        "source.html" if story_list.kind == "source" else "list.html",
        inputs,
        context,
        title=heading if story_list.kind == "all" else f"{heading} – {builder.site.title}",
        heading=heading,
        description=description,
        kind=story_list.kind if index else "page",
        feeds=builder.feeds_of(story_list.path, story_list.name, story_list.kind),
        robots="index, follow" if index else "noindex, follow",
        technology=story_list.slug if story_list.kind == "technology" else "",
    )


def _neighbour(
    builder: PageBuilder, number: int | None, pages: Mapping[int, Page], following: Story | None = None
) -> dict[str, str] | None:
    """A link to another page of the list, with the days it tells of (those of the index change too often to be named)."""
    if number is None:
        return None
    page = pages[number]
    if following is not None:
        return {
            "path": f"{page.path}#{following.anchor}",
            "span": builder.t.gettext("from {date} on").format(date=builder.t.date(following.published)),
        }
    return {"path": page.path, "span": "" if number == 1 else _span(builder, page.rows)}


def month_pages(builder: PageBuilder, months: Sequence[StoryList]) -> Iterator[Artifact]:
    """A page for each month that is over, newest first: what was published, in short."""
    for position, story_list in enumerate(months):
        newer = months[position - 1] if position else None
        older = months[position + 1] if position + 1 < len(months) else None
        yield _month_page(builder, story_list, newer, older)


def first_day(story_list: StoryList) -> date:
    """Of a month's story_list."""
    return datetime.strptime(story_list.slug, "%Y-%m").date()  # noqa: DTZ007 - a month, not a moment


def _month_page(
    builder: PageBuilder, story_list: StoryList, newer: StoryList | None, older: StoryList | None
) -> Artifact:
    name = builder.t.month(first_day(story_list))

    def context() -> dict[str, Any]:
        stories = builder.edition.load([row.story_id for row in story_list.rows])
        return {
            "days": days(builder, stories, fold=False),
            "newer": {"path": newer.path, "span": builder.t.month(first_day(newer))} if newer else None,
            "older": {"path": older.path, "span": builder.t.month(first_day(older))} if older else None,
        }

    inputs = [*_inputs(builder, story_list.rows), newer.path if newer else "", older.path if older else ""]
    return builder.page(
        story_list.path,
        "month.html",
        inputs,
        context,
        title=f"{name} – {builder.site.title}",
        heading=name,
        description=builder.t.gettext("What was published in {month}.").format(month=name),
        feeds=builder.feeds_of(story_list.path, name, "month"),
    )


def archive_page(builder: PageBuilder, months: Sequence[StoryList]) -> Artifact:
    """Every month that is over, by year, with how much was published."""
    years: dict[int, list[tuple[StoryList, str, int]]] = {}
    for story_list in months:
        day = first_day(story_list)
        years.setdefault(day.year, []).append((story_list, builder.t.date(day, "LLLL"), len(story_list.rows)))
    return builder.page(
        "archive/",
        "archive.html",
        [f"{story_list.path} {len(story_list.rows)}" for story_list in months],
        lambda: {"years": years, "most": max((len(story_list.rows) for story_list in months), default=1)},
        title=f"{builder.t.gettext('Archive')} – {builder.site.title}",
        heading=builder.t.gettext("Archive"),
        description=builder.t.gettext("All that was published, month by month."),
    )
