"""HTML as the sanitiser makes it: no test hands a page or a feed what the planet would never store."""

from __future__ import annotations

from planet.model import SafeHtml
from planet.sanitise import sanitise
from planet.text import anchor, id_prefix


def safe(html: str, of: str = "", *, page: str = "", base: str = "https://blog.example/") -> SafeHtml:
    """The text of what has the anchor `of` (as `Story.anchor`), with its ids and headings as they are stored."""
    return sanitise(html, base=base, prefix=id_prefix(of or anchor(html)), page=page).html
