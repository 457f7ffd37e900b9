"""Every other page: members, health, how to subscribe, how to join and leave, search, and what stands where nothing is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from planet.model import Artifact, Channel, FeedHealth
from planet.render import search
from planet.render.html.charts import months_before, plot
from planet.render.html.press import Press

MONTHS = 24
SHAPES = {"ok": "●", "new": "○", "deferred": "◐", "moved": "➜", "failing": "▲", "gone": "■"}
"""A state is told as a word and a shape, never by colour alone."""
TROUBLE = ("failing", "gone", "moved")


def rest(press: Press, channels: tuple[Channel, ...]) -> Iterator[Artifact]:
    """All pages that list no stories."""
    yield members(press)
    yield health(press)
    yield subscribe(press, channels)
    yield from plain(press)


def members(press: Press) -> Artifact:
    """Who writes here: members and groups, each with what they write about."""
    t = press.t
    sources = sorted(press.edition.sources, key=lambda source: source.name.casefold())
    return press.page(
        "members/",
        "members.html",
        [f"{one.slug} {one.stories} {one.latest} {one.slug in press.avatars}" for one in sources],
        lambda: {
            "members": [source for source in sources if source.kind == "member"],
            "groups": [source for source in sources if source.kind == "group"],
        },
        title=f"{t.gettext('Members')} – {press.site.title}",
        heading=t.gettext("Members"),
        description=t.gettext("Who writes here, and the groups that hold the evenings."),
    )


def health(press: Press) -> Artifact:
    """The state of every feed in plain words: the only page that tells times of runs."""
    t = press.t
    feeds = press.edition.health
    words = {
        "ok": t.gettext("answers"),
        "new": t.gettext("not asked yet"),
        "deferred": t.gettext("put off"),
        "moved": t.gettext("moved"),
        "failing": t.gettext("does not answer"),
        "gone": t.gettext("gone"),
    }

    def context() -> dict[str, Any]:
        now = t.local(press.edition.now)
        months = months_before(now.year, now.month, MONTHS)
        everything = Counter(t.local(headline.date).strftime("%Y-%m") for headline in press.edition.listing)
        writing = [(source, plot(dict(source.months), months)) for source in press.edition.sources if source.feeds]
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

    return press.page(
        "health/",
        "health.html",
        [
            *(_health_input(feed) for feed in feeds),
            *(f"{one.slug} {one.months}" for one in press.edition.sources),
            f"{press.t.local(press.edition.now):%Y-%m}",
        ],
        context,
        title=f"{t.gettext('Health of the feeds')} – {press.site.title}",
        heading=t.gettext("Health of the feeds"),
        description=t.gettext("Which feeds answer, which do not, and what would help."),
        robots="noindex, follow",
        volatile=True,
    )


def _health_input(feed: FeedHealth) -> str:
    return repr(feed)


def subscribe(press: Press, channels: tuple[Channel, ...]) -> Artifact:
    """What a feed is, and every feed there is."""
    t = press.t
    del channels
    return press.page(
        "subscribe/",
        "subscribe.html",
        [f"{one.slug} {bool(one.stories)}" for one in press.edition.technologies]
        + [f"{one.slug} {bool(one.stories)}" for one in press.edition.sources],
        lambda: {
            "shown": press.listed or press.edition.technologies,
            "writers": [source for source in press.edition.sources if source.stories],
        },
        title=f"{t.gettext('Subscribe')} – {press.site.title}",
        heading=t.gettext("Subscribe"),
        description=t.gettext("Every feed and calendar of {title}.").format(title=press.site.title),
    )


def plain(press: Press) -> Iterator[Artifact]:
    """Pages that depend on nothing but the configuration."""
    t = press.t
    yield press.page(
        "join/",
        "join.html",
        [],
        dict,
        title=f"{t.gettext('Add or remove my blog')} – {press.site.title}",
        heading=t.gettext("Add or remove my blog"),
        description=t.gettext("How to be read here, and how not to be any more."),
    )
    indexes = list(search.shards(press.edition)) if press.searchable else []
    yield press.page(
        "search/",
        "search.html",
        indexes,
        lambda: {"indexes": indexes},
        title=f"{t.gettext('Search')} – {press.site.title}",
        heading=t.gettext("Search"),
        robots="noindex, follow",
    )
    yield press.page(
        "",
        "404.html",
        [],
        dict,
        title=f"{t.gettext('This page is not here')} – {press.site.title}",
        heading=t.gettext("This page is not here"),
        robots="noindex",
        file="404.html",
    )
