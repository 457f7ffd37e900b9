"""RSS 2.0 (rssboard.org), with content:encoded, dc:creator and atom:link."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from email.utils import format_datetime

from lxml import etree

from planet.model import Enclosure
from planet.render.syndicate.document import Document, Item, brief
from planet.render.syndicate.xml import add, written
from planet.urls import to_uri

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
SPACES = {"atom": ATOM[1:-1], "content": CONTENT[1:-1], "dc": DC[1:-1]}


def rfc822(moment: datetime) -> str:
    """Mon, 23 Nov 2026 08:00:00 GMT."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def rss(feed: Document) -> bytes:
    """The document as bytes."""
    root = etree.Element("rss", nsmap=SPACES)
    root.set("version", "2.0")
    channel = add(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.page)
    add(channel, "description", feed.subtitle)
    add(channel, "language", feed.language.lower())
    if feed.email:
        add(channel, "managingEditor", f"{feed.email} ({feed.author.name})")
    add(channel, "lastBuildDate", rfc822(feed.updated))
    add(channel, "generator", feed.generator)
    add(channel, "docs", "https://www.rssboard.org/rss-specification")
    attributes = {"rel": "self", "href": f"{feed.page}rss.xml", "type": "application/rss+xml"}
    add(channel, f"{ATOM}link", attributes=attributes)
    if feed.hub:
        add(channel, f"{ATOM}link", attributes={"rel": "hub", "href": feed.hub})
    for item in feed.items:
        _item(channel, item, feed)
    return written(root, feed.path)


def _item(channel: etree._Element, item: Item, feed: Document) -> None:
    element = add(channel, "item")
    add(element, "title", item.title)
    add(element, "link", to_uri(item.url))
    add(element, "guid", item.guid, {"isPermaLink": "true" if item.guid == to_uri(item.url) else "false"})
    add(element, "pubDate", rfc822(item.published))
    for person in item.authors:
        add(element, f"{DC}creator", person.name)
    if item.language and item.language.lower() != feed.language.lower():
        add(element, f"{DC}language", item.language)
    for slug, name in item.technologies:
        add(element, "category", name, {"domain": f"{feed.url}{slug}/"})
    for tag in item.tags:
        add(element, "category", tag)
    # A description is HTML (RSS Board profile), a summary is text.
    add(element, "description", html.escape(brief(item.summary) if item.html else item.summary, quote=False))
    if item.html:
        add(element, f"{CONTENT}encoded", item.html)
    if item.enclosures:
        enclosure = _best(item.enclosures)
        # An unknown length is 0 (RSS Board profile).
        length = str(enclosure.length or 0)
        add(element, "enclosure", attributes={"url": to_uri(enclosure.url), "length": length, "type": enclosure.type})
    if item.comments:
        add(element, "comments", to_uri(item.comments))
    if item.origin.feed:
        add(element, "source", item.origin.title, {"url": to_uri(item.origin.feed)})


def _best(enclosures: tuple[Enclosure, ...]) -> Enclosure:
    """An item has one: the first whose length is known."""
    return next((enclosure for enclosure in enclosures if enclosure.length), enclosures[0])
