"""Dates, times and durations of iCalendar (RFC 5545 sections 3.3.4 to 3.3.6), and what people write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from planet.parse.contentlines import Property
from planet.parse.zones import Zones

_MOMENT = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?", re.IGNORECASE
)


def read_moment(prop: Property, zones: Zones, value: str | None = None) -> datetime | date | None:
    """A DATE or DATE-TIME: a date, or a datetime in its own zone (UTC, TZID, else the calendar's). None: cannot be read."""
    text = (prop.value if value is None else value).strip()
    if (usual := _usual(text, prop, zones)) is not None:
        return usual
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None or prop.parameters.get("VALUE", "").upper() == "DATE":
            return day
        return _timed(day, match, prop, zones)
    except (ValueError, OverflowError):
        return None


def _usual(text: str, prop: Property, zones: Zones) -> datetime | None:
    """`20261201T190000` and `20261201T180000Z`, as nearly all are written; None for all others."""
    if len(text) not in {15, 16} or text[8] != "T" or not (text.isascii() and (text[:8] + text[9:15]).isdigit()):
        return None
    if (len(text) == 16 and text[15] != "Z") or "VALUE" in prop.parameters:
        return None
    zone = UTC if len(text) == 16 else zones.get(prop.parameters.get("TZID", ""))
    clock = int(text[9:11]), int(text[11:13]), int(text[13:15])
    try:
        return datetime(int(text[:4]), int(text[4:6]), int(text[6:8]), *clock, tzinfo=zone)
    except ValueError:
        return None


def _timed(day: date, match: re.Match[str], prop: Property, zones: Zones) -> datetime:
    hour, minute, second = int(match[4]), int(match[5]), int(match[6] or 0)
    midnight = (hour, minute, second) == (24, 0, 0)
    clock = time(0 if midnight else hour, minute, 59 if second == 60 else second)
    local = datetime.combine(day, clock) + timedelta(days=1 if midnight else 0)
    offset = (match[7] or "").upper()
    if offset == "Z":
        return local.replace(tzinfo=UTC)
    if offset:
        delta = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        return (local - delta if offset[0] == "+" else local + delta).replace(tzinfo=UTC)
    return local.replace(tzinfo=zones.get(prop.parameters.get("TZID", "")))


def read_moments(prop: Property, zones: Zones) -> Iterator[datetime | date]:
    """Yields the values of RDATE or EXDATE; of a PERIOD its start. What cannot be read is passed over."""
    values = (read_moment(prop, zones, piece.partition("/")[0]) for piece in prop.value.split(","))
    return (value for value in values if value is not None)


def read_duration(value: str) -> timedelta | None:
    """A DURATION (`PT1H30M`, `P2D`, `-PT15M`); None when it is none, or longer than ten years."""
    parts = _parts(value)
    return None if parts is None else parts[0] + parts[1]


def _parts(value: str) -> tuple[timedelta, timedelta] | None:
    """A duration as its days, which follow the calendar, and its hours, which follow the clock (3.3.6)."""
    match = _DURATION.fullmatch(value.strip())
    if match is None or not any(match.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    whole, rest = timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if whole + rest > timedelta(days=3660):
        return None
    return (-whole, -rest) if match[1] == "-" else (whole, rest)


def later(start: datetime | date, duration: str) -> datetime | date | None:
    """What a DURATION leads to from `start`; None when it is none. Raises OverflowError at the end of time."""
    parts = _parts(duration)
    if parts is None:
        return None
    if not isinstance(start, datetime):
        return start + parts[0]
    return ((start + parts[0]).astimezone(UTC) + parts[1]).astimezone(start.tzinfo)


def utc(moment: datetime | date) -> datetime | date:
    """A datetime in UTC, a date unchanged. Raises OverflowError outside of the years 1 to 9999."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def stamp(moment: datetime | date) -> str:
    """How a RECURRENCE-ID is compared: `20261123` or `20261123T180000Z`."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{moment:%Y%m%d}"
