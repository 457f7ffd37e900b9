"""What we want of speed, and one line that says how near a measurement comes."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """`most` of a unit: ms, s, MB, files, or "x" (times a floor or a peer of the same run)."""

    name: str
    most: float
    unit: str


GOALS = {
    goal.name: goal
    for goal in (
        Goal("reading an entry", 2.0, "ms"),
        Goal("storing and grouping an entry", 0.6, "ms"),
        Goal("publishing a story", 1.2, "ms"),
        Goal("search, a story", 0.6, "ms"),
        Goal("first run, times the floor", 8, "x"),
        Goal("first run, times reader", 0.5, "x"),
        Goal("unchanged run, times the floor", 2.5, "x"),
        Goal("nothing due", 0.35, "s"),
        Goal("memory of a first run", 350, "MB"),
        Goal("one new entry", 0.9, "s"),
        Goal("one new entry, times that of the smallest store", 1.5, "x"),
        Goal("files written for one new entry", 25, "files"),
        Goal("memory of one new entry", 350, "MB"),
        Goal("10,000 feeds, each times one of 1,000", 1.2, "x"),
        Goal("planet --help", 0.25, "s"),
        Goal("planet entries --limit 20", 1.0, "s"),
        Goal("planet explain", 1.0, "s"),
        Goal("planet status", 1.0, "s"),
    )
}


def additions() -> float:
    """Seconds of CPU that ten million additions take: how fast this machine is at the moment."""
    begin = time.process_time()
    total = 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - begin


def head() -> None:
    """The head of the table, with the speed of the machine: seconds compare only where it is the same."""
    print(f"ten million additions take {additions():.2f} s of CPU here and now")
    print(f"{'':50} {'goal':>9} {'measured':>9}")


def line(name: str, measured: float, note: str = "") -> None:
    """One goal beside what was measured."""
    goal = GOALS[name]
    digits = 0 if goal.unit in {"MB", "files"} else 2
    reached = "reached" if measured <= goal.most else "not reached"
    print(
        f"{name:50} {goal.most:9g} {measured:9.{digits}f} {goal.unit:5} {reached:12} {note}".rstrip(),
        flush=True,
    )
