"""Try feeds: request and read them as their first run would, and describe what each would add."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from planet.assemble import document_reader
from planet.cli.context import Context
from planet.cli.environment import fetcher_of
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
    Fresh,
    Message,
    Outcome,
    Source,
    StoredEvent,
    Task,
)
from planet.urls import masked, redacted
from planet.when import day_of, default_end, is_over
from planet.workers import DocumentReader

SHOWN = 5
Tried = Mapping[str, tuple[Source, FeedConfig]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of trying one feed. `lines` are sentences about it, its newest entries among them."""

    source: str
    url: str
    state: str
    """ok, failing or waiting."""
    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()
    """(canonical link, title) of each entry: to see what two feeds carry."""


def try_feeds(ctx: Context, config: Config, tried: Tried) -> Iterator[Answer]:
    """Ask each feed as its first run would, and say what each adds, in the order of feeds.yaml."""
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
            lines=(*_fetch_lines(ctx, fetched, feed), *(_content_lines(ctx, outcome, now) if outcome else ())),
            links=tuple((entry.link_key, entry.title) for entry in entries if entry.link_key),
        )
    for key in tried:
        if key in answers:
            yield answers[key]


def _entries(outcome: Outcome | None) -> list[Entry]:
    if outcome is None or outcome.read is None:
        return []
    return [entry for entry in outcome.read.entries if isinstance(entry, Entry)]


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


def _fetch_lines(ctx: Context, fetched: Fetched, feed: FeedConfig) -> Iterable[str]:
    shown = masked if feed.unlisted else redacted
    if fetched.due.state.discovered:
        yield ctx.say(Message.of("this page names a feed: {url}", url=shown(fetched.due.state.discovered)))
    for hop in fetched.chain:
        yield ctx.say(Message.of("{status}: redirected to {url}", status=hop.status, url=shown(hop.to)))
    match fetched:
        case Failed():
            yield ctx.say(fetched.error.message)
            state = FetchState(failures=1, error_class=fetched.error.kind, error=fetched.error.message)
            # A feed that is not in feeds.yaml has no line.
            advice = health.advice(state, line=feed.line) if feed.line else None
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


def _content_lines(ctx: Context, outcome: Outcome, now: datetime) -> Iterable[str]:
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
        yield ctx.say(Message.counted("{count} entry:", "{count} entries, the newest:", count=len(entries)))
        dated = sorted(
            entries,
            key=lambda entry: (entry.published is None, -(entry.published.timestamp() if entry.published else 0)),
        )
        for entry in dated[:SHOWN]:
            yield "  " + _entry_line(ctx, entry, outcome)
    if outcome.events is not None:
        zone = ctx.config.site.timezone
        today = day_of(now, zone)
        upcoming = [
            event
            for event in outcome.events
            if not is_over(event.data.start, event.data.end or default_end(event.data.start), today, zone)
        ]
        yield ctx.say(Message.counted("{count} event:", "{count} events, the next:", count=len(outcome.events)))
        for event in sorted(upcoming, key=lambda event: str(event.data.start))[:SHOWN]:
            yield f"  {_when(ctx, event)}  {event.data.title}"


def _entry_line(ctx: Context, entry: Entry, outcome: Outcome) -> str:
    classification = outcome.classifications[entry.uid]
    when = ctx.translator.date(entry.published) if entry.published else ctx.say(Message.of("no date"))
    names = ", ".join(classification.technologies)
    hidden = ctx.say(Message.of("not shown: {why}", why=classification.hidden)) if classification.hidden else ""
    return f"{when}  {entry.title}" + (f"  [{names}]" if names else "") + (f"  ({hidden})" if hidden else "")


def _when(ctx: Context, event: StoredEvent) -> str:
    say = ctx.translator
    return say.moment(event.data.start) if isinstance(event.data.start, datetime) else say.day(event.data.start)
