"""The SQLite database of a planet, and all SQL. One writer, one transaction per feed."""

from __future__ import annotations

import contextlib
import importlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from planet.store import content, feeds, meta
from planet.store.columns import decode, encode
from planet.store.feeds import FeedRow
from planet.store.schema import failure, open_database

if TYPE_CHECKING:
    from planet.model import (
        Classified,
        EntryKey,
        EventChanges,
        FetchUpdate,
        IndexRow,
        ListState,
        MergeEntry,
        Merging,
        StoredEvent,
        Story,
    )
    from planet.store import entries, events, grouping, identifiers, salvage, state, stored, stories
    from planet.store.entries import Application
    from planet.store.salvage import Salvaged
    from planet.store.stored import StoredEntry
    from planet.store.stories import StoryContext
else:

    class _Late:
        """A module of statements, imported with its first use: a run in which nothing is due needs none of entries and stories."""

        def __init__(self, name: str) -> None:
            self._name = f"{__name__}.{name}"

        def __getattr__(self, name: str) -> Any:
            return getattr(importlib.import_module(self._name), name)

    entries, events, grouping, identifiers = map(_Late, ("entries", "events", "grouping", "identifiers"))
    salvage, state, stored, stories = map(_Late, ("salvage", "state", "stored", "stories"))

__all__ = ["Application", "FeedRow", "Store", "StoredEntry", "StoryContext", "meta", "open_database"]
_HOMES = {"Application": "entries", "StoredEntry": "stored", "StoryContext": "stories"}


def __getattr__(name: str) -> Any:
    """The classes above, whose modules are imported late, too."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


class Store:
    """The planet's database. Every method that writes is one transaction: done whole, or not at all.

    `trace` is called with each statement before it runs (tests stop the process there). Errors of SQLite come out as StoreError,
    in words that say what to do.
    """

    _feeds: dict[str, FeedRow] | None = None

    def __init__(self, path: Path | str, *, trace: Callable[[str], None] | None = None) -> None:
        self.path = path
        self._connection = open_database(path)
        if trace is not None:
            self._connection.set_trace_callback(trace)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write back the log and close the file."""
        self._connection.close()

    def copy(self) -> Store:
        """The same content in memory: for runs that must change nothing."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.backup(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        twin = Store.__new__(Store)
        twin.path, twin._connection = ":memory:", connection  # noqa: SLF001 - it is being built
        return twin

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection
        except sqlite3.Error as error:
            raise failure(error, self.path) from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._feeds = None
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite ends some by itself, as on a full disk
                    with contextlib.suppress(sqlite3.Error):  # the first error is the one to report
                        connection.execute("ROLLBACK")
                raise

    # -- what the planet remembers of itself

    def meta(self, name: str) -> str:
        """A stored text of the planet itself (names: `planet.store.meta`), "" when there is none."""
        with self._reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = :name", {"name": name}).fetchone()
            return str(row[0]) if row else ""

    def metas(self, prefix: str) -> dict[str, str]:
        """The stored texts whose names begin with `prefix`, by the rest of their names."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT substr(name, length(:prefix) + 1), value FROM meta WHERE substr(name, 1, length(:prefix)) = :prefix",
                {"prefix": prefix},
            )
            return dict(rows.fetchall())

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Store texts under names."""
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", values.items())

    def lists(self) -> dict[str, ListState]:
        """The state of each reading list, by the key of its address; none where they cannot be read."""
        with contextlib.suppress(ValueError):
            from planet.model import ListState  # a planet without reading lists needs none

            return decode(dict[str, ListState], self.meta(meta.LISTS) or "{}")
        return {}

    def save_lists(self, states: Mapping[str, ListState]) -> None:
        """Store the states of all reading lists; those of other lists are deleted."""
        self.set_meta({meta.LISTS: encode(dict(states))})

    # -- feeds

    def feeds(self) -> dict[str, FeedRow]:
        """Every feed ever configured, by key. Cached until the next write: do not change the dict."""
        if self._feeds is None:
            with self._reading() as connection:
                self._feeds = feeds.load(connection)
        return self._feeds

    def backoffs(self, now: datetime) -> dict[str, datetime]:
        """Retry-After deadline per origin."""
        with self._reading() as connection:
            return feeds.backoffs(connection, now)

    def save_updates(self, updates: Sequence[tuple[str, str, FetchUpdate]]) -> None:
        """Save the states (feed key, feed as configured, update) of feeds whose entries did not change."""
        if not updates:
            return
        with self._writing() as connection:
            for key, configured, update in updates:
                feeds.save(connection, key, configured, update)

    def rename_feed(self, before: str, key: str) -> None:
        """Move everything stored under one feed key to another key, under which nothing is stored yet."""
        with self._writing() as connection:
            feeds.rename(connection, before, key)

    # -- what must survive the loss of the database

    def export_state(self) -> dict[str, object]:
        """Dates, first sights and tombstones of every entry, as plain values: small, and enough to rebuild without a flood."""
        with self._reading() as connection:
            return state.export(connection)

    @staticmethod
    def salvage_state(path: Path) -> dict[str, object]:
        """As `export_state`, as far as it can be read from a damaged database file."""
        return state.salvage(path)

    def salvage(self, damaged: Path) -> Salvaged:
        """Copy everything that can be read of a damaged database into this one, entry by entry."""
        with self._writing() as connection:
            return salvage.salvage(damaged, connection)

    def import_state(self, saved: object) -> int:
        """Store what `export_state` returned; returns the number of entries. Raises UsageError for other values."""
        with self._writing() as connection:
            return state.restore(connection, saved)

    # -- entries

    def entry_keys(self, feed: str) -> tuple[EntryKey, ...]:
        """The keys of the stored entries of a feed, by which they are recognised."""
        with self._reading() as connection:
            return stored.entry_keys(connection, feed)

    def text_size(self, feed: str, *, without: Sequence[int] = ()) -> int:
        """Characters of text, markup included, that are stored of a feed, without some of its entries."""
        with self._reading() as connection:
            return stored.text_size(connection, feed, without)

    def raw_hashes(self, feed: str) -> dict[str, str]:
        """Uid -> raw hash of what is stored of a feed."""
        with self._reading() as connection:
            return stored.raw_hashes(connection, feed)

    def apply(self, application: Application) -> None:
        """Everything that one document changes, with the feed's validators, hash and next due time, in one transaction."""
        with self._writing() as connection:
            feeds.save(connection, application.feed, application.configured, application.update)
            entries.apply(connection, application)

    def stored_entries(self, entry_ids: Sequence[int] | None = None) -> Iterator[StoredEntry]:
        """Entries with their text, those of the tombstones left out; `entry_ids` None: all."""
        with self._reading() as connection:
            yield from stored.entries(connection, entry_ids)

    def find_entries(self, *, link_key: str, identifier: str) -> list[int]:
        """Ids of entries with this canonical link or this id (as given or folded)."""
        with self._reading() as connection:
            return stored.find(connection, link_key, identifier)

    def replace_classifications(self, classified: Iterable[tuple[int, Classified]]) -> None:
        """Store new classifications of entries (by id), after a change of the rules of feeds.yaml."""
        with self._writing() as connection:
            entries.replace_classifications(connection, classified)

    # -- stories

    def regroup(
        self,
        merging: Merging,
        *,
        everything: bool = False,
    ) -> tuple[int, ...]:
        """Regroup the entries that changed since the last time (or all). Returns the ids of new stories."""
        with self._writing() as connection:
            return grouping.regroup(connection, merging, everything=everything)

    def needs_grouping(self) -> bool:
        """Whether entries changed since the last `regroup`."""
        with self._reading() as connection:
            return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM entries WHERE dirty)").fetchone()[0])

    def index(self) -> tuple[IndexRow, ...]:
        """Every shown story, newest first, in an order that does not depend on arrival."""
        with self._reading() as connection:
            return stories.index(connection)

    def story_ids(self, *, technology: str = "", limit: int | None = None) -> list[int]:
        """Ids of the newest stories, of one technology (a slug) or of all."""
        with self._reading() as connection:
            return stories.story_ids(connection, technology, limit)

    def content(self) -> str:
        """A digest of everything that the site shows: stories, events, titles of feeds, avatars."""
        with self._reading() as connection:
            return content.content(connection)

    def primary_entries(self) -> list[MergeEntry]:
        """The primary copy of every shown story, under the id of its story."""
        with self._reading() as connection:
            return stories.primary_entries(connection)

    def clashing(self, name: Literal["id", "guid"], story_ids: Sequence[int] | None = None) -> frozenset[int]:
        """Stories whose own Atom id (or RSS guid) another story publishes."""
        with self._reading() as connection:
            return identifiers.clashing(connection, name, story_ids)

    def load_stories(self, story_ids: Sequence[int], context: StoryContext) -> list[Story]:
        """Whole stories, in the order of `story_ids`."""
        with self._reading() as connection:
            return stories.load(connection, story_ids, context)

    def members(self, story_id: int) -> list[int]:
        """Ids of the entries of a story, the primary copy first, then from the nearest to the author."""
        with self._reading() as connection:
            return stories.members(connection, story_id)

    def why(self, story: int) -> tuple[tuple[int, int, str, int], ...]:
        """Why the entries of a story are one: (entry id, entry id, rule, score in hundredths)."""
        with self._reading() as connection:
            return stories.why(connection, story)

    def withdrawn(self) -> dict[str, int]:
        """Source slug -> how many of its entries were withdrawn or deleted by their feed."""
        with self._reading() as connection:
            return dict(
                connection.execute(
                    "SELECT json_extract(source.value, '$[0]'), count(*) FROM entries, "
                    "json_each(iif(json_valid(classification), classification, '{}'), '$.sources') AS source "
                    "WHERE (withdrawn OR tombstone) AND source.type = 'array' GROUP BY 1"
                ).fetchall()
            )

    def counts(self) -> dict[str, int]:
        """How many shown entries each feed has, and how many events each calendar, by key."""
        with self._reading() as connection:
            posts = connection.execute("SELECT feed, count(*) FROM entries WHERE shown GROUP BY feed")
            return dict(posts) | dict(connection.execute("SELECT calendar, count(*) FROM events GROUP BY calendar"))

    def entry_outcomes(self, shared: Collection[str]) -> list[tuple[str, str, str, int]]:
        """How many entries of every feed are shown, merged, filtered or hidden; see `planet.store.feeds.entry_outcomes`."""
        with self._reading() as connection:
            return feeds.entry_outcomes(connection, shared)

    # -- events

    def known_events(self, calendar: str) -> tuple[StoredEvent, ...]:
        """The stored events of one calendar."""
        with self._reading() as connection:
            return tuple(events.stored_events(connection, calendar))

    def apply_events(self, calendar: str, configured: str, update: FetchUpdate, changes: EventChanges) -> None:
        """Everything that one calendar changes, with its validators and next due time, in one transaction."""
        with self._writing() as connection:
            feeds.save(connection, calendar, configured, update)
            events.apply(connection, calendar, changes)

    def forget_events(self, calendars: Iterable[str]) -> int:
        """Delete the events of calendars that are no longer configured; returns how many they were."""
        with self._writing() as connection:
            return events.forget(connection, calendars)

    def stored_events(self) -> tuple[StoredEvent, ...]:
        """Every stored event of every calendar."""
        with self._reading() as connection:
            return tuple(events.stored_events(connection))

    # -- avatars

    def avatars(self) -> dict[str, tuple[datetime, bytes | None]]:
        """The downloaded avatars: URL -> (time of download, reduced image or None)."""
        with self._reading() as connection:
            return feeds.avatars(connection)

    def save_avatar(self, url: str, fetched: datetime, image: bytes | None) -> None:
        """Keep an avatar, or the fact that none can be had."""
        with self._writing() as connection:
            feeds.save_avatar(connection, url, fetched, image)
