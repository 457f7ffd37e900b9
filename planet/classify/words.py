"""Whole words in a text, found fast: a look at the set of its words first, a regular expression only for what can be there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

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
_TOKEN = re.compile(r"[^\W\d_]+")
"""Letters in a row: a version that clings to a name (`Symfony7`) is not part of it."""
_PARTS = re.compile(r"[\s\u2010\u2011-]+")
_SHORT = 2
_PLURAL = 4
"""Letters from which on a plural s is the same word."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a phrase as configured: the letters one of which a text must hold, what finds it, and whether only as written."""

    written: str
    hints: frozenset[str]
    pattern: re.Pattern[str]
    exact: bool


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
    whatever ends so. Blanks and dashes between its parts are one; an accent may be left out; a plural s or a version at its end is
    the same word.
    """
    written = " ".join(written.split())
    star, name = written.startswith("*"), written.removeprefix("*")
    short = name.isalpha() and len(name) <= _SHORT
    exact = not any_case and name.isalpha() and (star or short or name.lower() in EVERYDAY)
    text = name if exact else name.lower()
    body = r"[\s\u2010\u2011-]+".join(_letters(part) for part in _PARTS.split(text) if part)
    if text[-1:].isalpha():
        plural = not exact and len(text) >= _PLURAL and text[-1] not in "sxz"
        body += ("s?" if plural else "") + ("" if short else r"\d{0,2}")
    if star:
        body = rf"\w+{body}"
    before = r"(?<!\w)" if star or text[:1].isalnum() else r"(?<![\w.])"
    after = r"(?![\w#]|\+\+)" if text[-1:].isalnum() else r"(?!\w)"
    if short and not star:
        before, after = r"(?<![\w.@/-])(?<!\d[\s\xa0\u202f])", r"(?![\w#&]|\+\+|[./-]\w)"
    return Word(written, frozenset() if star else _hints(text), re.compile(before + body + after), exact)


def _hints(text: str) -> frozenset[str]:
    """The first letters in a row of a text that it may match, as `Text` finds them."""
    first = _TOKEN.search(text)
    if first is None:
        return frozenset()
    start = first[0].lower()
    found = {start, _plain(start)}
    if first.end() == len(text):
        found |= {f"{word}s" for word in found}
    return frozenset(found)


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _letters(part: str) -> str:
    """A part of a pattern in which an accent may be missing, and any apostrophe is one."""
    made = []
    for letter in part:
        plain = _plain(letter)
        if letter in "'’":
            made.append("['’]")
        elif plain != letter and len(plain) == 1:
            made.append(f"[{letter}{plain}]")
        else:
            made.append(re.escape(letter))
    return "".join(made)


class Text:
    """A text that words are looked for in, made ready once."""

    __slots__ = ("lower", "original", "tokens")

    def __init__(self, original: str) -> None:
        lower = original.lower()
        self.original = original
        # The one letter whose lower case is longer would move all that follows.
        self.lower = lower if len(lower) == len(original) else original.replace("\u0130", "i").lower()
        self.tokens = frozenset(_TOKEN.findall(self.lower))


class Vocabulary:
    """Many words, each with the number of what it stands for. As quick for a thousand words as for ten; can be pickled."""

    def __init__(self, words: Iterable[tuple[str, int]], *, any_case: bool = False) -> None:
        self._words: dict[str, list[tuple[Word, int]]] = {}
        self._odd: list[tuple[Word, int]] = []
        for written, meaning in words:
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
            (word.written, meaning): word for hint in self._hints & text.tokens for word, meaning in self._words[hint]
        }
        candidates.update(((word.written, meaning), word) for word, meaning in self._odd)
        found = [
            Found(written, meaning, *match.span())
            for (written, meaning), word in candidates.items()
            for match in word.pattern.finditer(text.original if word.exact else text.lower)
        ]
        found.sort(key=lambda one: (one.start, -one.end, one.word, one.meaning))
        kept: list[Found] = []
        for one in found:
            if kept and one.end <= kept[-1].end and (one.start, one.end) != (kept[-1].start, kept[-1].end):
                continue
            kept.append(one)
        return kept
