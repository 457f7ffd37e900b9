"""Events of a calendar -> events as they are stored: identity fixed, text safe, addresses checked. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from planet.model import CalendarRead, RawEvent, StoredEvent
from planet.normalise import Sanitise
from planet.normalise.markdown import html_of, to_html
from planet.text import anchor, id_prefix, one_line, shorten
from planet.urls import canonical_key, http_url, without_tracking

UNTITLED = "…"


def normalise_events(
    read: CalendarRead, *, calendar: str, sanitise: Sanitise, now: datetime
) -> tuple[StoredEvent, ...]:
    """The events of a calendar as they are stored, each identity once. `calendar` is the key of its feed.

    Of two events with one identity the one of the higher SEQUENCE stays, then the later one.
    """
    events: dict[tuple[str, str], StoredEvent] = {}
    for raw in read.events:
        key = raw.uid, raw.recurrence_id
        if key not in events or raw.sequence >= events[key].sequence:
            events[key] = _stored(raw, calendar, sanitise, read.name, now)
    return tuple(events.values())


def _stored(raw: RawEvent, calendar: str, sanitise: Sanitise, calendar_name: str, now: datetime) -> StoredEvent:
    url, url_key = _address(raw.data.url)
    markup = html_of(raw.description) if raw.description_is_html else to_html(raw.description)
    description = sanitise(markup, base=url, prefix=id_prefix(anchor(raw.uid, raw.recurrence_id)), page=url)
    return StoredEvent(
        calendar=calendar,
        uid=raw.uid,
        recurrence_id=raw.recurrence_id,
        data=replace(
            raw.data,
            title=raw.data.title or shorten(description.text, 80) or one_line(calendar_name, 80) or UNTITLED,
            html=description.html,
            text=description.text,
            url=url,
            organizer_url=http_url(raw.data.organizer_url),
            image=http_url(raw.data.image),
        ),
        url_key=url_key,
        sequence=raw.sequence,
        modified=raw.modified,
        first_seen=now,
        changed=now,
        date_reason=raw.date_reason,
    )


@lru_cache(maxsize=4096)
def _address(url: str) -> tuple[str, str]:
    """An event's page as a link, and the key that its spellings share. Cached: a series has one page."""
    clean = without_tracking(http_url(url))
    return clean, canonical_key(clean)
