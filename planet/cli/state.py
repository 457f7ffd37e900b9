"""`planet export --state` and its way back: the dates that feeds cannot give again, also for the database that replaces a damaged one."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planet.assemble import lock, open_store
from planet.errors import StoreError, UsageError
from planet.model import Config, Message
from planet.store import Store, backup, damage

if TYPE_CHECKING:
    from planet.cli.context import Context

STATE_FILE = "planet-state.json"
"""File beside the database that `planet run` restores dates from when the database is lost."""
MAX_STATE = 500_000_000
"""Bytes of a state file: some million entries."""
BACKUP_FILE = "planet-backup.gz"
"""File beside the database that `planet run` restores a whole backup from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A damaged database: where it is kept, how many entries are remembered, came over whole, and could not be read."""

    aside: Path
    remembered: int
    entries: int
    lost: int


def rebuild(config: Config, now: datetime, state: Path | None = None) -> Rebuilt:
    """Keep a damaged database aside, and make another from what is beside it and from all that can still be read of it.

    First the backup (planet-backup.gz) or the state file (`state`, else planet-state.json), if there is one, then what the damaged
    database still has, which is newer: entries with their texts, one by one, and the dates of the others.
    """
    aside = damage.keep_aside(config.site.database, now)
    with contextlib.suppress(StoreError):  # a backup that cannot be read is as good as none
        if config.site.database.with_name(BACKUP_FILE).is_file():
            backup.read(config.site.database.with_name(BACKUP_FILE), config.site.database)
    file = state or config.site.database.with_name(STATE_FILE)
    with open_store(config) as store:
        remembered = 0
        if state is not None or file.is_file():
            remembered = store.import_state(read_state(file))
        remembered = max(remembered, store.import_state(Store.salvage_state(aside)))
        salvaged = store.salvage(aside)
    return Rebuilt(aside=aside, remembered=remembered, entries=salvaged.entries, lost=salvaged.lost)


def begin_again(config: Config, state: Path | None = None) -> Message | None:
    """Where there is no database, but a backup or a state file beside its place: use it, and say so. None: there is nothing."""
    database = config.site.database
    if database.exists() and database.stat().st_size:  # a full disk leaves a file of no bytes
        return None
    if database.with_name(BACKUP_FILE).is_file() and state is None:
        backup.read(database.with_name(BACKUP_FILE), database)
        return Message.of("{database} is missing: it was restored from {file}", database=database, file=BACKUP_FILE)
    file = state or database.with_name(STATE_FILE)
    if state is None and not file.is_file():
        return None
    with open_store(config) as store:
        count = store.import_state(read_state(file))
    return Message.counted(
        "{database} is missing: a new one is made, with the date of {count} entry from {file}",
        "{database} is missing: a new one is made, with the dates of {count} entries from {file}",
        database=database,
        count=count,
        file=file.name,
    )


def read_state(file: Path) -> object:
    """A state file as plain values. Raises UsageError."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_STATE + 1)
        if len(data) > MAX_STATE:
            raise UsageError(
                Message.of("{file} is larger than {limit} bytes: that is no state file", file=file, limit=MAX_STATE)
            )
        return json.loads(data)
    except OSError as error:
        raise UsageError(Message.of("{file} cannot be read: {reason}", file=file, reason=error.strerror)) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            Message.of("{file} is no state file of a planet: {reason}", file=file, reason=error)
        ) from error


def save(ctx: Context, file: Path) -> None:
    """Write the state, one entry a line, so that two versions of it compare well; readable by its owner only."""
    with ctx.store() as store:
        state = store.export_state()
    entries = state.pop("entries")
    assert isinstance(entries, list)
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    text = f'{json.dumps(state, ensure_ascii=False)[:-1]}, "entries": [\n{lines}\n]}}\n'
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    aside = file.with_name(f"{file.name}.new")
    try:
        aside.unlink(missing_ok=True)
        with open(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:  # noqa: PTH123 - of a descriptor
            opened.write(text.encode("utf-8", "backslashreplace"))
            opened.flush()
            os.fsync(opened.fileno())
        aside.replace(file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError(Message.of("{file} cannot be written: {reason}", file=file, reason=error.strerror)) from error


def import_state(ctx: Context, file: Path) -> None:
    """Store the content of a state file, for entries that are fetched later."""
    state = read_state(Path("/dev/stdin") if str(file) == "-" else file)
    with lock(ctx.config), open_store(ctx.config) as store:
        count = store.import_state(state)
    if not ctx.quiet:
        click.echo(ctx.say(Message.of("entries whose dates are remembered: {count}", count=count)))
