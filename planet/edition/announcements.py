"""Which stories announce an event. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from planet.model import Event, MergeEntry
from planet.similarity import numbered_apart, numbers, significant_words, titles_alike
from planet.urls import canonical_key
from planet.when import day_of, instant

BEFORE = timedelta(days=120)
AFTER = timedelta(days=31)
"""A story this long before an event may announce it, this long after it may tell of it."""
ALIKE = 95
_MONTHS = (
    "janvier january", "février fevrier february", "mars march", "avril april", "mai may", "juin june", "juillet july",
    "août aout august", "septembre september", "octobre october", "novembre november", "décembre decembre december",
)  # fmt: skip


Links = dict[str, tuple[int, ...]]
"""Event id -> ids of stories, in the order of the stories."""


def announcements(
    events: Sequence[Event],
    stories: Iterable[MergeEntry],
    *,
    timezone: str,
    sources: Mapping[str, Collection[str]],
) -> tuple[Links, Links]:
    """The stories that announce events, and those that only seem to be about them. `timezone` is the planet's.

    A story is linked when it stands on the event's own page, or bears nearly its title near its date; where several events share
    that page or title, it must name the day as well. Each story is of one event: the likeliest, then the next to come.
    `sources` maps the key of a feed to the names of its sources: by its title alone a story announces an event only where one of
    them lists the event. Anybody may write about an event; nobody announces it in a group's name.
    """
    by_page: defaultdict[str, list[Event]] = defaultdict(list)
    by_word: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if page := canonical_key(event.data.url):
            by_page[page].append(event)
        for word in set(significant_words(event.data.title)):
            by_word[word].append(event)
    announcing: defaultdict[str, list[int]] = defaultdict(list)
    mentioning: defaultdict[str, list[int]] = defaultdict(list)
    for story in stories:
        if of_page := _of_page(story, by_page, timezone):
            announcing[of_page[0].id].append(story.entry_id)
            continue
        for event in _of_title(story, by_word, timezone):
            listing = {event.group, *(name for name, _, _, _ in event.sources)}
            links = announcing if listing.intersection(sources.get(story.feed, ())) else mentioning
            links[event.id].append(story.entry_id)
    return _unique(announcing), _unique(mentioning)


def _unique(links: Mapping[str, Sequence[int]]) -> Links:
    return {event_id: tuple(dict.fromkeys(story_ids)) for event_id, story_ids in links.items()}


def _of_page(story: MergeEntry, by_page: dict[str, list[Event]], timezone: str) -> list[Event]:
    there = by_page.get(story.link_key, []) if story.link_key else []
    if len(there) == 1:
        return there
    return [event for event in there if names_day(f"{story.title} {story.text}", day_of(event.data.start, timezone))][
        :1
    ]


def _of_title(story: MergeEntry, by_word: dict[str, list[Event]], timezone: str) -> list[Event]:
    words = significant_words(story.title)
    if not words:
        return []
    rarest = min(words, key=lambda word: (len(by_word.get(word, ())) or 1_000_000, word))
    published = story.published or story.date
    near = [
        event
        for event in by_word.get(rarest, ())
        if instant(event.data.start) - BEFORE <= published <= instant(event.data.start) + AFTER
        and _same_title(story.title, event.data.title)
    ]
    if not near:
        return []
    named = [event for event in near if names_day(f"{story.title} {story.text}", day_of(event.data.start, timezone))]
    if len(near) == 1 and (named or _telling(near[0].data.title)):
        return near
    return named[:1]


def _same_title(story: str, event: str) -> bool:
    if numbered_apart(story, event) or numbers(event) - numbers(story):
        return False
    story_words, event_words = set(significant_words(story)), set(significant_words(event))
    return titles_alike(story, event) >= ALIKE and len(story_words & event_words) >= min(2, len(event_words))


def _telling(title: str) -> bool:
    """Whether a title is enough to know an event by: "APIHour #72" is, "Apéro" is not."""
    words = significant_words(title)
    return len(words) >= 3 or (len(words) == 2 and bool(numbers(title)))


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


def with_stories(events: Sequence[Event], announcing: Links, mentioning: Links) -> tuple[Event, ...]:
    """The events with the stories that announce them, and those about them (`announcements`)."""
    return tuple(
        replace(event, stories=announcing.get(event.id, ()), mentions=mentioning.get(event.id, ())) for event in events
    )
