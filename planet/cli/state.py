"""The dates that no feed can tell again: out of the database, into it, and into the one that takes the place of a damaged one."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planet.assemble import lock, open_store
from planet.errors import UsageError
from planet.model import Config, Message
from planet.store import Store, damage

if TYPE_CHECKING:
    from planet.cli.context import Context

STATE_FILE = "planet-state.json"
"""Where `planet run` looks for the dates when the database is lost: beside it."""


def rebuild(config: Config, now: datetime, state: Path | None = None) -> tuple[Path, int]:
    """Keep a damaged database aside, and begin another that remembers dates; where it is kept, and how many entries are remembered.

    They come from the state file (`state`, else planet-state.json beside the database, if there is one), and from what can still be
    read of the damaged database, which is newer.
    """
    aside = damage.keep_aside(config.site.database, now)
    file = state or config.site.database.with_name(STATE_FILE)
    with open_store(config) as store:
        remembered = 0
        if state is not None or file.is_file():
            remembered = store.import_state(read_state(file))
        remembered = max(remembered, store.import_state(Store.salvage_state(aside)))
    return aside, remembered


def read_state(file: Path) -> object:
    """A state file as plain values. Raises UsageError."""
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise UsageError(Message.of("{file} cannot be read: {reason}", file=file, reason=error.strerror)) from error
    except ValueError as error:
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


def bring(ctx: Context, file: Path) -> None:
    """Remember what a state file says, for entries that arrive later."""
    state = read_state(Path("/dev/stdin") if str(file) == "-" else file)
    with lock(ctx.config), open_store(ctx.config) as store:
        count = store.import_state(state)
    if not ctx.quiet:
        click.echo(ctx.say(Message.of("entries whose dates are remembered: {count}", count=count)))
