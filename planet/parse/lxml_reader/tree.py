"""A well-formed document as a tree, and the values of its elements. The only module that calls libxml2."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from lxml import etree

from planet.html_elements import VOID
from planet.model import ParsedDate, Text
from planet.parse import values
from planet.parse.dates import read_date
from planet.parse.namespaces import XHTML, XML_BASE, XML_LANG, Names
from planet.urls import join

Element = etree._Element  # noqa: SLF001 - lxml has no public name for its class
Fields = dict[str, list[Element]]
"""The children of an element by their key (`names.py`), each in the order of the document."""

_KNOWN_BY_NAMESPACE = frozenset({"xhtml:body", "xhtml:div"})
_RENAMED = re.compile(
    rb"<(?:\w+:)?(?:rss|rdf|channel|item|title|link|description|guid|pubdate)\s(?:[^<>]*\s)?xmlns=", re.IGNORECASE
)
_NO_TEXT = ("image/", "audio/", "video/")
_TEXT_TYPES = frozenset({"text", "text/plain", "text/markdown", "html", "text/html"})
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{40,}\s+)*[A-Za-z0-9+/]{16,}={0,2}")
"""Long lines without blanks: what else is written in these letters is words."""
_ESCAPED_END = re.compile(r"<([a-z][a-z0-9]*)(?:\s[^<>]*)?>[^<]*</\1\s*>", re.IGNORECASE)
_CODE = frozenset({"code", "pre", "kbd", "samp", "tt", "script", "style", "textarea"})
_ESCAPED_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_URLS = frozenset({"href", "src", "poster", "cite", "data", "longdesc"})


class Tree:
    """A parsed document: the names of its elements, and whether any element sets xml:base or xml:lang (most documents: none)."""

    __slots__ = ("based", "by_prefix", "names", "root", "spoken")

    def __init__(self, data: bytes) -> None:
        """`data` is UTF-8 without a mark; etree.XMLSyntaxError says where it is not well-formed.

        No entity is expanded (a document with a document type does not get here), nothing is loaded, depth and lengths of names
        and texts have libxml2's limits.
        """
        parser = etree.XMLParser(
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            recover=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )
        self.root: Element = etree.fromstring(data, parser)
        marked = b"xml:" in data  # one search of all the bytes instead of two
        self.based = marked and b"xml:base" in data
        self.spoken = marked and b"xml:lang" in data
        self.names = Names(atom=str(self.root.tag).rpartition("}")[2].lower() == "feed")
        self.by_prefix = self._is_renamed(data)

    def _is_renamed(self, data: bytes) -> bool:
        """Whether elements of the format may stand in a namespace that is not the format's: a root that is in none of the known ones,
        or a default namespace anywhere in RSS.
        """
        return self.names[self.root.tag].startswith(("?", "atom:")) or (
            not self.names.atom and b"xmlns=" in data and _RENAMED.search(data) is not None
        )

    def fields(self, element: Element) -> Fields:
        names = self.names
        fields: Fields = {}
        for child in element:
            key = names[child.tag] if not self.by_prefix else self._own_key(child)
            if key in fields:
                fields[key].append(child)
            else:
                fields[key] = [child]
        return fields

    def _own_key(self, element: Element) -> str:
        """The key of an element, which is the format's own if it is written with the root's prefix or none: what the namespace of an
        <rss> or <item> is called says nothing. A link of Atom's, and a body of XHTML's, are what they are.
        """
        key = self.names[element.tag]
        prefix, _, local = key.rpartition(":")
        unprefixed = element.prefix is None if not self.names.atom else False
        if not prefix or not (unprefixed or element.prefix == self.root.prefix != "rdf") or key in _KNOWN_BY_NAMESPACE:
            return key
        return key if key == "atom:link" and element.get("href") else local

    def base(self, element: Element, outer: str) -> str:
        """The xml:base in force in an element of something whose base is `outer` ("" none)."""
        own = element.get(XML_BASE) if self.based else None
        return join(outer, own.strip()) if own else outer

    def lang(self, element: Element, outer: str = "") -> str:
        own = element.get(XML_LANG) if self.spoken else None
        return outer if own is None else own.strip()

    def text(self, element: Element) -> str:
        """The words of an element, those of its children included, blanks at the ends removed."""
        value = "".join(str(part) for part in element.itertext()) if len(element) else element.text
        return value.strip() if value else ""

    def first(self, fields: Fields, *keys: str) -> str:
        """The text of the first of these elements that has any."""
        for key in keys:
            if key in fields:
                for element in fields[key]:
                    if value := self.text(element):
                        return value
        return ""

    def date(self, fields: Fields, keys: tuple[str, ...], timezone: str) -> ParsedDate | None:
        """The first date among these elements that can be read, else the first that was written."""
        first: ParsedDate | None = None
        for key in keys:
            if key in fields:
                for value in map(self.text, fields[key]):
                    read = read_date(value, timezone) if value else first
                    if read is not None and read.value is not None:
                        return read
                    first = first or read
        return first

    def every(self, fields: Fields, *keys: str) -> list[str]:
        return [value for key in keys for element in fields.get(key, ()) if (value := self.text(element))]

    def href(self, element: Element, name: str, outer: str) -> str:
        """A URL in an attribute: as written, but resolved where the element itself sets another base than its entry."""
        value = (element.get(name) or "").strip()
        return join(join(outer, element.get(XML_BASE, "")), value) if self.based and element.get(XML_BASE) else value

    def loose(self, element: Element, outer: str, lang: str) -> Text | None:
        """An RSS text, which is HTML: escaped, as elements (against the rules), or both at once."""
        value = (element.text or "") if len(element) == 0 else inner(element, mixed=True)
        return values.markup(value, self.base(element, outer), self.lang(element, lang))

    def construct(self, element: Element, outer: str, lang: str) -> Text | None:
        """An Atom text construct or content (RFC 4287 3.1 and 4.1.3; `mode` is Atom 0.3's). None for what is elsewhere or no text.

        A type that is no media type says nothing: its text is HTML, the widest that it can be.
        """
        kind = (element.get("type", "text")).split(";")[0].strip().lower()
        mode = (element.get("mode") or "").lower()
        base, lang = self.base(element, outer), self.lang(element, lang)
        if element.get("src"):
            return None
        if kind in {"xhtml", "application/xhtml+xml"} or (len(element) and mode == "xml"):
            return self._xhtml(element, base, lang)
        if len(element):
            return values.markup(inner(element, mixed=True), base, lang)
        value = self.text(element)
        if kind.startswith(_NO_TEXT) and " " not in value:
            return None
        if mode == "base64" or (kind not in _TEXT_TYPES and _BASE64.fullmatch(value)):
            value = _base64(value) or value
        if mode != "escaped" and kind in _TEXT_TYPES and not kind.endswith("html"):
            return Text(value=value, kind="text", base=base, lang=lang) if value else None
        return values.markup(value, base, lang)

    def _xhtml(self, element: Element, base: str, lang: str) -> Text | None:
        """Markup as elements, without the <div> around it (RFC 4287 3.1.1.3)."""
        only = element[0] if len(element) == 1 and not (element.text or "").strip() else None
        if only is not None and only.tag in {XHTML + "div", "div"} and not (only.tail or "").strip():
            element, base, lang = only, self.base(only, base), self.lang(only, lang)
        value = inner(element, nested=self.based).strip()
        return Text(value=value, kind="html", base=base, lang=lang) if value else None


def _base64(value: str) -> str:
    """The text that is written in base64, "" for what is no text in UTF-8."""
    import base64  # one feed in thousands

    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8").strip()
    except ValueError:
        return ""


def inner(element: Element, *, nested: bool = False, mixed: bool = False) -> str:
    """The children of an element as HTML: no prefixes, no declarations, empty elements as HTML writes them.

    `nested`: elements inside may set xml:base, then their URLs are resolved here, as HTML has no other way to say it. `mixed`: the
    texts between the children are HTML, if they hold tags (escaped HTML beside a raw element).
    """
    between = [element.text or "", *(child.tail or "" for child in element)]
    raw = mixed and any(_ESCAPED_TAG.search(text) for text in between)
    texts = between if raw else [html.escape(text, quote=False) for text in between]
    pieces = [texts[0]]
    for child, text in zip(element, texts[1:], strict=True):
        pieces += (*_element_html(child, "", nested=nested, mixed=mixed), text)
    return "".join(pieces)


def _element_html(element: Element, base: str, *, nested: bool, mixed: bool) -> Iterator[str]:
    """One element with its content, without its tail."""
    name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if not name:
        return
    own = element.get(XML_BASE) if nested else None
    here = join(base, own) if own else base
    yield f"<{name}"
    for key, value in element.attrib.items():
        attribute = str(key)
        if not attribute.startswith("{"):
            target = join(here, str(value)) if here and attribute in _URLS else str(value)
            yield f' {attribute}="{html.escape(target)}"'
        elif attribute == XML_LANG:
            yield f' lang="{html.escape(str(value))}"'
    yield ">"
    mixed = mixed and name.lower() not in _CODE
    if element.text:
        yield _text(element.text, mixed=mixed)
    for child in element:
        yield from _element_html(child, here, nested=nested, mixed=mixed)
        if child.tail:
            yield _text(child.tail, mixed=mixed)
    if name.lower() not in VOID:
        yield f"</{name}>"


def _text(text: str, *, mixed: bool) -> str:
    """A text between tags, escaped; unchanged where HTML may be mixed with elements and a whole element is in it."""
    return text if mixed and _ESCAPED_END.search(text) else html.escape(text, quote=False)
