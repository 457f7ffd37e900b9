"""What is known of one address or id: found in the store, looked at with the rules of feeds.yaml. Values only, nothing is printed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planet.classify import Placer, Scores
from planet.classify.scores import THRESHOLD
from planet.merge.events import as_entry, merge_events
from planet.merge.stories import group
from planet.model import Classification, Config, Event, MergeEntry, Source, StoredEvent
from planet.normalise.identity import fold_id
from planet.store import Store, StoredEntry
from planet.text import digest
from planet.urls import canonical_key, feed_key, host, redacted

NEAR = 5
"""Addresses that are suggested at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An entry of one feed. `classification` is by the rules of feeds.yaml as it is now; `changed`: those of the last run gave another."""

    stored: StoredEntry
    feed: str
    """As configured, credentials masked; its key when it left feeds.yaml."""
    sources: tuple[str, ...]
    classification: Classification
    changed: bool

    @property
    def shown(self) -> bool:
        return self.stored.story is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story: its copies, the lead first, and why they are one: (copy, copy, rule, score in hundredths)."""

    copies: tuple[Copy, ...]
    why: tuple[tuple[Copy, Copy, str, int], ...]
    technologies: tuple[str, ...]
    scores: Scores
    """Of each technology the copy that speaks for it most, near misses too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evening:
    """An event as told, and why; or, without one, what is stored of it and why it is not shown."""

    event: Event | None
    stored: tuple[StoredEvent, ...]
    hidden: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All there is to say. `near` are addresses like the one that was asked for, when nothing is known of it."""

    asked: str
    told: tuple[Told, ...] = ()
    hidden: tuple[Copy, ...] = ()
    evenings: tuple[Evening, ...] = ()
    feed: str = ""
    """The feed as configured, when the address is that of one."""
    near: tuple[str, ...] = ()


class Inquiry:
    """Looks things up in one store, with the rules of one configuration."""

    def __init__(self, config: Config, store: Store) -> None:
        self.config = config
        self.store = store
        self.placer = Placer(config)
        self._sources = {source.slug: source for source in config.sources}
        self._feeds: dict[str, tuple[str, list[Source]]] = {}
        for source in config.sources:
            for feed in source.feeds:
                self._feeds.setdefault(feed.key, (redacted(feed.configured), []))[1].append(source)

    def ask(self, asked: str) -> Answer:
        """Everything about an address or an id, in any spelling."""
        asked = asked.strip()
        rows = self._entry_ids(asked)
        told: dict[int, Told] = {}
        hidden: list[Copy] = []
        for entry in self.store.stored_entries(rows):
            if entry.story is None:
                hidden.append(self._copy(entry))
            elif entry.story not in told:
                told[entry.story] = self._told(entry.story, entry)
        evenings = self._evenings(asked)
        feed = self._feeds.get(feed_key(asked), ("", []))[0]
        found = bool(told or hidden or evenings or feed)
        return Answer(
            asked=asked,
            told=tuple(told.values()),
            hidden=tuple(hidden),
            evenings=evenings,
            feed=feed,
            near=() if found else self._near(asked),
        )

    def _entry_ids(self, asked: str) -> list[int]:
        key = canonical_key(asked)
        found: dict[int, None] = {}
        for identifier in dict.fromkeys([asked, fold_id(asked), key]):
            if identifier:
                found |= dict.fromkeys(self.store.find_entries(link_key=key, identifier=identifier))
        if not found and asked.startswith(f"tag:{host(self.config.site.url)},"):
            # An id that the planet made, because another story has the entry's own.
            made = asked.rpartition(":")[2]
            for lead in self.store.leads():
                if digest(lead.feed, lead.uid)[:20] == made:
                    found |= dict.fromkeys(self.store.find_entries(link_key="", identifier=lead.uid))
        return sorted(found)

    def _copy(self, entry: StoredEntry) -> Copy:
        configured, owners = self._feeds.get(entry.feed, (redacted(entry.feed), []))
        classification = self.placer.place(entry.entry, entry.feed)
        carrying = [slug for slug, _ in classification.sources]
        names = [self._sources[slug].name for slug in carrying] or [source.name for source in owners]
        before = entry.classification
        changed = before is not None and (
            before.sources != classification.sources or before.technologies != classification.technologies
        )
        return Copy(stored=entry, feed=configured, sources=tuple(names), classification=classification, changed=changed)

    def _told(self, story: int, first: StoredEntry) -> Told:
        why = self.store.why(story)
        rows = sorted({first.entry_id, *(row for join in why for row in join[:2])})
        copies = {entry.entry_id: self._copy(entry) for entry in self.store.stored_entries(rows)}
        order = _in_order(copies.values())
        said = [one for row in order for one in copies[row].classification.scores]
        best = {slug: max((one for one in said if one[0] == slug), key=lambda one: one[1]) for slug, _, _ in said}
        every = tuple(best[technology.slug] for technology in self.config.technologies if technology.slug in best)
        return Told(
            copies=tuple(copies[row] for row in order),
            why=tuple((copies[a], copies[b], rule, score) for a, b, rule, score in why if a in copies and b in copies),
            technologies=tuple(slug for slug, score, _ in every if score >= THRESHOLD),
            scores=every,
        )

    def _evenings(self, asked: str) -> tuple[Evening, ...]:
        key = canonical_key(asked)
        stored = self.store.stored_events()
        meant = [event for event in stored if event.uid == asked or (key and event.url_key == key)]
        told = merge_events(stored, self.config, place=self.placer.place) if stored else ()
        uids = {event.uid for event in meant}
        found = [
            event
            for event in told
            if event.id == asked
            or (key and canonical_key(event.data.url) == key)
            or any(uid in uids and uid == asked for _, _, uid, _ in event.sources)
            or any(key and canonical_key(url) == key for _, _, _, url in event.sources)
        ]
        evenings = []
        for event in found:
            carried = {uid for _, _, uid, _ in event.sources}
            copies = tuple(one for one in stored if one.uid in carried and one.data.start == event.data.start)
            evenings.append(Evening(event=event, stored=copies))
        shown = {copy.uid for evening in evenings for copy in evening.stored}
        for one in meant:
            if one.uid not in shown:
                hidden = self.placer.place(as_entry(one), one.calendar).hidden
                evenings.append(Evening(event=None, stored=(one,), hidden=hidden))
        return tuple(evenings)

    def _near(self, asked: str) -> tuple[str, ...]:
        """Addresses of shown stories that look like the one that was asked for."""
        key = canonical_key(asked)
        if not key:
            return ()
        leads = {lead.link_key: lead.link for lead in self.store.leads() if lead.link_key}
        name = key.partition("/")[0]
        neighbours = [link for link in leads if link.partition("/")[0] == name] or list(leads)
        return tuple(leads[link] for link in difflib.get_close_matches(key, neighbours, n=NEAR, cutoff=0.5))


def _in_order(copies: Iterable[Copy]) -> Sequence[int]:
    """The rows of a story, the lead first: by the same rules that made it."""
    merged = [_as_merged(copy.stored) for copy in copies]
    made = group(merged)
    return [row for part in sorted(made, key=lambda part: -len(part.entry_ids)) for row in part.entry_ids]


def _as_merged(stored: StoredEntry) -> MergeEntry:
    return MergeEntry.of(
        stored.entry,
        entry_id=stored.entry_id,
        feed=stored.feed,
        date=stored.date,
        priority=stored.priority,
        source_position=stored.source_position,
    )
