"""`planet status`: the health of each feed and of each channel, for people, for scripts and for monitoring."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import click

from planet import unchanged
from planet.cli.context import Context
from planet.cli.screen import MEANINGS, cut_middle
from planet.cli.streams import json_text
from planet.errors import UsageError
from planet.health import feed_health, public_error
from planet.model import FeedHealth, ListState, Message
from planet.notify.channel import ChannelHealth, channel_health
from planet.notify.websub import Hub, read_hub
from planet.render.health import health_rows
from planet.states import NEED_ACTION, SHAPES, WORDS, summary
from planet.store import meta

STATES = ("new", "ok", "failing", "deferred", "moved", "gone")
WIDE = 120
"""Columns from which the table has room for addresses."""
NAME = 24
"""Columns of a name in the table."""
REST = 62
"""Columns that the others of the table take, addresses left out."""
ROOM = NAME + REST + 2
"""Columns beside those of addresses."""
SILENT_FOR = timedelta(days=1)
"""A planet without a request for so long, and for three times its interval, is reported as not running."""
OK, WARNING, CRITICAL = 0, 1, 2


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a feed.")
@click.option("--failing", is_flag=True, help="Only the feeds that need a hand: since when, and what to do.")
@click.option("--all", "everything", is_flag=True, help="Every feed, as a table.")
@click.option("--metrics", is_flag=True, help="In the text format of Prometheus, for its textfile collector.")
@click.option(
    "--letters", is_flag=True, help="The letters that the next run would send to owners of feeds; none is sent."
)
@click.option(
    "--check", is_flag=True, help="One line for monitoring; exit code 0 well, 1 feeds fail, 2 no run any more."
)
@click.pass_obj
def status(ctx: Context, /, **given: bool) -> int:
    """Tell the health of each feed: state, last success, next try, what to do."""
    shapes = [name for name, chosen in given.items() if chosen]
    if len(shapes) > 1:
        raise UsageError(Message.of("one of --json, --failing, --all, --metrics, --letters and --check at a time"))
    shape = shapes[0] if shapes else ""
    config = ctx.everybody
    with ctx.store() as store:
        feeds = feed_health(config, store)
        lists = store.lists()
        channels = channel_health(config.notify, store.metas(meta.NOTIFY))
        published = unchanged.published_at(store)
        stories = len(store.index()) if shape == "metrics" else 0
        letters = store.metas(meta.LETTERS)
        last_run = store.meta(meta.LAST_RUN)
        hub = read_hub(store.meta(meta.HUB) if config.site.hub else "")
    if shape == "as_json":
        click.echo(json_text(health_rows(feeds, ctx.say), indent=1))
        return 0
    if shape == "letters":
        click.echo("\n".join(_letters(ctx, feeds, letters)))
        return 0
    if shape == "metrics":
        click.echo("\n".join((*_metrics(feeds, channels, hub, published, stories), *_last_run(last_run))))
        return 0
    click.echo(ctx.screen.paint(summary(ctx.translator, feeds), "strong"))
    if shape == "check":
        return _verdict(ctx, feeds)
    if shape == "failing" or (ctx.terminal and shape != "everything"):
        click.echo("\n".join((*_by_hand(ctx, feeds), *_lists(ctx, lists), *_waiting(ctx, channels, hub))))
        return 0
    _table(ctx, feeds)
    for line in (*_lists(ctx, lists), *_waiting(ctx, channels, hub)):
        click.echo(line)
    return 0


def _by_hand(ctx: Context, feeds: Sequence[FeedHealth]) -> Iterator[str]:
    """Lines about the feeds that need action: source, since when, reason, and what to do. Addresses are whole, to be copied."""
    screen, t = ctx.screen, ctx.translator
    for feed in feeds:
        if feed.state not in NEED_ACTION:
            continue
        since = feed.first_failure or feed.last_success
        begun = Message.of("since {date}", date=t.moment(since)) if since else None
        when = f", {ctx.say(begun)}" if begun else ""
        yield ""
        head = ctx.say(Message.of("{source}: {state}", source=feed.source, state=WORDS[feed.state]))
        yield screen.paint(screen.wrap(f"{SHAPES[feed.state]} {head}{when}"), MEANINGS[feed.state])
        yield screen.paint(f"    {feed.url}", "quiet")
        if feed.error:
            yield screen.wrap(ctx.say(feed.error), indent=4, hanging=0)
        if feed.advice:
            yield screen.wrap(f"→ {ctx.say(feed.advice)}", indent=4, hanging=2)


def _lists(ctx: Context, states: Mapping[str, ListState]) -> Iterator[str]:
    """The reading lists: how many sources each adds, and what is wrong with it."""
    for reading_list in ctx.config.lists:
        state = states.get(reading_list.key, ListState())
        yield ctx.say(
            Message.of(
                "feeds.yaml line {line}: the list {url} ({state}); sources: {count}",
                line=reading_list.line,
                url=reading_list.label,
                count=len(state.sources),
                state=public_error(reading_list, state.error) or ("ok" if state.last_success else "new"),
            )
        )


def _waiting(ctx: Context, channels: Sequence[ChannelHealth], hub: Hub) -> Iterator[str]:
    """The channels whose messages wait, or had to be dropped; the feeds that the hub is still to be pinged for."""
    if hub.waiting:
        yield ctx.say(
            Message.of(
                "planet.hub: feeds that wait to be told: {waiting} ({fault})",
                waiting=len(hub.waiting),
                fault=hub.fault or "-",
            )
        )
    for channel in channels:
        if channel.waiting or channel.dropped or channel.fault:
            yield ctx.say(
                Message.of(
                    "feeds.yaml line {line}: notifications that wait: {waiting}, that had no room: {dropped} ({fault})",
                    line=channel.line,
                    waiting=channel.waiting,
                    dropped=channel.dropped,
                    fault=channel.fault or "-",
                )
            )


def _letters(ctx: Context, feeds: Sequence[FeedHealth], letters: Mapping[str, str]) -> Iterator[str]:
    """The letters that are due, as they would be sent, and why others are not."""
    from planet.notify.letters import compose, due_letters, fails_long, mail_channel, owners

    config, say = ctx.config, ctx.say
    due = list(due_letters(config, feeds, letters, ctx.now))
    if due and not mail_channel(config, os.environ):
        yield say(Message.of("none is sent: `notify:` names no mail channel (mailtos://…) whose variables are set"))
    for letter in due:
        message = compose(letter, config, ctx.translator)
        yield say(Message.of("To: {address}", address=letter.contact))
        yield say(Message.of("Subject: {title}", title=message.title))
        yield f"\n{message.text}\n"
    answering = {source.slug for sources in owners(config).values() for source in sources}
    for feed in feeds:
        if feed.source_slug not in answering and fails_long(feed, ctx.now):
            yield say(
                Message.of(
                    "{feed} of {source} fails, and nobody is written to: it needs `letters: true` and a `contact` that is a mail address",
                    feed=feed.url,
                    source=feed.source,
                )
            )
    if not due:
        yield say(Message.of("no letter is due"))


def _table(ctx: Context, feeds: Sequence[FeedHealth]) -> None:
    """Every feed in a line: its address from 120 columns on, what to do in a file or pipe."""
    from rich.console import Console  # --json does not need it
    from rich.table import Table
    from rich.text import Text

    screen, t = ctx.screen, ctx.translator
    wide = screen.width >= WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(ctx.say(Message.of("state")), no_wrap=True)
    table.add_column(
        ctx.say(Message.of("source")),
        no_wrap=True,
        max_width=max(12, min(NAME, screen.width - REST)),
        overflow="ellipsis",
    )
    table.add_column(ctx.say(Message.of("entries")), justify="right", no_wrap=True)
    table.add_column(ctx.say(Message.of("last success")), no_wrap=True)
    table.add_column(ctx.say(Message.of("next try")), no_wrap=True)
    if wide:
        table.add_column(ctx.say(Message.of("feed")), no_wrap=screen.terminal, style="dim", overflow="fold")
    if not screen.terminal:
        table.add_column(ctx.say(Message.of("advice")), overflow="fold")
    colours = {"good": "green", "bad": "bright_red", "doubtful": "yellow", "quiet": "dim"}
    for feed in feeds:
        # As Text: a name may look like the markup of this library.
        word = ctx.say(WORDS[feed.state])
        cells = [
            Text(f"{SHAPES[feed.state]} {word}", style=colours[MEANINGS[feed.state]]),
            Text(feed.source),
            Text(t.number(feed.entries)),
            Text(t.relative(feed.last_success, ctx.now) if feed.last_success else "–"),
            Text(_next(ctx, feed.next_due)),
        ]
        if wide:
            cells.append(Text(cut_middle(feed.url, screen.width - ROOM) if screen.terminal else feed.url))
        if not screen.terminal:
            cells.append(Text(ctx.say(feed.advice) if feed.advice else ""))
        table.add_row(*cells)
    Console(width=screen.width, no_color=not screen.colour).print(table)


def _next(ctx: Context, due: datetime | None) -> str:
    if due is None:
        return "–"
    return ctx.translator.relative(due, ctx.now) if due > ctx.now else ctx.say(Message.of("now"))


def _verdict(ctx: Context, feeds: Sequence[FeedHealth]) -> int:
    """The exit code for monitoring: 2 when no feed was asked for a day (or three intervals), 1 when feeds need a hand."""
    asked = max((feed.last_attempt for feed in feeds if feed.last_attempt), default=None)
    patience = max(SILENT_FOR, 3 * ctx.config.fetch.interval)
    if feeds and (asked is None or ctx.now - asked > patience):
        return CRITICAL
    return WARNING if any(feed.state in NEED_ACTION for feed in feeds) else OK


def _metrics(
    feeds: Sequence[FeedHealth], channels: Sequence[ChannelHealth], hub: Hub, published: datetime | None, stories: int
) -> Iterator[str]:
    by_state: Counter[str] = Counter(feed.state for feed in feeds)
    yield "# HELP planet_feeds Feeds by state."
    yield "# TYPE planet_feeds gauge"
    for state in STATES:
        yield f'planet_feeds{{state="{state}"}} {by_state[state]}'
    yield "# HELP planet_stories Stories on the site."
    yield "# TYPE planet_stories gauge"
    yield f"planet_stories {stories}"
    asked = max((feed.last_attempt for feed in feeds if feed.last_attempt), default=None)
    for name, about, moment in (
        ("planet_last_request_timestamp_seconds", "When a feed was asked last.", asked),
        ("planet_last_publication_timestamp_seconds", "When the whole site was published last.", published),
    ):
        if moment is not None:
            yield f"# HELP {name} {about}"
            yield f"# TYPE {name} gauge"
            yield f"{name} {int(moment.timestamp())}"
    yield "# HELP planet_notifications_waiting Things that a channel is still to be told."
    yield "# TYPE planet_notifications_waiting gauge"
    for channel in channels:
        yield f'planet_notifications_waiting{{line="{channel.line}"}} {channel.waiting}'
    yield "# HELP planet_hub_waiting Feeds that the WebSub hub is still to be told of."
    yield "# TYPE planet_hub_waiting gauge"
    yield f"planet_hub_waiting {len(hub.waiting)}"


def _last_run(stored: str) -> Iterator[str]:
    """When the last run began and how long it took, as the run left it; nothing where none did."""
    moment, _, seconds = stored.partition(" ")
    with contextlib.suppress(ValueError):
        began = int(datetime.fromisoformat(moment).timestamp())
        yield "# HELP planet_last_run_timestamp_seconds When the last run began that published or had nothing to publish."
        yield "# TYPE planet_last_run_timestamp_seconds gauge"
        yield f"planet_last_run_timestamp_seconds {began}"
        yield "# HELP planet_last_run_duration_seconds How long it took."
        yield "# TYPE planet_last_run_duration_seconds gauge"
        yield f"planet_last_run_duration_seconds {float(seconds)}"
