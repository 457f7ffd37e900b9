"""The state of a reading list: the sources of its last good copy, and its polling state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from planet.model.base import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """A source in a reading list: `feeds` are absolute http URLs, `folders` the names that they are filed under."""

    name: str
    url: str = ""
    feeds: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """A reading list as the database keeps it. `sources` are of the last good copy, whatever happened since."""

    sources: tuple[ListEntry, ...] = ()
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    first_failure: datetime | None = None
    failures: int = 0
    error: Message | None = None
    announced: bool = False
    """Whether it was reported that it cannot be read."""
    etag: str = ""
    last_modified: str = ""
