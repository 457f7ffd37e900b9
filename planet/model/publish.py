"""Files to publish, the result of publishing, and notices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from planet.model.base import Message
from planet.model.health import FeedHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file of the site. `digest` names its inputs: `make` is called only when the published file was made from others.

    `volatile` marks files that show times of runs (health): they may change in a run without news.
    """

    path: str
    digest: str
    make: Callable[[], bytes]
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Files below one folder that are made together (the search index): `make` gives path -> bytes, paths relative to output/."""

    folder: str
    digest: str
    make: Callable[[], dict[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Files that change together, and seldom (a month that is over): `files` lists them only when `digest`, of the inputs of them all,
    is not that of the published ones, so that a run with one new story does not walk through all old ones.
    """

    name: str
    digest: str
    files: Callable[[], Iterable[Artifact]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Files that name the others (the sitemap): `files` is given the paths of all that came before, sorted."""

    files: Callable[[Collection[str]], Iterable[Artifact]]


Piece = Artifact | Bundle | Section | Closing
"""Any of the values that a site consists of."""


def every_file(pieces: Iterable[Piece]) -> Iterator[Artifact | Bundle]:
    """All files of a site, those of its sections one by one."""
    paths: list[str] = []
    for piece in pieces:
        match piece:
            case Section():
                files: Iterable[Artifact | Bundle] = piece.files()
            case Closing():
                files = piece.files(sorted(paths))
            case _:
                files = (piece,)
        for file in files:
            paths.append(file.path if isinstance(file, Artifact) else file.folder)
            yield file


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Paths relative to output/, sorted."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    not_made: tuple[tuple[str, str], ...] = ()
    """(path, error) of files that could not be made; their published versions stay, all other files are new."""
    state: str = field(default="", compare=False)
    """The digest of the published files, equal to `planet.publish.intact` while nobody touches them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A notice for a person who must act, given once: `kind` is failing recovered moved gone collision."""

    kind: Literal["failing", "recovered", "moved", "gone", "collision"]
    feed: str
    source: str
    text: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a run. Counts are of feeds, except `new_stories` and `updated_stories`."""

    due: int = 0
    asked: int = 0
    fresh: int = 0
    unchanged: int = 0
    failed: int = 0
    deferred: int = 0
    network_down: bool = False
    new_stories: tuple[int, ...] = ()
    updated_stories: int = 0
    withdrawn: int = 0
    news: tuple[News, ...] = ()
    published: Published | None = None
    warnings: tuple[Message, ...] = ()
    failing: tuple[FeedHealth, ...] = ()
    """The feeds that were asked and are failing, where somebody is shown them."""
