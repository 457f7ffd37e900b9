"""What an entry costs from bytes to a stored value: parse, normalise with the sanitiser, and finding its language; against feedparser.

python -m bench.reading [--feeds FOLDER]
"""

from __future__ import annotations

import argparse
import io
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from bench.parsing import documents
from planet.model import Entry, RawFeed, Read
from planet.normalise import normalise
from planet.normalise.languages import language_in
from planet.parse.reader import parse
from planet.sanitise import sanitise

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
URL = "https://feed.example/feed.xml"


def cpu(work: Callable[[], object], rounds: int = 3) -> float:
    """CPU seconds of the best of some rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def read(raw: RawFeed) -> Read:
    return normalise(raw, feed="f", url=URL, known={}, sanitise=sanitise, now=NOW)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=Path, help="a folder of feeds; without it, generated ones")
    label, bodies = documents(parser.parse_args().feeds)
    warnings.simplefilter("ignore")
    raws = [
        raw for body in bodies if isinstance(raw := parse(body, content_type="", url=URL, max_entries=500), RawFeed)
    ]
    entries = [entry for raw in raws for entry in read(raw).entries if isinstance(entry, Entry)]
    floor = cpu(lambda: [feedparser.parse(io.BytesIO(body)) for body in bodies], 1)
    parsed = cpu(lambda: [parse(body, content_type="", url=URL, max_entries=500) for body in bodies])
    normalised = cpu(lambda: [read(raw) for raw in raws])
    language = cpu(lambda: [language_in(entry.title, entry.text) for entry in entries])
    print(f"{len(bodies)} documents ({label}), {len(entries)} entries; CPU, best of three")
    for name, seconds in (
        ("parse", parsed),
        ("normalise and sanitise", normalised),
        ("both", parsed + normalised),
        ("language of every entry", language),
        ("feedparser, which stores nothing", floor),
    ):
        print(f"{name:34} {1000 * seconds / len(entries):6.2f} ms an entry   {seconds / floor:5.2f} x feedparser")


if __name__ == "__main__":
    main()
