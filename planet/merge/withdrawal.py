"""Recognise stored entries that their author has deleted."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from planet.model import EntryKey

PATIENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """An entry of the document: by which date it is sorted here, and what it says of its last update."""

    position: int
    date: datetime
    updated: datetime | None
    first_seen: datetime


def absent(unlisted: Sequence[EntryKey], listed: Sequence[Reached]) -> list[EntryKey]:
    """The entries of `unlisted` that the document omits although it lists older ones.

    A listed entry that is older by date and by its last update, and was there before, shows how far the document reaches, unless it
    stands out of order: a pinned post stays at the top when newer ones scroll away.
    """
    ordered = sorted(listed, key=lambda entry: entry.position)
    if _oldest_first(ordered):
        ordered.reverse()
    missing: list[EntryKey] = []
    for entry in unlisted:
        for other in reversed(ordered):
            if other.date >= entry.date:
                break  # newer, and nothing older stands below it: the document ends here
            if other.first_seen <= entry.first_seen and _last(other) < _last(entry):
                missing.append(entry)
                break
    return missing


def _last(entry: EntryKey | Reached) -> datetime:
    return max(entry.date, entry.updated or entry.date)


def _oldest_first(ordered: Sequence[Reached]) -> bool:
    dates = [entry.date for entry in ordered]
    rising = sum(earlier < later for earlier, later in itertools.pairwise(dates))
    falling = sum(earlier > later for earlier, later in itertools.pairwise(dates))
    return rising > falling
