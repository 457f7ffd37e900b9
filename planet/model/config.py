"""feeds.yaml as it is meant: checked, resolved, defaults filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries a rule means: any key that matches is enough. `tags`, `words`, `author` compare folded."""

    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    title: re.Pattern[str] | None = None
    author: tuple[str, ...] = ()
    language: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tags or self.words or self.title or self.author or self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """What a page and a set of feeds is filtered by. `hue` is 0 to 359, None: taken from the slug."""

    slug: str
    name: str
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    include: Filter = field(default_factory=Filter)
    exclude: Filter = field(default_factory=Filter)
    hue: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedConfig:
    """One feed or calendar of a source.

    `configured` is what feeds.yaml says, `url` what is asked: absolute, without fragment and credentials kept, or the absolute
    path of a local file (`local` is true). `key` is the same for two spellings of one URL (host case, default port,
    fragment, blanks): one key is one request.
    """

    configured: str
    url: str
    key: str
    local: bool = False
    kind: Literal["posts", "events", "calendar"] = "posts"
    include: Filter = field(default_factory=Filter)
    exclude: Filter = field(default_factory=Filter)
    technologies: tuple[str, ...] = ()
    summary_only: bool = False
    interval: timedelta | None = None
    timezone: str = "UTC"
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A member or a group: whoever owns feeds. `slug` is unique in the planet, kept from name and order of the file."""

    kind: Literal["member", "group"]
    name: str
    slug: str
    url: str = ""
    avatar: str = ""
    technologies: tuple[str, ...] = ()
    feeds: tuple[FeedConfig, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The planet itself. `url` ends with a slash; `output` and `database` are absolute; `theme` is a name or an absolute path."""

    title: str
    url: str
    description: str = ""
    language: str = "fr"
    timezone: str = "Europe/Paris"
    owner_name: str = ""
    owner_email: str = ""
    theme: str = "clermontech"
    output: Path = Path("output")
    database: Path = Path("planet.db")
    page_entries: int = 20
    feed_entries: int = 60
    newcomer_entries: int = 5
    hub: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """How feeds are asked. `allow_private` is True, False, or the `host:port` (or `host`) that may be private."""

    interval: timedelta = timedelta(minutes=60)
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = 10_000_000
    max_entries: int = 500
    workers: int = 16
    per_host: int = 2
    host_pause: timedelta = timedelta(seconds=1)
    allow_private: bool | tuple[str, ...] = False
    user_agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyRule:
    """Where news goes: an Apprise URL with its `${ENV}` still in it, so that no secret is in this value."""

    url: str
    technologies: tuple[str, ...] = ()
    every: Literal["run", "day", "week"] = "run"
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of feeds.yaml. `folder` is the absolute folder of the file: relative paths start there."""

    path: Path
    folder: Path
    site: Site
    fetch: FetchRules = field(default_factory=FetchRules)
    technologies: tuple[Technology, ...] = ()
    sources: tuple[Source, ...] = ()
    hide: tuple[str, ...] = ()
    notify: tuple[NotifyRule, ...] = ()
    warnings: tuple[str, ...] = ()

    def feeds_by_key(self) -> dict[str, tuple[Source, FeedConfig]]:
        """Each feed once, with the source that lists it first; build it once and keep it."""
        feeds: dict[str, tuple[Source, FeedConfig]] = {}
        for source in self.sources:
            for feed in source.feeds:
                feeds.setdefault(feed.key, (source, feed))
        return feeds
