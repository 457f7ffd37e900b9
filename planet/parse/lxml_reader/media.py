"""Attachments of an entry: enclosures, Media RSS, iTunes images; and its place. The same for every XML format."""

from __future__ import annotations

import re
from collections.abc import Iterable

from planet.model import Enclosure
from planet.parse.attachments import is_image
from planet.parse.hints import positive
from planet.parse.lxml_reader.tree import Element, Fields, Tree

ICON = 100
_NUMBERS = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d+)?)[\s,]+([+-]?\d{1,3}(?:\.\d+)?)\s*")
_ATTACHED = frozenset({"enclosure", "media:content", "media:group", "media:thumbnail", "itunes:image"})
_PLACES = frozenset({"georss:point", "georss:where", "geo:lat", "geo:point"})


def attached(
    tree: Tree, fields: Fields, base: str, links: list[Enclosure]
) -> tuple[tuple[Enclosure, ...], tuple[str, ...]]:
    """The enclosures (`links`: those that the format's own links name) and the addresses of pictures, thumbnails first."""
    if not links and _ATTACHED.isdisjoint(fields):
        return (), ()
    enclosures = links + [
        Enclosure(url=url, type=(element.get("type") or "").strip(), length=positive(element.get("length") or ""))
        for element in fields.get("enclosure", ())
        if (url := tree.href(element, "url", base) or tree.href(element, "href", base))
    ]
    files, pictures, thumbnails = _media(tree, fields, base)
    enclosures += files
    thumbnails += [tree.href(item, "href", base) for item in fields.get("itunes:image", ())]
    pictures += [item.url for item in enclosures if item.type and is_image(item.url, item.type)]
    return tuple(enclosures), tuple(dict.fromkeys(url for url in (*thumbnails, *pictures) if url))


def _media(tree: Tree, fields: Fields, base: str) -> tuple[list[Enclosure], list[str], list[str]]:
    """The attachments of Media RSS: files, the addresses of those that are pictures, the addresses of thumbnails."""
    files: list[Enclosure] = []
    pictures: list[str] = []
    thumbnails: list[str] = []
    for group in (fields, *(tree.fields(group) for group in fields.get("media:group", ()))):
        for element in group.get("media:content", ()):
            inside = tree.fields(element) if len(element) else {}
            thumbnails += _large(tree, inside.get("media:thumbnail", ()), base)
            file = _media_file(tree, element, inside, base)
            if file.url:
                files.append(file)
                if is_image(file.url, file.type, (element.get("medium") or "").strip().lower()):
                    pictures.append(file.url)
        thumbnails += _large(tree, group.get("media:thumbnail", ()), base)
    return files, pictures, thumbnails


def _media_file(tree: Tree, element: Element, inside: Fields, base: str) -> Enclosure:
    """A `media:content`; its URL is "" where it names none."""
    return Enclosure(
        url=tree.href(element, "url", base),
        type=(element.get("type") or "").strip(),
        length=positive(element.get("fileSize") or ""),
        title=tree.first(inside, "media:title"),
    )


def _large(tree: Tree, thumbnails: Iterable[Element], base: str) -> list[str]:
    """The addresses of thumbnails that are no icons: without a size, or of 100 pixels and more."""
    return [tree.href(thumbnail, "url", base) for thumbnail in thumbnails if not _is_icon(thumbnail)]


def _is_icon(element: Element) -> bool:
    sizes = [
        int(size) for name in ("width", "height") if (size := element.get(name) or "").isascii() and size.isdigit()
    ]
    return bool(sizes) and max(sizes) < ICON


def placed(fields: Fields) -> bool:
    """Whether an entry has an element with coordinates (few have)."""
    return not _PLACES.isdisjoint(fields)


def place(tree: Tree, fields: Fields) -> tuple[float, float] | None:
    """Latitude and longitude (GeoRSS simple and GML, W3C geo)."""
    text = tree.first(fields, "georss:point")
    if not text:
        for where in fields.get("georss:where", ()):
            text = tree.text(where)
        for point in fields.get("geo:point", ()):
            fields = fields | tree.fields(point)
        if not text:
            text = f"{tree.first(fields, 'geo:lat')} {tree.first(fields, 'geo:long', 'geo:lon')}"
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
