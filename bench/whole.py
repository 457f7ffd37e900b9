"""Whole runs: N real feeds on loopback, a first run and an unchanged one, beside `reader` on the same server.

    python -m bench.whole [--feeds 100] [--alone]

Each run is a process of its own; CPU is that of the process and its children, memory the most that one of them held.
`reader` stores entries and makes no pages; the planet also sanitises, merges, classifies and renders.
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
reader.update_feeds(workers=16)
"""


@dataclass
class Cost:
    wall: float
    cpu: float
    memory: float


def measured(command: list[str], folder: Path) -> Cost:
    """Wall and CPU seconds and MB of a command and its children, run in a process of its own."""

    def child(queue: multiprocessing.Queue) -> None:
        begun = time.monotonic()
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
        with contextlib.chdir(folder):
            done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
        if done.returncode not in {0, 4}:
            print(done.stdout, done.stderr, file=sys.stderr)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        queue.put((time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))

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
    parser.add_argument("--alone", action="store_true", help="without the peer")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, serving() as address:
        folder = Path(name)
        urls = [f"{address}/feed/{number}.xml" for number in range(options.feeds)]
        configuration(folder, urls)
        (folder / "urls").write_text("\n".join(urls))
        runs = {"planet": [sys.executable, "-m", "planet", "run"]}
        if not options.alone:
            runs["reader"] = [sys.executable, "-c", READER, str(folder / "reader.db"), str(folder / "urls")]
        costs: dict[tuple[str, str], Cost] = {}
        for peer, command in runs.items():
            for when in ("first", "unchanged"):
                costs[peer, when] = measured(command, folder)
        print(f"{options.feeds} feeds".ljust(22) + "wall s   CPU s   MB")
        for (peer, when), cost in costs.items():
            print(f"{peer:8} {when:12} {cost.wall:7.1f} {cost.cpu:7.2f} {cost.memory:6.0f}")
        if not options.alone:
            for when in ("first", "unchanged"):
                ours, theirs = costs["planet", when], costs["reader", when]
                print(f"{when}: CPU {ours.cpu / theirs.cpu:.2f} x reader's, wall {ours.wall / theirs.wall:.2f} x")


if __name__ == "__main__":
    main()
