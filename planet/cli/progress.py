"""Show the progress of a run: a bar and the name of the stage on a terminal, log lines elsewhere."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from planet.model import Failed, Fetched, Fresh, Message
from planet.ports import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from planet.cli.context import Context

log = logging.getLogger(__name__)


class _Logged(Progress):
    """A line a feed with --verbose, on stderr."""

    def answered(self, fetched: Fetched) -> None:
        log.info("%s: %s", fetched.due.key, describe(fetched))


class _Bar(Progress):
    """A bar while feeds are requested, then the name of the stage."""

    def __init__(self, ctx: Context, bar: Bar) -> None:
        self._ctx = ctx
        self._bar = bar
        self._task = bar.add_task(ctx.say(Message.of("asking and reading feeds")), total=None)

    def stage(self, name: Message) -> None:
        self._bar.reset(self._task, description=self._ctx.say(name), total=None)

    def due(self, total: int) -> None:
        self._bar.update(self._task, total=total)

    def answered(self, fetched: Fetched) -> None:
        del fetched
        self._bar.advance(self._task)


@contextlib.contextmanager
def showing(ctx: Context) -> Iterator[Progress]:
    """The progress of a run: a bar on a terminal, else lines of the log."""
    if not ctx.terminal or ctx.quiet:
        yield _Logged()
        return
    from rich.console import Console  # cron draws nothing
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, transient=True, console=Console(no_color=not ctx.screen.colour)) as bar:
        yield _Bar(ctx, bar)


def describe(fetched: Fetched) -> str:
    """A short description of an outcome, for logs."""
    match fetched:
        case Fresh():
            return f"{fetched.http_status or ''} {len(fetched.body)} bytes in {fetched.elapsed:.2f} s".strip()
        case Failed():
            return f"{fetched.error.kind}: {fetched.error.message}"
        case _:
            return type(fetched).__name__.lower()
