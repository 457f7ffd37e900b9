"""What only two keys together make wrong; looked for in the plain values, so that it is told beside all else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from planet import themes
from planet.config import build, values
from planet.config.document import Document, Location
from planet.errors import Fault

_SHORT: tuple[tuple[str, Callable[[str], str]], ...] = (("meetup", values.meetup), ("mobilizon", values.mobilizon))


def crossed(data: dict[str, Any], folder: Path, document: Document) -> Iterator[Fault]:
    """A database on the published site; a theme that is not there; one feed that is to be read as two things."""
    planet = data.get("planet")
    if isinstance(planet, dict):
        yield from _theme(planet.get("theme"), folder, document)
        output, database = planet.get("output") or "output", planet.get("database") or "planet.db"
        if isinstance(output, str) and isinstance(database, str):
            site, file = build.within(folder, output), build.within(folder, database)
            if file.is_relative_to(site):
                line = document.line(("planet", "database" if "database" in planet else "output"))
                yield Fault(
                    line, "`database` must not lie in `output`, where it would be published: name another folder"
                )
    first: dict[str, tuple[str, int]] = {}
    for place, address, kind in addresses(data):
        key = build.locate(address, folder)[1]
        line = document.line(place)
        other, where = first.setdefault(key, (kind, line))
        if other != kind:
            yield Fault(
                line,
                f"the feed is read as {other} on line {where}, so it cannot be read as {kind} here: keep one of them",
            )


def _theme(name: object, folder: Path, document: Document) -> Iterator[Fault]:
    if not isinstance(name, str) or not name.strip() or themes.find(name.strip(), folder) is not None:
        return
    line = document.line(("planet", "theme"))
    if themes.is_path(name):
        yield Fault(line, f"`theme`: there is no {themes.SETTINGS_FILE} in {values.shown(name)}")
        return
    known = themes.names(folder / "themes", themes.shipped())
    there_are = ", ".join(f"`{one}`" for one in known)
    yield Fault(
        line,
        f"`theme`: there is no theme {values.shown(name)}{values.meant(name, known)}; there are {there_are}, or write a path",
    )


def addresses(data: dict[str, Any]) -> Iterator[tuple[Location, str, str]]:
    """(place, address, posts | events | a calendar) of all that looks like a feed, in values that nobody has checked yet."""
    for section in ("groups", "members"):
        sources = data.get(section)
        for number, source in enumerate(sources if isinstance(sources, list) else ()):
            if isinstance(source, dict):
                for place, address, kind in _of_source(source):
                    yield (section, number, *place), address, kind


def _of_source(source: dict[str, Any]) -> Iterator[tuple[Location, str, str]]:
    for key in ("feeds", "calendars"):
        listed = source.get(key)
        for item, feed in enumerate(listed if isinstance(listed, list) else ()):
            address = feed.get("url") if isinstance(feed, dict) else feed
            written = (feed.get("kind") or "posts") if isinstance(feed, dict) else "posts"
            kind = "a calendar" if key == "calendars" else written
            if isinstance(address, str) and address.strip() and kind in ("posts", "events", "a calendar"):
                yield (
                    (key, item, "url"),
                    re.sub(r"^webcals?://", "https://", address.strip(), flags=re.IGNORECASE),
                    kind,
                )
    for key, meant in _SHORT:
        if isinstance(source.get(key), str):
            try:
                yield (key,), meant(source[key].strip()), "a calendar"
            except ValueError:
                continue
