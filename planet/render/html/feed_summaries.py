"""The state of each feed of a member or a group, and counts of its entries, in sentences: for its page.

It shows no time of a run, so that the page stays while nothing changes: when a feed was asked last is told by `health/` and
`health.json`, from which the script fills it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from planet.i18n import Translator
from planet.model import FeedCounts
from planet.render.html.builder import PageBuilder
from planet.render.html.sentences import as_html
from planet.states import NEED_ACTION


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSummary:
    """A feed of a source. `place` is its address as `health.json` gives it, `name` what is shown of it, `since` when it began to fail, `todo` sentences of advice."""

    place: str
    name: str
    kind: str
    counts: FeedCounts
    entries: int
    asked: bool
    last_new: datetime | None
    error: Markup
    since: datetime | None
    todo: tuple[Markup, ...]


def place(t: Translator, url: str) -> str:
    """What is shown of the address of a feed, as `health.json` gives it: of what is not on the web only what it is."""
    if "://" in url:
        return url
    return t.gettext("private address") if url.startswith("private:") else t.gettext("local file")


def feed_summaries(builder: PageBuilder, slug: str) -> tuple[FeedSummary, ...]:
    """The feeds of one source, in the order of feeds.yaml."""
    t = builder.t
    return tuple(
        FeedSummary(
            place=feed.url,
            name=place(t, feed.url),
            kind=feed.kind,
            counts=feed.counts,
            entries=feed.entries,
            asked=feed.state != "new",
            last_new=feed.last_new,
            error=as_html(t.say(feed.error)) if feed.error and feed.state in NEED_ACTION else Markup(""),
            since=feed.first_failure,
            todo=tuple(as_html(t.say(message)) for message in (feed.advice, *feed.warnings[:2]) if message),
        )
        for feed in builder.edition.noted_health()
        if feed.source_slug == slug
    )
