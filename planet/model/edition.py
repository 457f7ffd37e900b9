"""The site as values: all that pages and feeds are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from planet.model.base import Message
    from planet.model.config import Config, Technology
    from planet.model.event import Collision, Event, Room
    from planet.model.health import FeedHealth
    from planet.model.shown import IndexRow, Story
    from planet.model.story_lists import StoryList
    from planet.model.weeks import Week


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTechnology:
    """A technology as menus show it. `hue` is 0 to 359."""

    technology: Technology
    slug: str
    name: str
    hue: int
    stories: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSource:
    """A source as pages show it. `months` counts its stories: ("2026-11", 3), oldest first, only months with some."""

    kind: Literal["member", "group"]
    name: str
    slug: str
    url: str
    avatar: str
    technologies: tuple[str, ...]
    feeds: tuple[tuple[str, str], ...]
    """(URL with credentials masked, title), local files left out."""
    calendars: tuple[str, ...]
    stories: int
    latest: datetime | None
    months: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One state of the site. `index` holds every shown story, newest first; `load` gives whole stories for ids, in that order."""

    config: Config
    now: datetime
    technologies: tuple[ListedTechnology, ...]
    sources: tuple[ListedSource, ...]
    index: tuple[IndexRow, ...]
    lists: tuple[StoryList, ...]
    """All first, then the technologies in the order of feeds.yaml, the sources, the months (newest first; that of now is not over)."""
    events: tuple[Event, ...]
    """By start, oldest first."""
    collisions: tuple[Collision, ...] = ()
    """Pairs of upcoming events of different groups on one day."""
    rooms: tuple[Room, ...] = ()
    """Where past events were held, the places with most first."""
    free_weeks: tuple[tuple[date, date], ...] = ()
    """Weeks of the next three months without an event: first and last day of each row of them."""
    weeks: tuple[Week, ...] = ()
    """Those that are over, newest first."""
    health: tuple[FeedHealth, ...]
    notes: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)
    """Slug -> notes on the stories and events of a source that lists and feeds leave out because they are beyond its share."""
    load: Callable[[Sequence[int]], list[Story]]
    withdrawn: Mapping[str, int] = field(default_factory=dict)
    """Source slug -> its entries that were withdrawn by their feed: stories that went by their author's will."""
    updated: datetime
    """When anything that is shown changed last: what feeds say of themselves, never the time of the run."""
    program_rev: str = ""
    """Changes with the code that makes the site (see `planet.edition.program_rev`)."""
    settings_rev: str = ""
    """Changes with feeds.yaml and with the titles of feeds."""

    def noted_health(self) -> tuple[FeedHealth, ...]:
        """The state of every feed; the notes on a source are said with its first feed."""
        noted: set[str] = set()
        health = []
        for feed in self.health:
            notes = self.notes.get(feed.source_slug, ()) if feed.source_slug not in noted else ()
            noted.add(feed.source_slug)
            health.append(replace(feed, warnings=(*notes, *feed.warnings)) if notes else feed)
        return tuple(health)

    @property
    def base_rev(self) -> str:
        """Part of the digest of every file."""
        return f"{self.program_rev} {self.settings_rev}"
