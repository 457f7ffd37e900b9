"""Find whole words in a text: first in the set of its words, then by a regular expression only for words that can occur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from planet.text import without_accents

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
class Match:
    """Where a text holds a word: from `start` to `end`, in characters. `meaning` is what the vocabulary was given for it.

    `sure` is false for an everyday word that nothing beside it tells from the word of every day.
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
    text = name if exact else name.lower() if wide else folded(name)
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
        within="original" if exact else "lower" if wide else "folded",
        star=star,
    )


def _edges(text: str, *, short: bool, star: bool) -> tuple[str, str]:
    """What must stand before and behind a word, so that it is a whole one."""
    if short:
        return r"(?<![\w.@-])(?<!\d[\s\xa0])(?<!\W/)", r"(?![\w#&]|\+\+|[.-]\w|/[\W])"
    before = "" if star else r"(?<!\w)" if text[:1].isalnum() else r"(?<![\w.])"
    return before, r"(?![\w#]|\+\+)" if text[-1:].isalnum() else r"(?!\w)"


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


# What may stand before or behind the name of a technology, and seldom before or behind an everyday word: folded.
_BEFORE = frozenset(
    [
        "en",
        "in",
        "with",
        "avec",
        "using",
        "via",
        "utiliser",
        "utilise",
        "using",
        "langage",
        "language",
        "apprendre",
        "learn",
        "learning",
        "framework",
        "bibliotheque",
        "library",
        "pourquoi",
        "why",
        "application",
        "applications",
        "app",
        "apps",
        "projet",
        "module",
        "package",
        "plugin",
        "composant",
        "composants",
        "component",
        "components",
        "hook",
        "hooks",
        "developpeur",
        "developpeurs",
        "developer",
        "developers",
        "dev",
        "code",
        "coder",
        "programmer",
        "compilateur",
        "compiler",
        "client",
        "serveur",
        "server",
        "jour",
        "upgrade",
        "upgrading",
        "updating",
        "installer",
        "install",
        "installing",
        "decouvrir",
        "discovering",
        "migrer",
        "migrating",
        "deployer",
        "deploying",
        "tester",
        "testing",
        "configurer",
    ]
)
_BEHIND = frozenset(
    [
        "language",
        "programming",
        "framework",
        "library",
        "compiler",
        "app",
        "apps",
        "application",
        "applications",
        "component",
        "components",
        "composant",
        "composants",
        "hook",
        "hooks",
        "developer",
        "developers",
        "developpeur",
        "developpeurs",
        "api",
        "sdk",
        "cli",
        "tutorial",
        "tutoriel",
        "module",
        "modules",
        "package",
        "packages",
        "plugin",
        "plugins",
        "code",
        "runtime",
        "bundler",
        "template",
        "templates",
        "repository",
        "router",
    ]
)
_BEFORE_THE_END = frozenset(("to", "from", "vers", "depuis"))
"""As `_BEFORE`, where the name is the last word: `porting a parser to Rust`."""
_LAST = re.compile(r"([\w+#]+)[\s\xa0]+$")
_NEXT = re.compile(r"[\s\xa0]+([\w+#]+)")
_VERSION = re.compile(
    r"[\s\xa0]?v?\d{1,2}(?:\.(?:\d+|x))+(?!\w)|[\s\xa0]v?\d{1,2}(?=[\s\xa0]*(?:$|[.,;:!?()]|(?:et|and|est|is|en|pour|avec|with|sans|without|dans|sort)\b))"
)
_SEGMENT_BEGINS = re.compile(r"(?:^|[:|\u2013\u2014/(-])[\s\xa0]*$")
_SEGMENT_ENDS = re.compile(r"[\s\xa0]*(?:$|[:|\u2013\u2014/)]|-[\s\xa0])")
_TITLE = 120
"""Characters of a text that is a title at most."""
_GAP = 8
"""Characters between two items of a list at most."""
_NEAR = 30
"""Characters before and after a word that are its context."""


def _accompanied(text: Text, start: int, end: int, *, strict: bool) -> bool:
    """Whether the words next to an everyday word show that it is a name: a version, `langage`, or, unless `strict`, `en` or `with`."""
    behind = text.folded[end : end + _NEAR]
    if _VERSION.match(behind):
        return True
    following = _NEXT.match(behind)
    if following and following[1] in _BEHIND:
        return True
    before = _LAST.search(text.folded[max(0, start - _NEAR) : start])
    if not strict and len(text.original) <= _TITLE and _alone(text.original, start, end):
        return True
    # In a title where every word has a capital, `With Swift Steps` is no more than it says.
    capital = following is not None and text.original[end + following.start(1)].isupper()
    if strict or capital or before is None:
        return False
    return before[1] in _BEFORE or (following is None and before[1] in _BEFORE_THE_END)


_LISTED = re.compile(r"[\s\xa0]*(?:[,/&+]|(?:,[\s\xa0]*)?\b(?:et|and|ou|or|vs\.?)\b)[\s\xa0]*")


def certain(text: Text, matches: Sequence[Match]) -> set[tuple[str, int]]:
    """(word, meaning) of what is sure in a text, and of the everyday words that stand in a list with that: `Rust, Java and PHP`."""
    names = {(match.word, match.meaning) for match in matches if match.sure}
    sure = [(match.start, match.end) for match in matches if match.sure]
    for match in matches:
        gaps = [(match.end, start) for start, _ in sure if 0 <= start - match.end < _GAP]
        gaps += [(end, match.start) for _, end in sure if 0 <= match.start - end < _GAP]
        if not match.sure and any(_LISTED.fullmatch(text.folded, *gap) for gap in gaps):
            names.add((match.word, match.meaning))
    return names


def _alone(title: str, start: int, end: int) -> bool:
    """Whether a word is all of a title, or all that stands before or behind a colon or a dash in it."""
    return bool(_SEGMENT_BEGINS.search(title[:start]) and _SEGMENT_ENDS.match(title[end:]))


class Vocabulary:
    """Many words, each with the number of what it stands for. As quick for a thousand words as for ten; can be pickled.

    `everyday` are names that are words of every day, too: in exactly their spelling, `sure` in company only (a `=` before them:
    of a version or another noun, not of a preposition).
    """

    def __init__(
        self, words: Iterable[tuple[str, int]], *, everyday: Iterable[tuple[str, int]] = (), any_case: bool = False
    ) -> None:
        self._words: dict[str, list[tuple[Word, int]]] = {}
        self._odd: list[tuple[Word, int]] = []
        self._everyday: dict[tuple[str, int], bool] = {}
        for text, meaning in words:
            if text.strip():
                self._add(compile_word(text, any_case=any_case), meaning)
        for text, meaning in everyday:
            word = compile_word(text.removeprefix("="), exact=True)
            self._everyday[word.written, meaning] = text.startswith("=")
            self._add(word, meaning)
        self._hints = frozenset(self._words)

    def _add(self, word: Word, meaning: int) -> None:
        for hint in word.hints:
            self._words.setdefault(hint, []).append((word, meaning))
        if not word.hints:
            self._odd.append((word, meaning))

    def __bool__(self) -> bool:
        return bool(self._words or self._odd)

    def find(self, text: Text) -> list[Match]:
        """Every place of every word, in the order of the text; a word within a longer one (`Java` in `Java EE`) is left out."""
        candidates = {
            (word.written, meaning): word
            for hint in self._hints.intersection(text.tokens)
            for word, meaning in self._words[hint]
        }
        candidates.update(((word.written, meaning), word) for word, meaning in self._odd)
        matches = [
            Match(spelling, meaning, start, end, sure=self._sure(text, (spelling, meaning), start, end))
            for (spelling, meaning), word in candidates.items()
            for start, end in word.places(text)
        ]
        matches.sort(key=lambda match: (match.start, -match.end, match.word, match.meaning))
        longest: list[Match] = []
        for match in matches:
            if longest and match.end <= longest[-1].end:
                same = (match.start, match.end) == (longest[-1].start, longest[-1].end)
                if not same:
                    continue
            longest.append(match)
        return longest

    def _sure(self, text: Text, key: tuple[str, int], start: int, end: int) -> bool:
        strict = self._everyday.get(key)
        return strict is None or _accompanied(text, start, end, strict=strict)
