"""Atom 1.0 (RFC 4287) and 0.3."""

from __future__ import annotations

from planet import links
from planet.model import RawEntry, RawFeed, RawLink, Text
from planet.parse import values
from planet.parse.lxml_reader import elements, media
from planet.parse.lxml_reader.tree import Element, Fields, Tree
from planet.parse.namespaces import ATOM03

PUBLISHED = ("published", "issued", "dcterms:issued", "dc:date", "created", "dcterms:created")
UPDATED = ("updated", "modified", "dcterms:modified")


def read(tree: Tree, *, limit: int, timezone: str) -> RawFeed:
    """The whole document; `limit` newest entries."""
    root = tree.root
    fields = tree.fields(root)
    base = tree.base(root, "")
    linked, _ = elements.linked(tree, fields, base, "link")
    items = fields.get("entry") or fields.get("item", [])
    places = (
        values.newest([elements.when(tree, item, (*PUBLISHED, *UPDATED), timezone) for item in items], limit)
        if len(items) > limit
        else range(len(items))
    )
    entries = tuple(_entry(tree, items[place], place, base, timezone) for place in places)
    old = ATOM03 in root.tag or (root.get("version") or "").startswith("0.")
    return RawFeed(
        format="atom03" if old else "atom10",
        reader="strict",
        id=tree.first(fields, "id"),
        title=elements.one_line(tree.first(fields, "title")),
        link=links.page(linked),
        base=base,
        language=tree.lang(root) or tree.first(fields, "dc:language", "language"),
        updated=tree.date(fields, (*UPDATED, "dc:date"), timezone),
        authors=elements.people(tree, fields, base, "author"),
        self_link=elements.self_link(linked),
        complete="fh:complete" in fields,
        delay_hint=elements.hint(tree, fields),
        entries=entries,
        deleted=elements.deleted(fields),
        dropped=len(items) - len(entries),
        warnings=values.date_warning(entries),
    )


def _entry(tree: Tree, item: Element, position: int, outer: str, timezone: str) -> RawEntry:
    fields = tree.fields(item)
    base, lang = tree.base(item, outer), tree.lang(item)
    linked, files = elements.linked(tree, fields, base, "link")
    enclosures, pictures = media.attached(tree, fields, base, files)
    title = _first(tree, fields, base, lang, "title", "dc:title", "media:title")
    summary = _first(tree, fields, base, lang, "summary")
    content = _first(tree, fields, base, lang, "content")
    if content is None and "content:encoded" in fields:
        content = tree.loose(fields["content:encoded"][0], base, lang)
    if content is None and summary is None:
        content = next(iter(elements.media_description(tree, fields, base, lang)), None)
    linked += elements.original(tree, fields)
    linked += [
        RawLink(element="content", href=tree.href(element, "src", base))
        for element in fields.get("content", ())
        if element.get("src")
    ]
    return RawEntry(
        position=position,
        id=tree.first(fields, "id"),
        base=base,
        links=tuple(linked),
        title=title,
        content=content,
        summary=summary,
        published=tree.date(fields, PUBLISHED, timezone),
        updated=tree.date(fields, UPDATED, timezone),
        authors=elements.people(tree, fields, base, "author", "dc:creator", "itunes:author"),
        categories=(*elements.terms(tree, fields, "category"), *tree.every(fields, "dc:subject", "media:keywords")),
        enclosures=enclosures,
        pictures=pictures,
        language=lang or tree.first(fields, "dc:language"),
        source=elements.source(tree, fields["source"][0], base, "") if "source" in fields else None,
        geo=media.place(tree, fields) if media.placed(fields) else None,
    )


def _first(tree: Tree, fields: Fields, base: str, lang: str, *keys: str) -> Text | None:
    for key in keys:
        for element in fields.get(key, ()):
            if read := tree.construct(element, base, lang):
                return read
    return None
