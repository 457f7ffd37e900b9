"""The tables, and opening a database: made, or brought up to date by `planet.store.migrations`."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from planet.errors import DamagedError, StoreError
from planet.model import Message
from planet.store.migrations import migrate

VERSION = 2
MAGIC = b"SQLite format 3\x00"
PAGE = 4096
"""Bytes of a page: SQLite's default since 3.12."""
PATIENCE = 10.0
"""Seconds to wait for the lock of another program."""
APPLICATION_ID = 0x504C4E54  # "PLNT": distinguishes these databases from other SQLite files

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row a feed of the configuration, also when it was taken out: it may come back, and must not flood then.
-- No user name or password is ever stored.
CREATE TABLE feeds (
  key TEXT PRIMARY KEY,
  configured TEXT NOT NULL DEFAULT '',    -- its URL as in feeds.yaml, credentials masked
  state TEXT NOT NULL DEFAULT '{}',       -- FetchState as JSON
  next_due INTEGER,                       -- of that state (microseconds, UTC)
  arrived INTEGER,                        -- when it first gave an entry (microseconds, UTC), null: never
  id TEXT NOT NULL DEFAULT '',            -- what the feed says of itself, as do the next three
  title TEXT NOT NULL DEFAULT '',
  link TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- Retry-After deadlines. origin: scheme://host:port.
CREATE TABLE origins (origin TEXT PRIMARY KEY, hold_until INTEGER NOT NULL) WITHOUT ROWID;

-- What is needed to recognise, sort and classify an entry; what is needed to show it is in bodies. Times are microseconds, UTC.
CREATE TABLE entries (
  entry_id INTEGER PRIMARY KEY,
  feed TEXT NOT NULL,                     -- key of its feed
  uid TEXT NOT NULL,                      -- what it is recognised by within its feed
  id TEXT NOT NULL,                       -- as the feed gave it, '' none
  atom_id TEXT NOT NULL,                  -- as it is published
  link TEXT NOT NULL,
  link_key TEXT NOT NULL,
  title TEXT NOT NULL,
  title_key TEXT NOT NULL,
  text_key TEXT NOT NULL,
  raw_hash TEXT NOT NULL,                 -- differs when the feed says something else
  content_hash TEXT NOT NULL,             -- differs when a reader sees something else
  body_key TEXT NOT NULL DEFAULT '',      -- its text alone, '' where that is too short
  date INTEGER NOT NULL,                  -- shown and sorted by; never moves
  date_reason TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  published INTEGER,
  updated INTEGER,
  edited INTEGER,                         -- when what a reader sees changed, null: never
  in_feeds INTEGER NOT NULL,              -- may enter the output feeds
  changes INTEGER NOT NULL DEFAULT 0,     -- how often it changed
  missing_since INTEGER,                  -- not listed any more although older ones are
  withdrawn INTEGER NOT NULL DEFAULT 0,   -- deleted by its author, may return
  tombstone INTEGER NOT NULL DEFAULT 0,   -- deleted permanently, by the feed's own at:deleted-entry
  position INTEGER NOT NULL,              -- in the last document that listed it otherwise than before
  first_position INTEGER NOT NULL,        -- in the document that brought it: it never moves
  classification TEXT NOT NULL DEFAULT '{"sources":[],"technologies":[]}', -- Classification as JSON
  shown INTEGER NOT NULL DEFAULT 0,       -- has sources, is not withdrawn
  priority INTEGER NOT NULL DEFAULT 3,    -- among copies: 0 a member's own site, 1 a member, 2 a group
  owner TEXT NOT NULL DEFAULT '',         -- slug of the source that shows it on its own site
  owns_id INTEGER NOT NULL DEFAULT 0,     -- its id is an address or tag of that source
  feed_updated INTEGER,                   -- the date of its feed when it was read
  source_position INTEGER NOT NULL DEFAULT 0, -- of its first source in feeds.yaml
  story_id INTEGER,
  dirty INTEGER NOT NULL DEFAULT 1,       -- its story must be looked at again
  UNIQUE (feed, uid)
);
CREATE INDEX entries_story ON entries (story_id) WHERE story_id IS NOT NULL;
CREATE INDEX entries_dirty ON entries (dirty) WHERE dirty;
CREATE INDEX entries_link ON entries (link_key);

CREATE TABLE bodies (
  entry_id INTEGER PRIMARY KEY REFERENCES entries (entry_id) ON DELETE CASCADE,
  html TEXT NOT NULL,
  text TEXT NOT NULL,
  summary TEXT NOT NULL,
  details TEXT NOT NULL                   -- the other fields of the Entry as JSON
);

-- By what an entry may be found to be the same story as another.
CREATE TABLE merge_keys (
  key TEXT NOT NULL,
  entry_id INTEGER NOT NULL REFERENCES entries (entry_id) ON DELETE CASCADE,
  PRIMARY KEY (key, entry_id)
) WITHOUT ROWID;
CREATE INDEX merge_keys_entry ON merge_keys (entry_id);

-- Keys that too many entries share: they join nothing of this feed ('': of any).
CREATE TABLE common_keys (key TEXT NOT NULL, feed TEXT NOT NULL, PRIMARY KEY (key, feed)) WITHOUT ROWID;

CREATE TABLE stories (
  story_id INTEGER PRIMARY KEY,           -- the smallest entry_id of its entries
  primary_id INTEGER NOT NULL,            -- the entry whose copy is shown
  date INTEGER NOT NULL,
  tie TEXT NOT NULL,                      -- orders stories of one instant, whatever the order of arrival
  rev TEXT NOT NULL,                      -- differs when anything that is shown of it does
  in_feeds INTEGER NOT NULL,
  technologies TEXT NOT NULL,             -- JSON list of slugs
  sources TEXT NOT NULL,                  -- JSON list of slugs, that of the primary copy first
  updated INTEGER NOT NULL,
  size INTEGER NOT NULL DEFAULT 0,        -- characters of its HTML
  why TEXT NOT NULL                       -- JSON: why its entries are one, for `planet explain`
);
CREATE INDEX stories_date ON stories (date DESC, tie);

-- What `planet import --state` brought: an entry that arrives again keeps its date and its place.
CREATE TABLE remembered (
  feed TEXT NOT NULL,
  uid TEXT NOT NULL,
  date INTEGER NOT NULL,
  date_reason TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  edited INTEGER,
  in_feeds INTEGER NOT NULL,
  tombstone INTEGER NOT NULL,
  atom_id TEXT NOT NULL,
  PRIMARY KEY (feed, uid)
) WITHOUT ROWID;

-- start: ISO 8601 in UTC, or a day; data: the other fields of the StoredEvent as JSON.
CREATE TABLE events (
  calendar TEXT NOT NULL,                 -- key of its feed
  uid TEXT NOT NULL,
  recurrence_id TEXT NOT NULL,
  start TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (calendar, uid, recurrence_id)
) WITHOUT ROWID;

CREATE TABLE avatars (url TEXT PRIMARY KEY, fetched INTEGER NOT NULL, image BLOB) WITHOUT ROWID;
"""


def open_database(path: Path | str) -> sqlite3.Connection:
    """A connection to a database of this version: made, or brought up to date.

    Raises StoreError: not a database, another program's, from a newer version, locked, not writable.
    """
    connection = None
    try:
        if isinstance(path, Path) and not path.exists():
            # Feeds may be private: the database is its owner's alone. SQLite gives its side files the same mode.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if not empty:
            _check(path, application, version)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if empty:
            connection.executescript(
                f"BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;",
            )
        else:
            migrate(connection, version, VERSION)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise failure(error, path) from error
    except OSError as error:
        raise StoreError(
            Message.of(
                "{path} cannot be made ({reason}). Check that its folder exists and may be written to.",
                path=path,
                reason=error.strerror,
            )
        ) from error
    except StoreError:
        if connection is not None:
            connection.close()
        raise
    return connection


def _check(path: Path | str, application: int, version: int) -> None:
    """Raise StoreError for a database of another program, or of a newer version of this one."""
    if application != APPLICATION_ID:
        raise StoreError(
            Message.of(
                "{path} is a database of another program. Name another file under planet.database, or move this one away.",
                path=path,
            )
        )
    if version > VERSION:
        raise StoreError(
            Message.of(
                "{path} was written by a newer version of the planet (its schema is {version}, this program knows {known}). "
                "Upgrade the program, or name another file under planet.database.",
                path=path,
                version=version,
                known=VERSION,
            )
        )


def empty_page() -> bytes:
    """The first page of an empty database of this version: its header, and the tree of the schema."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"{TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};")
        return connection.serialize()[:PAGE]


def failure(error: sqlite3.Error, path: Path | str) -> StoreError:
    """A database error in words that say what it means to the person who runs the planet, and what to do."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_CORRUPT"):
        return DamagedError(
            Message.of(
                "{path} is damaged. `planet run` keeps it aside under another name and makes a new one from the feeds.",
                path=path,
            )
        )
    return StoreError(_explain(name, error, path))


def _explain(name: str, error: sqlite3.Error, path: Path | str) -> Message:
    if name.startswith("SQLITE_NOTADB"):
        return Message.of(
            "{path} is not a database, so it is left alone. Name another file under planet.database, or move this one away.",
            path=path,
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Message.of(
            "{path} is locked by another program. Close what has it open, then run again: nothing was lost.", path=path
        )
    if name.startswith("SQLITE_FULL"):
        return Message.of(
            "{path} cannot grow: the disk is full. Make room, then run again: nothing was lost.", path=path
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return Message.of(
            "{path} cannot be opened for writing. Check that its folder exists and belongs to the user who runs the planet.",
            path=path,
        )
    if name.startswith("SQLITE_IOERR"):
        return Message.of(
            "{path} cannot be read or written ({reason}). Check the disk, then run again.", path=path, reason=error
        )
    return Message.of("{path}: {reason}", path=path, reason=error)
