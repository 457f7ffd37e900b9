"""Events of different groups on one day. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from planet.model import Event, Message
from planet.text import digest
from planet.when import day_of

LONGEST = 31
"""Days of one event that are looked at for collisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """Two groups that hold an evening on one day. `key` names the pair, so that it is told once."""

    day: date
    first: Event
    second: Event
    key: str
    text: Message


def collisions(events: Sequence[Event], now: datetime, *, timezone: str) -> tuple[Collision, ...]:
    """Pairs of evenings to come that different groups hold on one day, by day. `timezone` is the planet's. Cancelled ones are none."""
    held: defaultdict[date, list[Event]] = defaultdict(list)
    today = day_of(now, timezone)
    for event in events:
        if event.group_slug and event.data.status != "cancelled":
            for day in _days(event, timezone):
                if day >= today and (day > today or _is_to_come(event, now)):
                    held[day].append(event)
    told: dict[str, Collision] = {}
    for day in sorted(held):
        of_day = sorted(held[day], key=lambda event: (event.group_slug, event.id))
        for position, first in enumerate(of_day):
            for second in of_day[position + 1 :]:
                if first.group_slug != second.group_slug:
                    key = digest(first.id, second.id)
                    told.setdefault(key, _collision(day, first, second, key))
    return tuple(told.values())


def _collision(day: date, first: Event, second: Event, key: str) -> Collision:
    text = Message.of(
        "{date}: {first_group} (“{first}”) and {second_group} (“{second}”) hold an evening on the same day",
        date=day.isoformat(),
        first_group=first.group,
        first=first.data.title,
        second_group=second.group,
        second=second.data.title,
    )
    return Collision(day=day, first=first, second=second, key=key, text=text)


def _is_to_come(event: Event, now: datetime) -> bool:
    return not isinstance(event.data.start, datetime) or event.data.start > now


def _days(event: Event, timezone: str) -> Iterator[date]:
    """The days that an event takes: an all-day one all of them, an evening the one it begins on."""
    day = day_of(event.data.start, timezone)
    yield day
    if not isinstance(event.data.start, datetime):
        end = day_of(event.end, timezone)
        for later in range(1, LONGEST):
            if day + timedelta(days=later) >= end:
                return
            yield day + timedelta(days=later)
