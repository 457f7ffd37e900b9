"""`planet run`: the cron job."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planet import pipeline
from planet.assemble import lock, open_store
from planet.cli.environment import planet_of
from planet.cli.progress import showing
from planet.cli.screen import MEANINGS
from planet.cli.state import Rebuilt, begin_again, rebuild
from planet.errors import ConfigError, DamagedError, LockedError, NotPublishedError, PublishError, UsageError
from planet.health import feed_health
from planet.model import Message
from planet.ports import Options
from planet.states import SHAPES, WORDS
from planet.store import Store, damage, meta

if TYPE_CHECKING:
    from planet.cli.context import Context
    from planet.model import Config, FeedHealth, News, Report

ALL_FAILED = 4
NAMED = 10
"""Most failing feeds that the summary names; `planet status` names all."""


def moment(text: str) -> datetime:
    """`--now`: ISO 8601; without a zone it is UTC."""
    from dateutil.parser import isoparse  # cron takes the moment of its own

    try:
        given = isoparse(text)
    except ValueError as error:
        raise UsageError(
            Message.of("--now {text}: not a moment; write it like 2026-11-23T08:00:00Z", text=text)
        ) from error
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)


@click.command()
@click.option("--force", is_flag=True, help="Ask every feed now, but never within the time a server asked us to wait.")
@click.option("--no-fetch", is_flag=True, help="Ask no feed: make the site again from what is stored.")
@click.option("--no-publish", is_flag=True, help="Fetch and store, and leave the site as it is.")
@click.option("--dry-run", is_flag=True, help="Fetch, say what would be new, and keep and write nothing.")
@click.option("--force-publish", is_flag=True, help="Publish even if most stories would go.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Should the database be damaged: the file that `planet export --state` wrote. [default: planet-state.json beside it]",
)
@click.option("--now", metavar="MOMENT", help="Take this moment for now (ISO 8601).")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="With --dry-run: make the site there, for a look.",
)
@click.option("--theme", metavar="NAME", help="With --dry-run and --output: in this theme.")
@click.pass_obj
def run(
    ctx: Context,
    /,
    force: bool,
    no_fetch: bool,
    no_publish: bool,
    dry_run: bool,
    force_publish: bool,
    **given: Any,
) -> int:
    """Fetch what is due, merge, render, publish, notify."""
    state: Path | None = given["state"]
    at = moment(given["now"]) if given["now"] else ctx.now
    preview = given["output"] is not None
    if (preview or given["theme"]) and not (dry_run and preview):
        raise UsageError(Message.of("--output DIR goes with --dry-run: the site itself is where `planet.output` says"))
    options = Options(
        force=force,
        fetch=not no_fetch,
        publish=preview or not (no_publish or dry_run),
        force_publish=force_publish,
        announce=not preview,
        news=not ctx.quiet,
    )
    ctx.keep_copy = not dry_run
    if dry_run:
        report = _tried(ctx, at, options, given["output"], given["theme"])
        tell(ctx, report)
        return ALL_FAILED if _all_failed(ctx, report) else 0

    try:
        return _for_cron(ctx, at, options, state)
    except (ConfigError, NotPublishedError, LockedError) as error:
        from planet.cli import repeated  # for runs that fail

        if not sys.stderr.isatty() and not ctx.verbose and repeated.was_said_today(ctx, error, at):
            return error.exit_code
        raise


def _for_cron(ctx: Context, at: datetime, options: Options, state: Path | None) -> int:
    """Make a run and return its exit code. A damaged database is rebuilt first, once."""

    def once() -> Report:
        with contextlib.closing(open_store(ctx.config)) as store:
            began = time.monotonic()
            report = _run(ctx, ctx.config, store, at, options)
            store.set_meta({meta.LAST_RUN: f"{at.isoformat()} {time.monotonic() - began:.3f}"})
            return report

    with lock(ctx.config):
        try:
            if restored := begin_again(ctx.config, state):
                click.echo(ctx.say(restored), err=True)
            damage.check(ctx.config.site.database)
            report = once()
        except DamagedError:
            if not options.fetch:  # nothing could be put in its place
                raise
            click.echo(ctx.say(_rebuilt(ctx, rebuild(ctx.config, at, state))), err=True)
            report = once()
    if report.published and report.published.not_made:
        tell(ctx, report)
        raise _incomplete(report.published.not_made)
    if (report_file := Path(f"{ctx.config.site.database}.said")).exists():  # the next failure is news
        report_file.unlink(missing_ok=True)
    tell(ctx, report)
    return ALL_FAILED if _all_failed(ctx, report) else 0


def _incomplete(not_made: Sequence[tuple[str, str]]) -> PublishError:
    """The error that says that all is published except these files."""
    path, error = not_made[0]
    return PublishError(
        Message.of(
            "published, but for files that cannot be made: {count}. The first is {path} ({error}). "
            "Where they were published before they stay as they were; please report it",
            count=len(not_made),
            path=path,
            error=error,
        )
    )


def _run(ctx: Context, config: Config, store: Store, at: datetime, options: Options) -> Report:
    """One run, with a bar on a terminal; reading lists that are due are asked first."""
    news: tuple[News, ...] = ()
    with showing(ctx) as progress:
        if config.lists:
            from planet.cli.lists import with_lists  # OPML is for planets with lists

            announce = options.announce and (options.news or config.notifies_health)
            config, news = with_lists(config, store, at, fetch=options.fetch, announce=announce)
        report = pipeline.run(planet_of(config, store), at, options, progress, news)
    failing = _failing(config, store, at) if report.asked and (ctx.terminal or ctx.verbose) else ()
    return replace(report, failing=failing)


def _failing(config: Config, store: Store, at: datetime) -> tuple[FeedHealth, ...]:
    """The feeds that were asked in the run of `at` and are failing, each once."""
    asked = {feed.url: feed for feed in feed_health(config, store) if feed.last_attempt == at}
    return tuple(feed for feed in asked.values() if feed.state in {"failing", "gone"})


def _tried(ctx: Context, at: datetime, options: Options, output: Path | None, theme: str | None) -> Report:
    """Make a dry run: on a copy of the database, into `output` if given. Prints what would be new."""
    from planet.cli import preview  # cron tries nothing

    config = preview.elsewhere(ctx.config, output, theme)
    database = config.site.database
    with (
        lock(config) if database.exists() else contextlib.nullcontext(),  # a lock is a file, too
        contextlib.closing(ctx.store()) as kept,
        contextlib.closing(kept.copy()) as store,
    ):
        if database.exists():
            damage.check(database)
        report = _run(ctx, config, store, at, options)
        if not ctx.quiet:
            for message in preview.named(ctx, config, store, report):
                click.echo(ctx.say(message))
    if output is not None and not ctx.quiet:
        click.echo(
            ctx.say(Message.of("a preview is in {folder}: `planet serve --output {folder}` shows it", folder=output))
        )
    return report


def _all_failed(ctx: Context, report: Report) -> bool:
    """Whether the network, or everything, failed: two dead feeds that happen to be due alone are no failure of the run."""
    if not report.due or report.failed < report.due:
        return False
    asked = {feed.key for source in ctx.everybody.sources if not source.retired for feed in source.feeds}
    return report.network_down or report.due >= len(asked)


def _rebuilt(ctx: Context, rebuilt: Rebuilt) -> Message:
    return Message.of(
        "{database} is damaged: it was kept as {aside}. Entries taken over whole: {entries}; unreadable: {lost}; "
        "known by their dates: {count}. The feeds bring the rest",
        database=ctx.config.site.database,
        aside=rebuilt.aside.name,
        entries=rebuilt.entries,
        lost=rebuilt.lost,
        count=rebuilt.remembered,
    )


def tell(ctx: Context, report: Report) -> None:
    """Print the notices that a person must act on; on a terminal a summary too."""
    for warning in report.warnings:
        click.echo(ctx.say(warning), err=True)
    # There is nothing to do about it, and cron would mail it every hour.
    if report.network_down and (ctx.terminal or ctx.verbose):
        click.echo(
            ctx.say(Message.of("no feed could be reached: the network seems to be down; no feed is blamed")), err=True
        )
    if ctx.quiet:
        return
    for news in report.news:
        click.echo(ctx.say(news.text))
    if ctx.terminal or ctx.verbose:
        _summary(ctx, report)


def _summary(ctx: Context, report: Report) -> None:
    """Print the summary of a run: counts that are not zero, then the names of failing feeds."""
    published, failing = report.published, report.failing
    # A feed that was failing and was not asked again is shown as failing.
    failed = max(report.failed, len(failing))
    counted = (
        (Message.of("feeds asked"), report.asked),
        (Message.of("with something new"), report.fresh),
        (Message.of("unchanged"), report.asked - report.fresh - failed),
        (Message.of("failed"), failed),
        (Message.of("put off"), report.deferred),
        (Message.of("new stories"), len(report.new_stories)),
        (Message.of("updated stories"), report.updated_stories),
        (Message.of("withdrawn stories"), report.withdrawn),
        (Message.of("files written"), len(published.written) if published else 0),
        (Message.of("files removed"), len(published.removed) if published else 0),
    )
    rows = [(ctx.say(label), ctx.translator.number(value)) for label, value in counted if value]
    wide, digits = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    lines = [f"{label:<{wide}}  {value:>{digits}}" for label, value in rows]
    screen = ctx.screen
    for feed in failing[:NAMED]:
        reason = Message.of("{source}: {state}", source=feed.source, state=feed.error or WORDS[feed.state])
        lines.append(screen.paint(screen.wrap(f"{SHAPES[feed.state]} {ctx.say(reason)}"), MEANINGS[feed.state]))
    if len(failing) > NAMED:
        lines.append(ctx.say(Message.of("and {count} more: see `planet status`", count=len(failing) - NAMED)))
    if not rows:
        lines = [ctx.say(Message.of("no feed is due, and nothing changed"))]
    click.echo("\n".join(lines), err=not ctx.terminal)
