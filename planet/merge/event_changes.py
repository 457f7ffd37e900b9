"""What a calendar that was read changes of what is stored of it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from operator import attrgetter

from planet.model import EventChanges, StoredEvent
from planet.text import digest, slug
from planet.when import day_of

_PARTS = re.compile(r"[^a-z0-9]+")
_OURS = frozenset({"first_seen", "changed", "revision", "slug", "modified", "sequence"})
"""Fields that say nothing to a reader: an event that differs only in these says what it said before."""
_said = attrgetter(*(field.name for field in fields(StoredEvent) if field.name not in _OURS))


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


def _is_to_come(event: StoredEvent, now: datetime) -> bool:
    if isinstance(event.start, datetime):
        return event.start > now
    return event.start > now.astimezone(UTC).date()
