"""`planet check`: faults of feeds.yaml, and what its feeds would add."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from planet import config as configuration
from planet.cli.context import Context
from planet.cli.filtered import filtered
from planet.cli.trial import Tried, try_feeds
from planet.cli.trial_report import FORMS
from planet.cli.unlikely_values import unlikely_values
from planet.errors import ConfigError, located
from planet.model import Config, FeedConfig, Message, Source
from planet.urls import feed_key

UNREADABLE = 1
ALL_FAILED = 4


@click.command()
@click.argument("url", required=False)
@click.option("--online", is_flag=True, help="Try each feed (or only URL) and say what would appear.")
@click.option(
    "--changed-from",
    "before",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Try only the feeds that differ from those of this older feeds.yaml.",
)
@click.option("--strict", is_flag=True, help="Exit 1 when any feed that is tried cannot be read.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="Of what is printed."
)
@click.pass_obj
def check(ctx: Context, url: str | None, online: bool, before: Path | None, strict: bool, form: str) -> int:
    """Check feeds.yaml; with --online (or a URL) try the feeds, and change nothing."""
    config = ctx.everybody
    for warning in config.warnings:
        click.echo(located(ctx.config_path, warning, ctx.say), err=True)
    if not online and not url and before is None:
        if not ctx.quiet:
            with ctx.store() as store:
                kept = store.avatars()
            for fault in unlikely_values(config, os.environ, kept):
                click.echo(ctx.screen.hang(located(ctx.config_path, fault, ctx.say)))
            for message in (_right(ctx, config), *filtered(ctx, config)):
                click.echo(ctx.screen.hang(ctx.say(message)))
        return 0
    tried: Tried
    if url:
        config, tried = _only(config, url)
    else:
        tried = {key: pair for key, pair in config.feeds_by_key().items() if not pair[0].retired}
    if before is not None:
        tried = _changed(tried, _known(ctx, before))
    answers = list(try_feeds(ctx, config, tried))
    for line in FORMS[form](ctx, answers):
        click.echo(ctx.screen.hang(line) if form == "text" else line)
    failed = sum(answer.state == "failing" for answer in answers)
    if failed and (strict or before is not None):
        return UNREADABLE
    return ALL_FAILED if answers and failed == len(answers) else 0


def _right(ctx: Context, config: Config) -> Message:
    sources = Message.counted("{count} source", "{count} sources", count=len(config.sources))
    feeds = Message.counted("{count} feed", "{count} feeds", count=sum(len(source.feeds) for source in config.sources))
    return Message.of("{path} is right: {sources}, {feeds}", path=ctx.config_path, sources=sources, feeds=feeds)


def _known(ctx: Context, before: Path) -> Tried:
    """The feeds of an older feeds.yaml, as if it stood where the present one does; none where it has mistakes itself."""
    try:
        return configuration.older(before, ctx.config_path, os.environ).feeds_by_key()
    except ConfigError:
        message = Message.of("{file} has mistakes itself: every feed counts as changed", file=before)
        click.echo(ctx.say(message), err=True)
        return {}


def _changed(tried: Tried, before: Tried) -> Tried:
    """The feeds that are new, or are configured otherwise than before."""
    known = {(key, source.name, replace(feed, line=0)) for key, (source, feed) in before.items()}
    return {
        key: (source, feed)
        for key, (source, feed) in tried.items()
        if (key, source.name, replace(feed, line=0)) not in known
    }


def _only(config: Config, url: str) -> tuple[Config, dict[str, tuple[Source, FeedConfig]]]:
    """The feed of feeds.yaml at this URL, or this URL as a feed that is not configured yet."""
    key = feed_key(url)
    for source in config.sources:
        for feed in source.feeds:
            if feed.key == key or url in {feed.configured, feed.url}:
                return config, {feed.key: (source, feed)}
    feed = FeedConfig(configured=url, url=url, key=key)
    newcomer = Source(kind="member", name=url, slug="newcomer", feeds=(feed,))
    return replace(config, sources=(*config.sources, newcomer)), {key: (newcomer, feed)}
