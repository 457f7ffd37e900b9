"""Many words, looked for in a text at once."""

from __future__ import annotations

from collections.abc import Iterable

from planet.classify.company import is_accompanied
from planet.classify.words import Match, Text, Word, compile_word


class Vocabulary:
    """A set of words, each with the number of its meaning, to be found in texts: as fast for a thousand words as for ten; can be pickled.

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
        """Every match of every word, in the order of the text; a word within a longer one (`Java` in `Java EE`) is left out."""
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
        return strict is None or is_accompanied(text, start, end, strict=strict)
