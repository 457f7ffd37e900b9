"""Read the header fields Retry-After, Cache-Control and Expires. Pure; an invalid value counts as missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

LONGEST = timedelta(days=7)
"""The longest wait that a server can impose."""
# Hosts whose users write below a path of their own, besides those that mark users with `~` or `@`.
_DELTA = re.compile(r"[0-9]+\Z")
_DIRECTIVE = re.compile(r'\s*([!#$%&\'*+\-.^_`|~0-9A-Za-z]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^,]*))?\s*(?:,|\Z)')
_RFC850 = re.compile(r"\s*[A-Za-z]{6,9}, (\d{2})-([A-Za-z]{3})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT\s*\Z")


def http_date(value: str, now: datetime | None = None) -> datetime | None:
    """IMF-fixdate, RFC 850 or asctime (RFC 9110 5.6.7), aware UTC. A two-digit year is never more than 50 years ahead of `now`."""
    if two_digits := _RFC850.match(value):
        day, month, year, time = two_digits.groups()
        reference = (now or datetime(2026, 1, 1, tzinfo=UTC)).year
        full = reference // 100 * 100 + int(year)
        if full > reference + 50:
            full -= 100
        value = f"{day} {month} {full} {time} GMT"
    from email.utils import parsedate_to_datetime  # a run that makes no request needs none

    try:
        parsed = parsedate_to_datetime(value.strip())
        # asctime names no zone; HTTP has none but GMT.
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _seconds(digits: str) -> timedelta:
    """Delta-seconds of any length, at most `LONGEST` (RFC 9111 1.2.2)."""
    return LONGEST if len(digits) > 9 else min(timedelta(seconds=int(digits)), LONGEST)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait that Retry-After asks for; None where it is missing or invalid."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if _DELTA.match(value):
        return _seconds(value) or None
    until = http_date(value, now)
    if until is None:
        return None
    # By the server's own clock where it shows one.
    delay = until - (http_date(headers.get("date", ""), now) or now)
    return min(delay, LONGEST) if delay > timedelta(0) else None


def cache_control(header: str) -> dict[str, str]:
    """Directives in lower case; of two the first wins (RFC 9111 4.2.1)."""
    directives: dict[str, str] = {}
    position = 0
    while position < len(header):
        match = _DIRECTIVE.match(header, position)
        if match is None:
            position = header.find(",", position) + 1 or len(header)
            continue
        name, value = match.group(1).lower(), (match.group(2) or "").strip()
        directives.setdefault(name, value)
        position = max(match.end(), position + 1)
    return directives


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The freshness lifetime of an answer (RFC 9111 4.2), at most `LONGEST`; None when the header fields give none."""
    directives = cache_control(headers.get("cache-control", ""))
    if "no-cache" in directives or "no-store" in directives:
        # The most restrictive directive speaks. What must not be stored cannot be fresh.
        return timedelta(0)
    if "max-age" in directives:
        if not _DELTA.match(directives["max-age"]):
            return None
        age = headers.get("age", "").strip()
        lifetime = _seconds(directives["max-age"])
        # The cap is on what is left: a year with half a year gone is still more than a week.
        if len(directives["max-age"]) <= 9:
            lifetime = timedelta(seconds=int(directives["max-age"]))
        left = lifetime - (_age(age) if _DELTA.match(age) else timedelta(0))
        return min(max(left, timedelta(0)), LONGEST)
    if "expires" in headers:
        expires = http_date(headers["expires"], now)
        if expires is None:
            return timedelta(0)
        left = expires - (http_date(headers.get("date", ""), now) or now)
        return min(max(left, timedelta(0)), LONGEST)
    return None


def _age(digits: str) -> timedelta:
    return timedelta(days=3650) if len(digits) > 8 else timedelta(seconds=int(digits))
