"""The language of a text that names none, found in its words (CLD3, a small neural network that runs here, without network)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcld3 import NNetLanguageIdentifier

ENOUGH = 100
"""Letters from which on a text shows its language: all that were wrong among those of real feeds were shorter."""
MOST = 800
SURE = 0.9


@cache
def _identifier() -> NNetLanguageIdentifier | None:
    """Loaded where a text is met that names no language, and not before; None where the library is not installed."""
    try:
        from gcld3 import NNetLanguageIdentifier
    except ImportError:
        return None
    return NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * MOST)


def language_in(title: str, text: str) -> str:
    """The primary language subtag (`fr`) of a text and its title; "" where it is too short or not plainly one language."""
    sample = f"{title}\n{text}"[:MOST].strip()
    if sum(map(str.isalpha, sample)) < ENOUGH or (identifier := _identifier()) is None:
        return ""
    guess = identifier.FindLanguage(text=sample)
    # `zh-Latn` and the like are transliterations, which nobody writes posts in: code and names look like them.
    return guess.language if guess.is_reliable and guess.probability >= SURE and "-" not in guess.language else ""
