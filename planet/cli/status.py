"""`planet status`: the health of each feed."""

from __future__ import annotations

import json

import click

from planet.cli.context import Context
from planet.health import feed_health
from planet.model import Message
from planet.render.syndicate import health_rows


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a feed.")
@click.pass_obj
def status(ctx: Context, as_json: bool) -> int:
    """Tell the health of each feed: state, last success, next try, what to do."""
    config = ctx.config
    with ctx.store() as store:
        rows = health_rows(feed_health(config, store), ctx.say)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    from rich.console import Console  # --json does not need it
    from rich.table import Table

    table = Table(box=None)
    for title in ("state", "source", "feed", "entries", "last success", "next try", "advice"):
        table.add_column(ctx.say(Message(title)), overflow="fold")
    for row in rows:
        table.add_row(
            *(
                str(row[name] or "")
                for name in ("state", "source", "url", "entries", "last_success", "next_due", "advice")
            )
        )
    Console(width=None if ctx.terminal else 200).print(table)
    return 0
