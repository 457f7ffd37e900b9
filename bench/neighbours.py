"""Poisoned databases and hostile members, for long: `make neighbours`, or `python -m bench.neighbours --minutes 60 stored`.

`stored` overwrites values of a database (dates at the ends of time, JSON of another kind, escape sequences, links that are none) and runs
the planet on it: the rest must be published, and nothing of it reach a terminal. `members` puts a hostile member beside honest ones, who
copies ids, links, texts, dates, names and events, redirects and refuses: the honest ones must be shown as if she were not there.
Each case is named by a number, which makes it again: `--first NUMBER --cases 1`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.neighbours import Neighbourhood
from tests.support.poison import Poisoned
from tests.support.servers import Server
from tests.support.world import World


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kind", nargs="*", help="stored, members; none: both")
    parser.add_argument("--minutes", type=float, default=5, help="how long each of them is tried")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--cases", type=int, default=10**9, help="at most so many")
    options = parser.parse_args()
    for kind in options.kind or ("stored", "members"):
        with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world, Server(host="127.0.0.2") as server:
            cases = Poisoned(world) if kind == "stored" else Neighbourhood(world, server)
            tried, failed = _try(cases.try_once, options)
        print(f"{kind}: {tried} cases, {failed} failed", flush=True)


def _try(case: Callable[[int], None], options: argparse.Namespace) -> tuple[int, int]:
    """Cases one after the other until the time is over; those that fail are printed. Gives how many were tried, and how many failed."""
    end, failed = time.monotonic() + 60 * options.minutes, 0
    number = options.first
    while time.monotonic() < end and number - options.first < options.cases:
        try:
            case(number)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure, and the next case is tried
            failed += 1
            print(f"{number}: {type(error).__name__}: {str(error)[:2000]}", flush=True)
        number += 1
    return number - options.first, failed


if __name__ == "__main__":
    main()
