"""One evening, told once: which events of all calendars are the same. Pure; the order of what comes in changes nothing.

Four rules, the surest first. Each joins two events of different calendars (one calendar that lists an evening twice says so in the
same words), and none joins events that plainly differ:

    uid     the same UID, and the same start or nearly the same title
    url     the same page and start; where one page serves several evenings, nearly the same title too
    title   the same start and nearly the same title
    place   the same start and particular place, when nothing else at that hour could be meant
    day     nearly the same title on one day, and the same page or place: one calendar is an hour off, or names only the day
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date as day
from datetime import datetime, timedelta
from itertools import combinations

from planet.model import StoredEvent
from planet.similarity import NEAR, numbered_apart, particular, places_alike, places_apart, titles_alike
from planet.when import day_of, instant

CROWD = 60
"""Most events of one key that are compared in pairs; more share nothing but a bad habit of some calendar."""
MOVED = timedelta(days=92)
"""How far an evening may have been moved in one calendar and not yet in another."""
OFF = timedelta(hours=2, minutes=5)
"""How far two tellings of one evening may differ: a zone written wrongly, doors and first talk."""


@dataclass(slots=True)
class Evening:
    """Events that are one. `why` says by which rule each joined: (index, index, rule)."""

    members: list[int]
    why: list[tuple[int, int, str]] = field(default_factory=list)


class _Groups:
    """Disjoint sets of events; a join that would put two events of one calendar together is refused unless they are twins."""

    def __init__(self, events: Sequence[StoredEvent]) -> None:
        self.events = events
        self.of = list(range(len(events)))
        self.groups: dict[int, Evening] = {index: Evening([index]) for index in range(len(events))}

    def same(self, one: int, two: int) -> bool:
        return self.of[one] == self.of[two]

    def join(self, one: int, two: int, rule: str) -> bool:
        first, second = sorted((self.of[one], self.of[two]))
        if first == second:
            return True
        into, from_ = self.groups[first], self.groups[second]
        if any(
            self._clash(self.events[a], self.events[b], sure=rule == "uid") for a in into.members for b in from_.members
        ):
            return False
        into.members += from_.members
        into.why += [*from_.why, (one, two, rule)]
        for member in from_.members:
            self.of[member] = first
        del self.groups[second]
        return True

    @staticmethod
    def _clash(one: StoredEvent, two: StoredEvent, *, sure: bool) -> bool:
        if one.calendar == two.calendar:
            return not _twins(one, two)
        return not sure and numbered_apart(one.title, two.title)


def _twins(one: StoredEvent, two: StoredEvent) -> bool:
    """Whether one calendar lists the same evening twice."""
    if one.start != two.start:
        return False
    return one.uid == two.uid or (
        titles_alike(one.title, two.title) == 100
        and one.location == two.location
        and one.text == two.text
        and one.url_key == two.url_key
    )


def group_events(events: Sequence[StoredEvent], *, timezone: str) -> list[Evening]:
    """The events that are one evening, as positions in `events`; each event is in exactly one group."""
    groups = _Groups(events)
    shared = _shared_pages(events)
    for rule, pairs in (
        ("uid", _pairs(events, lambda e: (e.uid, e.recurrence_id))),
        ("uid", _pairs(events, lambda e: (e.uid, e.start))),
        ("url", _pairs(events, lambda e: (e.url_key, e.start) if e.url_key else None)),
        ("title", _pairs(events, lambda e: e.start)),
    ):
        ranked = [
            (-likeness, one, two)
            for one, two in pairs
            if (likeness := _likeness(rule, events[one], events[two], shared)) > 0
        ]
        for _, one, two in sorted(ranked):
            groups.join(one, two, rule)
    _by_place(groups)
    _by_day(groups, timezone)
    return [groups.groups[index] for index in sorted(groups.groups)]


def _pairs(events: Sequence[StoredEvent], key: object) -> Iterable[tuple[int, int]]:
    assert callable(key)
    found: defaultdict[object, list[int]] = defaultdict(list)
    for index, event in enumerate(events):
        if (named := key(event)) is not None:
            found[named].append(index)
    for same in found.values():
        if 1 < len(same) <= CROWD:
            yield from combinations(same, 2)


def _shared_pages(events: Sequence[StoredEvent]) -> frozenset[str]:
    """Pages that stand behind several evenings: a home page, the page of a series."""
    seen: dict[tuple[str, str], set[object]] = defaultdict(set)
    starts: dict[str, set[object]] = defaultdict(set)
    for event in events:
        if event.url_key:
            seen[event.url_key, event.calendar].add((event.uid, event.recurrence_id))
            starts[event.url_key].add(event.start)
    return frozenset(key for (key, _), named in seen.items() if len(named) > 1) | frozenset(
        key for key, moments in starts.items() if len(moments) > 1
    )


def _likeness(rule: str, one: StoredEvent, two: StoredEvent, shared: frozenset[str]) -> int:
    """How surely a rule joins two events, 0: not at all."""
    if one.calendar == two.calendar:
        return 200 if _twins(one, two) else 0
    alike = titles_alike(one.title, two.title)
    if rule == "uid":
        if one.start == two.start:
            return (
                150
                if alike >= NEAR or one.url_key == two.url_key != "" or places_alike(one.location, two.location)
                else 0
            )
        return 110 if alike >= NEAR and abs(instant(one.start) - instant(two.start)) <= MOVED else 0
    if rule == "url":
        if one.url_key not in shared and not numbered_apart(one.title, two.title):
            return 120 + alike
        return alike if alike >= NEAR else 0
    if places_apart(one.location, two.location) and not particular(one.title):
        # One evening of a network of groups, at one hour in every town: "Super Apéro".
        return 0
    return alike if alike >= NEAR else 0


def _by_place(groups: _Groups) -> None:
    """Two evenings of different calendars at one hour in one room, with nothing else there that could be meant."""
    at: defaultdict[object, list[int]] = defaultdict(list)
    for index, event in enumerate(groups.events):
        if event.location:
            at[event.start].append(index)
    for same in at.values():
        if not 1 < len(same) <= CROWD:
            continue
        near = [
            (one, two)
            for one, two in combinations(same, 2)
            if not groups.same(one, two) and places_alike(groups.events[one].location, groups.events[two].location)
        ]
        meant: dict[tuple[int, int], tuple[int, int]] = {}
        for one, two in near:
            first, second = sorted((groups.of[one], groups.of[two]))
            meant.setdefault((first, second), (one, two))
        rivals = Counter(group for pair in meant for group in pair)
        for (first, second), (one, two) in sorted(meant.items()):
            if rivals[first] == rivals[second] == 1:
                groups.join(one, two, "place")


def _by_day(groups: _Groups, timezone: str) -> None:
    found: defaultdict[day, list[int]] = defaultdict(list)
    for index, event in enumerate(groups.events):
        found[day_of(event.start, timezone)].append(index)
    for same in found.values():
        if not 1 < len(same) <= CROWD:
            continue
        for one, two in combinations(same, 2):
            first, second = groups.events[one], groups.events[two]
            if groups.same(one, two) or first.calendar == second.calendar or not _near_in_time(first, second):
                continue
            page = first.url_key == second.url_key != ""
            if titles_alike(first.title, second.title) >= 95 and (
                page or places_alike(first.location, second.location)
            ):
                groups.join(one, two, "day")


def _near_in_time(one: StoredEvent, two: StoredEvent) -> bool:
    both_timed = isinstance(one.start, datetime) and isinstance(two.start, datetime)
    return not both_timed or abs(instant(one.start) - instant(two.start)) <= OFF
