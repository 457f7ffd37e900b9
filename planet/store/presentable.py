"""Clean stored values before they are shown: an earlier version, a state file or an edit by hand may have stored unsafe ones.

Nothing that moves a cursor, reorders text or leads elsewhere than to the web leaves the store in a title, a name, a text or a link.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from planet.model import SafeHtml
from planet.text import one_line, xml_safe

if TYPE_CHECKING:
    from planet.model import Enclosure, Entry, EventData


def line(text: str) -> str:
    """A title, a name or an id on one line, with nothing hidden in it."""
    return text if text.isprintable() else one_line(text)


def link(url: str) -> str:
    """An http(s) URL; "" for anything else."""
    return url if url.startswith(("https://", "http://")) and url.isprintable() and " " not in url else ""


def entry(stored: Entry) -> Entry:
    """An entry, every part of it that is shown cleaned; the same value where nothing is to be cleaned."""
    cleaned: dict[str, Any] = {
        "id": line(stored.id),
        "link": link(stored.link),
        "title": line(stored.title),
        "html": SafeHtml(xml_safe(stored.html)),
        "text": xml_safe(stored.text),
        "summary": line(stored.summary),
        "authors": tuple(replace(person, name=line(person.name), url=link(person.url)) for person in stored.authors),
        "tags": tuple(map(line, stored.tags)),
        "enclosures": tuple(filter(None, map(_enclosure, stored.enclosures))),
        "image": link(stored.image),
        "language": line(stored.language),
        "comments": link(stored.comments),
    }
    changed = {name: value for name, value in cleaned.items() if value != getattr(stored, name)}
    return replace(stored, **changed) if changed else stored


def _enclosure(stored: Enclosure) -> Enclosure | None:
    url = link(stored.url)
    return replace(stored, url=url, type=line(stored.type), title=line(stored.title)) if url else None


def event_data(stored: EventData) -> EventData:
    """The data of an event, cleaned like an entry: a text field that has no rule of its own is a title, a name or an id."""
    values = {field.name: getattr(stored, field.name) for field in fields(stored)}
    cleaned: dict[str, Any] = {name: line(value) for name, value in values.items() if isinstance(value, str)}
    cleaned |= {name: link(values[name]) for name in cleaned if name in {"url", "image"} or name.endswith("_url")}
    cleaned["html"] = SafeHtml(xml_safe(stored.html))
    cleaned["text"] = xml_safe(stored.text)
    cleaned["location"] = "\n".join(map(line, stored.location.split("\n")))
    cleaned["tags"] = tuple(map(line, stored.tags))
    return replace(stored, **cleaned)
