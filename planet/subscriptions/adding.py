"""A source more in feeds.yaml, or many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from planet.config import addresses, checks
from planet.config.disk import Disk
from planet.config.document import Document
from planet.errors import UsageError
from planet.model import Message
from planet.subscriptions.editing import document_of, insert
from planet.subscriptions.subscription import Subscription
from planet.text import fold, one_line
from planet.urls import feed_key, host, redacted

Kind = Literal["member", "group"]
_SECTIONS: dict[Kind, str] = {"member": "members", "group": "groups"}


def add(text: str, source: Subscription) -> str:
    """The text with one source more, at the end of its list; under that of the same name and page where there is one.

    Raises UsageError, with the line, for a feed that is there already and for a file that cannot be edited as it is written.
    """
    document = document_of(text)
    known = configured(document)
    for address in (*source.feeds, *source.calendars):
        line = known.get(addresses.key_of(address))
        if line:
            raise UsageError(
                Message.of("{feed} is in feeds.yaml already, on line {line}", feed=redacted(address), line=line)
            )
    _refuse(source)
    return _written(text, document, [(source.kind, _value(source, source.technologies))])


def add_all(text: str, subscriptions: Iterable[Subscription]) -> tuple[str, int, tuple[Message, ...]]:
    """The text with all that is not there yet, how many sources that were, and what was left out."""
    document = document_of(text)
    known = configured(document)
    notes: list[Message] = []
    new: list[tuple[Kind, dict[str, Any]]] = []
    taken: set[str] = set()
    for source in subscriptions:
        for address in (*source.feeds, *source.calendars):
            line = known.get(addresses.key_of(address))
            if line:
                notes.append(
                    Message.of(
                        "{feed} is in feeds.yaml already, on line {line}: left as it is",
                        feed=redacted(address),
                        line=line,
                    )
                )
        value = _value(source, source.technologies or defined(document, source.folders))
        for key in ("feeds", "calendars"):
            value[key] = [
                address for address in value.get(key, ()) if addresses.key_of(address) not in known.keys() | taken
            ]
            taken |= set(map(addresses.key_of, value[key]))
            if not value[key]:
                del value[key]
        if not value.keys() & {"feeds", "calendars"}:
            continue
        try:
            _refuse(source)
        except UsageError as error:
            notes.append(Message.of("{name}: left out: {error}", name=source.name, error=error.message))
        else:
            new.append((source.kind, value))
    return _written(text, document, new), len(new), tuple(notes)


def _written(text: str, document: Document, new: Iterable[tuple[Kind, dict[str, Any]]]) -> str:
    """Each under its namesake with the same page, in the file or among the new ones; else at the end of its list, all at once."""
    data = document.value if isinstance(document.value, dict) else {}
    fresh: dict[str, list[dict[str, Any]]] = {section: [] for section in _SECTIONS.values()}
    for kind, value in new:
        section = _SECTIONS[kind]
        number = _same(data.get(section), value)
        if number is not None:
            for key in ("feeds", "calendars"):
                if key in value:
                    text = insert(text, (section, number, key), value[key])
        elif (number := _same(fresh[section], value)) is not None:
            for key in ("feeds", "calendars"):
                if key in value:
                    fresh[section][number].setdefault(key, []).extend(value[key])
        else:
            fresh[section].append(value)
    for section, values_of in fresh.items():
        if values_of:
            text = insert(text, (section,), values_of)
    return text


def _value(source: Subscription, technologies: Sequence[str]) -> dict[str, Any]:
    """The source as feeds.yaml writes it."""
    name = one_line(source.name) or host(next(iter((*source.feeds, *source.calendars, source.url)), ""))
    value: dict[str, Any] = {"name": name}
    value |= {key: text for key, text in (("url", source.url), ("avatar", source.avatar)) if text}
    if technologies:
        value |= (
            {"technology": technologies[0]}
            if source.kind == "group"
            else {"technologies": list(dict.fromkeys(technologies))}
        )
    listed = (("feeds", source.feeds), ("calendars", source.calendars))
    return value | {key: list(dict.fromkeys(urls)) for key, urls in listed if urls}


def _refuse(source: Subscription) -> None:
    """What feeds.yaml would refuse is refused before it is written."""
    try:
        for address in source.feeds:
            checks.feed_address(address, Path(), Disk())
        for address in source.calendars:
            checks.calendar_address(address, Path(), Disk())
        if source.url:
            checks.http_url(source.url)
    except checks.InvalidValueError as error:
        raise UsageError(error.message) from None


def defined(document: Document, names: Iterable[str]) -> tuple[str, ...]:
    """The technologies of the file that are called so, by slug or name."""
    value = document.value if isinstance(document.value, dict) else {}
    technologies = value.get("technologies")
    slugs: dict[str, str] = {}
    for slug, keys in technologies.items() if isinstance(technologies, dict) else ():
        slugs[fold(slug)] = slug
        if isinstance(keys, dict) and isinstance(keys.get("name"), str):
            slugs.setdefault(fold(str(keys["name"])), slug)
    return tuple(dict.fromkeys(slugs[fold(name)] for name in names if fold(name) in slugs))


def configured(document: Document) -> dict[str, int]:
    """Key -> line of every feed and calendar of the file."""
    lines: dict[str, int] = {}
    for location, address, _kind in addresses.listed(document.value if isinstance(document.value, dict) else {}):
        lines.setdefault(addresses.key_of(address), document.line(location))
    return lines


def _same(sources: object, value: dict[str, Any]) -> int | None:
    """The source of that name, unless its page says that it is somebody else."""
    url = value.get("url")
    for number, source in enumerate(sources if isinstance(sources, list) else ()):
        if isinstance(source, dict) and fold(str(source.get("name"))) == fold(value["name"]):
            page = source.get("url")
            if not url or not isinstance(page, str) or feed_key(page).rstrip("/") == feed_key(url).rstrip("/"):
                return number
    return None
