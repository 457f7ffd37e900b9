"""The dates of an entry: which are plausible."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from planet.model import ParsedDate
from planet.when import EARLIEST_YEAR

LATEST = timedelta(days=3660)
"""A date further ahead is a mistake, not an announcement."""
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:([-/_])(\d{1,2})\2(\d{1,2})|(\d\d)(\d\d))(?!\d)")


def believable(date: ParsedDate | None, now: datetime) -> datetime | None:
    """The date, unless no one can have meant it: before 1990 (an unset clock), or more than ten years ahead."""
    if date is None or date.value is None:
        return None
    value = date.value
    return value if value.year >= EARLIEST_YEAR and value <= now + LATEST else None


def day_in(url: str, now: datetime) -> datetime | None:
    """The day that the path of a URL names (`/2024/03/05/`, `/2024-03-05-title`, `/20240305-title`), at 00:00 UTC; None if none, or to come."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    for match in _DAY.finditer(path):
        year, month, day = match[1], match[3] or match[5], match[4] or match[6]
        try:
            value = datetime(int(year), int(month), int(day), tzinfo=UTC)
        except ValueError:
            continue
        if value.year >= EARLIEST_YEAR and value <= now:
            return value
    return None
