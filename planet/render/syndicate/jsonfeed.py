"""JSON Feed 1.1 (jsonfeed.org), with where each story comes from in the extension `_planet`."""

from __future__ import annotations

import json
from typing import Any

from planet.model import Person
from planet.render.syndicate.document import Document, Item, brief, rfc3339
from planet.text import xml_safe

_ILLEGAL = (b"\\u00", b"\x7f", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""What may stand in a text that was not cleaned: an escaped control character, DEL, U+FFFE, U+FFFF. Looked for in the whole at once."""
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Document) -> bytes:
    """The document as bytes."""
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": f"{feed.page}feed.json",
        "description": feed.subtitle,
        "authors": [_author(feed.author)],
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        "items": [_item(item, feed) for item in feed.items],
    }
    kept = {name: value for name, value in document.items() if value or name == "items"}
    try:
        data = json.dumps(kept, ensure_ascii=False, indent=1).encode()
    except UnicodeEncodeError:  # a lone surrogate
        data = b"\x7f"
    if any(mark in data for mark in _ILLEGAL):
        data = json.dumps(_clean(kept), ensure_ascii=False, indent=1).encode()
    return data + b"\n"


def _author(person: Person) -> dict[str, str]:
    return {"name": person.name, "url": person.url} if person.url else {"name": person.name}


def _item(item: Item, feed: Document) -> dict[str, Any]:
    tags = dict.fromkeys((*(name for _slug, name in item.technologies), *item.tags))
    fields: dict[str, Any] = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.html,
        "content_text": "" if item.html else item.summary,
        "summary": brief(item.summary) if item.html else "",
        "image": item.image,
        "date_published": rfc3339(item.published),
        "date_modified": rfc3339(item.updated),
        "authors": [_author(person) for person in item.authors],
        "tags": list(tags),
        "language": item.language if item.language.lower() != feed.language.lower() else "",
        "attachments": [
            {
                "url": enclosure.url,
                "mime_type": enclosure.type,
                **({"title": enclosure.title} if enclosure.title else {}),
                **({"size_in_bytes": enclosure.length} if enclosure.length is not None else {}),
            }
            for enclosure in item.enclosures
        ],
        "_planet": {
            "about": feed.url,
            "technologies": [slug for slug, _name in item.technologies],
            "sources": [{"source": source.name, "id": source.id, "url": source.url} for source in item.sources],
        },
    }
    return {name: value for name, value in fields.items() if value}


def _clean(value: Any) -> Any:
    """The same without characters that UTF-8 or XML readers downstream cannot hold, lone surrogates before all."""
    match value:
        case str():
            return xml_safe(value)
        case list():
            return [_clean(element) for element in value]
        case dict():
            return {name: _clean(element) for name, element in value.items()}
        case _:
            return value
