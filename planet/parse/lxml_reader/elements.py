"""Elements of Atom that other formats use too (links, people, sources, tombstones), and elements common to all XML formats."""

from __future__ import annotations

from planet import links
from planet.model import Deleted, Enclosure, RawLink, RawPerson, RawSource, Text
from planet.parse import hints, values
from planet.parse.dates import read_date
from planet.parse.hints import positive
from planet.parse.lxml_reader.tree import Element, Fields, Tree
from planet.urls import join

_IANA = "http://www.iana.org/assignments/relation/"


def linked(tree: Tree, fields: Fields, base: str, key: str) -> tuple[list[RawLink], list[Enclosure]]:
    """The Atom links among `fields`, in the order of the document: (links, those of rel="enclosure")."""
    others: list[RawLink] = []
    enclosures: list[Enclosure] = []
    for element in fields.get(key, ()):
        url = tree.href(element, "href", base) or tree.text(element)
        if not url:
            continue
        rel = (element.get("rel") or "alternate").strip().removeprefix(_IANA).lower()
        kind = (element.get("type") or "").split(";")[0].strip().lower()
        if rel == "enclosure":
            length = positive(element.get("length") or "")
            enclosures.append(Enclosure(url=url, type=kind, length=length, title=(element.get("title") or "").strip()))
        else:
            others.append(RawLink(element=key, href=url, rel=rel, type=kind))
    return others, enclosures


def original(tree: Tree, fields: Fields) -> list[RawLink]:
    """The page that FeedBurner's own link to an entry stands for: a list of one, or of none."""
    href = tree.first(fields, "feedburner:origlink") if "feedburner:origlink" in fields else ""
    return [RawLink(element="feedburner:origlink", href=href)] if href else []


def self_link(linked: list[RawLink]) -> str:
    """The address that a feed gives as its own (`rel="self"`), "" for none."""
    return next((link.href for link in linked if link.rel == "self"), "")


def people(tree: Tree, fields: Fields, base: str, *keys: str) -> tuple[RawPerson, ...]:
    """Everybody whom these elements name: Atom's are elements with a name, the others a line of text."""
    return tuple(
        person
        for key in keys
        for element in fields.get(key, ())
        if (person := _person(tree, element, base, "atom:author" if tree.names.atom and key == "author" else key))
    )


def _person(tree: Tree, element: Element, base: str, key: str) -> RawPerson | None:
    if len(element) == 0 or not key.endswith("author"):
        return values.person(key, tree.text(element))
    inside = tree.fields(element)
    prefix = "atom:" if key.startswith("atom:") and "atom:name" in inside else ""
    url = tree.first(inside, f"{prefix}uri", f"{prefix}url")
    return values.person(
        key, tree.first(inside, f"{prefix}name"), join(base, url), tree.first(inside, f"{prefix}email")
    )


def terms(tree: Tree, fields: Fields, key: str) -> list[str]:
    """The names of each category, else its text; Google's marks for kinds of entries are no tags."""
    return [
        name
        for element in fields.get(key, ())
        if not (element.get("scheme") or "").endswith("#kind")
        for name in values.names(element.get("label") or "", element.get("term") or tree.text(element))
    ]


def source(tree: Tree, element: Element, outer: str, prefix: str) -> RawSource | None:
    """atom:source: the feed that an entry was copied from (RFC 4287 4.2.11)."""
    fields = tree.fields(element)
    base = tree.base(element, outer)
    source_links, _ = linked(tree, fields, base, f"{prefix}link")
    raw = RawSource(
        id=tree.first(fields, f"{prefix}id"),
        title=" ".join(tree.first(fields, f"{prefix}title").split()),
        url=join(base, links.page(source_links)),
        feed_url=join(base, self_link(source_links)),
        authors=people(tree, fields, base, f"{prefix}author"),
    )
    return raw if raw != RawSource() else None


def hint(tree: Tree, fields: Fields) -> int | None:
    """Seconds between polls that <ttl> and the syndication module ask for: the longer of both."""
    if "ttl" not in fields and "sy:updateperiod" not in fields and "sy:updatefrequency" not in fields:
        return None
    name = tree.first(fields, "sy:updateperiod") if "sy:updateperiod" in fields else None
    frequency = tree.first(fields, "sy:updatefrequency") if "sy:updatefrequency" in fields else None
    asked = (hints.from_ttl(tree.first(fields, "ttl")), hints.from_period(name, frequency))
    return max((seconds for seconds in asked if seconds), default=None)


def deleted(fields: Fields) -> tuple[Deleted, ...]:
    """at:deleted-entry (RFC 6721)."""
    return tuple(
        Deleted(ref=ref, when=read_date(element.get("when") or "").value)
        for element in fields.get("at:deleted-entry", ())
        if (ref := (element.get("ref") or "").strip())
    )


def media_description(tree: Tree, fields: Fields, base: str, lang: str) -> list[Text]:
    """The text of Media RSS (plain unless it says html), the last choice."""
    groups = [fields, *(tree.fields(group) for group in fields.get("media:group", ()))]
    groups += [tree.fields(content) for group in groups for content in group.get("media:content", ())]
    texts = [tree.construct(element, base, lang) for group in groups for element in group.get("media:description", ())]
    return [text for text in texts if text][:1]


def one_line(text: str) -> str:
    return " ".join(text.split())


def when(tree: Tree, item: Element, keys: tuple[str, ...], timezone: str) -> float | None:
    """The moment of an entry in seconds, for choosing the newest of too many."""
    date = values.first_date(tree.every(tree.fields(item), *keys), timezone)
    return date.value.timestamp() if date and date.value else None
