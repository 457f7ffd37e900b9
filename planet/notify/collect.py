"""Collect what is new to a channel into its queue. Pure: the channel's state is passed in and returned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from planet.model import Edition, Event, IndexRow, NotifyRule
from planet.model.shares import DIGEST_SHARE, event_owner, leading_source, within_share
from planet.notify.channel import Channel, Item
from planet.when import begins_after, day_of, monday_of

MORNING = timedelta(hours=8)
"""A digest goes out with the first run after eight in the morning, planet time; the week's on Monday."""
AHEAD = {"day": timedelta(days=1), "week": timedelta(days=7)}
"""How far ahead a digest names events; that of a week until its Sunday."""
LAST_DAY = timedelta(days=6)
EVENTS = 2000
"""Most events whose last state is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Now, and the time zone of the planet."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The day in the time zone of the planet."""
        return self.now.astimezone(self.zone).date()

    def start_of(self, event: Event) -> datetime:
        """When an event begins; an all-day one with its day in the planet's time zone."""
        start = event.data.start
        return start if isinstance(start, datetime) else datetime.combine(start, datetime.min.time(), tzinfo=self.zone)


def digest_is_due(rule: NotifyRule, channel: Channel, clock: Clock) -> bool:
    """Whether the day or the week of a digest has turned since the last one.

    A last one that is still to come was made by a clock that was wrong: the next must not wait for that day.
    """
    if rule.every != "run" and channel.at > clock.now + timedelta(days=1):
        return True

    def morning(moment: datetime) -> date:
        return (moment.astimezone(clock.zone) - MORNING).date()

    match rule.every:
        case "run":
            return False
        case "day":
            return morning(clock.now) > morning(channel.at)
        case "week":
            return morning(clock.now).isocalendar()[:2] > morning(channel.at).isocalendar()[:2]


def reminder_is_due(rule: NotifyRule, channel: Channel, clock: Clock) -> bool:
    """Whether an event that the channel knows of comes within reach of a reminder."""
    for name, (start, _status, _place) in (channel.events or {}).items():
        moment = datetime.fromisoformat(start)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=clock.zone)
        for lead in rule.remind:
            if moment - lead <= clock.now < moment and _mark(name, start, lead) not in channel.reminded:
                return True
    return False


def first(edition: Edition, clock: Clock) -> Channel:
    """A new channel: what exists now is not announced to it. Without a story it waits for the first ones."""
    newest = max((row.story_id for row in edition.index), default=None)
    return Channel(story_id=newest, at=clock.now, events=_snapshots(edition))


def collect(rule: NotifyRule, channel: Channel, edition: Edition, clock: Clock, news: Sequence[str]) -> Channel:
    """The channel with what is new to it in its queue, at most `feed_entries` things of a run, and of one source at most its share.

    A rule that was away gets what happened meanwhile as a digest. Stories that may not enter the feeds (the flood guard) are left out.
    """
    limit = edition.config.site.feed_entries
    due = rule.every == "run" or digest_is_due(rule, channel, clock)
    day = clock.today.isoformat() if rule.every != "run" or channel.away else ""
    shares = _Shares(rule, channel, edition, clock)
    items: list[Item] = []
    later = channel.later
    if due:
        rows, later = _new_stories(rule, channel, edition, clock)
        items += shares.stories(rows, limit, day)
        if "events" in rule.what:
            items += shares.events(_of_events(rule, channel, edition, clock), limit, day if rule.every != "run" else "")
        items += (Item(kind="newcomer", source=slug, digest=day) for slug in _newcomers(rule, channel, edition, clock))
    reminders, reminded = _reminders(rule, channel, edition, clock)
    reminded += _marks(items, edition)
    items += [] if channel.away else shares.events(reminders, limit)
    if "health" in rule.what:
        items += (Item(kind="news", text=text) for text in news)
    queue = [*channel.queue, *items]
    if channel.away:
        queue = [replace(item, digest=day) if item.kind == "story" else item for item in queue][-limit:]
    return replace(
        channel,
        story_id=_last_story(channel, edition) if due else channel.story_id,
        at=clock.now if due and rule.every != "run" else channel.at,
        events=_snapshots(edition),
        reminded=reminded,
        later=later,
        day=shares.day,
        spent=dict(shares.spent),
        queue=tuple(queue[-2 * limit :]),
        dropped=channel.dropped + max(0, len(queue) - 2 * limit),
        away=False,
    )


def _last_story(channel: Channel, edition: Edition) -> int | None:
    """The highest number of a story that the channel has seen or the edition shows; None while there was none."""
    newest = max((row.story_id for row in edition.index), default=None)
    return channel.story_id if newest is None else max(channel.story_id or 0, newest)


class _Shares:
    """Limits the items of each source: `DIGEST_SHARE` stories and events in a digest, or per day for a channel without digest.

    The rest is counted. A rule that is for one source alone has no shares.
    """

    def __init__(self, rule: NotifyRule, channel: Channel, edition: Edition, clock: Clock) -> None:
        self._at_once = rule.every == "run" and not channel.away
        self._alone = len(rule.groups) + len(rule.members) == 1
        self.day = clock.today.isoformat() if self._at_once else ""
        self.spent = Counter(channel.spent if channel.day == self.day else {})
        """Source, "events" behind it or not -> how much of it was sent on this day."""
        slugs = {source.name: source.slug for source in edition.sources}
        self._owners = {event.id: event_owner(event, slugs) for event in edition.events}

    def stories(self, rows: Sequence[IndexRow], limit: int, day: str) -> list[Item]:
        """The stories that are sent, the oldest first, then what is beyond the shares."""
        within, beyond = (rows, {}) if self._alone else within_share(rows, leading_source, DIGEST_SHARE, self.spent)
        if self._at_once:
            self.spent.update(filter(None, map(leading_source, within)))
        numbers = sorted({row.story_id for row in within})[-limit:]
        return [
            *(Item(kind="story", story=number, digest=day) for number in numbers),
            *(Item(kind="more", source=slug, count=count, digest=day) for slug, count in beyond.items()),
        ]

    def events(self, items: Iterable[Item], limit: int, day: str = "") -> list[Item]:
        """The same of events: the first of each source."""

        def owner(item: Item) -> str:
            slug = self._owners.get(item.event, "")
            return f"{slug} events" if slug else ""

        every = list(items)
        within, beyond = (every, {}) if self._alone else within_share(every, owner, DIGEST_SHARE, self.spent)
        if self._at_once:
            self.spent.update(filter(None, map(owner, within)))
        return [
            *within[:limit],
            *(
                Item(kind="more", source=name.split()[0], count=count, digest=day, events=True)
                for name, count in beyond.items()
            ),
        ]


def _new_stories(
    rule: NotifyRule, channel: Channel, edition: Edition, clock: Clock
) -> tuple[list[IndexRow], tuple[int, ...]]:
    """The new stories, the newest first, and those of the next digest: of the week that is not over yet, as on the site."""
    if "stories" not in rule.what or channel.story_id is None:
        return [], channel.later
    after = channel.story_id
    rows = [
        row
        for row in edition.index
        if (row.story_id > after or row.story_id in channel.later)
        and row.in_feeds
        and _matches(rule, row.technologies, row.sources, edition)
    ]
    this_week = monday_of(clock.now, clock.zone.key)
    later = [row.story_id for row in rows if rule.every == "week" and day_of(row.date, clock.zone.key) >= this_week]
    return [row for row in rows if row.story_id not in later], tuple(sorted(later))


def _newcomers(rule: NotifyRule, channel: Channel, edition: Edition, clock: Clock) -> Iterator[str]:
    """Sources that were new in the complete weeks since the last digest; only weekly digests of stories have them."""
    if "stories" not in rule.what or rule.every != "week":
        return
    since = monday_of(channel.at, clock.zone.key)
    technologies = {source.slug: source.technologies for source in edition.sources}
    for week in edition.weeks:
        if week.first >= since:
            yield from (
                slug
                for slug in week.newcomers
                if slug in technologies
                and _matches(rule, technologies[slug], (slug,), edition)
                and _newcomer_mark(slug) not in channel.reminded
            )


def _of_events(rule: NotifyRule, channel: Channel, edition: Edition, clock: Clock) -> Iterator[Item]:
    """The events that a digest names, or (`every: run`) the changes of events since the last run."""
    if rule.every == "run":
        if channel.events is not None and not channel.away:
            yield from _event_changes(rule, channel, edition, clock)
        return
    for event in edition.events:
        if (
            _matches(rule, event.technologies, event.groups, edition)
            and _is_ahead(rule, event, clock)
            and _digest_mark(event) not in channel.reminded
        ):
            yield Item(kind="event", event=event.id, digest=clock.today.isoformat())


def _marks(items: Sequence[Item], edition: Edition) -> tuple[str, ...]:
    """Marks that record that these events and new sources were in a digest."""
    of_digest = {item.event for item in items if item.kind == "event" and item.digest}
    return (
        *(_digest_mark(event) for event in edition.events if event.id in of_digest),
        *(_newcomer_mark(item.source) for item in items if item.kind == "newcomer"),
    )


def _event_changes(rule: NotifyRule, channel: Channel, edition: Edition, clock: Clock) -> Iterator[Item]:
    """New, moved and cancelled events that are yet to come."""
    snapshots = channel.events or {}
    for event in edition.events:
        if not begins_after(event.data.start, clock.now):
            continue
        if not _matches(rule, event.technologies, event.groups, edition):
            continue
        before, now = snapshots.get(event.id), _snapshot(event)
        if before is None:
            if event.data.status != "cancelled":
                yield Item(kind="event", event=event.id)
        elif now[1] == "cancelled" != before[1]:
            yield Item(kind="cancelled", event=event.id)
        elif now[1] != "cancelled" and (now[0], now[2]) != (before[0], before[2]):
            yield Item(kind="moved", event=event.id)


def _reminders(
    rule: NotifyRule, channel: Channel, edition: Edition, clock: Clock
) -> tuple[list[Item], tuple[str, ...]]:
    """The reminders that are due, and the marks of all that were given; of several that are overdue for one event, only the nearest."""
    items: list[Item] = []
    marks: list[str] = []
    given = set(channel.reminded)
    marks += (mark for source in edition.sources if (mark := _newcomer_mark(source.slug)) in given)
    for event in edition.events[-EVENTS:]:
        start = clock.start_of(event)
        every = [*(_mark(event.id, _snapshot(event)[0], lead) for lead in rule.remind), _digest_mark(event)]
        marks += (mark for mark in every if mark in given)
        if start <= clock.now:
            continue
        due = [_mark(event.id, _snapshot(event)[0], lead) for lead in rule.remind if start - lead <= clock.now]
        fresh = [mark for mark in due if mark not in given]
        marks += fresh
        known = channel.events is not None and event.id in channel.events
        wanted = "events" in rule.what and _matches(rule, event.technologies, event.groups, edition)
        if fresh and known and wanted and event.data.status != "cancelled":
            items.append(Item(kind="reminder", event=event.id))
    return items, tuple(marks)


def _newcomer_mark(slug: str) -> str:
    return f"newcomer {slug}"


def _digest_mark(event: Event) -> str:
    """Remembers that a digest named an event: a clock that is set back must not repeat it."""
    return f"{event.id} {_snapshot(event)[0]} digest"


def _mark(event: str, start: str, lead: timedelta) -> str:
    return f"{event} {start} {int(lead.total_seconds())}"


def _snapshots(edition: Edition) -> dict[str, tuple[str, str, str]]:
    """Every event, so that a clock that is wrong for a run makes none new: the `EVENTS` that begin last."""
    return {event.id: _snapshot(event) for event in edition.events[-EVENTS:]}


def _snapshot(event: Event) -> tuple[str, str, str]:
    return event.data.start.isoformat(), event.data.status, event.data.location


def _is_ahead(rule: NotifyRule, event: Event, clock: Clock) -> bool:
    """Whether a digest names an event: it begins before the next digest, and is not cancelled."""
    if rule.every == "run" or event.data.status == "cancelled":
        return False
    start, today = event.data.start, clock.now.astimezone(clock.zone)
    if rule.every == "week" and day_of(start, clock.zone.key) > monday_of(today, clock.zone.key) + LAST_DAY:
        return False
    if not isinstance(start, datetime):
        return today.date() <= start < (today + AHEAD[rule.every]).date()
    return clock.now <= start < clock.now + AHEAD[rule.every]


def _matches(rule: NotifyRule, technologies: Sequence[str], sources: Sequence[str], edition: Edition) -> bool:
    """Whether the rule wants what these sources (slugs) publish of these technologies."""
    if rule.technologies and set(rule.technologies).isdisjoint(technologies):
        return False
    if not rule.groups and not rule.members:
        return True
    wanted = {
        source.slug
        for source in edition.sources
        if source.name in (rule.groups if source.kind == "group" else rule.members)
    }
    return not wanted.isdisjoint(sources)
