"""Every feed of the site as an artifact: made only when a story in it, a setting or its neighbours changed."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial

from planet.formats import formats_of
from planet.i18n import Say
from planet.model import Artifact, Edition, StoryList
from planet.render.syndicate.document import Document, document, empty_since
from planet.render.syndicate.items import Items
from planet.text import named_digests

Writer = Callable[[Document], bytes]


def _writer(path: str) -> Writer:
    """The function that a `module:function` of the catalogue names."""
    module, _, name = path.partition(":")
    writer: Writer = getattr(importlib.import_module(module), name)
    return writer


class _Cache:
    """The document made last: the formats of one feed are written one after the other, their document is made once."""

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
    cache, items = _Cache(), Items(edition)
    months = [story_list for story_list in edition.lists if story_list.kind == "month" and story_list.over]
    places = {story_list.path: place for place, story_list in enumerate(months)}
    for story_list in edition.lists:
        if not story_list.over:
            continue
        older = newer = ""
        match story_list.kind:
            case "all":
                older = months[0].path if months else ""
            case "month":
                place = places[story_list.path]
                older = months[place + 1].path if place + 1 < len(months) else ""
                newer = months[place - 1].path if place else ""
        build = partial(document, story_list, edition, items, say, prev_archive=older, next_archive=newer)
        inputs = {
            "program": edition.program_rev,
            "settings": edition.settings_rev,
            "name": story_list.name,
            "stories": _stories(story_list, edition),
        }
        for output_format in formats_of(story_list.kind):
            if not output_format.writer:
                continue
            # Only Atom names its archives, so only its bytes depend on them.
            links = {"archives": f"{older} {newer}"} if output_format.name == "atom.xml" else {}
            yield Artifact(
                path=story_list.path + output_format.name,
                digest=named_digests(inputs | links),
                make=partial(_make, cache, story_list.path, build, output_format.writer),
            )


def _make(cache: _Cache, key: str, build: Callable[[], Document], writer: str) -> bytes:
    return _writer(writer)(cache.get(f"/{key}", build))


def _stories(story_list: StoryList, edition: Edition) -> str:
    """The part of a list's feed that can change between two runs."""
    rows = story_list.feed(edition.config.site.feed_entries)
    return " ".join(row.rev for row in rows) if rows else empty_since(edition).isoformat()
