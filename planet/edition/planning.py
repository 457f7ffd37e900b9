"""Help to plan an event: rooms of past events, free days and weeks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from planet.model import Event, Room
from planet.similarity import particular_place, places_alike
from planet.text import fold
from planet.when import day_of, days_of, is_over

LONG = 7
"""An event of more days (an exhibition, a call for papers) does not take the days of other events."""
ROOMS = 12
"""Most rooms that are named."""
LATEST = 400
"""Most past events whose rooms are named, the latest ones: an old room may be gone, and each place is compared with all rooms."""
WEEKS = 13
AROUND = 7
"""Days before and after a collision among which free days are searched."""
FREE = 4
"""Most free days that are named, the nearest."""


def rooms(events: Sequence[Event], today: date, timezone: str) -> tuple[Room, ...]:
    """The places of past events, those with most events first. `events` by start, oldest first; `timezone` is the planet's.

    Spellings of one place are one room, written the commonest way; an address of the web, and a town alone, are none.
    """
    past = [event for event in events if event.data.status != "cancelled"]
    past = [event for event in past if is_over(event.data.start, event.end, today, timezone)][-LATEST:]
    clusters: list[list[Event]] = []
    for event in past:
        place = event.data.location
        if "://" in place or not particular_place(place):
            continue
        same = next((cluster for cluster in clusters if _is_same(cluster[0].data.location, place)), None)
        if same is None:
            clusters.append([event])
        else:
            same.append(event)
    shown = (_room(cluster, timezone) for cluster in clusters)
    return tuple(sorted(shown, key=lambda room: (-room.events, -room.last.toordinal(), room.place))[:ROOMS])


def _is_same(first: str, second: str) -> bool:
    return fold(first) == fold(second) or places_alike(first, second)


def _room(cluster: Sequence[Event], timezone: str) -> Room:
    spellings = Counter(" ".join(event.data.location.split()) for event in reversed(cluster))
    return Room(
        place=spellings.most_common(1)[0][0], events=len(cluster), last=day_of(cluster[-1].data.start, timezone)
    )


def taken_days(events: Iterable[Event], timezone: str) -> frozenset[date]:
    """The days on which an event is held that is not cancelled and not long."""
    return frozenset(_days(events, timezone))


def _days(events: Iterable[Event], timezone: str) -> Iterator[date]:
    for event in events:
        if event.data.status != "cancelled":
            days = list(days_of(event.data.start, event.end, timezone))
            if len(days) <= LONG:
                yield from days


def free_weeks(taken: Collection[date], today: date) -> tuple[tuple[date, date], ...]:
    """The weeks (Monday to Sunday) of the next three months without an event, from next week on: (first day, last day) of each row of weeks."""
    monday = today - timedelta(days=today.weekday())
    free: list[tuple[date, date]] = []
    for number in range(1, WEEKS + 1):
        first = monday + timedelta(weeks=number)
        last = first + timedelta(days=6)
        if any(first + timedelta(days=day) in taken for day in range(7)):
            continue
        if free and free[-1][1] + timedelta(days=1) == first:
            free[-1] = free[-1][0], last
        else:
            free.append((first, last))
    return tuple(free)


def free_days(day: date, taken: Collection[date], today: date) -> tuple[date, ...]:
    """The nearest days around `day` that are free and to come, in order: working days for a working day, else days of weekends."""
    near = (day + timedelta(days=sign * apart) for apart in range(1, AROUND + 1) for sign in (-1, 1))
    alike = [other for other in near if other > today and other.weekday() // 5 == day.weekday() // 5]
    return tuple(sorted([other for other in alike if other not in taken][:FREE]))
