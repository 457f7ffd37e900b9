"""What is stored -> the site as values: every list, every count, the state of every feed. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from planet.model import (
    Channel,
    Config,
    Edition,
    Event,
    FeedConfig,
    FeedHealth,
    FetchState,
    Headline,
    ListedSource,
    ListedTechnology,
    Message,
    Source,
    Story,
    Technology,
)
from planet.model.fetch import State
from planet.text import digest
from planet.urls import redacted

HUES = {
    "php": 245, "js": 45, "python": 210, "ruby": 350, "java": 20, "dotnet": 275, "go": 190, "rust": 12, "data": 165,
    "devops": 225, "security": 0, "mobile": 130, "web": 315, "iot": 90,
}  # fmt: skip


def hue(technology: Technology) -> int:
    """The colour of a technology: as configured, as readers know it, else drawn from its slug so that it never changes."""
    if technology.hue is not None:
        return technology.hue
    return HUES.get(technology.slug, int(hashlib.sha256(technology.slug.encode()).hexdigest()[:4], 16) % 360)


def fingerprint(
    value: object, leave_out: frozenset[str] = frozenset({"line", "path", "folder", "output", "database"})
) -> str:
    """A text that is equal for equal settings: what only says where something stands, or where files go, is left out."""
    match value:
        case re.Pattern():
            return f"re({value.pattern!r},{value.flags})"
        case Path() | timedelta() | datetime():
            return str(value)
        case tuple() | list():
            return "[" + ",".join(fingerprint(item, leave_out) for item in value) + "]"
        case _ if dataclasses.is_dataclass(value):
            held = (
                f"{field.name}={fingerprint(getattr(value, field.name), leave_out)}"
                for field in dataclasses.fields(value)
                if field.name not in leave_out
            )
            return "{" + ",".join(held) + "}"
        case _:
            return repr(value)


def rules_rev(config: Config, version: str) -> str:
    """Changes when stored entries must be placed or ranked again."""
    return digest(
        version,
        *(fingerprint(part) for part in (config.technologies, config.sources, config.hide)),
    )


def _months(headlines: Sequence[Headline], zone: ZoneInfo) -> tuple[tuple[str, int], ...]:
    counted = Counter(f"{headline.date.astimezone(zone):%Y-%m}" for headline in headlines)
    return tuple(sorted(counted.items()))


def _source(source: Source, headlines: Sequence[Headline], titles: Mapping[str, str], zone: ZoneInfo) -> ListedSource:
    return ListedSource(
        kind=source.kind,
        name=source.name,
        slug=source.slug,
        url=source.url,
        avatar=source.avatar,
        technologies=source.technologies,
        feeds=tuple(
            (redacted(feed.url), titles.get(feed.key, ""))
            for feed in source.feeds
            if feed.kind != "calendar" and not feed.local
        ),
        calendars=tuple(redacted(feed.url) for feed in source.feeds if feed.kind == "calendar" and not feed.local),
        stories=len(headlines),
        latest=headlines[0].date if headlines else None,
        months=_months(headlines, zone),
    )


def channels(
    config: Config,
    listing: Sequence[Headline],
    now: datetime,
) -> tuple[Channel, ...]:
    """Every list of stories: all, technologies, sources, the months that are over in the planet's time zone (newest first)."""
    zone = ZoneInfo(config.site.timezone)
    by_technology: dict[str, list[Headline]] = {technology.slug: [] for technology in config.technologies}
    by_source: dict[str, list[Headline]] = {source.slug: [] for source in config.sources}
    by_month: dict[str, list[Headline]] = {}
    this_month = f"{now.astimezone(zone):%Y/%m}"
    for headline in listing:
        for slug in headline.technologies:
            if slug in by_technology:
                by_technology[slug].append(headline)
        for slug in headline.sources:
            if slug in by_source:
                by_source[slug].append(headline)
        month = f"{headline.date.astimezone(zone):%Y/%m}"
        if month < this_month:
            by_month.setdefault(month, []).append(headline)
    names = {technology.slug: technology.name for technology in config.technologies}
    return (
        Channel(kind="all", path="", slug="", name=config.site.title, headlines=tuple(listing)),
        *(
            Channel(kind="technology", path=f"{slug}/", slug=slug, name=names[slug], headlines=tuple(headlines))
            for slug, headlines in by_technology.items()
        ),
        *(
            Channel(
                kind="source",
                path=f"members/{source.slug}/",
                slug=source.slug,
                name=source.name,
                headlines=tuple(by_source[source.slug]),
            )
            for source in config.sources
        ),
        *(
            Channel(
                kind="month",
                path=f"archive/{month}/",
                slug=month.replace("/", "-"),
                name=month,
                headlines=tuple(headlines),
            )
            for month, headlines in sorted(by_month.items(), reverse=True)
        ),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """How the state of a feed is told: functions of the fetch stage."""

    state: Callable[[FetchState, datetime], State]
    advice: Callable[[FetchState, FeedConfig], Message | None]


def feed_health(
    config: Config,
    states: Mapping[str, FetchState],
    counts: Mapping[str, int],
    judge: Judge,
    now: datetime,
) -> tuple[FeedHealth, ...]:
    """The state of every feed of every source, in the order of feeds.yaml."""
    found = []
    for source in config.sources:
        for feed in source.feeds:
            state = states.get(feed.key, FetchState())
            found.append(
                FeedHealth(
                    url=redacted(feed.configured),
                    source=source.name,
                    source_slug=source.slug,
                    kind=feed.kind,
                    state=judge.state(state, now),
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
                    advice=judge.advice(state, feed),
                    reader=state.reader,
                    reader_reason=state.reader_reason,
                    warnings=state.warnings,
                )
            )
    return tuple(found)


def build(
    config: Config,
    now: datetime,
    *,
    listing: Sequence[Headline],
    events: Sequence[Event],
    titles: Mapping[str, str],
    health: tuple[FeedHealth, ...],
    born: datetime | None,
    load: Callable[[Sequence[int]], list[Story]],
    look: str,
) -> Edition:
    """The edition. `titles`: feed key -> what the feed calls itself; `born`: the planet's first run, `look`: theme and program."""
    zone = ZoneInfo(config.site.timezone)
    linked: dict[int, list[str]] = {}
    for event in events:
        for row in event.stories:
            linked.setdefault(row, []).append(event.id)
    told = tuple(
        replace(headline, rev=digest(headline.rev, *linked[headline.row])) if headline.row in linked else headline
        for headline in listing
    )
    lists = channels(config, told, now)
    of_source = {channel.slug: channel.headlines for channel in lists if channel.kind == "source"}
    of_technology = {channel.slug: channel.headlines for channel in lists if channel.kind == "technology"}
    event_counts = Counter(slug for event in events for slug in event.technologies)
    moments = [headline.updated or headline.date for headline in told]
    moments += [event.changed for event in events if event.changed]
    return Edition(
        config=config,
        now=now,
        technologies=tuple(
            ListedTechnology(
                technology=technology,
                slug=technology.slug,
                name=technology.name,
                hue=hue(technology),
                stories=len(of_technology[technology.slug]),
                events=event_counts[technology.slug],
            )
            for technology in config.technologies
        ),
        sources=tuple(_source(source, of_source[source.slug], titles, zone) for source in config.sources),
        listing=told,
        channels=lists,
        events=tuple(sorted(events, key=start_of)),
        health=health,
        load=load,
        updated=max(moments, default=born or datetime(2000, 1, 1, tzinfo=UTC)),
        base_rev=digest(
            look,
            fingerprint(config.site),
            fingerprint(config.technologies),
            *(
                fingerprint((source.name, source.slug, source.url, source.avatar, source.technologies))
                for source in config.sources
            ),
            *(
                fingerprint((feed.configured, feed.kind, feed.summary_only))
                for source in config.sources
                for feed in source.feeds
            ),
            *(f"{key}={title}" for key, title in sorted(titles.items())),
        ),
    )


def start_of(event: Event) -> tuple[datetime, str]:
    """Sorts events by when they start; an all-day event starts with its day."""
    start = event.start
    if not isinstance(start, datetime):
        start = datetime.combine(start, datetime.min.time(), tzinfo=UTC)
    return start, event.id
