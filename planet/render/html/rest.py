"""Every other page: members, health, how to subscribe, how to join and leave, search, and what stands where nothing is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from planet.model import Artifact, FeedHealth, StoryList
from planet.render import search
from planet.render.html.builder import PageBuilder
from planet.render.html.charts import months_before, plot

MONTHS = 24
SHAPES = {"ok": "●", "new": "○", "deferred": "◐", "moved": "➜", "failing": "▲", "gone": "■"}
"""A state is told as a word and a shape, never by colour alone."""
TROUBLE = ("failing", "gone", "moved")


def rest(builder: PageBuilder, lists: tuple[StoryList, ...]) -> Iterator[Artifact]:
    """All pages that list no stories."""
    yield members(builder)
    yield health(builder)
    yield subscribe(builder, lists)
    yield from plain(builder)


def members(builder: PageBuilder) -> Artifact:
    """Who writes here: members and groups, each with what they write about."""
    t = builder.t
    sources = sorted(builder.edition.sources, key=lambda source: source.name.casefold())
    return builder.page(
        "members/",
        "members.html",
        [f"{one.slug} {one.stories} {one.latest} {one.slug in builder.avatars}" for one in sources],
        lambda: {
            "members": [source for source in sources if source.kind == "member"],
            "groups": [source for source in sources if source.kind == "group"],
        },
        title=f"{t.gettext('Members')} – {builder.site.title}",
        heading=t.gettext("Members"),
        description=t.gettext("Who writes here, and the groups that hold the evenings."),
    )


def health(builder: PageBuilder) -> Artifact:
    """The state of every feed in plain words: the only page that tells times of runs."""
    t = builder.t
    feeds = builder.edition.health
    words = {
        "ok": t.gettext("answers"),
        "new": t.gettext("not asked yet"),
        "deferred": t.gettext("put off"),
        "moved": t.gettext("moved"),
        "failing": t.gettext("does not answer"),
        "gone": t.gettext("gone"),
    }

    def context() -> dict[str, Any]:
        now = t.local(builder.edition.now)
        months = months_before(now.year, now.month, MONTHS)
        everything = Counter(t.local(row.date).strftime("%Y-%m") for row in builder.edition.index)
        writing = [(source, plot(dict(source.months), months)) for source in builder.edition.sources if source.feeds]
        return {
            "trouble": [feed for feed in feeds if feed.state in TROUBLE],
            "fine": [feed for feed in feeds if feed.state not in TROUBLE],
            "words": words,
            "shapes": SHAPES,
            "planet_plot": plot(dict(everything), months),
            "plots": writing,
            "month_name": lambda month: t.month(datetime.strptime(month, "%Y-%m").date()),  # noqa: DTZ007 - a month
            "since": lambda moment: t.date(moment, "full"),
        }

    return builder.page(
        "health/",
        "health.html",
        [
            *(_health_input(feed) for feed in feeds),
            *(f"{one.slug} {one.months}" for one in builder.edition.sources),
            f"{builder.t.local(builder.edition.now):%Y-%m}",
        ],
        context,
        title=f"{t.gettext('Health of the feeds')} – {builder.site.title}",
        heading=t.gettext("Health of the feeds"),
        description=t.gettext("Which feeds answer, which do not, and what would help."),
        robots="noindex, follow",
        volatile=True,
    )


def _health_input(feed: FeedHealth) -> str:
    return repr(feed)


def subscribe(builder: PageBuilder, lists: tuple[StoryList, ...]) -> Artifact:
    """What a feed is, and every feed there is."""
    t = builder.t
    del lists
    return builder.page(
        "subscribe/",
        "subscribe.html",
        [f"{one.slug} {bool(one.stories)}" for one in builder.edition.technologies]
        + [f"{one.slug} {bool(one.stories)}" for one in builder.edition.sources],
        lambda: {
            "shown": builder.listed or builder.edition.technologies,
            "writers": [source for source in builder.edition.sources if source.stories],
        },
        title=f"{t.gettext('Subscribe')} – {builder.site.title}",
        heading=t.gettext("Subscribe"),
        description=t.gettext("Every feed and calendar of {title}.").format(title=builder.site.title),
    )


def plain(builder: PageBuilder) -> Iterator[Artifact]:
    """Pages that depend on nothing but the configuration."""
    t = builder.t
    yield builder.page(
        "join/",
        "join.html",
        [],
        dict,
        title=f"{t.gettext('Add or remove my blog')} – {builder.site.title}",
        heading=t.gettext("Add or remove my blog"),
        description=t.gettext("How to be read here, and how not to be any more."),
    )
    indexes = list(search.shards(builder.edition)) if builder.searchable else []
    yield builder.page(
        "search/",
        "search.html",
        indexes,
        lambda: {"indexes": indexes},
        title=f"{t.gettext('Search')} – {builder.site.title}",
        heading=t.gettext("Search"),
        robots="noindex, follow",
    )
    yield builder.page(
        "",
        "404.html",
        [],
        dict,
        title=f"{t.gettext('This page is not here')} – {builder.site.title}",
        heading=t.gettext("This page is not here"),
        robots="noindex",
        file="404.html",
    )
