"""Titles of one number of a series: "Clermont'ech API Hour #25" and "APIHour #25" a few days apart are one thing. Pure.

Some sites leave the number out: "Café Ruby #3 - Atelier du printemps" is "Atelier du printemps, café Ruby" of the same day.
"""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz

from planet.similarity import ComparedEntry, days_apart, significant_words

SERIES_DAYS = 21
UNNUMBERED_DAYS = 1
"""Most days between an entry with a number and one with the same words and no number."""
_MARK = r"(?:#|n[°º]|№|\bno\.|\bnum[eé]ro\s)\s*"
_NUMBERED = re.compile(rf"^(?P<name>.*?)\s*{_MARK}(?P<number>\d{{1,4}})\b(?P<rest>.*)$", re.IGNORECASE)
_NUMBER = re.compile(rf"{_MARK}\d{{1,4}}\b", re.IGNORECASE)
_APOSTROPHE = re.compile(r"(?<=\w\w)['’ʼ]")  # not that of "l'atelier"
_WORDS = 4
"""Fewest words besides numbers of a title that is matched by its words alone."""
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_NAME = 6
"""Shortest name (letters) that is searched for by itself."""
_GENERIC = frozenset(
    {"newsletter", "episode", "podcast", "meetup", "veille", "bulletin", "semaine", "rencontre", "edition", "soiree"}
)
_AFTERWARDS = re.compile(r"vid[eé]o|photo|retour|compte|r[eé]sum[eé]|slides|replay|recap|annul|report", re.IGNORECASE)


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return _NO_LETTER.sub("", folded)


def numbered(title: str) -> tuple[str, int, str] | None:
    """(name of the series in letters alone, number, what follows), None where a title has no number that is marked as one."""
    match = _NUMBERED.match(title)
    if match is None:
        return None
    name = _letters(match["name"])
    return (
        None if len(name) < _NAME or name in _GENERIC else (name, int(match["number"]), match["rest"].strip(" :–—-|."))
    )


def series_key(title: str) -> str:
    """The key of the series and number in a title, "" for a title without a number."""
    parts = numbered(title)
    return f"{parts[0][-_NAME:]} {parts[1]}" if parts else ""


def title_words(title: str) -> tuple[str, ...]:
    """The different words of a title that tell, in order of the alphabet, without the number of a series; () where they are too few.

    Apostrophes fold as in the name of a community ("Clermont'ech"), and a year counts as a word that tells two titles apart.
    """
    different = sorted(set(significant_words(_APOSTROPHE.sub("", _NUMBER.sub(" ", title)))))
    return tuple(different) if sum(not word.isdigit() for word in different) >= _WORDS else ()


def same_series(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether the titles alone say that two entries are one number of one series."""
    return _same_number(a, b) or _same_unnumbered(a, b)


def _same_unnumbered(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether the titles have the same words in any order, on one day, and one of them bears the number of a series besides."""
    if days_apart(a, b) > UNNUMBERED_DAYS or bool(numbered(a.entry.title)) == bool(numbered(b.entry.title)):
        return False
    return title_words(a.entry.title) == title_words(b.entry.title) != ()


def _same_number(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether two titles are one number of one series, within three weeks, and say nothing against it.

    Blanks, apostrophes and accents fold; one may bear the name of the community before that of the series, which its address tells.
    """
    first, second = numbered(a.entry.title), numbered(b.entry.title)
    if first is None or second is None or first[1] != second[1] or days_apart(a, b) > SERIES_DAYS:
        return False
    shorter, longer = sorted((first[0], second[0]), key=len)
    before = longer.removesuffix(shorter)
    if not longer.endswith(shorter) or (
        before and before not in _letters(f"{a.host} {b.host} {a.entry.feed} {b.entry.feed}")
    ):
        return False
    rests = (first[2], second[2])
    if any(_AFTERWARDS.search(rest) for rest in rests):
        return False
    return not all(rests) or fuzz.token_set_ratio(*rests) >= 60
