"""Add sources to feeds.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from planet.config import address_checks, addresses
from planet.config.disk import Disk
from planet.config.document import Document
from planet.config.invalid import InvalidValueError
from planet.errors import UsageError
from planet.model import Message
from planet.subscriptions.editing import document_of, insert
from planet.subscriptions.subscription import Subscription
from planet.text import fold, one_line
from planet.urls import feed_key, host, redacted

Kind = Literal["member", "group"]
IsOne = Callable[[dict[str, Any], dict[str, Any]], bool]
_SECTIONS: dict[Kind, str] = {"member": "members", "group": "groups"}


def add(text: str, source: Subscription) -> str:
    """The text with one source more, at the end of its list; under that of the same name and page where there is one.

    Raises UsageError, with the line, for a feed that is there already and for a file whose layout cannot be edited.
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
    value = _value(source, source.technologies)
    section = _SECTIONS[source.kind]
    number = _same(_sources(document, section), value, _may_be_one)
    if number is not None and not value.keys() & {"feeds", "calendars"}:
        line = document.line((section, number))
        raise UsageError(Message.of("{name} is in feeds.yaml already, on line {line}", name=value["name"], line=line))
    return _with_sources(text, document, [(source.kind, value)], _may_be_one)


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
            feeds = value.get("feeds", [])
            if source.rules:
                value["feeds"] = [{"url": url, **source.rules[url]} if url in source.rules else url for url in feeds]
            new.append((source.kind, value))
    return _with_sources(text, document, new, _is_surely_one), len(new), tuple(notes)


def _sources(document: Document, section: str) -> object:
    return document.value.get(section) if isinstance(document.value, dict) else None


def _with_sources(text: str, document: Document, new: Iterable[tuple[Kind, dict[str, Any]]], is_one: IsOne) -> str:
    """Each under its namesake that `is_one` with it, in the file or among the new ones; else at the end of its list.

    Of two who share a name and are not one, the second is called by its host, too.
    """
    fresh: dict[str, list[dict[str, Any]]] = {section: [] for section in _SECTIONS.values()}
    for kind, value in new:
        section = _SECTIONS[kind]
        known = _sources(document, section)
        number = _same(known, value, is_one)
        if number is not None:
            for key in ("feeds", "calendars"):
                if key in value:
                    text = insert(text, (section, number, key), value[key])
        elif (number := _same(fresh[section], value, is_one)) is not None:
            for key in ("feeds", "calendars"):
                if key in value:
                    fresh[section][number].setdefault(key, []).extend(value[key])
        else:
            others = (known, fresh[section])
            if is_one is _is_surely_one and any(_same(source, value, _any_page) is not None for source in others):
                value["name"] += f" ({next(iter(_hosts(value)), section)})"
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
    if source.events:
        value["events"] = source.events
    listed = (("feeds", source.feeds), ("calendars", source.calendars))
    return value | {key: list(dict.fromkeys(urls)) for key, urls in listed if urls}


def _refuse(source: Subscription) -> None:
    """Raise UsageError for a source that feeds.yaml would not allow."""
    try:
        for address in source.feeds:
            address_checks.feed_address(address, Path(), Disk())
        for address in source.calendars:
            address_checks.calendar_address(address, Path(), Disk())
        if source.url:
            address_checks.http_url(source.url)
    except InvalidValueError as error:
        raise UsageError(error.message) from None


def defined(document: Document, names: Iterable[str]) -> tuple[str, ...]:
    """The technologies of the file that are called so, by slug or name."""
    value = document.value if isinstance(document.value, dict) else {}
    technologies = value.get("technologies")
    slugs: dict[str, str] = {}
    if isinstance(technologies, list):
        slugs = {fold(slug): slug for slug in technologies if isinstance(slug, str)}
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


def _same(sources: object, value: dict[str, Any], is_one: IsOne) -> int | None:
    """The number of the source of that name that `is_one` with this."""
    for number, source in enumerate(sources if isinstance(sources, list) else ()):
        named = isinstance(source, dict) and fold(str(source.get("name"))) == fold(value["name"])
        if named and is_one(source, value):
            return number
    return None


def _any_page(_source: dict[str, Any], _value: dict[str, Any]) -> bool:
    return True


def _may_be_one(source: dict[str, Any], value: dict[str, Any]) -> bool:
    """Whether nothing speaks against it: a person gave the name. Two pages would."""
    page, url = source.get("url"), value.get("url")
    return not url or not isinstance(page, str) or feed_key(page).rstrip("/") == feed_key(url).rstrip("/")


def _is_surely_one(source: dict[str, Any], value: dict[str, Any]) -> bool:
    """Whether something speaks for it: a title is no proof. The same page, or addresses at one host, are."""
    if source.get("url") and value.get("url"):
        return _may_be_one(source, value)
    hosts = _hosts(source), _hosts(value)
    return not all(hosts) or not hosts[0].keys().isdisjoint(hosts[1].keys())


def _hosts(source: dict[str, Any]) -> dict[str, None]:
    """The hosts of a source's page, feeds and calendars, in this order."""
    listed = [source.get(key) or [] for key in ("feeds", "calendars")]
    items = [item for value in listed if isinstance(value, list) for item in value]
    urls = [source.get("url"), *(item.get("url") if isinstance(item, dict) else item for item in items)]
    return {host(url): None for url in urls if isinstance(url, str) and host(url)}
