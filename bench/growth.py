"""One new entry in a small and in a large store: what a run costs that grows with what is stored, not with what is new.

    python -m bench.growth [--sizes 1000 10000] [--keep FOLDER]

Fifty feeds that list their last twenty posts. A large store is the smallest one, longer ago: its entries are there once more for each
36 days before, under other addresses, so that it need not be read for minutes first; its site is published as ever. Each run is a
process of its own, pages, feeds and search included. With `--keep` the stores and sites stay in that folder, and are used again by the
next call. After all, the commands that look at the largest store.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.goals import head, line
from bench.whole import Cost, measured

FEEDS = 50
EACH = 20
BEFORE = timedelta(days=36)
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


def document(feed: int, new: int = 0) -> str:
    """The last posts of a feed, the newest first, `new` of them of today."""
    items = []
    for number in range(new, EACH + new):
        rng = random.Random(f"{feed} {number}")
        when = NOW - timedelta(days=30 * (EACH - number) / EACH, minutes=feed)
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
    about = f"<id>https://b{feed}.example/</id><title>Blog {feed}</title><updated>{NOW.isoformat()}</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{about}{"".join(reversed(items))}</feed>'


def configuration(folder: Path) -> None:
    """A feeds.yaml, and its feeds as files. All stories are of one technology, without aliases: each would add three files."""
    for feed in range(FEEDS):
        (folder / f"{feed}.atom").write_text(document(feed))
    content = {
        "planet": {"title": "Croissance", "url": "https://planet.example.org/"},
        "fetch": {"interval": "0s"},
        "technologies": {"volcan": {"name": "Volcans", "words": [f"volcan{number}" for number in range(99)]}},
        "members": [{"name": f"M{feed}", "feeds": [f"{feed}.atom"]} for feed in range(FEEDS)],
    }
    (folder / "feeds.yaml").write_text(json.dumps(content))


def lengthen(database: Path, times: int) -> None:
    """What is stored, `times` times: each copy is one span older, and is nothing that any feed lists."""
    span = BEFORE // timedelta(microseconds=1)
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        (step,) = connection.execute("SELECT max(entry_id) + 1 FROM entries").fetchone()
        changed = {
            "entry_id": "entry_id + :k * :step",
            "story_id": "story_id + :k * :step",
            "primary_id": "primary_id + :k * :step",
            **{name: f"{name} - :k * :span" for name in ("date", "published", "updated", "first_seen")},
            **{name: f"{name} || '-' || :k" for name in ("uid", "id", "atom_id", "link", "link_key", "title", "title_key")},
            **{name: f"{name} || '-' || :k" for name in ("raw_hash", "content_hash", "rev", "key", "tie")},
        }  # fmt: skip
        for table in ("entries", "bodies", "merge_keys", "stories"):
            names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(changed.get(name, name) for name in names)
            for k in range(1, times):
                connection.execute(
                    f"INSERT INTO {table} SELECT {values} FROM {table} "
                    + ("WHERE story_id < :step" if table == "stories" else "WHERE entry_id < :step"),
                    {"k": k, "step": step, "span": span},
                )


def times(output: Path) -> dict[Path, int]:
    """The files of a site, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}


def one_more(folder: Path, rounds: int) -> tuple[Cost, int]:
    """The cheapest of some runs with one new entry, and the most files that one of them wrote."""
    costs = []
    written = 0
    place = folder / "rounds"
    done = int(place.read_text()) if place.exists() else 0
    for number in range(done + 1, done + 1 + rounds):
        (folder / "0.atom").write_text(document(0, number))
        place.write_text(str(number))
        os.sync()
        before = times(folder / "output")
        costs.append(run(folder, 100 + number))
        after = times(folder / "output")
        written = max(written, sum(1 for path, when in after.items() if before.get(path) != when))
    return min(costs, key=lambda cost: cost.cpu), written


def run(folder: Path, minutes: int, *options: str) -> Cost:
    """`planet run`, so many minutes after the first."""
    moment = (NOW + timedelta(minutes=minutes)).isoformat()
    return measured([sys.executable, "-m", "planet", "run", "--now", moment, *options], folder)


def commands(folder: Path, size: int) -> None:
    """What it costs to look at a store."""
    print(f"commands at {size} entries")
    head()
    for command in ("--help", "entries --limit 20", "explain", "status"):
        arguments = [*command.split(), *(["https://b0.example/1"] if command == "explain" else [])]
        cost = measured([sys.executable, "-m", "planet", *arguments], folder)
        line(f"planet {command}", cost.cpu)


@contextlib.contextmanager
def place_of(size: int, keep: Path | None) -> Iterator[Path]:
    """The folder of the planet of one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = keep / str(size) if keep else Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def publication(folder: Path, size: int) -> Cost:
    """A planet with so many stories: what it costs to publish all of it."""
    configuration(folder)
    run(folder, 0, "--no-publish")
    lengthen(folder / "planet.db", size // (FEEDS * EACH))
    return run(folder, 1)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args(arguments)
    base = 0.0
    for size in options.sizes:
        with place_of(size, options.keep) as folder:
            if not (folder / "feeds.yaml").exists():
                whole = publication(folder, size)
                print(f"{size} entries: {whole.cpu:.1f} s CPU for the whole site, {whole.memory:.0f} MB")
            unchanged = min((run(folder, minute) for minute in range(2, 2 + options.rounds)), key=lambda cost: cost.cpu)
            one, written = one_more(folder, options.rounds)
            base = base or one.cpu
            files = sum(1 for path in (folder / "output").rglob("*") if path.is_file())
            print(f"{size} entries, {files} files: unchanged {unchanged.cpu:.2f} s CPU, {unchanged.memory:.0f} MB")
            head()
            line("one new entry", one.cpu)
            line("one new entry, times that of the smallest store", one.cpu / base)
            line("files written for one new entry", written)
            line("memory of one new entry", one.memory)
            if size == options.sizes[-1]:
                commands(folder, size)


if __name__ == "__main__":
    main()
