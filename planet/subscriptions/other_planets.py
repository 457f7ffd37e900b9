"""planet.ini of Pluto (https://feedreader.github.io/) and the TOML of Mercury (https://github.com/kgaughan/mercury) -> subscriptions."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from planet.model import Message
from planet.subscriptions.subscription import Imported, Subscription
from planet.text import one_line
from planet.urls import host, http_url

_PLUTO = re.compile(r"^\s*(?:feed|meetup)\s*=", re.MULTILINE)
_MERCURY = re.compile(r"^\s*\[\[\s*feed\s*\]\]", re.MULTILINE)
_PLUTO_SETTINGS = {"title": "planet.title", "name": "planet.title", "link": "planet.url", "url": "planet.url", "author": "planet.owner.name", "email": "planet.owner.email"}  # fmt: skip
_MERCURY_SETTINGS = {
    "name": "planet.title", "url": "planet.url", "owner": "planet.owner.name", "email": "planet.owner.email",
    "items": "planet.page_entries", "timeout": "fetch.timeout", "parallelism": "fetch.workers", "output": "planet.output",
}  # fmt: skip


def is_mercury(text: str) -> bool:
    """Whether a text is Mercury's: it has tables of feeds."""
    return _MERCURY.search(text) is not None


def is_pluto(text: str) -> bool:
    """Whether a text is Pluto's: its sections name their feed by a key, not by themselves as those of Venus do."""
    return _PLUTO.search(text) is not None and not re.search(r"^\[\w+://", text, re.MULTILINE)


def import_mercury(text: str) -> Imported:
    """Raises ValueError for what is no TOML."""
    data = tomllib.loads(text)
    feeds = data.pop("feed", [])
    sources = [feed for feed in feeds if isinstance(feed, dict)] if isinstance(feeds, list) else []
    return _imported(data, [(str(source.get("name", "")), source) for source in sources], _MERCURY_SETTINGS)


def import_pluto(text: str) -> Imported:
    """Raises ValueError for what cannot be read."""
    reader = configparser.RawConfigParser(strict=False, allow_no_value=True, default_section="\0")
    try:
        reader.read_string(f"[\1]\n{text}")
    except (configparser.Error, AttributeError) as error:
        raise ValueError(one_line(str(error), 300)) from error
    settings = {key: value or "" for key, value in reader.items("\1")}
    sections = [(name, {key: value or "" for key, value in reader.items(name)}) for name in reader.sections()[1:]]
    return _imported(settings, sections, _PLUTO_SETTINGS)


_READ = frozenset({"feed", "url", "meetup", "title", "name", "link"})
"""Keys of a feed that are carried over."""


def _subscription(section: str, keys: Mapping[str, Any]) -> Subscription | None:
    """What a section names: a feed, or a group of Meetup; None for neither."""
    address = http_url(str(keys.get("feed") or keys.get("url") or ""))
    meetup = one_line(str(keys.get("meetup") or ""))
    calendar = f"https://www.meetup.com/{meetup}/events/ical/" if re.fullmatch(r"[\w-]+", meetup) else ""
    if not address and not calendar:
        return None
    return Subscription(
        name=one_line(str(keys.get("title") or keys.get("name") or section), 200) or host(address or calendar),
        url=http_url(str(keys.get("link") or "")),
        feeds=(address,) if address else (),
        calendars=(calendar,) if calendar else (),
        kind="group" if calendar else "member",
    )


def _imported(data: Mapping[str, Any], sources: list[tuple[str, dict[str, Any]]], names: Mapping[str, str]) -> Imported:
    """What both have: settings at the top, and a mapping for each feed. What is not carried over is named in one line."""
    settings = {names[key]: one_line(str(value)) for key, value in data.items() if key in names and value}
    left = [f"{key} = {one_line(str(value), 100)}" for key, value in data.items() if key not in names]
    subscriptions: list[Subscription] = []
    notes: list[Message] = []
    for section, keys in sources:
        subscription = _subscription(section, keys)
        if subscription is None:
            notes.append(Message.of("{name} names no feed that can be asked: left out", name=section))
            continue
        subscriptions.append(subscription)
        left += [f"[{section}] {key} = {one_line(str(value), 100)}" for key, value in keys.items() if key not in _READ]
    if not subscriptions:
        notes.append(Message.of("no feed was found there"))
    if left:
        notes.append(Message.of("without a counterpart, and left out: {keys}", keys=", ".join(left)))
    return Imported(subscriptions=tuple(subscriptions), settings=tuple(settings.items()), notes=tuple(notes))
