"""The changes that a calendar makes to its stored events. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from planet.model import EventChanges, StoredEvent
from planet.similarity import NEAR, titles_alike
from planet.text import digest, slug, without_accents
from planet.when import begins_after, day_of, instant

AGAIN = " again "
"""Separates recurrence id and start in the id of an event whose UID another event had before."""
MOVED = timedelta(days=92)
"""How far an event may be moved, in days from its first date."""
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


def diff_events(known: Sequence[StoredEvent], incoming: Sequence[StoredEvent], now: datetime) -> EventChanges:
    """The events to write and to withdraw after a calendar was read.

    An event whose data differ is a new revision of itself; one that has begun is never overwritten by another that was given its
    UID. One of the future that is no longer listed is withdrawn; one that has begun stays, for many calendars list only what is to
    come. A calendar that lists nothing any more is no exception: the one event that it listed was taken out.
    """
    stored: defaultdict[tuple[str, str], list[StoredEvent]] = defaultdict(list)
    for event in known:
        stored[event.uid, event.recurrence_id.partition(AGAIN)[0]].append(event)
    upserts: dict[tuple[str, str], StoredEvent] = {}
    listed: set[tuple[str, str]] = set()
    for event in incoming:
        bearers = stored[event.uid, event.recurrence_id]
        before = next((bearer for bearer in reversed(bearers) if not _is_another(bearer, event, now)), None)
        if before is None:
            again = f"{AGAIN}{event.data.start.isoformat()}" if bearers else ""
            new = replace(event, recurrence_id=event.recurrence_id + again)
            key = new.uid, new.recurrence_id
            upserts[key] = replace(new, first_seen=now, changed=now, revision=0, slug=file_name(new))
            listed.add(key)
            continue
        listed.add((before.uid, before.recurrence_id))
        if (before.data, before.date_reason) != (event.data, event.date_reason):
            upserts[before.uid, before.recurrence_id] = replace(
                event,
                recurrence_id=before.recurrence_id,
                first_seen=before.first_seen,
                changed=now,
                revision=before.revision + 1,
                slug=before.slug or file_name(before),
            )
    withdrawn = tuple(
        key
        for event in known
        if (key := (event.uid, event.recurrence_id)) not in listed and begins_after(event.data.start, now)
    )
    return EventChanges(upserts=tuple(upserts.values()), withdrawn=withdrawn)


def _is_another(before: StoredEvent, event: StoredEvent, now: datetime) -> bool:
    """Whether an event that bears the UID of one that has begun is another one: counters of UIDs that start again each season.

    What has begun may still be corrected or put off; what comes later under another title, or a season later, is not it.
    """
    if begins_after(before.data.start, now) or not begins_after(event.data.start, now):
        return False
    apart = instant(event.data.start) - instant(before.data.start)
    return apart > MOVED or titles_alike(before.data.title, event.data.title) < NEAR


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
