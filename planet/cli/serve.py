"""`planet serve`: a look at output/ on loopback."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from planet.cli.context import Context
from planet.errors import UsageError
from planet.model import Message
from planet.sample.server import site_server


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="The folder to show. [default: planet.output of feeds.yaml]"
)
@click.pass_obj
def serve(ctx: Context, port: int, output: Path | None) -> int:
    """Show the published site on http://127.0.0.1, until Ctrl-C."""
    folder = output if output is not None else ctx.config.site.output
    if not (folder / "index.html").is_file():
        raise UsageError(f"{folder} holds no site yet: `planet run` makes one")
    try:
        with site_server(folder, port) as address:
            click.echo(ctx.say(Message.of("{folder} is at {address} (Ctrl-C ends it)", folder=folder, address=address)))
            threading.Event().wait()
    except OSError as error:
        raise UsageError(f"port {port} cannot be used ({error.strerror}); name another with --port") from error
    except KeyboardInterrupt:
        return 0
    return 0
