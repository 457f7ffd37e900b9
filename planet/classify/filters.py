"""include, exclude and hide of feeds.yaml, compiled once. A filter says which rule of it matched, so that it can be explained."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planet.classify.vocabulary import Vocabulary
from planet.classify.words import Text
from planet.model import Entry, Filter
from planet.text import fold
from planet.urls import canonical_key

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An entry or event, prepared for filters and classification. `tags` are folded, `language` is in lower case."""

    title: str
    head: Text
    body: Text
    tags: frozenset[str]
    authors: frozenset[str] = frozenset()
    language: str = ""
    code: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    url: str = ""


def subject(
    *,
    title: str,
    text: str,
    tags: Sequence[str] = (),
    code: Sequence[str] = (),
    links: Sequence[str] = (),
) -> Subject:
    """Prepare texts for filters and classification."""
    return Subject(
        title=title,
        head=Text(title),
        body=Text(text),
        tags=frozenset(map(fold, tags)) - {""},
        code=tuple(code),
        links=tuple(links),
    )


def subject_of(entry: Entry, length: int) -> Subject:
    """Prepare an entry for filters and classification: its title and the first `length` characters of its text."""
    text = (entry.text or entry.summary)[:length]
    return replace(
        subject(title=entry.title, text=text, tags=entry.tags, code=entry.code, links=entry.links),
        authors=frozenset(fold(person.name) for person in entry.authors) - {""},
        language=entry.language.lower().replace("_", "-"),
        url=entry.link,
    )


class Pattern:
    """A regular expression of feeds.yaml under a limit of time: one that takes longer matches nothing any more.

    `(a+)+$` would search a title of forty letters for years; an honest one takes microseconds.
    """

    LIMIT = 0.5
    """Seconds for one title or URL."""

    def __init__(self, pattern: str) -> None:
        import regex  # few planets have such a rule

        self.pattern = pattern
        self._compiled = regex.compile(pattern)
        self._gave_up = False

    def search(self, text: str) -> bool:
        if self._gave_up:
            return False
        try:
            return self._compiled.search(text, timeout=self.LIMIT) is not None
        except TimeoutError:
            self._gave_up = True
            log.info("the regular expression %s takes too long: it is left out", self.pattern)
            return False


def url_pattern(address: str) -> Pattern:
    """A rule on addresses: `*` matches anything, scheme and final slash do not matter; or a regular expression with ^."""
    if address.startswith("^"):
        return Pattern(address)
    bare = re.sub(r"^https?://", "", address).rstrip("/")
    wild = ".*".join(re.escape(part) for part in re.split(r"\*+", bare))
    return Pattern(rf"(?i)^https?://(?:www\.)?{wild}/?$" if not bare.startswith("*") else rf"(?i){wild}/?$")


class CompiledFilter:
    """A filter, compiled: `match` names the first of its rules that an entry meets."""

    def __init__(self, rules: Filter) -> None:
        self._tags = {fold(tag): tag for tag in rules.tags}
        self._words = Vocabulary([(word, 0) for word in rules.words], any_case=True)
        self._title = Pattern(rules.title) if rules.title else None
        self._authors = {fold(author): author for author in rules.author}
        self._languages = tuple(language.lower().replace("_", "-") for language in rules.language)
        self._urls = [(url, url_pattern(url)) for url in rules.url]
        self._all = [CompiledFilter(part) for part in rules.all]
        self._any = bool(rules)

    def __bool__(self) -> bool:
        return self._any

    def match(self, prepared: Subject) -> tuple[str, str] | None:
        """(key of feeds.yaml, its value) of the first rule that matches; None when none does."""
        if not self._any:
            return None
        for folded in sorted(self._tags.keys() & prepared.tags):
            return "tags", self._tags[folded]
        if self._words:
            for text in (prepared.head, prepared.body):
                for match in self._words.find(text):
                    return "words", match.word
        if self._title is not None and self._title.search(prepared.title):
            return "title", self._title.pattern
        for folded in sorted(self._authors.keys() & prepared.authors):
            return "author", self._authors[folded]
        for language in self._languages:
            if prepared.language == language or prepared.language.startswith(f"{language}-"):
                return "language", language
        for url, pattern in self._urls:
            if prepared.url and pattern.search(prepared.url):
                return "url", url
        return self._together(prepared)

    def _together(self, prepared: Subject) -> tuple[str, str] | None:
        """The rules of `all`, when each of them matches."""
        matches = [part.match(prepared) for part in self._all]
        if not matches or None in matches:
            return None
        return "all", ", ".join(": ".join(match) for match in matches if match)


class Hidden:
    """The entries that `hide` names, by address or id, however they are spelled."""

    def __init__(self, hide: Sequence[str]) -> None:
        self._named = {name: address for address in hide for name in _names(address)}

    def match(self, entry: Entry) -> str | None:
        """The address or id in `hide` that names the entry, as written there; None when none does."""
        if not self._named:
            return None
        names = {entry.link_key, *_names(entry.id)} & self._named.keys()
        return min(self._named[name] for name in names) if names else None


def _names(address: str) -> set[str]:
    return {canonical_key(address) or address.strip()} - {""}
