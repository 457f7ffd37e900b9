"""Days and instants of events: one rule each. Pure; `now` and the planet's time zone are parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Item = TypeVar("Item")
Period = TypeVar("Period")
EARLIEST_YEAR = 1990
"""A date before is that of an unset clock, not of a post or an event."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST = 31
"""Most days of one event that `days_of` gives."""


def is_believable(moment: datetime | date) -> bool:
    """Whether an event may be then: dates near the ends of the calendar cannot be shown in every zone."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def instant(moment: datetime | date) -> datetime:
    """A start or end as an aware datetime; a day stands for its midnight in UTC."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), tzinfo=UTC)


def day_of(moment: datetime | date, timezone: str) -> date:
    """The day of a start in an Olson time zone; its own day where the zone is unknown or the moment has none there."""
    if not isinstance(moment, datetime):
        return moment
    try:
        return moment.astimezone(ZoneInfo(timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return moment.date()


def monday_of(moment: datetime | date, timezone: str) -> date:
    """The first day of the ISO 8601 week that a start falls in, in an Olson time zone."""
    day = day_of(moment, timezone)
    return day - timedelta(days=day.weekday())


def last_day(start: datetime | date, end: datetime | date, timezone: str) -> date:
    """The last day of an event. The end of an all-day event is the day after (RFC 5545 3.6.1); midnight ends the day before."""
    first = day_of(start, timezone)
    if isinstance(end, datetime):
        last = day_of(end - timedelta(microseconds=1), timezone) if end > datetime.min.replace(tzinfo=UTC) else first
    else:
        last = end - timedelta(days=1) if end > date.min else end
    return max(first, last)


def days_of(start: datetime | date, end: datetime | date, timezone: str) -> Iterator[date]:
    """The days that an event takes, at most `LONGEST`: an all-day one all of them, a timed one the day it begins on."""
    first = day_of(start, timezone)
    last = first if isinstance(start, datetime) else last_day(start, end, timezone)
    for later in range(min((last - first).days + 1, LONGEST)):
        yield first + timedelta(days=later)


def is_over(start: datetime | date, end: datetime | date, today: date, timezone: str) -> bool:
    """Whether an event ended before `today`: one that began or ends today is upcoming until midnight."""
    return last_day(start, end, timezone) < today


def begins_after(start: datetime | date, now: datetime) -> bool:
    """Whether an event has not begun; an all-day one begins with its day in UTC."""
    return start > now if isinstance(start, datetime) else start > now.astimezone(UTC).date()


def default_end(start: datetime | date) -> datetime | date:
    """RFC 5545 3.6.1: without an end a timed event ends as it starts, an all-day one with its day."""
    if isinstance(start, datetime) or start == date.max:
        return start
    return start + timedelta(days=1)


def window(now: datetime) -> tuple[datetime, datetime]:
    """The range in which recurring events are expanded: 18 months back, 12 ahead."""
    from dateutil.relativedelta import relativedelta  # only what reads calendars needs it

    return now - relativedelta(months=18), now + relativedelta(months=12)


def rfc3339(moment: datetime) -> str:
    """2026-11-23T08:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def runs(items: Sequence[Item], period: Callable[[Item], Period]) -> Iterator[tuple[Period, slice]]:
    """The stretches of a sequence that is sorted by date in which all have the same `period` (a day, a month): (period, where they are).

    The end of each is sought in steps that double, so that of long stretches few items are looked at.
    """
    start = 0
    while start < len(items):
        of_start = period(items[start])
        last, step = start, 1
        while last + step < len(items) and period(items[last + step]) == of_start:
            last, step = last + step, 2 * step
        after = min(last + step, len(items))
        while after - last > 1:
            middle = (last + after) // 2
            last, after = (middle, after) if period(items[middle]) == of_start else (last, middle)
        yield of_start, slice(start, after)
        start = after
