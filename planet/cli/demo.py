"""`planet demo`: the whole job on the sample community, over real HTTP on loopback."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from planet import config as configuration
from planet import pipeline
from planet.assemble import OutputFolder, lock, open_store
from planet.cli.context import Context
from planet.cli.environment import planet_of
from planet.cli.run import moment, tell
from planet.model import Artifact, Config, Edition, Message, Piece, Published, Report, Section
from planet.sample import COMMUNITY, DRAWINGS, PORT, TODAY
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
    sources = tuple(
        replace(
            source,
            feeds=tuple(
                replace(feed, url=str(COMMUNITY / feed.configured)) if feed.local else feed for feed in source.feeds
            ),
        )
        for source in config.sources
    )
    return replace(config, path=COMMUNITY / "feeds.yaml", folder=COMMUNITY, site=site, sources=sources)


def run_sample(output: Path, now: datetime, port: int = PORT) -> Report:
    """One whole run on the sample community."""
    with community_server(port) as server:
        config = sample_config(server, output)
        with lock(config), open_store(config) as store:
            planet = replace(planet_of(config, store), publisher=SampleFolder(config))
            return pipeline.run(planet, now)


class SampleFolder(OutputFolder):
    """The site with the drawings of its posts, which pages take from the site: their hosts are invented, and answer to no one."""

    def publish(self, pieces: Iterable[Piece], edition: Edition, *, force: bool) -> Published:
        """Publish the files with the drawings beside them."""
        return super().publish(with_drawings(pieces), edition, force=force)


def with_drawings(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same files, their drawings at addresses of the site, and the drawings."""
    for piece in pieces:
        match piece:
            case Artifact(path=path) if path.endswith(".html"):
                yield replace(piece, make=_from_the_site(piece))
            case Section():
                yield replace(piece, files=functools.partial(_section_with_drawings, piece))
            case _:
                yield piece
    for name in DRAWINGS.values():
        data = (COMMUNITY / name).read_bytes()
        yield Artifact(
            path=_site_path(name), digest=hashlib.sha256(data).hexdigest(), make=functools.partial(bytes, data)
        )


def _section_with_drawings(section: Section) -> Iterator[Artifact]:
    return (replace(page, make=_from_the_site(page)) for page in section.files())


def _site_path(drawing: str) -> str:
    return f"static/sample/{drawing.rpartition('/')[2]}"


def _from_the_site(page: Artifact) -> Callable[[], bytes]:
    def make() -> bytes:
        html = page.make()
        for url, name in DRAWINGS.items():
            html = html.replace(
                f'src="{url}"'.encode(), f'src="{"../" * page.path.count("/")}{_site_path(name)}"'.encode()
            )
        return html

    return make


@click.command()
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("output"), show_default=True, help="Where the site goes."
)
@click.option("--now", metavar="MOMENT", help="Take this moment for now (ISO 8601). [default: the sample's day]")
@click.pass_obj
def demo(ctx: Context, output: Path, now: str | None) -> int:
    """Make the site of the sample community: no network is needed."""
    report = run_sample(output, moment(now) if now else TODAY)
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
