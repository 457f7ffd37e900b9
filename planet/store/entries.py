"""Write entries: the changes of a document, and classifications. SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from planet.model import Changes, Classified, Entry, FetchUpdate, Read, Update
from planet.store.columns import assignments, encode, insert, instant, names, select, to_stamp
from planet.store.entry_columns import DETAILS, KEYS, TEXTS
from planet.store.identifiers import published_id
from planet.text import body_key

_CLASSIFIED = ("classification", "priority", "source_position", "owner", "owns_id")
_FIXED = ("date", "date_reason", "first_seen", "edited", "in_feeds", "tombstone", "atom_id")
"""Columns that are decided when an entry is new and never change; a state file restores them."""
_INSERT = insert(
    "entries", ("entry_id", "feed", "first_position", "feed_updated", "body_key", *KEYS, *_FIXED, *_CLASSIFIED, "shown")
)
_UPDATE = (
    f"UPDATE entries SET {assignments((*KEYS, 'body_key', *_CLASSIFIED))}, feed_updated = :feed_updated, edited = coalesce(:edited, edited), "
    "shown = CASE WHEN withdrawn OR tombstone THEN 0 ELSE :shown END, changes = changes + 1, dirty = 1, missing_since = NULL "
    "WHERE entry_id = :entry_id"
)
_BODY = insert("bodies", ("entry_id", *TEXTS, "details"), replace=True)
_KEY = "INSERT OR IGNORE INTO merge_keys (key, entry_id) VALUES (?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Everything that is to be written for one document, in one transaction.

    `place` gives what the rules of feeds.yaml make of an entry, from it and its fixed date. `host` is the planet's, for the ids of
    entries that have none of their own.
    """

    feed: str
    configured: str
    update: FetchUpdate
    changes: Changes
    read: Read
    now: datetime
    place: Callable[[Entry, datetime], Classified]
    host: str


def apply(connection: sqlite3.Connection, application: Application) -> None:
    """Write the changes of a document. The caller has the transaction."""
    updated = _feed_updated(application)
    _insert(connection, application, updated)
    for update in application.changes.updates:
        _update(connection, application, update, updated)
    _mark(connection, application.changes)
    _describe_feed(connection, application)


def _insert(connection: sqlite3.Connection, application: Application, feed_updated: int | None) -> None:
    """The new entries, each table at once: a first run inserts thousands."""
    if not application.changes.inserts:
        return
    remembered = _remembered(connection, application.feed)
    (first,) = connection.execute("SELECT coalesce(max(entry_id), 0) + 1 FROM entries").fetchone()
    rows: list[dict[str, object]] = []
    bodies: list[dict[str, object]] = []
    keys: list[tuple[str, int]] = []
    for entry_id, new in enumerate(application.changes.inserts, first):
        fixed = remembered.get(new.entry.uid) or {
            "date": to_stamp(new.date),
            "date_reason": new.date_reason,
            "first_seen": to_stamp(new.first_seen),
            "edited": None,
            "in_feeds": int(new.in_feeds),
            "tombstone": 0,
            "atom_id": published_id(application.host, application.feed, new.entry, new.date),
        }
        classified = application.place(new.entry, instant(fixed["date"]))
        row = {"entry_id": entry_id, "feed": application.feed, "first_position": new.entry.position}
        row |= {**_keys(new.entry), **fixed, **_columns(classified), "feed_updated": feed_updated}
        if fixed["tombstone"]:
            row["shown"] = 0
        rows.append(row)
        bodies.append(_body(entry_id, new.entry))
        keys += [(key, entry_id) for key in classified.keys]
    connection.executemany(_INSERT, rows)
    connection.executemany(_BODY, bodies)
    connection.executemany(_KEY, keys)


def _update(connection: sqlite3.Connection, application: Application, update: Update, feed_updated: int | None) -> None:
    entry_id, entry = update.entry_id, update.entry
    (date,) = connection.execute("SELECT date FROM entries WHERE entry_id = :id", {"id": entry_id}).fetchone()
    classified = application.place(entry, instant(date))
    values = {"entry_id": entry_id, "edited": to_stamp(update.edited), "feed_updated": feed_updated}
    connection.execute(_UPDATE, values | _keys(entry) | _columns(classified))
    connection.execute(_BODY, _body(entry_id, entry))
    _write_keys(connection, entry_id, classified.keys)


def _remembered(connection: sqlite3.Connection, feed: str) -> dict[str, dict[str, Any]]:
    """Uid -> the date and order of an entry before the database was lost, if a state file had them."""
    query = f"SELECT uid, {names(_FIXED)} FROM remembered WHERE feed = :feed"
    return {row.pop("uid"): row for row in select(connection, query, {"feed": feed})}


def _feed_updated(application: Application) -> int | None:
    """The date of the document: its own, or that of the newest of its entries where that is later."""
    read = application.read
    dates = [read.feed_date, *(entry.published for entry in read.entries)]
    dates += [entry.updated for entry in read.entries if isinstance(entry, Entry)]
    return to_stamp(max((date for date in dates if date is not None and date <= application.now), default=None))


def _keys(entry: Entry) -> dict[str, object]:
    values = {name: getattr(entry, name) for name in KEYS}
    stamps = {"published": to_stamp(entry.published), "updated": to_stamp(entry.updated)}
    return values | stamps | {"body_key": body_key(entry.text)}


def _columns(classified: Classified) -> dict[str, object]:
    classification, authorship = classified.classification, classified.authorship
    return {
        "classification": encode(classification),
        "priority": authorship.priority,
        "source_position": authorship.source_position,
        "owner": authorship.owner,
        "owns_id": int(authorship.owns_id),
        "shown": int(bool(classification.sources)),
    }


def _body(entry_id: int, entry: Entry) -> dict[str, object]:
    details = encode({name: getattr(entry, name) for name in DETAILS})
    return {"entry_id": entry_id, "html": entry.html, "text": entry.text, "summary": entry.summary, "details": details}


def _write_keys(connection: sqlite3.Connection, entry_id: int, keys: Iterable[str]) -> None:
    connection.execute("DELETE FROM merge_keys WHERE entry_id = :id", {"id": entry_id})
    connection.executemany(_KEY, [(key, entry_id) for key in keys])


def _mark(connection: sqlite3.Connection, changes: Changes) -> None:
    """Entries that are listed again, missing, withdrawn, deleted or restored."""
    connection.executemany(
        "UPDATE entries SET missing_since = :since WHERE entry_id = :id",
        ({"id": entry_id, "since": to_stamp(since)} for entry_id, since in changes.missing),
    )
    for ids, statement in (
        (changes.seen, "missing_since = NULL WHERE entry_id = :id AND missing_since IS NOT NULL"),
        (changes.withdrawn, "withdrawn = 1, shown = 0, dirty = 1 WHERE entry_id = :id"),
        (changes.deleted, "tombstone = 1, shown = 0, dirty = 1 WHERE entry_id = :id"),
        (
            changes.restored,
            """withdrawn = 0, missing_since = NULL, dirty = 1,
            shown = coalesce(json_array_length(classification, '$.sources'), 0) > 0 WHERE entry_id = :id""",
        ),
    ):
        connection.executemany(f"UPDATE entries SET {statement}", ({"id": entry_id} for entry_id in ids))


def _describe_feed(connection: sqlite3.Connection, application: Application) -> None:
    """Store title, link and language of a feed, which are shown with each of its entries."""
    read = application.read
    values = {
        "key": application.feed,
        "id": read.feed_id,
        "title": read.feed_title,
        "link": read.feed_link,
        "language": read.feed_language,
        "arrived": to_stamp(application.now) if read.entries else None,
    }
    connection.execute(
        "UPDATE entries SET dirty = 1 WHERE feed = :key AND NOT EXISTS (SELECT 1 FROM feeds "
        "WHERE key = :key AND id = :id AND title = :title AND link = :link AND language = :language)",
        values,
    )
    connection.execute(
        f"UPDATE feeds SET {assignments(('id', 'title', 'link', 'language'))}, arrived = coalesce(arrived, :arrived) "
        "WHERE key = :key",
        values,
    )


def replace_classifications(connection: sqlite3.Connection, classified: Iterable[tuple[int, Classified]]) -> None:
    """Only what differs is written, and looked at again by the next regrouping. The caller has the transaction.

    The merge keys too: another version of the program may make others for the same entry.
    """
    differs = " OR ".join(f"{column} != :{column}" for column in _CLASSIFIED)
    for entry_id, value in classified:
        connection.execute(
            f"UPDATE entries SET {assignments(_CLASSIFIED)}, dirty = 1, "
            f"shown = CASE WHEN withdrawn OR tombstone THEN 0 ELSE :shown END WHERE entry_id = :entry_id AND ({differs})",
            _columns(value) | {"entry_id": entry_id},
        )
        stored = connection.execute("SELECT key FROM merge_keys WHERE entry_id = :id", {"id": entry_id})
        if {key for (key,) in stored} != set(value.keys):
            _write_keys(connection, entry_id, value.keys)
            connection.execute("UPDATE entries SET dirty = 1 WHERE entry_id = :id", {"id": entry_id})
