"""A story as pages and feeds show it: whole, and as a row of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from planet.model.entry import Entry, Person
    from planet.model.story import Reason

WORDS_A_MINUTE = 220
"""How fast people read."""
FEED_TEXT = 300_000
"""Characters of HTML of one story that a feed carries; of a longer text it has a summary and the link."""
FEED_SHARE = 2_000_000
"""Characters of HTML of the stories of one source in a feed."""
WHOLE_FEEDS = 5
"""Technologies whose feeds carry the whole text of a story: its first ones. The feeds of the others have a summary and the link."""
PAGE_TEXT = 100_000
"""Characters of HTML of one story that a page shows; of a longer text it shows the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySource:
    """A feed that carries a story: the configured name of its member or group, the feed as configured (credentials masked), id and link as it gave them."""

    name: str
    slug: str
    kind: Literal["member", "group"]
    feed: str
    id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCopy:
    """One feed's copy of a story: the names of the sources that show it, the feed's public address ("" where it has none), the link."""

    sources: tuple[str, ...]
    feed: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReasons:
    """The reasons shown with a story: its copies (the primary one first), why they are merged, its date, and the evidence for each technology.

    `joins` are (position in `copies`, position, rule, score in hundredths), `scores` (slug, score in hundredths, reasons) of the copy
    that speaks for it most, near misses too.
    """

    copies: tuple[StoryCopy, ...] = ()
    joins: tuple[tuple[int, int, str, int], ...] = ()
    date_rule: str = ""
    priority: int = 3
    """How near the leading copy is to its author (see `Authorship`)."""
    in_feeds: bool = True
    scores: tuple[tuple[str, int, tuple[Reason, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """A story in lists: small, one for each story of the planet. `rev` changes exactly when anything that is shown of it does."""

    story_id: int
    date: datetime
    technologies: tuple[str, ...]
    sources: tuple[str, ...]
    """Slugs, the lead's first."""
    rev: str
    in_feeds: bool = True
    updated: datetime | None = None
    size: int = 0
    """Length of its HTML in bytes, 0 where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A published story, with everything a page or a feed shows of it.

    `id` is its Atom id (an absolute IRI; the source's own, else a `tag:` of the planet), `guid` the RSS guid (the source's own,
    else `id`). `anchor` is unique on every page: the `id=` of its article and the prefix of the ids inside its HTML.
    """

    story_id: int
    id: str
    guid: str
    anchor: str
    entry: Entry
    """The primary copy. The fields below combine it with the other copies, the feed and the configuration."""
    url: str
    """The entry's link, else the feed's page."""
    excerpt: str
    """Plain text, whole words, at most some 300 characters."""
    published: datetime
    updated: datetime
    edited: bool
    first_seen: datetime
    authors: tuple[Person, ...]
    """The entry's, else its source."""
    source: StorySource
    sources: tuple[StorySource, ...]
    technologies: tuple[str, ...]
    tags: tuple[str, ...]
    """The author's, else those of all copies."""
    language: str
    """The entry's, else the feed's."""
    summary_only: bool
    feed_id: str
    feed_title: str
    feed_url: str
    feed_link: str
    feed_updated: datetime | None
    rev: str
    events: tuple[str, ...] = ()
    """Ids of the events it announces."""
    reasons: StoryReasons = StoryReasons()

    @property
    def author(self) -> str:
        """The names of its authors."""
        return ", ".join(person.name for person in self.authors)

    @property
    def minutes(self) -> int:
        """Reading time, at least 1."""
        return max(1, round(self.entry.words / WORDS_A_MINUTE))
