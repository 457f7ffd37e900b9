"""Entries: what a document changes, what is known of a feed, where each entry is placed. Statements."""

from __future__ import annotations

import json
import sqlite3
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from planet.model import Changes, Entry, FetchUpdate, Insert, Known, MergeEntry, Placement, Read, SourceRef
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

    `place` gives for an entry and its fixed date: placement, rank, place in feeds.yaml, merge keys. `host` is the planet's, for
    the ids of entries that have none of their own.
    """

    feed: str
    configured: str
    update: FetchUpdate
    changes: Changes
    read: Read
    now: datetime
    place: Callable[[Entry, datetime], tuple[Placement, int, int, tuple[str, ...]]]
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as stored, with all that was decided about it."""

    row: int
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
    rank: int
    place: int
    placement: Placement | None
    story: int | None


def known_hashes(connection: sqlite3.Connection, feed: str) -> dict[str, str]:
    return dict(connection.execute("SELECT uid, raw_hash FROM entries WHERE feed = ?", (feed,)))


def known(connection: sqlite3.Connection, feed: str) -> tuple[Known, ...]:
    rows = connection.execute(
        "SELECT row, uid, id, link_key, title_key, text_key, raw_hash, content_hash, date, first_seen, published, updated, "
        "changes, missing_since, withdrawn, tombstone, position FROM entries WHERE feed = ? ORDER BY row",
        (feed,),
    )
    return tuple(
        Known(
            row=row[0],
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


def _shown(placement: Placement) -> int:
    return int(bool(placement.carriers))


def _write_keys(connection: sqlite3.Connection, row: int, keys: Iterable[str]) -> None:
    connection.execute("DELETE FROM merge_keys WHERE row = ?", (row,))
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
        placement, rank, place, keys = application.place(entry, date)
        cursor = connection.execute(
            "INSERT INTO entries (feed, uid, id, atom_id, link, link_key, title, title_key, text_key, raw_hash, content_hash, "
            "date, date_reason, first_seen, published, updated, edited, in_feeds, tombstone, position, arrived_at, placement, shown, rank, "
            "place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                feed, entry.uid, entry.id, atom_id, entry.link, entry.link_key, entry.title, entry.title_key, entry.text_key,
                entry.raw_hash, entry.content_hash, to_stamp(date), reason, to_stamp(first_seen), to_stamp(entry.published),
                to_stamp(entry.updated), to_stamp(edited), int(in_feeds), int(tombstone), entry.position, entry.position,
                dump(placement),
                0 if tombstone else _shown(placement), rank, place,
            ),
        )  # fmt: skip
        row = cursor.lastrowid
        assert row is not None
        _write_body(connection, row, entry)
        _write_keys(connection, row, keys)
    for update in changes.updates:
        entry = update.entry
        dated = connection.execute("SELECT date FROM entries WHERE row = ?", (update.row,)).fetchone()
        placement, rank, place, keys = application.place(entry, moment(dated[0]))
        connection.execute(
            "UPDATE entries SET uid = ?, id = ?, link = ?, link_key = ?, title = ?, title_key = ?, text_key = ?, raw_hash = ?, "
            "content_hash = ?, published = ?, updated = ?, edited = coalesce(?, edited), position = ?, placement = ?, "
            "shown = CASE WHEN withdrawn OR tombstone THEN 0 ELSE ? END, rank = ?, place = ?, changes = changes + 1, dirty = 1, "
            "missing_since = NULL WHERE row = ?",
            (
                entry.uid, entry.id, entry.link, entry.link_key, entry.title, entry.title_key, entry.text_key, entry.raw_hash,
                entry.content_hash, to_stamp(entry.published), to_stamp(entry.updated), to_stamp(update.edited),
                entry.position, dump(placement), _shown(placement), rank, place, update.row,
            ),
        )  # fmt: skip
        _write_body(connection, update.row, entry)
        _write_keys(connection, update.row, keys)
    connection.executemany(
        "UPDATE entries SET missing_since = NULL WHERE row = ? AND missing_since IS NOT NULL",
        [(row,) for row in changes.seen],
    )
    connection.executemany(
        "UPDATE entries SET missing_since = ? WHERE row = ?",
        [(to_stamp(since), row) for row, since in changes.missing],
    )
    connection.executemany(
        "UPDATE entries SET withdrawn = 1, shown = 0, dirty = 1 WHERE row = ?",
        [(row,) for row in changes.withdrawn],
    )
    connection.executemany(
        "UPDATE entries SET tombstone = 1, shown = 0, dirty = 1 WHERE row = ?",
        [(row,) for row in changes.deleted],
    )
    connection.executemany(
        "UPDATE entries SET withdrawn = 0, missing_since = NULL, dirty = 1, "
        "shown = coalesce(json_array_length(placement, '$.carriers'), 0) > 0 WHERE row = ?",
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
    "SELECT e.row, e.feed, e.uid, e.id, e.atom_id, e.link, e.link_key, e.title, e.title_key, e.text_key, e.raw_hash, "
    "e.content_hash, e.date, e.date_reason, e.first_seen, e.published, e.updated, e.edited, e.in_feeds, e.position, e.placement, "
    "e.shown, e.withdrawn, e.tombstone, e.rank, e.place, e.story, b.html, b.text, b.summary, b.rest "
    "FROM entries e JOIN bodies b USING (row) "
)


def _entry(row: Sequence[typing.Any]) -> StoredEntry:
    value = dict(zip(_NAMES, row, strict=True))
    entry = _ENTRY_OF(json.loads(value["rest"]) | {name: value[name] for name in _AS_THEY_ARE})
    entry = replace(entry, published=from_stamp(value["published"]), updated=from_stamp(value["updated"]))
    return StoredEntry(
        row=value["row"],
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
        rank=value["rank"],
        place=value["place"],
        placement=load(Placement, value["placement"]) if value["placement"] else None,
        story=value["story"],
    )


_NAMES = (
    "row", "feed", "uid", "id", "atom_id", "link", "link_key", "title", "title_key", "text_key", "raw_hash", "content_hash",
    "date", "date_reason", "first_seen", "published", "updated", "edited", "in_feeds", "position", "placement", "shown",
    "withdrawn", "tombstone", "rank", "place", "story", "html", "text", "summary", "rest",
)  # fmt: skip


def stored(connection: sqlite3.Connection, rows: Sequence[int] | None) -> Iterator[StoredEntry]:
    if rows is None:
        for row in connection.execute(_ENTRY + "WHERE NOT e.tombstone ORDER BY e.row"):
            yield _entry(row)
        return
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ",".join("?" * len(part))
        for row in connection.execute(_ENTRY + f"WHERE e.row IN ({marks}) ORDER BY e.row", tuple(part)):
            yield _entry(row)


def find(connection: sqlite3.Connection, link_key: str, identifier: str) -> list[int]:
    found = connection.execute(
        "SELECT row FROM entries WHERE id = :id OR atom_id = :id OR uid = :id OR link = :id "
        "OR (:key != '' AND link_key = :key) ORDER BY row",
        {"id": identifier, "key": link_key},
    )
    return [row for (row,) in found]


def replace_placements(
    connection: sqlite3.Connection,
    placed: Iterable[tuple[int, Placement, int, int, tuple[str, ...]]],
) -> None:
    """Only what differs is written, and looked at again by the next regrouping. The caller has the transaction.

    The merge keys too: another version of the program may make others for the same entry.
    """
    for row, placement, rank, place, keys in placed:
        coded = dump(placement)
        connection.execute(
            "UPDATE entries SET placement = ?, rank = ?, place = ?, dirty = 1, "
            "shown = CASE WHEN withdrawn OR tombstone THEN 0 ELSE ? END "
            "WHERE row = ? AND (placement != ? OR rank != ? OR place != ?)",
            (coded, rank, place, _shown(placement), row, coded, rank, place),
        )
        if {key for (key,) in connection.execute("SELECT key FROM merge_keys WHERE row = ?", (row,))} != set(keys):
            _write_keys(connection, row, keys)
            connection.execute("UPDATE entries SET dirty = 1 WHERE row = ?", (row,))


_MERGE = (
    "SELECT e.row, e.feed, e.uid, e.id, e.link, e.link_key, e.title, e.title_key, substr(b.text, 1, ?), e.text_key, e.date, "
    "e.published, e.rank, e.place, json_extract(b.rest, '$.source') FROM entries e JOIN bodies b USING (row) "
)


def merge_entries(connection: sqlite3.Connection, rows: Sequence[int]) -> list[MergeEntry]:
    """What merging needs to know of the shown entries among `rows`."""
    found = []
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ",".join("?" * len(part))
        cursor = connection.execute(
            _MERGE + f"WHERE e.shown AND e.row IN ({marks}) ORDER BY e.row", (MERGE_TEXT, *part)
        )
        found += [
            MergeEntry(
                row=row[0],
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
                rank=row[12],
                order=row[13],
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
