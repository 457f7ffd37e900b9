"""Events: what a calendar says of one, as stored for that calendar, and as merged from all calendars that list it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from planet.model.base import SafeHtml

Status = Literal["confirmed", "tentative", "cancelled"]
JoinKind = Literal["announcement", "talk", "mention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventData:
    """What a calendar says of one event: the same value from the parser to the page, nested in what each stage adds.

    `start` and `end` are aware UTC, or dates for an all-day event, whose `end` is exclusive (RFC 5545 3.6.1).
    """

    title: str
    html: SafeHtml = SafeHtml("")
    """The description, sanitised; "" before it is normalised."""
    text: str = ""
    start: datetime | date
    end: datetime | date | None = None
    status: Status = "confirmed"
    location: str = ""
    geo: tuple[float, float] | None = None
    """Latitude and longitude in degrees."""
    url: str = ""
    organizer: str = ""
    organizer_url: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    timezone: str = ""
    """Olson name of the zone the times were written in, "" when they name none or are all-day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """One occurrence as a parser reads it, recurrences expanded; its description is not sanitised, its addresses not checked."""

    uid: str
    recurrence_id: str = ""
    data: EventData
    description: str = ""
    description_is_html: bool = False
    sequence: int = 0
    modified: datetime | None = None
    date_reason: str = ""
    """Which rule found the date, where there is a choice (feeds of events)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One occurrence in one calendar: identity fixed, text safe."""

    calendar: str
    """The key of its feed in the configuration."""
    uid: str
    recurrence_id: str = ""
    data: EventData
    url_key: str = ""
    sequence: int = 0
    modified: datetime | None = None
    first_seen: datetime | None = None
    changed: datetime | None = None
    """When the data changed last, as this planet saw it."""
    revision: int = 0
    """How often the data has changed: SEQUENCE of what is published."""
    date_reason: str = ""
    """As in `RawEvent`."""
    slug: str = ""
    """Its file name: given when it was first seen, and never changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChanges:
    """The changes that a calendar makes to its stored events. An event is identified by (uid, recurrence_id) within its calendar."""

    upserts: tuple[StoredEvent, ...] = ()
    withdrawn: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.upserts or self.withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryJoin:
    """A story (by id) of an event: its kind (announcement, talk, mention), the rule that joins them (see `planet.edition.joins`), and the evidence."""

    story_id: int
    kind: JoinKind
    rule: str
    what: str
    speakers: tuple[str, ...] = ()
    """The authors of the page of a talk, where a source that lists the event publishes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event merged from all calendars that list it. `id` is stable and unique in the planet: the UID of what is published."""

    id: str
    slug: str
    """Its file name."""
    data: EventData
    end: datetime | date
    """The end of the event; the default end where its data gives none."""
    group: str = ""
    """Name of the group that leads, "" when none does."""
    group_slug: str = ""
    groups: tuple[str, ...] = ()
    """Slugs of the groups that it is of: the leading one, and those that list it themselves."""
    technologies: tuple[str, ...] = ()
    sources: tuple[tuple[str, str, str, str], ...] = ()
    """(source name, feed as configured, UID as given, URL) for each calendar that lists it."""
    revision: int = 0
    changed: datetime | None = None
    first_seen: datetime | None = None
    joins: tuple[StoryJoin, ...] = ()
    """The stories that belong to it, and why."""
    reasons: tuple[tuple[str, str], ...] = ()
    """(what was decided, by which rule), for `planet explain`."""
    rev: str = ""
    """Changes exactly when anything that is shown of it changes, but for its stories."""

    @property
    def stories(self) -> tuple[int, ...]:
        """Ids of the stories that announce it."""
        return self._joined("announcement")

    @property
    def talks(self) -> tuple[int, ...]:
        """Ids of the stories that are pages of its talks."""
        return self._joined("talk")

    @property
    def mentions(self) -> tuple[int, ...]:
        """Ids of the stories about it: by somebody who does not list it, or after it."""
        return self._joined("mention")

    def _joined(self, kind: JoinKind) -> tuple[int, ...]:
        return tuple(join.story_id for join in self.joins if join.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """Events of two groups on one day."""

    day: date
    first: Event
    second: Event
    free: tuple[date, ...] = ()
    """The nearest days without an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place of past events: its most frequent spelling, how many events it had, and when the last was."""

    place: str
    events: int
    last: date
