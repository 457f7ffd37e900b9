"""Killed at any statement, any rename, any moment: `make crash` (300 rounds), or `python -m bench.crash --rounds 30 --seed 1`.

Prints what differs from a run that nobody killed, and how the kills were spread.
"""

from __future__ import annotations

import argparse
import random

from tests.support.crash import rounds


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args(arguments)
    faults, spread = rounds(options.rounds, options.seed)
    print(f"seed {options.seed}: {options.rounds} rounds, killed before: {dict(spread.most_common())}")
    for fault in faults:
        print(fault)
    print("nothing differs" if not faults else f"{len(faults)} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
