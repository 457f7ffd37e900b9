"""The copies of an event in several calendars: who lists each, which was seen first, and the UID that the planet publishes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planet.merge.authorship import Authors
from planet.model import Classification, Config, EventData, FeedConfig, Source, StoredEvent
from planet.text import digest

LONGEST_UID = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A source that lists a calendar. `position`: of the feed, in feeds.yaml."""

    source: Source
    feed: FeedConfig
    position: int

    @property
    def is_group(self) -> bool:
        return self.source.kind == "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCopy:
    """An event as one calendar lists it, and the sources and technologies it is classified under."""

    event: StoredEvent
    classification: Classification
    owners: tuple[Owner, ...]
    """The sources that show it: their filters do not exclude it."""

    @property
    def data(self) -> EventData:
        return self.event.data


def owners_by_calendar(config: Config) -> dict[str, list[Owner]]:
    owners: defaultdict[str, list[Owner]] = defaultdict(list)
    position = 0
    for source in config.sources:
        for feed in source.feeds:
            if feed.kind != "posts":
                owners[feed.key].append(Owner(source=source, feed=feed, position=position))
            position += 1
    return dict(owners)


class EventIds:
    """UIDs and file names, each once in the planet: the copy that was seen first gives both, so that neither changes later."""

    def __init__(
        self, events: Sequence[StoredEvent], owners: Mapping[str, Sequence[Owner]], authors: Authors, planet: str
    ) -> None:
        self._owners = owners
        self._authors = authors
        self._planet = planet
        self._position = {
            key: min((not owner.is_group, owner.position) for owner in sources) for key, sources in owners.items()
        }
        self._first: dict[str, tuple[str, str]] = {}
        """By UID: the calendar and recurrence that had it first."""
        for event in sorted(events, key=self.age):
            self._first.setdefault(event.uid, (event.calendar, event.recurrence_id))

    def age(self, event: StoredEvent) -> tuple[float, bool, tuple[bool, int], str, str, str]:
        """Sorts events by when they were first seen, then those on their lister's own site, groups before members, by feeds.yaml."""
        first = event.first_seen.timestamp() if event.first_seen else 0.0
        position = self._position[event.calendar]
        return first, not self.is_own(event), position, event.calendar, event.uid, event.recurrence_id

    def is_own(self, event: StoredEvent) -> bool:
        """Whether the page of an event is on the site of a source that lists it."""
        owner = self._authors.owner(event.data.url)
        return bool(owner) and any(listing.source.slug == owner for listing in self._owners[event.calendar])

    def uid(self, event: StoredEvent) -> str:
        """The UID to publish: its own, unless it recurs, is too long, or was another event's first."""
        is_first = self._first[event.uid] == (event.calendar, event.recurrence_id)
        if is_first and not event.recurrence_id and len(event.uid) <= LONGEST_UID and event.uid.isprintable():
            return event.uid
        return f"{digest(event.calendar, event.uid, event.recurrence_id)}@{self._planet}"
