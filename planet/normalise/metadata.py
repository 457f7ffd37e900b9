"""Metadata of an entry: names, tags, languages and files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from planet.model import Enclosure, Person, RawPerson, RawSource, SourceRef
from planet.people import credited, split_person
from planet.text import fold, one_line, phrase
from planet.urls import http_url

NAME_LENGTH = 100
TAG_LENGTH = 60
MOST_TAGS = 40
MOST_AUTHORS = 10
MOST_ENCLOSURES = 30
MOST_GIVEN = 500
"""Most names or tags of an entry that are read, repeated ones included."""
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,80}")
_PLACEHOLDERS = {
    "",
    "none",
    "null",
    "undefined",
    "unknown",
    "anonymous",
    "author",
    "auteur",
    "webmaster",
    "noreply",
    "admin",
    "administrator",
    "administrateur",
    "root",
    "user",
    "editor",
    "staff",
    "wordpress",
    "default",
}


def people(given: Iterable[RawPerson], blog: str = "") -> tuple[Person, ...]:
    """The credited people in order, each once. E-mail addresses are not shown: `joe@x.org (Joe)` is Joe, a bare address is left out."""
    named: dict[str, Person] = {}
    for person in islice(credited(given), MOST_GIVEN):
        name = person_name(person.name)
        key = fold(name)
        if key and key not in named and key != fold(blog):
            named[key] = Person(name=name, url=http_url(person.url))
        if len(named) == MOST_AUTHORS:
            break
    return tuple(named.values())


def person_name(given: str) -> str:
    """The name that a text holds, "" for an address alone and for a word that names nobody."""
    name, _ = split_person(one_line(phrase(given[:1000])))
    text = one_line(name.strip(" ,;<>()"), NAME_LENGTH)
    return "" if text.casefold() in _PLACEHOLDERS else text


def tags(given: Iterable[str]) -> tuple[str, ...]:
    """The tags as written, in order, without those that are equal when folded; a list with commas is several tags."""
    names: dict[str, str] = {}
    for value in islice(given, MOST_GIVEN):
        for part in value[:2000].split(","):
            tag = one_line(phrase(part), TAG_LENGTH)
            key = fold(tag) or tag
            if key and key not in names:
                names[key] = tag
        if len(names) >= MOST_TAGS:
            break
    return tuple(names.values())[:MOST_TAGS]


def enclosures(given: Iterable[Enclosure], base: str) -> tuple[Enclosure, ...]:
    """The attached files with absolute addresses, each once; of two that name one file the one that says more."""
    files: dict[str, Enclosure] = {}
    for file in islice(given, MOST_GIVEN):
        url = http_url(file.url, base)
        if not url:
            continue
        kind = file.type.strip().lower()
        known = files.get(url)
        length = file.length if file.length and file.length > 0 else None
        files[url] = Enclosure(
            url=url,
            type=(known.type if known else "") or (kind if _MEDIA_TYPE.fullmatch(kind) else ""),
            length=(known.length if known else None) or length,
            title=(known.title if known else "") or one_line(phrase(file.title), 200),
        )
        if len(files) == MOST_ENCLOSURES:
            break
    return tuple(files.values())


def source_ref(given: RawSource | None, base: str) -> SourceRef | None:
    """Where the entry says it comes from; None when it says nothing."""
    if given is None:
        return None
    ref = SourceRef(
        id=one_line(given.id, 500),
        title=one_line(phrase(given.title), 200),
        url=http_url(given.url, base),
        feed_url=http_url(given.feed_url, base),
    )
    return ref if ref != SourceRef() else None
