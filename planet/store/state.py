"""What cannot be read from the feeds again: when an entry was first seen, where it sorts, what was deleted."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from planet.errors import UsageError
from planet.model import Message
from planet.store import meta
from planet.urls import is_iri

FORMAT = "planet-state/1"
_COLUMNS = ("feed", "uid", "date", "date_reason", "first_seen", "edited", "in_feeds", "tombstone", "atom_id")
_NAMES = ", ".join(_COLUMNS)
_LAST = 4_102_444_800_000_000
"""2100 in microseconds: a time behind it was not written by a planet."""
_LONGEST = 4000
_UNUSUAL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_REASON = re.compile(r"[a-z][a-z ]{0,30}|")


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
    """What `export` would give, as far as it can still be read from a damaged database. Nothing is written there."""
    texts: dict[str, str] = {}
    feeds: dict[str, int] = {}
    rows: dict[int, list[object]] = {}
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        found = _readable(connection, "SELECT name, value FROM meta")
        texts |= {name: value for name, value in found if isinstance(name, str) and isinstance(value, str)}
        found = _readable(connection, "SELECT key, arrived FROM feeds WHERE arrived IS NOT NULL")
        feeds |= {key: arrived for key, arrived in found if isinstance(key, str) and isinstance(arrived, int)}
        for order in ("", "DESC"):  # from both ends, up to the damage
            for row, *values in _readable(connection, f"SELECT rowid, {_NAMES} FROM entries ORDER BY rowid {order}"):
                if isinstance(row, int) and _is_entry(values):
                    rows[row] = values
    return _saved(texts, feeds, [rows[row] for row in sorted(rows)])


def _readable(connection: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    with suppress(sqlite3.Error, UnicodeDecodeError):
        yield from connection.execute(query)


def _is_entry(row: object) -> bool:
    return isinstance(row, list | tuple) and len(row) == len(_COLUMNS) and _fault(row) == ""


def _fault(row: Sequence[object]) -> str:
    """The first column of an entry that holds what no planet has written, "" where all is well."""
    for name, value, is_right in zip(_COLUMNS, row, _CHECKS, strict=True):
        if not is_right(value):
            return name
    values = dict(zip(_COLUMNS, row, strict=True))
    return "date" if values["date"] > values["first_seen"] else ""  # type: ignore[operator]


def _is_text(value: object) -> bool:
    """A key or an id: printable, storable, of a length that a planet writes."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and not _UNUSUAL.search(value)


def _is_moment(value: object) -> bool:
    """Microseconds since 1970. A date of the year 2100 was not written by a planet."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LAST


def _is_flag(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in {0, 1}


_CHECKS: tuple[Callable[[object], bool], ...] = (
    _is_text,  # feed
    _is_text,  # uid
    _is_moment,  # date
    lambda value: isinstance(value, str) and _REASON.fullmatch(value) is not None,  # date_reason
    _is_moment,  # first_seen
    lambda value: value is None or _is_moment(value),  # edited
    _is_flag,  # in_feeds
    _is_flag,  # tombstone
    lambda value: value == "" or (_is_text(value) and is_iri(str(value))),  # atom_id
)
"""Of each column, whether a value is one that a planet writes."""


def _refuse(saved: dict[str, object]) -> tuple[dict[str, str], dict[str, int], list[list[object]]]:
    """(meta, feeds, entries) of a state file, each value looked at. Raises UsageError for the first that is wrong."""
    texts, feeds, rows = saved.get("meta"), saved.get("feeds"), saved.get("entries")
    if not isinstance(texts, dict) or not isinstance(feeds, dict) or not isinstance(rows, list):
        raise UsageError(Message.of("this state file is damaged: a part of it is missing; nothing was taken over"))
    for number, row in enumerate(rows, 1):
        wrong = _fault(row) if isinstance(row, list) and len(row) == len(_COLUMNS) else "columns"
        if wrong:
            raise UsageError(
                Message.of(
                    "this state file is damaged: `{column}` of its entry {number} is not what a planet writes; nothing was taken over",
                    column=wrong, number=number,
                )
            )  # fmt: skip
    for name, value in [*feeds.items(), *texts.items()]:
        right = _is_moment(value) if name in feeds else isinstance(value, str) and not _UNUSUAL.search(value)
        if not _is_text(name) or not right or (name == meta.BORN and not _is_iso(str(value))):
            raise UsageError(
                Message.of(
                    "this state file is damaged: what it says of `{name}` is not what a planet writes; nothing was taken over",
                    name=_UNUSUAL.sub("?", str(name))[:80],
                )
            )
    return texts, feeds, rows


def _is_iso(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def restore(connection: sqlite3.Connection, saved: object) -> int:
    """Remember what `export` gave, for entries that are not there yet. The caller has the transaction."""
    if not isinstance(saved, dict) or saved.get("format") != FORMAT or saved.get("columns") != list(_COLUMNS):
        raise UsageError(Message.of("this is not a state file of a planet: `planet export --state FILE` writes one"))
    texts, feeds, rows = _refuse(saved)
    marks = ", ".join("?" * len(_COLUMNS))
    connection.executemany(f"INSERT OR REPLACE INTO remembered ({_NAMES}) VALUES ({marks})", rows)
    connection.executemany(
        "INSERT INTO feeds (key, arrived) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET arrived = coalesce(arrived, excluded.arrived)",
        feeds.items(),
    )
    kept = [(name, str(value)) for name, value in texts.items() if name in meta.KEPT]
    connection.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", kept)
    return len(rows)
