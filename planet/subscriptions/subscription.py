"""The content of another program's list of subscriptions."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from planet.model import Message
from planet.text import xml_safe

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A source as it is to be written into feeds.yaml. `folders` are the names that it was filed under."""

    name: str
    url: str = ""
    avatar: str = ""
    feeds: tuple[str, ...] = ()
    calendars: tuple[str, ...] = ()
    events: str = ""
    kind: Literal["member", "group"] = "member"
    technologies: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Address of a feed -> its `include` and `exclude`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A list, read. `settings` are keys of feeds.yaml (`planet.title`, `fetch.timeout`) with their values; `notes` tell what was not carried over, and why."""

    subscriptions: tuple[Subscription, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    notes: tuple[Message, ...] = ()
    lists: tuple[str, ...] = ()
    """Addresses of lists in this list, which were not followed."""
    faces: tuple[tuple[str, str], ...] = ()
    """(path of a picture as the other program names it, whose it is): they are to be copied into `avatars/`."""
    reading_lists: tuple[str, ...] = ()
    """Addresses of OPML that the other program read at each run: they belong under `lists:`."""


def decoded(data: bytes) -> str:
    """The text, by byte order mark, declaration, UTF-8, else Windows-1252."""
    declared = _DECLARED.match(data[:1000])
    named = [name for mark, name in _BOMS if data.startswith(mark)] or (
        [declared[1].decode("ascii")] if declared else []
    )
    for encoding in (*named, "utf-8"):
        try:
            return xml_safe(data.decode(encoding))
        except (LookupError, UnicodeDecodeError):
            continue
    return xml_safe(data.decode("cp1252", "replace"))
