"""Similarity of two texts: titles and places of events, titles and texts of posts. Pure; scores are 0 to 100, 100 is equal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from zlib import crc32

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from planet.model import MergeEntry
from planet.text import without_accents
from planet.urls import canonical_key, host

NEAR_DAYS = 5
"""Days. Similar entries are one story only when they were published within so many: the issues of a weekly series are not."""
FAR_DAYS = 120
"""Days. After so many, a second entry with the same address is another story (a page that each year's meeting uses), unless its text is the same."""
ENOUGH_WORDS = 12
"""Shorter texts (words) count as similar only when they are equal."""
LONG_TEXT = 100
"""Words. Two entries with the same title and a text of so many words, the same in both, are the same post."""
SHINGLE = 3
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")
_COMMON_WORDS = (
    "a an and are as at be by for from has have how in into is it its my new not of on or our that the this to was we what when why "
    "will with you your au aux avec ce ces cette comment dans de des du elle en est et il ils je la le les leur mais mes mon ne nos "
    "notre nous on ou par pas plus pour pourquoi quand que qui sa se ses son sont sous sur ta te ton tu un une vos votre vous"
)
_COMMON = frozenset(_COMMON_WORDS.split())

_TITLE_WORD = re.compile(r"[^\W_]+(?:[+#](?!\w))*")
_EMPTY = frozenset(
    [
        "a",
        "à",
        "de",
        "des",
        "du",
        "d",
        "la",
        "le",
        "les",
        "l",
        "un",
        "une",
        "et",
        "ou",
        "en",
        "au",
        "aux",
        "par",
        "pour",
        "avec",
        "sur",
        "chez",
        "dans",
        "the",
        "of",
        "and",
        "at",
        "by",
        "for",
        "with",
        "on",
        "in",
        "to",
        "annule",
        "annulee",
        "annules",
        "cancelled",
        "canceled",
        "reporte",
        "reportee",
        "complet",
    ]
)
# Words that name no particular place: two events "en ligne" at the same hour are two events.
_NOWHERE = frozenset(
    [
        "ligne",
        "online",
        "visio",
        "visioconference",
        "zoom",
        "discord",
        "teams",
        "meet",
        "google",
        "jitsi",
        "twitch",
        "youtube",
        "internet",
        "distance",
        "distanciel",
        "remote",
        "definir",
        "preciser",
        "venir",
        "confirmer",
        "confirme",
        "tba",
        "tbd",
        "tbc",
        "lieu",
        "inconnu",
        "clermont",
        "ferrand",
        "france",
        "auvergne",
        "puy",
        "dome",
        "rhone",
        "alpes",
    ]
)
NEAR = 88
"""Two titles are nearly the same from this similarity on (0 to 100)."""
_DIGITS_EDGE = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def _folded(text: str) -> str:
    """A text without case and accents."""
    return without_accents(text.casefold())


def words(text: str) -> list[str]:
    """The words of a text without case and accents."""
    return _WORD.findall(_folded(text))


def shingles(sequence: Sequence[str]) -> set[int]:
    """The hashes of all sequences of three words."""
    return {
        crc32(" ".join(sequence[n : n + SHINGLE]).encode("utf-8", "surrogatepass"))
        for n in range(len(sequence) - SHINGLE + 1)
    }


@dataclass(frozen=True)
class ComparedEntry:
    """An entry with the values that comparing needs; each is computed when it is first used."""

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
        """The words of the title without short and frequent ones."""
        return frozenset(word for word in words(self.entry.title) if len(word) > 2 and word not in _COMMON)

    @cached_property
    def all_words(self) -> frozenset[str]:
        return frozenset(self.words) | self.title_words

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The numbers in the title: the year, the number of an event, the part of a series."""
        return frozenset(int(number) for number in _NUMBER.findall(self.entry.title)[:20] if len(number) < 10)

    @cached_property
    def host(self) -> str:
        return host(self.entry.link)

    @cached_property
    def link_keys(self) -> frozenset[str]:
        """The canonical keys of the addresses that the text links to."""
        return frozenset(canonical_key(url) for url in self.entry.links[:200])


def days_apart(a: ComparedEntry, b: ComparedEntry) -> float:
    return abs(a.day - b.day)


def title_similarity(a: ComparedEntry, b: ComparedEntry) -> float | None:
    """Similarity of the titles, 0 to 100; None when one entry has no title.

    A title that contains the other ("29/06 19:00 : X - Amphi A" and "X") gives at least 95.
    """
    first, second = a.entry.title_key, b.entry.title_key
    if not first or not second:
        return None
    score = fuzz.ratio(first, second)
    shorter, longer = sorted((first, second), key=len)
    if score < 95 and len(shorter) >= 10 and shorter in longer:
        return 95.0
    return score


def whole_similarity(a: ComparedEntry, b: ComparedEntry) -> float:
    """Similarity of the whole texts, word by word, 0 to 100; 0 when one of them is empty."""
    if not a.words or not b.words:
        return 0.0
    if a.entry.text_key == b.entry.text_key or a.words == b.words:
        return 100.0
    return Indel.normalized_similarity(a.words, b.words) * 100


def text_similarity(a: ComparedEntry, b: ComparedEntry) -> float | None:
    """Similarity of the texts, 0 to 100; None when one of them is empty.

    A text that is part of the other (cut off, or with words around it) counts by the part that both share.
    """
    if not a.words or not b.words:
        return None
    score = whole_similarity(a, b)
    shorter, longer = sorted((a, b), key=lambda entry: len(entry.words))
    if score >= 95 or len(shorter.words) < ENOUGH_WORDS:
        return score
    return max(score, 100 * len(shorter.shingles & longer.shingles) / len(shorter.shingles))


def counted_apart(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether the titles have different numbers: #71 and #72, 2024 and 2025. An additional number in one title is no difference."""
    return not (a.numbers <= b.numbers or b.numbers <= a.numbers)


def _part_in(first: ComparedEntry, second: ComparedEntry) -> float:
    """The part of the title's words of the first entry that the second uses, 0 to 100."""
    return 100 * len(first.title_words & second.all_words) / len(first.title_words) if first.title_words else 0.0


def best_similarity(a: ComparedEntry, b: ComparedEntry) -> float:
    """The maximum of the similarities of titles, of texts, and of the title of one in the other. 100 when nothing can be compared."""
    titles, texts = title_similarity(a, b), text_similarity(a, b)
    if titles is None and texts is None:
        return 100.0
    return max(titles or 0.0, texts or 0.0, _part_in(a, b), _part_in(b, a))


def named_apart(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether the titles have little in common: a similarity below 50, and no significant word."""
    titles = title_similarity(a, b)
    return titles is not None and titles < 50 and not a.title_words & b.title_words


def plainly_differ(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether two entries are different things, even if they share an address or an id. True in three cases:

    - their titles have different numbers or little in common, and their whole texts differ (a talk is described on the page of its
      event, and is not the event);
    - they were published more than `FAR_DAYS` apart, and their texts differ;
    - their best similarity is below 60.
    """
    if (counted := counted_apart(a, b)) or named_apart(a, b):
        return min(len(a.words), len(b.words)) < ENOUGH_WORDS or whole_similarity(a, b) < (95 if counted else 80)
    if days_apart(a, b) > FAR_DAYS and a.entry.published and b.entry.published:
        return (text_similarity(a, b) or 0.0) < 80
    return best_similarity(a, b) < 60


@lru_cache(maxsize=8192)
def significant_words(text: str) -> tuple[str, ...]:
    """The words of a title without frequent ones and without accents, in lower case; numbers without leading zeros."""
    parts = _TITLE_WORD.findall(_DIGITS_EDGE.sub(" ", _folded(text)))
    plain = (word.lstrip("0") or "0" if word.isdigit() else word for word in parts)
    return tuple(word for word in plain if word not in _EMPTY)


@lru_cache(maxsize=8192)
def numbers(text: str) -> frozenset[str]:
    """The numbers of a title, which distinguish the events of a series."""
    return frozenset(word for word in significant_words(text) if word.isdigit())


def numbered_apart(first: str, second: str) -> bool:
    """Whether two titles number different events: both have numbers, and neither has all of the other's."""
    first_numbers, second_numbers = numbers(first), numbers(second)
    return bool(first_numbers and second_numbers) and not (
        first_numbers <= second_numbers or second_numbers <= first_numbers
    )


@lru_cache(maxsize=65536)
def titles_alike(first: str, second: str) -> int:
    """Similarity of two titles, 0 to 100. 100: the same words, or all words of one (two at least, or a number) in the other."""
    first_words, second_words = set(significant_words(first)), set(significant_words(second))
    if not first_words or not second_words:
        return 100 if first == second else 0
    if first_words == second_words or "".join(significant_words(first)) == "".join(significant_words(second)):
        return 100
    if numbered_apart(first, second):
        return 0
    short, long = sorted((significant_words(first), significant_words(second)), key=lambda words: len("".join(words)))
    if (len(set(short)) > 1 or numbers(" ".join(short))) and (set(short) <= set(long) or _runs_in(short, long)):
        return 100
    if numbers(first) != numbers(second):
        # "APIHour" and "APIHour #5" may be one; "Atelier Docker" and "Atelier Git 2" are not.
        return min(
            NEAR - 1, round(fuzz.token_sort_ratio(" ".join(sorted(first_words)), " ".join(sorted(second_words))))
        )
    return round(fuzz.token_sort_ratio(" ".join(significant_words(first)), " ".join(significant_words(second))))


def _runs_in(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether `long` contains the letters of `short` in consecutive words, wherever blanks separate them: "APIHour 72", "API Hour 72"."""
    wanted = "".join(short)
    return any(
        "".join(long[begin:end]) == wanted
        for begin in range(len(long))
        for end in range(begin + 1, min(len(long), begin + 12) + 1)
    )


@lru_cache(maxsize=65536)
def places_alike(first: str, second: str) -> bool:
    """Whether two texts name the same place, and one that is more precise than a town: a room, a house number, a name."""
    first_words, second_words = set(significant_words(first)), set(significant_words(second))
    distinctive = (
        (first_words & second_words)
        - _NOWHERE
        - {word for word in first_words & second_words if word.isdigit() and len(word) == 5}
    )
    if len(distinctive) < 2:
        return False
    smaller = min(first_words - _NOWHERE, second_words - _NOWHERE, key=len)
    return len(distinctive) / max(1, len(smaller)) >= 0.8


def particular_place(place: str) -> bool:
    """Whether a text names a place more precisely than a town or "online"."""
    return bool(set(significant_words(place)) - _NOWHERE)


def particular(title: str) -> bool:
    """Whether a title is specific to one event: it has a number other than a year, or at least four significant words."""
    words = [word for word in significant_words(title) if not (word.isdigit() and 1990 <= int(word[:9]) <= 2100)]
    return len(words) >= 4 or any(word.isdigit() for word in words)


def places_apart(first: str, second: str) -> bool:
    """Whether two places have no significant word in common: "Le Bivouac, Clermont-Ferrand" and "Café Zola, Lyon"."""
    first_words, second_words = set(significant_words(first)), set(significant_words(second))
    return bool(first_words and second_words) and not first_words & second_words
