"""`planet serve`: a preview of output/ on loopback, rebuilt when the theme or feeds.yaml changes."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from planet import config as configuration
from planet import pipeline, themes
from planet.assemble import lock, open_store
from planet.cli import preview
from planet.cli.context import Context, utc_now
from planet.cli.environment import planet_of
from planet.cli.lists import with_lists
from planet.cli.site_server import site_server
from planet.errors import LockedError, PlanetError, UsageError
from planet.model import Config, Message, Published
from planet.ports import Options

POLL = 0.5
"""Seconds between two looks at the files: a theme has a few dozen, so a look costs less than a millisecond."""

Marks = Mapping[Path, tuple[int, int]]


def marks(roots: Iterable[Path]) -> Marks:
    """Time and size of each file among or below the roots."""
    stamps = {}
    for path in _files(roots):
        try:
            state = path.stat()
        except OSError:
            continue  # it went in between: that is a change, too
        stamps[path] = (state.st_mtime_ns, state.st_size)
    return stamps


def _files(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        if root.is_dir():
            yield from (path for path in root.rglob("*") if path.is_file())
        else:
            yield root


def looks(config_path: Path, config: Config) -> tuple[Path, ...]:
    """The files and folders that pages depend on: feeds.yaml, the themes beside it, those that ship, and its own where it is a path."""
    theme = config.site.theme
    own = (config.folder / theme,) if themes.is_path(theme) else ()
    return (config_path, config.folder / "themes", themes.shipped(), *own)


def rebuild(config_path: Path, now: datetime) -> Published | None:
    """Make the site again from what is stored, like `planet run --no-fetch`; without notifications."""
    config = configuration.load(config_path, environ=os.environ)
    with lock(config), open_store(config) as store:
        options = Options(fetch=False, announce=False)
        everybody = with_lists(config, store, now, fetch=False)[0]
        return pipeline.run(planet_of(everybody, store), now, options).published


def follow(
    roots: Iterable[Path], build: Callable[[], Published | None], tell: Callable[[Message], None]
) -> Callable[[], None]:
    """Returns a function to be called periodically: it builds when a file has changed, and prints the result."""
    watched = tuple(roots)
    seen = marks(watched)

    def look() -> None:
        nonlocal seen
        now = marks(watched)
        if now == seen:
            return
        try:
            published = build()
        except LockedError:
            return  # a run is at work: the next look finds the same change
        except PlanetError as error:
            tell(Message.of("not rebuilt: {error}", error=error.message))
        else:
            tell(Message.of("rebuilt; files written: {count}", count=len(published.written) if published else 0))
        seen = now

    return look


@click.command(short_help="Show the site on http://127.0.0.1.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="The folder to show. [default: planet.output of feeds.yaml]"
)
@click.option("--theme", metavar="NAME", help="Show what is stored in this theme, in a folder of its own.")
@click.pass_obj
def serve(ctx: Context, port: int, output: Path | None, theme: str | None) -> int:
    """Show the published site on http://127.0.0.1, until Ctrl-C.

    When feeds.yaml or a file of the theme changes, the site is made again from what is stored; no feed is asked. A folder that is
    named with --output is only shown.
    """
    if output is not None and theme is not None:
        raise UsageError(Message.of("one of --output and --theme at a time"))

    def tell(message: Message) -> None:
        click.echo(ctx.say(message))

    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as opened:
        shown = opened.enter_context(_shown(ctx, output, theme))
        if not (shown.folder / "index.html").is_file():
            raise UsageError(Message.of("{folder} holds no site yet: `planet run` makes one", folder=shown.folder))
        try:
            address = opened.enter_context(site_server(shown.folder, port))
        except OSError as error:
            raise UsageError(
                Message.of(
                    "port {port} cannot be used ({reason}); name another with --port", port=port, reason=error.strerror
                )
            ) from error
        look = follow(shown.roots, shown.build, tell)
        tell(Message.of("{folder} is at {address} (Ctrl-C ends it)", folder=shown.folder, address=address))
        never = threading.Event()
        while not never.wait(POLL):
            look()
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A folder that is served, the files it depends on, and the function that makes it again when they change."""

    folder: Path
    roots: tuple[Path, ...]
    build: Callable[[], Published | None]


@contextlib.contextmanager
def _shown(ctx: Context, output: Path | None, theme: str | None) -> Iterator[_Shown]:
    """The folder that is asked for; for a theme a temporary one, which is removed at the end."""
    path = ctx.config_path
    if output is not None:
        yield _Shown(folder=output, roots=(), build=lambda: None)
        return
    if theme is None:
        roots = looks(path, ctx.config)
        yield _Shown(folder=ctx.config.site.output, roots=roots, build=lambda: rebuild(path, utc_now()))
        return
    with tempfile.TemporaryDirectory(prefix="planet-") as folder:
        first = preview.elsewhere(ctx.config, Path(folder), theme)

        def build() -> Published | None:
            config = preview.elsewhere(configuration.load(path, environ=os.environ), Path(folder), theme)
            with ctx.store() as store:
                return preview.make(config, store, utc_now())

        build()
        yield _Shown(folder=Path(folder), roots=looks(path, first), build=build)
