"""One document, from its bytes to what is stored of it.

parse -> normalise -> sanitise -> classify        `planet.reading`: pure, so any process may do it
      -> merge (compare) -> store                 `Writer`: in the process that holds the database
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from random import Random

from planet.fetch import polling
from planet.merge.authorship import Authors
from planet.merge.entry_changes import diff
from planet.merge.event_changes import diff_events
from planet.model import (
    Changes,
    Classification,
    Classified,
    Config,
    DiffContext,
    Entry,
    EntryKey,
    EventChanges,
    FeedConfig,
    FetchUpdate,
    Message,
    Outcome,
    Read,
    ReadFacts,
    SafeHtml,
    Source,
    StoredEvent,
    Task,
)
from planet.parse import PARSER_VERSION
from planet.store import Application, FeedRow, Store
from planet.text import shorten
from planet.urls import host

log = logging.getLogger(__name__)
MOST_TEXT = 50_000_000
"""Characters of text, markup included, that are kept of one feed: some thousand long posts. Of what comes later a summary is kept."""
SUMMARY = 1000
"""Characters of such a summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a document changed: the feed's next state, and how many entries were updated and withdrawn."""

    update: FetchUpdate
    updated: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Compares documents with what is stored, and stores the difference: each feed alone, in one transaction."""

    config: Config
    feeds: Mapping[str, tuple[Source, FeedConfig]]
    store: Store
    authors: Authors
    jitter: Random
    first_run: bool
    """Whether the planet never fetched before: newcomers are not held back then."""

    def apply(self, task: Task, outcome: Outcome, row: FeedRow | None) -> Applied:
        """Store one document. `row` is what was stored of its feed before the run."""
        key = task.fresh.due.key
        configured = self.feeds[key][1].label
        if outcome.events is not None:
            return self._apply_events(task, outcome.events, outcome.facts, configured)
        if outcome.read is None:
            update = self._fetch_update(task, outcome.facts)
            self.store.save_updates([(key, configured, update)])
            return Applied(update=update)
        known = self.store.entry_keys(key)
        context = DiffContext(
            first_fetch=row is None or row.arrived is None,
            planet_first_run=self.first_run,
            newcomer_entries=self.config.site.newcomer_entries,
            read=outcome.read,
        )
        changes = diff(known, context, task.now)
        changed = [update.entry_id for update in changes.updates]
        changes, beyond = within_budget(changes, self.store.text_size(key, without=changed))
        facts = replace(
            outcome.facts,
            new_entries=len(changes.inserts),
            had_entries=bool(known),
            shares=_shares(known, outcome.read, row),
            warnings=(*outcome.facts.warnings, *changes.warnings, *beyond),
        )
        update = self._fetch_update(task, facts)
        if not update.adopt:
            log.info("%s: another feed than the one that is known: nothing of it is stored", configured)
            self.store.save_updates([(key, configured, update)])
            return Applied(update=update)

        def place(entry: Entry, date: datetime) -> Classified:
            classification = outcome.classifications[entry.uid]
            return self.authors.classified(entry, classification, date=date, parts=outcome.key_parts.get(entry.uid))

        self.store.apply(
            Application(
                feed=key,
                configured=configured,
                update=update,
                changes=changes,
                read=outcome.read,
                now=task.now,
                place=place,
                host=host(self.config.site.url),
            )
        )
        _log_changes(configured, changes, outcome.classifications)
        return Applied(
            update=update,
            updated=len(changes.updates),
            withdrawn=len(changes.withdrawn) + len(changes.deleted),
        )

    def _apply_events(self, task: Task, events: tuple[StoredEvent, ...], facts: ReadFacts, configured: str) -> Applied:
        key = task.fresh.due.key
        known = self.store.known_events(key)
        if events or (self.feeds[key][1].kind in {"calendar", "folder"} and not facts.warnings):
            changes = diff_events(known, events, task.now)
        else:
            log.info("%s: no event can be read in it: those that are known stay", configured)
            changes = EventChanges()
        update = self._fetch_update(task, replace(facts, had_entries=bool(known), shares=True))
        self.store.apply_events(key, configured, update, changes)
        return Applied(update=update)

    def _fetch_update(self, task: Task, facts: ReadFacts) -> FetchUpdate:
        return polling.fetch_update(
            task.fresh,
            facts,
            now=task.now,
            interval=task.fresh.due.interval,
            jitter=self.jitter.random(),
            parser_version=PARSER_VERSION,
        )


def within_budget(changes: Changes, stored: int) -> tuple[Changes, tuple[Message, ...]]:
    """The changes with a summary in the place of each text that is beyond `MOST_TEXT`, and what is said of these.

    `stored`: characters of text that are kept of the feed's other entries.
    """
    beyond: set[str] = set()
    newest = sorted(changes.inserts, key=lambda insert: insert.date, reverse=True)
    for entry in (*(update.entry for update in changes.updates), *(insert.entry for insert in newest)):
        size = len(entry.html) + len(entry.text)
        if stored + size > MOST_TEXT:
            beyond.add(entry.uid)
        else:
            stored += size
    if not beyond:
        return changes, ()

    def kept(entry: Entry) -> Entry:
        if entry.uid not in beyond:
            return entry
        summary = shorten(entry.summary or entry.text, SUMMARY)
        return replace(entry, html=SafeHtml(f"<p>{escape(summary)}</p>"), text=summary)

    changes = replace(
        changes,
        updates=tuple(replace(update, entry=kept(update.entry)) for update in changes.updates),
        inserts=tuple(replace(insert, entry=kept(insert.entry)) for insert in changes.inserts),
    )
    return changes, (
        Message.counted(
            "the feed has more than {most} MB of text: of {count} entry only a summary is kept, and the link",
            "the feed has more than {most} MB of text: of {count} entries only a summary is kept, and the link",
            most=MOST_TEXT // 1_000_000,
            count=len(beyond),
        ),
    )


def _shares(known: Sequence[EntryKey], document: Read, row: FeedRow | None) -> bool:
    """Whether the document is the feed we know: the same feed id, or an entry in common."""
    if row is not None and row.id and row.id == document.feed_id:
        return True
    uids = {entry.uid for entry in known}
    links = {entry.link_key for entry in known if entry.link_key}
    return any(
        entry.uid in uids or (isinstance(entry, Entry) and entry.link_key in links) for entry in document.entries
    )


def _log_changes(feed: str, changes: Changes, classifications: Mapping[str, Classification]) -> None:
    """Say with -v what a document changed, and why an entry of it is not shown."""
    if not log.isEnabledFor(logging.INFO):
        return
    log.info(
        "%s: %d new, %d updated, %d withdrawn, %d deleted, %d listed again, %d unchanged",
        feed,
        len(changes.inserts),
        len(changes.updates),
        len(changes.withdrawn),
        len(changes.deleted),
        len(changes.restored),
        len(changes.seen),
    )
    for insert in changes.inserts:
        classification = classifications[insert.entry.uid]
        if classification.hidden:
            log.info("%s: not shown: %s (%s)", feed, insert.entry.link or insert.entry.id, classification.hidden)
        elif not insert.in_feeds:
            log.info("%s: on the pages, not in the feeds: %s (%s)", feed, insert.entry.link, insert.date_reason)
