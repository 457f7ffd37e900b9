"""Read entries: whole, their keys, and the fields that merging uses. SQL."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from planet.model import Classification, Entry, EntryKey, MergeEntry, SourceRef
from planet.model.story import MERGE_TEXT
from planet.store import presentable
from planet.store.columns import convert, decode, from_stamp, ids, instant, names, select
from planet.store.entry_columns import KEYS, TEXTS

log = logging.getLogger(__name__)

_KEY = tuple(field.name for field in fields(EntryKey))
_TIMES = ("date", "first_seen", "published", "updated", "edited", "missing_since", "feed_updated")
_FLAGS = ("in_feeds", "withdrawn", "tombstone", "shown")
_STORED = (
    *("entry_id", "feed", "atom_id", "date", "date_reason", "first_seen", "edited", "in_feeds", "withdrawn", "tombstone"),
    *("shown", "priority", "source_position", "owner", "feed_updated", "classification", "story_id"),
)  # fmt: skip
_ENTRY = (
    f"SELECT {names((*_STORED, *KEYS), table='e')}, {names((*TEXTS, 'details'), table='b')} "
    "FROM entries e JOIN bodies b USING (entry_id) "
)
_MERGE = tuple(
    field.name for field in fields(MergeEntry) if field.name not in {"text", "source", "links", "tags", "authors"}
)


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
    owner: str
    feed_updated: datetime | None
    classification: Classification
    story_id: int | None


def raw_hashes(connection: sqlite3.Connection, feed: str) -> dict[str, str]:
    """Uid -> raw hash of what is stored of a feed."""
    return dict(connection.execute("SELECT uid, raw_hash FROM entries WHERE feed = :feed", {"feed": feed}))


def text_size(connection: sqlite3.Connection, feed: str, without: Sequence[int]) -> int:
    """See `Store.text_size`."""
    (size,) = connection.execute(
        "SELECT coalesce(sum(length(html) + length(text)), 0) FROM entries JOIN bodies USING (entry_id) WHERE feed = :feed "
        "AND entry_id NOT IN (SELECT value FROM json_each(:without))",
        {"feed": feed, "without": ids(without)},
    ).fetchone()
    return int(size)


def entry_keys(connection: sqlite3.Connection, feed: str) -> tuple[EntryKey, ...]:
    """The keys of the stored entries of a feed, in the order of their ids."""
    query = f"SELECT {names(_KEY)} FROM entries WHERE feed = :feed ORDER BY entry_id"
    return tuple(convert(EntryKey, _with_instants(row)) for row in select(connection, query, {"feed": feed}))


def entries(connection: sqlite3.Connection, entry_ids: Sequence[int] | None) -> Iterator[StoredEntry]:
    """Whole entries in the order of their ids; None: all but the tombstones. One that cannot be read is left out, and logged."""
    if entry_ids is None:
        rows = select(connection, _ENTRY + "WHERE NOT e.tombstone ORDER BY e.entry_id")
    else:
        wanted = "WHERE e.entry_id IN (SELECT value FROM json_each(:ids)) ORDER BY e.entry_id"
        rows = select(connection, _ENTRY + wanted, {"ids": ids(entry_ids)})
    for row in rows:
        try:
            yield _stored_entry(row)
        except (ValueError, OverflowError, TypeError, RecursionError) as error:
            log.warning("entry %s of %s is left out: %s", row["entry_id"], row["feed"], error)


def _with_instants(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: from_stamp(value) if name in _TIMES else bool(value) if name in _FLAGS else value
        for name, value in row.items()
    }


def _stored_entry(row: Mapping[str, Any]) -> StoredEntry:
    values = _with_instants(row)
    entry = presentable.entry(
        convert(Entry, json.loads(values["details"]) | {name: values[name] for name in (*KEYS, *TEXTS)})
    )
    classification = decode(Classification, values["classification"])
    kept = {name: values[name] for name in _STORED}
    return StoredEntry(**(kept | {"entry": entry, "classification": classification}))


def _texts(text: object) -> tuple[str, ...]:
    """Stored addresses or tags; none where they cannot be read."""
    try:
        return decode(tuple[str, ...], text) if isinstance(text, str) else ()
    except ValueError:
        return ()


def _source(text: object) -> SourceRef | None:
    """A stored origin; None where there is none that can be read."""
    try:
        return decode(SourceRef, text) if isinstance(text, str) else None
    except ValueError:
        return None


def find(connection: sqlite3.Connection, link_key: str, identifier: str) -> list[int]:
    """Ids of entries with this canonical link or this id (as given or folded)."""
    rows = connection.execute(
        "SELECT entry_id FROM entries WHERE id = :id OR atom_id = :id OR uid = :id OR link = :id "
        "OR (:key != '' AND link_key = :key) ORDER BY entry_id",
        {"id": identifier, "key": link_key},
    )
    return [entry_id for (entry_id,) in rows]


def merge_entries(connection: sqlite3.Connection, entry_ids: Sequence[int]) -> list[MergeEntry]:
    """The fields that merging uses of the shown entries among these, in the order of their ids."""
    query = (
        f"SELECT {names(_MERGE, table='e')}, substr(b.text, 1, {MERGE_TEXT}) AS text, "
        "iif(json_valid(b.details), json_extract(b.details, '$.source'), NULL) AS source, "
        "iif(json_valid(b.details), json_extract(b.details, '$.links'), NULL) AS links, "
        "iif(json_valid(b.details), json_extract(b.details, '$.tags'), NULL) AS tags, "
        "iif(json_valid(b.details), (SELECT json_group_array(value ->> '$.name') FROM json_each(b.details, '$.authors') WHERE type = 'object'), NULL) AS authors "
        "FROM entries e JOIN bodies b USING (entry_id) "
        "WHERE e.shown AND e.entry_id IN (SELECT value FROM json_each(:ids)) ORDER BY e.entry_id"
    )
    return [
        MergeEntry(
            **(
                row
                | {
                    "date": instant(row["date"]),
                    "owns_id": bool(row["owns_id"]),
                    "published": from_stamp(row["published"]),
                    "first_seen": instant(row["first_seen"]),
                    "links": _texts(row["links"]),
                    "tags": _texts(row["tags"]),
                    "authors": _texts(row["authors"]),
                    "source": _source(row["source"]),
                }
            )
        )
        for row in select(connection, query, {"ids": ids(entry_ids)})
    ]
