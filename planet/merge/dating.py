"""The date by which a new entry is shown and sorted, fixed when it is first seen. Pure.

An entry keeps the date that it gives itself, never after now. Where it gives none, or one that a machine gave to many at once (the
moment of a build, of an import), its position in the document says where it belongs: before what stands below it, after what stands
above it. A feed that is new, or lists all its old entries under new ids, shows few of these as news; the others go far back, so that
they fill no first page.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from planet.model import DiffContext, Entry, EntryKey

MACHINE = 10
"""Dates of so many entries within an hour are taken for those of a program (a build, an import)."""
RECENT = timedelta(days=30)
"""An older date of this kind is kept: the entry does not reach the first page."""
FAR_BACK = timedelta(days=365)
"""Distance from the first entries of a new feed to its other entries without a date."""
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)

Dated = tuple[datetime, str]
"""A date and the rule that found it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A stored entry that the document lists: its position there, and its date."""

    position: int
    date: datetime


def fix_dates(
    new: Sequence[Entry], listed: Sequence[Listed], known: Sequence[EntryKey], context: DiffContext, now: datetime
) -> dict[str, Dated]:
    """Uid -> (date, reason) of each new entry. `listed` are the known entries that the document lists."""
    claims = {entry.uid: _claimed(entry, now) for entry in new}
    machine = _machine_dates((claim[0] for claim in claims.values() if claim), now)
    dates = {uid: claim for uid, claim in claims.items() if claim is not None and claim[0] not in machine}
    unknown = sorted((entry for entry in new if entry.uid not in dates), key=lambda entry: entry.position)
    if listed:
        return dates | _by_position(unknown, listed, now)
    if known:
        floor = min(entry.date for entry in known) - _SECOND
        return dates | _few_on_top(unknown, (now, "first seen"), (floor, "flood"), context.newcomer_entries)
    start = _start(dates, claims, machine, context, now)
    back = (start[0], start[1]) if dates else (start[0] - FAR_BACK, "position")
    return dates | _few_on_top(unknown, start, back, context.newcomer_entries)


def _claimed(entry: Entry, now: datetime) -> Dated | None:
    """The date an entry gives itself, never after now; None when it gives none."""
    given = ((entry.published, "published"), (entry.updated, "updated"), (entry.url_date, "url"))
    value, reason = next(((value, reason) for value, reason in given if value is not None), (None, ""))
    if value is None:
        return None
    if value > now:
        return now, "first seen"
    if entry.date_only and now - value < _DAY and value.date() == now.date():
        return now, reason  # a day without an hour: today's is now, not last midnight
    return value, reason


def _machine_dates(claims: Iterable[datetime], now: datetime) -> set[datetime]:
    """The recent dates within an hour that `MACHINE` entries or more have."""
    ordered = sorted(date for date in claims if date > now - RECENT)
    runs = [
        (first, last) for first, last in zip(ordered, ordered[MACHINE - 1 :], strict=False) if last - first <= _HOUR
    ]
    return {date for date in ordered if any(first <= date <= last for first, last in runs)}


def _start(
    dates: dict[str, Dated],
    claims: dict[str, Dated | None],
    machine: set[datetime],
    context: DiffContext,
    now: datetime,
) -> Dated:
    """Where the entries of unknown age of a newcomer start: at the document's own date, and behind all that are dated."""
    own = context.read.feed_date
    if machine:
        date, reason = max(claim for claim in claims.values() if claim and claim[0] in machine)
    else:
        date, reason = (own, "feed") if own is not None and own <= now else (now, "first seen")
    if dates:
        date = min(date, min(value for value, _ in dates.values()) - _SECOND)
    return date, reason


def _few_on_top(unknown: Sequence[Entry], top: Dated, back: Dated, few: int) -> dict[str, Dated]:
    """The first few in the order of the document at one date, the others behind another."""
    dates = {}
    for number, entry in enumerate(unknown):
        date, reason = top if number < few or back == top else back
        dates[entry.uid] = _before(date, number), reason
    return dates


def _by_position(unknown: Sequence[Entry], listed: Sequence[Listed], now: datetime) -> dict[str, Dated]:
    """Each behind the known entry that stands above it in the document; now, where none does."""
    ordered = sorted(listed, key=lambda entry: entry.position)
    oldest_first = _oldest_first(ordered)
    dates = {}
    for number, entry in enumerate(reversed(unknown) if oldest_first else unknown):
        above = [
            other.date
            for other in ordered
            if (other.position > entry.position if oldest_first else other.position < entry.position)
        ]
        date, reason = (min(above) - _SECOND, "position") if above else (now, "first seen")
        dates[entry.uid] = _before(date, number), reason
    return dates


def _oldest_first(ordered: Sequence[Listed]) -> bool:
    dates = [entry.date for entry in ordered]
    rising = sum(earlier < later for earlier, later in itertools.pairwise(dates))
    falling = sum(earlier > later for earlier, later in itertools.pairwise(dates))
    return rising > falling


def _before(start: datetime, seconds: int) -> datetime:
    return max(_EARLIEST, start - seconds * _SECOND)
