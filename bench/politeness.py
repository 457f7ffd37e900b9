"""A month of cron runs against feeds of mixed behaviour, in a simulated time, with every request judged by the server's side.

    python -m bench.politeness                  300 feeds, 30 days, a run every 5 minutes
    python -m bench.politeness --feeds 20 --days 7

Broken promises end it with exit code 1: two requests to one URL closer than the feed's interval, a request inside a Retry-After or
a max-age of 48 hours or less, an unconditional request after validators were given, any but the last seen validator, a request
after the third 410.
"""

from __future__ import annotations

import argparse
import sys

from tests.support.politeness import simulate


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--feeds", type=int, default=300)
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    world = simulate(feeds=chosen.feeds, days=chosen.days, seed=chosen.seed)
    total = sum(world.counts.values())
    print(f"{chosen.feeds} feeds, {chosen.days} days, a run every 5 minutes: {total} requests")
    print("  " + "  ".join(f"{what}: {count}" for what, count in sorted(world.counts.items())))
    print(
        f"  {total / chosen.feeds / chosen.days:.1f} requests a feed and day, {world.counts['304'] / total:.0%} of them 304"
    )
    for fault in world.faults[:50]:
        print("  FAULT", fault)
    print(f"  {len(world.faults)} broken promises")
    return 1 if world.faults else 0


if __name__ == "__main__":
    sys.exit(main())
