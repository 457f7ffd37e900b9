"""A normalised entry, and what a document changes in what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from planet.model.base import Message, SafeHtml
from planet.model.feed import Deleted, Enclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who is credited: a name to show, and a page if one is known (http or https)."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """Where an entry says it comes from (atom:source, RSS source)."""

    id: str = ""
    title: str = ""
    url: str = ""
    feed_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanitised:
    """The result of sanitising an entry's HTML: `text` is plain, `links` the absolute targets, `code` the language classes."""

    html: SafeHtml
    text: str
    links: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    shortened: Literal["", "long", "deep"] = ""
    """Why only a part is kept: "long" (more than is read), "deep" (nested too deep: the beginning of the text without markup); "" for a whole text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry with its identity fixed, dates in UTC, links absolute, text safe.

    `uid` is what the entry is recognised by within its feed (folded id, else link, else a hash); `id` is the source's own id as
    given ("" none). `link_key` is the canonical link ("" none), `text_key` a hash of folded title and text, `title_key` the
    folded title. `raw_hash` shows whether the feed says the same as before; `content_hash` whether what a reader sees changed.
    """

    uid: str
    id: str
    position: int
    link: str
    link_key: str
    title_key: str
    text_key: str
    raw_hash: str
    content_hash: str
    title: str
    untitled: bool = False
    """The author gave no title: `title` is how its text begins, what its picture shows, or its day."""
    html: SafeHtml
    text: str
    summary: str
    """Plain text of the source's own summary, "" when it gives none."""
    published: datetime | None = None
    updated: datetime | None = None
    url_date: datetime | None = None
    """The day in its URL, if there is one."""
    date_only: bool = False
    date_reason: str = ""
    authors: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image: str = ""
    language: str = ""
    language_found: bool = False
    """Neither feed nor entry named the language: it was found in the text."""
    code: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    words: int = 0
    source: SourceRef | None = None
    comments: str = ""
    changed_by: tuple[str, ...] = ()
    """Names of the programs that changed it (see `planet.plugins`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnchangedEntry:
    """An entry that says exactly what it said last time: only its place in the document is news."""

    uid: str
    raw_hash: str
    position: int
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The content of a document, ready to be compared with what is stored. `feed_date` is the document's own, or HTTP's."""

    entries: tuple[Entry | UnchangedEntry, ...]
    deleted: tuple[Deleted, ...] = ()
    complete: bool = False
    feed_id: str = ""
    feed_title: str = ""
    feed_link: str = ""
    feed_language: str = ""
    feed_date: datetime | None = None
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKey:
    """The stored fields by which an entry is recognised. `entry_id` is its number in the database."""

    entry_id: int
    uid: str
    id: str
    link_key: str
    title_key: str
    text_key: str
    raw_hash: str
    content_hash: str
    body_key: str = ""
    """Its text alone (`planet.text.body_key`)."""
    date: datetime
    first_seen: datetime
    published: datetime | None
    updated: datetime | None
    changes: int = 0
    missing_since: datetime | None = None
    withdrawn: bool = False
    tombstone: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffContext:
    """What computing changes needs besides the stored entries: the document, first fetches, limits."""

    first_fetch: bool
    """This feed never gave an entry before."""
    planet_first_run: bool
    newcomer_entries: int
    read: Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """A new entry: where it sorts (`date`, never after `first_seen`) and whether it may enter the output feeds."""

    entry: Entry
    date: datetime
    date_reason: str
    first_seen: datetime
    in_feeds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A stored entry with its changed content. `edited` is the time of the edit, set when what a reader sees has changed."""

    entry_id: int
    entry: Entry
    edited: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes that a document makes to the stored entries of its feed. Entries in `seen` are listed again (`missing_since` is reset)."""

    inserts: tuple[Insert, ...] = ()
    updates: tuple[Update, ...] = ()
    seen: tuple[int, ...] = ()
    missing: tuple[tuple[int, datetime], ...] = ()
    withdrawn: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()
    """Deleted by the feed's own tombstone: they do not return."""
    warnings: tuple[Message, ...] = ()

    @property
    def shown(self) -> bool:
        """Whether anything that readers see is different."""
        return bool(self.inserts or self.updates or self.withdrawn or self.restored or self.deleted)
