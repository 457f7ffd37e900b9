"""Some of the rounds of `make crash`: killed anywhere, a planet is readable at once and whole after the next run."""

from __future__ import annotations

import random

from tests.support import crash
from tests.support.effort import examples


def test_a_run_that_is_killed_anywhere_leaves_a_whole_site_and_the_next_one_finishes_it() -> None:
    count = examples(20)
    seed = random.randrange(10**6)
    print(f"again: python -m bench.crash --rounds {count} --seed {seed}")  # shown with a failure
    faults, spread = crash.rounds(count, seed)
    assert faults == []
    assert sum(spread.values()) == count
    assert sum(killed for kind, killed in spread.items() if "over before" not in kind) >= count // 4
