"""Join stories to events: announcements, pages of talks, and posts about an event. Pure.

Six rules, the surest first. None joins what is contradicted: another number of the series in the address, a tag or the title, or a
date too far away.

    page       the story stands on the event's own page
    address    a folder of its address names the series and the number: `/talks/api-hour-71/compatibility.html`, « APIHour #71 »
    tag        one of its tags does: `api-hour-71`
    title      its title is nearly that of the event, near its date; where several events share the title, it names the day as well
    programme  its title, of four words that tell at least, stands in the text of the event or of what announces it
    link       its text links to the page of the event

Anybody may write about an event; only a source that lists the event itself announces it, or holds the pages of its talks by address
or tag. Each story is joined to one event, but by its links to `LINKED` at most.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from planet.model import Event, JoinKind, MergeEntry, StoryJoin
from planet.similarity import numbered_apart, numbers, significant_words, titles_alike
from planet.urls import canonical_key
from planet.when import day_of, instant

BEFORE = timedelta(days=120)
AFTER = timedelta(days=31)
"""A story so long before an event may announce it, and so long after may report on it by its title alone."""
FAR = timedelta(days=400)
"""A recording may follow so long after an event, recognised by number, programme or link. Later stories belong to other events."""
SOON = timedelta(days=1)
"""A post of the group later than this after the start is a report, no announcement."""
ALIKE = 95
SERIES = 3
"""Most words of a title before the number that name a series: "API Hour 71", "Clermont'ech API Hour 71"."""
PROGRAMME = 4
"""Fewest words of a title that are found again in a programme."""
LINKED = 3
"""A text that links to more events than this is a list of events."""
_NAMED = re.compile(r"[^\W\d_]{2,}.*\d", re.DOTALL)
_MONTHS = (
    "janvier january", "février fevrier february", "mars march", "avril april", "mai may", "juin june", "juillet july",
    "août aout august", "septembre september", "octobre october", "novembre november", "décembre decembre december",
)  # fmt: skip
Joins = dict[str, tuple[StoryJoin, ...]]
"""Event id -> its stories, in the order of the stories."""


def joins(
    events: Sequence[Event],
    stories: Iterable[MergeEntry],
    *,
    timezone: str,
    sources: Mapping[str, Collection[str]],
    site: str = "",
) -> Joins:
    """The stories of each event.

    `timezone` is the planet's, `sources` maps the key of a feed to the names of its sources, `site` is where the planet is published:
    a link to the event's page there counts, too.
    """
    index = _Index.of(events, site)
    every = list(stories)
    order = {story.entry_id: position for position, story in enumerate(every)}
    collected: defaultdict[str, list[StoryJoin]] = defaultdict(list)
    rest: list[MergeEntry] = []
    texts = {event.id: [event.data.text] for event in events}
    for story in every:
        match = _surest(story, index, timezone, sources.get(story.feed, ()))
        if match is None:
            rest.append(story)
            continue
        event, join = match
        collected[event.id].append(join)
        if join.kind == "announcement":
            texts[event.id].append(story.text)
    programmes = _Programmes(events, texts)
    for story in rest:
        for event, join in _by_programme(story, programmes, sources.get(story.feed, ())) or _by_links(story, index):
            collected[event.id].append(join)
    return {
        event_id: tuple(sorted(dict.fromkeys(of_event), key=lambda join: order[join.story_id]))
        for event_id, of_event in collected.items()
    }


def with_joins(events: Sequence[Event], joined: Joins) -> tuple[Event, ...]:
    """The events with their stories."""
    return tuple(replace(event, joins=joined.get(event.id, ())) for event in events)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """Events by the canonical address of their page, by a word of their title, and by the name and number of their series in one word."""

    by_page: Mapping[str, list[Event]]
    by_word: Mapping[str, list[Event]]
    by_series: Mapping[str, list[Event]]

    @classmethod
    def of(cls, events: Sequence[Event], site: str) -> _Index:
        by_page: defaultdict[str, list[Event]] = defaultdict(list)
        by_word: defaultdict[str, list[Event]] = defaultdict(list)
        by_series: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            here = f"{site}events/{event.slug}/" if site else ""
            for page in {canonical_key(event.data.url), canonical_key(here)} - {""}:
                by_page[page].append(event)
            for word in set(significant_words(event.data.title)):
                by_word[word].append(event)
            for name in set(_series_names(event.data.title)):
                by_series[name].append(event)
        return cls(by_page=by_page, by_word=by_word, by_series=by_series)


def _surest(story: MergeEntry, index: _Index, timezone: str, names: Collection[str]) -> tuple[Event, StoryJoin] | None:
    """The event that a story stands on the page of, that its address or a tag numbers, or that bears its title."""
    of_page = _of_page(story, index.by_page, timezone)
    if of_page is not None:
        return of_page, StoryJoin(story_id=story.entry_id, kind="announcement", rule="page", what=story.link)
    if numbered := _of_series(story, index.by_series):
        event, rule, what = numbered
        kind: JoinKind = "talk" if _lists(event, names) else "mention"
        speakers = story.authors if kind == "talk" else ()
        return event, StoryJoin(story_id=story.entry_id, kind=kind, rule=rule, what=what, speakers=speakers)
    titled = _of_title(story, index, timezone)
    if titled is None:
        return None
    late = _date(story) > instant(titled.data.start) + SOON
    kind = "announcement" if _lists(titled, names) and not late else "mention"
    return titled, StoryJoin(story_id=story.entry_id, kind=kind, rule="title", what=titled.data.title)


def _lists(event: Event, names: Collection[str]) -> bool:
    """Whether one of these sources lists the event."""
    return not {event.group, *(name for name, _, _, _ in event.sources)}.isdisjoint(names)


def _date(story: MergeEntry) -> datetime:
    return story.published or story.date


def _is_near(event: Event, story: MergeEntry, after: timedelta = FAR) -> bool:
    start = instant(event.data.start)
    return start - BEFORE <= _date(story) <= start + after


def _of_page(story: MergeEntry, by_page: Mapping[str, list[Event]], timezone: str) -> Event | None:
    there = by_page.get(story.link_key, []) if story.link_key else []
    if len(there) == 1:
        return there[0]
    text = f"{story.title} {story.text}"
    return next((event for event in there if names_day(text, day_of(event.data.start, timezone))), None)


def _of_series(story: MergeEntry, by_series: Mapping[str, list[Event]]) -> tuple[Event, str, str] | None:
    """The one event whose series and number the address or the tags of a story name, and nothing says otherwise.

    A story whose title names them is of the event itself, not of one of its talks.
    """
    titled = {name for name in _series_names(story.title) if name in by_series}
    if titled:
        return None
    named = [("address", folder) for folder in _folders(story.link)] + [("tag", tag) for tag in story.tags]
    matches = [
        (event, rule, what)
        for rule, what in named
        for event in by_series.get(_joined(what), ())
        if abs(instant(event.data.start) - _date(story)) <= FAR
    ]
    return matches[0] if len({event.id for event, _, _ in matches}) == 1 else None


def _of_title(story: MergeEntry, index: _Index, timezone: str) -> Event | None:
    words = significant_words(story.title)
    if not words:
        return None
    numbered = {event.id: event for name in _series_names(story.title) for event in index.by_series.get(name, ())}
    rarest = min(words, key=lambda word: (len(index.by_word.get(word, ())) or 1_000_000, word))
    titled = [event for event in index.by_word.get(rarest, ()) if _same_title(story.title, event.data.title)]
    near = [
        event
        for event in ({**numbered, **{event.id: event for event in titled}}).values()
        if _is_near(event, story, FAR if event.id in numbered or _is_numbered(event.data.title) else AFTER)
        and not numbered_apart(story.title, event.data.title)
    ]
    text = f"{story.title} {story.text}"
    named = [event for event in near if names_day(text, day_of(event.data.start, timezone))]
    if len(near) == 1 and (named or _is_specific(near[0].data.title)):
        return near[0]
    return named[0] if named else None


def _same_title(story: str, event: str) -> bool:
    if numbers(event) - numbers(story):
        return False
    story_words, event_words = set(significant_words(story)), set(significant_words(event))
    return titles_alike(story, event) >= ALIKE and len(story_words & event_words) >= min(2, len(event_words))


def _is_specific(title: str) -> bool:
    """Whether a title is enough to know an event by: "APIHour #72" is, "Apéro" is not."""
    return len(significant_words(title)) >= 3 or _is_numbered(title)


def _is_numbered(title: str) -> bool:
    return len(significant_words(title)) >= 2 and bool(numbers(title))


def _series_names(title: str) -> Iterator[str]:
    """The names by which a numbered title may be written in one word: "apihour71", "hour71"."""
    words = significant_words(title)
    for position, word in enumerate(words):
        if word.isdigit():
            for first in range(max(0, position - SERIES), position):
                name = "".join(words[first : position + 1])
                if _NAMED.fullmatch(name):
                    yield name


def _folders(address: str) -> list[str]:
    """The folders of an address, the last part (the page itself) left out."""
    parts = [part for part in urlsplit(address).path.split("/") if part]
    return [part for part in parts[:-1] if any(character.isdigit() for character in part)]


def _joined(text: str) -> str:
    return "".join(significant_words(text.replace("-", " ").replace("_", " ")))


class _Programmes:
    """The texts about events as sequences of words, and the events by word."""

    def __init__(self, events: Sequence[Event], texts: Mapping[str, Sequence[str]]) -> None:
        self._words = {
            event.id: f" {' | '.join(' '.join(_words(text)) for text in texts[event.id])} " for event in events
        }
        self._by_word: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            for word in set(self._words[event.id].split()):
                self._by_word[word].append(event)

    def with_title(self, title: str) -> list[Event]:
        """The events whose texts contain this title of at least `PROGRAMME` significant words."""
        words = _words(title)
        if len(words) < PROGRAMME:
            return []
        rarest = min((self._by_word.get(word, []) for word in words), key=len)
        row = f" {' '.join(words)} "
        return [event for event in rarest if row in self._words[event.id]]


def _words(text: str) -> tuple[str, ...]:
    return significant_words(text[:10_000])


def _by_programme(story: MergeEntry, programmes: _Programmes, names: Collection[str]) -> list[tuple[Event, StoryJoin]]:
    named = [event for event in programmes.with_title(story.title) if _is_near(event, story)]
    if len(named) != 1:
        return []
    speakers = story.authors if _lists(named[0], names) else ()
    join = StoryJoin(story_id=story.entry_id, kind="talk", rule="programme", what=story.title, speakers=speakers)
    return [(named[0], join)]


def _by_links(story: MergeEntry, index: _Index) -> list[tuple[Event, StoryJoin]]:
    linked: dict[str, tuple[Event, StoryJoin]] = {}
    for link in story.links:
        there = index.by_page.get(canonical_key(link), ())
        if len(there) == 1 and _is_near(there[0], story) and not numbered_apart(story.title, there[0].data.title):
            join = StoryJoin(story_id=story.entry_id, kind="mention", rule="link", what=link)
            linked.setdefault(there[0].id, (there[0], join))
    return list(linked.values()) if len(linked) <= LINKED else []


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
