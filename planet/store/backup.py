"""A whole copy of the database in one compressed file, taken while others use it."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from planet.errors import DamagedError, StoreError
from planet.model import Message
from planet.store.schema import APPLICATION_ID, failure, open_database


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
        reason = row[0] if row else Message.of("nothing can be read")
        raise DamagedError(Message.of("{path} is damaged: {reason}", path=path, reason=reason))


@contextlib.contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A temporary file beside another, readable by its owner only; removed at the end."""
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


def _put(copy: Path, target: Path) -> None:
    with copy.open("rb") as opened:
        os.fsync(opened.fileno())
    copy.replace(target)
