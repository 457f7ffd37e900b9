"""How often a feed asks to be polled: <ttl>, the syndication module, <skipHours> and <skipDays>. Strings in, numbers out."""

from __future__ import annotations

from collections.abc import Iterable

DAY = 86_400
_PERIODS = {"hourly": 3600, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY}
_WEEKDAYS = {
    name: day for day, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}


def positive(text: str) -> int | None:
    """A whole number above 0 of at most 15 digits, None for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 and int(text) > 0 else None


def delay(ttl: str, period: str | None, frequency: str | None) -> int | None:
    """Seconds between polls that <ttl> and the syndication module ask for: the longer of both, None when neither does."""
    asked = (from_ttl(ttl), from_period(period, frequency))
    return max((seconds for seconds in asked if seconds), default=None)


def from_ttl(text: str) -> int | None:
    """Seconds from <ttl> (minutes), at most a day."""
    minutes = positive(text)
    return min(minutes * 60, DAY) if minutes else None


def from_period(name: str | None, frequency: str | None) -> int | None:
    """Seconds from the syndication module: daily and once where only the other is said, nothing for what is invalid."""
    if name is None and frequency is None:
        return None
    seconds = _PERIODS.get((name or "daily").strip().lower())
    times = positive(frequency) if frequency is not None else 1
    return max(60, seconds // times) if seconds and times else None


def hours(texts: Iterable[str]) -> tuple[int, ...]:
    """<skipHours>: 0 to 23 GMT, 24 is 0, and skipping all of them is skipping none."""
    skipped = {
        int(text) % 24
        for text in (text.strip() for text in texts)
        if text.isascii() and text.isdigit() and int(text[:4]) <= 24
    }
    return tuple(sorted(skipped)) if len(skipped) < 24 else ()


def days(texts: Iterable[str]) -> tuple[int, ...]:
    """<skipDays>: Monday is 0."""
    skipped = {_WEEKDAYS[text] for text in (text.strip().lower() for text in texts) if text in _WEEKDAYS}
    return tuple(sorted(skipped)) if len(skipped) < 7 else ()
