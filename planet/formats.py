"""The catalogue of what the site publishes beside its pages: used by pages, feeds, the hub, feeds.yaml, the server, the publisher.

A new output feed is one row here and its writer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from planet.model import Message

if TYPE_CHECKING:
    from planet.model import Config

ListKind = Literal["all", "technology", "source", "group", "month", "digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of output file. `name` is its file in the folder of a list, `lists` are the kinds of lists that have one.

    `writer` is the function that writes a feed (`module:function`, loaded when it is first needed), "" where another module makes the
    file (calendars, OPML). `hub` says that the file names the WebSub hub, which is then told when it changes.
    """

    name: str
    label: Message
    media_type: str
    lists: frozenset[ListKind]
    writer: str = ""
    hub: bool = False
    alternate: bool = True
    """Named in `<link rel="alternate">` of the pages of its list."""


EVERY: frozenset[ListKind] = frozenset({"all", "technology", "source", "month", "digest"})
WIDE: frozenset[ListKind] = frozenset({"all", "technology"})
FORMATS = (
    Format(
        name="atom.xml",
        label=Message.of("Atom"),
        media_type="application/atom+xml",
        lists=EVERY,
        writer="planet.render.syndicate.atom:atom",
        hub=True,
    ),
    Format(
        name="rss.xml",
        label=Message.of("RSS"),
        media_type="application/rss+xml",
        lists=WIDE,
        writer="planet.render.syndicate.rss:rss",
        hub=True,
    ),
    Format(
        name="feed.json",
        label=Message.of("JSON Feed"),
        media_type="application/feed+json",
        lists=WIDE,
        writer="planet.render.syndicate.jsonfeed:json_feed",
        hub=True,
    ),
    Format(
        name="calendar.ics", label=Message.of("calendar"), media_type="text/calendar", lists=WIDE | frozenset({"group"})
    ),
    Format(
        name="events.json",
        label=Message.of("events as data"),
        media_type="application/json",
        lists=WIDE,
        alternate=False,
    ),
    Format(name="opml.xml", label=Message.of("OPML"), media_type="text/x-opml", lists=WIDE, alternate=False),
)
BY_NAME = {output_format.name: output_format for output_format in FORMATS}
FOLDERS = (
    "archive", "digest", "events", "health", "join", "members", "page", "search", "static", "subscribe", "technologies",
)  # fmt: skip
"""The folders that the site has of its own below output/, beside those of its technologies."""
FILES = ("404.html", "favicon.ico", "health.json", "index.html", "robots.txt", "sitemap.xml")


OF_EVENTS = frozenset({"calendar.ics", "events.json"})
"""Files that hold events alone."""


def formats_of(kind: str) -> tuple[Format, ...]:
    """The files that a list of that kind has, in the order in which they are named."""
    return tuple(output_format for output_format in FORMATS if kind in output_format.lists)


def with_hub(paths: Iterable[str]) -> tuple[str, ...]:
    """Those among files of the site that name the hub."""
    return tuple(path for path in paths if (known := BY_NAME.get(path.rpartition("/")[2])) and known.hub)


def media_type(name: str) -> str:
    """The media type of an output file by its name, "" for what is not in the catalogue."""
    known = BY_NAME.get(name)
    return known.media_type if known else ""


RESERVED = frozenset({"all", *FOLDERS, *(name.partition(".")[0] for name in (*FILES, *BY_NAME))})
"""Names that a technology may not have: many servers find `404.html` under `404`, too, so that the names of files count."""


def aliases(config: Config) -> dict[str, tuple[str, ...]]:
    """Folder below output/ of a technology or a source -> the folders under its other names, which lead there; only those that have some."""
    slugs = {source.slug for source in config.sources}
    folders = {
        f"{technology.slug}/": tuple(f"{alias}/" for alias in technology.aliases) for technology in config.technologies
    } | {
        f"members/{source.slug}/": tuple(f"members/{alias}/" for alias in source.aliases if alias not in slugs)
        for source in config.sources
    }
    return {folder: names for folder, names in folders.items() if names}
