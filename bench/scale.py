"""What a coordinator of very many feeds costs, with answers that are made up: no network, a real database.

    python -m bench.scale [--sizes 1000 10000 100000] [--threads 256]

Each size is a process of its own. One feed in fifty brings an entry, the others say that nothing changed; pages are not made. `longest
wait` is arithmetic: the time until the last of them is asked, by so many threads of workers at 0.2 s a request.
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

from planet import pipeline, reading
from planet.assemble import assemble
from planet.model import (
    Config,
    Due,
    FeedConfig,
    Fetched,
    FetchRules,
    Fresh,
    Outcome,
    Site,
    Source,
    Task,
    Unchanged,
)
from planet.ports import Options
from planet.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
REQUEST = 0.2
FRESH = 50


def document(number: int) -> bytes:
    """A feed of one entry."""
    address = f"https://b{number}.example/{number}"
    words = " ".join(f"mot{number}x{place}" for place in range(60))
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><id>{address}/</id><title>Blog {number}</title><updated>{NOW.isoformat()}</updated>'
        f"<entry><id>{address}</id><title>Billet {number}</title><link href='{address}'/><updated>{NOW.isoformat()}</updated>"
        f"<content>{words}</content></entry></feed>"
    ).encode()


class MadeUp:
    """A fetcher that asks nobody."""

    web = None

    def fetch_all(
        self, due: Sequence[Due], now: datetime, *, backoffs: Mapping[str, datetime], budget: timedelta | None = None
    ) -> Iterator[Fetched]:
        del now, backoffs, budget
        for number, feed in enumerate(due):
            if number % FRESH:
                yield Unchanged(due=feed, url=feed.url, http_status=304)
            else:
                body = document(number)
                yield Fresh(due=feed, url=feed.url, http_status=200, body=body, sha256=sha256(body).hexdigest())

    def close(self) -> None:
        """Nothing is open."""


def measure(size: int) -> None:
    """One size, in this process: CPU and memory of two runs an hour apart."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feeds = [
            FeedConfig(configured=url, url=url, key=url) for url in (f"https://b{n}.example/feed" for n in range(size))
        ]
        config = Config(
            path=folder / "feeds.yaml",
            folder=folder,
            site=Site(title="Échelle", url="https://planet.example.org/", database=folder / "planet.db", output=folder / "output"),
            fetch=FetchRules(interval=timedelta(0)),
            sources=tuple(
                Source(kind="member", name=f"M{number}", slug=f"m{number}", feeds=(feed,)) for number, feed in enumerate(feeds)
            ),
        )  # fmt: skip
        rules = reading.Rules.of(config)

        def execute(tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
            return ((task, reading.read(rules, task)) for task in tasks)

        with contextlib.closing(Store(config.site.database)) as store:
            planet = replace(assemble(config, store, {}, Random(1)), fetcher=MadeUp(), execute=execute)
            figures = []
            for hours in (0, 1):
                before = time.process_time()
                pipeline.run(planet, NOW + timedelta(hours=hours), Options(publish=False, announce=False))
                figures.append((time.process_time() - before) / size * 1000)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        stored = config.site.database.stat().st_size / 1e6
        print(f"{size} {figures[0]:.3f} {figures[1]:.3f} {memory:.0f} {stored:.0f}")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--threads", type=int, default=256, help="Of all workers together.")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        measure(options.one)
        return
    print("   feeds   first run ms/feed   again ms/feed   MB of memory   MB of database   longest wait")
    base = 0.0
    for size in options.sizes:
        done = subprocess.run(
            [sys.executable, "-m", "bench.scale", "--one", str(size)], check=True, capture_output=True, text=True
        )
        _, first, again, memory, stored = done.stdout.split()
        base = base or float(again)
        wait = timedelta(seconds=round(size * REQUEST / options.threads))
        print(
            f"{size:8} {first:>19} {again:>15} {memory:>14} {stored:>16} {wait!s:>14}   {float(again) / base:.2f} x the first line",
            flush=True,
        )


if __name__ == "__main__":
    main()
