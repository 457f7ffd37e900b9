"""Who organises an event: the source that a calendar names, and the calendars that are archives of many groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from planet.merge.event_copies import EventCopy, Owner
from planet.model import Source, StoredEvent
from planet.text import fold as plain_fold

fold = lru_cache(maxsize=8192)(plain_fold)


def archives(
    events: Sequence[StoredEvent], owners: Mapping[str, Sequence[Owner]], groups: Collection[str]
) -> frozenset[str]:
    """The calendars that are archives of many groups: files of the planet's own that name another group of feeds.yaml (`groups`:
    folded names) as organiser, or two others with a site. A group's own file may name the people who organise its events.
    """
    others: defaultdict[str, set[str]] = defaultdict(set)
    for event in events:
        listed, organizer = owners[event.calendar], fold(event.data.organizer)
        if organizer and any(owner.feed.local for owner in listed) and not is_named(organizer, listed):
            others[event.calendar].update([organizer] if event.data.organizer_url or organizer in groups else [])
    return frozenset(key for key, names in others.items() if len(names) > 1 or not names.isdisjoint(groups))


def is_named(organizer: str, owners: Sequence[Owner]) -> bool:
    """Whether an organiser (folded) is one of these sources."""
    return bool(organizer) and any(
        name in organizer or organizer in name for owner in owners if (name := fold(owner.source.name))
    )


def leader(lead: EventCopy) -> Source:
    """The source that the leading copy belongs to: its organiser by name, else groups before members, by feeds.yaml."""
    organizer = fold(lead.data.organizer)
    return min(
        lead.owners,
        key=lambda owner: (
            not organizer or fold(owner.source.name) not in organizer,
            not owner.is_group,
            owner.position,
        ),
    ).source
