"""Events of a calendar -> events as they are stored: identity fixed, text safe, addresses checked. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from planet.model import CalendarRead, RawEvent, Sanitised, StoredEvent
from planet.normalise.markdown import to_html
from planet.text import digest, one_line, shorten
from planet.urls import canonical_key, http_url, without_tracking

UNTITLED = "…"


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
