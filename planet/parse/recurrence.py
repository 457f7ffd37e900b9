"""Recurring events: the occurrences inside a window, at a bounded cost.

`recurring-ical-events` does the expansion. What it is asked is checked first: `python-dateutil` below it walks every step of a rule
from its start, and goes on to the year 9999 where a rule never comes true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import prod
from typing import Any, cast

import recurring_ical_events
from dateutil.rrule import rrulestr
from icalendar import Calendar, Event
from icalendar.prop import vRecur

from planet.parse.icaltimes import stamp
from planet.when import instant

MOST = 1_000
"""Occurrences of one series: daily for the 30 months of the window fits."""
BUDGET = 5_000_000
"""Limit of the estimated cost (`price`) of all series of a calendar, in microseconds."""
EACH = 300
"""Microseconds for each date that is given singly (RDATE, EXDATE, an override)."""
_PART = re.compile(r"[A-Z]+=[A-Z0-9,+-]+")
_NUMBER = re.compile(r"[+-]?\d{1,5}")
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_FREQUENCIES = {"DAILY": (1, 3), "WEEKLY": (7, 10), "MONTHLY": (30, 20), "YEARLY": (365, 200)}
"""Days of a step, and microseconds that one takes."""
_NUMBERS = {
    "BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366,
    "BYHOUR": 23, "BYMINUTE": 59, "BYSECOND": 59,
}  # fmt: skip
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LEAST_PRICE = 20_000
_DAY, _RESULT, _POSITION, _SHOWN = 1.0, 1.5, 0.4, 160
"""Microseconds for each day of a step, each of its results, each result and BYSETPOS, each occurrence that is kept (`bench.recurrence`)."""
_TIMES_A_DAY = 4


class RuleError(ValueError):
    """A rule that is not followed; `sub_daily` when it is too frequent for events, else it is no rule at all."""

    def __init__(self, *, sub_daily: bool = False) -> None:
        super().__init__("sub-daily" if sub_daily else "not a rule")
        self.sub_daily = sub_daily


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When one component of a series is: the master, or an override (`recurrence_id` is set). `index` names it for the caller."""

    index: int
    start: datetime | date
    end: datetime | date | None = None
    rules: tuple[str, ...] = ()
    """RRULEs: most series have one, and all dates of all of them count."""
    dates: tuple[datetime | date, ...] = ()
    ends: Mapping[datetime | date, datetime] = field(default_factory=dict)
    """Of an RDATE that is a PERIOD, when it ends."""
    except_dates: tuple[datetime | date, ...] = ()
    recurrence_id: datetime | date | None = None
    and_future: bool = False
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One occurrence: `index` of the component that describes it, `recurrence_id` when it was due (as `stamp` writes it)."""

    index: int
    start: datetime | date
    end: datetime | date | None
    recurrence_id: str


def check_rule(rule: str, start: datetime | date, zone: tzinfo = UTC) -> dict[str, str]:
    """The parts of an RRULE, UNTIL made comparable with `start` (3.3.10); `zone` is the calendar's own. Raises RuleError."""
    parts: dict[str, str] = {}
    for piece in filter(None, rule.upper().replace(" ", "").split(";")):
        if not _PART.fullmatch(piece):
            raise RuleError
        name, _, value = piece.partition("=")
        parts[name] = value
    frequency = parts.get("FREQ", "")
    if frequency in {"SECONDLY", "MINUTELY", "HOURLY"}:
        raise RuleError(sub_daily=True)
    if frequency not in _FREQUENCIES:
        raise RuleError
    if not _are_values(parts):
        raise RuleError
    if times_a_day(parts) > _TIMES_A_DAY:
        raise RuleError(sub_daily=True)
    for name in _NUMBERS.keys() & parts.keys():
        parts[name] = ",".join(dict.fromkeys(parts[name].split(",")))
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], start, zone)
    known = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", *_NUMBERS}
    return {name: value for name, value in parts.items() if name in known}


def _are_values(parts: Mapping[str, str]) -> bool:
    """Whether the numbers and weekdays of a rule are such (RFC 5545 3.3.10)."""
    for name, most in _NUMBERS.items():
        if name in parts and not all(_NUMBER.fullmatch(n) and abs(int(n)) <= most for n in parts[name].split(",")):
            return False
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (parts[name].isdigit() and 0 < int(parts[name]) < 100_000):
            return False
    return "BYDAY" not in parts or all(_WEEKDAY.fullmatch(day) for day in parts["BYDAY"].split(","))


def read_utc(text: str) -> datetime:
    """`20261130T230000Z`. Raises ValueError."""
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def day_in(moment: datetime, zone: tzinfo) -> date:
    """The day that a moment means in an all-day series: its own where it is a midnight, else the day in the calendar's zone."""
    return moment.date() if moment.time() == time() else moment.astimezone(zone).date()


def times_a_day(parts: Mapping[str, str]) -> int:
    """How many times of a day a rule names."""
    counts = (len(set(parts[name].split(","))) for name in ("BYHOUR", "BYMINUTE", "BYSECOND") if name in parts)
    return prod(counts)


def _until(text: str, start: datetime | date, zone: tzinfo) -> str:
    """UNTIL of the kind of `start`: a date stands for its whole day, a local time for that of the event's zone."""
    match = re.fullmatch(r"(\d{8})(?:T(\d{6})(Z?))?", text)
    if match is None:
        raise RuleError
    if isinstance(start, datetime) and match[3]:
        return text
    try:
        if not isinstance(start, datetime):
            return f"{day_in(read_utc(text), zone):%Y%m%d}" if match[3] else match[1]
        local = datetime.strptime(match[1] + (match[2] or "235959"), "%Y%m%d%H%M%S").replace(tzinfo=start.tzinfo)
        return f"{local.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    except (ValueError, OverflowError) as error:
        raise RuleError from error


def _until_day(parts: Mapping[str, str]) -> date | None:
    try:
        return datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").replace(tzinfo=UTC).date() if "UNTIL" in parts else None
    except ValueError as error:
        raise RuleError from error


def _numbers(parts: Mapping[str, str], name: str) -> list[int]:
    return [int(number) for number in parts[name].split(",")] if name in parts else []


def may_never_come(parts: Mapping[str, str]) -> bool:
    """Whether a rule may have no occurrence at all, such as the 30th of February: it is then expanded to the end of the calendar."""
    restricting = [name for name in ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO") if name in parts]
    weekdays = parts.get("BYDAY", "")
    return (
        (bool(restricting) and int(parts.get("INTERVAL", "1")) > 1)
        or (not {"BYYEARDAY", "BYWEEKNO"}.isdisjoint(parts) and (len(restricting) > 1 or "BYDAY" in parts))
        or ("BYMONTHDAY" in parts and any(character.isdigit() for character in weekdays))
        or _names_no_day(parts)
        or any(abs(position) > 4 for position in _numbers(parts, "BYSETPOS"))
        or ("BYSETPOS" in parts and "BYMONTHDAY" in parts)
        or any(match and match[1] and abs(int(match[1])) > 5 for match in map(_WEEKDAY.fullmatch, weekdays.split(",")))
    )


def _names_no_day(parts: Mapping[str, str]) -> bool:
    """Whether none of the months of a rule has one of its days of the month."""
    days = _numbers(parts, "BYMONTHDAY")
    months = _numbers(parts, "BYMONTH") or range(1, 13)
    return bool(days) and not any(
        abs(day) <= _LONGEST_MONTHS[abs(month) - 1] for day in days for month in months if month
    )


def price(parts: Mapping[str, str], start: datetime | date, end: datetime) -> int:
    """The estimated cost of expanding a rule up to `end`, in microseconds."""
    days_a_step, each = _FREQUENCIES[parts["FREQ"]]
    interval = int(parts.get("INTERVAL", "1"))
    positions = parts["BYSETPOS"].count(",") + 1 if "BYSETPOS" in parts else 0
    each += round(days_a_step * (_DAY + _RESULT * times_a_day(parts) + _POSITION * positions * times_a_day(parts)))
    last = 9999 * 365 if may_never_come(parts) else end.year * 365 + 365
    until = _until_day(parts)
    if until and not may_never_come(parts):
        last = min(last, until.year * 365 + 365)
    steps = max(0, last - start.year * 365) // (days_a_step * interval)
    in_window = (end.year - max(start.year, end.year - 3)) * 366 * times_a_day(parts) // interval
    return _LEAST_PRICE + steps * each + _SHOWN * min(in_window, 4 * MOST)


def is_over(parts: Mapping[str, str], timing: Timing, begin: datetime) -> bool:
    """Whether a series ended long before the window, so that it need not be expanded."""
    until = _until_day(parts)
    length = _length(timing)
    return until is not None and until + length + timedelta(days=2) < begin.date() and not timing.dates


def _length(timing: Timing) -> timedelta:
    if timing.end is None:
        return timedelta(0)
    return abs(instant(timing.end) - instant(timing.start))


def expand(
    parts: Mapping[str, str], master: Timing, overrides: Sequence[Timing], window: tuple[datetime, datetime]
) -> tuple[list[Occurrence], bool]:
    """The occurrences of one series that touch the window, and whether there were more than `MOST`.

    Raises whatever the libraries raise for values they cannot combine.
    """
    calendar = Calendar()
    for timing in (master, *overrides):
        calendar.add_component(_component(timing, parts if timing is master else {}, master))
    components = recurring_ical_events.of(calendar).between(*window)
    timings = {timing.index: timing for timing in (master, *overrides)}
    occurrences = [_occurrence(event, timings) for event in cast("Iterable[Any]", components)]
    occurrences.sort(key=lambda occurrence: (instant(occurrence.start), occurrence.recurrence_id))
    return occurrences[:MOST], len(occurrences) > MOST


def occurrence_of(timing: Timing) -> Occurrence:
    """An override alone, without its series."""
    due = timing.recurrence_id if timing.recurrence_id is not None else timing.start
    return Occurrence(index=timing.index, start=timing.start, end=timing.end, recurrence_id=stamp(due))


def _component(timing: Timing, parts: Mapping[str, str], master: Timing) -> Event:
    due = _alike(timing.recurrence_id, master.start) if timing.recurrence_id is not None else None
    event = Event()
    event.add("UID", "series")
    event.add("DTSTART", timing.start)
    if timing.end is not None:
        event.add("DTEND", timing.end)
    event.add("SEQUENCE", timing.sequence)
    event.add("X-INDEX", str(timing.index))
    if parts := _counted(parts, timing.start):
        event.add("RRULE", vRecur.from_ical(_text(parts)))
    for name, moments in (("RDATE", timing.dates), ("EXDATE", timing.except_dates)):
        for moment in moments:
            event.add(name, _alike(moment, timing.start))
    if due is not None:
        event.add("RECURRENCE-ID", due, parameters={"RANGE": "THISANDFUTURE"} if timing.and_future else {})
    return event


def _text(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _counted(parts: Mapping[str, str], start: datetime | date) -> Mapping[str, str]:
    """The rule with the COUNT that its library needs: DTSTART is the first occurrence also where the rule does not give it (RFC 5545
    3.3.10), while the library counts only what the rule gives. Empty where nothing is left to count.
    """
    if "COUNT" not in parts:
        return parts
    begin = start if isinstance(start, datetime) else datetime.combine(start, time())
    if next(iter(rrulestr(_text(parts), dtstart=begin)), None) == begin:
        return parts
    remaining = int(parts["COUNT"]) - 1
    return {**parts, "COUNT": str(remaining)} if remaining > 0 else {}


def _alike(moment: datetime | date, start: datetime | date) -> datetime | date:
    """A moment of the kind of `start`: many writers name the day where they must name the time."""
    if isinstance(start, datetime) and not isinstance(moment, datetime):
        return datetime.combine(moment, start.timetz())
    if not isinstance(start, datetime) and isinstance(moment, datetime):
        return moment.date()
    return moment


def _occurrence(event: Any, timings: Mapping[int, Timing]) -> Occurrence:
    index = int(str(event["X-INDEX"]))
    timing = timings[index]
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else None
    due = event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else start
    if timing.and_future and timing.recurrence_id is not None:
        # The library gives every later occurrence the recurrence id of the change (RFC 5545 3.2.13): when it was due tells them apart.
        moved_by = instant(timing.start) - instant(_alike(timing.recurrence_id, timing.start))
        due = start - moved_by
    end = timing.ends.get(start, end)
    return Occurrence(index=index, start=start, end=end, recurrence_id=stamp(due))
