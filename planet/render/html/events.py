"""The pages that list events, with the upcoming ones and those that share a day."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from planet.i18n import Translator
from planet.model import Artifact, Event
from planet.model.shares import EVENTS_SHARE, event_owner, rest_of, within_share
from planet.render.html.builder import PageBuilder
from planet.render.html.event_page import event_pages
from planet.render.html.frame import Meta
from planet.render.html.stories import StoryRef
from planet.when import day_of, is_over, last_day

NEXT = 3
PAST = 60
"""Past events on the page itself; older ones are on pages of whole years."""
MOST_PAST = 200
"""Of the newest year all stand there, but when they are more than these: a calendar of thousands fills no page of others."""


NEAR = 12
"""How many upcoming events are shown with place, hour and text of their group; those after them are a line each."""
MONTHS = 2
"""The months that are drawn as grids beside the list: this one and the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Events below one heading."""

    heading: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthGrid:
    """A month in weeks: `weeks` holds (day, events that begin on it) seven times each, a day of another month is None."""

    heading: str
    weekdays: tuple[tuple[str, str], ...]
    """(letter, name), in the order of the planet's language: Monday comes first in France, Sunday in the USA."""
    weeks: tuple[tuple[tuple[date | None, tuple[Event, ...]], ...], ...]


def month_grid(t: Translator, first: date, by_day: Mapping[date, Sequence[Event]]) -> MonthGrid:
    """The grid of the month that `first` is in."""
    start = t.locale.first_week_day
    names, letters = t.locale.days["stand-alone"]["wide"], t.locale.days["stand-alone"]["narrow"]
    order = [(start + number) % 7 for number in range(7)]
    return MonthGrid(
        heading=t.month(first),
        weekdays=tuple((letters[number], names[number]) for number in order),
        weeks=tuple(
            tuple((day, tuple(by_day.get(day, ()))) if day.month == first.month else (None, ()) for day in week)
            for week in Calendar(start).monthdatescalendar(first.year, first.month)
        ),
    )


class EventPages:
    """The events of an edition, relative to its day: one that began or ends today is upcoming until midnight."""

    def __init__(self, builder: PageBuilder) -> None:
        self._builder = builder
        self._t = builder.t
        self._zone = builder.site.timezone
        self._today = today = day_of(builder.edition.now, self._zone)
        over = {event.id for event in builder.edition.events if is_over(event.data.start, event.end, today, self._zone)}
        self.upcoming = tuple(event for event in builder.edition.events if event.id not in over)
        self.past = tuple(event for event in reversed(builder.edition.events) if event.id in over)
        self.clashes = self._clashes()
        self._place()
        builder.functions |= {"first_day": self.first_day, "when": self.when, "zone": self.zone}

    def first_day(self, event: Event) -> date:
        return self._t.day_of(event.data.start)

    def last_day(self, event: Event) -> date:
        """The day on which it ends."""
        return last_day(event.data.start, event.end, self._zone)

    def next(self, kind: str, slug: str) -> tuple[Event, ...]:
        """The next events to begin of a list: all, of a technology, of a group. What is cancelled stays, and says so."""
        return tuple(islice((event for event in self._of(kind, slug) if self.first_day(event) >= self._today), NEXT))

    def ongoing(self, kind: str, slug: str) -> tuple[Event, ...]:
        """Events of several days that began before today (an exhibition, a call for papers), shown apart so that they hide no near event."""
        return tuple(islice((event for event in self._of(kind, slug) if self.first_day(event) < self._today), NEXT))

    def _of(self, kind: str, slug: str) -> Iterator[Event]:
        for event in self.upcoming:
            if (
                kind == "all"
                or (kind == "technology" and slug in event.technologies)
                or (kind == "source" and slug in event.groups)
            ):
                yield event

    def _clashes(self) -> dict[str, tuple[str, ...]]:
        """Event id -> names of the other groups that have an event on one of its days."""
        others: dict[str, dict[str, None]] = {}
        for collision in self._builder.edition.collisions:
            others.setdefault(collision.first.id, {})[collision.second.group] = None
            others.setdefault(collision.second.id, {})[collision.first.group] = None
        return {event_id: tuple(names) for event_id, names in others.items()}

    def _place(self) -> None:
        """Distribute past events over pages: the newest on `events/`, whole years that do not fit there on `events/<year>/`."""
        self.here: list[Event] = []
        self.years: dict[int, list[Event]] = {}
        by_year: dict[int, list[Event]] = {}
        for event in self.past:
            by_year.setdefault(self.first_day(event).year, []).append(event)
        for position, (year, events) in enumerate(by_year.items()):
            most = PAST if position else MOST_PAST
            if not self.years and len(self.here) + len(events) <= most:
                self.here += events
            else:
                self.years[year] = events

    def when(self, event: Event, short: bool = False) -> str:
        """In words: « jeudi 26 novembre 2026, 19:00 – 21:00 », or short « jeu. 26 nov., 19:00 – 21:00 »."""
        t = self._t
        first, last = self.first_day(event), self.last_day(event)

        pattern = "EEE d MMM" if first.year == last.year else "EEE d MMM y"

        def day(moment: date) -> str:
            return t.date(moment, pattern) if short else t.day(moment)

        start, end = event.data.start, event.end
        if not isinstance(start, datetime) or not isinstance(end, datetime) or self._is_whole_days(start, end):
            if first == last:
                return day(first)
            return t.gettext("{first} to {last}").format(first=day(first), last=day(last))
        # A midnight ends the day before: its hour is told by its name, for "00:00" would be the first minute of that day.
        until = t.gettext("midnight") if self._is_midnight(end) else t.time(end)
        if first == last:
            return f"{day(first)}, {t.time(start)}" + ("" if start == end else f" – {until}")
        return t.gettext("{first} to {last}").format(
            first=f"{day(first)}, {t.time(start)}", last=f"{day(last)}, {until}"
        )

    def zone(self, event: Event) -> str:
        """The name of the zone that times are told in, "" for whole days."""
        start, end = event.data.start, event.end
        if not isinstance(start, datetime) or not isinstance(end, datetime) or self._is_whole_days(start, end):
            return ""
        return self._zone.rpartition("/")[2].replace("_", " ")

    def _is_midnight(self, moment: datetime) -> bool:
        return moment.astimezone(ZoneInfo(self._zone)).time() == time()

    def _is_whole_days(self, start: datetime, end: datetime) -> bool:
        return start < end and self._is_midnight(start) and self._is_midnight(end)

    def data(self, event: Event) -> dict[str, object]:
        """An event for schema.org."""
        status = "EventCancelled" if event.data.status == "cancelled" else "EventScheduled"
        data: dict[str, object] = {
            "@type": "Event",
            "name": event.data.title,
            "startDate": event.data.start.isoformat(),
            "endDate": event.end.isoformat() if isinstance(event.end, datetime) else self.last_day(event).isoformat(),
            "eventStatus": f"https://schema.org/{status}",
        }
        if event.data.url:
            data["url"] = event.data.url
        if event.data.location:
            data["location"] = {"@type": "Place", "name": event.data.location, "address": event.data.location}
        if event.group or event.data.organizer:
            data["organizer"] = {"@type": "Organization", "name": event.group or event.data.organizer}
        if event.data.text:
            data["description"] = event.data.text[:300]
        return data

    def _sections(self, events: list[Event] | tuple[Event, ...], pattern: str) -> list[Section]:
        by_heading: dict[str, list[Event]] = {}
        for event in events:
            day = self.first_day(event)
            by_heading.setdefault(self._t.month(day) if pattern == "month" else str(day.year), []).append(event)
        return [Section(heading=heading, events=tuple(of)) for heading, of in by_heading.items()]

    def _grids(self, events: Sequence[Event]) -> tuple[MonthGrid, ...]:
        """The grids of the next months from today's on, none where nothing begins in them."""
        by_day: dict[date, list[Event]] = {}
        for event in events:
            by_day.setdefault(self.first_day(event), []).append(event)
        firsts = [self._today.replace(day=1)]
        while len(firsts) < MONTHS:
            firsts.append((firsts[-1] + timedelta(days=31)).replace(day=1))
        if not any((day.year, day.month) == (first.year, first.month) for day in by_day for first in firsts):
            return ()
        return tuple(month_grid(self._t, first, by_day) for first in firsts)

    def pages(self) -> Iterator[Artifact]:
        """`events/`, and a page for each year that does not fit on it."""
        builder, t = self._builder, self._t
        meta = Meta(
            path="events/",
            title=f"{t.gettext('Events')} – {builder.site.title}",
            heading=t.gettext("Events"),
            kind="events",
            description=t.gettext("The events to come, and those that were."),
            feeds=tuple(feed for feed in builder.feeds_of("", "", "all") if feed[0] == "text/calendar"),
        )
        upcoming, beyond = self._shared_out()
        yield self._page(meta, upcoming, tuple(self.here), beyond)
        for year, events in self.years.items():
            name = t.gettext("Events of {year}").format(year=year)
            meta = Meta(path=f"events/{year}/", title=f"{name} – {builder.site.title}", heading=name, kind="events")
            yield self._page(meta, (), tuple(events))
        every = (*self.upcoming, *self.past)
        over = frozenset(event.id for event in self.past)
        yield from event_pages(builder, every, self.clashes, {event.id: self.data(event) for event in every}, over)

    def _shared_out(self) -> tuple[tuple[Event, ...], dict[str, int]]:
        """The upcoming events that stand on `events/`: the next `EVENTS_SHARE` of each source, so that none floods the page; and slug ->
        how many more it has. All are in the calendars, on pages of their own and, as far as they are next, on the group's page.
        """
        slugs = {source.name: source.slug for source in self._builder.edition.sources}
        shown, beyond = within_share(self.upcoming, lambda event: event_owner(event, slugs), EVENTS_SHARE)
        return tuple(shown), beyond

    def _page(
        self,
        meta: Meta,
        upcoming: tuple[Event, ...],
        past: tuple[Event, ...],
        beyond: Mapping[str, int] = MappingProxyType({}),
    ) -> Artifact:
        builder = self._builder
        context = {
            "upcoming": upcoming,
            "past": past,
            "rest": tuple((self._t.say(rest_of(builder.sources[slug].name, beyond[slug])), slug) for slug in beyond),
            "today": self._today if upcoming else None,
            "years": sorted(self.years, reverse=True) if meta.path == "events/" else [],
            "clashes": self.clashes if upcoming else {},
            "announcing": self._announcing((*upcoming, *past)),
        }

        def present(values: dict[str, Any]) -> dict[str, Any]:
            graph = [self.data(event) for event in upcoming]
            return {
                **values,
                "upcoming": self._sections(upcoming[:NEAR], "month"),
                "later": self._sections(upcoming[NEAR:], "month"),
                "months": self._grids(upcoming),
                "past": self._sections(past, "year"),
                "stories": {story.story_id: story for story in builder.load(values["announcing"])},
                "data": {"@context": "https://schema.org", "@graph": graph} if graph else None,
            }

        return builder.page("events.html", meta, context, present)

    def _announcing(self, events: Sequence[Event]) -> tuple[StoryRef, ...]:
        """The stories that announce these events, as far as they are shown at all."""
        wanted = {story_id for event in events for story_id in event.stories}
        if not wanted:
            return ()
        return self._builder.refs([row for row in self._builder.edition.index if row.story_id in wanted])
