"""Words as the index holds them: stemmed and folded. The page does the same with what is typed (`client/search.js`)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from Stemmer import Stemmer

LONGEST = 40
"""Longer words are URLs and hashes, which are not searched for."""
_WORD = re.compile(rf"(?<![^\W_])[^\W_]{{1,{LONGEST}}}(?![^\W_])(?:\+\+|#)?")
_STEMMERS = {"french": Stemmer("french", 0), "english": Stemmer("english", 0)}
"""Snowball 3.0, as the scripts of the page: their stems must be the same ones."""


def folded(text: str) -> str:
    """Lower case without accents: « Géométrie » geometrie, « Œuvre » oeuvre."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")


def words(text: str) -> list[str]:
    """The words of a text in lower case, accents kept; `c++` and `c#` are words."""
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    return _WORD.findall(text.lower())


@lru_cache(maxsize=100_000)
def terms(word: str, language: str) -> tuple[str, ...]:
    """What a word of a text is found by: its stem, with the accents as written and without, both folded.

    Snowball needs the accents of French (`génèrent`), and who searches may leave them out. A language without a stemmer has the word.
    """
    plain = folded(word)
    stemmer = _STEMMERS.get(language)
    if stemmer is None or not plain.isascii():
        return (plain,)
    stem = str(stemmer.stemWord(plain))
    return (stem,) if plain == word else tuple(dict.fromkeys((folded(str(stemmer.stemWord(word))), stem)))


def language_of(tag: str) -> str:
    """The stemmer for a BCP 47 tag, "" when there is none."""
    return {"fr": "french", "en": "english"}.get(tag.split("-", maxsplit=1)[0].lower(), "")


def stems(text: str, tag: str) -> Counter[str]:
    """The stems of a text in the language `tag`, and how often each is there."""
    language = language_of(tag)
    counts: Counter[str] = Counter()
    for word, count in Counter(words(text)).items():
        for term in terms(word, language):
            counts[term] += count
    return counts
