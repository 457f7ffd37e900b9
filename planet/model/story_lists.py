"""Lists of stories, and how they are divided into pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from planet.model.shown import PAGE_TEXT, IndexRow

PART_SIZE = 130_000
"""Characters of HTML on one page of a month: some 45 kB as sent."""
PART_STORIES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list. `number` 1 is the list's own index; `path` is its folder below output/, "" or ending with a slash."""

    number: int
    path: str
    rows: tuple[IndexRow, ...]
    newer: int | None = None
    """Number of the page with newer stories, None on the index."""
    older: int | None = None
    following: IndexRow | None = None
    """The first story of the older page that this one does not show; only the index has one."""


def shared_out(rows: Sequence[IndexRow], size: int, kind: str) -> tuple[IndexRow, ...]:
    """The newest `size` rows, newest first; in a list of many sources at most half of them of one, while others have stories.

    A blog that lists its whole archive again, or was taken over, fills no first page and no feed; its own page shows all.
    """
    if kind not in {"all", "technology"} or len(rows) <= size:
        return tuple(rows[:size])
    share = -(-size // 2)
    taken: dict[str, int] = defaultdict(int)
    within: set[int] = set()
    for row in rows:
        source = row.sources[0] if row.sources else ""
        if len(within) == size or taken[source] == share:
            continue
        taken[source] += 1
        within.add(row.story_id)
    for row in rows:  # nobody else has more
        if len(within) == size:
            break
        within.add(row.story_id)
    return tuple(row for row in rows if row.story_id in within)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryList:
    """One list of stories that has pages, feeds or both, newest first. `path` is its folder: "", "php/", "members/x/", "archive/2026/11/"."""

    kind: Literal["all", "technology", "source", "month"]
    path: str
    slug: str
    name: str
    rows: tuple[IndexRow, ...]
    over: bool = True
    """False for the month of now: it has a page, and no archive feed yet (RFC 5005)."""

    def feed(self, size: int) -> tuple[IndexRow, ...]:
        """The newest `size` stories that may enter the output feeds (an archive's feed holds them all)."""
        if self.kind == "month":
            return self.rows
        return shared_out(tuple(row for row in self.rows if row.in_feeds), size, self.kind)

    def pages(self, size: int) -> tuple[Page, ...]:
        """The pages of the list, the index first, then `page/2/` (the oldest stories), `page/3/` …

        Numbers count from the oldest period, so that new stories never move old pages; a period is a year, or as many years as fit
        on one page, so that a story that comes late, or goes, changes pages of its own period only. The index shows the newest
        `size`; the newest numbered page may repeat some of them.
        """
        newest, top = self.rows[:size], shared_out(self.rows, size, self.kind)
        chunks: list[tuple[IndexRow, ...]] = []
        if len(self.rows) > size:
            chunks = _periods(self.rows, size)
            while chunks and top == newest and len(self.rows) - sum(map(len, chunks[:-1])) <= size:
                chunks.pop()  # the index shows all of it
        last = 1 + len(chunks)
        index = Page(
            number=1,
            path=self.path,
            rows=top,
            older=last if last > 1 else None,
            following=next(row for row in self.rows if row not in top) if last > 1 else None,
        )
        numbered = (
            Page(
                number=number,
                path=f"{self.path}page/{number}/",
                rows=rows,
                newer=number + 1 if number < last else 1,
                older=number - 1 if number > 2 else None,
            )
            for number, rows in enumerate(chunks, 2)
        )
        return (index, *numbered)

    def parts(self) -> tuple[Page, ...]:
        """The pages of a month, where the whole texts of its stories stand: one, or several where one would weigh too much.

        The first part holds the oldest stories, so that the place of a story never changes. Rows are newest first.
        """
        parts: list[list[IndexRow]] = [[]]
        room = PART_SIZE
        for row in reversed(self.rows):
            if parts[-1] and (len(parts[-1]) >= PART_STORIES or row.size > room):
                parts.append([])
                room = PART_SIZE
            parts[-1].append(row)
            room -= min(row.size, PAGE_TEXT)
        count = len(parts)
        return tuple(
            Page(
                number=number,
                path=self.path if number == 1 else f"{self.path}{number}/",
                rows=tuple(reversed(rows)),
                newer=number + 1 if number < count else None,
                older=number - 1 if number > 1 else None,
            )
            for number, rows in enumerate(parts, 1)
        )


def _periods(rows: Sequence[IndexRow], size: int) -> list[tuple[IndexRow, ...]]:
    """Rows (newest first) in pages of at most `size`, the oldest page first: whole years together, or parts of one year."""
    years: dict[int, list[IndexRow]] = {}
    for row in reversed(rows):
        years.setdefault(row.date.year, []).append(row)
    pages: list[list[IndexRow]] = []
    for of_year in years.values():
        if pages and len(pages[-1]) + len(of_year) <= size:
            pages[-1] += of_year
        else:
            pages += [of_year[start : start + size] for start in range(0, len(of_year), size)]
    return [tuple(reversed(page)) for page in pages]
