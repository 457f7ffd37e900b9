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
_ADDRESS = re.compile(r"\b[a-z]{3,6}://[^\s<>\"]+", re.IGNORECASE)
_PARTS = re.compile(r"[\s\u2010\u2011-]+")
_SHORT = 2
_PLURAL = 4
"""Letters from which on a plural s is the same word."""


def _accents() -> dict[int, str]:
    """Every letter of the Latin blocks with an accent -> the letter without: one for one, so that places stay."""
    found = {}
    for number in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = "".join(c for c in unicodedata.normalize("NFKD", chr(number)) if not unicodedata.combining(c))
        if len(plain) == 1 and plain != chr(number):
            found[number] = plain
    return found


_ACCENTS = _accents()


def folded(text: str) -> str:
    """The text in lower case without accents, of the same length."""
    lower = text.lower()
    if len(lower) != len(text):  # the one letter whose lower case is longer
        lower = text.replace("\u0130", "i").lower()
    return lower if lower.isascii() else lower.translate(_ACCENTS)


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
    whatever ends so. Blanks and dashes between its parts are one; an accent may be left out; a plural s (of any part) or a
    version at its end is the same word.
    """
    written = " ".join(written.split())
    star, name = written.startswith("*"), written.removeprefix("*")
    short = name.isalpha() and len(name) <= _SHORT
    exact = not any_case and name.isalpha() and (star or short or name.lower() in EVERYDAY)
    text = name if exact else folded(name)
    body = r"[\s\u2010\u2011-]+".join(_part(part, exact=exact) for part in _PARTS.split(text) if part)
    if text[-1:].isalpha() and not short:
        body += r"\d{0,2}"
    if star:
        body = rf"\w+{body}"
    before = r"(?<!\w)" if star or text[:1].isalnum() else r"(?<![\w.])"
    after = r"(?![\w#]|\+\+)" if text[-1:].isalnum() else r"(?!\w)"
    if short and not star:
        before, after = r"(?<![\w.@-])(?<!\d[\s\xa0\u202f])(?<!\W/)", r"(?![\w#&]|\+\+|[.-]\w|/[\W])"
    return Word(written, frozenset() if star else _hints(text), re.compile(before + body + after), exact)


def _part(part: str, *, exact: bool) -> str:
    """The pattern of one part of a phrase: a plural s and any apostrophe are the same word."""
    plural = not exact and len(part) >= _PLURAL and part[-1].isalpha() and part[-1] not in "sxz"
    return re.escape(part).replace("'", "['\u2019]") + ("s?" if plural else "")


def _hints(text: str) -> frozenset[str]:
    """The first letters in a row of a text that it may match, as `Text` finds them."""
    first = _TOKEN.search(folded(text))
    return frozenset() if first is None else frozenset({first[0], f"{first[0]}s"})


class Text:
    """A text that words are looked for in, made ready once: without addresses, folded, and the letters in a row of it."""

    __slots__ = ("folded", "original", "tokens")

    def __init__(self, original: str) -> None:
        original = _ADDRESS.sub(" ", original) if "://" in original else original
        self.original = original
        self.folded = folded(original)
        self.tokens = frozenset(_TOKEN.findall(self.folded))


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
            for match in word.pattern.finditer(text.original if word.exact else text.folded)
        ]
        found.sort(key=lambda one: (one.start, -one.end, one.word, one.meaning))
        kept: list[Found] = []
        for one in found:
            if kept and one.end <= kept[-1].end and (one.start, one.end) != (kept[-1].start, kept[-1].end):
                continue
            kept.append(one)
        return kept
