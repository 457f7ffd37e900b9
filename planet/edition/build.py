"""Build the edition from what is stored: every list, every count, the state of every feed. Pure."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from planet.edition.collisions import collisions
from planet.edition.fingerprints import settings_rev
from planet.edition.lists import story_lists
from planet.edition.planning import free_weeks, rooms, taken_days
from planet.edition.shares import share_notes
from planet.edition.weeks import arrivals, weeks
from planet.model import (
    Config,
    Edition,
    Event,
    FeedHealth,
    IndexRow,
    ListedSource,
    ListedTechnology,
    Source,
    Story,
    Technology,
)
from planet.text import digest
from planet.when import day_of, instant, runs

log = logging.getLogger(__name__)
HUES = {
    "php": 245, "js": 45, "python": 210, "ruby": 350, "java": 20, "dotnet": 275, "go": 190, "rust": 12, "data": 165,
    "devops": 225, "security": 0, "mobile": 130, "web": 315, "iot": 90,
}  # fmt: skip


def hue(technology: Technology) -> int:
    """The hue of a technology (0 to 359): as configured, else its known one (`HUES`), else computed from its slug so that it never changes."""
    if technology.hue is not None:
        return technology.hue
    return HUES.get(technology.slug, int(hashlib.sha256(technology.slug.encode()).hexdigest()[:4], 16) % 360)


def _months(rows: Sequence[IndexRow], zone: ZoneInfo) -> tuple[tuple[str, int], ...]:
    months = runs(rows, lambda row: f"{row.date.astimezone(zone):%Y-%m}")
    return tuple(sorted((month, stretch.stop - stretch.start) for month, stretch in months))


def _source(source: Source, rows: Sequence[IndexRow], titles: Mapping[str, str], zone: ZoneInfo) -> ListedSource:
    return ListedSource(
        kind=source.kind,
        name=source.name,
        slug=source.slug,
        url=source.url,
        avatar=source.avatar,
        technologies=source.technologies,
        feeds=tuple(
            (feed.public_url, titles.get(feed.key, ""))
            for feed in source.feeds
            if feed.kind != "calendar" and feed.public_url
        ),
        calendars=tuple(feed.public_url for feed in source.feeds if feed.kind == "calendar" and feed.public_url),
        stories=len(rows),
        latest=rows[0].date if rows else None,
        months=_months(rows, zone),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The stored values that the edition is built from.

    `titles`: feed key -> what the feed calls itself; `arrived`: feed key -> when it first gave an entry; `born`: the planet's first run.
    """

    index: Sequence[IndexRow] = ()
    events: Sequence[Event] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    arrived: Mapping[str, datetime] = field(default_factory=dict)
    health: tuple[FeedHealth, ...] = ()
    born: datetime | None = None
    withdrawn: Mapping[str, int] = field(default_factory=dict)


def build(
    config: Config, now: datetime, stored: Stored, load: Callable[[Sequence[int]], list[Story]], program: str
) -> Edition:
    """The edition. `load` gives whole stories by their ids, `program` names the code that makes the site (`program_rev`)."""
    zone = ZoneInfo(config.site.timezone)
    linked: dict[int, list[str]] = {}
    for event in stored.events:
        for row in event.stories:
            linked.setdefault(row, []).append(event.id)
    rows = tuple(
        replace(row, rev=digest(row.rev, *linked[row.story_id])) if row.story_id in linked else row
        for row in stored.index
        if _has_day(row, zone)
    )
    lists = story_lists(config, rows, now)
    of_source = {story_list.slug: story_list.rows for story_list in lists if story_list.kind == "source"}
    of_technology = {story_list.slug: story_list.rows for story_list in lists if story_list.kind == "technology"}
    event_counts = Counter(slug for event in stored.events for slug in event.technologies)
    events, today = tuple(sorted(stored.events, key=start_of)), day_of(now, config.site.timezone)
    since = arrivals(config.sources, stored.arrived, events, stored.born, config.site.timezone)
    moments = [row.updated or row.date for row in rows]
    moments += [event.changed for event in stored.events if event.changed]
    return Edition(
        config=config,
        now=now,
        technologies=tuple(
            _listed(technology, len(of_technology[technology.slug]), event_counts[technology.slug])
            for technology in config.technologies
        ),
        sources=tuple(_source(source, of_source[source.slug], stored.titles, zone) for source in config.sources),
        index=rows,
        lists=lists,
        events=events,
        rooms=rooms(events, today, config.site.timezone),
        free_weeks=free_weeks(taken_days(events, config.site.timezone), today) if events else (),
        collisions=collisions(stored.events, now, timezone=config.site.timezone),
        weeks=weeks(config, rows, events, since, now),
        health=stored.health,
        notes=share_notes(config, lists[0], events, now),
        load=load,
        updated=max(moments, default=stored.born or datetime(2000, 1, 1, tzinfo=UTC)),
        withdrawn=stored.withdrawn,
        program_rev=program,
        settings_rev=settings_rev(config, stored.titles),
    )


def _listed(technology: Technology, stories: int, events: int) -> ListedTechnology:
    return ListedTechnology(
        technology=technology,
        slug=technology.slug,
        name=technology.name,
        hue=hue(technology),
        stories=stories,
        events=events,
    )


def _has_day(row: IndexRow, zone: ZoneInfo) -> bool:
    """Whether the date of a story can be shown: at both ends of the calendar, no other zone may have it."""
    if date.min.year + 1 < row.date.year < date.max.year - 1:
        return True
    try:
        row.date.astimezone(zone)
    except (OverflowError, ValueError):
        log.warning("story %d is left out: its date, %s, has no day in %s", row.story_id, row.date, zone.key)
        return False
    return True


def start_of(event: Event) -> tuple[datetime, str]:
    """Sort key of events by their start; an all-day event starts with its day."""
    return instant(event.data.start), event.id
