"""One new entry in a small and in a large store: what a run costs that grows with what is stored, not with what is new.

    python -m bench.growth [--sizes 1000 10000]

Feeds are files of 100 entries each, over ten years; each run is a process of its own, pages, feeds and search included.
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

from bench.whole import measured

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


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    base = 0.0
    print("entries   first run   unchanged   one new entry (CPU s)")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            feeds = size // EACH
            for feed in range(feeds):
                (folder / f"{feed}.atom").write_text(document(feed, EACH))
            content = {
                "planet": {"title": "Croissance", "url": "https://planet.example.org/"},
                "fetch": {"interval": "0s"},
                "technologies": {"python": {"name": "Python", "words": ["python1", "python2"]}},
                "members": [{"name": f"M{feed}", "feeds": [f"{feed}.atom"]} for feed in range(feeds)],
            }
            (folder / "feeds.yaml").write_text(json.dumps(content))
            run = [sys.executable, "-m", "planet", "run", "--now"]

            def at(minutes: int, folder: Path = folder, run: list[str] = run) -> float:
                moment = (NOW + timedelta(minutes=minutes)).isoformat()
                return measured([*run, moment], folder).cpu

            first = at(0)
            unchanged = min(at(minute) for minute in range(1, 1 + options.rounds))
            one = []
            for number in range(options.rounds):
                (folder / "0.atom").write_text(document(0, EACH + 1 + number))
                os.sync()
                one.append(at(100 + number))
            base = base or min(one)
            print(
                f"{size:7} {first:11.2f} {unchanged:11.2f} {min(one):11.2f}   {min(one) / base:.2f} x the first line",
                flush=True,
            )


if __name__ == "__main__":
    main()
