"""One document, read: bytes in, entries or events ready to be compared with what is stored. Pure, so any process may do it.

parse -> normalise -> sanitise -> place
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from planet.model import (
    CalendarRead,
    Classification,
    Entry,
    Fresh,
    RawFeed,
    Read,
    ReadFacts,
    StoredEvent,
    Unreadable,
)

NEWEST_DATES = 20


class Parse(Protocol):
    def __call__(
        self, body: bytes, *, content_type: str, url: str, max_entries: int, timezone: str
    ) -> RawFeed | Unreadable: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one document holds: posts or events, each ready to be compared with what is stored."""

    facts: ReadFacts
    read: Read | None = None
    classifications: Mapping[str, Classification] = field(default_factory=dict)
    events: tuple[StoredEvent, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that reading a document needs; it is sent to worker processes, so it holds only functions of modules and values."""

    max_entries: int
    feeds: Mapping[str, tuple[str, str]]
    """feed key -> (kind, time zone)."""
    parse: Parse
    normalise: Callable[..., Read]
    sanitise: Callable[..., object]
    parse_calendar: Callable[..., CalendarRead | Unreadable]
    events_from_feed: Callable[..., CalendarRead]
    normalise_events: Callable[..., tuple[StoredEvent, ...]]
    window: Callable[[datetime], tuple[datetime, datetime]]
    place: Callable[[Entry, str], Classification]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One document to read: `known` maps uid -> raw hash of what is stored of its feed."""

    fresh: Fresh
    known: Mapping[str, str]
    now: datetime


def read(reading: Reading, task: Task) -> Outcome:
    """A document, read. Pure: the same bytes give the same outcome, wherever it is computed."""
    fresh, now = task.fresh, task.now
    kind, timezone = reading.feeds[fresh.due.key]
    url = fresh.url or fresh.due.url
    if kind == "calendar":
        calendar = reading.parse_calendar(
            fresh.body, content_type=fresh.content_type, url=url, timezone=timezone, window=reading.window(now)
        )
        if isinstance(calendar, Unreadable):
            return _unreadable(calendar)
        return _events(reading, calendar, fresh, now)
    raw = reading.parse(
        fresh.body, content_type=fresh.content_type, url=url, max_entries=reading.max_entries, timezone=timezone
    )
    if isinstance(raw, Unreadable):
        return _unreadable(raw)
    if kind == "events":
        return _events(reading, reading.events_from_feed(raw, timezone=timezone), fresh, now)
    result = reading.normalise(
        raw,
        feed=fresh.due.key,
        url=url,
        http_date=_http_date(fresh),
        known=task.known,
        sanitise=reading.sanitise,
        now=now,
    )
    dates = sorted((entry.published for entry in result.entries if entry.published), reverse=True)[:NEWEST_DATES]
    return Outcome(
        facts=ReadFacts(
            ok=True,
            delay_hint=raw.delay_hint,
            skip_hours=raw.skip_hours,
            skip_days=raw.skip_days,
            expired=raw.expired,
            dates=tuple(dates),
            entries=len(result.entries),
            reader=raw.reader,
            reader_reason=raw.reader_reason,
            warnings=result.warnings,
        ),
        read=result,
        classifications={
            entry.uid: reading.place(entry, fresh.due.key) for entry in result.entries if isinstance(entry, Entry)
        },
    )


def _unreadable(what: Unreadable) -> Outcome:
    return Outcome(
        facts=ReadFacts(ok=False, error_class=what.error_class, error=what.error, candidates=what.candidates),
    )


def _events(reading: Reading, calendar: CalendarRead, fresh: Fresh, now: datetime) -> Outcome:
    events = reading.normalise_events(calendar, calendar=fresh.due.key, sanitise=reading.sanitise, now=now)
    return Outcome(
        facts=ReadFacts(
            ok=True,
            delay_hint=calendar.delay_hint,
            entries=len(events),
            reader="calendar",
            warnings=calendar.warnings,
        ),
        events=events,
    )


def _http_date(fresh: Fresh) -> datetime | None:
    """When the document changed last, as HTTP says (RFC 9110 8.8.2): the best guess for entries without a date."""
    written = dict(fresh.headers).get("last-modified", "")
    try:
        return parsedate_to_datetime(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
