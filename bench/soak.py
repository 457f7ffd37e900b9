"""A year of cron runs over feeds of mixed health, in a simulated time: `make soak`, or `python -m bench.soak --feeds 100 --runs 400`.

Everything is real but the servers (a function), the clock (a variable) and the search index (left out). At the end every post that a
server ever showed must be a story, once; the memory must be flat; the database must have grown with the posts and with nothing else.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from planet import config as configuration
from planet import pipeline
from planet.assemble import OutputFolder, user_agent
from planet.cli.environment import planet_of
from planet.fetch.errors import timed_out
from planet.fetch.fetcher import Fetcher, Network
from planet.fetch.response import Deadline
from planet.fetch.transport import Request, Response
from planet.model import Bundle, Config, Edition, FetchError, Piece, Published
from planet.parse import PARSER_VERSION
from planet.store import Store
from tests.support import outputs

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
SHOWN = 10
"""Posts that a feed shows."""
WORDS = [
    first + second
    for first in ["ba", "be", "bi", "bo", "da", "de", "di", "do", "ka", "ke", "ki", "ko", "la", "le", "li", "lo"]
    for second in ["r", "n", "s", "t", "rin", "sol", "tam"]
]


@dataclass
class Site:
    """One feed's server: its posts (moment, title, text), and how it behaves."""

    number: int
    behave: Callable[[Site, datetime, random.Random], int]
    dice: random.Random
    posts: list[tuple[datetime, str, str]] = field(default_factory=list)
    next_post: datetime = START
    shown: set[str] = field(default_factory=set)
    version: int = 0

    def live(self, now: datetime) -> None:
        """Write what was written until now; edit a post now and then."""
        while self.next_post <= now:
            text = " ".join(self.dice.choices(WORDS, k=80))
            self.posts.append((self.next_post, f"{self.number}-{len(self.posts)} {text[:40].strip()}", text))
            self.next_post += timedelta(days=self.dice.expovariate(1 / (4 + self.number % 25)))
            self.version += 1
        if self.posts and self.dice.random() < 0.002:
            moment, title, text = self.posts[-1]
            self.posts[-1] = (moment, title, f"{text} corrigé")
            self.version += 1

    def body(self) -> bytes:
        items = []
        for place in range(len(self.posts) - 1, max(-1, len(self.posts) - 1 - SHOWN), -1):
            moment, title, text = self.posts[place]
            self.shown.add(title)
            link = f"https://site{self.number}.example/{place}"
            items.append(
                f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
                f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S GMT}</pubDate><description>{text}</description></item>"
            )
        head = f"<title>Blog {self.number}</title><link>https://site{self.number}.example/</link><description>d</description>"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def _well(_site: Site, _now: datetime, _dice: random.Random) -> int:
    return 200


def _flaky(_site: Site, _now: datetime, dice: random.Random) -> int:
    return dice.choice([200, 200, 500, 0])


def _away(site: Site, now: datetime, _dice: random.Random) -> int:
    return 503 if (now - START).days % 60 in range(site.number % 20, site.number % 20 + 6) else 200


def _gone(_site: Site, now: datetime, _dice: random.Random) -> int:
    return 410 if now - START > YEAR / 2 else 200


def _missing(_site: Site, _now: datetime, _dice: random.Random) -> int:
    return 404


def _page(_site: Site, now: datetime, _dice: random.Random) -> int:
    return -1 if (now - START).days % 90 < 5 else 200


BEHAVIOURS = (_well, _well, _well, _well, _well, _flaky, _away, _gone, _missing, _page)


@dataclass
class Web:
    """Every server, and the time."""

    sites: list[Site]
    now: datetime = START
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request, deadline: Deadline) -> Response | FetchError:  # noqa: ARG002 - the shape of the seam
        with self.lock:
            site = self.sites[int(request.target.host.removeprefix("site").partition(".")[0])]
            site.live(self.now)
            status = site.behave(site, self.now, site.dice)
            tag = f'"{site.version}"'
            if status == 200 and dict(request.fields).get("If-None-Match") == tag:
                status = 304
            self.counts[str(status)] += 1
            match status:
                case 0:
                    return timed_out(request.target.host, "read")
                case -1:
                    return Response(
                        status=200, headers={"content-type": "text/html"}, body=b"<html><p>Maintenance</p></html>"
                    )
                case 200:
                    return Response(status=200, headers={"etag": tag}, body=site.body())
                case _:
                    return Response(status=status, headers={"etag": tag} if status == 304 else {})

    def close(self) -> None:
        """Nothing to close."""


def configure(folder: Path, feeds: int) -> Config:
    content = {
        "planet": {"title": "Une année", "url": "https://planet.example.org/"},
        "fetch": {"interval": "60m", "host_pause": "0s", "workers": 4},
        "technologies": {"bar": {"name": "Bar", "words": [WORDS[0]]}},
        "members": [{"name": f"M{n}", "feeds": [f"https://site{n}.example/feed.xml"]} for n in range(feeds)],
    }
    (folder / "feeds.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return configuration.load(folder / "feeds.yaml")


def resident() -> int:
    """Bytes of memory that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Sample:
    """How things stand after some runs: bytes of memory, of the database, stories, seconds of the runs since the last sample."""

    run: int
    memory: int
    database: int
    stories: int
    seconds: float


class WithoutSearch(OutputFolder):
    """The site without its search index, which would take most of the time."""

    def publish(self, pieces: Iterable[Piece], edition: Edition, *, force: bool) -> Published:
        """Publish the files one by one."""
        return super().publish((piece for piece in pieces if not isinstance(piece, Bundle)), edition, force=force)


def soak(feeds: int, runs: int, seed: int) -> tuple[list[Sample], list[str], Counter[str]]:
    """The samples, what was lost, doubled or broken, and what the servers answered."""
    sites = [Site(n, BEHAVIOURS[n % len(BEHAVIOURS)], random.Random(seed * 1000 + n)) for n in range(feeds)]
    web = Web(sites)
    samples: list[Sample] = []
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        config = configure(Path(name), feeds)
        asker = Fetcher(
            config.fetch,
            user_agent(config),
            config.folder,
            parser_version=PARSER_VERSION,
            network=Network(transport=web),
        )
        began = time.monotonic()
        for run in range(1, runs + 1):
            web.now = START + YEAR * run / runs
            with Store(config.site.database) as store:
                planet = replace(planet_of(config, store), fetcher=asker, publisher=WithoutSearch(config))
                pipeline.run(planet, web.now)
                if run % max(1, runs // 8) == 0:
                    size = sum(path.stat().st_size for path in Path(name).glob("planet.db*"))
                    stories = len(store.index())
                    samples.append(Sample(run, resident(), size, stories, time.monotonic() - began))
                    began = time.monotonic()
        with Store(config.site.database) as store:
            titles = Counter(entry.entry.title for entry in store.stored_entries())
            stories = len(store.index())
        shown = set().union(*(site.shown for site in sites))
        faults += [f"lost: {title}" for title in sorted(shown - titles.keys())]
        faults += [f"doubled: {title}" for title, count in titles.items() if count > 1]
        faults += [f"{stories} stories of {len(shown)} posts"] if stories != len(shown) else []
        faults += [f"site: {what}" for what in outputs.whole(config.site.output, strict=False) if "search" not in what]
    return samples, faults, web.counts


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    samples, faults, counts = soak(options.feeds, options.runs, options.seed)
    print(f"{options.feeds} feeds, {options.runs} runs over a year; answers: {dict(counts.most_common())}")
    print(f"{'run':>6} {'memory':>9} {'database':>9} {'stories':>8} {'kB/story':>9} {'s/run':>6}")
    step = samples[0].run if samples else 1
    for one in samples:
        print(
            f"{one.run:6} {one.memory / 1e6:6.0f} MB {one.database / 1e6:6.1f} MB {one.stories:8} "
            f"{one.database / 1e3 / max(1, one.stories):9.2f} {one.seconds / step:6.2f}"
        )
    half = samples[len(samples) // 2 - 1]
    print(f"memory, end beside half: {samples[-1].memory / half.memory:.2f}")
    grown = (samples[-1].database - half.database) / max(1, samples[-1].stories - half.stories)
    print(
        f"database, bytes for a new story in the second half beside those in the first: {grown / (half.database / max(1, half.stories)):.2f}"
    )
    for fault in faults[:20]:
        print(fault)
    print(f"{len(faults)} lost, doubled or broken")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
