"""A whole copy of the database in one compressed file, taken while others use it; and all that can be read of a damaged one."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from planet.errors import DamagedError, StoreError
from planet.model import Message
from planet.store import meta
from planet.store.schema import APPLICATION_ID, VERSION, failure, open_database

TABLES = ("meta", "feeds", "origins", "remembered", "events", "avatars")
"""Tables that are read from both ends. Entries and their bodies are read one by one; the rest is made again from them."""


def write(database: Path, target: Path) -> int:
    """Copy a database into one compressed file, readable by its owner only; gives its size in bytes.

    SQLite's own online copy, so that a run beside it does no harm; the copy is checked before it takes its name. Raises StoreError,
    DamagedError.
    """
    with _aside(target) as copy, _aside(target) as packed:
        try:
            with (
                contextlib.closing(sqlite3.connect(database, timeout=10)) as source,
                contextlib.closing(sqlite3.connect(copy)) as into,
            ):
                source.backup(into)
                _check(into, database)
        except sqlite3.Error as error:
            raise failure(error, database) from error
        with (
            copy.open("rb") as plain,
            packed.open("wb") as opened,
            gzip.GzipFile("", "wb", 6, opened, mtime=0) as zipped,
        ):
            shutil.copyfileobj(plain, zipped)
        _put(packed, target)
    return target.stat().st_size


def read(file: Path, database: Path) -> None:
    """Put the database of a backup in its place: none may be there. Raises StoreError: it is no backup, or damaged."""
    with _aside(database) as copy:
        try:
            with gzip.open(file) as zipped, copy.open("wb") as plain:
                shutil.copyfileobj(zipped, plain)
            with contextlib.closing(sqlite3.connect(copy)) as connection:
                if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                    raise StoreError(Message.of("{file} is no backup of a planet", file=file))
                _check(connection, file)
        except (OSError, EOFError, zlib.error, sqlite3.Error) as error:
            raise StoreError(
                Message.of("{file} is no backup of a planet, or is damaged: take an older one", file=file)
            ) from error
        open_database(
            copy
        ).close()  # a newer one is refused, an older one brought up to date, before it is in its place
        for end in ("-wal", "-shm"):
            Path(f"{copy}{end}").unlink(missing_ok=True)
        _put(copy, database)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    row = connection.execute("PRAGMA quick_check(1)").fetchone()
    if row is None or row[0] != "ok":
        raise DamagedError(
            Message.of("{path} is damaged: {reason}", path=path, reason=row[0] if row else "nothing can be read")
        )


@contextlib.contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A new file beside another, its owner's alone, gone at the end."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent or Path())
    except OSError as error:
        raise StoreError(
            Message.of("{path} cannot be written: {reason}", path=target, reason=error.strerror)
        ) from error
    os.close(descriptor)
    try:
        yield Path(name)
    except OSError as error:
        raise StoreError(
            Message.of("{path} cannot be written: {reason}", path=target, reason=error.strerror)
        ) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _put(made: Path, target: Path) -> None:
    with made.open("rb") as opened:
        os.fsync(opened.fileno())
    made.replace(target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """What came out of a damaged database: entries whole, and entries of which something could not be read."""

    entries: int = 0
    lost: int = 0


def salvage(damaged: Path, connection: sqlite3.Connection) -> Salvage:
    """Take everything that can be read of a damaged database into a new one: feeds, entries one by one, events, pictures.

    Only from a database of this version of the schema; of another one the dates are taken (`planet.store.state.salvage`).
    """
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_readonly(damaged)) as source:
        if source.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            return Salvage()
        connection.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            _take_table(source, connection, table)
        result = _take_entries(source, connection)
        # Keys and stories are made again from what is there.
        connection.execute("DELETE FROM meta WHERE name IN (:rules, :published)", {"rules": meta.RULES, "published": meta.PUBLISHED})  # fmt: skip
        connection.execute("DELETE FROM stories")
        connection.execute("UPDATE entries SET dirty = 1, story_id = NULL")
        connection.execute("COMMIT")
        return result
    return Salvage()


def _readonly(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _take_table(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    """The rows of a table from both ends, up to the damage."""
    columns = _columns(target, table)
    listed = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    key = columns[0]
    for order in ("", " DESC"):
        with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
            for row in source.execute(f"SELECT {listed} FROM {table} ORDER BY {key}{order}"):
                with contextlib.suppress(sqlite3.Error):
                    target.execute(f"INSERT OR REPLACE INTO {table} ({listed}) VALUES ({marks})", row)


def _take_entries(source: sqlite3.Connection, target: sqlite3.Connection) -> Salvage:
    whole = lost = 0
    rows = {table: _by_id(source, table, _columns(target, table)) for table in ("entries", "bodies")}
    for entry_id in sorted(rows["entries"].keys() | rows["bodies"].keys()):
        if entry_id not in rows["entries"] or entry_id not in rows["bodies"]:
            lost += 1
            continue
        try:
            for table in ("entries", "bodies"):
                columns = _columns(target, table)
                marks = ", ".join("?" * len(columns))
                target.execute(
                    f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows[table][entry_id]
                )
            whole += 1
        except sqlite3.Error:
            lost += 1
    return Salvage(entries=whole, lost=lost)


def _by_id(source: sqlite3.Connection, table: str, columns: list[str]) -> dict[int, tuple[object, ...]]:
    """Every row that can be read, by its number: halves of a range are tried where the whole cannot be read."""
    rows: dict[int, tuple[object, ...]] = {}
    query = f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE rowid BETWEEN ? AND ?"
    ranges = [(1, _last(source))]
    while ranges:
        first, last = ranges.pop()
        try:
            rows.update((row[0], row[1:]) for row in source.execute(query, (first, last)).fetchall())
        except (sqlite3.Error, UnicodeDecodeError):
            if first < last:
                middle = (first + last) // 2
                ranges += [(first, middle), (middle + 1, last)]
    return rows


def _last(source: sqlite3.Connection) -> int:
    """No entry has a greater number: the greatest that the table tells, else what would fit in the file."""
    with contextlib.suppress(sqlite3.Error):
        return int(source.execute("SELECT max(entry_id) FROM entries").fetchone()[0] or 0)
    pages, size = (source.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size // 100)
