"""Atom 1.0 (RFC 4287), with archives (RFC 5005), replies (RFC 4685) and a WebSub hub."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from planet.model import Person
from planet.render.syndicate.document import Document
from planet.render.syndicate.items import Item, Origin, brief
from planet.render.syndicate.xml import closed, document, line, opened
from planet.when import rfc3339

SPACE = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
TYPE = "application/atom+xml"


def atom(feed: Document) -> bytes:
    """The document as bytes."""
    return document(_lines(feed), feed.path)


def _lines(feed: Document) -> Iterator[str]:
    spaces = {"xmlns": SPACE, "xmlns:fh": HISTORY if feed.archive else ""}
    yield opened(0, "feed", {**spaces, "xml:lang": feed.language})
    yield line(1, "id", feed.id)
    yield line(1, "title", feed.title)
    yield line(1, "subtitle", feed.subtitle)
    yield line(1, "updated", rfc3339(feed.updated))
    yield _person(1, "author", feed.author, feed.email)
    yield _link(1, "self", f"{feed.page}atom.xml", TYPE)
    yield _link(1, "alternate", feed.page, "text/html")
    yield _link(1, "hub", feed.hub)
    yield _link(1, "current", feed.current, TYPE)
    yield _link(1, "prev-archive", feed.prev_archive, TYPE)
    yield _link(1, "next-archive", feed.next_archive, TYPE)
    if feed.archive:
        yield line(1, "fh:archive")
    name, _, version = feed.generator.partition(" ")
    yield line(1, "generator", name, {"version": version})
    for item in feed.items:
        yield item.written("atom", partial(_entry, item, feed))
    yield closed(0, "feed")


def _link(depth: int, rel: str, href: str, kind: str = "", **attributes: str) -> str:
    return line(depth, "link", attributes={"rel": rel, "href": href, "type": kind, **attributes}) if href else ""


def _person(depth: int, role: str, person: Person, email: str = "") -> str:
    lines = [opened(depth, role), line(depth + 1, "name", person.name)]
    if person.url:
        lines.append(line(depth + 1, "uri", person.url))
    if email:
        lines.append(line(depth + 1, "email", email))
    return "".join((*lines, closed(depth, role)))


def _entry(item: Item, feed: Document) -> Iterator[str]:
    other = item.language if item.language.lower() != feed.language.lower() else ""
    yield opened(1, "entry", {"xml:lang": other})
    yield line(2, "id", item.id)
    yield line(2, "title", item.title)
    yield _link(2, "alternate", item.url, "text/html")
    for enclosure in item.enclosures:
        length = "" if enclosure.length is None else str(enclosure.length)
        yield _link(2, "enclosure", enclosure.url, enclosure.type, length=length, title=enclosure.title)
    for url, source in item.also:
        yield _link(2, "related", url, "text/html", title=source)
    yield _link(2, "replies", item.comments, "text/html")
    yield line(2, "published", rfc3339(item.published))
    yield line(2, "updated", rfc3339(item.updated))
    for person in item.authors:
        yield _person(2, "author", person)
    for slug, name in item.technologies:
        yield line(2, "category", attributes={"term": slug, "scheme": feed.url, "label": name})
    for tag in item.tags:
        yield line(2, "category", attributes={"term": tag})
    if item.summary:
        yield line(2, "summary", brief(item.summary) if item.html else item.summary)
    if item.html:
        yield line(2, "content", item.html, {"type": "html", "xml:base": item.url})
    if item.origin:
        yield _source(item.origin)
    yield closed(1, "entry")


def _source(origin: Origin) -> str:
    """Whence the entry was taken (RFC 4287 4.2.11)."""
    return "".join(
        (
            opened(2, "source"),
            line(3, "id", origin.id),
            line(3, "title", origin.title),
            line(3, "updated", rfc3339(origin.updated)),
            _person(3, "author", Person(name=origin.author)) if origin.author else "",
            _link(3, "self", origin.feed),
            _link(3, "alternate", origin.page, "text/html"),
            closed(2, "source"),
        )
    )
