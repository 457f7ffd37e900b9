"""How much two texts say the same: titles and places of events, titles and texts of posts. Pure; scores are 0 to 100, 100 is equal."""

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
"""What says nearly the same is one thing only when it was published so close together: a weekly post is not."""
FAR_DAYS = 120
"""One address, told again after so long, is another thing (a page for each year's meeting) unless its text is the same."""
ENOUGH_WORDS = 12
"""A text of fewer words proves nothing by being alike: it must be equal."""
LONG_TEXT = 100
"""Words of a text that nobody writes twice: the same title and text again are the same post."""
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
# Places that say nothing: two events "en ligne" at one hour are two.
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
"""From which likeness of 100 two titles are nearly the same."""
_DIGITS_EDGE = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def _folded(text: str) -> str:
    """A text without case and accents."""
    return without_accents(text.casefold())


def words(text: str) -> list[str]:
    """The words of a text without case and accents."""
    return _WORD.findall(_folded(text))


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
        """Those of the title: the year, the number of an event, the part of a series."""
        return frozenset(int(number) for number in _NUMBER.findall(self.entry.title)[:20] if len(number) < 10)

    @cached_property
    def host(self) -> str:
        return host(self.entry.link)

    @cached_property
    def link_keys(self) -> frozenset[str]:
        """Canonical addresses of the pages that its text links to."""
        return frozenset(canonical_key(url) for url in self.entry.links[:200])


def days_apart(a: Look, b: Look) -> float:
    return abs(a.day - b.day)


def title_likeness(a: Look, b: Look) -> float | None:
    """None when one of them has no title of its own. A title within the other ("29/06 19:00 : X - Amphi A" and "X") is nearly it."""
    first, second = a.entry.title_key, b.entry.title_key
    if not first or not second:
        return None
    score = fuzz.ratio(first, second)
    shorter, longer = sorted((first, second), key=len)
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
    """The maximum of the similarities of titles, of texts, and of the title of one in the other. 100 when nothing can be compared."""
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
    page of its event, and is not the event. Or they are months apart and their texts are not the same. Or neither title, text
    nor the words of the title of one in the other are much alike.
    """
    if (counted := counted_apart(a, b)) or named_apart(a, b):
        return min(len(a.words), len(b.words)) < ENOUGH_WORDS or whole_likeness(a, b) < (95 if counted else 80)
    if days_apart(a, b) > FAR_DAYS and a.entry.published and b.entry.published:
        return (text_likeness(a, b) or 0.0) < 80
    return kinship(a, b) < 60


@lru_cache(maxsize=8192)
def significant_words(text: str) -> tuple[str, ...]:
    """The words that tell, folded; numbers without leading zeros."""
    parts = _TITLE_WORD.findall(_DIGITS_EDGE.sub(" ", _folded(text)))
    plain = (word.lstrip("0") or "0" if word.isdigit() else word for word in parts)
    return tuple(word for word in plain if word not in _EMPTY)


@lru_cache(maxsize=8192)
def numbers(text: str) -> frozenset[str]:
    """The numbers of a title: they tell the second event from the third."""
    return frozenset(word for word in significant_words(text) if word.isdigit())


def numbered_apart(first: str, second: str) -> bool:
    """Whether two titles number different events: both have numbers, and neither has all of the other's."""
    first_numbers, second_numbers = numbers(first), numbers(second)
    return bool(first_numbers and second_numbers) and not (
        first_numbers <= second_numbers or second_numbers <= first_numbers
    )


@lru_cache(maxsize=65536)
def titles_alike(first: str, second: str) -> int:
    """Likeness of two titles, 0 to 100. 100: the same words, or all words of one (two at least, or a number) in the other."""
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
    """Whether the words of one stand in the other in a row, however they are parted: "APIHour 72", "API Hour 72"."""
    wanted = "".join(short)
    return any(
        "".join(long[begin:end]) == wanted
        for begin in range(len(long))
        for end in range(begin + 1, min(len(long), begin + 12) + 1)
    )


@lru_cache(maxsize=65536)
def places_alike(first: str, second: str) -> bool:
    """Whether two places are the same one, and a particular one: a room, a house number, a name that is no town's."""
    first_words, second_words = set(significant_words(first)), set(significant_words(second))
    telling = (
        (first_words & second_words)
        - _NOWHERE
        - {word for word in first_words & second_words if word.isdigit() and len(word) == 5}
    )
    if len(telling) < 2:
        return False
    smaller = min(first_words - _NOWHERE, second_words - _NOWHERE, key=len)
    return len(telling) / max(1, len(smaller)) >= 0.8


def particular_place(place: str) -> bool:
    """Whether a place is more than a town or "online": it can be found again."""
    return bool(set(significant_words(place)) - _NOWHERE)


def particular(title: str) -> bool:
    """Whether a title can only mean one event: it bears a number, or four words that tell. Years count for nothing."""
    words = [word for word in significant_words(title) if not (word.isdigit() and 1990 <= int(word[:9]) <= 2100)]
    return len(words) >= 4 or any(word.isdigit() for word in words)


def places_apart(first: str, second: str) -> bool:
    """Whether two places have nothing in common: "Le Bivouac, Clermont-Ferrand" and "Café Zola, Lyon"."""
    first_words, second_words = set(significant_words(first)), set(significant_words(second))
    return bool(first_words and second_words) and not first_words & second_words
