"""Find whole words in a text: first in the set of its words, then by a regular expression only for words that can occur."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from planet.text import without_accents

_BLANK = re.compile(r"[\s<>\"]")
_PARTS = re.compile(r"[\s-]+")
_SHORT = 2
_PLURAL = 4
"""Shortest word (letters) whose plural with s counts as the same word."""


def _plain(letter: str) -> str:
    """A letter of the Latin-1 block in lower case without its accent."""
    plain = without_accents(letter.lower())[:1] or letter
    return plain if ord(plain) < 0x100 else letter


# Latin-1 is what French and English are made of: as bytes, it is folded in one pass.
_FOLD = bytes(ord(_plain(chr(n))) for n in range(0x100))
_LETTERS = bytes(n if chr(n).isalpha() else 0x20 for n in _FOLD)
_TYPOGRAPHY = (("\u2019", "'"), ("\u2026", "."), ("\u2013", "-"), ("\u2014", "-"), ("\u2010", "-"), ("\u2011", "-"), ("\u202f", "\xa0"), ("\u201c", '"'), ("\u201d", '"'), ("\u2022", "."))  # fmt: skip
"""Frequent typographic characters outside Latin-1 -> the Latin-1 character that stands for them when words are searched."""


def straight(text: str) -> str:
    """The text with plain apostrophes, dashes, quotes and blanks; its length is unchanged."""
    if not text.isascii():
        for typographic, plain in _TYPOGRAPHY:
            text = text.replace(typographic, plain)
    return text


def folded(text: str) -> str:
    """The text in lower case without accents, its length unchanged; letters outside Latin-1 become question marks."""
    return text.encode("latin-1", "replace").translate(_FOLD).decode("latin-1")


def without_addresses(text: str) -> str:
    """The text with a blank in place of each `scheme://…`: words in an address do not count."""
    parts = []
    position = 0
    while (at := text.find("://", position)) >= 0:
        begin = at
        while begin > position and text[begin - 1].isalpha():
            begin -= 1
        parts.append(text[position:begin])
        end = _BLANK.search(text, at)
        position = end.start() if end else len(text)
    return " ".join((*parts, text[position:]))


def tokens(text: str) -> list[str]:
    """The sequences of letters in a folded text: a version at the end of a name (`symfony7`) is not part of it."""
    return text.encode("latin-1").translate(_LETTERS).decode("latin-1").split()


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a phrase as configured.

    `hints` are the letters in a row one of which a text must hold (none: look always), `start` what it begins with, `pattern` what
    is whole there. It is looked for in the text unchanged (`original`), in lower case (`lower`: letters of other alphabets),
    or folded. What began with a star ends with `start`.
    """

    written: str
    hints: frozenset[str]
    start: str
    pattern: re.Pattern[str]
    within: Literal["original", "lower", "folded"]
    star: bool

    def places(self, text: Text) -> Iterator[tuple[int, int]]:
        """(start, end) of each occurrence in a text, in characters."""
        within = text.original if self.within == "original" else text.folded if self.within == "folded" else text.lower
        at = within.find(self.start)
        while at >= 0:
            if whole := self.pattern.match(within, at):
                begin = at
                while self.star and begin and (within[begin - 1].isalnum() or within[begin - 1] == "_"):
                    begin -= 1
                if begin < at or not self.star:
                    yield begin, whole.end()
            at = within.find(self.start, at + 1)


@dataclass(frozen=True, slots=True)
class Match:
    """Where a text holds a word: from `start` to `end`, in characters. `meaning` is what the vocabulary was given for it.

    `sure` is false for an everyday word without anything beside it that shows it to be a name.
    """

    word: str
    meaning: int
    start: int
    end: int
    sure: bool = True


def compile_word(spelling: str, *, exact: bool = False, any_case: bool = False) -> Word:
    """A word that matches whole: `Java` not in `JavaScript`, `C` neither in `C++` nor in `C#`, `Go` not in `16 Go`.

    In any case, unless it is `exact`, or has at most two letters (but not with `any_case`), or begins with a star: `*JS` is
    whatever ends so. Blanks and dashes between its parts are one; an accent may be left out; a plural s (of any part) or a
    version at its end is the same word.
    """
    spelling = " ".join(spelling.split())
    star, name = len(spelling) > 1 and spelling.startswith("*"), spelling.removeprefix("*") or spelling
    short = name.isalpha() and len(name) <= _SHORT
    exact = exact or (not any_case and name.isalpha() and (star or short))
    name = straight(name)
    wide = any(ord(letter) > 0xFF for letter in name)
    within: Literal["original", "lower", "folded"] = "original" if exact else "lower" if wide else "folded"
    text = _spelled(name, within)
    parts = [part for part in _PARTS.split(text) if part] or [text]
    body = r"[\s-]+".join(_part(part, exact=exact) for part in parts)
    if text[-1:].isalpha() and not short:
        body += r"\d{0,2}"
    before, after = _edges(text, short=short and not star, star=star)
    return Word(
        written=spelling,
        hints=frozenset() if star or wide else _hints(text),
        start=parts[0],
        pattern=re.compile(before + body + after),
        within=within,
        star=star,
    )


def _spelled(name: str, within: Literal["original", "lower", "folded"]) -> str:
    """A name in the form of the text that it is searched in."""
    if within == "original":
        return name
    return name.lower() if within == "lower" else folded(name)


def _edges(text: str, *, short: bool, star: bool) -> tuple[str, str]:
    """The patterns that must match before and after a word, so that it is a whole word."""
    if short:
        return r"(?<![\w.@-])(?<!\d[\s\xa0])(?<!\W/)", r"(?![\w#&]|\+\+|[.-]\w|/[\W])"
    before = "" if star else r"(?<!\w)" if text[:1].isalnum() else r"(?<![\w.])"
    return before, r"(?![\w#]|\+\+)" if text[-1:].isalnum() else r"(?!\w)"


def _part(part: str, *, exact: bool) -> str:
    """The pattern of one part of a phrase, with its plural."""
    plural = not exact and len(part) >= _PLURAL and part[-1].isalpha() and part[-1] not in "sxz"
    return re.escape(part) + ("s?" if plural else "")


def _hints(text: str) -> frozenset[str]:
    """The longest sequence of letters of a word, with and without a plural s: the rarest part of it."""
    longest = max(tokens(folded(text)), key=lambda token: (len(token), token), default="")
    return frozenset({longest, f"{longest}s"}) if longest else frozenset()


class Text:
    """A text prepared for searching words: without addresses, folded, and its sequences of letters."""

    __slots__ = ("folded", "original", "tokens")

    def __init__(self, original: str) -> None:
        self.original = straight(without_addresses(original) if "://" in original else original)
        self.folded = folded(self.original)
        self.tokens = tokens(self.folded)

    @property
    def lower(self) -> str:
        return self.original.lower()
