"""One fetched document on its way into the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planet.model.entry import Read
    from planet.model.event import StoredEvent
    from planet.model.fetch import Fresh, ReadFacts
    from planet.model.story import Classification, KeyParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One document to read: `known` maps uid -> raw hash of what is stored of its feed."""

    fresh: Fresh
    known: Mapping[str, str]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The content of one document: posts or events, ready to be compared with what is stored. Neither when it cannot be read."""

    facts: ReadFacts
    read: Read | None = None
    classifications: Mapping[str, Classification] = field(default_factory=dict)
    key_parts: Mapping[str, KeyParts] = field(default_factory=dict)
    """Of what the merge keys of its entries are made, by uid."""
    events: tuple[StoredEvent, ...] | None = None
