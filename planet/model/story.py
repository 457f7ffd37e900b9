"""From entries to stories: classification of an entry, and the groups of entries that are one story."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from planet.model.entry import Entry, SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a technology was given, or nearly: `rule` is one of source feed tag word code link include exclude, `what` the match.

    Scores are in hundredths: 100 is the threshold.
    """

    rule: str
    what: str
    where: str = ""
    score: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Who shows an entry, and its technologies.

    `sources` are (source slug, feed key) that may show it; empty: it is not shown, and `hidden` says why.
    `scores` also holds near misses: technology -> (score, reasons); `technologies` those that reached the threshold, in the order
    of feeds.yaml.
    """

    sources: tuple[tuple[str, str], ...]
    technologies: tuple[str, ...]
    scores: tuple[tuple[str, int, tuple[Reason, ...]], ...] = ()
    hidden: str = ""


MOST_OF_A_FEED = 20
MOST_OF_ALL = 50


def common_to(counts: Mapping[str, int]) -> frozenset[str]:
    """The feeds whose entries a merge key joins to nothing, {""}: it joins none at all. `counts`: feed -> its entries with that key.

    A key that names one thing is shared by its few copies; one that many share (a template's words, a page of seminars) names
    none of them, and comparing all with all would cost the square of their number. A feed that overuses a key loses it alone: no
    feed can take it from the others.
    """
    over = {feed for feed, count in counts.items() if count > MOST_OF_A_FEED}
    rest = sum(count for feed, count in counts.items() if feed not in over)
    return frozenset(over | ({""} if rest > MOST_OF_ALL else set()))


MERGE_TEXT = 2000
"""Characters of plain text that merging compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorship:
    """How near a copy is to its author. `priority`: 0 a member's own site, 1 a member, 2 a group, 3 anybody."""

    priority: int = 3
    source_position: int = 0
    """Position in feeds.yaml of the first source that shows it."""
    owner: str = ""
    """Slug of the source that shows it, where it is on that source's own site; "" elsewhere."""
    owns_id: bool = False
    """Whether its id is an address or tag of a source that shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyParts:
    """The parts of an entry's merge keys: complete keys, and (kind, value) of keys that are valid for a time around its date."""

    fixed: tuple[str, ...]
    near: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The classification, date and authorship of one entry by the rules of feeds.yaml; `keys` are its merge keys."""

    classification: Classification
    authorship: Authorship = field(default_factory=Authorship)
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeEntry:
    """The fields of an entry that merging uses."""

    entry_id: int
    feed: str
    uid: str
    id: str
    link: str
    link_key: str
    title: str
    title_key: str
    text: str
    """The first 2,000 characters of its plain text."""
    text_key: str
    date: datetime
    published: datetime | None = None
    first_seen: datetime | None = None
    """When this planet saw it first; None: not stored yet."""
    priority: int = 3
    source_position: int = 0
    owner: str = ""
    owns_id: bool = False
    """As in `Authorship`, as are the three before."""
    source: SourceRef | None = None
    links: tuple[str, ...] = ()
    """Addresses that its text links to."""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Their names."""

    @classmethod
    def of(
        cls,
        entry: Entry,
        *,
        feed: str,
        date: datetime,
        entry_id: int = 0,
        authorship: Authorship | None = None,
    ) -> MergeEntry:
        """The fields of an entry that merging uses, from the entry."""
        by = authorship or Authorship()
        return cls(
            entry_id=entry_id,
            feed=feed,
            uid=entry.uid,
            id=entry.id,
            link=entry.link,
            link_key=entry.link_key,
            title=entry.title,
            title_key=entry.title_key,
            text=entry.text[:MERGE_TEXT],
            text_key=entry.text_key,
            date=date,
            published=entry.published,
            priority=by.priority,
            source_position=by.source_position,
            owner=by.owner,
            owns_id=by.owns_id,
            source=entry.source,
            links=entry.links,
            tags=entry.tags,
            authors=tuple(person.name for person in entry.authors),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeLink:
    """Two entries (by id) that a rule joins. `score` is in hundredths, `days` the time between their dates."""

    a: int
    b: int
    rule: str
    score: int
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroup:
    """Entries that are one story: `entry_ids[0]` is the primary copy. `why` explains each join: (entry id, entry id, rule, score in hundredths)."""

    entry_ids: tuple[int, ...]
    why: tuple[tuple[int, int, str, int], ...] = ()


class Merging(Protocol):
    """The rules that make stories of entries: `planet.merge.stories` has them."""

    def find_links(
        self,
        entries: Sequence[MergeEntry],
        joining: Mapping[str, Sequence[int]],
        focus: Collection[int] | None = None,
        done: Collection[int] = (),
    ) -> Sequence[MergeLink]:
        """The links of the entries in focus to any of these."""

    def group(self, entries: Sequence[MergeEntry], links: Sequence[MergeLink] | None = None) -> tuple[MergeGroup, ...]:
        """The stories of these entries."""
