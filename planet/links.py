"""Which link of an entry leads where: to the page of the entry, to its comments. Pure.

A document names the page of an entry in several elements, several times, or not at all. The readers of `planet.parse` hand over all
links in the order of the document (`RawLink`); entries and events are given their pages by the rules below.
"""

from __future__ import annotations

from collections.abc import Iterable

from planet.model import RawEntry, RawLink

_ELEMENTS = ("feedburner:origlink", "url", "link", "guid", "atom:link", "external_url", "content")
"""The elements that name a page (see `RawLink.element`), the most reliable first."""
_PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})
"""Media types of pages; a link without a type leads to a page."""
_ADDRESS = ("http://", "https://")


def pages(links: Iterable[RawLink]) -> list[str]:
    """The pages that links lead to (`rel="alternate"`), best first: by element, then HTML before other types, then as written."""
    alternates = [link for link in links if link.rel == "alternate"]
    if len(alternates) > 1:
        alternates.sort(key=lambda link: (_ELEMENTS.index(link.element), link.type not in _PAGE_TYPES))
    return [link.href for link in alternates]


def page(links: Iterable[RawLink]) -> str:
    """The page that links lead to, "" where none does."""
    return next(iter(pages(links)), "")


def entry_pages(entry: RawEntry, *, rss: bool) -> list[str]:
    """The addresses that may be the page of an entry, as written, best first; empty where nothing of the entry can be.

    Its links, else its id (outside RSS, where a guid that is a permalink is among the links already; RSS 2.0 <guid>, RFC 4287 4.2.6),
    else the files attached to it.
    """
    by_id = [entry.id] if not rss and entry.id.lower().startswith(_ADDRESS) else []
    return [*pages(entry.links), *by_id, *(file.url for file in entry.enclosures)]


def comments(links: Iterable[RawLink]) -> str:
    """The page of an entry's comments (RFC 4685 `rel="replies"`, RSS <comments>), "" where no link leads to one; their feed is none."""
    return next((link.href for link in links if link.rel == "replies" and link.type in _PAGE_TYPES), "")
