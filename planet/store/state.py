"""Export and restore the state that feeds cannot give again: first seen dates, sort dates and tombstones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from planet.errors import UsageError
from planet.model import Message
from planet.store import meta

FORMAT = "planet-state/1"
_TYPES: dict[str, tuple[type, ...]] = {
    "feed": (str,),
    "uid": (str,),
    "date": (int,),
    "date_reason": (str,),
    "first_seen": (int,),
    "edited": (int, type(None)),
    "in_feeds": (int,),
    "tombstone": (int,),
    "atom_id": (str,),
}
_COLUMNS = tuple(_TYPES)
_NAMES = ", ".join(_COLUMNS)
_LAST = 4_102_444_800_000_000
"""2100 in microseconds: a time behind it was not written by a planet."""


def export(connection: sqlite3.Connection) -> dict[str, object]:
    """Plain values, fit for JSON. Times are microseconds since 1970, UTC."""
    rows = connection.execute(
        f"SELECT {_NAMES} FROM entries UNION ALL SELECT {_NAMES} FROM remembered r "
        "WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.feed = r.feed AND e.uid = r.uid) ORDER BY feed, uid"
    )
    return _saved(
        dict(connection.execute("SELECT name, value FROM meta ORDER BY name")),
        dict(connection.execute("SELECT key, arrived FROM feeds WHERE arrived IS NOT NULL ORDER BY key")),
        [list(row) for row in rows],
    )


def _saved(texts: Mapping[str, str], feeds: Mapping[str, int], entries: list[list[object]]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "meta": {name: value for name, value in texts.items() if name in meta.KEPT},
        "feeds": dict(feeds),
        "columns": list(_COLUMNS),
        "entries": entries,
    }


def salvage(path: Path) -> dict[str, object]:
    """As `export`, as far as it can be read from a damaged database, which is not changed."""
    texts: dict[str, str] = {}
    feeds: dict[str, int] = {}
    rows: dict[int, list[object]] = {}
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        stored_rows = _readable(connection, "SELECT name, value FROM meta")
        texts |= {name: value for name, value in stored_rows if isinstance(name, str) and isinstance(value, str)}
        stored_rows = _readable(connection, "SELECT key, arrived FROM feeds WHERE arrived IS NOT NULL")
        feeds |= {key: arrived for key, arrived in stored_rows if isinstance(key, str) and isinstance(arrived, int)}
        for order in ("", "DESC"):  # from both ends, up to the damage
            for row, *values in _readable(connection, f"SELECT rowid, {_NAMES} FROM entries ORDER BY rowid {order}"):
                if isinstance(row, int) and _is_entry(values):
                    rows[row] = values
    return _saved(texts, feeds, [rows[row] for row in sorted(rows)])


def _readable(connection: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    with suppress(sqlite3.Error, UnicodeDecodeError):
        yield from connection.execute(query)


def _is_entry(row: object) -> bool:
    return (
        isinstance(row, list | tuple)
        and len(row) == len(_COLUMNS)
        and all(
            isinstance(value, kinds) and (not isinstance(value, int) or 0 <= value < _LAST)
            for value, kinds in zip(row, _TYPES.values(), strict=True)
        )
    )


def restore(connection: sqlite3.Connection, saved: object) -> int:
    """Store what `export` returned, for entries that are not stored yet. The caller has the transaction."""
    if not isinstance(saved, dict) or saved.get("format") != FORMAT or saved.get("columns") != list(_COLUMNS):
        raise UsageError(Message.of("this is not a state file of a planet: `planet export --state FILE` writes one"))
    texts, feeds, rows = saved.get("meta"), saved.get("feeds"), saved.get("entries")
    damaged = UsageError(Message.of("this state file is damaged: a line of it does not say what it should"))
    if not isinstance(texts, dict) or not isinstance(feeds, dict) or not isinstance(rows, list):
        raise damaged
    if not all(map(_is_entry, rows)) or not all(isinstance(arrived, int) for arrived in feeds.values()):
        raise damaged
    marks = ", ".join("?" * len(_COLUMNS))
    connection.executemany(f"INSERT OR REPLACE INTO remembered ({_NAMES}) VALUES ({marks})", rows)
    connection.executemany(
        "INSERT INTO feeds (key, arrived) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET arrived = coalesce(arrived, excluded.arrived)",
        feeds.items(),
    )
    kept = [(name, str(value)) for name, value in texts.items() if name in meta.KEPT]
    connection.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", kept)
    return len(rows)
