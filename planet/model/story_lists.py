"""Lists of stories, and how they are divided into pages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, islice
from operator import attrgetter
from typing import Literal

from planet.model.shares import shared_out
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
        """The newest `size` stories that may enter the output feeds (the feed of an archive has all of them)."""
        if self.kind == "month":
            return self.rows
        return shared_out(self._in_feeds(size), size, self.kind)

    def _in_feeds(self, size: int) -> tuple[IndexRow, ...]:
        """The rows that may enter feeds; of a source, no more than are wanted."""
        rows = compress(self.rows, map(attrgetter("in_feeds"), self.rows))
        return tuple(islice(rows, size) if self.kind == "source" else rows)

    def pages(self, size: int) -> tuple[Page, ...]:
        """The pages of the list, the index first, then `page/2/` (the oldest stories), `page/3/` …

        Numbers count from the oldest period, so that new stories never move old pages; a period is a year, or as many years as fit
        on one page, so that a story that comes late, or goes, changes pages of its own period only. The index shows the newest
        `size`; the newest numbered page may repeat some of them.
        """
        chunks = self.chunks(size)
        return (self.index_page(size, chunks), *(self.numbered(chunks, place) for place in range(len(chunks))))

    def chunks(self, size: int) -> list[slice]:
        """Which rows each numbered page has, `page/2/` first."""
        if len(self.rows) <= size:
            return []
        chunks = _periods(self.rows, size)
        if self.rows[:size] == shared_out(self.rows, size, self.kind):
            while chunks and chunks[-1].stop <= size:
                chunks.pop()  # the index shows all of it
        return chunks

    def index_page(self, size: int, chunks: Sequence[slice]) -> Page:
        """The first page."""
        top = shared_out(self.rows, size, self.kind)
        return Page(
            number=1,
            path=self.path,
            rows=top,
            older=len(chunks) + 1 if chunks else None,
            following=next(row for row in self.rows if row not in top) if chunks else None,
        )

    def numbered(self, chunks: Sequence[slice], place: int) -> Page:
        """The page of one of the `chunks`."""
        number = place + 2
        return Page(
            number=number,
            path=f"{self.path}page/{number}/",
            rows=self.rows[chunks[place]],
            newer=number + 1 if place + 1 < len(chunks) else 1,
            older=number - 1 if place else None,
        )

    def parts(self) -> tuple[Page, ...]:
        """The pages of a month, where the whole texts of its stories stand: one, or several where one would weigh too much.

        The first part holds the oldest stories, so that the place of a story never changes. Rows are newest first.
        """
        cuts = self.cuts()
        return tuple(
            Page(
                number=number,
                path=self.path if number == 1 else f"{self.path}{number}/",
                rows=self.rows[cut],
                newer=number + 1 if number < len(cuts) else None,
                older=number - 1 if number > 1 else None,
            )
            for number, cut in enumerate(cuts, 1)
        )

    def cuts(self) -> list[slice]:
        """Which rows each part of a month has, the oldest part first."""
        cuts = []
        stop = len(self.rows)
        room = PART_SIZE
        for position in range(len(self.rows) - 1, -1, -1):
            size = self.rows[position].size
            if position + 1 < stop and (stop - position > PART_STORIES or size > room):
                cuts.append(slice(position + 1, stop))
                stop = position + 1
                room = PART_SIZE
            room -= min(size, PAGE_TEXT)
        return [*cuts, slice(0, stop)]


def _periods(rows: Sequence[IndexRow], size: int) -> list[slice]:
    """Rows (newest first) in pages of at most `size`, the oldest page first: whole years together, or parts of one year."""
    pages: list[slice] = []
    stop = len(rows)
    while stop:
        year = rows[stop - 1].date.year
        start = bisect_right(rows, -year - 1, 0, stop, key=lambda row: -row.date.year)
        if pages and pages[-1].stop - start <= size:
            pages[-1] = slice(start, pages[-1].stop)
        else:
            pages += [slice(max(start, end - size), end) for end in range(stop, start, -size)]
        stop = start
    return pages
