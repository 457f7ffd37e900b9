"""From entries to stories: where an entry is placed, and which entries are one thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
class Placement:
    """Where one entry belongs.

    `carriers` are (source slug, feed key) that may show it; empty: it is not shown, and `hidden` says why.
    `scores` also holds near misses: technology -> (score, reasons); `technologies` those that reached the threshold, in the order
    of feeds.yaml.
    """

    carriers: tuple[tuple[str, str], ...]
    technologies: tuple[str, ...]
    scores: tuple[tuple[str, int, tuple[Reason, ...]], ...] = ()
    hidden: str = ""


MERGE_TEXT = 2000
"""Characters of plain text that merging compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeEntry:
    """What merging needs to know of an entry. `rank` orders copies: 0 member's own site, 1 member, 2 group, 3 any; then `order`."""

    row: int
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
    rank: int = 3
    order: int = 0
    """Place of its first carrier in feeds.yaml."""
    source: SourceRef | None = None

    @classmethod
    def of(cls, entry: Entry, *, feed: str, date: datetime, row: int = 0, rank: int = 3, order: int = 0) -> MergeEntry:
        """What merging sees of an entry of a feed."""
        return cls(
            row=row,
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
            rank=rank,
            order=order,
            source=entry.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroup:
    """Entries that are one story: `rows[0]` leads. `why` explains each join: (row, row, rule, score in hundredths)."""

    rows: tuple[int, ...]
    why: tuple[tuple[int, int, str, int], ...] = ()
