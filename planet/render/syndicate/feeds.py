"""Every feed of the site as an artifact: made only when a story in it, a setting or its neighbours changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from planet import __version__
from planet.model import Artifact, Edition, StoryList
from planet.render.syndicate.document import Document, Say, document, empty_since
from planet.text import digest

GENERATOR = f"planet {__version__}"
FORMATS = ("atom.xml", "rss.xml", "feed.json")


def _write(name: str, feed: Document) -> bytes:
    """The bytes of a feed under one of the names of FORMATS. lxml is loaded only by a run that writes."""
    match name:
        case "atom.xml":
            from planet.render.syndicate.atom import atom

            return atom(feed)
        case "rss.xml":
            from planet.render.syndicate.rss import rss

            return rss(feed)
        case _:
            from planet.render.syndicate.jsonfeed import json_feed

            return json_feed(feed)


class _Cache:
    """The document made last: the formats of one feed are written one after the other, its stories are loaded once."""

    def __init__(self) -> None:
        self.key = ""
        self.made: Document | None = None

    def get(self, key: str, make: Callable[[], Document]) -> Document:
        if self.made is None or self.key != key:
            self.key, self.made = key, make()
        return self.made


def list_feeds(edition: Edition, say: Say) -> Iterator[Artifact]:
    """The feeds of all lists, in their order: three formats for all and for each technology, Atom for sources and months.

    The current feed names the newest archive, and archives each other (RFC 5005 section 4).
    """
    cache = _Cache()
    months = [story_list for story_list in edition.lists if story_list.kind == "month"]
    places = {story_list.path: place for place, story_list in enumerate(months)}
    for story_list in edition.lists:
        older = newer = ""
        match story_list.kind:
            case "all":
                older = months[0].path if months else ""
            case "month":
                place = places[story_list.path]
                older = months[place + 1].path if place + 1 < len(months) else ""
                newer = months[place - 1].path if place else ""
        build = partial(document, story_list, edition, say, GENERATOR, prev_archive=older, next_archive=newer)
        formats = FORMATS if story_list.kind in {"all", "technology"} else FORMATS[:1]
        inputs = _inputs(story_list, edition)
        for name in formats:
            # Only Atom names its archives, so only its bytes depend on them.
            links = (older, newer) if name == "atom.xml" else ()
            yield Artifact(
                path=story_list.path + name,
                digest=digest(edition.base_rev, GENERATOR, name, story_list.path, *inputs, *links),
                make=partial(_make, cache, story_list.path, build, name),
            )


def _make(cache: _Cache, key: str, build: Callable[[], Document], name: str) -> bytes:
    return _write(name, cache.get(f"/{key}", build))


def _inputs(story_list: StoryList, edition: Edition) -> tuple[str, ...]:
    """What the feed of a story_list says, as far as it can change between two runs."""
    shown = story_list.feed(edition.config.site.feed_entries)
    if not shown:
        return (story_list.name, empty_since(edition).isoformat())
    return (story_list.name, *(row.rev for row in shown))
