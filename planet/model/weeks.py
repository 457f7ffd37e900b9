"""Weeks that are over: their stories, and how these are ordered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from planet.model.shares import DIGEST_SHARE, leading_source, within_share
from planet.model.shown import IndexRow

if TYPE_CHECKING:
    from planet.model.event import Event

Item = TypeVar("Item")


WEEK_STORIES = 60
"""Stories that the page of a week shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week that is over, from its Monday on, in the planet's time zone. `rows` are newest first, `events` those of the week after it."""

    first: date
    rows: tuple[IndexRow, ...] = ()
    events: tuple[Event, ...] = ()
    more_events: tuple[tuple[str, int], ...] = ()
    """(slug, how many) of the sources that have more than `DIGEST_SHARE` of these events."""
    newcomers: tuple[str, ...] = ()
    """Slugs of the sources that came, in the order of feeds.yaml."""

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def path(self) -> str:
        """The folder of its page: digest/2026-W47/ (ISO 8601)."""
        return week_path(self.first)

    def shown(self) -> tuple[IndexRow, ...]:
        """The stories that its page shows, newest first: at most `DIGEST_SHARE` of one source, not more than `WEEK_STORIES` in all."""
        return tuple(within_share(self.rows, leading_source, DIGEST_SHARE)[0][:WEEK_STORIES])

    def beyond(self) -> dict[str, int]:
        """Slug -> how many stories of a source are beyond its share."""
        return within_share(self.rows, leading_source, DIGEST_SHARE)[1]


def week_path(day: date) -> str:
    """The folder of the page of the week that a day is in."""
    return f"digest/{day:%G-W%V}/"


def by_subject(
    items: Sequence[Item], technologies: Callable[[Item], Sequence[str]], order: Sequence[str]
) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """(technology, items) of a week ("" for no technology), the largest part first: each item once, under its first technology in `order`."""
    parts: dict[str, list[Item]] = {}
    for item in items:
        of_item = technologies(item)
        parts.setdefault(next((slug for slug in order if slug in of_item), ""), []).append(item)
    positions = {slug: position for position, slug in enumerate(order)}
    ordered = sorted(parts.items(), key=lambda part: (not part[0], -len(part[1]), positions.get(part[0], 0)))
    return tuple((slug, tuple(of_part)) for slug, of_part in ordered)
