"""The pages of months, where the whole texts of stories stand, with the reasons of each story; the archive of all months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from planet.model import Artifact, Page, Section, StoryList
from planet.render.html.builder import PageBuilder
from planet.render.html.frame import Meta
from planet.render.html.lists import months_of, span
from planet.render.html.why import why_page


def month_pages(builder: PageBuilder, months: Sequence[StoryList]) -> Iterator[Section]:
    """The pages of every month, newest first, with the whole text of each story; and the pages of their reasons."""
    for position, month in enumerate(months):
        newer = months[position - 1] if position else None
        older = months[position + 1] if position + 1 < len(months) else None
        beside = tuple(other.path for other in (newer, older) if other)
        files = partial(_month, builder, month, (newer, older))
        yield builder.section(month.path, month.rows, {"beside": beside, "over": month.over}, files)


def _month(
    builder: PageBuilder, month: StoryList, around: tuple[StoryList | None, StoryList | None]
) -> Iterator[Artifact]:
    parts = month.parts()
    for part in parts:
        yield _month_page(builder, month, part, parts, around)
    for part in parts:
        yield why_page(builder, part.path, part.rows)


def first_day(month: StoryList) -> date:
    """The first day of a month's list."""
    return datetime.strptime(month.slug, "%Y-%m").date()  # noqa: DTZ007 - a month, not a moment


def _month_page(
    builder: PageBuilder,
    month: StoryList,
    part: Page,
    parts: Sequence[Page],
    around: tuple[StoryList | None, StoryList | None],
) -> Artifact:
    t = builder.t
    newer, older = around

    def neighbour(page: Page | None, other: StoryList | None) -> dict[str, str] | None:
        if page is not None:
            return {"path": page.path, "span": span(builder, page.rows)}
        return {"path": other.path, "span": t.month(first_day(other))} if other else None

    name = t.month(first_day(month))
    heading = name if len(parts) == 1 else span(builder, part.rows)
    meta = Meta(
        path=part.path,
        title=f"{heading} – {builder.site.title}",
        heading=heading,
        kind="month",
        description=t.gettext("What was published in {month}.").format(month=name),
        feeds=builder.feeds_of(month.path, name, "month") if month.over else (),
        subject=name,
    )
    context = {
        "rows": builder.refs(part.rows),
        "newer": neighbour(parts[part.number] if part.newer else None, newer),
        "older": neighbour(parts[part.number - 2] if part.older else None, older),
        "feed": f"{month.path}atom.xml" if month.over else "",
    }
    root = "../" * part.path.count("/")

    def present(values: dict[str, Any]) -> dict[str, Any]:
        pairs = builder.articles.whole(values["rows"], room=10**9)
        return {**values, "months": months_of(builder, pairs, root, fold=False)}

    return builder.page("month.html", meta, context, present)


def archive_page(builder: PageBuilder, months: Sequence[StoryList]) -> Artifact:
    """Every month by year, with how much was published: a table of years and months."""
    t = builder.t
    names = tuple(
        (t.date(date(2001, month, 1), "LLLLL"), t.date(date(2001, month, 1), "LLLL")) for month in range(1, 13)
    )
    years: dict[int, list[tuple[str, str, int, int] | None]] = {}
    ordered = sorted(len(month.rows) for month in months)
    for month in months:
        day = first_day(month)
        count = len(month.rows)
        # Five steps by rank: one busy month must not make all others look empty.
        step = 1 + 4 * sum(1 for other in ordered if other < count) // max(1, len(ordered) - 1)
        years.setdefault(day.year, [None] * 12)[day.month - 1] = (month.path, t.month(day), count, min(step, 5))
    meta = Meta(
        path="archive/",
        title=f"{t.gettext('Archive')} – {builder.site.title}",
        heading=t.gettext("Archive"),
        kind="archive",
        description=t.gettext("All that was published, month by month."),
    )
    return builder.page("archive.html", meta, {"years": years, "names": names})
