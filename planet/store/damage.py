"""Recognise a damaged database, and move it aside."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime
from pathlib import Path

from planet.errors import DamagedError, StoreError
from planet.model import Message
from planet.store.schema import MAGIC, PAGE, failure, open_database

_BESIDE = ("-wal", "-shm")


def check(path: Path) -> None:
    """Check a database that was not closed by its last user (a power cut, a kill). Raises DamagedError, StoreError.

    One that was closed has no write-ahead log beside it, and is not looked at: most runs find one like that. A file that has lost its
    header is one of ours when posts can be read of it.
    """
    if _lost_its_header(path):
        lost = Message.of("its header is gone")
        raise DamagedError(Message.of("{path} is damaged: {reason}", path=path, reason=lost))
    if not path.is_file() or not Path(f"{path}-wal").exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection:
            row = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise failure(error, path) from error
    if row is None or row[0] != "ok":
        reason = row[0] if row else Message.of("nothing can be read")
        raise DamagedError(Message.of("{path} is damaged: {reason}", path=path, reason=reason))


def _lost_its_header(path: Path) -> bool:
    with contextlib.suppress(OSError):
        with path.open("rb") as opened:
            head = opened.read(len(MAGIC))
        if len(head) < len(MAGIC) or head == MAGIC or path.stat().st_size % PAGE:
            return False
        from planet.store.salvage import salvage  # most databases have their header

        with contextlib.closing(open_database(":memory:")) as target:
            return salvage(path, target).entries > 0
    return False


def keep_aside(path: Path, now: datetime, why: str = "damaged") -> Path:
    """Move a database and its side files to a new, unused name; returns that name."""
    aside = path.with_name(f"{path.name}.{why}-{now:%Y%m%dT%H%M%SZ}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.{why}-{now:%Y%m%dT%H%M%SZ}-{number}")
    try:
        for end in _BESIDE:
            with contextlib.suppress(FileNotFoundError):
                Path(f"{path}{end}").rename(f"{aside}{end}")
        path.rename(aside)
    except OSError as error:
        raise StoreError(
            Message.of(
                "{path} is damaged, and cannot be moved aside ({reason}): move it away",
                path=path,
                reason=error.strerror,
            )
        ) from error
    return aside


def put_back(aside: Path, path: Path) -> None:
    """Undo `keep_aside`."""
    for end in (*_BESIDE, ""):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{aside}{end}").replace(f"{path}{end}")
