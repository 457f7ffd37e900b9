"""One new entry in a small and in a large store: what a run costs that grows with what is stored, not with what is new.

    python -m bench.growth [--sizes 1000 10000]

Feeds are files of 100 entries each, over ten years; each run is a process of its own, pages, feeds and search included. After them, the
commands that look at the largest store.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.goals import head, line
from bench.whole import Cost, measured

EACH = 100
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WORDS = [
    "soirée",
    "volcan",
    "code",
    "données",
    "requête",
    "atelier",
    "python",
    "rails",
    "conteneur",
    "réseau",
    "test",
    "page",
    "lecteur",
    "membre",
    "groupe",
]


def document(feed: int, count: int) -> str:
    """A feed of so many entries, the newest first; adding one changes none of the others."""
    items = []
    for number in range(count):
        rng = random.Random(f"{feed} {number}")
        when = NOW - timedelta(days=3650 * (EACH - number) / EACH, minutes=feed)
        if number >= EACH:
            when = NOW - timedelta(minutes=5)
        text = "".join(
            "<p>" + " ".join(f"{rng.choice(WORDS)}{rng.randrange(99)}" for _ in range(60)) + "</p>" for _ in range(4)
        )
        items.append(
            f"<entry><id>https://b{feed}.example/{number}</id><title>Billet {feed}-{number} {rng.random()}</title>"
            f'<link href="https://b{feed}.example/{number}"/><published>{when.isoformat()}</published>'
            f"<updated>{when.isoformat()}</updated><content type='html'><![CDATA[{text}]]></content></entry>"
        )
    head = f"<id>https://b{feed}.example/</id><title>Blog {feed}</title><updated>{NOW.isoformat()}</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{"".join(reversed(items))}</feed>'


def configuration(folder: Path, feeds: int) -> None:
    """A feeds.yaml, and its feeds as files."""
    for feed in range(feeds):
        (folder / f"{feed}.atom").write_text(document(feed, EACH))
    content = {
        "planet": {"title": "Croissance", "url": "https://planet.example.org/"},
        "fetch": {"interval": "0s"},
        "technologies": {"python": {"name": "Python", "words": ["python1", "python2"]}},
        "members": [{"name": f"M{feed}", "feeds": [f"{feed}.atom"]} for feed in range(feeds)],
    }
    (folder / "feeds.yaml").write_text(json.dumps(content))


def times(output: Path) -> dict[Path, int]:
    """The files of a site, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}


def one_more(folder: Path, rounds: int) -> tuple[Cost, int]:
    """The cheapest of some runs with one new entry, and the most files that one of them wrote."""
    costs = []
    written = 0
    for number in range(rounds):
        (folder / "0.atom").write_text(document(0, EACH + 1 + number))
        os.sync()
        before = times(folder / "output")
        costs.append(run(folder, 100 + number))
        after = times(folder / "output")
        written = max(written, sum(1 for path, when in after.items() if before.get(path) != when))
    return min(costs, key=lambda cost: cost.cpu), written


def run(folder: Path, minutes: int) -> Cost:
    """`planet run`, so many minutes after the first."""
    moment = (NOW + timedelta(minutes=minutes)).isoformat()
    return measured([sys.executable, "-m", "planet", "run", "--now", moment], folder)


def commands(folder: Path, size: int) -> None:
    """What it costs to look at a store."""
    print(f"commands at {size} entries")
    head()
    for command in ("--help", "entries --limit 20", "explain", "status"):
        arguments = [*command.split(), *(["https://b0.example/1"] if command == "explain" else [])]
        cost = measured([sys.executable, "-m", "planet", *arguments], folder)
        line(f"planet {command}", cost.cpu)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    base = 0.0
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            configuration(folder, size // EACH)
            first = run(folder, 0)
            unchanged = min((run(folder, minute) for minute in range(1, 1 + options.rounds)), key=lambda cost: cost.cpu)
            one, written = one_more(folder, options.rounds)
            base = base or one.cpu
            print(
                f"{size} entries: first run {first.cpu:.2f} s CPU, {first.memory:.0f} MB; unchanged {unchanged.cpu:.2f} s"
            )
            head()
            line("one new entry", one.cpu)
            line("one new entry, times that of the smallest store", one.cpu / base)
            line("files written for one new entry", written)
            line("memory of one new entry", one.memory)
            if size == options.sizes[-1]:
                commands(folder, size)


if __name__ == "__main__":
    main()
