"""A cache keeps what was added last, up to its bound."""

from __future__ import annotations

from planet.recent import Recent


def test_beyond_its_bound_the_oldest_values_go() -> None:
    recent: Recent[str, int] = Recent(10)
    for key, weight in (("a", 4), ("b", 4), ("c", 4)):
        recent.keep(key, weight * 10, weight)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (None, 40, 40)
    assert "a" not in recent


def test_a_value_that_is_heavier_than_the_bound_is_not_kept() -> None:
    recent: Recent[str, int] = Recent(10)
    recent.keep("book", 1, 11)
    assert recent.get("book") is None
    recent.keep("note", 2, 1)
    assert recent.get("note") == 2
