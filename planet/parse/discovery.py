"""The feeds that an HTML page names: `<link rel="alternate" type="application/atom+xml" href="…">` (RSS autodiscovery)."""

from __future__ import annotations

import re

from planet import urls
from planet.parse import charset

TYPES = frozenset(
    {
        "application/atom+xml",
        "application/rss+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
        "text/rss",
        "text/calendar",
    }
)
_TAG = re.compile(r"<(?:link|base)\s[^<>]{1,4000}>", re.IGNORECASE)
MAX_TAGS = 500
MAX_PAGE = 2_000_000
MAX_FOUND = 20


def candidates(body: bytes, url: str, content_type: str = "") -> tuple[tuple[str, str], ...]:
    """The feeds that the page at `url` names: (absolute URL, type), in the order of the page, each once."""
    decoded = charset.decode(body[:MAX_PAGE], content_type)
    return in_page(decoded.text, url) if decoded else ()


def _without_comments(text: str) -> str:
    pieces = []
    position = 0
    while (opened := text.find("<!--", position)) >= 0:
        pieces.append(text[position:opened])
        closed = text.find("-->", opened + 4)
        if closed < 0:
            return "".join(pieces)
        position = closed + 3
    return "".join((*pieces, text[position:]))


def in_page(text: str, url: str) -> tuple[tuple[str, str], ...]:
    """The same for a page that is text already."""
    from selectolax.lexbor import LexborHTMLParser  # pages are rare where feeds are meant to be

    # Only the tags that matter, one after the other: a tree of 100,000 nested elements takes minutes.
    tags = "".join(_TAG.findall(_without_comments(text[:MAX_PAGE]))[:MAX_TAGS])
    page = LexborHTMLParser(f"<html><head>{tags}</head></html>".replace("\x00", ""))
    base = next(
        (href for node in page.css("base[href]") if (href := urls.http_url(node.attributes.get("href") or "", url))),
        url,
    )
    found: dict[str, str] = {}
    for node in page.css("link[rel][href]"):
        rel = (node.attributes.get("rel") or "").lower().split()
        kind = (node.attributes.get("type") or "").split(";")[0].strip().lower()
        if "stylesheet" in rel or not ("feed" in rel or ("alternate" in rel and kind in TYPES)):
            continue
        target = urls.http_url(node.attributes.get("href") or "", base)
        if target and target not in found and len(found) < MAX_FOUND:
            found[target] = kind
    return tuple(found.items())
