"""The completed weeks: their stories, the events after them, and new sources. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from planet.model import Config, Event, IndexRow, Source, Week
from planet.model.shares import DIGEST_SHARE, event_owner, within_share
from planet.when import day_of, monday_of, runs

WEEK = timedelta(days=7)


def weeks(
    config: Config, rows: Sequence[IndexRow], events: Sequence[Event], since: Mapping[str, datetime], now: datetime
) -> tuple[Week, ...]:
    """Every completed week with stories, events after it or new sources, the newest first.

    `rows` are newest first, `events` by start; `since`: slug of a source -> when it came to a planet that was there before it.
    A week is that of the date of a story, which never moves, so that an old week changes with its own stories alone. Stories that
    may not enter the output feeds are left out: the archive of a new member is no news.
    """
    zone = ZoneInfo(config.site.timezone)
    this_week = monday_of(now, config.site.timezone)
    stories: defaultdict[date, list[IndexRow]] = defaultdict(list)
    for first, stretch in runs(rows, lambda row: monday_of(row.date, zone.key)):
        of_week = [row for row in rows[stretch] if row.in_feeds]
        if of_week:
            stories[first] = of_week
    coming: defaultdict[date, list[Event]] = defaultdict(list)
    for event in events:
        if event.data.status != "cancelled":
            coming[monday_of(event.data.start, zone.key) - WEEK].append(event)
    newcomers: defaultdict[date, list[str]] = defaultdict(list)
    for source in config.sources:
        if source.slug in since:
            newcomers[monday_of(since[source.slug], zone.key)].append(source.slug)
    slugs = {source.name: source.slug for source in config.sources}
    shares = {
        first: within_share(coming[first], lambda event: event_owner(event, slugs), DIGEST_SHARE) for first in coming
    }
    return tuple(
        Week(
            first=first,
            rows=tuple(stories[first]),
            events=tuple(shares[first][0]) if first in shares else (),
            more_events=tuple(shares[first][1].items()) if first in shares else (),
            newcomers=tuple(newcomers[first]),
        )
        for first in sorted({*stories, *coming, *newcomers}, reverse=True)
        if first < this_week
    )


def arrivals(
    sources: Sequence[Source],
    arrived: Mapping[str, datetime],
    events: Sequence[Event],
    born: datetime | None,
    timezone: str,
) -> dict[str, datetime]:
    """Slug of a source -> when its first post or event came, of those that came after the first day of the planet.

    `arrived`: feed key -> when it first gave an entry. A source whose address was edited has been here since its oldest feed.
    """
    if born is None:
        return {}
    listed: dict[str, datetime] = {}
    for event in events:
        for name, *_ in event.sources:
            if event.first_seen:
                listed[name] = min(listed.get(name, event.first_seen), event.first_seen)
    since = {}
    for source in sources:
        moments = [arrived[feed.key] for feed in source.feeds if feed.key in arrived]
        moments += [listed[source.name]] if source.name in listed else []
        if moments and day_of(min(moments), timezone) > day_of(born, timezone):
            since[source.slug] = min(moments)
    return since
