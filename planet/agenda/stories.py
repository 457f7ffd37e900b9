"""Stories that announce an evening, and evenings that get in each other's way. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from planet.agenda.arrival import day_of
from planet.agenda.likeness import numbered_apart, numbers, titles_alike, words
from planet.model import Event, MergeEntry, Message
from planet.text import digest
from planet.urls import canonical_key

BEFORE = timedelta(days=120)
AFTER = timedelta(days=31)
"""A story this long before an evening may announce it, this long after it may tell of it."""
ALIKE = 95
_MONTHS = (
    "janvier january", "février fevrier february", "mars march", "avril april", "mai may", "juin june", "juillet july",
    "août aout august", "septembre september", "octobre october", "novembre november", "décembre decembre december",
)  # fmt: skip
LONGEST = 31
"""Days of one event that are looked at for collisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """Two groups that hold an evening on one day. `key` names the pair, so that it is told once."""

    day: date
    first: Event
    second: Event
    key: str
    text: Message


def announcements(
    events: Sequence[Event], stories: Iterable[MergeEntry], *, timezone: str
) -> dict[str, tuple[int, ...]]:
    """Event id -> rows of the stories that announce it (or tell of it), in the order of `stories`. `timezone` is the planet's.

    A story is linked when it stands on the event's own page, or bears nearly its title near its date; where several evenings share
    that page or title, it must name the day as well. Each story is of one evening: the likeliest, then the next to come.
    """
    by_page: defaultdict[str, list[Event]] = defaultdict(list)
    by_word: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if page := canonical_key(event.url):
            by_page[page].append(event)
        for word in set(words(event.title)):
            by_word[word].append(event)
    found: defaultdict[str, list[int]] = defaultdict(list)
    for story in stories:
        for event in _of_page(story, by_page, timezone) or _of_title(story, by_word, timezone):
            found[event.id].append(story.row)
    return {event: tuple(dict.fromkeys(rows)) for event, rows in found.items()}


def _instant(start: datetime | date) -> datetime:
    return start if isinstance(start, datetime) else datetime.combine(start, time(), tzinfo=UTC)


def _of_page(story: MergeEntry, by_page: dict[str, list[Event]], timezone: str) -> list[Event]:
    there = by_page.get(story.link_key, []) if story.link_key else []
    if len(there) == 1:
        return there
    return [event for event in there if names_day(f"{story.title} {story.text}", day_of(event.start, timezone))][:1]


def _of_title(story: MergeEntry, by_word: dict[str, list[Event]], timezone: str) -> list[Event]:
    told = words(story.title)
    if not told:
        return []
    rarest = min(told, key=lambda word: (len(by_word.get(word, ())) or 1_000_000, word))
    written = story.published or story.date
    near = [
        event
        for event in by_word.get(rarest, ())
        if _instant(event.start) - BEFORE <= written <= _instant(event.start) + AFTER
        and _same_title(story.title, event.title)
    ]
    if not near:
        return []
    named = [event for event in near if names_day(f"{story.title} {story.text}", day_of(event.start, timezone))]
    if len(near) == 1 and (named or _telling(near[0].title)):
        return near
    return named[:1]


def _same_title(story: str, event: str) -> bool:
    if numbered_apart(story, event) or numbers(event) - numbers(story):
        return False
    one, two = set(words(story)), set(words(event))
    return titles_alike(story, event) >= ALIKE and len(one & two) >= min(2, len(two))


def _telling(title: str) -> bool:
    """Whether a title is enough to know an evening by: "APIHour #72" is, "Apéro" is not."""
    found = words(title)
    return len(found) >= 3 or (len(found) == 2 and bool(numbers(title)))


def names_day(text: str, day: date) -> bool:
    """Whether a text names a day: "29 juin", "june 29", "29/06/2026", "2026-06-29"."""
    months = "|".join(_MONTHS[day.month - 1].split())
    pattern = (
        rf"(?<!\d)0?{day.day}(?:er|st|nd|rd|th)?\s+(?:{months})\b(?!\s+(?!{day.year})\d{{4}})"
        rf"|\b(?:{months})\s+0?{day.day}(?!\d)"
        rf"|(?<!\d)0?{day.day}[/.-]0?{day.month}(?:[/.-](?:{day.year}|{day.year % 100:02}))?(?![\d/.-]\d)"
        rf"|{day:%Y-%m-%d}"
    )
    return re.search(pattern, text.casefold()) is not None


def collisions(events: Sequence[Event], now: datetime, *, timezone: str) -> tuple[Collision, ...]:
    """Pairs of evenings to come that different groups hold on one day, by day. `timezone` is the planet's. Cancelled ones are none."""
    held: defaultdict[date, list[Event]] = defaultdict(list)
    today = day_of(now, timezone)
    for event in events:
        if event.group_slug and event.status != "cancelled":
            for day in _days(event, timezone):
                if day >= today and (day > today or _is_to_come(event, now)):
                    held[day].append(event)
    told: dict[str, Collision] = {}
    for day in sorted(held):
        of_day = sorted(held[day], key=lambda event: (event.group_slug, event.id))
        for position, first in enumerate(of_day):
            for second in of_day[position + 1 :]:
                if first.group_slug != second.group_slug:
                    key = digest(first.id, second.id)
                    told.setdefault(key, _collision(day, first, second, key))
    return tuple(told.values())


def _collision(day: date, first: Event, second: Event, key: str) -> Collision:
    text = Message.of(
        "{date}: {first_group} (“{first}”) and {second_group} (“{second}”) hold an evening on the same day",
        date=day.isoformat(),
        first_group=first.group,
        first=first.title,
        second_group=second.group,
        second=second.title,
    )
    return Collision(day=day, first=first, second=second, key=key, text=text)


def _is_to_come(event: Event, now: datetime) -> bool:
    return not isinstance(event.start, datetime) or event.start > now


def _days(event: Event, timezone: str) -> Iterator[date]:
    """The days that an event takes: an all-day one all of them, an evening the one it begins on."""
    day = day_of(event.start, timezone)
    yield day
    if not isinstance(event.start, datetime):
        end = day_of(event.end, timezone)
        for later in range(1, LONGEST):
            if day + timedelta(days=later) >= end:
                return
            yield day + timedelta(days=later)


def with_stories(events: Sequence[Event], linked: Mapping[str, tuple[int, ...]]) -> tuple[Event, ...]:
    """The events with the rows of the stories that announce them (`announcements`)."""
    return tuple(replace(event, stories=linked[event.id]) if event.id in linked else event for event in events)
