"""Pages that list stories: home, technologies, members and groups, months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from planet.model import Artifact, Event, IndexRow, Page, Story, StoryList
from planet.render.html.builder import Meta, PageBuilder, StoryRef, story_data
from planet.render.html.events import EventPages

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
    builder: PageBuilder, meta: Meta, stories: Sequence[Story], events: Sequence[Event], event_pages: EventPages
) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": meta.heading,
        "url": builder.site.url + meta.path,
        "inLanguage": builder.site.language,
        "hasPart": [*(story_data(story) for story in stories), *(event_pages.data(event) for event in events)],
    }


def list_pages(builder: PageBuilder, event_pages: EventPages, story_list: StoryList) -> Iterator[Artifact]:
    """The index of a list, and its numbered pages. Only an index shows what changes often: events and counts."""
    pages = {page.number: page for page in story_list.pages(builder.site.page_entries)}
    for page in pages.values():
        yield _list_page(builder, event_pages, story_list, page, pages)


def _list_page(
    builder: PageBuilder, event_pages: EventPages, story_list: StoryList, page: Page, pages: Mapping[int, Page]
) -> Artifact:
    t, index = builder.t, page.number == 1
    context: dict[str, object] = {
        **builder.stories_of(page.rows),
        "number": page.number,
        "newer": _neighbour(builder, page.newer, pages),
        "older": _neighbour(builder, page.older, pages, page.following),
        "following": StoryRef(story_id=page.following.story_id, rev=page.following.rev) if page.following else None,
        "span": _span(builder, page.rows),
        "current": story_list.slug if story_list.kind == "technology" else "",
        "dated": story_list.kind == "source",
        "count": len(story_list.rows) if index and story_list.kind != "all" else 0,
        "next_events": event_pages.next(story_list.kind, story_list.slug) if index else (),
        **_about(builder, story_list, index=index),
    }
    name = story_list.name if story_list.kind != "all" else builder.site.title
    heading = name if index else t.gettext("{name}, page {number}").format(name=name, number=page.number)
    meta = Meta(
        path=page.path,
        title=heading if story_list.kind == "all" else f"{heading} – {builder.site.title}",
        heading=heading,
        description=_description(builder, story_list),
        kind=story_list.kind if index else "page",
        feeds=builder.feeds_of(story_list.path, story_list.name, story_list.kind),
        robots="index, follow" if index else "noindex, follow",
        technology=story_list.slug if story_list.kind == "technology" else "",
    )

    def present(context: dict[str, Any]) -> dict[str, Any]:
        following = [context["following"]] if context["following"] else []
        stories = builder.load([*context["rows"], *following])
        if following:
            context["older"] = {**context["older"], "path": f"{context['older']['path']}#{stories.pop().anchor}"}
        data = _data(builder, meta, stories, context["next_events"], event_pages) if index else None
        by_source = story_list.kind == "source"
        return {**context, "days": days(builder, stories, by_month=by_source, fold=not by_source), "data": data}

    return builder.page("source.html" if story_list.kind == "source" else "list.html", meta, context, present)


def _about(builder: PageBuilder, story_list: StoryList, *, index: bool) -> dict[str, object]:
    """What the index of a list shows beside its stories."""
    if story_list.kind == "source":
        source = builder.sources[story_list.slug]
        # The counts of a source change with each of its stories; its older pages do not show them.
        who = source if index else replace(source, stories=0, latest=None, months=())
        return {"who": who, "picture": builder.avatar(source.slug)}
    if story_list.kind == "all" and index:
        counts = {one.slug: one.stories for one in builder.edition.technologies if one.stories}
        return {"counts": counts, "updated": builder.edition.updated}
    return {"counts": {}}


def _description(builder: PageBuilder, story_list: StoryList) -> str:
    title, t = builder.site.title, builder.t
    match story_list.kind:
        case "technology":
            text = t.gettext("What {title} publishes and announces about {name}.")
        case "source":
            text = t.gettext("What {name} publishes, on {title}.")
        case _:
            return builder.site.description
    return text.format(title=title, name=story_list.name)


def _neighbour(
    builder: PageBuilder, number: int | None, pages: Mapping[int, Page], following: IndexRow | None = None
) -> dict[str, str] | None:
    """A link to another page of the list, with the days it tells of (those of the index change too often to be named)."""
    if number is None:
        return None
    page = pages[number]
    if following is not None:
        return {
            "path": page.path,
            "span": builder.t.gettext("from {date} on").format(date=builder.t.date(following.date)),
        }
    return {"path": page.path, "span": "" if number == 1 else _span(builder, page.rows)}


def month_pages(builder: PageBuilder, months: Sequence[StoryList]) -> Iterator[Artifact]:
    """A page for each month that is over, newest first: what was published, in short."""
    for position, month in enumerate(months):
        newer = months[position - 1] if position else None
        older = months[position + 1] if position + 1 < len(months) else None
        yield _month_page(builder, month, newer, older)


def first_day(month: StoryList) -> date:
    """The first day of a month's list."""
    return datetime.strptime(month.slug, "%Y-%m").date()  # noqa: DTZ007 - a month, not a moment


def _month_page(builder: PageBuilder, month: StoryList, newer: StoryList | None, older: StoryList | None) -> Artifact:
    def neighbour(other: StoryList | None) -> dict[str, str] | None:
        return {"path": other.path, "span": builder.t.month(first_day(other))} if other else None

    name = builder.t.month(first_day(month))
    meta = Meta(
        path=month.path,
        title=f"{name} – {builder.site.title}",
        heading=name,
        kind="month",
        description=builder.t.gettext("What was published in {month}.").format(month=name),
        feeds=builder.feeds_of(month.path, name, "month"),
    )
    context = {**builder.stories_of(month.rows), "newer": neighbour(newer), "older": neighbour(older)}
    return builder.page(
        "month.html",
        meta,
        context,
        lambda values: {**values, "days": days(builder, builder.load(values["rows"]), fold=False)},
    )


def archive_page(builder: PageBuilder, months: Sequence[StoryList]) -> Artifact:
    """Every month that is over, by year, with how much was published."""
    t = builder.t
    years: dict[int, list[tuple[str, str, int]]] = {}
    for month in months:
        day = first_day(month)
        years.setdefault(day.year, []).append((month.path, t.date(day, "LLLL"), len(month.rows)))
    meta = Meta(
        path="archive/",
        title=f"{t.gettext('Archive')} – {builder.site.title}",
        heading=t.gettext("Archive"),
        kind="archive",
        description=t.gettext("All that was published, month by month."),
    )
    most = max((len(month.rows) for month in months), default=1)
    return builder.page("archive.html", meta, {"years": years, "most": most})
