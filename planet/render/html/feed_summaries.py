"""The state of each feed of a member or a group, and counts of its entries, in sentences: for its page.

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
class FeedSummary:
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


def feed_summaries(builder: PageBuilder, slug: str) -> tuple[FeedSummary, ...]:
    """The feeds of one source, in the order of feeds.yaml."""
    t = builder.t
    return tuple(
        FeedSummary(
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
        for feed in builder.edition.noted_health()
        if feed.source_slug == slug
    )
