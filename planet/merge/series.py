"""Numbered series: "Clermont'ech API Hour #25" and "APIHour #25" a few days apart are one thing. Pure."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz

from planet.similarity import Look, days_apart

SERIES_DAYS = 21
_NUMBERED = re.compile(
    r"^(?P<name>.*?)\s*(?:#|n[°º]|№|\bno\.|\bnum[eé]ro\s)\s*(?P<number>\d{1,4})\b(?P<rest>.*)$", re.IGNORECASE
)
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_NAME = 6
"""Letters that a name must have to be searched for alone."""
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
    """What the titles of one number of a series share, "" where a title has none."""
    parts = numbered(title)
    return f"{parts[0][-_NAME:]} {parts[1]}" if parts else ""


def same_number(a: Look, b: Look) -> bool:
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
