"""What became of the feeds of a member or a group, in numbers and sentences: for its own page.

It tells no time of a run, so that the page stays while nothing changes: when a feed was asked last is told by `health/` and
`health.json`, from which the script fills it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from planet.model import FeedCounts
from planet.render.html.builder import PageBuilder
from planet.render.html.sentences import as_html

TROUBLE = ("failing", "gone", "moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """A feed of a source. `place` is its address as `health.json` gives it, `since` when it began to fail, `todo` sentences of advice."""

    place: str
    kind: str
    counts: FeedCounts
    entries: int
    asked: bool
    last_new: datetime | None
    error: Markup
    since: datetime | None
    todo: tuple[Markup, ...]


def fates(builder: PageBuilder, slug: str) -> tuple[Fate, ...]:
    """The feeds of one source, in the order of feeds.yaml."""
    t = builder.t
    return tuple(
        Fate(
            place=feed.url,
            kind=feed.kind,
            counts=feed.counts,
            entries=feed.entries,
            asked=feed.state != "new",
            last_new=feed.last_new,
            error=as_html(t.say(feed.error)) if feed.error and feed.state in TROUBLE else Markup(""),
            since=feed.first_failure,
            todo=tuple(as_html(t.say(message)) for message in (feed.advice, *feed.warnings[:2]) if message),
        )
        for feed in builder.edition.health
        if feed.source_slug == slug
    )
