"""include, exclude and hide of feeds.yaml, compiled once. A filter says which rule of it matched, so that it can be explained."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from planet.classify.words import Text, Vocabulary
from planet.model import Entry, Filter
from planet.text import fold
from planet.urls import canonical_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is filtered and classified: an entry or an event, made ready once. `tags` are folded, `language` is in lower case."""

    title: str
    head: Text
    body: Text
    tags: frozenset[str]
    authors: frozenset[str] = frozenset()
    language: str = ""
    code: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


def subject(
    *,
    title: str,
    text: str,
    tags: Sequence[str] = (),
    authors: Sequence[str] = (),
    language: str = "",
    code: Sequence[str] = (),
    links: Sequence[str] = (),
) -> Subject:
    return Subject(
        title=title,
        head=Text(title),
        body=Text(text),
        tags=frozenset(map(fold, tags)) - {""},
        authors=frozenset(map(fold, authors)) - {""},
        language=language.lower().replace("_", "-"),
        code=tuple(code),
        links=tuple(links),
    )


class Sieve:
    """A filter, compiled: `match` names the first of its rules that an entry meets."""

    def __init__(self, rules: Filter) -> None:
        self._tags = {fold(tag): tag for tag in rules.tags}
        self._words = Vocabulary([(word, 0) for word in rules.words], any_case=True)
        self._title: re.Pattern[str] | None = rules.title
        self._authors = {fold(author): author for author in rules.author}
        self._languages = tuple(language.lower().replace("_", "-") for language in rules.language)
        self._any = bool(rules)

    def __bool__(self) -> bool:
        return self._any

    def match(self, of: Subject) -> tuple[str, str] | None:
        """(key, what is written there) of the rule that matches; None when none does."""
        if not self._any:
            return None
        for folded in sorted(self._tags.keys() & of.tags):
            return "tags", self._tags[folded]
        if self._words:
            for text in (of.head, of.body):
                for found in self._words.find(text):
                    return "words", found.word
        if self._title is not None and self._title.search(of.title):
            return "title", self._title.pattern
        for folded in sorted(self._authors.keys() & of.authors):
            return "author", self._authors[folded]
        for language in self._languages:
            if of.language == language or of.language.startswith(f"{language}-"):
                return "language", language
        return None


class Hidden:
    """The entries that `hide` names, by address or id, however they are spelled."""

    def __init__(self, hide: Sequence[str]) -> None:
        self._named = {name: written for written in hide for name in _names(written)}

    def match(self, entry: Entry) -> str | None:
        """What feeds.yaml says, None when it does not name the entry."""
        if not self._named:
            return None
        found = {entry.link_key, *_names(entry.id)} & self._named.keys()
        return min(self._named[name] for name in found) if found else None


def _names(written: str) -> set[str]:
    return {canonical_key(written) or written.strip()} - {""}
