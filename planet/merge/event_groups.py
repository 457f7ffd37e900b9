"""Find the events of all calendars that are the same event. Pure; the order of the events does not change the result.

Five rules, the surest first. Each joins two events of different calendars, or twins of one calendar, and none joins events that
plainly differ:

    uid     the same UID and recurrence, or the same UID and start, and the same start or nearly the same title
    url     the same page and start; where one page serves several events, nearly the same title too
    title   the same start and nearly the same title
    place   the same start and particular place, with no other event at that place and hour
    day     nearly the same title on one day, and the same page or place: one calendar is an hour off, or names only the day
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import combinations

from planet.merge.clusters import Cluster, Clusters
from planet.merge.event_changes import MOVED
from planet.model import StoredEvent
from planet.similarity import NEAR, numbered_apart, particular, places_alike, places_apart, titles_alike
from planet.when import day_of, instant

CROWD = 60
"""Most events with one key that are compared in pairs; a key of more events joins nothing."""
OFF = timedelta(hours=2, minutes=5)
"""Largest difference between the starts of one event in two calendars: a wrong zone, doors and first talk."""


@dataclass(frozen=True, slots=True)
class Join:
    """Two events (by position) that a rule joins."""

    first: int
    second: int
    rule: str


def group_events(
    events: Sequence[StoredEvent], *, timezone: str, official: Collection[str] | None = None
) -> list[Cluster[Join]]:
    """Clusters of events that are the same event, as positions in `events`; each event is in exactly one. `timezone` is the planet's.

    `official` are the calendars of groups (None: all are). They are joined among themselves first, so that no copy of anybody else
    can keep two copies of a group's event apart.
    """
    clusters: Clusters[Join] = Clusters(len(events))
    everything = range(len(events))
    if official is not None:
        _join_all(clusters, events, [number for number in everything if events[number].calendar in official], timezone)
    _join_all(clusters, events, everything, timezone)
    return list(clusters)


def _join_all(clusters: Clusters[Join], events: Sequence[StoredEvent], among: Sequence[int], timezone: str) -> None:
    shared = _shared_pages([events[number] for number in among])
    for rule, key in _KEYS:
        pairs = _pairs((number, key(events[number])) for number in among)
        scores = ((-_score(rule, events[a], events[b], shared), a, b) for a, b in pairs)
        for score, a, b in sorted(scores):
            if score < 0:
                _join(clusters, events, Join(a, b, rule))
    for join in _of_one_place(clusters, events, among):
        _join(clusters, events, join)
    for join in _of_one_day(clusters, events, among, timezone):
        _join(clusters, events, join)


_KEYS: tuple[tuple[str, Callable[[StoredEvent], Hashable | None]], ...] = (
    ("uid", lambda event: (event.uid, event.recurrence_id)),
    ("uid", lambda event: (event.uid, event.data.start)),
    ("url", lambda event: (event.url_key, event.data.start) if event.url_key else None),
    ("title", lambda event: event.data.start),
)
"""The key that two events must share for a rule to compare them."""


def _join(clusters: Clusters[Join], events: Sequence[StoredEvent], join: Join) -> None:
    clusters.join(
        join.first, join.second, join, contradict=partial(_contradict, events, numbers_count=join.rule != "uid")
    )


def _contradict(events: Sequence[StoredEvent], a: int, b: int, *, numbers_count: bool) -> bool:
    """Whether two events cannot be one: of one calendar and no twins, or (but for the same UID) of differently numbered titles."""
    first, second = events[a], events[b]
    if first.calendar == second.calendar:
        return not _are_duplicates(first, second)
    return numbers_count and numbered_apart(first.data.title, second.data.title)


def _are_duplicates(first: StoredEvent, second: StoredEvent) -> bool:
    """Whether one calendar lists the same event twice."""
    if first.data.start != second.data.start:
        return False
    return first.uid == second.uid or (
        titles_alike(first.data.title, second.data.title) == 100
        and first.data.location == second.data.location
        and first.data.text == second.data.text
        and first.url_key == second.url_key
    )


def _pairs(keys: Iterable[tuple[int, Hashable | None]]) -> Iterator[tuple[int, int]]:
    """Every two positions that share a key; None is no key."""
    positions: defaultdict[Hashable, list[int]] = defaultdict(list)
    for position, key in keys:
        if key is not None:
            positions[key].append(position)
    for same in positions.values():
        if 1 < len(same) <= CROWD:
            yield from combinations(same, 2)


def _shared_pages(events: Sequence[StoredEvent]) -> frozenset[str]:
    """URLs used by several events: a home page, the page of a series."""
    identities: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    starts: defaultdict[str, set[datetime | date]] = defaultdict(set)
    for event in events:
        if event.url_key:
            identities[event.url_key, event.calendar].add((event.uid, event.recurrence_id))
            starts[event.url_key].add(event.data.start)
    return frozenset(url for (url, _), named in identities.items() if len(named) > 1) | frozenset(
        url for url, moments in starts.items() if len(moments) > 1
    )


def _score(rule: str, first: StoredEvent, second: StoredEvent, shared: frozenset[str]) -> int:
    """How surely a rule joins two events, 0: not at all."""
    if first.calendar == second.calendar:
        return 200 if _are_duplicates(first, second) else 0
    alike = titles_alike(first.data.title, second.data.title)
    match rule:
        case "uid":
            return _uid_score(first, second, alike)
        case "url" if first.url_key not in shared and not numbered_apart(first.data.title, second.data.title):
            return 120 + alike
        case "title" if places_apart(first.data.location, second.data.location) and not particular(first.data.title):
            # One event of a network of groups, at one hour in every town: "Super Apéro".
            return 0
    return alike if alike >= NEAR else 0


def _uid_score(first: StoredEvent, second: StoredEvent, alike: int) -> int:
    if first.data.start == second.data.start:
        same_page = first.url_key == second.url_key != ""
        return 150 if alike >= NEAR or same_page or places_alike(first.data.location, second.data.location) else 0
    return 110 if alike >= NEAR and abs(instant(first.data.start) - instant(second.data.start)) <= MOVED else 0


def _of_one_place(clusters: Clusters[Join], events: Sequence[StoredEvent], among: Sequence[int]) -> Iterator[Join]:
    """Two events of different calendars at one hour in one room, and no other event at that place and hour."""
    by_start: defaultdict[datetime | date, list[int]] = defaultdict(list)
    for position in among:
        if events[position].data.location:
            by_start[events[position].data.start].append(position)
    for same in by_start.values():
        if 1 < len(same) <= CROWD:
            yield from _only_pairs(clusters, events, same)


def _only_pairs(clusters: Clusters[Join], events: Sequence[StoredEvent], same: Sequence[int]) -> Iterator[Join]:
    pairs: dict[tuple[int, int], Join] = {}
    for a, b in combinations(same, 2):
        if not clusters.same(a, b) and places_alike(events[a].data.location, events[b].data.location):
            first, second = sorted(min(clusters.cluster(item).members) for item in (a, b))
            pairs.setdefault((first, second), Join(a, b, "place"))
    rivals = Counter(cluster for pair in pairs for cluster in pair)
    for (first, second), join in sorted(pairs.items(), key=lambda pair: pair[0]):
        if rivals[first] == rivals[second] == 1:
            yield join


def _of_one_day(
    clusters: Clusters[Join], events: Sequence[StoredEvent], among: Sequence[int], timezone: str
) -> Iterator[Join]:
    for a, b in _pairs((number, day_of(events[number].data.start, timezone)) for number in among):
        first, second = events[a], events[b]
        if clusters.same(a, b) or first.calendar == second.calendar or not _near_in_time(first, second):
            continue
        same_page = first.url_key == second.url_key != ""
        if titles_alike(first.data.title, second.data.title) >= 95 and (
            same_page or places_alike(first.data.location, second.data.location)
        ):
            yield Join(a, b, "day")


def _near_in_time(first: StoredEvent, second: StoredEvent) -> bool:
    both_timed = isinstance(first.data.start, datetime) and isinstance(second.data.start, datetime)
    return not both_timed or abs(instant(first.data.start) - instant(second.data.start)) <= OFF
