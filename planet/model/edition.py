"""The site as values: all that pages and feeds are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from planet.model.base import Message
    from planet.model.config import Config, Technology
    from planet.model.entry import Entry, Person
    from planet.model.event import Collision, Event, Room
    from planet.model.fetch import ErrorClass, State
    from planet.model.story import Reason

Item = TypeVar("Item")
WORDS_A_MINUTE = 220
"""How fast people read."""


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
    """Why a story is where it is: its copies (the leading one first), why they are one, its date, and what speaks for which technology.

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
    """One thing published, with everything a page or a feed shows of it.

    `id` is its Atom id (an absolute IRI; the source's own, else a `tag:` of the planet), `guid` the RSS guid (the source's own,
    else `id`). `anchor` is unique on every page: the `id=` of its article and the prefix of the ids inside its HTML.
    """

    story_id: int
    id: str
    guid: str
    anchor: str
    entry: Entry
    """Its primary copy. The fields below are what the copies, the feed and the configuration make of it."""
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
class FeedCounts:
    """The outcome of the entries of a feed, for one of its sources. `entries` is the sum of the others.

    `merged` are copies that other copies lead, `filtered` those that `include` or `exclude` drop, `hidden` those that `hide` names,
    `withdrawn` those that the feed no longer lists.
    """

    entries: int = 0
    shown: int = 0
    merged: int = 0
    filtered: int = 0
    hidden: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """The public state of one feed: the keys are those of `planet status --json`. Credentials are masked."""

    url: str
    source: str
    source_slug: str
    kind: Literal["posts", "events", "calendar", "folder"]
    state: State
    http_status: int | None
    error_class: ErrorClass | None
    error: Message | None
    failures: int
    first_failure: datetime | None
    last_attempt: datetime | None
    last_success: datetime | None
    next_due: datetime | None
    entries: int
    effective_url: str
    advice: Message | None
    reader: str = ""
    reader_reason: str = ""
    warnings: tuple[Message, ...] = ()
    counts: FeedCounts = FeedCounts()
    """Of a feed of posts."""
    last_new: datetime | None = None
    """When it brought an entry for the last time."""


FEED_TEXT = 300_000
"""Characters of HTML of one story that a feed carries; of a longer text it has a summary and the link."""
PAGE_TEXT = 100_000
"""Characters of HTML of one story that a page shows; of a longer text it shows the beginning."""
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


WEEK_STORIES = 60
"""Stories that the page of a week shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week that is over, from its Monday on, in the planet's time zone. `rows` are newest first, `events` those of the week after it."""

    first: date
    rows: tuple[IndexRow, ...] = ()
    events: tuple[Event, ...] = ()
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
        """The stories that its page shows, newest first: not more than `WEEK_STORIES`, and then at most half of them of one source."""
        return shared_out(self.rows, WEEK_STORIES, "all")


def week_path(day: date) -> str:
    """The folder of the page of the week that a day is in."""
    return f"digest/{day:%G-W%V}/"


def by_subject(
    items: Sequence[Item], technologies: Callable[[Item], Sequence[str]], order: Sequence[str]
) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """What is told of a week in parts by technology (a slug, "" none), the largest first: each item once, under its first in `order`."""
    parts: dict[str, list[Item]] = {}
    for item in items:
        of_item = technologies(item)
        parts.setdefault(next((slug for slug in order if slug in of_item), ""), []).append(item)
    positions = {slug: position for position, slug in enumerate(order)}
    ordered = sorted(parts.items(), key=lambda part: (not part[0], -len(part[1]), positions.get(part[0], 0)))
    return tuple((slug, tuple(of_part)) for slug, of_part in ordered)


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
    load: Callable[[Sequence[int]], list[Story]]
    withdrawn: Mapping[str, int] = field(default_factory=dict)
    """Source slug -> its entries that were withdrawn by their feed: stories that went by their author's will."""
    updated: datetime
    """When anything that is shown changed last: what feeds say of themselves, never the time of the run."""
    program_rev: str = ""
    """Changes with the code that makes the site (see `planet.edition.program_rev`)."""
    settings_rev: str = ""
    """Changes when feeds.yaml does, or what a feed calls itself."""

    @property
    def base_rev(self) -> str:
        """Part of the digest of every file."""
        return f"{self.program_rev} {self.settings_rev}"
