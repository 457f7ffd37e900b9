"""Every other page: members, health, how to subscribe, how to join and leave, search, and what stands where nothing is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from planet.model import Artifact
from planet.render import search
from planet.render.html.builder import Meta, PageBuilder
from planet.render.html.charts import months_before, plot

MONTHS = 24
SHAPES = {"ok": "●", "new": "○", "deferred": "◐", "moved": "➜", "failing": "▲", "gone": "■"}
"""A state is told as a word and a shape, never by colour alone."""
TROUBLE = ("failing", "gone", "moved")


def rest(builder: PageBuilder) -> Iterator[Artifact]:
    """All pages that list no stories."""
    yield members(builder)
    yield health(builder)
    yield subscribe(builder)
    yield from plain(builder)


def members(builder: PageBuilder) -> Artifact:
    """Who writes here: members and groups, each with what they write about."""
    t = builder.t
    sources = sorted(builder.edition.sources, key=lambda source: source.name.casefold())
    shown = [replace(source, months=()) for source in sources]
    return builder.page(
        "members.html",
        _meta(
            builder,
            "members",
            t.gettext("Members"),
            t.gettext("Who writes here, and the groups that hold the events."),
        ),
        {
            "members": tuple(source for source in shown if source.kind == "member"),
            "groups": tuple(source for source in shown if source.kind == "group"),
            "pictures": {
                source.slug: builder.avatar(source.slug) for source in shown if source.slug in builder.avatars
            },
        },
    )


def _meta(builder: PageBuilder, name: str, heading: str, description: str = "", **fields: Any) -> Meta:
    """The page in the folder of that name."""
    title = f"{heading} – {builder.site.title}"
    return Meta(path=f"{name}/", title=title, heading=heading, kind=name, description=description, **fields)


def health(builder: PageBuilder) -> Artifact:
    """The state of every feed in plain words: the only page that tells times of runs."""
    t = builder.t
    feeds = builder.edition.health
    now = t.local(builder.edition.now)
    months = months_before(now.year, now.month, MONTHS)
    everything = Counter(t.local(row.date).strftime("%Y-%m") for row in builder.edition.index)
    context = {
        "now": builder.edition.now,
        "trouble": tuple(feed for feed in feeds if feed.state in TROUBLE),
        "fine": tuple(feed for feed in feeds if feed.state not in TROUBLE),
        "shapes": SHAPES,
        "words": {
            "ok": t.gettext("answers"),
            "new": t.gettext("not asked yet"),
            "deferred": t.gettext("put off"),
            "moved": t.gettext("moved"),
            "failing": t.gettext("does not answer"),
            "gone": t.gettext("gone"),
        },
        "planet_plot": plot(dict(everything), months),
        "plots": tuple(
            (source.slug, source.name, plot(dict(source.months), months))
            for source in builder.edition.sources
            if source.feeds
        ),
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
            "month_name": lambda month: t.month(datetime.strptime(month, "%Y-%m").date()),  # noqa: DTZ007 - a month
            "since": lambda moment: t.date(moment, "full"),
        },
    )


def subscribe(builder: PageBuilder) -> Artifact:
    """What a feed is, and every feed there is."""
    t = builder.t
    technologies = builder.common.technologies
    return builder.page(
        "subscribe.html",
        _meta(
            builder,
            "subscribe",
            t.gettext("Subscribe"),
            t.gettext("Every feed and calendar of {title}.").format(title=builder.site.title),
        ),
        {
            "feed_technologies": tuple(one for one in technologies if one.shown) or technologies,
            "writers": tuple((source.slug, source.name) for source in builder.edition.sources if source.stories),
        },
    )


def plain(builder: PageBuilder) -> Iterator[Artifact]:
    """Pages that depend on nothing but the configuration."""
    t = builder.t
    description = t.gettext("How to be read here, and how not to be any more.")
    yield builder.page("join.html", _meta(builder, "join", t.gettext("Add or remove my blog"), description), {})
    indexes = tuple(search.shards(builder.edition)) if builder.common.searchable else ()
    meta = _meta(builder, "search", t.gettext("Search"), robots="noindex, follow")
    yield builder.page("search.html", meta, {"indexes": indexes})
    heading = t.gettext("This page is not here")
    meta = Meta(
        path="",
        file="404.html",
        title=f"{heading} – {builder.site.title}",
        heading=heading,
        kind="404",
        robots="noindex",
    )
    yield builder.page("404.html", meta, {})
