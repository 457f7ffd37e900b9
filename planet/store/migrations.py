"""From each version of the schema to the next, tested from a database that the release wrote (tests/data/released).

A migration knows nothing of the code around it: neither models nor tables of today, so that it stays right when these change.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

_1_TO_2 = (
    "ALTER TABLE entries RENAME COLUMN row TO entry_id",
    "ALTER TABLE entries RENAME COLUMN arrived_at TO first_position",
    "ALTER TABLE entries RENAME COLUMN placement TO classification",
    "ALTER TABLE entries RENAME COLUMN rank TO priority",
    "ALTER TABLE entries RENAME COLUMN place TO source_position",
    "ALTER TABLE entries RENAME COLUMN story TO story_id",
    "ALTER TABLE entries ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE entries ADD COLUMN body_key TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE entries ADD COLUMN owns_id INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE entries ADD COLUMN feed_updated INTEGER",
    "ALTER TABLE bodies RENAME COLUMN row TO entry_id",
    "ALTER TABLE bodies RENAME COLUMN rest TO details",
    "ALTER TABLE merge_keys RENAME COLUMN row TO entry_id",
    "DROP INDEX merge_keys_row",
    "CREATE INDEX merge_keys_entry ON merge_keys (entry_id)",
    "CREATE TABLE common_keys (key TEXT NOT NULL, feed TEXT NOT NULL, PRIMARY KEY (key, feed)) WITHOUT ROWID",
    "ALTER TABLE stories RENAME COLUMN row TO story_id",
    "ALTER TABLE stories RENAME COLUMN lead TO primary_id",
    "ALTER TABLE stories ADD COLUMN size INTEGER NOT NULL DEFAULT 0",
    "UPDATE stories SET size = (SELECT length(html) FROM bodies WHERE bodies.entry_id = primary_id)",
    "ALTER TABLE events RENAME COLUMN said TO data",
    # Keys that many entries share join nothing any more: every story is looked at again.
    "UPDATE entries SET dirty = 1",
)

# Version 1 left out fields that held their default. They are written now, with what the default was then.
_STATE: dict[str, Any] = {
    **dict.fromkeys(("effective_url", "etag", "last_modified", "validators_url", "body_sha256", "parser_version"), ""),
    "parse_ok": True,
    **dict.fromkeys(("last_attempt", "last_success", "last_change", "next_due", "first_failure", "http_status")),
    **dict.fromkeys(("failures", "unchanged_count", "gone_count"), 0),
    **dict.fromkeys(("error_class", "error", "moved_first_seen", "last_probe", "hold_until", "server_hint_until")),
    "stopped": False,
    **dict.fromkeys(("moved_to", "discovered", "announced", "reader", "reader_reason", "configured"), ""),
    "warnings": [],
    **dict.fromkeys(("median_gap", "delay_hint")),
    "skip_hours": [],
    "skip_days": [],
    "expired": False,
}
_CLASSIFICATION = {"scores": [], "hidden": ""}
_REASON = {"where": "", "score": 0}
_DETAILS: dict[str, Any] = {
    "url_date": None,
    "date_only": False,
    **dict.fromkeys(("date_reason", "image", "language", "comments"), ""),
    **{name: [] for name in ("authors", "tags", "enclosures", "code", "links")},
    "words": 0,
    "source": None,
}
_EVENT_OWN = (*("url_key", "sequence", "modified", "first_seen", "changed", "revision", "date_reason", "slug"),)
"""Fields of a stored event that are not of the calendar's own data."""
_EVENT: dict[str, Any] = {
    **dict.fromkeys(
        ("location", "url", "url_key", "organizer", "image", "organizer_url", "timezone", "date_reason", "slug"), ""
    ),
    **dict.fromkeys(("geo", "end", "modified", "first_seen", "changed")),
    "status": "confirmed",
    "tags": [],
    "sequence": 0,
    "revision": 0,
}


def _message(value: Any) -> Any:
    return value and {"params": [], **value}


def _state(value: dict[str, Any]) -> dict[str, Any]:
    state = _STATE | value
    return state | {"error": _message(state["error"]), "warnings": [_message(warning) for warning in state["warnings"]]}


def _classification(value: dict[str, Any]) -> dict[str, Any]:
    scores = [
        [name, score, [_REASON | reason for reason in reasons]] for name, score, reasons in value.get("scores", ())
    ]
    sources = {"sources": value.pop("carriers", [])}
    return sources | _CLASSIFICATION | value | {"scores": scores}


def _details(value: dict[str, Any]) -> dict[str, Any]:
    details = _DETAILS | value
    source = details["source"]
    details["authors"] = [{"url": "", **person} for person in details["authors"]]
    details["enclosures"] = [{"type": "", "length": None, "title": "", **file} for file in details["enclosures"]]
    details["source"] = source and dict.fromkeys(("id", "title", "url", "feed_url"), "") | source
    return details


def _event(value: dict[str, Any], start: str) -> dict[str, Any]:
    event = _EVENT | value
    own = {name: event.pop(name) for name in _EVENT_OWN}
    return own | {"data": event | {"start": start}}


def _rewrite(
    connection: sqlite3.Connection,
    table: str,
    key: str,
    column: str,
    change: Callable[[dict[str, Any]], Mapping[str, Any]],
) -> None:
    """Change the JSON of a column, row by row; what is no JSON object is left unchanged: reading it reports it."""
    for (identity,) in connection.execute(f"SELECT {key} FROM {table}").fetchall():
        (text,) = connection.execute(f"SELECT {column} FROM {table} WHERE {key} = :key", {"key": identity}).fetchone()
        try:
            changed = change(json.loads(text))
        except (ValueError, TypeError, AttributeError):
            continue
        connection.execute(
            f"UPDATE {table} SET {column} = :text WHERE {key} = :key",
            {"key": identity, "text": json.dumps(changed, separators=(",", ":"))},
        )


def _from_1(connection: sqlite3.Connection) -> None:
    for statement in _1_TO_2:
        connection.execute(statement)
    _rewrite(connection, "feeds", "key", "state", _state)
    _rewrite(connection, "entries", "entry_id", "classification", _classification)
    _rewrite(connection, "bodies", "entry_id", "details", _details)
    rows = connection.execute("SELECT calendar, uid, recurrence_id, start, data FROM events").fetchall()
    connection.executemany(
        "UPDATE events SET data = ? WHERE calendar = ? AND uid = ? AND recurrence_id = ?",
        (
            (json.dumps(_event(json.loads(data), start), separators=(",", ":")), calendar, uid, recurrence)
            for calendar, uid, recurrence, start, data in rows
        ),
    )


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _from_1}
"""From version n to n + 1; each is run in one transaction with the new version number."""


def migrate(connection: sqlite3.Connection, version: int, target: int) -> None:
    """Bring a database from a version to another, step by step; a step that fails leaves it as it was before that step."""
    for step in range(version, target):
        connection.execute("BEGIN IMMEDIATE")
        try:
            MIGRATIONS[step](connection)
            connection.execute(f"PRAGMA user_version = {step + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
