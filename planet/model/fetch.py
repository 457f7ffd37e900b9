"""The stored state of a feed's URL, and the outcome of an attempt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from planet.model.base import Message

ErrorClass = Literal[
    "dns",
    "connect",
    "tls",
    "timeout",
    "too-large",
    "truncated",
    "redirect-loop",
    "blocked-address",
    "unsupported",
    "not-a-feed",
    "auth",
    "forbidden",
    "not-found",
    "gone",
    "rate-limited",
    "server",
    "protocol",
]
State = Literal["new", "ok", "failing", "deferred", "moved", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """Everything about one feed that outlives a run: the store keeps it whole, as JSON, in the transaction of the entries.

    Every field has a default, so that an older state reads as a newer one. Times are aware UTC.
    """

    effective_url: str = ""
    etag: str = ""
    last_modified: str = ""
    validators_url: str = ""
    body_sha256: str = ""
    parser_version: str = ""
    parse_ok: bool = True
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    last_change: datetime | None = None
    next_due: datetime | None = None
    failures: int = 0
    first_failure: datetime | None = None
    http_status: int | None = None
    error_class: ErrorClass | None = None
    error: Message | None = None
    unchanged_count: int = 0
    gone_count: int = 0
    stopped: bool = False
    moved_to: str = ""
    moved_first_seen: datetime | None = None
    last_probe: datetime | None = None
    hold_until: datetime | None = None
    server_hint_until: datetime | None = None
    discovered: str = ""
    new_url: str = ""
    """The address that the document itself names as its new one: advice, never followed automatically."""
    announced: str = ""
    reader: str = ""
    reader_reason: str = ""
    warnings: tuple[Message, ...] = ()
    configured: str = ""
    """Eight characters that name the URL of feeds.yaml, password included: an edited one makes the feed due."""
    median_gap: int | None = None
    """Median of the seconds between its last entries; None for fewer than three dates."""
    delay_hint: int | None = None
    """The polling hints of the last document that was read, which a 304 leaves in force: seconds, hours, days (Monday is 0), expired."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    expired: bool = False


@dataclass(frozen=True, slots=True)
class FetchError:
    """The reason why a request failed. A value, not an exception: a feed that fails is normal.

    `kind` is the class that `planet status` shows, `message` the sentence for people, `status` that of the answer if one came.
    `reached` is False if no sign of life came from the host: no name, no route, no connection in time.
    """

    kind: ErrorClass
    message: Message
    status: int | None = None
    reached: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One request to make: a feed of the configuration whose time has come (or that is forced)."""

    key: str
    url: str
    local: bool = False
    state: FetchState = field(default_factory=FetchState)
    interval: timedelta = timedelta(minutes=60)
    accept_calendar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect that was followed."""

    status: int
    url: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    due: Due
    elapsed: float = 0.0
    http_status: int | None = None
    chain: tuple[Hop, ...] = ()
    url: str = ""
    """The final URL, after redirects, without credentials."""
    headers: tuple[tuple[str, str], ...] = ()
    """The header fields that later stages or the schedule read, names in lower case, values as given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh(_Answer):
    """A whole body that differs from the last one read."""

    body: bytes
    sha256: str
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged(_Answer):
    """304, or a 200 (or a file) whose bytes hash to what was read last (`sha256` is then set)."""

    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(_Answer):
    """No usable body."""

    error: FetchError


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred(_Answer):
    """Not asked in this run: its host is in a Retry-After period, the run's time was over, or the network is down."""

    until: datetime | None
    reason: Message
    origin_backoff: bool = False


Fetched = Fresh | Unchanged | Failed | Deferred


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A document that is no feed of feeds.yaml: a page to search, a picture. `url` is the final one, after redirects."""

    url: str
    body: bytes
    content_type: str = ""
    chain: tuple[Hop, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    unchanged: bool = False
    """It is the document that was asked about (304); `body` is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFacts:
    """The facts from reading a `Fresh` body that polling and the health of a feed depend on."""

    ok: bool
    error_class: ErrorClass | None = None
    error: Message | None = None
    delay_hint: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    expired: bool = False
    dates: tuple[datetime, ...] = ()
    """The claimed dates of its entries, newest first, at most 20."""
    entries: int = 0
    new_entries: int = 0
    had_entries: bool = False
    """Entries of this feed were stored before."""
    shares: bool = False
    """The document has an entry (id or link) or the feed id in common with what is stored."""
    reader: str = ""
    reader_reason: str = ""
    warnings: tuple[Message, ...] = ()
    new_url: str = ""
    """The address that the document names as its new one (itunes:new-feed-url, <redirect>, a refresh)."""
    candidates: tuple[tuple[str, str], ...] = ()
    """Feeds that the HTML page names that stood there instead: (URL, type)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchUpdate:
    """The result of an attempt: the next state of the feed and the back-offs of origins (scheme://host:port -> until)."""

    state: FetchState
    backoffs: tuple[tuple[str, datetime], ...] = ()
    adopt: bool = True
    """False: the entries that were read are not this feed's (it moved to something unrelated) and must not be stored."""
