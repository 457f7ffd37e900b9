"""Whole words in a text, found fast: a look at the set of its words first, a regular expression only for what can be there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from planet.text import without_accents

# Names that are everyday words of French or English too: they mean the technology only as they are written in feeds.yaml, so that
# *Go* is not *go*, *Rust* not *rust*, *Vue* not *vue*.
_EVERYDAY = (
    "access alpine ant apache arch assembly astro atlas backbone bootstrap boost bower bun cargo celery chef click closure "
    "composer consul crate crystal cypress dart dash delta doctrine echo elixir ember express falcon flash flask flow flutter "
    "flux forge gem gems go hack helium helm hive jest julia karma less lumen make meteor mint mocha native nest next node "
    "nomad nova oracle packer parcel phoenix play polymer processing propel puppet pyramid quark rack rails rake react relay "
    "remix rocket rust salt scheme scratch slim snowflake solid spark sphinx spring storm swift titanium tornado twig unity "
    "vault vite vue warp windows wine word yarn"
)
EVERYDAY = frozenset(_EVERYDAY.split())
_BLANK = re.compile(r"[\s<>\"]")
_PARTS = re.compile(r"[\s-]+")
_SHORT = 2
_PLURAL = 4
"""Letters from which on a plural s is the same word."""


def _plain(letter: str) -> str:
    """A letter of the Latin-1 block in lower case without its accent."""
    plain = without_accents(letter.lower())[:1] or letter
    return plain if ord(plain) < 0x100 else letter


# Latin-1 is what French and English are made of: as bytes, it is folded in one pass.
_FOLD = bytes(ord(_plain(chr(n))) for n in range(0x100))
_LETTERS = bytes(n if chr(n).isalpha() else 0x20 for n in _FOLD)
_TYPOGRAPHY = (("\u2019", "'"), ("\u2026", "."), ("\u2013", "-"), ("\u2014", "-"), ("\u2010", "-"), ("\u2011", "-"), ("\u202f", "\xa0"), ("\u201c", '"'), ("\u201d", '"'), ("\u2022", "."))  # fmt: skip
"""What keeps a text out of the first 256 characters most often, each for a character that is as good here."""


def straight(text: str) -> str:
    """The text with plain apostrophes, dashes, quotes and blanks; as long as it was."""
    if not text.isascii():
        for typographic, plain in _TYPOGRAPHY:
            text = text.replace(typographic, plain)
    return text


def folded(text: str) -> str:
    """The text in lower case without accents, as long as it was; a letter that is not of the Latin-1 block is a question mark."""
    return text.encode("latin-1", "replace").translate(_FOLD).decode("latin-1")


def without_addresses(text: str) -> str:
    """The text with a blank for each `scheme://…`: what is in an address is not said."""
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
    """The letters in a row of a folded text: a version that clings to a name (`symfony7`) is not part of it."""
    return text.encode("latin-1").translate(_LETTERS).decode("latin-1").split()


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a phrase as configured.

    `hints` are the letters in a row one of which a text must hold (none: look always), `start` what it begins with, `pattern` what
    is whole there. It is looked for in the text as it is (`original`), in lower case (`lower`: letters of other alphabets),
    or folded. What began with a star ends with `start`.
    """

    written: str
    hints: frozenset[str]
    start: str
    pattern: re.Pattern[str]
    within: Literal["original", "lower", "folded"]
    star: bool

    def places(self, text: Text) -> Iterator[tuple[int, int]]:
        """Where it begins and ends, each time."""
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
class Found:
    """Where a text holds a word: from `start` to `end`, in characters. `meaning` is what the vocabulary was given for it."""

    word: str
    meaning: int
    start: int
    end: int


def compile_word(written: str, *, any_case: bool = False) -> Word:
    """A word that matches whole: `Java` not in `JavaScript`, `C` neither in `C++` nor in `C#`, `Go` not in `16 Go`.

    In any case, unless it is an everyday word or has at most two letters (but not with `any_case`), or begins with a star: `*JS` is
    whatever ends so. Blanks and dashes between its parts are one; an accent may be left out; a plural s (of any part) or a
    version at its end is the same word.
    """
    written = " ".join(written.split())
    star, name = len(written) > 1 and written.startswith("*"), written.removeprefix("*") or written
    short = name.isalpha() and len(name) <= _SHORT
    exact = not any_case and name.isalpha() and (star or short or name.lower() in EVERYDAY)
    name = straight(name)
    wide = any(ord(letter) > 0xFF for letter in name)
    text = name if exact else name.lower() if wide else folded(name)
    parts = [part for part in _PARTS.split(text) if part] or [text]
    body = r"[\s-]+".join(_part(part, exact=exact) for part in parts)
    if text[-1:].isalpha() and not short:
        body += r"\d{0,2}"
    before = "" if star else r"(?<!\w)" if text[:1].isalnum() else r"(?<![\w.])"
    after = r"(?![\w#]|\+\+)" if text[-1:].isalnum() else r"(?!\w)"
    if short and not star:
        before, after = r"(?<![\w.@-])(?<!\d[\s\xa0])(?<!\W/)", r"(?![\w#&]|\+\+|[.-]\w|/[\W])"
    return Word(
        written=written,
        hints=frozenset() if star or wide else _hints(text),
        start=parts[0],
        pattern=re.compile(before + body + after),
        within="original" if exact else "lower" if wide else "folded",
        star=star,
    )


def _part(part: str, *, exact: bool) -> str:
    """The pattern of one part of a phrase, with its plural."""
    plural = not exact and len(part) >= _PLURAL and part[-1].isalpha() and part[-1] not in "sxz"
    return re.escape(part) + ("s?" if plural else "")


def _hints(text: str) -> frozenset[str]:
    """The longest letters in a row of what is looked for, with and without a plural s: the rarest of it."""
    longest = max(tokens(folded(text)), key=lambda token: (len(token), token), default="")
    return frozenset({longest, f"{longest}s"}) if longest else frozenset()


class Text:
    """A text that words are looked for in, made ready once: without addresses, folded, and the letters in a row of it."""

    __slots__ = ("folded", "original", "tokens")

    def __init__(self, original: str) -> None:
        self.original = straight(without_addresses(original) if "://" in original else original)
        self.folded = folded(self.original)
        self.tokens = tokens(self.folded)

    @property
    def lower(self) -> str:
        return self.original.lower()


class Vocabulary:
    """Many words, each with the number of what it stands for. As quick for a thousand words as for ten; can be pickled."""

    def __init__(self, words: Iterable[tuple[str, int]], *, any_case: bool = False) -> None:
        self._words: dict[str, list[tuple[Word, int]]] = {}
        self._odd: list[tuple[Word, int]] = []
        for written, meaning in words:
            if not written.strip():
                continue
            word = compile_word(written, any_case=any_case)
            for hint in word.hints:
                self._words.setdefault(hint, []).append((word, meaning))
            if not word.hints:
                self._odd.append((word, meaning))
        self._hints = frozenset(self._words)

    def __bool__(self) -> bool:
        return bool(self._words or self._odd)

    def find(self, text: Text) -> list[Found]:
        """Every place of every word, in the order of the text; a word within a longer one (`Java` in `Java EE`) is not found."""
        candidates = {
            (word.written, meaning): word
            for hint in self._hints.intersection(text.tokens)
            for word, meaning in self._words[hint]
        }
        candidates.update(((word.written, meaning), word) for word, meaning in self._odd)
        found = [
            Found(written, meaning, start, end)
            for (written, meaning), word in candidates.items()
            for start, end in word.places(text)
        ]
        found.sort(key=lambda one: (one.start, -one.end, one.word, one.meaning))
        kept: list[Found] = []
        for one in found:
            if kept and one.end <= kept[-1].end and (one.start, one.end) != (kept[-1].start, kept[-1].end):
                continue
            kept.append(one)
        return kept
