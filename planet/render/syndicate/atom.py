"""Atom 1.0 (RFC 4287), with archives (RFC 5005), replies (RFC 4685) and a WebSub hub."""

from __future__ import annotations

from lxml import etree

from planet.model import Person
from planet.render.syndicate.document import Document, Item, Origin, brief, rfc3339
from planet.render.syndicate.xml import XML, add, document_element, written

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
TYPE = "application/atom+xml"


def atom(feed: Document) -> bytes:
    """The document as bytes."""
    root = document_element(f"{ATOM}feed", ATOM, {"fh": HISTORY} if feed.archive else {})
    root.set(f"{XML}lang", feed.language)
    add(root, f"{ATOM}id", feed.id)
    add(root, f"{ATOM}title", feed.title)
    add(root, f"{ATOM}subtitle", feed.subtitle)
    add(root, f"{ATOM}updated", rfc3339(feed.updated))
    _person(root, "author", feed.author, feed.email)
    _link(root, "self", f"{feed.page}atom.xml", TYPE)
    _link(root, "alternate", feed.page, "text/html")
    _link(root, "hub", feed.hub)
    for rel, href in (
        ("current", feed.current),
        ("prev-archive", feed.prev_archive),
        ("next-archive", feed.next_archive),
    ):
        _link(root, rel, href, TYPE)
    if feed.archive:
        add(root, f"{HISTORY}archive")
    name, _, version = feed.generator.partition(" ")
    add(root, f"{ATOM}generator", name, {"version": version})
    for item in feed.items:
        _entry(root, item, feed)
    return written(root, feed.path)


def _link(parent: etree._Element, rel: str, href: str, kind: str = "", **attributes: str) -> None:
    if href:
        add(parent, f"{ATOM}link", attributes={"rel": rel, "href": href, "type": kind, **attributes})


def _person(parent: etree._Element, role: str, person: Person, email: str = "") -> None:
    element = add(parent, f"{ATOM}{role}")
    add(element, f"{ATOM}name", person.name)
    if person.url:
        add(element, f"{ATOM}uri", person.url)
    if email:
        add(element, f"{ATOM}email", email)


def _entry(root: etree._Element, item: Item, feed: Document) -> None:
    entry = add(root, f"{ATOM}entry")
    if item.language and item.language.lower() != feed.language.lower():
        entry.set(f"{XML}lang", item.language)
    add(entry, f"{ATOM}id", item.id)
    add(entry, f"{ATOM}title", item.title)
    _link(entry, "alternate", item.url, "text/html")
    for enclosure in item.enclosures:
        length = "" if enclosure.length is None else str(enclosure.length)
        _link(entry, "enclosure", enclosure.url, enclosure.type, length=length, title=enclosure.title)
    for url, source in item.also:
        _link(entry, "related", url, "text/html", title=source)
    _link(entry, "replies", item.comments, "text/html")
    add(entry, f"{ATOM}published", rfc3339(item.published))
    add(entry, f"{ATOM}updated", rfc3339(item.updated))
    for person in item.authors:
        _person(entry, "author", person)
    for slug, name in item.technologies:
        add(entry, f"{ATOM}category", attributes={"term": slug, "scheme": feed.url, "label": name})
    for tag in item.tags:
        add(entry, f"{ATOM}category", attributes={"term": tag})
    if item.summary:
        add(entry, f"{ATOM}summary", brief(item.summary) if item.html else item.summary)
    if item.html:
        content = add(entry, f"{ATOM}content", item.html, {"type": "html"})
        content.set(f"{XML}base", item.url)
    _source(entry, item.origin)


def _source(entry: etree._Element, origin: Origin) -> None:
    """Whence the entry was taken (RFC 4287 4.2.11)."""
    source = add(entry, f"{ATOM}source")
    add(source, f"{ATOM}id", origin.id)
    add(source, f"{ATOM}title", origin.title)
    add(source, f"{ATOM}updated", rfc3339(origin.updated))
    if origin.author:
        _person(source, "author", Person(name=origin.author))
    _link(source, "self", origin.feed)
    _link(source, "alternate", origin.page, "text/html")
