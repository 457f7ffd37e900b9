"""RSS 2.0, 0.91 to 0.94, 1.0 and 0.90, with the modules in use."""

from __future__ import annotations

from planet import links
from planet.model import RawEntry, RawFeed, RawLink, RawSource, Text
from planet.parse import hints, values
from planet.parse.lxml_reader import elements, media
from planet.parse.lxml_reader.tree import Element, Fields, Tree

_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_VERSIONS = {"0.91": "rss091", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094", "0.90": "rss090", "0.9": "rss090"}
PUBLISHED = ("pubdate", "dc:date", "dcterms:issued", "atom:published", "dcterms:created", "dcterms:available")
_AUTHORS = ("atom:author", "author", "dc:contributor", "dc:creator", "itunes:author")
_AUTHORS_OF_FEED = ("atom:author", "managingeditor", "dc:creator", "dc:publisher", "itunes:author", "author")
_SUBJECTS = frozenset({"dc:subject", "atom:category", "itunes:keywords", "media:keywords"})
_WHOLE = ("content:encoded", "atom:content", "xhtml:body", "xhtml:div", "content", "fullitem", "fulltext", "body")
_SHORT = (
    "description",
    "summary",
    "dc:description",
    "atom:summary",
    "itunes:summary",
    "dcterms:abstract",
    "abstract",
    "itunes:subtitle",
)
UPDATED = ("atom:updated", "dcterms:modified", "lastbuilddate")


def read(tree: Tree, *, limit: int, timezone: str) -> RawFeed:
    """The whole document; `limit` newest items."""
    root = tree.root
    outer = tree.fields(root)
    channel = next(iter(outer.get("channel", ())), root)
    fields = tree.fields(channel) if channel is not root else outer
    base = tree.base(channel, tree.base(root, ""))
    items = [*fields.get("item", ()), *(outer.get("item", ()) if channel is not root else ())]
    for another in outer.get("channel", ())[1:]:
        items += tree.fields(another).get("item", ())
    for holder in fields.get("items", ()) if not items else ():
        items += tree.fields(holder).get("item", ())
    places = (
        values.newest([elements.when(tree, item, (*PUBLISHED, *UPDATED), timezone) for item in items], limit)
        if len(items) > limit
        else range(len(items))
    )
    entries = tuple(_item(tree, items[place], place, base, timezone) for place in places)
    linked, _ = elements.linked(tree, fields, base, "atom:link")
    return RawFeed(
        format=_format(tree, channel),
        reader="strict",
        id=tree.first(fields, "atom:id", "podcast:guid"),
        title=elements.one_line(tree.first(fields, "title", "dc:title", "atom:title")),
        link=links.page([*_links(tree, fields, base), *linked]),
        base=base,
        language=tree.first(fields, "language", "dc:language") or tree.lang(channel, tree.lang(root)),
        updated=tree.date(fields, ("lastbuilddate", "pubdate", "dc:date", "atom:updated"), timezone),
        authors=elements.people(tree, fields, base, *_AUTHORS_OF_FEED),
        self_link=elements.self_link(linked),
        complete="fh:complete" in fields,
        delay_hint=elements.hint(tree, fields),
        skip_hours=hints.hours(_inside(tree, fields, "skiphours", "hour")),
        skip_days=hints.days(_inside(tree, fields, "skipdays", "day")),
        entries=entries,
        deleted=elements.deleted(fields),
        dropped=len(items) - len(entries),
        warnings=values.date_warning(entries),
    )


def _format(tree: Tree, channel: Element) -> str:
    local = tree.root.tag.rpartition("}")[2].lower()
    if local == "rdf":
        return "rss090" if "netscape.com" in str(channel.tag) else "rss10"
    return _VERSIONS.get((tree.root.get("version") or "").strip(), "rss20")


def _inside(tree: Tree, fields: Fields, outer: str, inner: str) -> list[str]:
    return [value for holder in fields.get(outer, ()) for value in tree.every(tree.fields(holder), inner)]


def _links(tree: Tree, fields: Fields, base: str) -> list[RawLink]:
    """The texts of <link>, or its href where somebody mixed the formats; one with only blanks counts as missing."""
    return [
        RawLink(element="link", href=value, rel=element.get("rel") or "alternate")
        for element in fields.get("link", ())
        if (value := tree.text(element) or tree.href(element, "href", base))
    ]


def _item(tree: Tree, item: Element, position: int, outer: str, timezone: str) -> RawEntry:
    fields = tree.fields(item)
    base, lang = tree.base(item, outer), tree.lang(item)
    identity, is_permalink = _identity(tree, fields)
    linked, files = elements.linked(tree, fields, base, "atom:link")
    enclosures, pictures = media.attached(tree, fields, base, files)
    guid = [RawLink(element="guid", href=identity)] if is_permalink else []
    content, summary = _texts(tree, fields, base, lang)
    return RawEntry(
        position=position,
        id=identity or tree.first(fields, "atom:id") or (item.get(_RDF_ABOUT) or "").strip(),
        base=base,
        links=(
            *_links(tree, fields, base),
            *guid,
            *linked,
            *elements.original(tree, fields),
            *_comments(tree, fields),
        ),
        title=_title(tree, fields, base, lang),
        content=content,
        summary=summary,
        published=tree.date(fields, PUBLISHED, timezone),
        updated=tree.date(fields, UPDATED, timezone),
        authors=elements.people(tree, fields, base, *_AUTHORS),
        categories=tuple(_categories(tree, fields)),
        enclosures=enclosures,
        pictures=pictures,
        language=lang or tree.first(fields, "dc:language", "language"),
        source=_source(tree, fields, base) if "source" in fields or "atom:source" in fields else None,
        geo=media.place(tree, fields) if media.placed(fields) else None,
    )


def _identity(tree: Tree, fields: Fields) -> tuple[str, bool]:
    """The guid as given, and whether it is a permalink: a URL, and not isPermaLink="false"."""
    for element in fields.get("guid", ()):
        if value := tree.text(element):
            permalink = element.get("isPermaLink") or element.get("ispermalink") or element.get("isPermalink") or "true"
            return value, permalink.strip().lower() != "false" and value.lower().startswith(("http://", "https://"))
    return "", False


def _comments(tree: Tree, fields: Fields) -> list[RawLink]:
    """The page of the comments (<comments>), and the feed of them (<wfw:commentRss>)."""
    types = {"comments": "", "wfw:commentrss": "application/rss+xml"}
    return [
        RawLink(element=key, href=href, rel="replies", type=kind)
        for key, kind in types.items()
        if key in fields and (href := tree.first(fields, key))
    ]


def _title(tree: Tree, fields: Fields, base: str, lang: str) -> Text | None:
    for key in ("title", "dc:title", "itunes:title"):
        for element in fields.get(key, ()):
            if read := tree.loose(element, base, lang):
                return read
    for key in ("atom:title", "media:title"):
        for element in fields.get(key, ()):
            if read := tree.construct(element, base, lang):
                return read
    return None


def _read_text(tree: Tree, fields: Fields, key: str, base: str, lang: str) -> Text | None:
    """The first element of this key that says anything: Atom's with their type, all others are HTML."""
    for element in fields[key]:
        read = tree.construct(element, base, lang) if key.startswith("atom:") else tree.loose(element, base, lang)
        if read:
            return read
    return None


def _texts(tree: Tree, fields: Fields, base: str, lang: str) -> tuple[Text | None, Text | None]:
    """Content and summary: content:encoded, atom:content, inline XHTML, <description>, the summaries, media:description."""
    texts: list[Text] = []
    for key in _WHOLE:
        if key in fields and (read := _read_text(tree, fields, key, base, lang)):
            texts.append(read)
            break
    for key in _SHORT:
        if key in fields and len(texts) < 2 and (read := _read_text(tree, fields, key, base, lang)):
            texts.append(read)
    if not texts:
        texts += elements.media_description(tree, fields, base, lang)
    return (texts[0] if texts else None), (texts[1] if len(texts) > 1 else None)


def _categories(tree: Tree, fields: Fields) -> list[str]:
    names = tree.every(fields, "category")
    if not _SUBJECTS.isdisjoint(fields):
        names += [part for text in tree.every(fields, "dc:subject") for part in map(str.strip, text.split(";")) if part]
        names += elements.terms(tree, fields, "atom:category")
        names += tree.every(fields, "itunes:keywords", "media:keywords")
    return names


def _source(tree: Tree, fields: Fields, base: str) -> RawSource | None:
    if "atom:source" in fields:
        return elements.source(tree, fields["atom:source"][0], base, "atom:")
    for element in fields.get("source", ()):
        title, url = tree.text(element), tree.href(element, "url", base)
        if title or url:
            return RawSource(title=title, feed_url=url)
    return None
