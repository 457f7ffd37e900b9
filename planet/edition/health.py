"""The state of every feed, as the site and `planet status` show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from planet.model import Config, FeedConfig, FeedHealth, FetchState, Message
from planet.model.fetch import State
from planet.urls import redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRules:
    """How the state of a feed is told: functions of the fetch stage."""

    state: Callable[[FetchState, datetime], State]
    advice: Callable[[FetchState, FeedConfig], Message | None]


def feed_health(
    config: Config,
    states: Mapping[str, FetchState],
    counts: Mapping[str, int],
    rules: HealthRules,
    now: datetime,
) -> tuple[FeedHealth, ...]:
    """The state of every feed of every source, in the order of feeds.yaml."""
    rows = []
    for source in config.sources:
        for feed in source.feeds:
            state = states.get(feed.key, FetchState())
            rows.append(
                FeedHealth(
                    url=redacted(feed.configured),
                    source=source.name,
                    source_slug=source.slug,
                    kind=feed.kind,
                    state=rules.state(state, now),
                    http_status=state.http_status,
                    error_class=state.error_class,
                    error=state.error,
                    failures=state.failures,
                    first_failure=state.first_failure,
                    last_attempt=state.last_attempt,
                    last_success=state.last_success,
                    next_due=state.next_due,
                    entries=counts.get(feed.key, 0),
                    effective_url=redacted(state.effective_url or feed.url)
                    if not feed.local
                    else redacted(feed.configured),
                    advice=rules.advice(state, feed),
                    reader=state.reader,
                    reader_reason=state.reader_reason,
                    warnings=state.warnings,
                )
            )
    return tuple(rows)
