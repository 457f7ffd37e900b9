"""The digest as pages: one for each week that is over, and all weeks by link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from planet.model import Artifact, Section, Week
from planet.model.shares import rest_of
from planet.model.weeks import by_subject
from planet.render.html.builder import PageBuilder
from planet.render.html.frame import Meta
from planet.render.html.stories import at_root
from planet.text import fold


def week_pages(builder: PageBuilder) -> Iterator[Artifact | Section]:
    """`digest/`, and `digest/<year>-W<week>/` for each week. A page depends on its own week and on which weeks are beside it."""
    weeks = builder.edition.weeks
    links = [{"path": week.path, "span": builder.t.days(week.first, week.last)} for week in weeks]
    yield _all_weeks(builder, links)
    years: dict[int, list[int]] = {}
    for position, week in enumerate(weeks):
        years.setdefault(week.first.isocalendar().year, []).append(position)
    for year, positions in years.items():
        of_year = [weeks[position] for position in positions]
        inputs = {
            "weeks": [(week.first, len(week.rows), week.events, week.newcomers) for week in of_year],
            "names": [
                builder.sources[slug].name for week in of_year for slug in week.newcomers if slug in builder.sources
            ],
            "beside": links[max(0, positions[0] - 1) : positions[0]] + links[positions[-1] + 1 : positions[-1] + 2],
        }
        rows = [row for week in of_year for row in week.rows]
        yield builder.section(f"digest/{year}", rows, inputs, partial(_pages, builder, positions, links))


def _pages(builder: PageBuilder, positions: Sequence[int], links: Sequence[Mapping[str, str]]) -> Iterator[Artifact]:
    """The pages of some weeks that follow each other."""
    for position in positions:
        around = {
            "newer": links[position - 1] if position else None,
            "older": links[position + 1] if position + 1 < len(links) else None,
        }
        yield _week_page(builder, builder.edition.weeks[position], links[position]["span"], around)


def _meta(builder: PageBuilder, path: str, heading: str, description: str) -> Meta:
    name = builder.t.gettext("Week by week")
    return Meta(
        path=path,
        title=f"{heading} – {builder.site.title}",
        heading=heading,
        kind="digest",
        description=description,
        feeds=builder.feeds_of("digest/", name, "digest"),
    )


def _week_page(builder: PageBuilder, week: Week, days: str, around: Mapping[str, object]) -> Artifact:
    t = builder.t
    shown, beyond = week.shown(), week.beyond()
    slugs = [technology.slug for technology in builder.edition.technologies]
    parts = by_subject(shown, lambda row: row.technologies, slugs)
    ordered = [row for _slug, rows in parts for row in rows]
    months = dict.fromkeys(f"{t.local(row.date):%Y/%m}" for row in (*week.rows[:1], *week.rows[-1:]))

    def rest(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, str], ...]:
        known = [(slug, count) for slug, count in counts if slug in builder.sources]
        return tuple((t.say(rest_of(builder.sources[slug].name, count)), slug) for slug, count in known)

    context: dict[str, object] = {
        "rows": builder.refs(ordered),
        "parts": tuple((slug, len(rows)) for slug, rows in parts),
        "rest": rest(beyond.items()),
        "rest_of_events": rest(week.more_events),
        "more": len(week.rows) - len(shown) - sum(beyond.values()),
        "archives": tuple(f"archive/{month}/" for month in months),
        "events": week.events,
        "newcomers": tuple(
            (builder.sources[slug].name, slug) for slug in sorted(week.newcomers, key=fold) if slug in builder.sources
        ),
        **around,
        "feed": "digest/atom.xml",
    }
    root = "../" * week.path.count("/")

    def present(values: dict[str, Any]) -> dict[str, Any]:
        articles = {ref.story_id: at_root(row.html, root) for ref, row in builder.articles.rows(values["rows"])}
        refs = iter(values["rows"])
        sections = []
        for slug, count in values["parts"]:
            of_part = [next(refs).story_id for _ in range(count)]
            sections.append((slug, [articles[story_id] for story_id in of_part if story_id in articles]))
        return {**values, "sections": sections}

    heading = t.gettext("The week in short: {days}").format(days=days)
    description = t.gettext("What was published in a week, and what comes after it.")
    return builder.page("digest.html", _meta(builder, week.path, heading, description), context, present)


def _all_weeks(builder: PageBuilder, links: Sequence[Mapping[str, str]]) -> Artifact:
    """Every week by year. It changes when a week is over, and names no counts, so that a story that comes late does not change it."""
    t = builder.t
    years: dict[int, list[tuple[str, str]]] = {}
    for week, link in zip(builder.edition.weeks, links, strict=True):
        year = week.first.isocalendar().year
        years.setdefault(year, []).append((link["path"], t.days(week.first, week.last, with_year=False)))
    description = t.gettext("Each week on one page: what was published, what came next, who was new.")
    meta = _meta(builder, "digest/", t.gettext("Week by week"), description)
    return builder.page("digests.html", meta, {"years": years})
