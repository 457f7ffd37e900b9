"""Days and instants of events: one rule each. Pure; `now` and the planet's time zone are parameters."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.relativedelta import relativedelta


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


def window(now: datetime) -> tuple[datetime, datetime]:
    """The range in which recurring events are expanded: 18 months back, 12 ahead."""
    return now - relativedelta(months=18), now + relativedelta(months=12)
