"""`planet demo`: the whole job on the sample community, over real HTTP on loopback."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from planet import config as configuration
from planet import pipeline
from planet.assemble import assemble, lock, open_store
from planet.cli.context import Context
from planet.cli.run import moment, tell
from planet.model import Config, Message, Report
from planet.sample import COMMUNITY, PORT
from planet.sample import configuration as sample_configuration
from planet.sample.server import community_server


def sample_config(server: str, output: Path) -> Config:
    """The sample's configuration: feeds at `server`, the site in `output`, the database beside it."""
    output = output.resolve()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feeds.yaml"
        path.write_text(sample_configuration(server), "utf-8")
        config = configuration.load(path)
    site = replace(config.site, output=output, database=output.parent / f"{output.name}.demo.db")
    return replace(config, path=COMMUNITY / "feeds.yaml", folder=COMMUNITY, site=site)


def run_sample(output: Path, now: datetime, port: int = PORT) -> Report:
    """One whole run on the sample community."""
    with community_server(port) as server:
        config = sample_config(server, output)
        with lock(config), open_store(config) as store:
            return pipeline.run(assemble(config, store, now), now)


@click.command()
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("output"), show_default=True, help="Where the site goes."
)
@click.option("--now", metavar="MOMENT", help="Take this moment for now (ISO 8601).")
@click.pass_obj
def demo(ctx: Context, output: Path, now: str | None) -> int:
    """Make the site of the sample community: no network is needed."""
    report = run_sample(output, moment(now) if now else ctx.now)
    if ctx.quiet:
        return 0
    tell(ctx, report)
    say = ctx.say
    click.echo(say(Message.of("The site is in {folder}.", folder=output)))
    click.echo(
        say(
            Message.of(
                "To look at it: open {page}, or run `planet serve --output {folder}`.",
                page=output / "index.html",
                folder=output,
            )
        )
    )
    return 0
