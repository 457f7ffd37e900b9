"""From bytes to page: whatever comes, the planet is published, valid and contained. `make fuzz` tries for long."""

from __future__ import annotations

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.effort import examples
from tests.support.fuzz import contents, documents, hostile_bytes, hostile_words, words

BOUNDED = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example is two runs: making a failing one small is left to `make fuzz`."""


@settings(max_examples=examples(8), phases=BOUNDED)
@given(payloads=contents, title=words)
def test_whatever_a_feed_says_the_planet_is_published_valid_and_contained(payloads: list[str], title: str) -> None:
    hostile_words(payloads, title)


@settings(max_examples=examples(10), phases=BOUNDED)
@given(found=st.lists(documents(), min_size=1, max_size=3))
def test_whatever_bytes_come_the_planet_is_published_valid_and_contained(found: list[tuple[bytes, str]]) -> None:
    hostile_bytes(found)
