"""Whole runs: N different feeds on loopback, beside `reader` and beside a floor on the same server.

    python -m bench.whole [--feeds 300] [--rounds 1] [--alone] [--many]

Each run is a process of its own. CPU is that of the process and of all that descend from it, the processes that read documents
included; memory the most that all of them held at one moment (pages that several share are counted once). Of several rounds the
cheapest counts: what other programs take is no cost of ours.

The floor asks, parses, sanitises and stores every entry, and does nothing else; `reader` stores entries and makes no pages. The planet
also merges, classifies, renders and makes a search index. An unchanged run asks every feed again, of all three (`reader` by itself
would not ask before an hour is over). `--many` asks small feeds instead, as many and ten times as many: what one of them costs.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib.util
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import serving
from bench.goals import head, line

READER = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for line in open(sys.argv[2]):
    reader.add_feed(line.strip(), exist_ok=True)
reader.update_feeds(workers=16, scheduled=False)
"""
FLOOR = """
import gzip, http.client, json, sqlite3, sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
import nh3
from lxml import etree
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("CREATE TABLE IF NOT EXISTS feeds (url PRIMARY KEY, etag)")
database.execute("CREATE TABLE IF NOT EXISTS entries (url, id, title, html, PRIMARY KEY (url, id))")
known = dict(database.execute("SELECT url, etag FROM feeds"))
urls = open(sys.argv[2]).read().split()
BODIES = {"encoded", "content", "description", "summary"}
def ask(url):
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", urlsplit(url).path, headers={"If-None-Match": known.get(url, ""), "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return url, answer.status, answer.headers["ETag"], body
with ThreadPoolExecutor(16) as pool:
    for url, status, etag, body in pool.map(ask, urls):
        if status != 200:
            continue
        root = etree.fromstring(gzip.decompress(body), etree.XMLParser(recover=True, huge_tree=True))
        rows = []
        for number, entry in enumerate(() if root is None else root.iter("{*}item", "{*}entry")):
            fields = {etree.QName(child).localname: "".join(child.itertext()) for child in entry if isinstance(child.tag, str)}
            html = max((fields.get(name, "") for name in BODIES), key=len)
            identifier = fields.get("guid") or fields.get("id") or fields.get("link") or str(number)
            rows.append((url, identifier, fields.get("title", ""), nh3.clean(html)))
        database.execute("BEGIN")
        database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", rows)
        database.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?)", (url, etag))
        database.execute("COMMIT")
"""
SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of <linux/prctl.h>: what a run leaves behind becomes our child, so that its CPU is counted."""


@dataclass
class Cost:
    wall: float
    cpu: float
    memory: float


def memory(root: int) -> float:
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
    """Wall and CPU seconds and MB of a command and all its descendants, run in a process of its own."""

    def child(queue: multiprocessing.Queue) -> None:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(SUBREAPER, 1)
        begun = time.monotonic()
        # As it is installed: what is compiled once stays compiled.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        most = 0.0
        with contextlib.chdir(folder), (folder / "said").open("w+") as said:
            process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
            while process.poll() is None:
                most = max(most, memory(process.pid))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
            wall = time.monotonic() - begun
            if process.returncode not in {0, 4}:
                said.seek(0)
                print(f"{command} failed, its figure is none:", said.read(), file=sys.stderr)
        with contextlib.suppress(ChildProcessError):
            while True:  # until all that the run left behind have ended
                os.wait()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        queue.put((wall, used.ru_utime + used.ru_stime, most))

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    result = Cost(*queue.get())
    process.join()
    return result


def configuration(folder: Path, urls: list[str], interval: str = "0s") -> None:
    """A feeds.yaml with one member for each feed."""
    content = {
        "planet": {"title": "Mesure", "url": "https://planet.example.org/"},
        "fetch": {"interval": interval, "host_pause": "0s", "per_host": 64, "workers": 32, "allow_private": True},
        "technologies": {"php": {"name": "PHP", "tags": ["php"], "words": ["PHP"]}, "js": {"name": "JS", "tags": ["js"], "words": ["JavaScript"]}},
        "members": [{"name": f"M{number}", "feeds": [url]} for number, url in enumerate(urls)],
    }  # fmt: skip
    (folder / "feeds.yaml").write_text(json.dumps(content))


PLANET = [sys.executable, "-m", "planet", "run"]


def round_of(feeds: int, address: str, *, alone: bool) -> dict[tuple[str, str], Cost]:
    """(who, which run) -> its cost."""
    costs: dict[tuple[str, str], Cost] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        urls = [f"{address}/feed/{number}.xml" for number in range(feeds)]
        configuration(folder, urls)
        (folder / "urls").write_text("\n".join(urls))
        runs = {
            "planet": PLANET,
            "floor": [sys.executable, "-c", FLOOR, str(folder / "floor.db"), str(folder / "urls")],
        }
        if not alone:
            runs["reader"] = [sys.executable, "-c", READER, str(folder / "reader.db"), str(folder / "urls")]
        for peer, command in runs.items():
            for when in ("first", "unchanged"):
                costs[peer, when] = measured(command, folder)
        configuration(folder, urls, "24h")
        measured(PLANET, folder)
        costs["planet", "nothing due"] = measured(PLANET, folder)
    return costs


def report(best: Mapping[tuple[str, str], Cost], *, alone: bool) -> None:
    """The runs, and the goals beside them."""
    for (peer, when), cost in best.items():
        print(f"{peer:8} {when:12} {cost.wall:7.1f} s wall {cost.cpu:7.2f} s CPU {cost.memory:6.0f} MB")
    head()
    line("first run, times the floor", best["planet", "first"].cpu / best["floor", "first"].cpu)
    if not alone:
        line("first run, times reader", best["planet", "first"].cpu / best["reader", "first"].cpu)
    line("unchanged run, times the floor", best["planet", "unchanged"].cpu / best["floor", "unchanged"].cpu)
    line("nothing due", best["planet", "nothing due"].cpu)
    line("memory of a first run", best["planet", "first"].memory)


def many(feeds: int) -> None:
    """Small feeds, and ten times as many of them."""
    each = {}
    for count in (feeds, 10 * feeds):
        with tempfile.TemporaryDirectory() as name, serving((0, 0), small=True) as address:
            folder = Path(name)
            configuration(folder, [f"{address}/feed/{number}.xml" for number in range(count)])
            cost = measured([*PLANET, "--no-publish"], folder)
        each[count] = cost.cpu / count
        print(f"{count} small feeds: {cost.cpu:.1f} s CPU, {1000 * each[count]:.1f} ms a feed, {cost.memory:.0f} MB")
    head()
    line("10,000 feeds, each times one of 1,000", each[10 * feeds] / each[feeds])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--many", action="store_true", help="small feeds, and ten times as many")
    options = parser.parse_args(arguments)
    if not options.alone and importlib.util.find_spec("reader") is None:
        print("reader is not installed: the planet is measured beside the floor alone (pip install reader)")
        options.alone = True
    if options.many:
        many(options.feeds)
        return
    best: dict[tuple[str, str], Cost] = {}
    with serving() as address:
        for _ in range(options.rounds):
            for key, cost in round_of(options.feeds, address, alone=options.alone).items():
                best[key] = min(best.get(key, cost), cost, key=lambda known: known.cpu)
    print(f"{options.feeds} different feeds")
    report(best, alone=options.alone)


if __name__ == "__main__":
    main()
