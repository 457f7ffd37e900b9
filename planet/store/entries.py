"""Entries: what a document changes, what is known of a feed, where each entry is placed. Statements."""

from __future__ import annotations

import json
import sqlite3
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from planet.model import Changes, Classification, Entry, EntryKey, FetchUpdate, Insert, MergeEntry, Read, SourceRef
from planet.model.story import MERGE_TEXT
from planet.store.codec import decoder, dump, dump_fields, from_stamp, load, moment, to_stamp
from planet.text import digest
from planet.urls import is_iri

_COLUMNS = frozenset(
    {
        "uid", "id", "link", "link_key", "title", "title_key", "text_key", "raw_hash", "content_hash", "published", "updated",
        "position", "html", "text", "summary",
    },
)  # fmt: skip
_AS_THEY_ARE = tuple(sorted(_COLUMNS - {"published", "updated"}))
_ENTRY_OF = decoder(Entry)
_REST = frozenset(field.name for field in fields(Entry)) - _COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One document, decided: everything that is to be written about it, in one transaction.

    `place` gives for an entry and its fixed date: classification, priority, position in feeds.yaml, merge keys. `host` is the planet's, for
    the ids of entries that have none of their own.
    """

    feed: str
    configured: str
    update: FetchUpdate
    changes: Changes
    read: Read
    now: datetime
    place: Callable[[Entry, datetime], tuple[Classification, int, int, tuple[str, ...]]]
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as stored, with all that was decided about it."""

    entry_id: int
    feed: str
    entry: Entry
    atom_id: str
    date: datetime
    date_reason: str
    first_seen: datetime
    edited: datetime | None
    in_feeds: bool
    withdrawn: bool
    tombstone: bool
    shown: bool
    priority: int
    source_position: int
    classification: Classification | None
    story: int | None


def known_hashes(connection: sqlite3.Connection, feed: str) -> dict[str, str]:
    return dict(connection.execute("SELECT uid, raw_hash FROM entries WHERE feed = ?", (feed,)))


def known(connection: sqlite3.Connection, feed: str) -> tuple[EntryKey, ...]:
    rows = connection.execute(
        "SELECT entry_id, uid, id, link_key, title_key, text_key, raw_hash, content_hash, date, first_seen, published, updated, "
        "changes, missing_since, withdrawn, tombstone, position FROM entries WHERE feed = ? ORDER BY entry_id",
        (feed,),
    )
    return tuple(
        EntryKey(
            entry_id=row[0],
            uid=row[1],
            id=row[2],
            link_key=row[3],
            title_key=row[4],
            text_key=row[5],
            raw_hash=row[6],
            content_hash=row[7],
            date=moment(row[8]),
            first_seen=moment(row[9]),
            published=from_stamp(row[10]),
            updated=from_stamp(row[11]),
            changes=row[12],
            missing_since=from_stamp(row[13]),
            withdrawn=bool(row[14]),
            tombstone=bool(row[15]),
            position=row[16],
        )
        for row in rows
    )


def _rest(entry: Entry) -> str:
    return dump_fields(entry, _REST)


def _shown(classification: Classification) -> int:
    return int(bool(classification.sources))


def _write_keys(connection: sqlite3.Connection, row: int, keys: Iterable[str]) -> None:
    connection.execute("DELETE FROM merge_keys WHERE entry_id = ?", (row,))
    connection.executemany("INSERT OR IGNORE INTO merge_keys VALUES (?, ?)", [(key, row) for key in keys])


def _write_body(connection: sqlite3.Connection, row: int, entry: Entry) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO bodies VALUES (?, ?, ?, ?, ?)",
        (row, entry.html, entry.text, entry.summary, _rest(entry)),
    )


def _remembered(
    connection: sqlite3.Connection, application: Application, insert: Insert
) -> tuple[datetime, str, datetime, datetime | None, bool, bool, str]:
    """When and where a new entry sorts: as it did before the database was lost, if that is known."""
    before = connection.execute(
        "SELECT date, date_reason, first_seen, edited, in_feeds, tombstone, atom_id FROM remembered WHERE feed = ? AND uid = ?",
        (application.feed, insert.entry.uid),
    ).fetchone()
    if before is None:
        made = published_id(application.host, application.feed, insert.entry, insert.date)
        return insert.date, insert.date_reason, insert.first_seen, None, insert.in_feeds, False, made
    return (
        moment(before[0]),
        before[1],
        moment(before[2]),
        from_stamp(before[3]),
        bool(before[4]),
        bool(before[5]),
        before[6],
    )


def apply(connection: sqlite3.Connection, application: Application) -> None:
    """Write what a document changes. The caller has the transaction."""
    changes, feed = application.changes, application.feed
    for insert in changes.inserts:
        entry = insert.entry
        date, reason, first_seen, edited, in_feeds, tombstone, atom_id = _remembered(connection, application, insert)
        classification, priority, source_position, keys = application.place(entry, date)
        cursor = connection.execute(
            "INSERT INTO entries (feed, uid, id, atom_id, link, link_key, title, title_key, text_key, raw_hash, content_hash, "
            "date, date_reason, first_seen, published, updated, edited, in_feeds, tombstone, position, arrived_at, classification, shown, priority, "
            "source_position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                feed, entry.uid, entry.id, atom_id, entry.link, entry.link_key, entry.title, entry.title_key, entry.text_key,
                entry.raw_hash, entry.content_hash, to_stamp(date), reason, to_stamp(first_seen), to_stamp(entry.published),
                to_stamp(entry.updated), to_stamp(edited), int(in_feeds), int(tombstone), entry.position, entry.position,
                dump(classification),
                0 if tombstone else _shown(classification), priority, source_position,
            ),
        )  # fmt: skip
        row = cursor.lastrowid
        assert row is not None
        _write_body(connection, row, entry)
        _write_keys(connection, row, keys)
    for update in changes.updates:
        entry = update.entry
        dated = connection.execute("SELECT date FROM entries WHERE entry_id = ?", (update.entry_id,)).fetchone()
        classification, priority, source_position, keys = application.place(entry, moment(dated[0]))
        connection.execute(
            "UPDATE entries SET uid = ?, id = ?, link = ?, link_key = ?, title = ?, title_key = ?, text_key = ?, raw_hash = ?, "
            "content_hash = ?, published = ?, updated = ?, edited = coalesce(?, edited), position = ?, classification = ?, "
            "shown = CASE WHEN withdrawn OR tombstone THEN 0 ELSE ? END, priority = ?, source_position = ?, changes = changes + 1, dirty = 1, "
            "missing_since = NULL WHERE entry_id = ?",
            (
                entry.uid, entry.id, entry.link, entry.link_key, entry.title, entry.title_key, entry.text_key, entry.raw_hash,
                entry.content_hash, to_stamp(entry.published), to_stamp(entry.updated), to_stamp(update.edited),
                entry.position, dump(classification), _shown(classification), priority, source_position, update.entry_id,
            ),
        )  # fmt: skip
        _write_body(connection, update.entry_id, entry)
        _write_keys(connection, update.entry_id, keys)
    connection.executemany(
        "UPDATE entries SET missing_since = NULL WHERE entry_id = ? AND missing_since IS NOT NULL",
        [(row,) for row in changes.seen],
    )
    connection.executemany(
        "UPDATE entries SET missing_since = ? WHERE entry_id = ?",
        [(to_stamp(since), row) for row, since in changes.missing],
    )
    connection.executemany(
        "UPDATE entries SET withdrawn = 1, shown = 0, dirty = 1 WHERE entry_id = ?",
        [(row,) for row in changes.withdrawn],
    )
    connection.executemany(
        "UPDATE entries SET tombstone = 1, shown = 0, dirty = 1 WHERE entry_id = ?",
        [(row,) for row in changes.deleted],
    )
    connection.executemany(
        "UPDATE entries SET withdrawn = 0, missing_since = NULL, dirty = 1, "
        "shown = coalesce(json_array_length(classification, '$.sources'), 0) > 0 WHERE entry_id = ?",
        [(row,) for row in changes.restored],
    )
    read = application.read
    about = (read.feed_id, read.feed_title, read.feed_link, read.feed_language)
    # What a feed says of itself is shown with each of its entries.
    connection.execute(
        "UPDATE entries SET dirty = 1 WHERE feed = ?1 AND "
        "NOT EXISTS (SELECT 1 FROM feeds WHERE key = ?1 AND id = ?2 AND title = ?3 AND link = ?4 AND language = ?5)",
        (feed, *about),
    )
    connection.execute(
        "UPDATE feeds SET id = ?, title = ?, link = ?, language = ?, arrived = coalesce(arrived, ?) WHERE key = ?",
        (*about, to_stamp(application.now) if read.entries else None, feed),
    )


_ENTRY = (
    "SELECT e.entry_id, e.feed, e.uid, e.id, e.atom_id, e.link, e.link_key, e.title, e.title_key, e.text_key, e.raw_hash, "
    "e.content_hash, e.date, e.date_reason, e.first_seen, e.published, e.updated, e.edited, e.in_feeds, e.position, e.classification, "
    "e.shown, e.withdrawn, e.tombstone, e.priority, e.source_position, e.story, b.html, b.text, b.summary, b.rest "
    "FROM entries e JOIN bodies b USING (entry_id) "
)


def _entry(row: Sequence[typing.Any]) -> StoredEntry:
    value = dict(zip(_NAMES, row, strict=True))
    entry = _ENTRY_OF(json.loads(value["rest"]) | {name: value[name] for name in _AS_THEY_ARE})
    entry = replace(entry, published=from_stamp(value["published"]), updated=from_stamp(value["updated"]))
    return StoredEntry(
        entry_id=value["entry_id"],
        feed=value["feed"],
        entry=entry,
        atom_id=value["atom_id"],
        date=moment(value["date"]),
        date_reason=value["date_reason"],
        first_seen=moment(value["first_seen"]),
        edited=from_stamp(value["edited"]),
        in_feeds=bool(value["in_feeds"]),
        withdrawn=bool(value["withdrawn"]),
        tombstone=bool(value["tombstone"]),
        shown=bool(value["shown"]),
        priority=value["priority"],
        source_position=value["source_position"],
        classification=load(Classification, value["classification"]) if value["classification"] else None,
        story=value["story"],
    )


_NAMES = (
    "entry_id", "feed", "uid", "id", "atom_id", "link", "link_key", "title", "title_key", "text_key", "raw_hash", "content_hash",
    "date", "date_reason", "first_seen", "published", "updated", "edited", "in_feeds", "position", "classification", "shown",
    "withdrawn", "tombstone", "priority", "source_position", "story", "html", "text", "summary", "rest",
)  # fmt: skip


def stored(connection: sqlite3.Connection, rows: Sequence[int] | None) -> Iterator[StoredEntry]:
    if rows is None:
        for row in connection.execute(_ENTRY + "WHERE NOT e.tombstone ORDER BY e.entry_id"):
            yield _entry(row)
        return
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ",".join("?" * len(part))
        for row in connection.execute(_ENTRY + f"WHERE e.entry_id IN ({marks}) ORDER BY e.entry_id", tuple(part)):
            yield _entry(row)


def find(connection: sqlite3.Connection, link_key: str, identifier: str) -> list[int]:
    found = connection.execute(
        "SELECT entry_id FROM entries WHERE id = :id OR atom_id = :id OR uid = :id OR link = :id "
        "OR (:key != '' AND link_key = :key) ORDER BY entry_id",
        {"id": identifier, "key": link_key},
    )
    return [row for (row,) in found]


def replace_classifications(
    connection: sqlite3.Connection,
    placed: Iterable[tuple[int, Classification, int, int, tuple[str, ...]]],
) -> None:
    """Only what differs is written, and looked at again by the next regrouping. The caller has the transaction.

    The merge keys too: another version of the program may make others for the same entry.
    """
    for entry_id, classification, priority, source_position, keys in placed:
        coded = dump(classification)
        connection.execute(
            "UPDATE entries SET classification = ?, priority = ?, source_position = ?, dirty = 1, "
            "shown = CASE WHEN withdrawn OR tombstone THEN 0 ELSE ? END "
            "WHERE entry_id = ? AND (classification != ? OR priority != ? OR source_position != ?)",
            (coded, priority, source_position, _shown(classification), entry_id, coded, priority, source_position),
        )
        if {key for (key,) in connection.execute("SELECT key FROM merge_keys WHERE entry_id = ?", (entry_id,))} != set(
            keys
        ):
            _write_keys(connection, entry_id, keys)
            connection.execute("UPDATE entries SET dirty = 1 WHERE entry_id = ?", (entry_id,))


_MERGE = (
    "SELECT e.entry_id, e.feed, e.uid, e.id, e.link, e.link_key, e.title, e.title_key, substr(b.text, 1, ?), e.text_key, e.date, "
    "e.published, e.priority, e.source_position, json_extract(b.rest, '$.source') FROM entries e JOIN bodies b USING (entry_id) "
)


def merge_entries(connection: sqlite3.Connection, rows: Sequence[int]) -> list[MergeEntry]:
    """What merging needs to know of the shown entries among `rows`."""
    found = []
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ",".join("?" * len(part))
        cursor = connection.execute(
            _MERGE + f"WHERE e.shown AND e.entry_id IN ({marks}) ORDER BY e.entry_id", (MERGE_TEXT, *part)
        )
        found += [
            MergeEntry(
                entry_id=row[0],
                feed=row[1],
                uid=row[2],
                id=row[3],
                link=row[4],
                link_key=row[5],
                title=row[6],
                title_key=row[7],
                text=row[8],
                text_key=row[9],
                date=moment(row[10]),
                published=from_stamp(row[11]),
                priority=row[12],
                source_position=row[13],
                source=load(SourceRef, row[14]) if row[14] else None,
            )
            for row in cursor
        ]
    return found


def published_id(host: str, feed: str, entry: Entry, date: datetime) -> str:
    """The Atom id of an entry: its own where that is a valid absolute IRI (RFC 4287 4.2.6), else a `tag:` of the planet."""
    own = entry.id.strip()
    return own if is_iri(own) else made_id(host, feed, entry.uid, date)


def made_id(host: str, feed: str, uid: str, date: datetime) -> str:
    """An id of the planet's own (RFC 4151) for an entry that has none it may publish."""
    return f"tag:{host},{date.year}:{digest(feed, uid)[:20]}"
