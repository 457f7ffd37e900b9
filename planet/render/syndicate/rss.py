"""RSS 2.0 (rssboard.org), with content:encoded, dc:creator and atom:link."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial

from planet.model import Enclosure
from planet.render.syndicate.document import Document
from planet.render.syndicate.items import Item, brief
from planet.render.syndicate.xml import closed, document, line, opened
from planet.urls import to_uri

SPACES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


def rfc822(moment: datetime) -> str:
    """Mon, 23 Nov 2026 08:00:00 GMT."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def rss(feed: Document) -> bytes:
    """The document as bytes."""
    return document(_lines(feed), feed.path)


def _lines(feed: Document) -> Iterator[str]:
    yield opened(0, "rss", {**SPACES, "version": "2.0"})
    yield opened(1, "channel")
    yield line(2, "title", feed.title)
    yield line(2, "link", feed.page)
    yield line(2, "description", feed.subtitle)
    yield line(2, "language", feed.language.lower())
    if feed.email:
        yield line(2, "managingEditor", f"{feed.email} ({feed.author.name})")
    yield line(2, "lastBuildDate", rfc822(feed.updated))
    yield line(2, "generator", feed.generator)
    yield line(2, "docs", "https://www.rssboard.org/rss-specification")
    own = {"rel": "self", "href": f"{feed.page}rss.xml", "type": "application/rss+xml"}
    yield line(2, "atom:link", attributes=own)
    if feed.hub:
        yield line(2, "atom:link", attributes={"rel": "hub", "href": feed.hub})
    for item in feed.items:
        yield item.written("rss", partial(_item, item, feed))
    yield closed(1, "channel")
    yield closed(0, "rss")


def _item(item: Item, feed: Document) -> Iterator[str]:
    yield opened(2, "item")
    yield line(3, "title", item.title)
    yield line(3, "link", to_uri(item.url))
    yield line(3, "guid", item.guid, {"isPermaLink": "true" if item.guid == to_uri(item.url) else "false"})
    yield line(3, "pubDate", rfc822(item.published))
    for person in item.authors:
        yield line(3, "dc:creator", person.name)
    if item.language and item.language.lower() != feed.language.lower():
        yield line(3, "dc:language", item.language)
    for slug, name in item.technologies:
        yield line(3, "category", name, {"domain": f"{feed.url}{slug}/"})
    for tag in item.tags:
        yield line(3, "category", tag)
    # A description is HTML (RSS Board profile), a summary is text.
    yield line(3, "description", html.escape(brief(item.summary) if item.html else item.summary, quote=False))
    if item.html:
        yield line(3, "content:encoded", item.html)
    if item.enclosures:
        enclosure = _best(item.enclosures)
        # An unknown length is 0 (RSS Board profile).
        length = str(enclosure.length or 0)
        attributes = {"url": to_uri(enclosure.url), "length": length, "type": enclosure.type}
        yield line(3, "enclosure", attributes=attributes)
    if item.comments:
        yield line(3, "comments", to_uri(item.comments))
    if item.origin and item.origin.feed:
        yield line(3, "source", item.origin.title, {"url": to_uri(item.origin.feed)})
    yield closed(2, "item")


def _best(enclosures: tuple[Enclosure, ...]) -> Enclosure:
    """An item has one: the first whose length is known."""
    return next((enclosure for enclosure in enclosures if enclosure.length), enclosures[0])
