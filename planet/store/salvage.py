"""Copy everything that can be read of a damaged database into another, entry by entry.

SQLite stores a table as a tree of pages; a page that was overwritten costs the rows on it, and stops a scan. Every entry is therefore
looked up by its own number, and the numbers come from every tree that names them (https://www.sqlite.org/fileformat2.html, 1.6); what
no tree leads to any more is searched for on the pages.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from planet.store import meta
from planet.store.migrations import migrate
from planet.store.pages import rows
from planet.store.schema import PAGE, VERSION, empty_page

_HEADER = 100
"""Bytes of the file header, which are followed by the tree of the schema (file format, 1.3)."""
_MOST_ENTRIES = 5_000_000
"""Numbers that are tried one by one, when no tree names them any more."""
_NUMBERS = (
    "SELECT entry_id FROM entries",
    "SELECT entry_id FROM entries ORDER BY entry_id DESC",
    "SELECT entry_id FROM entries INDEXED BY sqlite_autoindex_entries_1",
    "SELECT entry_id FROM bodies",
    "SELECT entry_id FROM bodies ORDER BY entry_id DESC",
    "SELECT entry_id FROM merge_keys",
)
_KEYED = (("meta", "name"), ("feeds", "key"), ("origins", "origin"), ("remembered", "feed"), ("avatars", "url"))
_JSON = {"classification", "state", "data", "details"}
_AGAIN = ("story_id", "dirty")
"""Columns of an entry that the next run computes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """The result: `entries` is the number copied with their texts, `lost` the number of those that are named but have no readable text."""

    entries: int = 0
    lost: int = 0


def salvage(damaged: Path, target: sqlite3.Connection) -> Salvaged:
    """Take over feeds, entries, events, pictures. Nothing is written to `damaged`; the caller has the transaction."""
    salvaged = _salvage(damaged, target)
    # Merge keys and stories are computed again for everything.
    target.execute("DELETE FROM meta WHERE name IN (?, ?)", (meta.RULES, meta.PUBLISHED))
    target.execute("DELETE FROM stories")
    target.execute("UPDATE entries SET dirty = 1, story_id = NULL")
    return salvaged


def _salvage(damaged: Path, target: sqlite3.Connection) -> Salvaged:
    empty = empty_page()
    with suppress(OSError), tempfile.TemporaryDirectory(dir=damaged.parent, prefix=".salvage-") as folder:
        copy = Path(folder) / "planet.db"
        for end in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{damaged}{end}", f"{copy}{end}")
        for first_page in (b"", empty[:_HEADER], empty):
            _replace_first_page(copy, first_page)
            with suppress(sqlite3.Error), closing(sqlite3.connect(copy, isolation_level=None)) as source:
                source.text_factory = bytes
                _update(source)
                salvaged = _take_over(source, target, copy)
                if salvaged.entries or salvaged.lost:
                    return salvaged
        with closing(sqlite3.connect(":memory:")) as nothing:  # the schema itself is lost: only the pages are left
            salvaged = _entries(nothing, target, copy)
            _remember_feeds(target)
            return salvaged
    return Salvaged()


def _replace_first_page(path: Path, first_page: bytes) -> None:
    """Put `first_page` over the beginning of the file, with the number of its pages (file format, 1.3.8)."""
    if not first_page:
        return
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(first_page[:28] + (size // PAGE).to_bytes(4, "big") + first_page[32:])
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


def _update(source: sqlite3.Connection) -> None:
    """Migrate the copy to the current schema, as far as possible."""
    version = source.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        source.text_factory = str
        with suppress(sqlite3.Error, KeyError):
            migrate(source, version, VERSION)
        source.text_factory = bytes


def _take_over(source: sqlite3.Connection, target: sqlite3.Connection, copy: Path) -> Salvaged:
    for table, key in _KEYED:
        _copy(source, target, table, [f"ORDER BY {key}", f"ORDER BY {key} DESC"])
    salvaged = _entries(source, target, copy)
    _remember_feeds(target)
    keys = [key for (key,) in target.execute("SELECT key FROM feeds")]
    _copy(source, target, "events", ["", "ORDER BY calendar DESC, uid DESC, recurrence_id DESC"])
    for key in keys:
        _copy(
            source,
            target,
            "events",
            ["WHERE calendar = ? ORDER BY uid", "WHERE calendar = ? ORDER BY uid DESC"],
            (key,),
        )
    return salvaged


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(_text(row[1]) for row in connection.execute(f"PRAGMA table_info({table})"))


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _readable(source: sqlite3.Connection, query: str, values: Sequence[object] = ()) -> Iterator[tuple[object, ...]]:
    """The rows up to the first that cannot be read."""
    with suppress(sqlite3.Error):
        yield from source.execute(query, values)


def _whole(names: Sequence[str], row: Sequence[object], texts: frozenset[str]) -> dict[str, object] | None:
    """The row by names, when its texts are texts and its JSON is JSON; else None."""
    whole: dict[str, object] = {}
    try:
        for name, value in zip(names, row, strict=True):
            whole[name] = value.decode() if isinstance(value, bytes) and name in texts else value
            if name in _JSON:
                json.loads(str(whole[name]))
    except (UnicodeDecodeError, ValueError):
        return None
    return whole


def _texts(target: sqlite3.Connection, table: str) -> frozenset[str]:
    return frozenset(row[1] for row in target.execute(f"PRAGMA table_info({table})") if row[2] == "TEXT")


def _copy(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    table: str,
    ways: Sequence[str],
    values: Sequence[object] = (),
) -> None:
    """Rows of a table, read in several orders so that a page which cannot be read costs only what lies on it."""
    there = set(_columns(source, table))
    names = [name for name in _columns(target, table) if name in there]
    if not names:
        return
    texts, joined = _texts(target, table), ", ".join(names)
    statement = f"INSERT OR REPLACE INTO {table} ({joined}) VALUES ({', '.join(f':{name}' for name in names)})"
    for way in ways:
        for row in _readable(source, f"SELECT {joined} FROM {table} {way}", values):
            if whole := _whole(names, row, texts):
                with suppress(sqlite3.IntegrityError):
                    target.execute(statement, whole)


def _entries(source: sqlite3.Connection, target: sqlite3.Connection, copy: Path) -> Salvaged:
    """Every entry by its number; what the trees do not lead to any more is looked for on the pages themselves."""
    numbers = {row[0] for query in _NUMBERS for row in _readable(source, query) if isinstance(row[0], int)}
    named = frozenset(numbers)
    if numbers and max(numbers) <= _MOST_ENTRIES:
        numbers |= set(range(1, max(numbers)))
    tables = {
        table: (tuple(name for name in _columns(target, table) if name not in _AGAIN), _texts(target, table))
        for table in ("entries", "bodies")
    }
    whole: dict[str, dict[int, dict[str, object]]] = {table: {} for table in tables}
    for table, (names, texts) in tables.items():
        for number in numbers:
            if row := _row(source, table, names, texts, number):
                whole[table][number] = row
    if any(number not in rows for rows in whole.values() for number in named) or not named:
        _search_pages(copy, target, tables, whole)
    both = whole["entries"].keys() & whole["bodies"].keys()
    entries = sum(_put(target, whole["entries"][number], whole["bodies"][number]) for number in sorted(both))
    return Salvaged(entries=entries, lost=len((named | whole["entries"].keys()) - both))


def _search_pages(
    copy: Path,
    target: sqlite3.Connection,
    tables: Mapping[str, tuple[tuple[str, ...], frozenset[str]]],
    whole: Mapping[str, dict[int, dict[str, object]]],
) -> None:
    """Add the rows that are whole on some page, distinguished from others by the number and the types of their values."""
    layouts = {table: _columns(target, table) for table in tables}
    by_length = {len(columns): table for table, columns in layouts.items()}
    for number, values in rows(copy, PAGE):
        table = by_length.get(len(values))
        if table is None or number in whole[table]:
            continue
        names, texts = tables[table]
        row = dict(zip(layouts[table], values, strict=True)) | {"entry_id": number}
        if all(isinstance(row[name], bytes) == (name in texts) for name in names) and (
            valid := _whole(names, [row[name] for name in names], texts)
        ):
            whole[table][number] = valid


def _row(
    source: sqlite3.Connection, table: str, names: Sequence[str], texts: frozenset[str], number: int
) -> dict[str, object] | None:
    rows = _readable(source, f"SELECT {', '.join(names)} FROM {table} WHERE entry_id = ?", (number,))
    return next((_whole(names, row, texts) for row in rows), None)


def _put(target: sqlite3.Connection, entry: dict[str, object], body: dict[str, object]) -> bool:
    """Write one entry with its text, over an older copy of it; under its number, or another where that is taken. False: not valid."""
    known = target.execute("SELECT entry_id FROM entries WHERE feed = :feed AND uid = :uid", entry).fetchone()
    if known:
        entry = entry | {"entry_id": known[0]}
    elif target.execute("SELECT 1 FROM entries WHERE entry_id = :entry_id", entry).fetchone():
        entry = entry | {"entry_id": None}
    target.execute("SAVEPOINT entry")
    try:
        number = target.execute(_insert("entries", entry), entry).lastrowid
        target.execute(_insert("bodies", body), body | {"entry_id": number})
    except sqlite3.Error:
        target.execute("ROLLBACK TO entry")
        return False
    finally:
        target.execute("RELEASE entry")
    return True


def _insert(table: str, row: dict[str, object]) -> str:
    return f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"


def _remember_feeds(target: sqlite3.Connection) -> None:
    """A feed whose row is lost, and of which an entry is left, is no newcomer."""
    target.execute(
        "INSERT INTO feeds (key, arrived) SELECT feed, min(first_seen) FROM entries WHERE true GROUP BY feed "
        "ON CONFLICT (key) DO UPDATE SET arrived = coalesce(arrived, excluded.arrived)"
    )
