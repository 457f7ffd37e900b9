"""Dates on which different groups have an event. Pure; the mail and the pages read the same list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import combinations

from planet.edition.planning import LONG, free_days, taken_days
from planet.model import Collision, Event, Message
from planet.text import digest
from planet.when import day_of, days_of

HORIZON = timedelta(days=90)
"""How far ahead collisions are reported: nobody acts on a date of next year."""
SHARE = 20
"""Most events of one group on one day that are compared."""
NAMED = 10
"""Most collisions that one run reports line by line."""


def collisions(events: Sequence[Event], now: datetime, *, timezone: str) -> tuple[Collision, ...]:
    """Pairs of events of different groups on one day, today or later, each pair once, by day. Cancelled events collide with none.

    `timezone` is the planet's: its days count.
    """
    today = day_of(now, timezone)
    by_day: defaultdict[date, list[Event]] = defaultdict(list)
    shares: Counter[tuple[date, str]] = Counter()
    for event in events:
        if event.group_slug and event.data.status != "cancelled":
            days = list(days_of(event.data.start, event.end, timezone))
            for day in days if len(days) <= LONG else ():
                shares[day, event.group_slug] += 1
                if day >= today and shares[day, event.group_slug] <= SHARE:
                    by_day[day].append(event)
    taken = taken_days(events, timezone) if by_day else frozenset()
    pairs: dict[tuple[str, str], Collision] = {}
    for day, of_day in sorted(by_day.items()):
        free = free_days(day, taken, today) if len(of_day) > 1 else ()
        for first, second in combinations(sorted(of_day, key=lambda event: (event.group_slug, event.id)), 2):
            if set(first.groups).isdisjoint(second.groups):
                pairs.setdefault((first.id, second.id), Collision(day=day, first=first, second=second, free=free))
    return tuple(pairs.values())


def collision_news(collisions: Sequence[Collision], today: date) -> dict[str, Message]:
    """The lines that a run reports, by a key for reporting each once: one line for two events, or two series, that collide within `HORIZON`.

    Of many at once the first `NAMED` are named, and the rest is counted.
    """
    by_series: dict[str, list[Collision]] = {}
    for collision in collisions:
        if collision.day <= today + HORIZON:
            by_series.setdefault(digest(_series(collision.first), _series(collision.second)), []).append(collision)
    return {key: _text(dates) for key, dates in by_series.items()}


def summary(news: dict[str, Message]) -> list[Message]:
    """These lines, shortened where they are many."""
    lines = list(news.values())
    if len(lines) <= NAMED:
        return lines
    rest = Message.counted(
        "{count} more date on which two groups meet is marked on the page of events",
        "{count} more dates on which two groups meet are marked on the page of events",
        count=len(lines) - NAMED,
    )
    return [*lines[:NAMED], rest]


def _series(event: Event) -> str:
    """The key of a series of events: the UID in its calendar, which the dates of a series share."""
    uids = [uid for _, _, uid, _ in event.sources]
    if event.id in uids or not event.sources:
        return event.id
    return "\n".join(event.sources[0][1:3])


def _text(dates: Sequence[Collision]) -> Message:
    first = dates[0]
    facts = {
        "date": first.day.isoformat(),
        "first_group": first.first.group,
        "first": first.first.data.title,
        "second_group": first.second.group,
        "second": first.second.data.title,
    }
    if len(dates) == 1:
        clash = Message.of(
            "{date}: {first_group} (“{first}”) and {second_group} (“{second}”) have events on the same day", **facts
        )
        days = ", ".join(day.isoformat() for day in first.free)
        return Message.of("{collision}; free days around: {days}", collision=clash, days=days) if days else clash
    return Message.counted(
        "{date} and on {count} more day, {last}: {first_group} (“{first}”) and {second_group} (“{second}”) "
        "have events on the same day",
        "{date} and on {count} more days until {last}: {first_group} (“{first}”) and {second_group} (“{second}”) "
        "have events on the same day",
        **facts,
        count=len(dates) - 1,
        last=dates[-1].day.isoformat(),
    )
