"""What is handed in to a run: the parts that have more than one implementation, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from planet.fetch.web import WebClient
    from planet.model import (
        Artifact,
        Config,
        Due,
        Edition,
        FeedConfig,
        Fetched,
        Message,
        Outcome,
        Piece,
        Published,
        Report,
        Source,
        Task,
    )
    from planet.store import Store

Executor = Callable[[Iterable["Task"]], Iterator[tuple["Task", "Outcome"]]]
"""Reads documents (`planet.reading.read`), in any order, in other processes."""


class Fetcher(Protocol):
    """Asks servers. See `planet.fetch.fetcher`."""

    def fetch_all(
        self, due: Sequence[Due], now: datetime, *, backoffs: Mapping[str, datetime], budget: timedelta | None = None
    ) -> Iterator[Fetched]: ...

    @property
    def web(self) -> WebClient: ...

    def close(self) -> None: ...


class Publisher(Protocol):
    """Writes the site to the place where it is published."""

    def publish(self, pieces: Iterable[Piece], edition: Edition, *, force: bool) -> Published:
        """Put these files in place of those that were published. Raises PublishError; then the site stays as it was."""
        ...

    def replace_file(self, artifact: Artifact) -> Published:
        """Put one file in place of a published one, and leave the others alone."""
        ...

    def state(self) -> str:
        """A text that changes when the published files do; "" when there are none, or one is missing."""
        ...


class Progress:
    """Shows the progress of a run. This one shows nothing."""

    def stage(self, name: Message) -> None:
        """A stage of the run begins."""

    def due(self, total: int) -> None:
        """`total` feeds will be requested."""

    def answered(self, fetched: Fetched) -> None:
        """One feed was requested, with this result."""


class Notifier(Protocol):
    """Announces what is new. Returns warnings for what could not be announced.

    `edition` makes the site as values, and is called only if it is needed; `changed`: the site may differ from that of the last run.
    """

    def __call__(
        self, report: Report, edition: Callable[[], Edition], now: datetime, *, changed: bool
    ) -> tuple[Message, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Planet:
    """One planet, ready to run: its configuration, and what has more than one implementation."""

    config: Config
    feeds: Mapping[str, tuple[Source, FeedConfig]]
    """Feed key -> the feed, and the source that lists it first."""
    rules_rev: str
    """Changes when what is stored must be classified again: filters, technologies, sources, `hide`."""
    store: Store
    fetcher: Fetcher
    execute: Executor
    publisher: Publisher
    notify: Notifier
    jitter: Random
    """Spreads the polling of feeds over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run does. `force`: ask every feed now; `force_publish`: even if most stories would go; `announce`: notify channels of what is new."""

    fetch: bool = True
    force: bool = False
    publish: bool = True
    force_publish: bool = False
    announce: bool = True
    news: bool = True
    """False: notices wait for a run that may print them."""
