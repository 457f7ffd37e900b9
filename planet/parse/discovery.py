"""The feeds that an HTML page names: `<link rel="alternate" type="application/atom+xml" href="…">` (RSS autodiscovery)."""

from __future__ import annotations

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
MAX_PAGE = 2_000_000
MAX_FOUND = 20


def candidates(body: bytes, url: str, content_type: str = "") -> tuple[tuple[str, str], ...]:
    """The feeds that the page at `url` names: (absolute URL, type), in the order of the page, each once."""
    decoded = charset.decode(body[:MAX_PAGE], content_type)
    return in_page(decoded.text, url) if decoded else ()


def in_page(text: str, url: str) -> tuple[tuple[str, str], ...]:
    """The same for a page that is text already."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - pages are rare where feeds are meant to be

    page = LexborHTMLParser(text[:MAX_PAGE].replace("\x00", ""))
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
