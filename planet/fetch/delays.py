"""Polling intervals and back-off times, from which `planet.fetch.polling` chooses. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from planet.fetch.headers import freshness

if TYPE_CHECKING:
    from planet.model import FetchState, Fresh, Unchanged

NOTHING = timedelta(0)
DAY = timedelta(days=1)
OBEYED = timedelta(hours=48)
"""A max-age up to this is obeyed as it stands."""
JITTER = 0.1
QUIET = timedelta(hours=6)
"""The longest interval that the planet itself chooses for a feed that answers 304."""


class Plan:
    """Now, interval and jitter for computing the next poll."""

    def __init__(self, *, now: datetime, interval: timedelta, jitter: float) -> None:
        self.now = now
        self.interval = interval
        self.jitter = jitter

    def after(self, delay: timedelta) -> datetime:
        """`now` plus a delay: never shorter than the interval, stretched a little when it is longer."""
        if delay > self.interval:
            delay += delay * (JITTER * self.jitter)
        return self.now + max(delay, self.interval)

    def back_off(self, failures: int) -> timedelta:
        """The interval doubled with each failure, at most a day."""
        if not self.interval:
            return NOTHING
        return min(doubled(self.interval, failures - 1), max(DAY, self.interval))


def doubled(delay: timedelta, times: int) -> timedelta:
    return delay * (1 << min(times, 20))


def median_gap(dates: tuple[datetime, ...]) -> int | None:
    """Median of the seconds between the last ten entries; None for fewer than three dates."""
    newest = sorted(dates, reverse=True)[:10]
    if len(newest) < 3:
        return None
    from statistics import median  # a run that makes no request needs none

    return int(median((later - earlier).total_seconds() for later, earlier in pairwise(newest)))


def unchanged_delay(state: FetchState, fetched: Unchanged, plan: Plan) -> timedelta:
    """The delay before the next request of an unchanged feed, zero at its first unchanged answer.

    A server that answers 304 does next to nothing for it, and its readers wait for the next post: the delay grows by one interval
    each time, up to what the feed's own pace and quiet suggest, and to six hours. One that sends the whole document each time is
    asked half as often each time, down to once a day.
    """
    if not plan.interval:
        return NOTHING
    if fetched.http_status == 200:
        return min(doubled(plan.interval, state.unchanged_count), max(DAY, plan.interval))
    pace = timedelta(seconds=state.median_gap / 4) if state.median_gap else NOTHING
    quiet = (plan.now - state.last_change) * 0.1 if state.last_change else NOTHING
    return min(
        max(pace, quiet, plan.interval), plan.interval * max(1, state.unchanged_count), max(QUIET, plan.interval)
    )


def server_hint(state: FetchState, fetched: Fresh | Unchanged, now: datetime) -> timedelta:
    """max-age or Expires; more than two days only while the feed has been quiet for as long, else a day."""
    fresh = freshness(dict(fetched.headers), now) or NOTHING
    if fresh <= OBEYED:
        return fresh
    quiet = now - state.last_change if state.last_change else NOTHING
    return fresh if quiet >= fresh else DAY


def allowed(due: datetime, hours: tuple[int, ...], days: tuple[int, ...]) -> datetime:
    """The first candidate from `due` on that the document does not exclude; nothing is excluded when everything is."""
    skipped = {hour % 24 for hour in hours if 0 <= hour <= 24}
    off = {day for day in days if 0 <= day <= 6}
    if len(skipped) == 24:
        skipped = set()
    if len(off) == 7:
        off = set()
    candidate = due.astimezone(UTC)
    for _ in range(24 * 8):
        if candidate.hour not in skipped and candidate.weekday() not in off:
            return candidate
        candidate = candidate.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return due
