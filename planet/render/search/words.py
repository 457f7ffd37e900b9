"""Words as the index holds them: stemmed and folded. The page does the same with what is typed (`client/search.js`)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from Stemmer import Stemmer

LONGEST = 40
"""Longer words are URLs and hashes, which are not searched for."""
KEPT = 100_000
"""So many words of a language are kept with their stems."""
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


class _Terms(dict[str, str]):
    """Word of a text -> its stem, folded; in a language without a stemmer the folded word. Filled as words are looked up.

    Snowball needs the accents of French (`génèrent`), and readers may leave them out when they search: `others` maps a word to the
    stem that it has without accents, where that is another one. Both are in the index.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._stemmer = _STEMMERS.get(language)
        self.others: dict[str, str] = {}

    def __missing__(self, word: str) -> str:
        plain = term = folded(word)
        if self._stemmer is not None and plain.isascii():
            stem = str(self._stemmer.stemWord(plain))
            term = stem if plain == word else folded(str(self._stemmer.stemWord(word)))
            if term != stem:
                self.others[word] = stem
        self[word] = term
        return term


_terms_of = cache(_Terms)


def language_of(tag: str) -> str:
    """The stemmer for a BCP 47 tag, "" when there is none."""
    return {"fr": "french", "en": "english"}.get(tag.split("-", maxsplit=1)[0].lower(), "")


def stems(text: str, tag: str) -> Counter[str]:
    """The stems of a text in the language `tag`, and how often each is there."""
    terms = _terms_of(language_of(tag))
    if len(terms) > KEPT:
        terms.clear()
        terms.others.clear()
    of_text = words(text)
    # No step of Python for each word: a first run counts millions of them.
    counts = Counter(map(terms.__getitem__, of_text))
    for word, count in Counter(filter(terms.others.__contains__, of_text)).items():
        counts[terms.others[word]] += count
    return counts
