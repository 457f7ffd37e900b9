"""Every feed of the site as an artifact: made only when a story in it, a setting or its neighbours changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from planet import __version__
from planet.model import Artifact, Channel, Edition
from planet.render.syndicate.document import Document, Say, document, quiet_since
from planet.text import digest

GENERATOR = f"planet {__version__}"
FORMATS = ("atom.xml", "rss.xml", "feed.json")


def _write(name: str, feed: Document) -> bytes:
    """The bytes of a feed under one of the names of FORMATS. lxml is loaded only by a run that writes."""
    match name:
        case "atom.xml":
            from planet.render.syndicate.atom import atom  # noqa: PLC0415

            return atom(feed)
        case "rss.xml":
            from planet.render.syndicate.rss import rss  # noqa: PLC0415

            return rss(feed)
        case _:
            from planet.render.syndicate.jsonfeed import json_feed  # noqa: PLC0415

            return json_feed(feed)


class _Shelf:
    """The document made last: the formats of one feed are written one after the other, its stories are loaded once."""

    def __init__(self) -> None:
        self.key = ""
        self.made: Document | None = None

    def get(self, key: str, make: Callable[[], Document]) -> Document:
        if self.made is None or self.key != key:
            self.key, self.made = key, make()
        return self.made


def channel_feeds(edition: Edition, say: Say) -> Iterator[Artifact]:
    """The feeds of all channels, in their order: three formats for all and for each technology, Atom for sources and months.

    The current feed names the newest archive, and archives each other (RFC 5005 section 4).
    """
    shelf = _Shelf()
    months = [channel for channel in edition.channels if channel.kind == "month"]
    places = {channel.path: place for place, channel in enumerate(months)}
    for channel in edition.channels:
        older = newer = ""
        match channel.kind:
            case "all":
                older = months[0].path if months else ""
            case "month":
                place = places[channel.path]
                older = months[place + 1].path if place + 1 < len(months) else ""
                newer = months[place - 1].path if place else ""
        build = partial(document, channel, edition, say, GENERATOR, prev_archive=older, next_archive=newer)
        formats = FORMATS if channel.kind in {"all", "technology"} else FORMATS[:1]
        inputs = _inputs(channel, edition)
        for name in formats:
            # Only Atom names its archives, so only its bytes depend on them.
            links = (older, newer) if name == "atom.xml" else ()
            yield Artifact(
                path=channel.path + name,
                digest=digest(edition.base_rev, GENERATOR, name, channel.path, *inputs, *links),
                make=partial(_make, shelf, channel.path, build, name),
            )


def _make(shelf: _Shelf, key: str, build: Callable[[], Document], name: str) -> bytes:
    return _write(name, shelf.get(f"/{key}", build))


def _inputs(channel: Channel, edition: Edition) -> tuple[str, ...]:
    """What the feed of a channel says, as far as it can change between two runs."""
    shown = channel.feed(edition.config.site.feed_entries)
    if not shown:
        return (channel.name, quiet_since(edition).isoformat())
    return (channel.name, *(headline.rev for headline in shown))
