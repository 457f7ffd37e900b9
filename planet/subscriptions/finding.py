"""Find the feeds of an address: the feed itself, those that the page names, else those at usual paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urljoin

from planet.model import CalendarRead, Download, FetchError, Message, RawFeed, Unreadable
from planet.parse.discovery import LINKED
from planet.text import one_line, plain
from planet.urls import host, http_url

How = Literal["itself", "named", "linked", "guessed"]
Get = Callable[[str], Download | FetchError]
ReadFeed = Callable[[Download], RawFeed | Unreadable]
ReadCalendar = Callable[[Download], CalendarRead | Unreadable]

USUAL = ("feed/", "atom.xml", "feed.xml", "rss.xml", "index.xml", "feed.json")
"""Paths of feeds of WordPress, Jekyll, Hugo and others, requested only where the page names no feed."""
_LESS = re.compile(r"comment|commentaire|replies|/tags?/|/categor", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """The feed found at an address, as it is to be configured, and the `others` that the page names."""

    feed: str
    calendar: bool
    name: str
    page: str
    entries: int
    others: tuple[str, ...] = ()
    how: How = "itself"
    """The address is the feed's own; or its page names the feed, links to it, or says nothing of it: it was looked for."""


def find(address: str, get: Get, read_feed: ReadFeed, read_calendar: ReadCalendar) -> Discovered | Message:
    """The first feed or calendar that can be read, or the reason why there is none. `get` is called some eight times at most."""
    first = get(address)
    if isinstance(first, FetchError):
        return first.message
    result = _read(address, first, read_feed, read_calendar)
    if isinstance(result, Discovered):
        return result
    page = first.url
    named = sorted((url for url, _kind in result.candidates), key=lambda url: bool(_LESS.search(url)))
    only_linked = bool(named) and all(kind == LINKED for _, kind in result.candidates)
    places = (*_places(page, named), *(_places(page, []) if only_linked else ()))
    for candidate in places:
        answer = get(candidate)
        if isinstance(answer, FetchError):
            continue
        read = _read(candidate, answer, read_feed, read_calendar)
        if isinstance(read, Discovered):
            others = tuple(url for url in named if url != candidate)
            how: How = "guessed" if candidate not in named else "linked" if only_linked else "named"
            return replace(read, page=read.page or http_url(page), others=others, how=how)
    if named and not only_linked:
        return Message.of("the page names {feed}, which cannot be read as a feed", feed=named[0])
    return Message.of("no feed was found there: {error}", error=result.error)


def _places(page: str, named: list[str]) -> Iterator[str]:
    if named:
        yield from named[:4]
        return
    root = urljoin(page, "/")
    here = urljoin(page, "./")
    yield from dict.fromkeys((*(urljoin(here, name) for name in USUAL[:2]), *(urljoin(root, name) for name in USUAL)))


def _read(address: str, answer: Download, read_feed: ReadFeed, read_calendar: ReadCalendar) -> Discovered | Unreadable:
    moved = answer.chain and all(hop.status in {301, 308} for hop in answer.chain) and "@" not in address
    feed = answer.url if moved else address
    if b"BEGIN:VCALENDAR" in answer.body[:2000].upper():
        calendar = read_calendar(answer)
        if isinstance(calendar, Unreadable):
            return calendar
        return Discovered(
            feed=feed,
            calendar=True,
            name=one_line(calendar.name, 100) or host(feed),
            page="",
            entries=len(calendar.events),
        )
    raw = read_feed(answer)
    if isinstance(raw, Unreadable):
        return raw
    return Discovered(
        feed=feed,
        calendar=False,
        name=one_line(plain(raw.title), 100) or host(feed),
        page=http_url(raw.link, answer.url),
        entries=len(raw.entries) + raw.dropped,
    )
