"""JSON Feed 1.1 (jsonfeed.org), with where each story comes from in the extension `_planet`."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from planet.model import Person
from planet.render.syndicate.document import Document
from planet.render.syndicate.items import Item, brief
from planet.text import xml_safe
from planet.when import rfc3339

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Document) -> bytes:
    """The document as bytes."""
    fields = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": f"{feed.page}feed.json",
        "description": feed.subtitle,
        "authors": [_author(feed.author)],
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
    }
    head = _text({name: value for name, value in fields.items() if value}).removesuffix("\n}")
    items = ",\n".join(item.written("json", partial(_indented, item, feed)) for item in feed.items)
    items = f"[\n{items}\n ]" if items else "[]"
    return f'{head},\n "items": {items}\n}}\n'.encode()


def _text(value: object) -> str:
    """JSON without characters that UTF-8 or XML readers downstream cannot hold, lone surrogates before all."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    # A control character is escaped, so that only the values themselves can be cleaned of it.
    if "\\u00" in text or xml_safe(text) != text:
        text = json.dumps(_clean(value), ensure_ascii=False, indent=1)
    return text


def _indented(item: Item, feed: Document) -> str:
    """An item as it stands in the list: no line break is in a string of JSON."""
    return "  " + _text(_item(item, feed)).replace("\n", "\n  ")


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
    match value:
        case str():
            return xml_safe(value)
        case list():
            return [_clean(element) for element in value]
        case dict():
            return {name: _clean(element) for name, element in value.items()}
        case _:
            return value
