"""From what a calendar says to what is kept of it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from planet.agenda.prose import to_html
from planet.model import CalendarRead, EventChanges, RawEvent, Sanitised, StoredEvent
from planet.text import digest, one_line, shorten, slug
from planet.urls import canonical_key, http_url, without_tracking

UNTITLED = "…"
_PARTS = re.compile(r"[^a-z0-9]+")
_OURS = frozenset({"first_seen", "changed", "revision", "slug", "modified", "sequence"})
"""Fields that say nothing to a reader: an event that differs only in these says what it said before."""
_said = attrgetter(*(field.name for field in fields(StoredEvent) if field.name not in _OURS))


def normalise_events(
    read: CalendarRead, *, calendar: str, sanitise: Callable[..., Sanitised], now: datetime
) -> tuple[StoredEvent, ...]:
    """The events of a calendar with identity fixed, text safe and addresses checked. `calendar` is the key of its feed.

    Of two events with one identity the one of the higher SEQUENCE stays, then the later one.
    """
    kept: dict[tuple[str, str], StoredEvent] = {}
    for raw in read.events:
        event = _stored(raw, calendar, sanitise, read.name, now)
        held = kept.get((event.uid, event.recurrence_id))
        if held is None or event.sequence >= held.sequence:
            kept[event.uid, event.recurrence_id] = event
    return tuple(kept.values())


def _stored(
    raw: RawEvent, calendar: str, sanitise: Callable[..., Sanitised], calendar_name: str, now: datetime
) -> StoredEvent:
    url, url_key = _address(raw.url)
    markup = raw.description if raw.description_is_html else to_html(raw.description)
    clean = sanitise(markup, base=url, prefix=f"e{digest(raw.uid, raw.recurrence_id)[:8]}-", page=url)
    title = raw.title or shorten(clean.text, 80) or one_line(calendar_name, 80) or UNTITLED
    return StoredEvent(
        calendar=calendar,
        uid=raw.uid,
        recurrence_id=raw.recurrence_id,
        title=title,
        html=clean.html,
        text=clean.text,
        location=raw.location,
        geo=raw.geo,
        url=url,
        url_key=url_key,
        start=raw.start,
        end=raw.end,
        status=raw.status,
        organizer=raw.organizer,
        organizer_url=http_url(raw.organizer_url),
        tags=raw.categories,
        image=http_url(raw.image),
        sequence=raw.sequence,
        modified=raw.modified,
        first_seen=now,
        changed=now,
        timezone=raw.timezone,
        date_reason=raw.date_reason,
    )


@lru_cache(maxsize=4096)
def _address(written: str) -> tuple[str, str]:
    """An event's page as a link, and what its spellings have in common. Cached: a series has one page."""
    url = without_tracking(http_url(written))
    return url, canonical_key(url)


def arrive_events(known: Sequence[StoredEvent], incoming: Sequence[StoredEvent], now: datetime) -> EventChanges:
    """What a calendar that was read changes.

    An event that says something else is a new revision of itself. One of the future that is no longer listed is withdrawn; one that
    has begun stays, for many calendars list only what is to come. A calendar that lists nothing any more is no exception: the one
    evening that it listed was taken out.
    """
    stored = {(event.uid, event.recurrence_id): event for event in known}
    upserts: dict[tuple[str, str], StoredEvent] = {}
    for event in incoming:
        key = event.uid, event.recurrence_id
        before = stored.get(key)
        if before is None:
            upserts[key] = replace(event, first_seen=now, changed=now, revision=0, slug=name_of(event))
        elif _said(before) != _said(event):
            upserts[key] = replace(
                event,
                first_seen=before.first_seen,
                changed=now,
                revision=before.revision + 1,
                slug=before.slug or name_of(before),
            )
    listed = {(event.uid, event.recurrence_id) for event in incoming}
    withdrawn = tuple(key for key, event in stored.items() if key not in listed and _is_to_come(event, now))
    return EventChanges(upserts=tuple(upserts.values()), withdrawn=withdrawn)


def name_of(event: StoredEvent) -> str:
    """A file name: the day, the title, and what tells it from others of that day and title."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", event.title) if not unicodedata.combining(c))
    # The hash tells C from C#: most titles need no transliteration.
    named = (
        (_PARTS.sub("-", plain.lower()).strip("-")[:50].rstrip("-") or "event") if plain.isascii() else slug(plain, 50)
    )
    told = digest(event.calendar, event.uid, event.recurrence_id)[:8]
    return f"{day_of(event.start, event.timezone or 'UTC').isoformat()}-{named}-{told}"


def day_of(start: datetime | date, timezone: str) -> date:
    """The day of a start, where the event is."""
    if not isinstance(start, datetime):
        return start
    try:
        return start.astimezone(ZoneInfo(timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return start.date()


def _is_to_come(event: StoredEvent, now: datetime) -> bool:
    if isinstance(event.start, datetime):
        return event.start > now
    return event.start > now.astimezone(UTC).date()
