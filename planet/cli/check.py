"""`planet check`: faults of feeds.yaml, and what its feeds would add."""

from __future__ import annotations

import contextlib
import functools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click

from planet import config as configuration
from planet.assemble import document_reader
from planet.cli.context import Context
from planet.cli.doubts import doubts
from planet.cli.environment import fetcher_of
from planet.cli.streams import json_text
from planet.errors import ConfigError, located
from planet.fetch import health
from planet.fetch.polling import fetch_update, follow_discovery
from planet.model import (
    Config,
    Deferred,
    Due,
    Entry,
    Failed,
    FeedConfig,
    Fetched,
    FetchState,
    Filter,
    Fresh,
    Message,
    Outcome,
    Source,
    StoredEvent,
    Task,
)
from planet.urls import feed_key, masked, redacted
from planet.when import day_of, default_end, is_over
from planet.workers import DocumentReader

UNREADABLE = 1
ALL_FAILED = 4
SHOWN = 5
Tried = Mapping[str, tuple[Source, FeedConfig]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one feed would bring. `lines` are sentences about it, `entries` its newest, each as a line."""

    source: str
    url: str
    state: str
    """ok, failing or waiting."""
    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()
    """(canonical link, title) of each entry: to see what two feeds carry."""


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
            for doubt in doubts(config, os.environ, kept):
                click.echo(ctx.screen.hang(located(ctx.config_path, doubt, ctx.say)))
            for message in (_right(ctx, config), *_filtered(ctx, config)):
                click.echo(ctx.screen.hang(ctx.say(message)))
        return 0
    tried: Tried
    if url:
        config, tried = _only(config, url)
    else:
        tried = {key: pair for key, pair in config.feeds_by_key().items() if not pair[0].retired}
    if before is not None:
        tried = _changed(tried, _known(ctx, before))
    answers = list(_try(ctx, config, tried))
    for line in _FORMS[form](ctx, answers):
        click.echo(ctx.screen.hang(line) if form == "text" else line)
    failed = sum(answer.state == "failing" for answer in answers)
    if failed and (strict or before is not None):
        return UNREADABLE
    return ALL_FAILED if answers and failed == len(answers) else 0


def _right(ctx: Context, config: Config) -> Message:
    return Message.of(
        "{path} is right: {sources} sources, {feeds} feeds",
        path=ctx.config_path,
        sources=len(config.sources),
        feeds=sum(len(source.feeds) for source in config.sources),
    )


def _filtered(ctx: Context, config: Config) -> Iterator[Message]:
    """What the filters take of what is stored, a line for each feed that they meet."""
    filters = {
        feed.key: [
            rule
            for rule in (
                config.site.include,
                config.site.exclude,
                source.include,
                source.exclude,
                feed.include,
                feed.exclude,
            )
            if rule
        ]
        for source in config.sources
        for feed in source.feeds
    }
    filtered = {key: pair for key, pair in config.feeds_by_key().items() if filters[key]}
    if not filtered and not config.hide:
        return
    from planet.classify import Classifier  # only where something is filtered

    classifier = Classifier(config)
    kept: Counter[str] = Counter()
    rules: dict[str, Counter[str]] = {}
    hidden: Counter[str] = Counter()
    unnamed: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    with ctx.store() as store:
        for stored in store.stored_entries():
            unnamed[stored.feed] += stored.entry.language_found or not stored.entry.language
            unknown[stored.feed] += not stored.entry.language
            why = classifier.classify(stored.entry, stored.feed).hidden
            kept[stored.feed] += not why
            rules.setdefault(stored.feed, Counter())[why] += bool(why)
            hidden[why] += bool(why)
    for key, (source, feed) in filtered.items():
        taken = {why: count for why, count in rules.get(key, Counter()).most_common() if why and count}
        if key in rules:
            yield Message.of(
                "{source}: {feed}: {kept} of {all} stored entries are shown ({rules})",
                source=source.name, feed=feed.label, kept=kept[key], all=kept[key] + sum(taken.values()),
                rules="; ".join(f"{why}: {count}" for why, count in taken.items()) or "-",
            )  # fmt: skip
        if unnamed[key] and any(_by_language(rule) for rule in filters[key]):
            yield Message.of(
                "{source}: {feed}: {unnamed} stored entries name no language; it was found in the text of {found}, and `language` rules never match the others",
                source=source.name, feed=feed.label, unnamed=unnamed[key], found=unnamed[key] - unknown[key],
            )  # fmt: skip
    if hidden:
        for pattern in config.hide:
            if not hidden[f"hide: {pattern}"]:
                yield Message.of("hide: nothing that is stored is called {pattern}", pattern=pattern)


def _by_language(rules: Filter) -> bool:
    """Whether a rule asks for a language, alone or together with others."""
    return bool(rules.language) or any(_by_language(rule) for rule in rules.all)


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


def _try(ctx: Context, config: Config, tried: Tried) -> Iterator[Answer]:
    """Ask each feed as its first run would, and say what each brings, in the order of feeds.yaml."""
    now = ctx.now
    answers: dict[str, Answer] = {}
    for fetched, outcome in _answers(config, tried, now, _backoffs(ctx, now)):
        source, feed = tried[fetched.due.key]
        good, waits = outcome is not None and outcome.facts.ok, isinstance(fetched, Deferred)
        entries = _entries(outcome)
        answers[fetched.due.key] = Answer(
            source=source.name,
            url=feed.label,
            state="ok" if good else "waiting" if waits else "failing",
            lines=(*_said(ctx, fetched, feed), *(_read(ctx, outcome, now) if outcome else ())),
            links=tuple((entry.link_key, entry.title) for entry in entries if entry.link_key),
        )
    for key in tried:
        if key in answers:
            yield answers[key]


def _entries(outcome: Outcome | None) -> list[Entry]:
    if outcome is None or outcome.read is None:
        return []
    return [entry for entry in outcome.read.entries if isinstance(entry, Entry)]


def _doubled(answers: Iterable[Answer]) -> Iterator[tuple[str, str, str]]:
    """(title, source, source) of what two feeds would bring: it is shown once."""
    first: dict[str, str] = {}
    for answer in answers:
        for link, title in answer.links:
            other = first.setdefault(link, answer.source)
            if other != answer.source:
                yield title, other, answer.source


def _summary(ctx: Context, answers: list[Answer]) -> Iterator[str]:
    good = sum(answer.state == "ok" for answer in answers)
    yield ctx.say(Message.of("{count} of {total} feeds can be read", count=good, total=len(answers)))
    for title, other, source in list(_doubled(answers))[:20]:
        yield ctx.say(
            Message.of(
                "{title}: {other} and {source} both carry it; it is shown once", title=title, other=other, source=source
            )
        )


_MARKS = {"ok": "✓", "waiting": "…", "failing": "✗"}


def _as_text(ctx: Context, answers: list[Answer]) -> Iterator[str]:
    for answer in answers:
        yield f"{_MARKS[answer.state]} {answer.source}: {answer.url}"
        yield from (f"    {line}" for line in answer.lines)
    if len(answers) > 1:
        yield from _summary(ctx, answers)


def _as_markdown(ctx: Context, answers: list[Answer]) -> Iterator[str]:
    """For a comment on a pull request."""
    for answer in answers:
        yield f"### {_MARKS[answer.state]} {_escaped(answer.source)}: {_escaped(answer.url)}\n"
        yield from (f"- {_escaped(line.strip())}" for line in answer.lines)
        yield ""
    yield from (f"**{_escaped(line)}**\n" for line in _summary(ctx, answers))


def _escaped(text: str) -> str:
    """Text of feeds with Markdown, mentions and HTML escaped."""
    return "".join(f"\\{character}" if character in "\\`*_{}[]<>#|@!" else character for character in text)


def _as_json(_ctx: Context, answers: list[Answer]) -> Iterator[str]:
    """An object a line: `source url state lines entries`."""
    for answer in answers:
        titles = [title for _, title in answer.links]
        row = {
            "source": answer.source,
            "url": answer.url,
            "state": answer.state,
            "lines": answer.lines,
            "entries": titles,
        }
        yield json_text(row)


_FORMS: Mapping[str, Callable[[Context, list[Answer]], Iterator[str]]] = {
    "text": _as_text,
    "markdown": _as_markdown,
    "json": _as_json,
}


def _backoffs(ctx: Context, now: datetime) -> Mapping[str, datetime]:
    """Retry-After deadlines of earlier runs count here too."""
    with ctx.store() as store:
        return store.backoffs(now)


def _answers(
    config: Config, tried: Mapping[str, tuple[Source, FeedConfig]], now: datetime, backoffs: Mapping[str, datetime]
) -> Iterator[tuple[Fetched, Outcome | None]]:
    """What each feed answers, and what is read in it; a page that names its one feed is followed to it, as in a run."""
    due = [
        Due(key=key, url=feed.url, local=feed.local, state=FetchState(), interval=config.fetch.interval, accept_calendar=feed.kind == "calendar")
        for key, (_source, feed) in tried.items()
    ]  # fmt: skip
    make = functools.partial(document_reader, config)
    with contextlib.closing(fetcher_of(config)) as asker, contextlib.closing(DocumentReader(make)) as reader:
        while due:
            again: list[Due] = []
            for fetched in asker.fetch_all(due, now, backoffs=backoffs):
                outcome = None
                if isinstance(fetched, Fresh):
                    outcome = reader.read(Task(fresh=fetched, known={}, now=now))
                    interval = fetched.due.interval
                    next_state = fetch_update(fetched, outcome.facts, now=now, interval=interval, jitter=0.0)
                    discovered = None if outcome.facts.ok else follow_discovery(fetched.due, next_state)
                    if discovered is not None:
                        again.append(discovered)
                        continue
                yield fetched, outcome
            due = again


def _said(ctx: Context, fetched: Fetched, feed: FeedConfig) -> Iterable[str]:
    shown = masked if feed.unlisted else redacted
    if fetched.due.state.discovered:
        yield ctx.say(Message.of("this page names a feed: {url}", url=shown(fetched.due.state.discovered)))
    for hop in fetched.chain:
        yield ctx.say(Message.of("{status}: redirected to {url}", status=hop.status, url=shown(hop.to)))
    match fetched:
        case Failed():
            yield ctx.say(fetched.error.message)
            state = FetchState(failures=1, error_class=fetched.error.kind, error=fetched.error.message)
            advice = (
                health.advice(state, line=feed.line) if feed.line else None
            )  # what is not in feeds.yaml has no line
            if advice:
                yield ctx.say(advice)
        case Deferred():
            yield ctx.say(fetched.reason)
            if fetched.until is not None:
                yield ctx.say(
                    Message.of("it is not asked before {moment}", moment=ctx.translator.moment(fetched.until))
                )
        case _:
            pass


def _read(ctx: Context, outcome: Outcome, now: datetime) -> Iterable[str]:
    facts = outcome.facts
    if facts.error:
        yield ctx.say(facts.error)
    for candidate, kind in facts.candidates:
        yield ctx.say(Message.of("this page names a feed: {url} ({type})", url=candidate, type=kind))
    if facts.reader:
        yield ctx.say(Message.of("read by: {reader}", reader=facts.reader)) + (
            f" ({facts.reader_reason})" if facts.reader_reason else ""
        )
    for warning in facts.warnings:
        yield ctx.say(warning)
    if outcome.read is not None:
        entries = _entries(outcome)
        yield ctx.say(Message.of("{count} entries, the newest:", count=len(entries)))
        dated = sorted(
            entries,
            key=lambda entry: (entry.published is None, -(entry.published.timestamp() if entry.published else 0)),
        )
        for entry in dated[:SHOWN]:
            yield "  " + _entry(ctx, entry, outcome)
    if outcome.events is not None:
        zone = ctx.config.site.timezone
        today = day_of(now, zone)
        upcoming = [
            event
            for event in outcome.events
            if not is_over(event.data.start, event.data.end or default_end(event.data.start), today, zone)
        ]
        yield ctx.say(Message.of("{count} events, the next:", count=len(outcome.events)))
        for event in sorted(upcoming, key=lambda event: str(event.data.start))[:SHOWN]:
            yield f"  {_when(ctx, event)}  {event.data.title}"


def _entry(ctx: Context, entry: Entry, outcome: Outcome) -> str:
    classification = outcome.classifications[entry.uid]
    when = ctx.translator.date(entry.published) if entry.published else ctx.say(Message.of("no date"))
    names = ", ".join(classification.technologies)
    hidden = ctx.say(Message.of("not shown: {why}", why=classification.hidden)) if classification.hidden else ""
    return f"{when}  {entry.title}" + (f"  [{names}]" if names else "") + (f"  ({hidden})" if hidden else "")


def _when(ctx: Context, event: StoredEvent) -> str:
    say = ctx.translator
    return say.moment(event.data.start) if isinstance(event.data.start, datetime) else say.day(event.data.start)
