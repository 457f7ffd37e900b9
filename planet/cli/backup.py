"""`planet backup` and `planet restore`: the whole database in one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from planet.assemble import lock
from planet.cli import state
from planet.cli.context import Context
from planet.errors import UsageError
from planet.model import Message
from planet.store import backup as copies
from planet.store import damage


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--state", "dates", is_flag=True, help="Only the dates that no feed can tell again: small, text.")
@click.pass_obj
def backup(ctx: Context, file: Path | None, dates: bool) -> int:
    """Copy the database, also during a run, into one checked and compressed file. [default: planet-backup.gz beside it]"""
    database = ctx.config.site.database
    if dates:
        state.save(ctx, file or database.with_name(state.STATE_FILE))
        return 0
    if not database.exists():
        raise UsageError(Message.of("{database} is missing: there is nothing to copy yet", database=database))
    target = file or database.with_name(state.BACKUP_FILE)
    size = copies.write(database, target)
    if not ctx.quiet:
        click.echo(ctx.say(Message.of("{file}: {size} kB, checked", file=target, size=-(-size // 1000))))
    return 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False)
@click.pass_obj
def restore(ctx: Context, file: Path | None) -> int:
    """Put the database of a backup in its place; the one that is there is kept under another name."""
    database = ctx.config.site.database
    source = file or database.with_name(state.BACKUP_FILE)
    with lock(ctx.config):
        aside = damage.keep_aside(database, ctx.now, "before-restore") if database.exists() else None
        try:
            copies.read(source, database)
        except BaseException:
            if aside is not None:
                damage.put_back(aside, database)
            raise
    if not ctx.quiet:
        click.echo(ctx.say(Message.of("{database} was restored from {file}", database=database, file=source)))
        if aside is not None:
            click.echo(ctx.say(Message.of("the database that was there is {aside} now", aside=aside.name)))
    return 0
