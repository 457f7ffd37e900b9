"""Which stories are the pages of an event's talks. Pure.

A talk is known by its address: a folder of the address names the series and the number of the event, as in
`/talks/api-hour-71/compatibility.html` for « APIHour #71 ».
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from planet.model import Event, MergeEntry
from planet.similarity import significant_words
from planet.when import instant

SERIES = 3
"""Most words of a title before the number that name a series: "API Hour 71", "Clermont'ech API Hour 71"."""
FAR = timedelta(days=400)
"""A page this far from an event's date is of another one, whatever its address says."""
_NAMED = re.compile(r"[^\W\d_]{2,}.*\d", re.DOTALL)
Talks = dict[str, tuple[tuple[int, str, str], ...]]
"""Event id -> (id of a story, rule, what it says)."""


def talks(events: Sequence[Event], stories: Iterable[MergeEntry], *, sources: Mapping[str, Collection[str]]) -> Talks:
    """The stories that are talks of events, by the folder of their address. `sources`: feed key -> names of its sources.

    A story is a talk only where one of its sources lists the event, only of one event, and never of the story of the event itself.
    """
    by_name: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        for name in _series_names(event.data.title):
            by_name[name].append(event)
    candidates: defaultdict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for story in stories:
        names = sources.get(story.feed, ())
        for folder in _folders(story.link):
            of_series = [event for event in by_name.get(_joined(folder), ()) if _fits(event, story, names)]
            if len(of_series) == 1:
                candidates[of_series[0].id].append((story.entry_id, "address", folder))
                break
    return {event_id: tuple(dict.fromkeys(pages)) for event_id, pages in candidates.items()}


def with_talks(events: Sequence[Event], pages: Talks) -> tuple[Event, ...]:
    """The events with the pages of their talks; a page of a talk announces nothing."""
    return tuple(_with(event, pages.get(event.id, ())) for event in events)


def _with(event: Event, pages: tuple[tuple[int, str, str], ...]) -> Event:
    if not pages:
        return event
    ids = {story_id for story_id, _, _ in pages}
    return replace(
        event,
        talks=pages,
        stories=tuple(story_id for story_id in event.stories if story_id not in ids),
        mentions=tuple(story_id for story_id in event.mentions if story_id not in ids),
    )


def _fits(event: Event, story: MergeEntry, names: Collection[str]) -> bool:
    listing = {event.group, *(name for name, _, _, _ in event.sources)}
    near = abs(instant(event.data.start) - (story.published or story.date)) <= FAR
    return near and not listing.isdisjoint(names)


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
