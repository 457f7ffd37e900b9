"""`make bench`: the benchmarks that end in a few minutes, one after the other."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

LONG = {"__init__", "__main__", "corpus", "fuzz", "crash", "soak", "politeness", "evaluate", "evaluate_events"}

for path in sorted(Path(__file__).parent.glob("*.py")):
    if path.stem not in LONG:
        print(f"\n== {path.stem}", flush=True)
        sys.argv = [str(path)]
        runpy.run_module(f"bench.{path.stem}", run_name="__main__")
