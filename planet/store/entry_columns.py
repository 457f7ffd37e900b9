"""Which fields of an Entry are columns of which table."""

from __future__ import annotations

from dataclasses import fields

from planet.model import Entry

TEXTS = ("html", "text", "summary")
"""Fields of an Entry that are columns of `bodies`."""
KEYS = (
    *("uid", "id", "link", "link_key", "title", "title_key", "text_key", "raw_hash", "content_hash", "published", "updated"),
    "position",
)  # fmt: skip
"""Fields of an Entry that are columns of `entries`."""
DETAILS = tuple(field.name for field in fields(Entry) if field.name not in {*KEYS, *TEXTS})
"""Fields of an Entry that are stored together, as JSON."""
