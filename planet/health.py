"""The state of every feed, and what a person must be told of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from planet.fetch import health
from planet.model import FeedCounts, FeedHealth, FetchState, FetchUpdate, Message
from planet.urls import host, masked, redacted
from planet.urls.networks import is_inside, names_inside

if TYPE_CHECKING:
    from planet.model import Config, FeedConfig, News, ReadingList, Source
    from planet.store import Store


def feed_health(config: Config, store: Store) -> tuple[FeedHealth, ...]:
    """The state of every feed of every source, in the order of feeds.yaml."""
    states = {key: row.state for key, row in store.feeds().items()}
    counts = store.counts()
    outcomes = _outcomes(config, store)
    return tuple(
        replace(
            _of_feed(source, feed, states.get(feed.key, FetchState()), counts.get(feed.key, 0)),
            counts=_counted(outcomes.get(feed.key, ()), source.slug) if feed.kind == "posts" else FeedCounts(),
        )
        for source in config.sources
        for feed in source.feeds
    )


_Outcome = tuple[frozenset[str], str, int]
"""(slugs of the sources that show an entry, none where the feed has one source; what became of it; how many such entries)."""


def _outcomes(config: Config, store: Store) -> dict[str, list[_Outcome]]:
    """The outcome of the entries of each feed, by its key."""
    owners = Counter(feed.key for source in config.sources for feed in source.feeds)
    outcomes: dict[str, list[_Outcome]] = {}
    for feed, sources, outcome, count in store.entry_outcomes([key for key, number in owners.items() if number > 1]):
        slugs = frozenset(_slugs(sources))
        outcomes.setdefault(feed, []).append((slugs, outcome, count))
    return outcomes


def _slugs(sources: str) -> Iterator[str]:
    """The slugs of stored [slug, feed key] pairs, as far as they can be read."""
    try:
        pairs = json.loads(sources)
    except (ValueError, TypeError, RecursionError):
        return
    for pair in pairs if isinstance(pairs, list) else ():
        if isinstance(pair, list) and pair and isinstance(pair[0], str):
            yield pair[0]


def _counted(outcomes: Sequence[_Outcome], slug: str) -> FeedCounts:
    """The counts of a feed as one of its sources sees them: what its filters drop is not shown there, whoever else shows it."""
    counts: Counter[str] = Counter()
    for slugs, outcome, count in outcomes:
        dropped = bool(slugs) and slug not in slugs
        word = "filtered" if dropped else _WORDS.get(outcome.partition(":")[0], "filtered")
        counts[word] += count
        counts["entries"] += count
    return FeedCounts(**counts)


_WORDS = {"shown": "shown", "waiting": "shown", "merged": "merged", "withdrawn": "withdrawn", "hide": "hidden"}


_UNREACHED = frozenset({"dns", "connect", "tls", "timeout", "blocked-address"})


def public_health(config: Config, store: Store) -> tuple[FeedHealth, ...]:
    """The state of every feed for public pages, without names, addresses, hosts and paths of private networks.

    Redirects to a private network, and errors there, are shown by `planet status` only. A local file and a feed at a private
    address are named by their kind and a number, `file:3`.
    """
    feeds = [feed for source in config.sources for feed in source.feeds]
    return tuple(
        _published(state, feed, number)
        for number, (state, feed) in enumerate(zip(feed_health(config, store), feeds, strict=True), 1)
    )


def _published(state: FeedHealth, feed: FeedConfig, number: int) -> FeedHealth:
    error, advice = state.error, state.advice
    if error is not None and (state.error_class in _UNREACHED or _says_inside(error, feed)):
        error = Message.of("not reachable from here")
    if advice is not None and _says_inside(advice, feed):
        advice = None
    url = f"file:{number}" if feed.local else f"private:{number}" if feed.inside else state.url
    effective_url = url if url != state.url or is_inside(host(state.effective_url)) else state.effective_url
    warnings = tuple(warning for warning in state.warnings if not _says_inside(warning, feed))
    return replace(state, url=url, error=error, advice=advice, effective_url=effective_url, warnings=warnings)


def _says_inside(message: Message, feed: FeedConfig) -> bool:
    """Whether a sentence names a host or an address of a private network, or the path of a local feed."""
    for _name, value in message.params:
        if isinstance(value, Message):
            if _says_inside(value, feed):
                return True
        elif isinstance(value, str) and (names_inside(value) or (feed.local and feed.configured in value)):
            return True
    return False


def _of_feed(source: Source, feed: FeedConfig, state: FetchState, entries: int) -> FeedHealth:
    state = _public(state, feed)
    return FeedHealth(
        url=feed.label,
        source=source.name,
        source_slug=source.slug,
        kind=feed.kind,
        state=health.state(state),
        http_status=state.http_status,
        error_class=state.error_class,
        error=state.error,
        failures=state.failures,
        first_failure=state.first_failure,
        last_attempt=state.last_attempt,
        last_success=state.last_success,
        next_due=state.next_due,
        entries=entries,
        effective_url=feed.label if feed.local or feed.unlisted else redacted(state.effective_url or feed.url),
        advice=health.advice(state, feed.line),
        reader=state.reader,
        reader_reason=state.reader_reason,
        warnings=state.warnings,
        last_new=state.last_change,
    )


def public_error(feed: FeedConfig | ReadingList, error: Message | None) -> Message | None:
    """The error with every address masked where the feed is unlisted."""
    if error is None or not feed.unlisted:
        return error
    return replace(
        error,
        params=tuple(
            (name, masked(value) if isinstance(value, str) and "://" in value else value)
            for name, value in error.params
        ),
    )


def _public(state: FetchState, feed: FeedConfig) -> FetchState:
    """The state of a feed with every address masked where the feed is unlisted."""
    if not feed.unlisted:
        return state
    return replace(
        state,
        error=public_error(feed, state.error),
        effective_url=masked(state.effective_url) if state.effective_url else "",
        moved_to=masked(state.moved_to) if state.moved_to else "",
        discovered=masked(state.discovered) if state.discovered else "",
    )


def news(config: Config, store: Store, now: datetime) -> tuple[News, ...]:
    """What a person must act on, each thing once: what was announced is remembered in the feed's state."""
    rows = store.feeds()
    notices: list[News] = []
    settled: list[tuple[str, str, FetchUpdate]] = []
    for key, (source, feed) in config.feeds_by_key().items():
        row = rows.get(key)
        if row is None:
            continue
        notice, announced = health.news(
            _public(row.state, feed), feed=feed.label, source=source.name, line=feed.line, now=now
        )
        if notice is not None:
            notices.append(notice)
        if announced != row.state.announced:
            state = replace(row.state, announced=announced)
            settled.append((key, feed.label, FetchUpdate(state=state)))
    store.save_updates(settled)
    return tuple(notices)
