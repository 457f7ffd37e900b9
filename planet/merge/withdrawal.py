"""Which stored entries their author has deleted (contract 7)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from planet.model import Known

PATIENCE = timedelta(days=1)


def absent(unlisted: Sequence[Known], listed: Sequence[tuple[Known, int]]) -> list[Known]:
    """Those of `unlisted` that the document leaves out although it reaches further back (U06, U06b).

    `listed` are the stored entries that it holds, with their positions. An entry that is older by date and by its last update shows
    how far the document reaches, unless it stands out of order: a pinned post stays at the top when newer ones scroll away.
    """
    if not listed:
        return []
    ordered = sorted(listed, key=lambda pair: pair[1])
    if _oldest_first(ordered):
        ordered.reverse()
    # From the end of the document: an entry reaches back for those newer than itself and than all behind it.
    found: list[Known] = []
    for entry in unlisted:
        for other, _ in reversed(ordered):
            if other.date >= entry.date:
                break  # newer, and nothing older stands below it: the document ends here
            if _last(other) < _last(entry):
                found.append(entry)
                break
    return found


def _last(entry: Known) -> datetime:
    return max(entry.date, entry.updated or entry.date)


def _oldest_first(ordered: Sequence[tuple[Known, int]]) -> bool:
    dates = [entry.date for entry, _ in ordered]
    rising = sum(earlier < later for earlier, later in itertools.pairwise(dates))
    falling = sum(earlier > later for earlier, later in itertools.pairwise(dates))
    return rising > falling
