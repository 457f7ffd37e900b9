"""Events as their calendars list them, one row each. Merged events are computed at each run, never stored."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from typing import Any, get_type_hints

import msgspec

from planet.model import EventChanges, EventData, StoredEvent
from planet.store import presentable
from planet.store.columns import decode, encode, insert, names, select

log = logging.getLogger(__name__)
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
"""The form of a stored slug, the file name of an event's page; another value is replaced."""

_KEY = ("calendar", "uid", "recurrence_id")
_COLUMNS = (*_KEY, "start", "data")
_OWN = tuple(field.name for field in fields(StoredEvent) if field.name not in _KEY)


def _json_type(kind: type[Any], names: Iterable[str], kinds: Mapping[str, object]) -> type[msgspec.Struct]:
    """Fields of a dataclass as they stand in JSON; `kinds` are the types of those that stand there otherwise."""
    hints = {**get_type_hints(kind), **kinds}
    described = {field.name: field for field in fields(kind)}
    return msgspec.defstruct(
        f"{kind.__name__}Json",
        [
            (name, hints[name]) if described[name].default is MISSING else (name, hints[name], described[name].default)
            for name in names
        ],
        kw_only=True,
    )


# A time is either a day or an instant. Both are text in JSON, so they are distinguished here.
_Data = _json_type(EventData, (field.name for field in fields(EventData)), {"start": str, "end": str | None})
_Event = _json_type(StoredEvent, _OWN, {"data": _Data})


def stored_events(connection: sqlite3.Connection, calendar: str | None = None) -> Iterator[StoredEvent]:
    """The events of one calendar, or of all, in an order that does not depend on arrival. One that cannot be read is left out, and logged."""
    wanted = "" if calendar is None else "WHERE calendar = :calendar"
    query = f"SELECT {names(_COLUMNS)} FROM events {wanted} ORDER BY start, calendar, uid, recurrence_id"
    for row in select(connection, query, {"calendar": calendar}):
        try:
            yield _event(row)
        except ValueError as error:
            log.warning("event %s of %s is left out: %s", row["uid"], row["calendar"], error)


def apply(connection: sqlite3.Connection, calendar: str, changes: EventChanges) -> None:
    """Write the changes of one calendar. The caller has the transaction."""
    connection.executemany(
        "DELETE FROM events WHERE calendar = :calendar AND uid = :uid AND recurrence_id = :recurrence_id",
        (
            {"calendar": calendar, "uid": uid, "recurrence_id": recurrence_id}
            for uid, recurrence_id in changes.withdrawn
        ),
    )
    connection.executemany(insert("events", _COLUMNS, replace=True), map(_row, changes.upserts))


def forget(connection: sqlite3.Connection, calendars: Iterable[str]) -> int:
    """Delete the events of these calendars; returns how many they were. The caller has the transaction."""
    return sum(
        connection.execute("DELETE FROM events WHERE calendar = :key", {"key": key}).rowcount for key in calendars
    )


def _time_text(value: datetime | date) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def _read(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _row(event: StoredEvent) -> dict[str, str]:
    end = event.data.end
    times = {"start": _time_text(event.data.start), "end": None if end is None else _time_text(end)}
    data = {field.name: getattr(event.data, field.name) for field in fields(EventData)} | times
    own = {name: getattr(event, name) for name in _OWN} | {"data": data}
    return {name: getattr(event, name) for name in _KEY} | {"start": _time_text(event.data.start), "data": encode(own)}


def _event(row: Mapping[str, Any]) -> StoredEvent:
    own = msgspec.structs.asdict(decode(_Event, row["data"]))
    data = msgspec.structs.asdict(own["data"])
    times = {"start": _read(data["start"]), "end": None if data["end"] is None else _read(data["end"])}
    slug = own["slug"] if _FILE_NAME.fullmatch(own["slug"]) else ""
    event_data = presentable.event_data(EventData(**(data | times)))
    return StoredEvent(**(own | {name: row[name] for name in _KEY} | {"data": event_data, "slug": slug}))
