"""Events as their calendars list them, one row each. Merged events are computed at each run, never stored."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from planet.model import EventChanges, EventData, StoredEvent

SCHEMA = """
-- calendar: the key of its feed; start: ISO 8601 in UTC, or a day; said: the other fields of the StoredEvent as JSON.
CREATE TABLE events (
  calendar TEXT NOT NULL,
  uid TEXT NOT NULL,
  recurrence_id TEXT NOT NULL,
  start TEXT NOT NULL,
  said TEXT NOT NULL,
  PRIMARY KEY (calendar, uid, recurrence_id)
) WITHOUT ROWID;
"""

_COLUMNS = "calendar, uid, recurrence_id, start, said"
_IN_COLUMNS = frozenset({"calendar", "uid", "recurrence_id", "start", "data"})
_DATA = tuple((field.name, field.default) for field in fields(EventData) if field.name not in _IN_COLUMNS)
_OWN = tuple((field.name, field.default) for field in fields(StoredEvent) if field.name not in _IN_COLUMNS)
_TIMES = ("end", "modified", "first_seen", "changed")
_LISTS = ("tags", "geo")


def known(connection: sqlite3.Connection, calendar: str) -> Iterator[StoredEvent]:
    """What is stored of one calendar, by start."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM events WHERE calendar = ? ORDER BY start, uid, recurrence_id", (calendar,)
    )
    return map(_event, rows)


def all_events(connection: sqlite3.Connection) -> Iterator[StoredEvent]:
    """Every event of every calendar, in an order that does not depend on arrival."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM events ORDER BY start, calendar, uid, recurrence_id")
    return map(_event, rows)


def apply(connection: sqlite3.Connection, calendar: str, changes: EventChanges) -> None:
    """Write what one calendar changes; the transaction is the caller's."""
    connection.executemany(
        "DELETE FROM events WHERE calendar = ? AND uid = ? AND recurrence_id = ?",
        ((calendar, uid, recurrence_id) for uid, recurrence_id in changes.withdrawn),
    )
    connection.executemany("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?)", map(_row, changes.upserts))


def forget(connection: sqlite3.Connection, calendars: Iterable[str]) -> int:
    """Delete the events of these calendars; returns how many they were. The transaction is the caller's."""
    return sum(connection.execute("DELETE FROM events WHERE calendar = ?", (key,)).rowcount for key in calendars)


def _moment(value: datetime | date) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def _time(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _row(event: StoredEvent) -> tuple[str, ...]:
    said: dict[str, Any] = {}
    for value_of, described in ((event.data, _DATA), (event, _OWN)):
        for name, default in described:
            value = getattr(value_of, name)
            if value != default:
                said[name] = _moment(value) if isinstance(value, date) else value
    text = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
    return event.calendar, event.uid, event.recurrence_id, _moment(event.data.start), text


def _event(row: tuple[str, str, str, str, str]) -> StoredEvent:
    calendar, uid, recurrence_id, start, text = row
    said = json.loads(text)
    for name in _TIMES:
        if name in said:
            said[name] = _time(said[name])
    for name in _LISTS:
        if name in said:
            said[name] = tuple(said[name])
    own = {name: said.pop(name) for name, _ in _OWN if name in said}
    return StoredEvent(
        calendar=calendar,
        uid=uid,
        recurrence_id=recurrence_id,
        data=EventData(start=_time(start), **said),
        **own,
    )
