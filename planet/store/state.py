"""What cannot be read from the feeds again: when an entry was first seen, where it sorts, what was deleted."""

from __future__ import annotations

import sqlite3

from planet.errors import UsageError

FORMAT = "planet-state/1"
_COLUMNS = ("feed", "uid", "date", "date_reason", "first_seen", "edited", "in_feeds", "tombstone", "atom_id")
_META = ("born", "first_run_done")


def export(connection: sqlite3.Connection) -> dict[str, object]:
    """Plain values, fit for JSON. Times are microseconds since 1970, UTC."""
    names = ", ".join(_COLUMNS)
    return {
        "format": FORMAT,
        "meta": {
            name: value
            for name, value in connection.execute("SELECT name, value FROM meta ORDER BY name")
            if name in _META
        },
        "feeds": dict(connection.execute("SELECT key, arrived FROM feeds WHERE arrived IS NOT NULL ORDER BY key")),
        "columns": list(_COLUMNS),
        "entries": [list(row) for row in connection.execute(f"SELECT {names} FROM entries ORDER BY feed, uid")],
    }


def restore(connection: sqlite3.Connection, saved: object) -> int:
    """Remember what `export` gave, for entries that are not there yet. The caller has the transaction."""
    if not isinstance(saved, dict) or saved.get("format") != FORMAT or saved.get("columns") != list(_COLUMNS):
        raise UsageError("this is not a state file of a planet: `planet export --state FILE` writes one")
    marks = ", ".join("?" * len(_COLUMNS))
    rows = [tuple(row) for row in saved["entries"]]
    if any(len(row) != len(_COLUMNS) for row in rows):
        raise UsageError("this state file is damaged: an entry has not the columns it should have")
    connection.executemany(f"INSERT OR REPLACE INTO remembered ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)
    connection.executemany(
        "INSERT INTO feeds (key, arrived) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET arrived = coalesce(arrived, excluded.arrived)",
        saved["feeds"].items(),
    )
    connection.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", saved["meta"].items())
    return len(rows)
