"""How much of one source a list or a digest holds, so that none floods it; the rest is counted, and on the source's own page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from planet.model.base import Message

if TYPE_CHECKING:
    from planet.model.event import Event
    from planet.model.shown import IndexRow

Item = TypeVar("Item")
DIGEST_SHARE = 20
"""Stories, and events, of one source that a digest names, and that a channel of `every: run` gets a day."""

EVENTS_SHARE = 50
"""Most upcoming events of one source that stand on the page of events."""


def shared_out(rows: Sequence[IndexRow], size: int, kind: str) -> tuple[IndexRow, ...]:
    """The newest `size` rows, newest first; in a list of many sources at most half of them of one, while others have stories.

    A blog that lists its whole archive again, or was taken over, fills no first page and no feed; its own page shows all.
    """
    if kind not in {"all", "technology"} or len(rows) <= size:
        return tuple(rows[:size])
    share = -(-size // 2)
    taken: Counter[str] = Counter()
    within: set[int] = set()
    seen = 0
    for row in rows:
        if len(within) == size:
            break
        seen += 1
        source = leading_source(row)
        if taken[source] < share:
            taken[source] += 1
            within.add(row.story_id)
    for row in rows:  # nobody else has more
        if len(within) == size:
            break
        within.add(row.story_id)
    return tuple(row for row in rows[: max(seen, size)] if row.story_id in within)


def leading_source(row: IndexRow) -> str:
    """The slug of the source that a story counts for, "" without one."""
    return row.sources[0] if row.sources else ""


def event_owner(event: Event, slugs: Mapping[str, str]) -> str:
    """The slug of the source that an event counts for: its group, else who lists it; "" without one. `slugs`: name -> slug."""
    return event.group_slug or (slugs.get(event.sources[0][0], "") if event.sources else "")


def within_room(texts: Iterable[tuple[str, int]], room: int) -> list[bool]:
    """For each text, (source, its size), whether it fits into the room that its source has."""
    used: Counter[str] = Counter()
    fits = []
    for source, size in texts:
        fits.append(used[source] + size <= room)
        used[source] += size if fits[-1] else 0
    return fits


def within_share(
    items: Iterable[Item], owner: Callable[[Item], str], share: int, spent: Mapping[str, int] | None = None
) -> tuple[list[Item], dict[str, int]]:
    """The items with at most `share` of one owner, the first ones, and owner -> how many more there are.

    `spent`: how much of its share an owner had before.
    """
    counts = Counter(spent or {})
    within: list[Item] = []
    beyond: Counter[str] = Counter()
    for item in items:
        name = owner(item)
        if name and counts[name] >= share:
            beyond[name] += 1
        else:
            counts[name] += 1
            within.append(item)
    return within, dict(beyond)


def rest_of(name: str, count: int) -> Message:
    """The line that counts the items beyond the share of a source."""
    return Message.of("and {count} more of {name}", count=count, name=name)
