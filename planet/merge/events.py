"""From events that are one evening to the evening as it is told: whose words, whose name, which technologies. Pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter

from planet.merge.clusters import Cluster
from planet.merge.event_changes import name_of
from planet.merge.event_groups import Join, group_events
from planet.model import Classification, Config, Entry, Event, FeedConfig, Source, StoredEvent
from planet.text import digest
from planet.text import fold as plain_fold
from planet.urls import host, redacted

Place = Callable[[Entry, str], Classification]
"""The classifier: an entry and the key of its feed -> where it belongs, and why."""
LONGEST_UID = 255
fold = lru_cache(maxsize=8192)(plain_fold)
_UNSHOWN = frozenset({"rev", "reasons", "first_seen", "stories"})
_shown = attrgetter(*(field.name for field in fields(Event) if field.name not in _UNSHOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carried:
    """A source that carries a calendar."""

    source: Source
    feed: FeedConfig
    order: int


def merge_events(stored: Sequence[StoredEvent], config: Config, *, place: Place) -> tuple[Event, ...]:
    """Every evening of the planet, told once, oldest first.

    `stored` holds the events of all calendars; those of calendars that are no longer in feeds.yaml are passed over. The leading copy
    is that of the group whose organiser it names, then by the order of feeds.yaml (a calendar before a feed of events); what it leaves
    out is taken from the others. `place` gives technologies, and hides what filters or `hide` leave out.
    """
    carried = _carriers(config)
    events = sorted(
        (event for event in stored if event.calendar in carried),
        key=lambda event: (event.calendar, event.uid, event.recurrence_id),
    )
    groups = group_events(events, timezone=config.site.timezone)
    ids = _Ids(events, carried, host(config.site.url) or "planet")
    names = [technology.slug for technology in config.technologies]
    named = {fold(source.name): source for source in reversed(config.sources) if source.kind == "group"}
    told = (_tell(group, events, carried, ids, names, named, place) for group in groups)
    return tuple(
        sorted((event for event in told if event is not None), key=lambda event: (*_when(event.start), event.id))
    )


def _carriers(config: Config) -> dict[str, list[_Carried]]:
    found: defaultdict[str, list[_Carried]] = defaultdict(list)
    order = 0
    for source in config.sources:
        for feed in source.feeds:
            if feed.kind != "posts":
                found[feed.key].append(_Carried(source=source, feed=feed, order=order))
            order += 1
    return dict(found)


def _when(start: datetime | date) -> tuple[str, str]:
    if isinstance(start, datetime):
        written = start.astimezone(UTC).isoformat()
        return written[:10], written
    return start.isoformat(), ""


class _Ids:
    """UIDs and file names, each once in the planet: the copy that was seen first gives both, so that neither changes later."""

    def __init__(self, events: Sequence[StoredEvent], carried: Mapping[str, Sequence[_Carried]], planet: str) -> None:
        self._planet = planet
        self._order = {key: sources[0].order for key, sources in carried.items()}
        self._owner: dict[str, tuple[str, str]] = {}
        for event in sorted(events, key=self.age):
            self._owner.setdefault(event.uid, (event.calendar, event.recurrence_id))

    def age(self, event: StoredEvent) -> tuple[float, int, str, str, str]:
        """Sorts events by when they were first seen, then by feeds.yaml."""
        first = event.first_seen.timestamp() if event.first_seen else 0.0
        return first, self._order[event.calendar], event.calendar, event.uid, event.recurrence_id

    def uid(self, event: StoredEvent) -> str:
        """The UID to publish: its own, unless it recurs, is too long, or was another event's first."""
        mine = self._owner[event.uid] == (event.calendar, event.recurrence_id)
        if mine and not event.recurrence_id and len(event.uid) <= LONGEST_UID:
            return event.uid
        return f"{digest(event.calendar, event.uid, event.recurrence_id)}@{self._planet}"


def _tell(
    group: Cluster[Join],
    events: Sequence[StoredEvent],
    carried: Mapping[str, Sequence[_Carried]],
    ids: _Ids,
    technologies: Sequence[str],
    named: Mapping[str, Source],
    place: Place,
) -> Event | None:
    copies = sorted(
        (events[index] for index in group.members),
        key=lambda event: (_rank(event, carried[event.calendar]), *ids.age(event)),
    )
    placed = [(copy, place(as_entry(copy), copy.calendar)) for copy in copies]
    shown = [(copy, classification) for copy, classification in placed if classification.sources]
    if not shown:
        return None
    lead = shown[0][0]
    oldest = min((copy for copy, _ in shown), key=ids.age)
    same_time = [copy for copy, _ in shown if copy.start == lead.start]
    found = {slug for _, classification in shown for slug in classification.technologies}
    # A calendar of many groups (an archive) names the one that holds the evening as its organiser.
    held_by = named.get(fold(lead.organizer))
    source = held_by or _leader(lead, carried[lead.calendar], shown[0][1])
    found.update(held_by.technologies if held_by else ())
    end = next((copy.end for copy in same_time if copy.end is not None), None) or _default_end(lead.start)
    made = Event(
        id=ids.uid(oldest),
        slug=oldest.slug or name_of(oldest),
        url=_first(shown, "url"),
        title=lead.title,
        html=lead.html or next((copy.html for copy, _ in shown if copy.text), lead.html),
        text=lead.text or _first(shown, "text"),
        start=lead.start,
        end=end,
        status=lead.status,
        location=_first(shown, "location"),
        geo=next((copy.geo for copy, _ in shown if copy.geo and copy.location in {"", lead.location}), None),
        group=source.name if source.kind == "group" else "",
        group_slug=source.slug if source.kind == "group" else "",
        organizer=_first(shown, "organizer"),
        organizer_url=lead.organizer_url,
        timezone=lead.timezone,
        tags=_tags(shown),
        technologies=tuple(slug for slug in technologies if slug in found),
        sources=_sources(shown, carried),
        image=_first(shown, "image"),
        revision=max(copy.sequence for copy, _ in shown) + sum(copy.revision for copy, _ in shown),
        changed=max((copy.changed for copy, _ in shown if copy.changed), default=None),
        first_seen=oldest.first_seen,
        reasons=_reasons(group, events, shown, lead, held_by),
    )
    told = repr(_shown(made)).encode("utf-8", "replace")
    return replace(made, rev=hashlib.sha256(told).hexdigest()[:32])


def as_entry(event: StoredEvent) -> Entry:
    """An event as the classifier and the filters see it."""
    return Entry(
        uid=event.uid,
        id=event.uid,
        position=0,
        link=event.url,
        link_key=event.url_key,
        title_key="",
        text_key="",
        raw_hash="",
        content_hash="",
        title=event.title,
        html=event.html,
        text=event.text,
        summary="",
        tags=event.tags,
    )


def _rank(event: StoredEvent, carriers: Sequence[_Carried]) -> tuple[int, int, int]:
    """The organiser's own calendar first, then groups before members, calendars before feeds, by feeds.yaml."""
    named = fold(event.organizer)
    own = bool(named) and any(
        fold(one.source.name) in named or named in fold(one.source.name) for one in carriers if fold(one.source.name)
    )
    best = min(carriers, key=lambda one: (one.source.kind != "group", one.order))
    return (0 if own else 1, 2 * (best.source.kind != "group") + (best.feed.kind != "calendar"), best.order)


def _leader(lead: StoredEvent, carriers: Sequence[_Carried], classification: Classification) -> Source:
    allowed = {slug for slug, _ in classification.sources}
    known = [one for one in carriers if one.source.slug in allowed] or list(carriers)
    named = fold(lead.organizer)
    return min(
        known,
        key=lambda one: (not named or fold(one.source.name) not in named, one.source.kind != "group", one.order),
    ).source


def _first(shown: Sequence[tuple[StoredEvent, Classification]], name: str) -> str:
    return next((value for copy, _ in shown if (value := getattr(copy, name))), "")


def _default_end(start: datetime | date) -> datetime | date:
    """RFC 5545 3.6.1: without an end a timed event ends as it starts, an all-day one with its day."""
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def _tags(shown: Sequence[tuple[StoredEvent, Classification]]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for copy, _ in shown:
        for tag in copy.tags:
            found.setdefault(fold(tag), tag)
    return tuple(tag for key, tag in found.items() if key)


def _sources(
    shown: Sequence[tuple[StoredEvent, Classification]], carried: Mapping[str, Sequence[_Carried]]
) -> tuple[tuple[str, str, str, str], ...]:
    found: dict[tuple[str, str, str, str], None] = {}
    for copy, classification in shown:
        allowed = {slug for slug, _ in classification.sources}
        for one in carried[copy.calendar]:
            if one.source.slug in allowed:
                found[one.source.name, redacted(one.feed.configured), copy.uid, copy.url] = None
    return tuple(found)


def _reasons(
    group: Cluster[Join],
    events: Sequence[StoredEvent],
    shown: Sequence[tuple[StoredEvent, Classification]],
    lead: StoredEvent,
    held_by: Source | None,
) -> tuple[tuple[str, str], ...]:
    """Why: ("php", "tag afup in tags") for each technology, ("merged", "title: … = …") for each join, ("date", rule)."""
    found: dict[tuple[str, str], None] = {}
    for _, classification in shown:
        for slug, _, reasons in classification.scores:
            if slug in classification.technologies:
                for reason in reasons:
                    found[slug, " ".join(part for part in (reason.rule, reason.what, reason.where) if part)] = None
    if held_by:
        found["group", f"organizer {lead.organizer}"] = None
        found.update({(slug, f"source {held_by.name}"): None for slug in held_by.technologies})
    for join in group.links:
        found["merged", f"{join.rule}: {events[join.first].calendar} = {events[join.second].calendar}"] = None
    if lead.date_reason:
        found["date", lead.date_reason] = None
    return tuple(found)
