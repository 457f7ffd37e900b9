"""Evenings: events as stored for one calendar, and as told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from planet.model.base import SafeHtml

Status = Literal["confirmed", "tentative", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One occurrence in one calendar: identity fixed, text safe. `start`/`end` as in `RawEvent`."""

    calendar: str
    """The key of its feed in the configuration."""
    uid: str
    recurrence_id: str = ""
    title: str
    html: SafeHtml
    text: str
    location: str = ""
    geo: tuple[float, float] | None = None
    url: str = ""
    url_key: str = ""
    start: datetime | date
    end: datetime | date | None = None
    status: Status = "confirmed"
    organizer: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    sequence: int = 0
    modified: datetime | None = None
    first_seen: datetime | None = None
    changed: datetime | None = None
    """When what it says changed last, as this planet saw it."""
    revision: int = 0
    """How often what it says has changed: SEQUENCE of what is published."""
    organizer_url: str = ""
    timezone: str = ""
    """Olson name of the zone it was written in, "" when it names none or is all-day."""
    date_reason: str = ""
    """Which rule found the date, where there is a choice (feeds of events)."""
    slug: str = ""
    """Its file name for ever: given when it was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChanges:
    """What a calendar does to what is stored of it. An event is known by (uid, recurrence_id) within its calendar."""

    upserts: tuple[StoredEvent, ...] = ()
    withdrawn: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.upserts or self.withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An evening, told once. `id` is stable and unique in the planet: the UID of what is published, and `slug` its file name."""

    id: str
    slug: str
    url: str
    title: str
    html: SafeHtml
    text: str
    start: datetime | date
    end: datetime | date
    status: Status
    location: str = ""
    geo: tuple[float, float] | None = None
    group: str = ""
    """Name of the group that leads, "" when none does."""
    group_slug: str = ""
    organizer: str = ""
    organizer_url: str = ""
    timezone: str = ""
    """Olson name of the zone it is told in, "" for the planet's."""
    tags: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    sources: tuple[tuple[str, str, str, str], ...] = ()
    """(source name, feed as configured, UID as given, URL) for each calendar that carries it."""
    image: str = ""
    revision: int = 0
    changed: datetime | None = None
    first_seen: datetime | None = None
    stories: tuple[int, ...] = ()
    """Ids of stories that announce it."""
    reasons: tuple[tuple[str, str], ...] = ()
    """Why: (what, which rule), for `planet explain`."""
    rev: str = ""
    """Changes exactly when anything that is shown of it changes."""
