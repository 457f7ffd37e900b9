"""Reading lists: OPML documents of others, whose feeds are read as if feeds.yaml named them.

A list is asked at most once in its interval. The last copy that could be read counts until the next one: a list that is gone,
broken or empty takes nobody off the planet. Lists that it names are followed, those that these name are not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from planet import text
from planet.health import public_error
from planet.model import (
    Config,
    Download,
    FeedConfig,
    FetchError,
    ListEntry,
    ListState,
    Message,
    News,
    ReadingList,
    Source,
)
from planet.subscriptions.subscription import Imported
from planet.urls import canonical_key, carries_secret, feed_key, host, http_url, redacted

MAX_BYTES = 2_000_000
MAX_SOURCES = 1_000
MAX_LISTS = 10
"""Lists that a list may name."""
_FAILURES = 3
_FOR = timedelta(days=1)
_LONGEST_PAUSE = timedelta(days=1)
log = logging.getLogger(__name__)

Validators = Mapping[str, str]
Ask = Callable[[str, Validators], Download | FetchError]
Read = Callable[[bytes], Imported | Message]
"""The list in a document, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The states of all lists after asking those that were due, and what a person must be told."""

    states: Mapping[str, ListState]
    news: tuple[News, ...] = ()


def is_due(reading_list: ReadingList, state: ListState, config: Config, now: datetime) -> bool:
    """Whether a list is to be asked now: less and less often where it fails, once a day at least."""
    if state.last_attempt is None:
        return True
    interval = reading_list.interval or config.fetch.interval
    pause: timedelta = interval * 2 ** min(state.failures, 10)
    return now >= state.last_attempt + min(pause, max(interval, _LONGEST_PAUSE))


def refresh(
    config: Config, states: Mapping[str, ListState], now: datetime, ask: Ask, read: Read, *, announce: bool = True
) -> Refreshed:
    """Ask the lists that are due. Those that left feeds.yaml are forgotten. Without `announce` news waits for a later run."""
    refreshed: dict[str, ListState] = {}
    news: list[News] = []
    for reading_list in config.lists:
        state = states.get(reading_list.key, ListState())
        if is_due(reading_list, state, config, now):
            state = _asked(reading_list, state, now, ask, read)
        notice, announced = _notice(reading_list, state, now) if announce else (None, state.announced)
        state = replace(state, announced=announced)
        if notice is not None:
            kind: Literal["failing", "recovered"] = "failing" if announced else "recovered"
            news.append(News(kind=kind, feed=reading_list.label, source="", text=notice))
        refreshed[reading_list.key] = state
    return Refreshed(states=refreshed, news=tuple(news))


def _asked(reading_list: ReadingList, state: ListState, now: datetime, ask: Ask, read: Read) -> ListState:
    """The state of a list after a request."""
    known = (("If-None-Match", state.etag), ("If-Modified-Since", state.last_modified)) if state.sources else ()
    answer = ask(reading_list.url, {name: value for name, value in known if value})
    good = replace(state, last_attempt=now, last_success=now, first_failure=None, failures=0, error=None)
    if isinstance(answer, Download) and answer.unchanged:
        return good
    result = _sources(answer, ask, read)
    if isinstance(result, Message):
        log.info("%s: %s", reading_list.label, result)
        first = state.first_failure or now
        return replace(state, last_attempt=now, first_failure=first, failures=state.failures + 1, error=result)
    sources, follows = result
    assert isinstance(answer, Download)
    headers = {} if follows else {name.lower(): value for name, value in answer.headers}
    log.info("%s: %d sources", reading_list.label, len(sources))
    return replace(
        good,
        sources=tuple(sources),
        etag=headers.get("etag", "")[:500],
        last_modified=headers.get("last-modified", "")[:100],
    )


def _sources(answer: Download | FetchError, ask: Ask, read: Read) -> tuple[list[ListEntry], bool] | Message:
    """Whoever a list names, those of the lists in it too, and whether there were any; or what went wrong with one of them."""
    imported = answer.message if isinstance(answer, FetchError) else read(answer.body)
    if isinstance(imported, Message):
        return imported
    sources = list(_listed(imported))
    inner = [url for url in dict.fromkeys(map(http_url, imported.lists)) if url][:MAX_LISTS]
    for url in inner:
        nested = ask(url, {})
        other = nested.message if isinstance(nested, FetchError) else read(nested.body)
        if isinstance(other, Message):
            return Message.of("{url}, which it names: {reason}", url=redacted(url), reason=other)
        sources += _listed(other)
    if not sources:
        return Message.of("no feed was found: is it an OPML file?")
    return sources[:MAX_SOURCES], bool(inner)


def _listed(imported: Imported) -> Iterator[ListEntry]:
    for source in imported.subscriptions:
        yield ListEntry(name=source.name, url=source.url, feeds=source.feeds, folders=source.folders)


def _notice(reading_list: ReadingList, state: ListState, now: datetime) -> tuple[Message | None, bool]:
    """What to tell of a list, each thing once; and whether its failure has been told."""
    if not state.failures:
        if not state.announced:
            return None, False
        return Message.of(
            "the list {url} can be read again (line {line} of feeds.yaml)",
            url=reading_list.label, line=reading_list.line,
        ), False  # fmt: skip
    lasts = state.failures >= _FAILURES and now - (state.first_failure or now) >= _FOR
    if state.announced or (state.sources and not lasts):
        return None, state.announced
    error = public_error(reading_list, state.error) or ""
    if not state.sources:
        return Message.of(
            "the list {url} (line {line} of feeds.yaml) cannot be read: {error}; nobody of it is on the planet yet",
            url=reading_list.label, line=reading_list.line, error=error,
        ), True  # fmt: skip
    return Message.of(
        "the list {url} (line {line} of feeds.yaml) cannot be read: {error}; its last good copy counts ({sources})",
        url=reading_list.label, line=reading_list.line, error=error,
        sources=Message.counted("{count} source", "{count} sources", count=len(state.sources)),
    ), True  # fmt: skip


def with_listed(config: Config, states: Mapping[str, ListState]) -> Config:
    """The configuration with whoever its lists name, behind those of feeds.yaml, who win: a listed source of which feeds.yaml names
    the page or a feed is left out, and so is whoever `without` of the list names.
    """
    known = {canonical_key(feed.url) or feed.key for source in config.sources for feed in source.feeds}
    pages = {canonical_key(source.url) for source in config.sources if source.url}
    names = _Names(config)
    sources: list[Source] = []
    for reading_list in config.lists:
        for listed in states.get(reading_list.key, ListState()).sources:
            feeds = {canonical_key(url) or url: url for url in listed.feeds if http_url(url)}
            if not feeds or feeds.keys() & known or (canonical_key(listed.url) or "-") in pages:
                continue
            if _is_left_out(listed, reading_list):
                continue
            known |= feeds.keys()
            name, slug = names.of(listed, next(iter(feeds.values())))
            sources.append(_source(config, reading_list, replace(listed, name=name), slug, tuple(feeds.values())))
    return replace(config, sources=(*config.sources, *sources)) if sources else config


class _Names:
    """The names and slugs of all sources, each once."""

    def __init__(self, config: Config) -> None:
        self._slugs = {slug for source in config.sources for slug in (source.slug, *source.aliases)}
        self._names = {text.fold(source.name) for source in config.sources}

    def of(self, listed: ListEntry, feed: str) -> tuple[str, str]:
        """(name, slug) of a listed source: its host stands behind a name that another source has."""
        name = text.one_line(listed.name, 200)
        if text.fold(name) in self._names:
            name = f"{name} ({host(listed.url or feed)})"
        self._names.add(text.fold(name))
        slug = _distinct(text.slug(name), self._slugs)
        self._slugs.add(slug)
        return name, slug


def _is_left_out(listed: ListEntry, reading_list: ReadingList) -> bool:
    """Whether `without` of the list has the source: by its name, its page or one of its feeds."""
    addresses = {canonical_key(url) for url in (listed.url, *listed.feeds)} - {""}
    return any(
        text.fold(item) == text.fold(listed.name) or canonical_key(item) in addresses for item in reading_list.without
    )


def _distinct(slug: str, taken: set[str]) -> str:
    """The slug, or the first of `slug-2`, `slug-3`… that nobody has."""
    number, name = 1, slug
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    return name


def _source(config: Config, reading_list: ReadingList, listed: ListEntry, slug: str, feeds: tuple[str, ...]) -> Source:
    folders = {text.fold(folder) for folder in listed.folders}
    filed = [entry.slug for entry in config.technologies if {text.fold(entry.slug), text.fold(entry.name)} & folders]
    return Source(
        kind="member",
        slug=slug,
        name=listed.name,
        url=http_url(listed.url),
        technologies=tuple(dict.fromkeys((*reading_list.technologies, *filed))),
        feeds=tuple(
            FeedConfig(
                configured=url.partition("#")[0],
                url=url.partition("#")[0],
                key=feed_key(url),
                unlisted=bool(reading_list.unlisted) or carries_secret(url),
                timezone="UTC",
                line=reading_list.line,
            )
            for url in feeds
        ),
        line=reading_list.line,
    )
