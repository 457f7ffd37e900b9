"""When two texts about evenings say the same: titles, places, numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

_WORD = re.compile(r"[^\W_]+(?:[+#](?!\w))*")
_EMPTY = frozenset(
    [
        "a",
        "à",
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
# Places that say nothing: two evenings "en ligne" at one hour are two.
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


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The words that tell, folded; numbers without leading zeros."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    split = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", plain)
    found = (word.lstrip("0") or "0" if word.isdigit() else word for word in _WORD.findall(split))
    return tuple(word for word in found if word not in _EMPTY)


@lru_cache(maxsize=8192)
def numbers(text: str) -> frozenset[str]:
    """The numbers of a title: they tell the second evening from the third."""
    return frozenset(word for word in words(text) if word.isdigit())


def numbered_apart(first: str, second: str) -> bool:
    """Whether two titles number different evenings: both have numbers, and neither has all of the other's."""
    one, two = numbers(first), numbers(second)
    return bool(one and two) and not (one <= two or two <= one)


@lru_cache(maxsize=65536)
def titles_alike(first: str, second: str) -> int:
    """Likeness of two titles, 0 to 100. 100: the same words, or all words of one (two at least, or a number) in the other."""
    one, two = set(words(first)), set(words(second))
    if not one or not two:
        return 100 if first == second else 0
    if one == two or "".join(words(first)) == "".join(words(second)):
        return 100
    if numbered_apart(first, second):
        return 0
    short, long = sorted((words(first), words(second)), key=lambda found: len("".join(found)))
    if (len(set(short)) > 1 or numbers(" ".join(short))) and (set(short) <= set(long) or _runs_in(short, long)):
        return 100
    if numbers(first) != numbers(second):
        # "APIHour" and "APIHour #5" may be one; "Atelier Docker" and "Atelier Git 2" are not.
        return min(NEAR - 1, round(fuzz.token_sort_ratio(" ".join(sorted(one)), " ".join(sorted(two)))))
    return round(fuzz.token_sort_ratio(" ".join(words(first)), " ".join(words(second))))


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
    one, two = set(words(first)), set(words(second))
    telling = (one & two) - _NOWHERE - {word for word in one & two if word.isdigit() and len(word) == 5}
    if len(telling) < 2:
        return False
    smaller = min(one - _NOWHERE, two - _NOWHERE, key=len)
    return len(telling) / max(1, len(smaller)) >= 0.8


def particular(title: str) -> bool:
    """Whether a title can only mean one evening: it bears a number, or four words that tell. Years count for nothing."""
    found = [word for word in words(title) if not (word.isdigit() and 1990 <= int(word[:9]) <= 2100)]
    return len(found) >= 4 or any(word.isdigit() for word in found)


def places_apart(first: str, second: str) -> bool:
    """Whether two places have nothing in common: "Le Bivouac, Clermont-Ferrand" and "Café Zola, Lyon"."""
    one, two = set(words(first)), set(words(second))
    return bool(one and two) and not one & two
