"""What merging and classifying cost: `python -m bench.stories [--stored N]`.

Beside reading the same documents (parse, normalise, sanitise), as ratios; then one new entry, a copy of a stored one, in a store of
N entries (20,000; 100,000 takes a few minutes to fill), and the number of stored entries that it is compared with.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.corpus import documents
from planet.classify import Classifier
from planet.config import load
from planet.merge import stories
from planet.merge.stories import group, merge_keys
from planet.model import (
    Changes,
    Classification,
    Classified,
    Entry,
    FetchState,
    FetchUpdate,
    Insert,
    MergeEntry,
    Read,
    Unreadable,
)
from planet.normalise import normalise
from planet.parse.reader import parse
from planet.sanitise import sanitise
from planet.store import Application, Store
from planet.text import digest, fold
from planet.urls import canonical_key
from tests.support.safe import safe

HERE = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def read(number: int, body: bytes) -> list[tuple[str, Entry]]:
    url = f"https://feed{number}.example/feed"
    raw = parse(body, content_type="", url=url, max_entries=500, timezone="UTC")
    if isinstance(raw, Unreadable):
        return []
    made = normalise(raw, feed=url, url=url, known={}, sanitise=sanitise, now=NOW)
    return [(url, entry) for entry in made.entries if isinstance(entry, Entry)]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result


def beside_reading() -> None:
    bodies = documents()
    reading, entries = timed(lambda: [entry for number, body in enumerate(bodies) for entry in read(number, body)])
    config = load(HERE / "feeds.yaml")
    classifier, feed = Classifier(config), config.sources[0].feeds[0].key
    copies = [
        MergeEntry.of(entry, entry_id=entry_id, feed=key, date=entry.published or NOW)
        for entry_id, (key, entry) in enumerate(entries)
    ]
    placing, _ = timed(lambda: [classifier.classify(entry, feed) for _, entry in entries])
    keys, _ = timed(lambda: [merge_keys(copy, copy.date) for copy in copies])
    grouping, told = timed(lambda: group(copies))
    print(f"{len(entries)} entries of {len(bodies)} documents, {len(told)} stories; CPU, and its share of reading")
    for name, spent in (("reading", reading), ("placing", placing), ("merge keys", keys), ("grouping", grouping)):
        print(f"  {name:10} {1000 * spent / max(1, len(entries)):7.3f} ms an entry  {100 * spent / reading:6.1f} %")


def synthetic(count: int) -> list[Entry]:
    """Entries with words of their own, on a few hundred blogs over ten years."""
    rng = random.Random(7)
    stems = [
        a + b
        for a in ("ba", "co", "di", "fu", "gre", "lo", "mi", "no", "pra", "su")
        for b in ("lan", "ter", "vou", "cel", "din", "mar")
    ]
    words = [one + other for one in stems for other in ("", "s", "e", "age", "ier", "tion")]
    made = []
    for number in range(count):
        link = f"https://blog{number % 300}.example/{number}"
        title = "Bilan 2025" if number % 50 == 0 else " ".join(rng.choices(words, k=6))
        text = " ".join(rng.choices(words, k=180))
        made.append(
            Entry(
                uid=link, id=link, position=0, link=link, link_key=canonical_key(link), title_key=fold(title), text_key=digest(title, text),
                raw_hash=str(number), content_hash=str(number), title=title, html=safe(f"<p>{text}</p>"), text=text, summary="",
                published=NOW - timedelta(hours=number % 87_600), words=180,
            )
        )  # fmt: skip
    return made


def apply(store: Store, feed: str, entries: list[Entry]) -> None:
    def place(entry: Entry, date: datetime) -> Classified:
        classification = Classification(sources=(("ada", feed),), technologies=())
        return Classified(classification=classification, keys=merge_keys(entry, date))

    inserts = tuple(
        Insert(entry=entry, date=entry.published or NOW, date_reason="published", first_seen=NOW) for entry in entries
    )
    store.apply(
        Application(
            feed=feed,
            configured=feed,
            update=FetchUpdate(state=FetchState()),
            changes=Changes(inserts=inserts),
            read=Read(entries=tuple(entries)),
            now=NOW,
            place=place,
            host="planet.example",
        )
    )


class _Counting:
    """The rules of merging, which count the entries that are looked at together."""

    group = staticmethod(stories.group)
    most = 0

    def find_links(self, entries, *arguments):
        self.most = max(self.most, len(entries))
        return stories.find_links(entries, *arguments)


def one_more(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "planet.db")
        entries = synthetic(count)
        by_blog: dict[str, list[Entry]] = {}
        for entry in entries:
            by_blog.setdefault(entry.link.rpartition("/")[0], []).append(entry)
        for blog, listed in by_blog.items():
            apply(store, f"{blog}/feed", listed)
        filling, _ = timed(lambda: store.regroup(stories))
        print(f"\n{count} stored entries; stories of all of them: {1000 * filling / count:.3f} ms an entry")
        spent, compared = [], []
        for number in range(20):
            copied = replace(
                entries[number * (count // 20)], uid=f"copy{number}", id=f"tag:copy,{number}", raw_hash="copy"
            )
            apply(store, "https://relay.example/feed", [copied])
            counting = _Counting()
            begin = time.perf_counter()
            store.regroup(counting)
            spent.append(time.perf_counter() - begin)
            compared.append(counting.most)
        spent.sort()
        print(f"  one new entry: median {1000 * spent[10]:.1f} ms, slowest {1000 * spent[-1]:.1f} ms")
        print(f"  compared with at most {max(compared) - 1} stored entries")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", type=int, default=20_000)
    beside_reading()
    one_more(parser.parse_args().stored)
