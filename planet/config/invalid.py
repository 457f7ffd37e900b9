"""A value that feeds.yaml may not hold: the error, and the words of its message."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from planet import text
from planet.model import Message


class InvalidValueError(ValueError):
    """A value that feeds.yaml may not hold; `message` says what would be right."""

    def __init__(self, sentence: str, /, **params: object) -> None:
        self.message = Message(sentence).filled(**params)
        super().__init__(str(self.message))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was meant to be, "" when none is near."""
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else ""


def meant(word: str, known: Iterable[str], otherwise: Message | str = "") -> Message | str:
    """`; did you mean …?` where a known word is near, else `otherwise`."""
    close = nearest(word, known)
    return Message.of("; did you mean `{word}`?", word=close) if close else otherwise


def shown(value: object) -> Message | str:
    """A value as a message quotes it: short, secrets of URLs left out."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return Message.of("nothing")
        case list():
            return Message.of("a list")
        case dict():
            return Message.of("a mapping")
    quoted = re.sub(r"//[^/@\s]*@", "//***@", str(value))
    return f"`{text.shorten(text.one_line(quoted), 80)}`"
