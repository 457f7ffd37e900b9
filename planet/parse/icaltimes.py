"""Dates, times and durations of iCalendar (RFC 5545 sections 3.3.4 to 3.3.6), and what people write instead."""

from __future__ import annotations

import re
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


def read_moment(held: Property, zones: Zones, value: str | None = None) -> datetime | date | None:
    """A DATE or DATE-TIME: a date, or a datetime in its own zone (UTC, TZID, else the calendar's). None: cannot be read."""
    written = (held.value if value is None else value).strip()
    if (usual := _usual(written, held, zones)) is not None:
        return usual
    found = _MOMENT.fullmatch(written)
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None or held.parameters.get("VALUE", "").upper() == "DATE":
            return day
        return _timed(day, found, held, zones)
    except (ValueError, OverflowError):
        return None


def _usual(written: str, held: Property, zones: Zones) -> datetime | None:
    """`20261201T190000` and `20261201T180000Z`, as nearly all are written; None for all others."""
    if (
        len(written) not in {15, 16}
        or written[8] != "T"
        or not (written.isascii() and (written[:8] + written[9:15]).isdigit())
    ):
        return None
    if (len(written) == 16 and written[15] != "Z") or "VALUE" in held.parameters:
        return None
    zone = UTC if len(written) == 16 else zones.get(held.parameters.get("TZID", ""))
    clock = int(written[9:11]), int(written[11:13]), int(written[13:15])
    try:
        return datetime(int(written[:4]), int(written[4:6]), int(written[6:8]), *clock, tzinfo=zone)
    except ValueError:
        return None


def _timed(day: date, found: re.Match[str], held: Property, zones: Zones) -> datetime:
    hour, minute, second = int(found[4]), int(found[5]), int(found[6] or 0)
    midnight = (hour, minute, second) == (24, 0, 0)
    clock = time(0 if midnight else hour, minute, 59 if second == 60 else second)
    local = datetime.combine(day, clock) + timedelta(days=1 if midnight else 0)
    offset = (found[7] or "").upper()
    if offset == "Z":
        return local.replace(tzinfo=UTC)
    if offset:
        delta = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        return (local - delta if offset[0] == "+" else local + delta).replace(tzinfo=UTC)
    return local.replace(tzinfo=zones.get(held.parameters.get("TZID", "")))


def read_moments(held: Property, zones: Zones) -> list[datetime | date]:
    """The values of RDATE or EXDATE; of a PERIOD its start. What cannot be read is passed over."""
    values = (read_moment(held, zones, piece.partition("/")[0]) for piece in held.value.split(","))
    return [value for value in values if value is not None]


def read_duration(value: str) -> timedelta | None:
    """A DURATION (`PT1H30M`, `P2D`, `-PT15M`); None when it is none, or longer than ten years."""
    parts = _parts(value)
    return None if parts is None else parts[0] + parts[1]


def _parts(value: str) -> tuple[timedelta, timedelta] | None:
    """A duration as its days, which follow the calendar, and its hours, which follow the clock (3.3.6)."""
    found = _DURATION.fullmatch(value.strip())
    if found is None or not any(found.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    whole, rest = timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if whole + rest > timedelta(days=3660):
        return None
    return (-whole, -rest) if found[1] == "-" else (whole, rest)


def later(start: datetime | date, duration: str) -> datetime | date | None:
    """What a DURATION leads to from `start`; None when it is none. Raises OverflowError at the end of time."""
    parts = _parts(duration)
    if parts is None:
        return None
    if not isinstance(start, datetime):
        return start + parts[0]
    return ((start + parts[0]).astimezone(UTC) + parts[1]).astimezone(start.tzinfo)


def utc(moment: datetime | date) -> datetime | date:
    """A datetime in UTC, a date as it is. Raises OverflowError at the ends of time."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def stamp(moment: datetime | date) -> str:
    """How a RECURRENCE-ID is compared: `20261123` or `20261123T180000Z`."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{moment:%Y%m%d}"
