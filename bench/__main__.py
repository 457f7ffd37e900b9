"""`make bench`: the benchmarks that end in a few minutes, one after the other."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

LONG = {"__init__", "__main__", "corpus", "goals", "fuzz", "crash", "soak", "politeness", "evaluate", "evaluate_events"}

FIRST = ("whole", "stages", "growth", "grouping")
"""Those that print how near the goals of docs/performance.md are."""

for path in sorted(Path(__file__).parent.glob("*.py"), key=lambda path: (path.stem not in FIRST, path.stem)):
    if path.stem not in LONG:
        print(f"\n== {path.stem}", flush=True)
        sys.argv = [str(path)]
        runpy.run_module(f"bench.{path.stem}", run_name="__main__")
