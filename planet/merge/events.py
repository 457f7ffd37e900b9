"""Merge the copies of an event into the event that is shown: its data, its group, its technologies. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any

from planet.merge.authorship import Authors
from planet.merge.clusters import Cluster
from planet.merge.event_changes import file_name
from planet.merge.event_copies import EventCopy, EventIds, Owner, owners_by_calendar
from planet.merge.event_groups import Join, group_events
from planet.merge.organizers import archives, fold, is_named, leader
from planet.model import Classification, Config, Entry, Event, EventData, Source, StoredEvent
from planet.people import Namesakes
from planet.text import one_line
from planet.urls import host
from planet.when import default_end, is_believable

Classify = Callable[[Entry, str], Classification]
"""The classifier: an entry and the key of its feed -> where it belongs, and why."""
_NOT_SHOWN = frozenset({"rev", "reasons", "first_seen", "joins"})
_shown = attrgetter(*(field.name for field in fields(Event) if field.name not in _NOT_SHOWN))


def merge_events(stored: Sequence[StoredEvent], config: Config, *, classify: Classify) -> tuple[Event, ...]:
    """Every event of the planet, each once, oldest first.

    `stored` are the events of all calendars; those of calendars that are no longer in feeds.yaml are passed over. A group's event
    stays its own: the copy of a group leads, and no copy of a member changes anything of it but the list of its sources. Of several
    groups that one leads which the copy seen first names as its organiser, else the one on whose site the page of that copy stands,
    a calendar before a feed of events, the one seen first, a group of a technology, the order of feeds.yaml; what it leaves out is
    taken from the other groups. It is of every group that lists it. `classify` gives technologies, and hides what
    filters or `hide` leave out.
    """
    owners = owners_by_calendar(config)
    events = sorted(
        (event for event in stored if event.calendar in owners and is_believable(event.data.start)),
        key=lambda event: (event.calendar, event.uid, event.recurrence_id),
    )
    merger = _Merger(events, owners, config, classify)
    official = {key for key, listing in owners.items() if any(owner.is_group for owner in listing)}
    merged = map(merger.merge, group_events(events, timezone=config.site.timezone, official=official))
    return tuple(
        sorted(
            (event for event in merged if event is not None), key=lambda event: (*_order(event.data.start), event.id)
        )
    )


def _order(start: datetime | date) -> tuple[str, str]:
    """Sorts starts: by day in UTC, all-day ones first."""
    if isinstance(start, datetime):
        iso = start.astimezone(UTC).isoformat()
        return iso[:10], iso
    return start.isoformat(), ""


class _Merger:
    """Merges the clusters of events of one planet."""

    def __init__(
        self,
        events: Sequence[StoredEvent],
        owners: Mapping[str, Sequence[Owner]],
        config: Config,
        classify: Classify,
    ) -> None:
        self._events = events
        self._owners = owners
        self._classify = classify
        self._ids = EventIds(events, owners, Authors(config.sources), host(config.site.url) or "planet")
        self._technologies = [technology.slug for technology in config.technologies]
        self._namesakes = Namesakes((source.slug, source.name) for source in config.sources)
        self._groups = {fold(source.name): source for source in reversed(config.sources) if source.kind == "group"}
        self._archives = archives(events, owners, self._groups)

    def merge(self, cluster: Cluster[Join]) -> Event | None:
        """The event of a cluster; None where filters or `hide` exclude all of its copies."""
        every = self._copies(cluster)
        if not every:
            return None
        copies = self._in_order(every)
        lead = copies[0]
        oldest = min((copy.event for copy in every), key=self._ids.age)
        organizing = self._organizing_group(lead, copies)
        source = organizing or leader(lead)
        is_group = source.kind == "group" and (organizing is not None or not self._is_anothers(lead))
        data = self._data(copies, source)
        event = Event(
            id=self._ids.uid(oldest),
            slug=oldest.slug or file_name(oldest),
            data=data,
            end=data.end if data.end is not None and is_believable(data.end) else default_end(data.start),
            group=source.name if is_group else "",
            group_slug=source.slug if is_group else "",
            groups=self._listing_groups(copies, source if is_group else None),
            technologies=self._technologies_of(copies, organizing),
            sources=_sources([*copies, *(copy for copy in every if copy not in copies)]),
            revision=max(copy.event.sequence for copy in copies) + sum(copy.event.revision for copy in copies),
            changed=max((copy.event.changed for copy in copies if copy.event.changed), default=None),
            first_seen=oldest.first_seen,
            reasons=tuple(dict.fromkeys((*_technology_reasons(copies), *self._reasons(cluster, lead, organizing)))),
        )
        shown = repr(_shown(event)).encode("utf-8", "replace")
        return replace(event, rev=hashlib.sha256(shown).hexdigest()[:32])

    def _data(self, copies: Sequence[EventCopy], source: Source) -> EventData:
        """The merged data of the copies. A member cannot give the name of another source as organiser: its own name is shown then."""
        data = _merged([copy.data for copy in copies])
        slugs = {owner.source.slug for copy in copies for owner in copy.owners}
        if source.kind != "group" and self._namesakes.another(data.organizer, slugs):
            return replace(data, organizer=source.name, organizer_url="")
        return data

    def _listing_groups(self, copies: Sequence[EventCopy], leading: Source | None) -> tuple[str, ...]:
        """The groups that an event is of: the leading one, and those that list it as their own."""
        own = [copy for copy in copies if not self._is_anothers(copy)]
        slugs = [owner.source.slug for copy in own for owner in copy.owners if owner.is_group]
        return tuple(dict.fromkeys([*([leading.slug] if leading else []), *slugs]))

    def _technologies_of(self, copies: Sequence[EventCopy], organizing: Source | None) -> tuple[str, ...]:
        """Those of the copies and of the group that organises it, in the order of feeds.yaml."""
        slugs = {slug for copy in copies for slug in copy.classification.technologies}
        slugs.update(organizing.technologies if organizing else ())
        return tuple(slug for slug in self._technologies if slug in slugs)

    def _in_order(self, copies: Sequence[EventCopy]) -> list[EventCopy]:
        """The copies that the event's data is taken from, the leading one first: those of groups, else those of the member seen first.

        A copy whose page is on its lister's own site comes before others, whoever was seen first.
        """
        age, is_own = self._ids.age, self._ids.is_own
        official = [copy for copy in copies if any(owner.is_group for owner in copy.owners)]
        first = min(official or copies, key=lambda copy: (not is_own(copy.event), age(copy.event)))
        if not official:
            owners = {owner.source.slug for owner in first.owners}
            official = [copy for copy in copies if owners & {owner.source.slug for owner in copy.owners}]
        organizer = fold(first.data.organizer)
        return sorted(
            official,
            key=lambda copy: (
                not is_named(organizer, copy.owners),
                not is_own(copy.event),
                all(owner.feed.kind != "calendar" for owner in copy.owners),
                age(copy.event)[0],
                not any(owner.source.technologies for owner in copy.owners),
                age(copy.event),
            ),
        )

    def _is_anothers(self, copy: EventCopy) -> bool:
        """Whether the copy is from an archive of many groups and names an organiser that is not the archive's owner."""
        organizer = fold(copy.data.organizer)
        return bool(organizer) and copy.event.calendar in self._archives and not is_named(organizer, copy.owners)

    def _organizing_group(self, lead: EventCopy, copies: Sequence[EventCopy]) -> Source | None:
        """The group that the leading copy names as its organiser, where it may: the group lists the event itself, or the calendar is
        a file of the planet's own (an archive of many groups). No other calendar can credit a group with what it did not publish.
        """
        group = self._groups.get(fold(lead.data.organizer))
        if group is None:
            return None
        lists_it = any(owner.source.slug == group.slug for copy in copies for owner in copy.owners)
        return group if lists_it or any(owner.feed.local for owner in lead.owners) else None

    def _copies(self, cluster: Cluster[Join]) -> list[EventCopy]:
        """The copies that are shown."""
        copies = []
        for position in cluster.members:
            event = self._events[position]
            classification = self._classify(as_entry(event), event.calendar)
            if classification.sources:
                passing = {slug for slug, _ in classification.sources}
                listed = self._owners[event.calendar]
                owners = tuple(owner for owner in listed if owner.source.slug in passing) or tuple(listed)
                copies.append(EventCopy(event=event, classification=classification, owners=owners))
        return copies

    def _reasons(self, cluster: Cluster[Join], lead: EventCopy, organizing: Source | None) -> list[tuple[str, str]]:
        """("group", rule) where the organiser named it, ("merged", "title: … = …") for each join, ("date", rule)."""
        reasons = []
        if organizing:
            reasons.append(("group", f"organizer {lead.data.organizer}"))
            reasons += [(slug, f"source {organizing.name}") for slug in organizing.technologies]
        for join in cluster.links:
            first, second = self._events[join.first], self._events[join.second]
            reasons.append(("merged", f"{join.rule}: {first.calendar} = {second.calendar}"))
        if lead.event.date_reason:
            reasons.append(("date", lead.event.date_reason))
        return reasons


def as_entry(event: StoredEvent) -> Entry:
    """An event as the classifier and the filters see it."""
    return Entry(
        uid=event.uid,
        id=event.uid,
        position=0,
        link=event.data.url,
        link_key=event.url_key,
        title_key="",
        text_key="",
        raw_hash="",
        content_hash="",
        title=event.data.title,
        html=event.data.html,
        text=event.data.text,
        summary="",
        tags=event.data.tags,
    )


def _merged(copies: Sequence[EventData]) -> EventData:
    """The leading copy's data (the first's); what it leaves out is taken from the next that has it.

    Start, status, zone and the organiser's address are the lead's alone; an end and coordinates are taken only from a copy that
    says the same of the start and the place.
    """
    lead = copies[0]
    described = lead if lead.text else next((copy for copy in copies if copy.text), lead)
    tags: dict[str, str] = {}
    for copy in copies:
        for tag in copy.tags:
            tags.setdefault(fold(tag), tag)
    texts: dict[str, Any] = {name: next(filter(None, map(attrgetter(name), copies)), "") for name in _OF_ANY_COPY}
    return replace(
        lead,
        html=lead.html or described.html,
        text=described.text,
        end=next((copy.end for copy in copies if copy.end is not None and copy.start == lead.start), None),
        geo=next((copy.geo for copy in copies if copy.geo and copy.location in {"", lead.location}), None),
        tags=tuple(tag for key, tag in tags.items() if key),
        **texts,
    )


_OF_THE_LEAD = frozenset({"html", "text", "organizer_url", "timezone"})
"""Texts that only fit to others of the same copy: they are those of the leading copy."""
_OF_ANY_COPY = tuple(
    field.name for field in fields(EventData) if field.default == "" and field.name not in _OF_THE_LEAD
)
"""The optional texts of an event that another copy may give (place, page, organiser, picture)."""


def _sources(copies: Sequence[EventCopy]) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        dict.fromkeys(
            (owner.source.name, owner.feed.label, one_line(copy.event.uid), copy.data.url)
            for copy in copies
            for owner in copy.owners
        )
    )


def _technology_reasons(copies: Sequence[EventCopy]) -> list[tuple[str, str]]:
    """("php", "tag afup in tags") for each technology and rule."""
    return [
        (slug, " ".join(part for part in (reason.rule, reason.what, reason.where) if part))
        for copy in copies
        for slug, _, reasons in copy.classification.scores
        if slug in copy.classification.technologies
        for reason in reasons
    ]
