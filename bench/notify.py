"""Kills between any two steps of announcing: `make notify`, or `python -m bench.notify --lives 200`.

Each life is a planet of 24 daily runs: a channel is down for a week, one is taken out of feeds.yaml and comes back, one is new, two runs
have a wrong clock. Prints what was told twice, and what was lost but for the one message that was on its way at a kill.
"""

from __future__ import annotations

import argparse
import random

from tests.support.notify_proof import rounds


def main() -> int:
    """0 when nothing was told twice, and nothing lost but messages on their way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = parser.parse_args()
    print(f"{given.lives} lives, seed {given.seed}")
    faults = rounds(given.lives, given.seed)
    print("\n".join(faults) or "each thing was told once, but for the one message that was on its way at a kill")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
