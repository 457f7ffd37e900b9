"""VTIMEZONE (RFC 5545 3.6.5) -> a tzinfo with its changes worked out once, at a bounded price.

`dateutil.tz.tzical` walks every rule from its beginning at each conversion: 36 kB of observances took it 108 s.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from planet.parse.contentlines import Component

FIRST_YEAR, LAST_YEAR = 1970, 2050
"""Offset changes are computed for these years; before and after, the nearest offset applies."""
OBSERVANCES = 200
"""Most observances of a zone: one for each change since 1900 fits."""
CHANGES = 2_000
"""Most changes of a zone: two a year are 162."""
LINES = 2_000
"""Most lines of a VTIMEZONE that are read."""
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?")
_WEEKDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_LOCAL = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z?)?")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "BYMONTH", "BYDAY", "BYMONTHDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "UNTIL", "COUNT", "WKST"}
)


class DefinedZone(tzinfo):
    """A zone with a list of changes: at each instant in UTC another offset begins. Local times are read as PEP 495 asks."""

    def __init__(self, name: str, first: timedelta, changes: list[tuple[datetime, timedelta]]) -> None:
        self.name = name
        self._offsets = [first, *(offset for _, offset in changes)]
        self._instants = [instant for instant, _ in changes]
        pairs = list(zip(self._instants, self._offsets, self._offsets[1:], strict=False))
        self._walls = (
            [instant + max(before, after) for instant, before, after in pairs],
            [instant + min(before, after) for instant, before, after in pairs],
        )

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """The offset in force at a local time."""
        if dt is None:
            return self._offsets[-1]
        return self._offsets[bisect_right(self._walls[dt.fold], dt.replace(tzinfo=None))]

    def fromutc(self, dt: datetime) -> datetime:
        """A local time from the same numbers in UTC; `fold` marks the second of two equal local times."""
        instant = dt.replace(tzinfo=None)
        position = bisect_right(self._instants, instant)
        local = instant + self._offsets[position]
        again = position > 0 and local < self._instants[position - 1] + self._offsets[position - 1]
        return local.replace(tzinfo=self, fold=int(again))

    def dst(self, _dt: datetime | None) -> timedelta | None:
        """Unknown: a VTIMEZONE gives whole offsets."""
        return None

    def tzname(self, _dt: datetime | None) -> str:
        """The TZID."""
        return self.name


def read_vtimezone(component: Component) -> DefinedZone | None:
    """The zone that a VTIMEZONE defines; None when it cannot be used (other than yearly rules, impossible offsets, too many parts)."""
    if len(component.inner) > LINES:
        return None
    observances = list(_observances(component.inner))
    if not observances or len(observances) > OBSERVANCES:
        return None
    changes: dict[datetime, timedelta] = {}
    earliest: tuple[datetime, timedelta] | None = None
    try:
        for observance in observances:
            before, after = _read_offset(observance["TZOFFSETFROM"]), _read_offset(observance["TZOFFSETTO"])
            start = _read_local(observance["DTSTART"])
            if earliest is None or start < earliest[0]:
                earliest = start, before
            for onset in _onsets(start, observance):
                changes[onset - before] = after
            if len(changes) > CHANGES:
                return None
    except (KeyError, ValueError, OverflowError):
        return None
    assert earliest is not None
    # All onsets before FIRST_YEAR are one: the last of them is in force there.
    return DefinedZone(component.text("TZID"), earliest[1], sorted(changes.items()))


def _observances(lines: list[str]) -> Iterator[dict[str, str]]:
    """The properties of each STANDARD and DAYLIGHT, RDATEs joined."""
    properties: dict[str, str] | None = None
    for line in lines:
        head, _, value = line.partition(":")
        name = head.partition(";")[0].strip().upper()
        if name == "BEGIN":
            properties = {}
        elif name == "END":
            if properties is not None:
                yield properties
            properties = None
        elif properties is not None:
            joined = name == "RDATE" and name in properties
            properties[name] = f"{properties[name]},{value.strip()}" if joined else value.strip()


def _onsets(start: datetime, observance: Mapping[str, str]) -> Iterator[datetime]:
    """When an observance begins, in local time before the change; of the years before FIRST_YEAR the last one only."""
    if "RRULE" in observance:
        yield from _yearly(start, observance["RRULE"])
    else:
        yield start
    for moment in filter(None, observance.get("RDATE", "").split(",")):
        yield _read_local(moment.partition("/")[0])


def _yearly(start: datetime, rule: str) -> Iterator[datetime]:
    parts = dict(piece.partition("=")[::2] for piece in rule.upper().replace(" ", "").split(";") if piece)
    interval, count = int(parts.get("INTERVAL", "1")), int(parts.get("COUNT", "0"))
    if parts.get("FREQ") != "YEARLY" or parts.keys() - _PARTS or not 1 <= interval <= 100:
        raise ValueError(rule)
    until = _read_local(parts["UNTIL"]) + timedelta(days=1) if "UNTIL" in parts else datetime(LAST_YEAR, 12, 31)
    clock = time(
        int(parts.get("BYHOUR", start.hour)),
        int(parts.get("BYMINUTE", start.minute)),
        int(parts.get("BYSECOND", start.second)),
    )
    months = sorted({int(month) for month in parts["BYMONTH"].split(",")}) if "BYMONTH" in parts else [start.month]
    skipped = max(0, FIRST_YEAR - start.year) // interval * interval if not count else 0
    years = range(start.year + skipped, LAST_YEAR + 1, interval)
    if count:
        years = years[: min(count, LAST_YEAR)]
    for year in years:
        for month in months:
            day = _day(year, month, start.day, parts)
            if day is not None:
                onset = datetime.combine(day, clock)
                if onset > until:
                    return
                yield onset


def _day(year: int, month: int, usual: int, parts: Mapping[str, str]) -> date | None:
    """The day of a month that BYDAY and BYMONTHDAY name; `usual` where neither does."""
    last = monthrange(year, month)[1]
    days = [int(day) for day in parts["BYMONTHDAY"].split(",")] if "BYMONTHDAY" in parts else None
    candidates = [day if day > 0 else last + 1 + day for day in days] if days else list(range(1, last + 1))
    candidates = sorted(day for day in candidates if 1 <= day <= last)
    if "BYDAY" not in parts:
        wanted = candidates if days else [usual]
        return date(year, month, wanted[0]) if wanted and wanted[0] <= last else None
    match = _WEEKDAY.fullmatch(parts["BYDAY"])
    if match is None:
        raise ValueError(parts["BYDAY"])
    weekday = _DAYS.index(match[2])
    of_weekday = [day for day in candidates if date(year, month, day).weekday() == weekday]
    position = int(match[1] or 1)
    position = position - 1 if position > 0 else position
    return date(year, month, of_weekday[position]) if -len(of_weekday) <= position < len(of_weekday) else None


def _read_offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise ValueError(text)
    delta = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    if delta > timedelta(hours=18):
        raise ValueError(text)
    return delta if match[1] == "+" else -delta


def _read_local(text: str) -> datetime:
    match = _LOCAL.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(max(year, 2), month, day, hour, minute, second)
