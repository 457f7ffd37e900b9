"""Dates of feeds: any spelling to one aware UTC moment, each with the rule that read it; None where it is no date.

The forms, most frequent first: RFC 822/2822 and ISO 8601/RFC 3339/W3CDTF by hand; then numbers of seconds, RFC 850, asctime and
dates with month names in nine languages; then python-dateutil.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from planet.model import ParsedDate
from planet.parse.datewords import MONTHS, OCLOCK, ZONES, folded
from planet.when import EARLIEST_YEAR

LAST_YEAR = 2100
"""The last year of a valid date of a post; later ones are errors of a program."""
MAX_LENGTH = 120
MAX_OFFSET = 14 * 60

_RFC822 = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\.?\s+(\d{4})\s+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
    r"(?:\s*(?:(?:UTC|GMT)?([+-])(\d\d):?(\d\d)|([A-Za-z]{1,5})))?(?:\s*\([^()]*\))?",
)
_ISO = re.compile(
    r"([+-]?\d{4})-?(\d\d)(?:-?(\d\d))?"
    r"(?:[Tt_,\s]+(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?\s*(?:([A-Za-z]{1,5})|(?:GMT|UTC)?([+\-\u2212])(\d\d):?(\d\d)?)?)?",
)
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})")
_NUMERIC = re.compile(
    r"(?:[^\W\d]+\.?,?\s+){0,2}(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})(?!\d)"
    r"(?:[Tt,\s]+(?:(?:à|at|-)\s+)?(\d{1,2})\s*[:hH](?:\s*(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?\s*(?:([ap])\.?m\b\.?)?)?(.*)",
    re.IGNORECASE | re.DOTALL,
)
"""A date in numbers only, whatever parts it, with what stands behind its clock."""
_TAIL_OFFSET = re.compile(
    r"(?:GMT|UTC|UT|Z)?\s*(?:([+\-\u2212])(\d{1,2}):?(\d\d)?(?::\d\d)?|(\d\d):(\d\d))(?:\s+([A-Za-z]{1,5}))?",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s*(?:\([^()]*\)|m=[+-][\d.]+)\s*\Z")
"""A remark, or the clock that Go prints beside the date."""
_BRACKETED_ZONE = re.compile(r"\[([A-Za-z_/+-]+\d*)\]\Z")
_TIME_ELEMENT = re.compile(r"<time\s[^<>]*?datetime\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
_AHEAD = re.compile(r"\b(?:GMT|UTC)\s*(?=[+-]\d)")
_TIME = re.compile(
    r"\b(\d{1,2})\s*[:hH]\s*(\d\d)(?:\s*[:m]\s*(\d\d)(?:[.,]\d+)?)?(?:\s*([ap])\.?m\b\.?)?", re.IGNORECASE
)
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC)\s*)?([+\-\u2212])(\d{1,2}):?(\d\d)?(?::\d\d)?(?!\d)")
_WORD = re.compile(r"[^\W\d_]+(?:/[A-Za-z_]+)?", re.UNICODE)
_NUMBER = re.compile(r"\d+")
_IANA = re.compile(r"\b[A-Z][A-Za-z]+/[A-Za-z_]+(?:/[A-Za-z_]+)?\b")
_EN3 = dict(
    zip(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], range(1, 13), strict=True)
)


@functools.lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The zone of an IANA name, UTC when there is none of that name."""
    if name in {"", "UTC"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return UTC


@functools.lru_cache(maxsize=256)
def _fixed(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def read_date(text: str, timezone: str = "UTC") -> ParsedDate:
    """The date that `text` expresses. `timezone` (IANA) is the zone of a time that names none.

    A day without an hour is midnight UTC with `date_only`; impossible days, offsets above 14 h, years before 1990 or after
    2100, and dates with slashes (ambiguous) have no value.
    """
    stripped = text.strip()
    if stripped[:1] == "<" and (element := _TIME_ELEMENT.search(stripped)):
        return replace(read_date(element[1], timezone), written=stripped)
    if not stripped or len(stripped) > MAX_LENGTH:
        return ParsedDate(written=stripped[:MAX_LENGTH], reason="empty" if not stripped else "too long to be a date")
    return _read(stripped, timezone)


@functools.lru_cache(maxsize=1024)
def _read(text: str, timezone: str) -> ParsedDate:
    """Short texts only get here, so that the cache stays small; an entry's two dates are often the same."""
    try:
        return _iso_fast(text) or _rfc822(text, timezone) or _any(text, timezone)
    except (ValueError, OverflowError) as error:
        return ParsedDate(written=text, reason=f"impossible: {error}")


def _parsed(text: str, value: datetime, reason: str, *, date_only: bool = False) -> ParsedDate:
    """The moment in UTC, or none when its year cannot be that of a post."""
    if not EARLIEST_YEAR <= value.year <= LAST_YEAR:
        return ParsedDate(written=text, reason=f"the year {value.year} is no year of a post")
    return ParsedDate(written=text, value=value.astimezone(UTC), date_only=date_only, reason=reason)


def _iso_fast(text: str) -> ParsedDate | None:
    """The date of a complete RFC 3339 date-time, the form of most Atom feeds; None for other forms."""
    if len(text) < 20 or text[4] != "-" or text[10] not in "Tt ":
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = value.utcoffset()
    if offset is None or abs(offset) > timedelta(minutes=MAX_OFFSET):
        return None
    return _parsed(text, value, "ISO 8601")


def _rfc822(text: str, default: str) -> ParsedDate | None:
    match = _RFC822.fullmatch(text)
    if match is None:
        return None
    day, word, year, hour, minute, second, sign, hours, minutes, name = match.groups()
    month = _EN3.get(word) or _EN3.get(word.title())
    if month is None:
        return None
    where: tzinfo
    if sign:
        where, reason = _fixed_offset(sign, hours, minutes), "RFC 822"
    else:
        known = ZONES.get(name.lower()) if name else None
        if name and known is None:
            return None
        where, reason = (zone(default), _no_zone(default)) if known is None else (_fixed(known), "RFC 822")
    return _parsed(text, _make((int(year), month, int(day)), (int(hour), int(minute), int(second or 0)), where), reason)


def _no_zone(default: str) -> str:
    return f"no zone written, {default} taken"


@functools.lru_cache(maxsize=256)
def _fixed_offset(sign: str, hours: str, minutes: str | None) -> timezone:
    total = int(hours) * 60 + int(minutes or 0)
    if total > MAX_OFFSET or int(minutes or 0) > 59:
        raise ValueError(f"no zone is {sign}{hours}{minutes or ''} from Greenwich")
    return _fixed(total if sign == "+" else -total)


def _make(date: tuple[int, int, int], time: tuple[int, int, int], where: tzinfo) -> datetime:
    """The datetime of (year, month, day) and (hour, minute, second) in a zone.

    24:00 is the next midnight, a leap second the second before; what else does not exist raises ValueError.
    """
    (year, month, day), (hour, minute, second) = date, time
    extra = timedelta()
    if hour == 24 and minute == second == 0:
        hour, extra = 0, timedelta(days=1)
    if second == 60:
        second = 59
    if not EARLIEST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the year {year} is no year of a post")  # and no arithmetic at the ends of the calendar
    return datetime(year, month, day, hour, minute, second, tzinfo=where) + extra


def _any(text: str, default: str) -> ParsedDate:
    match = _EPOCH.fullmatch(text)
    if match:
        seconds = int(match[1]) if match[1] else int(match[2]) / 1000
        return _parsed(
            text,
            datetime.fromtimestamp(seconds, UTC),
            "seconds since 1970" if match[1] else "milliseconds since 1970",
        )
    match = _ISO.fullmatch(text)
    if match and (not match[7] or match[7].lower() in ZONES):
        return _iso(text, match, default)
    return _numeric(text, default) or _named(text, default) or _dateutil(text, default)


def _numeric(text: str, default: str) -> ParsedDate | None:
    """A date in numbers: year first, or day and month where only one of them can be the month; None for another form."""
    parts = _NUMERIC.fullmatch(text)
    if parts is None:
        return None
    first, _, second, last, hour, minute, clock_second, half, tail = parts.groups()
    if len(first) == 4:
        year, month, day = int(first), int(second), int(last)
    elif len(last) == 4 and (int(first) > 12 or first == second):
        day, month, year = int(first), int(second), int(last)
    elif len(last) == 4 and int(second) > 12:
        month, day, year = int(first), int(second), int(last)
    else:
        return ParsedDate(written=text, reason="day and month cannot be told apart")
    if not hour:
        if tail.strip():
            return None
        return _parsed(text, datetime(year, month, day, tzinfo=UTC), "a day without an hour", date_only=True)
    where = _zone_behind(tail, default)
    if where is None:
        return None
    value = _make((year, month, day), (_hour(int(hour), half), int(minute or 0), int(clock_second or 0)), where[0])
    return _parsed(text, value, where[1])


def _hour(hour: int, half: str | None) -> int:
    """The hour of the day, from one of its two halves (`a` or `p`) or from none."""
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} o'clock has no morning and afternoon")
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _zone_behind(tail: str, default: str) -> tuple[tzinfo, str] | None:
    """The zone that a text behind a clock names, and what to say of it; None for what names none.

    `GMT+7` is seven hours ahead of Greenwich, as people mean it (POSIX means the opposite).
    """
    tail = _BEHIND.sub("", tail).strip()
    if bracketed := _BRACKETED_ZONE.search(tail):
        tail = tail[: bracketed.start()].strip() or bracketed[1]
    if not tail:
        return zone(default), _no_zone(default)
    if tail.lower() in ZONES:
        return _fixed(ZONES[tail.lower()]), "a date in numbers"
    if _IANA.fullmatch(tail) and zone(tail) is not UTC:
        return zone(tail), "a date in numbers"
    if offset := _TAIL_OFFSET.fullmatch(tail):
        sign, hours, minutes, bare_hours, bare_minutes, _name = offset.groups()
        # A blank before an offset was a plus sign once, in an address.
        return (
            _fixed_offset("+" if sign in {"+", None} else "-", hours or bare_hours, minutes or bare_minutes),
            "a date in numbers",
        )
    return None


def _iso(text: str, match: re.Match[str], default: str) -> ParsedDate:
    year, month, day, hour, minute, second, name, sign, hours, minutes = match.groups()
    if not hour:
        return _parsed(
            text, datetime(int(year), int(month), int(day or 1), tzinfo=UTC), "a day without an hour", date_only=True
        )
    reason = "ISO 8601"
    where: tzinfo
    if sign:
        where = _fixed_offset("+" if sign == "+" else "-", hours, minutes)
    elif name and name.lower() in ZONES:
        where = _fixed(ZONES[name.lower()])
    else:
        where, reason = zone(default), _no_zone(default)
    return _parsed(
        text,
        _make((int(year), int(month), int(day or 1)), (int(hour), int(minute or 0), int(second or 0)), where),
        reason,
    )


def _named(text: str, default: str) -> ParsedDate | None:
    """A date with the name of its month, in whatever order: RFC 822 in any language, RFC 850, asctime, `August 5, 2024 10:00 AM`."""
    rest = text
    iana = _IANA.search(rest)
    if iana:
        rest = rest.replace(iana[0], " ")
    clock = _TIME.search(rest)
    if clock:
        rest = rest[: clock.start()] + " " + rest[clock.end() :]
    offset = _OFFSET.search(rest, clock.start() if clock else len(rest))
    if offset:
        rest = rest[: offset.start()] + " " + rest[offset.end() :]
    words = [folded(word) for word in _WORD.findall(rest)]
    months = [place for place, word in enumerate(words) if word in MONTHS]
    numbers = _NUMBER.findall(rest)
    if len(numbers) == 3 and rest.lstrip().startswith(numbers[0] + ","):
        numbers = numbers[1:]  # where a weekday belongs
    if not months or len(numbers) != 2:
        return None
    month = MONTHS[words[months[-1]]]
    day, year = _day_and_year(numbers[0], numbers[1])
    if clock is None:
        return _parsed(text, datetime(year, month, day, tzinfo=UTC), "a day without an hour", date_only=True)
    hour = _hour(int(clock[1]), clock[4])
    where, reason = _zone_of(words[months[-1] + 1 :] or words, iana, offset, default)
    return _parsed(text, _make((year, month, day), (hour, int(clock[2]), int(clock[3] or 0)), where), reason)


def _day_and_year(first: str, second: str) -> tuple[int, int]:
    """Which number is the year: the one of four digits, else the second; two digits are 2000 to 2049, 1950 to 1999 (RFC 5322 4.3)."""
    day, year = (second, first) if len(first) == 4 else (first, second)
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 50 else 1900
    elif len(year) == 3:
        number += 1900
    return int(day), number


def _zone_of(
    words: list[str], iana: re.Match[str] | None, offset: re.Match[str] | None, default: str
) -> tuple[tzinfo, str]:
    if offset:
        return _fixed_offset("+" if offset[1] == "+" else "-", offset[2], offset[3]), "a date with a month name"
    if iana and zone(iana[0]) is not UTC:
        return zone(iana[0]), "a date with a month name"
    for word in reversed(words):
        if word in ZONES and word not in OCLOCK:
            return _fixed(ZONES[word]), "a date with a month name"
    return zone(default), _no_zone(default)


def _offset(name: str | None, seconds: int | None) -> tzinfo | None:
    """The time zone that dateutil gets for a name; None for an unknown name."""
    minutes = seconds // 60 if seconds is not None else ZONES.get((name or "").lower())
    return _fixed(minutes) if minutes is not None and abs(minutes) < 24 * 60 else None


def _dateutil(text: str, default: str) -> ParsedDate:
    """The last resort. dateutil fills what is missing from a default: two of them tell whether it did."""
    from dateutil import parser  # costs 20 ms to import, and one feed in hundreds needs it

    read = []
    for start in (datetime(1996, 3, 4), datetime(1997, 5, 6)):
        try:
            read.append(parser.parse(_AHEAD.sub("", text), default=start, tzinfos=_offset))
        except (ValueError, OverflowError, TypeError, ArithmeticError, IndexError, AttributeError):
            return ParsedDate(written=text, reason="not a date")
    if read[0] != read[1]:
        return ParsedDate(written=text, reason="day, month or year is missing")
    value = read[0]
    if value.tzinfo is None:
        return _parsed(text, value.replace(tzinfo=zone(default)), _no_zone(default))
    away = value.utcoffset()
    if away is None or abs(away) > timedelta(minutes=MAX_OFFSET):
        return ParsedDate(written=text, reason="not a date")
    return _parsed(text, value, "python-dateutil")
