"""A document as parsed: addresses are not resolved, values not checked, HTML not sanitised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from planet.model.base import Message
from planet.model.event import RawEvent
from planet.model.fetch import ErrorClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text construct. `base` is the xml:base in force ("" none; may be relative to the feed), `lang` the xml:lang."""

    value: str
    kind: Literal["text", "html"] = "html"
    base: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDate:
    """A date as written and as understood. `value` is aware UTC, None when it cannot be a date; `reason` says which rule read it."""

    written: str
    value: datetime | None = None
    date_only: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPerson:
    """Somebody whom a document names. `element` says where: a format names people in several places (see `planet.people.credited`)."""

    element: str = ""
    """atom:author, authors (JSON Feed 1.1), managingeditor, dc:creator, dc:publisher, itunes:author, author, dc:contributor."""
    name: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLink:
    """A link of an entry. `element` says where: a format names pages in several places (see `planet.links`)."""

    element: str
    """link, atom:link, guid, comments, wfw:commentrss, feedburner:origlink, content (its src); url, external_url (JSON Feed)."""
    href: str
    rel: str = "alternate"
    type: str = ""
    """Media type, in lower case, without parameters; "" when the document gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """`length` is in bytes, None when unknown or junk."""

    url: str
    type: str = ""
    length: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSource:
    """atom:source, or RSS <source>."""

    id: str = ""
    title: str = ""
    url: str = ""
    feed_url: str = ""
    authors: tuple[RawPerson, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """at:deleted-entry (RFC 6721)."""

    ref: str
    when: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One entry of a document, as written there."""

    position: int
    id: str = ""
    base: str = ""
    """What relative links of this entry start from (xml:base), "" when the document says nothing."""
    links: tuple[RawLink, ...] = ()
    """Every link of the entry but enclosures, in the order of the document. A guid is one where it is an address and no permalink="false"."""
    title: Text | None = None
    content: Text | None = None
    summary: Text | None = None
    published: ParsedDate | None = None
    updated: ParsedDate | None = None
    authors: tuple[RawPerson, ...] = ()
    """All people that the entry names, in any element."""
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    pictures: tuple[str, ...] = ()
    """Addresses of pictures that stand beside the text, the best first: thumbnails, then attached ones."""
    language: str = ""
    source: RawSource | None = None
    geo: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A whole document. `format` is one of rss090 … rss20 rss10 atom03 atom10 json10 json11; hints are in seconds."""

    format: str
    reader: Literal["strict", "liberal", "json"]
    reader_reason: str = ""
    id: str = ""
    title: str = ""
    link: str = ""
    base: str = ""
    language: str = ""
    updated: ParsedDate | None = None
    authors: tuple[RawPerson, ...] = ()
    self_link: str = ""
    complete: bool = False
    expired: bool = False
    delay_hint: int | None = None
    """Seconds between polls that the document asks for (ttl, sy:), None when it says nothing valid."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    """Monday is 0."""
    entries: tuple[RawEntry, ...] = ()
    deleted: tuple[Deleted, ...] = ()
    dropped: int = 0
    """Number of entries that were left out because of `max_entries`."""
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The reason why a body cannot be read as a feed. `candidates` are feeds that an HTML page names, in the order of the page."""

    error_class: ErrorClass
    error: Message
    candidates: tuple[tuple[str, str], ...] = ()
    """(absolute URL, type)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRead:
    """A whole calendar, or a feed of events."""

    name: str = ""
    events: tuple[RawEvent, ...] = ()
    delay_hint: int | None = None
    warnings: tuple[Message, ...] = field(default=())
