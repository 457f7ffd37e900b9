"""Pages that list stories: home, technologies, members and groups. The pages of months: `months`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from markupsafe import Markup

from planet.model import Artifact, IndexRow, Page, Section, StoryList
from planet.render.html.builder import PageBuilder
from planet.render.html.charts import months_before, plot
from planet.render.html.events import EventPages
from planet.render.html.feed_summaries import feed_summaries
from planet.render.html.frame import Meta
from planet.render.html.homes import home
from planet.render.html.stories import Row, StoryRef, at_root

BURST = 3
"""As many stories of one source on one day have a row each; with more, those after the first are shown as titles."""
HOME_TEXT = 90_000
"""Characters of HTML of whole texts on the home page: some 30 kB as sent."""
PLOT_MONTHS = 24
GROUP = 20
"""Numbered pages that are listed together, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A story in a list, and the others that its source published on the same day."""

    article: Markup
    same_day: tuple[Markup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The stories below one heading."""

    heading: str
    items: tuple[Item, ...]


def months_of(builder: PageBuilder, pairs: Sequence[tuple[StoryRef, Row]], root: str, *, fold: bool) -> list[Month]:
    """Stories below the months of the planet's time zone. `fold`: a source's many stories of one day stand together."""
    t = builder.t
    by_month: dict[date, dict[tuple[object, ...], list[Markup]]] = {}
    counts: dict[tuple[object, ...], int] = {}
    for ref, _row in pairs:
        key = (t.day_of(ref.date), ref.source)
        counts[key] = counts.get(key, 0) + 1
    for position, (ref, row) in enumerate(pairs):
        day = t.day_of(ref.date)
        key = (day, ref.source)
        group = key if fold and counts[key] > BURST else (position,)
        by_month.setdefault(day.replace(day=1), {}).setdefault(group, []).append(at_root(row.html, root))
    return [
        Month(
            heading=t.month(first),
            items=tuple(Item(article=articles[0], same_day=tuple(articles[1:])) for articles in groups.values()),
        )
        for first, groups in by_month.items()
    ]


OWN = '<span class="who">', '<span class="who own">'
"""The start tag of the author of a row, and the one on the page of that author, where only screen readers and programs need the name."""


def _of_its_own(row: Row, ref: StoryRef, slug: str) -> Row:
    """A row as the page of its author shows it: without the name that the page is headed by."""
    return (
        replace(row, html=row.html.replace(*OWN, 1))
        if ref.source == slug and '<span class="from">' not in row.html
        else row
    )


def span(builder: PageBuilder, rows: Sequence[IndexRow]) -> str:
    """The days that a page covers, the newest first as the list is: « du 7 janvier 2013 au 19 mars 2012 »."""
    if not rows:
        return ""
    t = builder.t
    newest, oldest = t.day_of(rows[0].date), t.day_of(rows[-1].date)
    if newest == oldest:
        return t.date(newest)
    return t.gettext("From {newest} back to {oldest}").format(newest=t.date(newest), oldest=t.date(oldest))


def _data(builder: PageBuilder, meta: Meta, parts: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": meta.heading,
        "url": builder.site.url + meta.path,
        "inLanguage": builder.site.language,
        "hasPart": list(parts),
    }


def list_pages(builder: PageBuilder, event_pages: EventPages, story_list: StoryList) -> Iterator[Artifact | Section]:
    """The index of a list, and its numbered pages. Only an index shows what changes often: events and counts."""
    chunks = story_list.chunks(builder.site.page_entries)
    index = story_list.index_page(builder.site.page_entries, chunks)
    yield _list_page(builder, event_pages, story_list, index, {1: index})
    for first in range(0, len(chunks), GROUP):
        group = chunks[first : first + GROUP]
        beside = [*chunks[max(0, first - 1) : first], *chunks[first + GROUP : first + GROUP + 1]]
        rows = story_list.rows
        inputs = {
            "name": story_list.name,
            "beside": [(rows[chunk.start].date, rows[chunk.stop - 1].date) for chunk in beside],
            "last": first + GROUP >= len(chunks),
            **_about(builder, story_list, index=False),
        }
        files = partial(_numbered, builder, event_pages, story_list, (chunks, first))
        yield builder.section(
            f"{story_list.path}page/{first + 2}", rows[group[-1].start : group[0].stop], inputs, files
        )


def _numbered(
    builder: PageBuilder, event_pages: EventPages, story_list: StoryList, group: tuple[Sequence[slice], int]
) -> Iterator[Artifact]:
    """`GROUP` numbered pages of a list, from a place among its chunks on."""
    chunks, first = group
    places = range(max(0, first - 1), min(first + GROUP + 1, len(chunks)))
    pages = {place + 2: story_list.numbered(chunks, place) for place in places}
    pages[1] = Page(number=1, path=story_list.path, rows=())
    for place in range(first, min(first + GROUP, len(chunks))):
        yield _list_page(builder, event_pages, story_list, pages[place + 2], pages)


def _list_page(
    builder: PageBuilder, event_pages: EventPages, story_list: StoryList, page: Page, pages: Mapping[int, Page]
) -> Artifact:
    index = page.number == 1
    meta = _list_meta(builder, story_list, page)
    upcoming = event_pages.next(story_list.kind, story_list.slug) if index else ()
    context: dict[str, object] = {
        "rows": builder.refs(page.rows),
        "number": page.number,
        "newer": _neighbour(builder, page.newer, pages),
        "older": _before(builder, story_list, page) if index else _neighbour(builder, page.older, pages),
        "following": builder.refs([page.following])[0] if page.following else None,
        "current": story_list.slug if story_list.kind == "technology" else "",
        "count": len(story_list.rows) if index and story_list.kind != "all" else 0,
        "next_events": upcoming,
        "ongoing_events": event_pages.ongoing(story_list.kind, story_list.slug) if index else (),
        **_about(builder, story_list, index=index),
        **(home(builder, event_pages, story_list) if index else {}),
    }
    root = "../" * page.path.count("/")

    def present(values: dict[str, Any]) -> dict[str, Any]:
        if index and story_list.kind == "all":
            pairs = builder.articles.whole(values["rows"], HOME_TEXT)
        else:
            pairs = builder.articles.rows(values["rows"])
        if values["following"] and (following := builder.articles.rows([values["following"]])):
            values["older"] = {**values["older"], "path": f"{values['older']['path']}#{following[0][1].anchor}"}
        if story_list.kind == "source":
            pairs = [(ref, _of_its_own(row, ref, story_list.slug)) for ref, row in pairs]
        parts = [*(row.data for _, row in pairs), *(event_pages.data(event) for event in upcoming)]
        return {
            **values,
            "months": months_of(builder, pairs, root, fold=story_list.kind != "source"),
            "data": _data(builder, meta, parts) if index else None,
        }

    return builder.page("source.html" if story_list.kind == "source" else "list.html", meta, context, present)


def _list_meta(builder: PageBuilder, story_list: StoryList, page: Page) -> Meta:
    index, title = page.number == 1, builder.site.title
    is_group = story_list.kind == "source" and builder.sources[story_list.slug].kind == "group"
    name = title if story_list.kind == "all" else story_list.name
    heading = name if index else span(builder, page.rows)
    shown = heading if index else f"{name} – {heading}"
    return Meta(
        path=page.path,
        title=shown if story_list.kind == "all" else f"{shown} – {title}",
        heading=heading,
        description=_description(builder, story_list),
        kind=story_list.kind if index else "page",
        feeds=(
            *builder.feeds_of(story_list.path, story_list.name, story_list.kind),
            *(builder.feeds_of(story_list.path, story_list.name, "group") if is_group else ()),
        ),
        robots="index, follow" if index else "noindex, follow",
        technology=story_list.slug if story_list.kind == "technology" else "",
        subject=name,
    )


def _about(builder: PageBuilder, story_list: StoryList, *, index: bool) -> dict[str, object]:
    """The context of a list's page beside its stories."""
    if story_list.kind == "source":
        source = builder.sources[story_list.slug]
        # The counts of a source change with each of its stories; its older pages do not show them.
        who = source if index else replace(source, stories=0, latest=None, months=())
        about: dict[str, object] = {
            "who": who,
            "picture": builder.avatar(source.slug),
            "feeds": feed_summaries(builder, source.slug) if index else (),
        }
        return {**about, **(_writing(builder, story_list) if index else {"topics": (), "plot": None, "years": ""})}
    if story_list.kind == "all" and index:
        return {
            "counts": {
                technology.slug: technology.stories for technology in builder.edition.technologies if technology.stories
            },
            "updated": builder.edition.updated,
            "first_run": not builder.edition.config.sources,
        }
    return {"counts": {}, "first_run": False}


def _writing(builder: PageBuilder, story_list: StoryList) -> dict[str, object]:
    """The activity of a source: its technologies by count, its last 24 months, its first and last year."""
    counts: Counter[str] = Counter()
    for technologies, count in Counter(row.technologies for row in story_list.rows).items():
        counts.update(dict.fromkeys(technologies, count))
    now = builder.t.local(builder.edition.now)
    months = dict(builder.sources[story_list.slug].months)
    years = [builder.t.local(row.date).year for row in (*story_list.rows[:1], *story_list.rows[-1:])]
    shown = [(slug, count) for slug, count in counts.items() if slug in builder.technologies]
    return {
        "topics": tuple(sorted(shown, key=lambda topic: (-topic[1], topic[0]))[:5]),
        "plot": plot(months, months_before(now.year, now.month, PLOT_MONTHS)) if months else None,
        "years": " – ".join(dict.fromkeys(str(year) for year in reversed(years))),
    }


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


def _before(builder: PageBuilder, story_list: StoryList, index: Page) -> dict[str, str] | None:
    """A link from the index to the page with the next older stories; None without one."""
    if index.older is None:
        return None
    t = builder.t
    before = t.gettext("before {date}").format(date=t.date(index.rows[-1].date))
    return {"path": f"{story_list.path}page/{index.older}/", "span": before}


def _neighbour(builder: PageBuilder, number: int | None, pages: Mapping[int, Page]) -> dict[str, str] | None:
    """A link to another page of the list, with the days it covers (those of the index change too often to be named)."""
    if number is None:
        return None
    page = pages[number]
    return {"path": page.path, "span": "" if number == 1 else span(builder, page.rows)}
