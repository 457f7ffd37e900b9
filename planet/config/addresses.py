"""Addresses of feeds and calendars in feeds.yaml: find them, and compare them by their keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from planet.config import address_checks
from planet.config.document import Location
from planet.config.invalid import InvalidValueError
from planet.urls import feed_key, https_of_webcal

SHORT_FORMS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("meetup", address_checks.meetup),
    ("mobilizon", address_checks.mobilizon),
)
"""Keys of a source that stand for the address of a calendar."""


def locate(address: str, folder: Path) -> tuple[str, str, bool]:
    """(address to request, key, whether it is a local file). The key of a file is relative, so that a planet can be moved."""
    if "://" in address or address.startswith("${"):
        return address.partition("#")[0], key_of(address), False
    return str(address_checks.within(address, folder)), key_of(address), True


def key_of(address: str) -> str:
    """The key of an address, equal for its spellings: `./a.xml` is `a.xml`, `webcal://` is `https://`."""
    address = https_of_webcal(address.strip())
    if address.startswith("${"):
        return address
    return feed_key(address) if "://" in address else Path(os.path.normpath(address)).as_posix()


def listed(data: dict[str, Any]) -> Iterator[tuple[Location, str, str]]:
    """(location, address, posts | events | calendar) of all that looks like a feed, in values that are not checked yet."""
    for section in ("groups", "members"):
        sources = data.get(section)
        for number, source in enumerate(sources if isinstance(sources, list) else ()):
            if isinstance(source, dict):
                for location, address, kind in _of_source(source):
                    yield (section, number, *location), address, kind


def _of_source(source: dict[str, Any]) -> Iterator[tuple[Location, str, str]]:
    for key in ("feeds", "calendars"):
        items = source.get(key)
        for number, feed in enumerate(items if isinstance(items, list) else ()):
            address = feed.get("url") if isinstance(feed, dict) else feed
            named = (feed.get("kind") or "posts") if isinstance(feed, dict) else "posts"
            kind = "calendar" if key == "calendars" else named
            if isinstance(address, str) and address.strip() and kind in ("posts", "events", "calendar"):
                yield (key, number, "url"), https_of_webcal(address.strip()), kind
    for key, calendar_of in SHORT_FORMS:
        if isinstance(source.get(key), str):
            try:
                yield (key,), calendar_of(source[key].strip()), "calendar"
            except InvalidValueError:
                continue
