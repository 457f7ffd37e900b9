"""iCalendar (RFC 5545, 7986): bytes -> events, recurrences expanded inside a window. Feeds of events: see `planet.parse.eventfeed`."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from planet.model import CalendarRead, Message, RawEvent, Unreadable
from planet.parse.charset import decode
from planet.parse.contentlines import Component, components, unfold
from planet.parse.eventfeed import events_from_feed
from planet.parse.icaltimes import read_duration, stamp, utc
from planet.parse.recurrence import (
    BUDGET,
    EACH,
    Occurrence,
    RuleError,
    Timing,
    check_rule,
    expand,
    is_over,
    occurrence_of,
    price,
)
from planet.parse.sniff import start
from planet.parse.vevent import BadEventError, TimedEvent, read_event
from planet.parse.zones import Zones
from planet.text import digest, one_line
from planet.when import instant, is_believable

__all__ = ["MAX_EVENTS", "events_from_feed", "parse_calendar"]

MAX_EVENTS = 20_000
_NAMED = 3
"""Most unreadable events that are named one by one; further ones are counted."""
_BEGIN = re.compile(r"^[\s\ufeff]*BEGIN:VCALENDAR[ \t]*(?=[\r\n]|$)", re.IGNORECASE | re.MULTILINE)
# A fold in the middle of a character: the RFC warns of it (3.1), and the halves are no text until they are joined.
_SPLIT = re.compile(rb"([\xc2-\xf4][\x80-\xbf]{0,2})\r?\n[ \t](?=[\x80-\xbf])")
_START = re.compile(r"DTSTART[^:]*:.*?(\d{4})-?(\d\d)-?(\d\d)[T ]?(\d{0,6})", re.IGNORECASE)


def parse_calendar(
    body: bytes,
    *,
    content_type: str,
    url: str,
    timezone: str,
    window: tuple[datetime, datetime],
    max_events: int = MAX_EVENTS,
) -> CalendarRead | Unreadable:
    """Every event of a calendar; of recurring ones the occurrences that touch `window` (aware).

    `timezone` is the zone of times that name none, where the calendar itself names none (X-WR-TIMEZONE). At most `max_events` are
    read, the latest. What is wrong with single events is in `warnings`; a body that is no calendar, or only the beginning of one,
    is Unreadable. `url` names the document in no message: the caller knows it.
    """
    del url
    decoded = decode(_SPLIT.sub(rb"\1", body), content_type)
    text = decoded.text if decoded else ""
    begun = _BEGIN.search(text, 0, 4096)
    if begun is None:
        return Unreadable(error_class="not-a-feed", error=_what_else(text))
    parts = list(components(unfold(text[begun.start() :])))
    calendars = [part for part in parts if part.name == "VCALENDAR"]
    if not calendars or not all(part.ended for part in calendars):
        return Unreadable(
            error_class="truncated",
            error=Message.of("the calendar breaks off before its end (END:VCALENDAR is missing)"),
        )
    head = calendars[0]
    zones = Zones([part for part in parts if part.name == "VTIMEZONE"], head.text("X-WR-TIMEZONE") or timezone)
    if head.text("X-WR-TIMEZONE") and zones.default is UTC:
        zones = Zones([part for part in parts if part.name == "VTIMEZONE"], timezone)
    reading = _Reading(zones, window, max_events, cancelled=head.text("METHOD").strip().upper() == "CANCEL")
    reading.read([part for part in parts if part.name == "VEVENT"])
    return CalendarRead(
        name=one_line(head.text("NAME") or head.text("X-WR-CALNAME"), 200),
        events=tuple(reading.events),
        delay_hint=_delay(head),
        warnings=tuple(reading.warnings()),
    )


def _what_else(text: str) -> Message:
    match start(text).kind:
        case "html":
            return Message.of("a web page stands there, not a calendar")
        case "feed":
            return Message.of("a feed of posts stands there, not a calendar: list it under feeds")
        case "empty":
            return Message.of("the calendar is empty")
        case _:
            return Message.of("this is not a calendar (it does not begin with BEGIN:VCALENDAR)")


def _delay(head: Component) -> int | None:
    """The polling interval that the calendar asks for, in seconds (REFRESH-INTERVAL, RFC 7986 5.7; X-PUBLISHED-TTL); None without one."""
    for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        length = read_duration(head.text(name))
        if length is not None and length.total_seconds() > 0:
            return int(length.total_seconds())
    return None


class _Reading:
    """One calendar being read: its events, what they cost, and the warnings to report."""

    def __init__(self, zones: Zones, window: tuple[datetime, datetime], most: int, *, cancelled: bool) -> None:
        self.zones = zones
        self.window = window
        self.most = most
        self.cancelled = cancelled
        self.events: list[RawEvent] = []
        self.bad: list[Message] = []
        self.notes: dict[Message, None] = {}
        self.private = 0
        self.left = BUDGET

    def read(self, components: Sequence[Component]) -> None:
        if len(components) > self.most:
            self.notes[
                Message.of(
                    "the calendar holds {count} events; only the latest {limit} were read",
                    count=len(components),
                    limit=self.most,
                )
            ] = None
            components = sorted(components, key=_rough_start, reverse=True)[: self.most]
        series: dict[str, list[TimedEvent]] = {}
        for index, component in enumerate(components):
            try:
                vevent = read_event(component, self.zones, index, cancelled=self.cancelled)
            except BadEventError as bad:
                self.bad.append(bad.reason)
                continue
            if vevent.private:
                self.private += 1
                continue
            series.setdefault(vevent.event.uid, []).append(vevent)
        for group in series.values():
            self.events.extend(self._group(group))
            if len(self.events) > self.most:
                del self.events[self.most :]
                self.notes[
                    Message.of("the calendar repeats its events too often; only {limit} were read", limit=self.most)
                ] = None
                break

    def _group(self, group: list[TimedEvent]) -> Iterator[RawEvent]:
        """The events of one UID: a single event, a series with its overrides, or several events that share it by mistake."""
        if len(group) == 1 and not group[0].recurring:
            yield group[0].event
            return
        masters = _current([vevent for vevent in group if not vevent.event.recurrence_id])
        overrides = _latest([vevent for vevent in group if vevent.event.recurrence_id])
        of_master = _by_master(masters, overrides)
        for position, master in enumerate(masters):
            events = self._series(master, of_master[position]) if master.recurring else [master.event]
            for event in events:
                yield event if position == 0 else _distinct(event, master)
        # Changes of single dates whose series is not there.
        yield from (vevent.event for vevent in of_master[None])

    def _series(self, master: TimedEvent, overrides: list[TimedEvent]) -> Iterator[RawEvent]:
        title = master.event.data.title[:100]
        try:
            occurrences, complete = self._expand(master.timing, [vevent.timing for vevent in overrides])
        except Exception as error:  # noqa: BLE001 - the libraries raise many kinds for dates they cannot combine (RFC 5545 has many)
            self.notes[_why_not_followed(title, error)] = None
            yield from self._only(master, overrides)
            return
        if not complete:
            self.notes[
                Message.of(
                    "“{title}” repeats very often: only {count} of its dates are shown",
                    title=title,
                    count=len(occurrences),
                )
            ] = None
        by_index = {vevent.timing.index: vevent for vevent in (master, *overrides)}
        for occurrence in occurrences:
            yield from _occurring(by_index[occurrence.index], occurrence)

    def _expand(self, master: Timing, overrides: Sequence[Timing]) -> tuple[list[Occurrence], bool]:
        """The occurrences of a series inside the window, and whether they are all. Raises RuleError, _TooDearError, and what libraries raise."""
        rules = [check_rule(rule, master.start, self.zones.default) for rule in master.rules]
        followed = [parts for parts in rules if not is_over(parts, master, self.window[0])]
        if rules and not followed:
            begin, end = self.window
            return [occurrence_of(timing) for timing in overrides if begin <= instant(timing.start) < end], True
        cost = sum(price(parts, master.start, self.window[1]) for parts in followed)
        cost += EACH * (len(master.dates) + len(master.except_dates) + len(overrides)) * max(1, len(followed))
        if cost > self.left:
            raise _TooDearError
        self.left -= cost
        occurrences: dict[str, Occurrence] = {}
        complete = True
        for parts in followed or [{}]:
            expanded, more = expand(parts, master, overrides, self.window)
            complete = complete and not more
            for occurrence in expanded:
                occurrences.setdefault(occurrence.recurrence_id, occurrence)
        return sorted(occurrences.values(), key=lambda occurrence: instant(occurrence.start)), complete

    def _only(self, master: TimedEvent, overrides: list[TimedEvent]) -> Iterator[RawEvent]:
        """The first occurrence of a series that is not expanded, and its overrides."""
        first = stamp(master.timing.start)
        if all(vevent.event.recurrence_id != first for vevent in overrides):
            yield replace(master.event, recurrence_id=first)
        yield from (vevent.event for vevent in overrides)

    def warnings(self) -> Iterator[Message]:
        """The warnings of this calendar, in few sentences."""
        yield from self.bad[:_NAMED]
        if len(self.bad) > _NAMED:
            yield Message.counted(
                "{count} more event was left out for such reasons",
                "{count} more events were left out for such reasons",
                count=len(self.bad) - _NAMED,
            )
        notes = list(self.notes)
        yield from notes[: 2 * _NAMED]
        if len(notes) > 2 * _NAMED:
            yield Message.counted(
                "{count} more event has such faults",
                "{count} more events have such faults",
                count=len(notes) - 2 * _NAMED,
            )
        if self.private:
            yield Message.counted(
                "{count} private event was left out", "{count} private events were left out", count=self.private
            )
        for tzid in list(self.zones.unknown)[:_NAMED]:
            yield Message.of("nobody knows the time zone “{zone}”: the planet's was taken", zone=tzid[:100])


class _TooDearError(Exception):
    """The expansion of a recurring event would take too long."""


def _why_not_followed(title: str, error: Exception) -> Message:
    match error:
        case _TooDearError():
            return Message.of(
                "“{title}” repeats in a way that takes too long to follow: only its first date is shown", title=title
            )
        case RuleError(sub_daily=True):
            return Message.of("“{title}” repeats several times a day: only its first date is shown", title=title)
        case RuleError():
            return Message.of(
                "“{title}” repeats by a rule that cannot be read: only its first date is shown", title=title
            )
    return Message.of(
        "“{title}” repeats by a rule that cannot be followed ({error}): only its first date is shown",
        title=title,
        error=f"{type(error).__name__}: {error}"[:100],
    )


def _occurring(vevent: TimedEvent, occurrence: Occurrence) -> Iterator[RawEvent]:
    """One occurrence of a series; none where its date is outside the years 1 to 9999."""
    end = occurrence.end if vevent.timing.end is not None or occurrence.start in vevent.timing.ends else None
    with contextlib.suppress(OverflowError):
        data = replace(vevent.event.data, start=utc(occurrence.start), end=utc(end) if end else None)
        if is_believable(data.start):
            yield replace(vevent.event, recurrence_id=occurrence.recurrence_id, data=data)


def _rough_start(component: Component) -> str:
    """Digits by which starts sort, without parsing the event; a recurring one comes first, it may be of any date."""
    start_of = ""
    for line in component.own:
        upper = line[:7].upper()
        if upper.startswith(("RRULE", "RDATE")):
            return "9"
        if upper == "DTSTART" and (match := _START.match(line)):
            start_of = "".join(match.groups())
    return start_of


def _latest(group: Sequence[TimedEvent]) -> list[TimedEvent]:
    """One override for each date: that of the highest SEQUENCE, of the later in the document."""
    latest: dict[str, TimedEvent] = {}
    for vevent in group:
        key = vevent.event.recurrence_id
        if key not in latest or vevent.timing.sequence >= latest[key].timing.sequence:
            latest[key] = vevent
    return list(latest.values())


def _current(masters: Sequence[TimedEvent]) -> list[TimedEvent]:
    """The events of one UID, in the order of the document: of revisions (the same title or start) the newest.

    Different events that share a UID by mistake stay apart, whether or not they recur.
    """
    newest = sorted(masters, key=lambda vevent: (vevent.timing.sequence, vevent.timing.index), reverse=True)
    current: list[TimedEvent] = []
    for vevent in newest:
        if not any(_is_revision(vevent, other) for other in current):
            current.append(vevent)
    return sorted(current, key=lambda vevent: vevent.timing.index)


def _is_revision(older: TimedEvent, newer: TimedEvent) -> bool:
    """Whether two events of one UID are one: the same title and start, or one of them and another SEQUENCE; twice a series of one title."""
    same_title = older.event.data.title == newer.event.data.title
    same_start = older.event.data.start == newer.event.data.start
    if older.timing.sequence != newer.timing.sequence:
        return same_title or same_start
    return same_title and (
        same_start or (older.recurring and newer.recurring and older.timing.rules == newer.timing.rules)
    )


def _by_master(masters: Sequence[TimedEvent], overrides: Sequence[TimedEvent]) -> dict[int | None, list[TimedEvent]]:
    """Which series each override changes: position of the master, None where none recurs."""
    series = [position for position, master in enumerate(masters) if master.recurring]
    grouped: dict[int | None, list[TimedEvent]] = {None: [], **{position: [] for position in range(len(masters))}}
    for override in overrides:
        due = override.timing.recurrence_id

        def fitness(
            position: int, override: TimedEvent = override, due: datetime | date | None = due
        ) -> tuple[bool, bool, int]:
            master = masters[position]
            start = master.timing.start
            same_hour = (
                isinstance(due, datetime)
                and isinstance(start, datetime)
                and due.astimezone(start.tzinfo).time() == start.time()
            )
            return same_hour, master.event.data.title == override.event.data.title, -position

        grouped[max(series, key=fitness) if series else None].append(override)
    return grouped


def _distinct(event: RawEvent, master: TimedEvent) -> RawEvent:
    """An event that shares its UID with others, distinguished by its master event."""
    unique = digest(stamp(master.timing.start), master.event.data.title)[:16]
    return replace(event, recurrence_id=f"{event.recurrence_id} {unique}".strip())
