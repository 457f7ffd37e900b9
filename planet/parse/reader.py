"""Bytes to a feed: the character set, the format, the reader that fits, and why."""

from __future__ import annotations

import re
from dataclasses import replace

from planet.links import pages
from planet.model import Message, RawEntry, RawFeed, Unreadable
from planet.parse import charset, discovery, jsonfeed, limits, repair, sniff

_ENTRY = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)


def parse(body: bytes, *, content_type: str, url: str, max_entries: int, timezone: str = "UTC") -> RawFeed | Unreadable:
    """Parse the document at `url`; returns `Unreadable`, with the reason, for what is no feed.

    `content_type` is the header field as it came ("" none): only its charset is used, the format shows in the body.
    `max_entries` is how many of the newest entries are kept. `timezone` (IANA) is that of dates that name none.
    """
    decoded = charset.decode(body, content_type)
    if decoded is None:
        return Unreadable(error_class="unsupported", error=Message.of("the document is UTF-32: it must be UTF-8"))
    text = decoded.text
    start = sniff.start(text)
    if start.kind == "json":
        read: RawFeed | Unreadable = jsonfeed.read(
            text[start.at :].rstrip("\x00 \t\r\n"), limit=max_entries, timezone=timezone
        )
    elif start.kind == "feed":
        exact = decoded.charset == "utf-8" and not decoded.replaced and not body.startswith(b"\xef\xbb\xbf")
        data = body if exact else text.encode("utf-8", "replace")
        read = _xml(text, data, start, max_entries, timezone)
        if isinstance(read, RawFeed) and not read.format.startswith("rss2") and _says_nothing(read):
            what = Message.of("XML, but not a feed: <{root}> has neither title, link nor entries", root=start.root[:60])
            return Unreadable(error_class="not-a-feed", error=what)
        if isinstance(read, RawFeed) and not read.entries and (count := len(_ENTRY.findall(text, start.at))):
            what = Message.counted(
                "{count} entry, which cannot be read: <{root}> is not built like a feed",
                "{count} entries, none of which can be read: <{root}> is not built like a feed",
                count=count,
                root=start.root[:60],
            )
            return Unreadable(error_class="not-a-feed", error=what)
    else:
        return _no_feed(text, start, url)
    if not isinstance(read, RawFeed):
        return read
    if read.entries and not any(map(_says_anything, read.entries)):
        what = Message.counted(
            "{count} entry, and it has no title, text, link or id",
            "{count} entries, and none has a title, a text, a link or an id",
            count=len(read.entries),
        )
        return Unreadable(error_class="not-a-feed", error=what)
    return replace(read, warnings=(*_about_charset(decoded), *read.warnings))


def _says_anything(entry: RawEntry) -> bool:
    return bool(entry.id or pages(entry.links) or entry.title or entry.content or entry.summary or entry.enclosures)


def _says_nothing(read: RawFeed) -> bool:
    """RDF about something else, or a <feed> of a vocabulary that is not Atom's."""
    return not (read.entries or read.deleted or read.title or read.link or read.id or read.self_link)


def _xml(text: str, data: bytes, start: sniff.Start, limit: int, timezone: str) -> RawFeed | Unreadable:
    """Read XML by lxml; else repaired and by lxml, which keeps the exact meaning; else by feedparser. Unreadable where the document was cut."""
    from planet.parse import lxml_reader  # a run in which nothing changed imports no parser

    if not limits.cheap(data) and (refused := limits.check(text)):
        return refused
    fault: Message | None = None
    if repair.has_c1(data):
        text = repair.without_c1(text)
        start, data = sniff.start(text), text.encode("utf-8", "replace")
    if start.junk:
        fault = Message.of("something that is no part of it stands before the document; read anyway")
    elif not start.doctype:
        read = lxml_reader.read(data, limit=limit, timezone=timezone)
        if isinstance(read, RawFeed):
            return read
        fault = read
    elif "<!ENTITY" in text[: start.at]:
        fault = Message.of("the document declares entities of its own: they are not expanded; read anyway")
    end = sniff.root_end(text, start.root)
    if end < 0 and text.find("/>", start.at) == text.find(">", start.at) - 1:
        end = len(text)  # an empty root after a document type: `<rss/>`
    if end < 0:
        return Unreadable(
            error_class="truncated",
            error=Message.of("the document stops before its end: `</{root}>` is missing", root=start.root),
        )
    repaired = repair.repair(text, start.root, start.at, end)
    for attempt in (str, repair.tags):
        read = lxml_reader.read(attempt(repaired).encode(), limit=limit, timezone=timezone)
        if isinstance(read, RawFeed):
            return replace(read, reader_reason=str(fault), warnings=(fault, *read.warnings)) if fault else read
        fault = fault or read
    return _liberal(repaired, fault or Message.of("not well-formed XML"), limit, timezone)


def _liberal(text: str, fault: Message, limit: int, timezone: str) -> RawFeed | Unreadable:
    from planet.parse import feedparser_reader  # feedparser costs 60 ms to import, and few feeds need it

    if refused := limits.check(text, liberal=True):
        return refused
    read = feedparser_reader.read(text, limit=limit, timezone=timezone)
    if read is None:
        return Unreadable(error_class="not-a-feed", error=fault)
    return replace(read, reader_reason=str(fault), warnings=(fault, *read.warnings))


def _about_charset(decoded: charset.Decoded) -> tuple[Message, ...]:
    problems = []
    if decoded.replaced:
        problems.append(
            Message.counted(
                "{count} byte is no {charset}: it costs one character",
                "{count} bytes are no {charset}: each costs one character",
                count=decoded.replaced,
                charset=decoded.charset,
            )
        )
    if decoded.label:
        problems.append(
            Message.of(
                "nobody knows the charset {label}: read as {charset}", label=decoded.label, charset=decoded.charset
            )
        )
    return tuple(problems)


def _no_feed(text: str, start: sniff.Start, url: str) -> Unreadable:
    if start.kind == "empty":
        return Unreadable(error_class="not-a-feed", error=Message.of("the document is empty"))
    if start.kind == "calendar":
        return Unreadable(error_class="not-a-feed", error=Message.of("a calendar: it belongs under `calendars:`"))
    if start.kind == "xml":
        moved = discovery.new_location(text, url) if start.root.lower() == "redirect" else ""
        if moved:
            return Unreadable(
                error_class="not-a-feed",
                error=Message.of("a document that leads to {url}", url=moved),
                candidates=((moved, discovery.REDIRECT),),
            )
        return Unreadable(
            error_class="not-a-feed",
            error=Message.of("XML, but not a feed: its root is <{root}>", root=start.root[:60]),
        )
    if start.kind == "other":
        return Unreadable(error_class="not-a-feed", error=Message.of("neither RSS, Atom nor JSON Feed"))
    feeds = discovery.in_page(text, url)
    if not feeds:
        return Unreadable(error_class="not-a-feed", error=Message.of("an HTML page that names no feed"))
    if feeds[0][1] == discovery.REDIRECT:
        error = Message.of("a document that leads to {url}", url=feeds[0][0])
        return Unreadable(error_class="not-a-feed", error=error, candidates=feeds)
    return Unreadable(
        error_class="not-a-feed",
        error=Message.of(
            "an HTML page, not a feed; it names {urls}", urls=", ".join(target for target, _ in feeds[:3])
        ),
        candidates=feeds,
    )
