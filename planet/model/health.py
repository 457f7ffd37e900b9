"""The public state of feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from planet.model.base import Message
    from planet.model.fetch import ErrorClass, State


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCounts:
    """The outcome of the entries of a feed, for one of its sources. `entries` is the sum of the others.

    `merged` are copies that other copies lead, `filtered` those that `include` or `exclude` drop, `hidden` those that `hide` names,
    `withdrawn` those that the feed no longer lists.
    """

    entries: int = 0
    shown: int = 0
    merged: int = 0
    filtered: int = 0
    hidden: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """The public state of one feed: the keys are those of `planet status --json`. Credentials are masked."""

    url: str
    source: str
    source_slug: str
    kind: Literal["posts", "events", "calendar", "folder"]
    state: State
    http_status: int | None
    error_class: ErrorClass | None
    error: Message | None
    failures: int
    first_failure: datetime | None
    last_attempt: datetime | None
    last_success: datetime | None
    next_due: datetime | None
    entries: int
    effective_url: str
    advice: Message | None
    reader: str = ""
    reader_reason: str = ""
    warnings: tuple[Message, ...] = ()
    counts: FeedCounts = FeedCounts()
    """Of a feed of posts."""
    last_new: datetime | None = None
    """The last time when an entry was new."""
