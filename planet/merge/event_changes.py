"""What a calendar that was read changes of what is stored of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from planet.model import EventChanges, StoredEvent
from planet.text import digest, slug, without_accents
from planet.when import begins_after, day_of

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


def arrive_events(known: Sequence[StoredEvent], incoming: Sequence[StoredEvent], now: datetime) -> EventChanges:
    """What to write and what to withdraw after a calendar was read.

    An event whose data differ is a new revision of itself. One of the future that is no longer listed is withdrawn; one that has
    begun stays, for many calendars list only what is to come. A calendar that lists nothing any more is no exception: the one event
    that it listed was taken out.
    """
    stored = {(event.uid, event.recurrence_id): event for event in known}
    upserts: dict[tuple[str, str], StoredEvent] = {}
    for event in incoming:
        key = event.uid, event.recurrence_id
        before = stored.get(key)
        if before is None:
            upserts[key] = replace(event, first_seen=now, changed=now, revision=0, slug=file_name(event))
        elif (before.data, before.date_reason) != (event.data, event.date_reason):
            upserts[key] = replace(
                event,
                first_seen=before.first_seen,
                changed=now,
                revision=before.revision + 1,
                slug=before.slug or file_name(before),
            )
    listed = {(event.uid, event.recurrence_id) for event in incoming}
    withdrawn = tuple(key for key, event in stored.items() if key not in listed and begins_after(event.data.start, now))
    return EventChanges(upserts=tuple(upserts.values()), withdrawn=withdrawn)


def file_name(event: StoredEvent) -> str:
    """A file name without extension: the day, the title, and eight digits that tell it from others of that day and title."""
    title = event.data.title
    plain = without_accents(title)
    # The digits tell C from C#: most titles need no transliteration.
    name = (
        (_NOT_A_LETTER.sub("-", plain.lower()).strip("-")[:50].rstrip("-") or "event")
        if plain.isascii()
        else slug(plain, 50)
    )
    unique = digest(event.calendar, event.uid, event.recurrence_id)[:8]
    return f"{day_of(event.data.start, event.data.timezone or 'UTC').isoformat()}-{name}-{unique}"
