"""How much two entries are alike, and when they plainly are not the same. Pure; scores are hundredths, 100 is equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from planet.model import MergeEntry
from planet.urls import host

NEAR_DAYS = 5
"""What says nearly the same is one thing only when it was published so close together: a weekly post is not."""
FAR_DAYS = 120
"""One address, told again after so long, is another thing (a page for each year's meeting) unless its text is the same."""
ENOUGH_WORDS = 12
"""A text of fewer words proves nothing by being alike: it must be equal."""
SHINGLE = 3
_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[\u0300-\u036f]+")
_NUMBER = re.compile(r"\d+")
_COMMON_WORDS = (
    "a an and are as at be by for from has have how in into is it its my new not of on or our that the this to was we what when why "
    "will with you your au aux avec ce ces cette comment dans de des du elle en est et il ils je la le les leur mais mes mon ne nos "
    "notre nous on ou par pas plus pour pourquoi quand que qui sa se ses son sont sous sur ta te ton tu un une vos votre vous"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def words(text: str) -> list[str]:
    """The words of a text without case and accents."""
    folded = text.casefold()
    if not folded.isascii():
        folded = _MARKS.sub("", unicodedata.normalize("NFKD", folded))
    return _WORD.findall(folded)


def shingles(sequence: Sequence[str]) -> set[int]:
    """Every three words in a row, as numbers."""
    return {
        crc32(" ".join(sequence[n : n + SHINGLE]).encode("utf-8", "surrogatepass"))
        for n in range(len(sequence) - SHINGLE + 1)
    }


@dataclass(frozen=True)
class Look:
    """An entry as it is compared; what costs is worked out when it is first asked for."""

    entry: MergeEntry

    @cached_property
    def day(self) -> float:
        return self.entry.date.timestamp() / 86400

    @cached_property
    def words(self) -> list[str]:
        return words(self.entry.text)

    @cached_property
    def shingles(self) -> set[int]:
        return shingles(self.words)

    @cached_property
    def title_words(self) -> frozenset[str]:
        """Those that mean something."""
        return frozenset(word for word in words(self.entry.title) if len(word) > 2 and word not in _COMMON)

    @cached_property
    def all_words(self) -> frozenset[str]:
        return frozenset(self.words) | self.title_words

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Those of the title: the year, the number of an evening, the part of a series."""
        return frozenset(int(number) for number in _NUMBER.findall(self.entry.title)[:20] if len(number) < 10)

    @cached_property
    def host(self) -> str:
        return host(self.entry.link)


def days_apart(a: Look, b: Look) -> float:
    return abs(a.day - b.day)


def title_likeness(a: Look, b: Look) -> float | None:
    """None when one of them has no title of its own. A title within the other ("29/06 19:00 : X - Amphi A" and "X") is nearly it."""
    one, other = a.entry.title_key, b.entry.title_key
    if not one or not other:
        return None
    score = fuzz.ratio(one, other)
    shorter, longer = sorted((one, other), key=len)
    if score < 95 and len(shorter) >= 10 and shorter in longer:
        return 95.0
    return score


def whole_likeness(a: Look, b: Look) -> float:
    """How much the texts are the same from beginning to end; 0 when one of them has none."""
    if not a.words or not b.words:
        return 0.0
    if a.entry.text_key == b.entry.text_key or a.words == b.words:
        return 100.0
    return Indel.normalized_similarity(a.words, b.words) * 100


def text_likeness(a: Look, b: Look) -> float | None:
    """None when one of them has no text. A text that is cut off, or framed by other words, is as alike as what it shares."""
    if not a.words or not b.words:
        return None
    score = whole_likeness(a, b)
    shorter, longer = sorted((a, b), key=lambda look: len(look.words))
    if score >= 95 or len(shorter.words) < ENOUGH_WORDS:
        return score
    return max(score, 100 * len(shorter.shingles & longer.shingles) / len(shorter.shingles))


def counted_apart(a: Look, b: Look) -> bool:
    """Whether the titles bear other numbers: #71 and #72, 2024 and 2025, part 1 and part 2. A number more is no contradiction."""
    return not (a.numbers <= b.numbers or b.numbers <= a.numbers)


def _told(title: Look, by: Look) -> float:
    """How much of a title's words the other entry uses."""
    return 100 * len(title.title_words & by.all_words) / len(title.title_words) if title.title_words else 0.0


def kinship(a: Look, b: Look) -> float:
    """The best of what they have in common: titles, texts, the words of one's title in the other. 100 when nothing can be compared."""
    titles, texts = title_likeness(a, b), text_likeness(a, b)
    if titles is None and texts is None:
        return 100.0
    return max(titles or 0.0, texts or 0.0, _told(a, b), _told(b, a))


def named_apart(a: Look, b: Look) -> bool:
    """Whether the titles have nothing in common, neither letters nor a word that means something."""
    titles = title_likeness(a, b)
    return titles is not None and titles < 50 and not a.title_words & b.title_words


def plainly_differ(a: Look, b: Look) -> bool:
    """Whether these cannot be one thing, whatever address or id they share.

    Their titles count differently, or have nothing in common, and their texts are not the same throughout: a talk is told on the
    page of its evening, and is not the evening. Or they are months apart and their texts are not the same. Or neither title, text
    nor the words of one's title in the other are much alike.
    """
    if (counted := counted_apart(a, b)) or named_apart(a, b):
        return min(len(a.words), len(b.words)) < ENOUGH_WORDS or whole_likeness(a, b) < (95 if counted else 80)
    if days_apart(a, b) > FAR_DAYS and a.entry.published and b.entry.published:
        return (text_likeness(a, b) or 0.0) < 80
    return kinship(a, b) < 60
