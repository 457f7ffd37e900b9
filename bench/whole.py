"""Whole runs: N real feeds on loopback, a first run and an unchanged one, beside `reader` on the same server.

    python -m bench.whole [--feeds 100] [--rounds 3] [--alone]

Each run is a process of its own; CPU is that of the process and its children, memory the most that all of them held at one moment
(pages that several share are counted once). Of several rounds the cheapest counts: what other programs take is no cost of ours.
`reader` stores entries and makes no pages; the planet also sanitises, merges, classifies and renders. An unchanged run asks every
feed again, of both (`reader` by itself would not ask before an hour is over).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import serving

READER = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for line in open(sys.argv[2]):
    reader.add_feed(line.strip(), exist_ok=True)
reader.update_feeds(workers=16, scheduled=False)
"""


@dataclass
class Cost:
    wall: float
    cpu: float
    memory: float


def held(root: int) -> float:
    """MB that a process and all below it hold now: the proportional set size, as Linux counts it; 0 where it does not."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family and pid not in family}:
        family |= more
    total = 0
    for pid in family:
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def measured(command: list[str], folder: Path) -> Cost:
    """Wall and CPU seconds and MB of a command and its children, run in a process of its own."""

    def child(queue: multiprocessing.Queue) -> None:
        begun = time.monotonic()
        # As it is installed: what is compiled once stays compiled.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        most = 0.0
        with contextlib.chdir(folder), (folder / "said").open("w+") as said:
            process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
            while process.poll() is None:
                most = max(most, held(process.pid))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
            if process.returncode not in {0, 4}:
                said.seek(0)
                print(said.read(), file=sys.stderr)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        queue.put((time.monotonic() - begun, used.ru_utime + used.ru_stime, most))

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    result = Cost(*queue.get())
    process.join()
    return result


def configuration(folder: Path, urls: list[str]) -> None:
    content = {
        "planet": {"title": "Mesure", "url": "https://planet.example.org/"},
        "fetch": {"interval": "0s", "host_pause": "0s", "per_host": 64, "workers": 32, "allow_private": True},
        "technologies": {"php": {"name": "PHP", "tags": ["php"], "words": ["PHP"]}, "js": {"name": "JS", "tags": ["js"], "words": ["JavaScript"]}},
        "members": [{"name": f"M{number}", "feeds": [url]} for number, url in enumerate(urls)],
    }  # fmt: skip
    (folder / "feeds.yaml").write_text(json.dumps(content))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="without the peer")
    options = parser.parse_args(arguments)
    costs: dict[tuple[str, str], list[Cost]] = {}
    with serving() as address:
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                urls = [f"{address}/feed/{number}.xml" for number in range(options.feeds)]
                configuration(folder, urls)
                (folder / "urls").write_text("\n".join(urls))
                runs = {"planet": [sys.executable, "-m", "planet", "run"]}
                if not options.alone:
                    runs["reader"] = [sys.executable, "-c", READER, str(folder / "reader.db"), str(folder / "urls")]
                for peer, command in runs.items():
                    for when in ("first", "unchanged"):
                        costs.setdefault((peer, when), []).append(measured(command, folder))
    best = {key: min(found, key=lambda cost: cost.cpu) for key, found in costs.items()}
    print(f"{options.feeds} feeds".ljust(22) + "wall s   CPU s   MB")
    for (peer, when), cost in best.items():
        print(f"{peer:8} {when:12} {cost.wall:7.1f} {cost.cpu:7.2f} {cost.memory:6.0f}")
    if not options.alone:
        for when in ("first", "unchanged"):
            ours, theirs = best["planet", when], best["reader", when]
            print(f"{when}: CPU {ours.cpu / theirs.cpu:.2f} x reader's, wall {ours.wall / theirs.wall:.2f} x")


if __name__ == "__main__":
    main()
