"""The history of another planet: entries of an archive (Atom, RSS, or the cache of Planet Venus) that feeds no longer list.

Each keeps its id, its date and its text, and counts as seen on that date. Nothing that is stored is changed, and no feed is asked
sooner or later for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from planet.merge.authorship import Authors
from planet.merge.entry_changes import diff
from planet.model import (
    Changes,
    Classification,
    Classified,
    Config,
    DiffContext,
    Entry,
    FetchState,
    FetchUpdate,
    Insert,
    RawEntry,
    RawFeed,
    RawSource,
    Read,
    Unreadable,
)
from planet.normalise import normalise
from planet.parse.reader import parse
from planet.reading import Rules
from planet.sanitise import sanitise
from planet.store import Application, FeedRow, Store
from planet.urls import canonical_key, host

_ARCHIVE = re.compile(rb"<(?:[A-Za-z]+:)?(feed|entry|rss|RDF)[\s>]")
_DECLARATION = re.compile(rb"^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*", re.DOTALL)
MAX_ENTRIES = 100_000
"""Entries of one document."""


def is_archive(beginning: bytes) -> bool:
    """Whether a file with this beginning has entries: a feed, or one entry as the cache of Planet Venus keeps it."""
    match = _ARCHIVE.search(beginning)
    return match is not None and b"<opml" not in beginning[: match.start()].lower()


class Owners:
    """Finds the feed of feeds.yaml that an archived entry came from: by the address of its feed, that feed's id, its page, its host."""

    def __init__(self, config: Config, otherwise: str = "") -> None:
        """`otherwise`: the key of the feed that gets the entries of feeds that feeds.yaml does not name, "" for none."""
        self._otherwise = otherwise
        self._feeds: dict[str, str] = {}
        pages: dict[str, str] = {}
        hosts: dict[str, set[str]] = {}
        for source in config.sources:
            posts = [feed for feed in source.feeds if feed.kind == "posts"]
            for feed in posts:
                self._feeds.setdefault(canonical_key(feed.url) or feed.key, feed.key)
            if posts and source.url:
                pages.setdefault(canonical_key(source.url), posts[0].key)
            for name in {host(source.url), *(host(feed.url) for feed in posts)} - {""} if posts else ():
                hosts.setdefault(name, set()).add(posts[0].key)
        self._pages = pages
        self._hosts = {name: next(iter(keys)) for name, keys in hosts.items() if len(keys) == 1}

    def feed_of(self, source: RawSource) -> str:
        """The key of the feed; "" where no source of feeds.yaml published it."""
        addresses = [address for address in (source.feed_url, source.id, source.url) if address]
        for known in (self._feeds, self._pages):
            for address in addresses:
                if key := known.get(canonical_key(address)):
                    return key
        names = (self._hosts.get(host(address), "") for address in addresses)
        return next(filter(None, names), self._otherwise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """The entries of one feed in an archived document, ready to be stored."""

    feed: str
    read: Read
    classifications: Mapping[str, Classification]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An archived document: what belongs to feeds of feeds.yaml, and how many entries of which others."""

    portions: tuple[Portion, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)


def read_archive(rules: Rules, owners: Owners, body: bytes, now: datetime) -> Archived | Unreadable:
    """The entries of a document, by feed. Pure."""
    raw = parse(_as_feed(body), content_type="", url="", max_entries=MAX_ENTRIES)
    if isinstance(raw, Unreadable):
        return raw
    whole = RawSource(id=raw.id, title=raw.title, url=raw.link, feed_url=raw.self_link, authors=raw.authors)
    by_feed: dict[str, list[RawEntry]] = {}
    others: Counter[str] = Counter()
    for entry in raw.entries:
        source = entry.source or whole
        key = owners.feed_of(source)
        if key:
            by_feed.setdefault(key, []).append(replace(entry, source=None, authors=entry.authors or source.authors))
        else:
            others[source.feed_url or source.id or source.url or source.title] += 1
    portions = tuple(_portion(rules, raw, key, entries, now) for key, entries in by_feed.items())
    return Archived(portions=portions, others=others)


def _as_feed(body: bytes) -> bytes:
    """The document; an entry that stands alone, as in the cache of Planet Venus, as a feed of one entry."""
    start = _DECLARATION.match(body)
    rest = body[start.end() :] if start else body
    if not re.match(rb"<(?:[A-Za-z]+:)?entry[\s>]", rest):
        return body
    return b'<feed xmlns="http://www.w3.org/2005/Atom">' + rest + b"</feed>"


def _portion(rules: Rules, raw: RawFeed, key: str, entries: list[RawEntry], now: datetime) -> Portion:
    read = normalise(
        replace(raw, entries=tuple(entries), deleted=(), complete=False, authors=()),
        feed=key,
        url=rules.feeds[key].url,
        known={},
        sanitise=sanitise,
        now=now,
    )
    classifications = {
        entry.uid: rules.classifier.classify(entry, key) for entry in read.entries if isinstance(entry, Entry)
    }
    return Portion(feed=key, read=read, classifications=classifications)


def store_portion(store: Store, config: Config, authors: Authors, portion: Portion, now: datetime) -> int:
    """Store the entries that are not stored yet; returns their number."""
    known = store.entry_keys(portion.feed)
    row = store.feeds().get(portion.feed)
    context = DiffContext(
        first_fetch=True, planet_first_run=True, newcomer_entries=config.site.newcomer_entries, read=portion.read
    )
    inserts = tuple(_with_own_date(insert, now) for insert in diff(known, context, now).inserts)

    def place(entry: Entry, date: datetime) -> Classified:
        return authors.classified(entry, portion.classifications[entry.uid], date=date)

    if inserts:
        feed = config.feeds_by_key()[portion.feed][1]
        store.apply(
            Application(
                feed=portion.feed,
                configured=feed.label,
                update=FetchUpdate(state=row.state if row else FetchState()),
                changes=Changes(inserts=inserts),
                read=_as_described(portion.read, row),
                now=now,
                place=place,
                host=host(config.site.url),
            )
        )
    return len(inserts)


def _with_own_date(insert: Insert, now: datetime) -> Insert:
    """The entry with the date of the archive, which readers have seen, in place of the date that a new feed's entry would get."""
    own = insert.entry.published or insert.entry.updated
    date, reason = (own, "archive") if own is not None and own <= now else (insert.date, insert.date_reason)
    return replace(insert, date=date, date_reason=reason, first_seen=date, in_feeds=True)


def _as_described(read: Read, row: FeedRow | None) -> Read:
    """The document with the stored id, title, link and language of its feed: an archive names those of the planet that made it."""
    return replace(
        read,
        feed_id=row.id if row else "",
        feed_title=row.title if row else "",
        feed_link=row.link if row else "",
        feed_language=row.language if row else "",
    )
