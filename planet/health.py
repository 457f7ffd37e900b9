"""The state of every feed, and what a person must be told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from planet.fetch import health
from planet.model import Config, FeedConfig, FeedHealth, FetchState, FetchUpdate, News, Source
from planet.urls import masked, redacted

if TYPE_CHECKING:
    from planet.store import Store


def feed_health(config: Config, store: Store) -> tuple[FeedHealth, ...]:
    """The state of every feed of every source, in the order of feeds.yaml."""
    states = {key: row.state for key, row in store.feeds().items()}
    counts = store.counts()
    return tuple(
        _of_feed(source, feed, states.get(feed.key, FetchState()), counts.get(feed.key, 0))
        for source in config.sources
        for feed in source.feeds
    )


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
    )


def _public(state: FetchState, feed: FeedConfig) -> FetchState:
    """The state of a feed with every address masked where the feed is unlisted."""
    if not feed.unlisted:
        return state
    error = state.error and replace(
        state.error,
        params=tuple(
            (name, masked(value) if isinstance(value, str) and "://" in value else value)
            for name, value in state.error.params
        ),
    )
    return replace(
        state,
        error=error,
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
