"""Fifteen of the rounds of `make crash`: killed anywhere, a planet is readable at once and whole after the next run."""

from __future__ import annotations

import random

from tests.support import crash


def test_a_run_that_is_killed_anywhere_leaves_a_whole_site_and_the_next_one_finishes_it() -> None:
    seed = random.randrange(10**6)
    print(f"again: python -m bench.crash --rounds 15 --seed {seed}")  # shown with a failure
    faults, spread = crash.rounds(15, seed)
    assert faults == []
    assert sum(spread.values()) == 15
    assert sum(count for kind, count in spread.items() if "over before" not in kind) > 4
