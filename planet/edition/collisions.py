"""Dates on which different groups have an event. Pure; the mail and the pages read the same list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from itertools import combinations

from planet.model import Collision, Event, Message
from planet.text import digest
from planet.when import day_of, days_of


def collisions(events: Sequence[Event], now: datetime, *, timezone: str) -> tuple[Collision, ...]:
    """Pairs of events of different groups on one day, today or later, each pair once, by day. Cancelled events collide with none.

    `timezone` is the planet's: its days count.
    """
    today = day_of(now, timezone)
    by_day: defaultdict[date, list[Event]] = defaultdict(list)
    for event in events:
        if event.group_slug and event.data.status != "cancelled":
            for day in days_of(event.data.start, event.end, timezone):
                if day >= today:
                    by_day[day].append(event)
    pairs: dict[str, Collision] = {}
    for day, of_day in sorted(by_day.items()):
        for first, second in combinations(sorted(of_day, key=lambda event: (event.group_slug, event.id)), 2):
            if first.group_slug != second.group_slug:
                key = digest(first.id, second.id)
                pairs.setdefault(
                    key, Collision(day=day, first=first, second=second, key=key, text=_text(day, first, second))
                )
    return tuple(pairs.values())


def _text(day: date, first: Event, second: Event) -> Message:
    return Message.of(
        "{date}: {first_group} (“{first}”) and {second_group} (“{second}”) have events on the same day",
        date=day.isoformat(),
        first_group=first.group,
        first=first.data.title,
        second_group=second.group,
        second=second.data.title,
    )
