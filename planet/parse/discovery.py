"""The feeds that an HTML page names: `<link rel="alternate" type="application/atom+xml" href="…">` (RSS autodiscovery)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from planet import urls
from planet.parse import charset

TYPES = frozenset(
    {
        "application/atom+xml",
        "application/rss+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/rss",
        "application/atom",
        "application/json",
        "application/xml",
        "text/xml",
        "text/rss",
        "text/calendar",
    }
)
_TAG = re.compile(
    r"<(?:link|base)\s[^<>]{1,4000}>|<meta\s[^<>]{0,300}?refresh[^<>]{0,4000}>|<a\s[^<>]{0,2000}?\balternate\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_FEED_SCHEME = re.compile(r"^feed:(?://)?(?=https?:)", re.IGNORECASE)
_API = re.compile(r"/wp-json/|/oembed|/api/|[?&]rest_route=", re.IGNORECASE)
"""Addresses of the APIs of content management systems: no feeds, though pages may name them as JSON."""
_LOOKS_LIKE_FEED = re.compile(r"\.(?:xml|rss|atom|rdf)$|/(?:feed|rss|atom)/?$", re.IGNORECASE)
_NEW_FEED_URL = re.compile(
    rb"<itunes:new-feed-url[^<>]{0,200}>\s*(?:<!\[CDATA\[)?\s*(https?://[^\s<>\]]{1,2000})", re.IGNORECASE
)
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s;,="]+(?:\s*=\s*(?:"[^"]*"|[^";,]*))?)*)')
_PARAMETER = re.compile(r';\s*([^\s;,="]+)\s*=\s*(?:"([^"]*)"|([^";,\s]*))')
_REFRESH = re.compile(r"\s*[0-9.]*\s*[;,]\s*(?:url\s*=)?\s*(\S.*)", re.IGNORECASE)
_NEW_LOCATION = re.compile(r"<newLocation[^<>]{0,200}>\s*([^\s<>]{1,2000})", re.IGNORECASE)
REDIRECT = "redirect"
"""The type of a candidate that the page names as its new address."""
LINKED = "linked"
"""The type of a candidate that an ordinary link of the page leads to: nothing says that it is the page's own."""
_ANCHOR = re.compile(r"<a\s[^<>]{0,2000}?\bhref\s*=[^<>]{0,2000}>", re.IGNORECASE)
_LEADS_TO_FEED = re.compile(
    r"\.(?:rss|atom|rdf|ics)$|/(?:feed|rss|atom|feeds)/?$|(?:rss|feed|atom|index)[\w.-]*\.xml$|feed\.json$",
    re.IGNORECASE,
)
MAX_TAGS = 500
MAX_PAGE = 2_000_000
MAX_CANDIDATES = 20


def candidates(body: bytes, url: str, content_type: str = "") -> tuple[tuple[str, str], ...]:
    """The feeds that the page at `url` names: (absolute URL, type), in the order of the page, each once."""
    decoded = charset.decode(body[:MAX_PAGE], content_type)
    return in_page(decoded.text, url) if decoded else ()


def linked(body: bytes, url: str, content_type: str = "") -> tuple[tuple[str, str], ...]:
    """The feeds that ordinary links of a page lead to, by the look of their addresses: (absolute URL, `LINKED`)."""
    from selectolax.lexbor import LexborHTMLParser  # see in_page

    decoded = charset.decode(body[:MAX_PAGE], content_type)
    tags = "".join(_ANCHOR.findall(_without_comments(decoded.text))[:MAX_TAGS]) if decoded else ""
    feeds: dict[str, str] = {}
    for node in LexborHTMLParser(f"<html><body>{tags}</body></html>".replace("\x00", "")).css("a[href]"):
        target = urls.http_url(_FEED_SCHEME.sub("", (node.attributes.get("href") or "").strip()), url)
        path = target.partition("#")[0].partition("?")[0]
        if target and _LEADS_TO_FEED.search(path) and not _API.search(target) and len(feeds) < MAX_CANDIDATES:
            feeds.setdefault(target, LINKED)
    return tuple(feeds.items())


def new_feed_url(body: bytes) -> str:
    """The address that a feed names as its new one (itunes:new-feed-url of its channel); "" for none."""
    items = body.find(b"<item")
    match = _NEW_FEED_URL.search(body[: items if items >= 0 else MAX_PAGE])
    return urls.http_url(match[1].decode("utf-8", "replace").replace("&amp;", "&")) if match else ""


def new_location(text: str, url: str) -> str:
    """The address in an XML document <redirect><newLocation>; "" for none."""
    match = _NEW_LOCATION.search(text[:MAX_PAGE])
    return urls.http_url(match[1].replace("&amp;", "&"), url) if match else ""


def header_candidates(headers: Mapping[str, str], url: str) -> tuple[tuple[str, str], ...]:
    """The feeds that the header fields of a page at `url` name (Refresh; Link, RFC 8288): (absolute URL, type)."""
    named = [(_refresh_target(headers.get("refresh", "")), REDIRECT)]
    for match in _LINK.finditer(headers.get("link", "")[:4000]):
        parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(match[2])}
        kind = parameters.get("type", "").lower()
        if "alternate" in parameters.get("rel", "").lower().split() and kind in TYPES:
            named.append((match[1].strip(), kind))
    absolute = [(urls.http_url(target, url), kind) for target, kind in named if target]
    return tuple((target, kind) for target, kind in absolute if target and not _API.search(target))


def _refresh_target(content: str) -> str:
    """The target of a Refresh field or `<meta http-equiv=refresh>`, as written; "" where there is none."""
    match = _REFRESH.match(content)
    return match[1].strip().strip("'\"") if match else ""


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
    """The feeds that an HTML page names, from its text; see `candidates`."""
    from selectolax.lexbor import LexborHTMLParser  # pages are rare where feeds are meant to be

    # Only the tags that matter, one after the other: a tree of 100,000 nested elements takes minutes.
    tags = "".join(_TAG.findall(_without_comments(text[:MAX_PAGE]))[:MAX_TAGS])
    page = LexborHTMLParser(f"<html><head>{tags}</head></html>".replace("\x00", ""))
    base = next(
        (href for node in page.css("base[href]") if (href := urls.http_url(node.attributes.get("href") or "", url))),
        url,
    )
    feeds: dict[str, str] = {}
    for node in page.css("meta[http-equiv][content]"):
        if (node.attributes.get("http-equiv") or "").strip().lower() == "refresh":
            target = urls.http_url(_refresh_target(node.attributes.get("content") or ""), base)
            if target:
                return ((target, REDIRECT),)
    for node in page.css("link[rel][href], a[rel][href]"):
        kind = (node.attributes.get("type") or "").split(";")[0].strip().lower()
        href = _FEED_SCHEME.sub("", (node.attributes.get("href") or "").strip())
        target = urls.http_url(href, base) if _names_feed(node.attributes.get("rel") or "", kind, href) else ""
        if target and not _API.search(target) and target not in feeds and len(feeds) < MAX_CANDIDATES:
            feeds[target] = kind
    return tuple(feeds.items())


def _names_feed(relations: str, kind: str, href: str) -> bool:
    """Whether a link is to a feed, by its `rel` and its media type; without a type its address must look like one."""
    rel = relations.lower().split()
    named = kind in TYPES or (not kind and _LOOKS_LIKE_FEED.search(href.partition("?")[0]) is not None)
    return "stylesheet" not in rel and ("feed" in rel or ("alternate" in rel and named))
