"""What is known of one address or id: looked up in the database, and classified by the current feeds.yaml. Values only."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from planet import plugins
from planet.classify import Classifier, Scores
from planet.classify.scores import THRESHOLD
from planet.health import public_health
from planet.merge.events import as_entry
from planet.model import Classification, Config, Event, FeedHealth, MergeEntry, Source, StoredEvent, StoryJoin
from planet.normalise.identity import fold_id
from planet.reasons import best_scores
from planet.similarity import words
from planet.site import site_events
from planet.store import Store, StoredEntry
from planet.store.stories import authors_copies
from planet.text import digest, fold
from planet.urls import canonical_key, feed_key, host, redacted

NEAR = 3
"""Most addresses that are suggested."""
TITLED = 5
"""Most stories that a search by words of a title returns, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An entry of one feed. `classification` is by the current rules of feeds.yaml; `changed`: it differs from that of the last run."""

    stored: StoredEntry
    feed: str
    """As configured, credentials masked; its key when it left feeds.yaml."""
    sources: tuple[str, ...]
    classification: Classification
    changed: bool

    @property
    def shown(self) -> bool:
        return self.stored.story_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedStory:
    """A story: its copies, the leading one first, and why they are one: (copy, copy, rule, score in hundredths)."""

    copies: tuple[Copy, ...]
    why: tuple[tuple[Copy, Copy, str, int], ...]
    technologies: tuple[str, ...]
    scores: Scores
    """For each technology the highest score of the copies, near misses included."""
    events: tuple[tuple[StoryJoin, Event], ...] = ()
    """The events that it belongs to, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedEvent:
    """An event as merged, and its copies; or, where `event` is None, what is stored of it and why it is not shown."""

    event: Event | None
    stored: tuple[StoredEvent, ...]
    hidden: str = ""
    stories: tuple[tuple[StoryJoin, str, str], ...] = ()
    """Its stories: why they are joined, title and address of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Result of a lookup. `near` are addresses like the one that was asked for, when nothing is known of it."""

    asked: str
    stories: tuple[ExplainedStory, ...] = ()
    hidden: tuple[Copy, ...] = ()
    events: tuple[ExplainedEvent, ...] = ()
    feed: str = ""
    """The feed as configured, when the address is that of one."""
    near: tuple[str, ...] = ()
    feeds: tuple[FeedHealth, ...] = ()
    """The feeds of the source that was named; where an address is unknown, those of its host."""

    @property
    def known(self) -> bool:
        """Whether anything answers the question."""
        return bool(self.stories or self.hidden or self.events or self.feed or self.named)

    named: bool = False
    """Whether a source has the name that was asked for."""


class Lookup:
    """Looks up addresses, ids, titles and names in one database, with the rules of one configuration."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config = config
        self._store = store
        self._classifier = Classifier(config)
        self._filters = plugins.load()
        self._sources = {source.slug: source for source in config.sources}
        self._feeds: dict[str, tuple[str, list[Source]]] = {}
        for source in config.sources:
            for feed in source.feeds:
                self._feeds.setdefault(feed.key, (feed.label, []))[1].append(source)

    @functools.cached_property
    def _primary(self) -> dict[int, MergeEntry]:
        """The stories that are shown, by their ids, the newest first."""
        return {entry.entry_id: entry for entry in self._store.primary_entries()}

    @functools.cached_property
    def _every_event(self) -> tuple[Event, ...]:
        return site_events(self._config, self._store)

    def answer(self, asked: str) -> Answer:
        """Everything about an address or an id in any spelling, the words of a title, or the name of a source."""
        asked = asked.strip()
        stories: dict[int, ExplainedStory] = {}
        hidden: list[Copy] = []
        for entry in self._store.stored_entries(self._entry_ids(asked) or self._titled(asked)):
            if entry.story_id is None:
                hidden.append(self._copy(entry))
            elif entry.story_id not in stories:
                stories[entry.story_id] = self._story(entry.story_id)
        events = self._events(asked)
        feed = self._feeds.get(feed_key(asked), ("", []))[0]
        slugs = {
            source.slug for source in self._config.sources if fold(asked) in {fold(source.name), fold(source.slug)}
        }
        known = bool(stories or hidden or events or feed or slugs)
        return Answer(
            asked=asked,
            stories=tuple(stories.values()),
            hidden=tuple(hidden),
            events=events,
            feed=feed,
            near=() if known else self._near(asked),
            feeds=self._health_of(asked, slugs, feed) if slugs or feed or not known else (),
            named=bool(slugs),
        )

    def _titled(self, asked: str) -> list[int]:
        """Entries of the newest stories whose titles hold all of these words."""
        wanted = set(words(asked))
        if not wanted or "://" in asked:
            return []
        titled = [entry.entry_id for entry in self._primary.values() if wanted <= set(words(entry.title))]
        return [entry_id for story in titled[:TITLED] for entry_id in self._store.members(story)]

    def _health_of(self, asked: str, slugs: set[str], label: str) -> tuple[FeedHealth, ...]:
        """The feed that was named, or all of a source, or else all at the host of an address."""
        name = host(asked)
        return tuple(
            feed
            for feed in public_health(self._config, self._store)
            if (feed.url == label if label else feed.source_slug in slugs or (name and host(feed.url) == name))
        )

    def _entry_ids(self, asked: str) -> list[int]:
        key = canonical_key(asked)
        ids: set[int] = set()
        for identifier in {asked, fold_id(asked), key} - {""}:
            ids.update(self._store.find_entries(link_key=key, identifier=identifier))
        if not ids and asked.startswith(f"tag:{host(self._config.site.url)},"):
            # An id that the planet gave, because another story has the entry's own.
            suffix = asked.rpartition(":")[2]
            for entry in self._primary.values():
                if digest(entry.feed, entry.uid)[:20] == suffix:
                    ids.update(self._store.find_entries(link_key="", identifier=entry.uid))
        return sorted(ids)

    def _copy(self, entry: StoredEntry) -> Copy:
        configured, owners = self._feeds.get(entry.feed, (redacted(entry.feed), []))
        classification = plugins.classify(self._filters, self._classifier, entry.entry, key=entry.feed, feed=configured)
        shown_by = [slug for slug, _ in classification.sources]
        names = [self._sources[slug].name for slug in shown_by] or [source.name for source in owners]
        before = entry.classification
        changed = before is not None and (
            before.sources != classification.sources or before.technologies != classification.technologies
        )
        return Copy(stored=entry, feed=configured, sources=tuple(names), classification=classification, changed=changed)

    def _story(self, story: int) -> ExplainedStory:
        why = self._store.why(story)
        members = self._store.members(story)
        copies = {entry.entry_id: self._copy(entry) for entry in self._store.stored_entries(members)}
        order = [entry_id for entry_id in members if entry_id in copies]
        slugs = [technology.slug for technology in self._config.technologies]
        theirs = authors_copies([copies[entry_id].stored for entry_id in order])
        scores = best_scores((copies[entry.entry_id].classification.scores for entry in theirs), slugs)
        return ExplainedStory(
            copies=tuple(copies[entry_id] for entry_id in order),
            why=tuple((copies[a], copies[b], rule, score) for a, b, rule, score in why if a in copies and b in copies),
            technologies=tuple(slug for slug, score, _ in scores if score >= THRESHOLD),
            scores=scores,
            events=tuple(
                (join, event) for event in self._every_event for join in event.joins if join.story_id == story
            ),
        )

    def _events(self, asked: str) -> tuple[ExplainedEvent, ...]:
        stored = self._store.stored_events()
        if not stored:
            return ()
        key = canonical_key(asked)
        page = f"{self._config.site.url}events/"
        shown = [
            self._explained(event, stored)
            for event in self._every_event
            if _is_asked_for(event, asked, key) or (key and key == canonical_key(f"{page}{event.slug}/"))
        ]
        shown_uids = {copy.uid for explained in shown for copy in explained.stored}
        hidden = [
            ExplainedEvent(
                event=None, stored=(copy,), hidden=self._classifier.classify(as_entry(copy), copy.calendar).hidden
            )
            for copy in stored
            if copy.uid not in shown_uids and (copy.uid == asked or (key and copy.url_key == key))
        ]
        return (*shown, *hidden)

    def _explained(self, event: Event, stored: Sequence[StoredEvent]) -> ExplainedEvent:
        uids = {uid for _, _, uid, _ in event.sources}
        stories = ((join, self._primary.get(join.story_id)) for join in event.joins)
        return ExplainedEvent(
            event=event,
            stored=tuple(copy for copy in stored if copy.uid in uids and copy.data.start == event.data.start),
            stories=tuple((join, story.title, story.link) for join, story in stories if story is not None),
        )

    def _near(self, asked: str) -> tuple[str, ...]:
        """Addresses of shown stories like the one that was asked for; for words, titles and names of sources like them."""
        key = canonical_key(asked)
        if not key:
            names = {fold(title): title for entry in self._primary.values() if (title := entry.title)}
            names |= {fold(source.name): source.name for source in self._config.sources}
            return tuple(names[near] for near in difflib.get_close_matches(fold(asked), names, n=NEAR, cutoff=0.3))
        links = {entry.link_key: entry.link for entry in self._primary.values() if entry.link_key}
        name = key.partition("/")[0]
        neighbours = [link for link in links if link.partition("/")[0] == name] or list(links)
        return tuple(links[link] for link in difflib.get_close_matches(key, neighbours, n=NEAR, cutoff=0.5))


def _is_asked_for(event: Event, asked: str, key: str) -> bool:
    """Whether `asked` is an id of the event, or `key` (its canonical form) an address of it in any calendar."""
    if event.id == asked or any(uid == asked for _, _, uid, _ in event.sources):
        return True
    urls = (event.data.url, *(url for _, _, _, url in event.sources))
    return bool(key) and any(canonical_key(url) == key for url in urls)
