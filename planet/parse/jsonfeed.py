"""JSON Feed 1.0 and 1.1 (jsonfeed.org): checked field by field, so that a bad item costs a warning and no good one."""

from __future__ import annotations

import json
from typing import Any

from planet.model import Enclosure, Message, RawEntry, RawFeed, RawLink, RawPerson, Text, Unreadable
from planet.parse import values
from planet.parse.dates import read_date
from planet.parse.hints import positive
from planet.text import xml_safe

VERSION = "https://jsonfeed.org/version/"
_VALUE_NAMES = ("value", "text", "html", "name", "url", "href")


def read(text: str, *, limit: int, timezone: str = "UTC") -> RawFeed | Unreadable:
    """The feed in a JSON text; not-a-feed for other JSON, truncated for one that stops in the middle."""
    try:
        # strict=False: control characters in strings are a common fault, and lose nothing.
        root = json.loads(text, strict=False)
    except RecursionError:
        return Unreadable(error_class="too-large", error=Message.of("the JSON is nested too deep"))
    except json.JSONDecodeError as error:
        return _unreadable(text, error)
    except ValueError:  # an integer of thousands of digits
        return Unreadable(error_class="not-a-feed", error=Message.of("JSON, but not a JSON Feed"))
    if not isinstance(root, dict) or not _version(root):
        return Unreadable(
            error_class="not-a-feed",
            error=Message.of("JSON, but not a JSON Feed: `version` does not begin with {version}", version=VERSION),
        )
    return _feed(root, limit, timezone)


def _unreadable(text: str, error: json.JSONDecodeError) -> Unreadable:
    at_end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    if at_end and VERSION in text[:5000]:
        return Unreadable(
            error_class="truncated", error=Message.of("the JSON stops in the middle (line {line})", line=error.lineno)
        )
    return Unreadable(
        error_class="not-a-feed",
        error=Message.of("line {line}: not valid JSON ({what})", line=error.lineno, what=error.msg),
    )


def _version(root: dict[str, Any]) -> str:
    version = root.get("version")
    if not isinstance(version, str) or not version.strip().lower().replace("http://", "https://").startswith(VERSION):
        return ""
    return "json10" if version.strip().rstrip("/").endswith(("version/1", "version/1.0")) else "json11"


def _text(value: Any) -> str:
    """A string; a number where one was written instead (the specification asks readers to take it for ids); the first of a list, and
    what an object holds under the names that such objects have elsewhere.
    """
    if isinstance(value, str):
        return xml_safe(value).strip()
    if isinstance(value, list):
        return next((text for item in value[:10] if not isinstance(item, list) and (text := _text(item))), "")
    if isinstance(value, dict):
        return next(
            (text for key in _VALUE_NAMES if isinstance(value.get(key), str) and (text := _text(value[key]))), ""
        )
    return str(value)[:100] if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _get(item: dict[str, Any], *names: str) -> str:
    return next((text for name in names if (text := _text(item.get(name)))), "")


def _dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; one object alone stands for a list of one."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def _strings(value: Any) -> tuple[str, ...]:
    """The texts of a list; one text alone stands for a list of one."""
    return tuple(text for item in (value if isinstance(value, list) else [value]) if (text := _text(item)))


def _authors(item: dict[str, Any]) -> tuple[RawPerson, ...]:
    """Everybody whom `authors` of 1.1 and `author` of 1.0 name: objects, or names alone."""
    people = []
    for key in ("authors", "author"):
        given = item.get(key)
        for author in given if isinstance(given, list) else [given]:
            name, url = (_get(author, "name"), _get(author, "url")) if isinstance(author, dict) else (_text(author), "")
            people.append(values.person(key, name, url))
    return tuple(filter(None, people))


def _feed(root: dict[str, Any], limit: int, timezone: str) -> RawFeed | Unreadable:
    warnings: list[Message] = []
    listed = root.get("items")
    items: list[tuple[int, dict[str, Any]]] = []
    for position, item in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(item, dict) and any(
            item.get(name) for name in ("id", "url", "external_url", "title", "content_html", "content_text", "summary")
        ):
            items.append((position, item))
        else:
            warnings.append(
                Message.of("item {number} of the JSON Feed says nothing and is left out", number=position + 1)
            )
    if warnings and not items:
        return Unreadable(
            error_class="not-a-feed",
            error=Message.counted(
                "{count} entry, and it has no title, text, link or id",
                "{count} entries, and none has a title, a text, a link or an id",
                count=len(warnings),
            ),
        )
    if not isinstance(listed, list):
        warnings.append(Message.of("the JSON Feed has no list of items"))
    dates: list[float | None] = []
    if len(items) > limit:
        for _, item in items:
            read = read_date(_get(item, "date_published", "date_modified"), timezone)
            dates.append(read.value.timestamp() if read.value else None)
    places = values.newest(dates, limit) if dates else range(len(items))
    entries = tuple(_item(*items[place], timezone) for place in places)
    return RawFeed(
        format=_version(root),
        reader="json",
        title=" ".join(_get(root, "title").split()),
        link=_get(root, "home_page_url"),
        language=_get(root, "language"),
        authors=_authors(root),
        self_link=_get(root, "feed_url"),
        expired=root.get("expired") is True,
        entries=entries,
        dropped=len(items) - len(entries),
        warnings=(*warnings[:10], *values.date_warning(entries)),
    )


def _enclosures(item: dict[str, Any]) -> tuple[Enclosure, ...]:
    return tuple(
        Enclosure(
            url=_get(attachment, "url"),
            type=_get(attachment, "mime_type"),
            length=_size(attachment.get("size_in_bytes")),
            title=_get(attachment, "title"),
        )
        for attachment in _dicts(item.get("attachments"))
        if _get(attachment, "url")
    )


def _size(value: Any) -> int | None:
    return positive(str(int(value)) if isinstance(value, int | float) and 0 < value < 1e15 else _text(value))


def _item(position: int, item: dict[str, Any], timezone: str) -> RawEntry:
    language = _get(item, "language")
    plain, summary, title = _get(item, "content_text"), _get(item, "summary"), _get(item, "title")
    short = Text(value=summary, kind="text", lang=language) if summary else None
    content = values.markup(_get(item, "content_html"), lang=language)
    if content is None and plain:
        content = Text(value=plain, kind="text", lang=language)
    return RawEntry(
        position=position,
        id=_text(item.get("id")),
        links=tuple(RawLink(element=key, href=href) for key in ("url", "external_url") if (href := _get(item, key))),
        title=Text(value=title, kind="text", lang=language) if title else None,
        content=content,
        summary=short,
        published=values.first_date([_get(item, "date_published")], timezone),
        updated=values.first_date([_get(item, "date_modified")], timezone),
        authors=_authors(item),
        categories=_strings(item.get("tags")),
        enclosures=_enclosures(item),
        pictures=tuple(url for name in ("image", "banner_image") if (url := _get(item, name))),
        language=language,
    )
