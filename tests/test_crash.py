"""Thirty of the rounds of `make crash`: killed anywhere, a planet is readable at once and whole after the next run."""

from __future__ import annotations

import random

from bench import crash


def test_a_run_that_is_killed_anywhere_leaves_a_whole_site_and_the_next_one_finishes_it() -> None:
    faults, spread = crash.rounds(30, random.randrange(10**6))
    assert faults == []
    assert sum(spread.values()) == 30
    assert sum(count for kind, count in spread.items() if "over before" not in kind) > 15
