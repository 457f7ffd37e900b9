"""Faults of two keys together, or of a key and the disk; found in the unchecked values, so that they are reported beside all other faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from planet import catalogue, themes
from planet.config import address_checks, addresses, checks
from planet.config.disk import Disk
from planet.config.document import Document
from planet.config.invalid import meant, shown
from planet.formats import RESERVED
from planet.model import Fault, Message


def faults(data: dict[str, Any], folder: Path, document: Document, disk: Disk) -> Iterator[Fault]:
    """The faults of a file: a database inside the published site, a missing theme, one feed listed as two kinds, and those below."""
    yield from _unknown_technologies(data, document)
    planet = data.get("planet")
    if isinstance(planet, dict):
        yield from _theme(planet.get("theme"), folder, document, disk)
        output, database = planet.get("output") or "output", planet.get("database") or "planet.db"
        if isinstance(output, str) and isinstance(database, str):
            site, file = address_checks.within(output, folder), address_checks.within(database, folder)
            if folder.is_relative_to(site):
                yield Fault(
                    document.line(("planet", "output")),
                    Message.of(
                        "`output`: feeds.yaml lies inside it and would be published: give the site a folder of its own"
                    ),
                )
            if file.is_relative_to(site):
                yield Fault(
                    document.line(("planet", "database" if "database" in planet else "output")),
                    Message.of("`database` must not lie in `output`, where it would be published: name another folder"),
                )
    yield from _slugs(data, document)
    first: dict[str, tuple[str, int]] = {}
    for location, address, kind in addresses.listed(data):
        line = document.line(location)
        other, where = first.setdefault(addresses.locate(address, folder)[1], (kind, line))
        if other != kind:
            yield Fault(
                line,
                Message.of(
                    "the feed is read as {other} on line {line}, so it cannot be read as {kind} here: keep one of them",
                    other=_KINDS[other], line=where, kind=_KINDS[kind],
                ),
            )  # fmt: skip


def _slugs(data: dict[str, Any], document: Document) -> Iterator[Fault]:
    """Faults for two sources with one address, current or former."""
    first: dict[str, int] = {}
    for section in ("groups", "members"):
        sources = data.get(section)
        for number, source in enumerate(sources if isinstance(sources, list) else ()):
            if not isinstance(source, dict):
                continue
            aliases = source.get("aliases")
            given = [("slug", source.get("slug"))]
            given += [("aliases", alias) for alias in (aliases if isinstance(aliases, list) else ())]
            for key, slug in given:
                if not isinstance(slug, str):
                    continue
                line = document.line((section, number, key))
                if first.setdefault(slug, line) != line:
                    yield Fault(
                        line,
                        Message.of(
                            "`{key}`: `{slug}` is the address of the source on line {line}: write another",
                            key=key,
                            slug=slug,
                            line=first[slug],
                        ),
                    )


_KINDS = {"posts": Message.of("posts"), "events": Message.of("events"), "calendar": Message.of("a calendar")}


def _used(data: dict[str, Any]) -> Iterator[str]:
    """The technologies that sources and feeds name."""
    for name in ("groups", "members"):
        for source in _mappings(data.get(name)):
            yield str(source.get("technology"))
            for holder in (source, *_mappings(source.get("feeds"))):
                named = holder.get("technologies")
                yield from map(str, named if isinstance(named, list) else ())


def _mappings(value: object) -> Iterator[dict[str, Any]]:
    yield from (item for item in (value if isinstance(value, list) else ()) if isinstance(item, dict))


def _unknown_technologies(data: dict[str, Any], document: Document) -> Iterator[Fault]:
    """A technology that can match nothing: it is not in the catalogue, has no tags or words in feeds.yaml, and no source has it."""
    technologies = data.get("technologies")
    if not isinstance(technologies, dict):
        return
    used = set(_used(data))
    for slug, keys in technologies.items():
        own = keys if isinstance(keys, dict) else {}
        known = own.get("catalogue", True) and catalogue.load(slug)
        legal = checks.SLUG.fullmatch(str(slug)) and slug not in RESERVED
        if legal and not (
            known
            or slug in used
            or any(
                own.get(key) for key in ("tags", "words", "everyday", "phrases", "homes", "code", "include", "gathers")
            )
        ):
            yield Fault(
                document.line(("technologies", slug)),
                Message.of(
                    "the catalogue knows no technology {name}{hint}: give it `tags:` or `words:`",
                    name=shown(slug), hint=meant(slug, catalogue.names()),
                ),
            )  # fmt: skip


def _theme(name: object, folder: Path, document: Document, disk: Disk) -> Iterator[Fault]:
    if not isinstance(name, str) or not name.strip():
        return
    places = themes.places(name.strip(), folder)
    if any(disk.exists(place / themes.SETTINGS_FILE) for place in places):
        return
    line = document.line(("planet", "theme"))
    if themes.is_path(name):
        yield Fault(
            line,
            Message.of("`theme`: there is no {file} in {value}", file=themes.SETTINGS_FILE, value=shown(name)),
        )
        return
    known = themes.names(folder / "themes", themes.shipped())
    yield Fault(
        line,
        Message.of(
            "`theme`: there is no theme {value}{hint}; there are {known}, or write a path",
            value=shown(name), hint=meant(name, known), known=", ".join(f"`{theme}`" for theme in known),
        ),
    )  # fmt: skip
