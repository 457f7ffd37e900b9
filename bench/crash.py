"""Killed at any statement and any rename: `make crash` (300 rounds), or `python -m bench.crash --rounds 30 --seed 1`.

A planet has run once. Its feeds change in every way a feed can; the second run is killed by SIGKILL at a random point: before a
statement of SQLite, before a durable step of publishing, or after a random time. The next run must leave the same store and the
same site as if nothing had happened. Prints what differs, and how the points were spread.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from planet import config as configuration
from planet import pipeline
from planet.assemble import assemble
from planet.store import Store

FIRST = datetime(2026, 11, 20, 8, tzinfo=UTC)
SECOND = datetime(2026, 11, 23, 8, tzinfo=UTC)
EXIT_WHOLE = 7


def _item(feed: int, number: int, text: str, day: int) -> str:
    return (
        f"<item><title>Billet {feed}.{number}</title><link>https://b{feed}.example/{number}</link>"
        f"<guid>https://b{feed}.example/{number}</guid><pubDate>{datetime(2026, 11, day, 9, tzinfo=UTC):%a, %d %b %Y %H:%M:%S GMT}"
        f"</pubDate><category>{'php' if number % 2 else 'js'}</category><description>{text} {feed}.{number}</description></item>"
    )


def document(feed: int, version: int) -> bytes:
    """A feed before and after: new entries, an edit, one deleted, one feed unchanged.

    None fails: how often a feed was asked, and so how often it failed, is what a kill may change.
    """
    numbers = range(1, 6) if version == 1 else [1, *range(3, 8)]
    items = [
        _item(
            feed, number, "après" if version == 2 and number == 4 and feed % 2 else "avant", number + 10 - (number > 5)
        )
        for number in reversed(numbers)
    ]
    if feed == 3:
        items = [_item(2, number, "avant", number + 10) for number in (1, 3)]  # carries another's posts
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel>'
        f"<title>Blog {feed}</title><link>https://b{feed}.example/</link><description>d</description>{''.join(items)}"
        "</channel></rss>"
    ).encode()


CALENDAR = "\r\n".join(
    ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    + [
        line
        for n in (1, 2)
        for line in ("BEGIN:VEVENT", f"UID:{n}@x", f"DTSTART:2026120{n}T180000Z", f"SUMMARY:Soir {n}", "END:VEVENT")
    ]
    + ["END:VCALENDAR", ""]
).encode()


class _Feeds(ThreadingHTTPServer):
    daemon_threads = True
    version = 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Feeds

    def do_GET(self) -> None:
        name = self.path.strip("/")
        version = self.server.version
        if name == "agenda":
            body = CALENDAR.replace(b"Soir 2", b"Soirs 2") if version == 2 else CALENDAR
        else:
            feed = int(name)
            body = document(feed, 1 if feed == 4 else version)
        self.send_response(200)
        self.send_header("ETag", f'"{name}-{version}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def feeds() -> Iterator[_Feeds]:
    server = _Feeds(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def configure(folder: Path, base: str) -> None:
    content = {
        "planet": {"title": "Essai", "url": "https://planet.example.org/", "page_entries": 4},
        "fetch": {"interval": "0s", "host_pause": "0s", "allow_private": True, "workers": 2},
        "technologies": {"php": {"name": "PHP", "tags": ["php"]}, "js": {"name": "JS", "tags": ["js"]}},
        "groups": [{"name": "Groupe", "technology": "php", "calendars": [f"{base}/agenda"]}],
        "members": [{"name": f"M{n}", "url": f"https://b{n}.example/", "feeds": [f"{base}/{n}"]} for n in range(1, 6)],
    }
    (folder / "feeds.yaml").write_text(json.dumps(content))


def run(folder: Path, now: datetime, point: Callable[[str], None] = lambda _name: None) -> None:
    config = configuration.load(folder / "feeds.yaml")
    with Store(config.site.database, trace=point) as store:
        pipeline.run(assemble(config, store, now, step=point), now)


def in_a_child(work: Callable[[], None]) -> int:
    """The wait status of a forked child that does the work and leaves with EXIT_WHOLE."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(EXIT_WHOLE)
        except BaseException as error:  # noqa: BLE001 - a child must never come back
            print(f"the run raised {error!r}", flush=True)
            os._exit(1)
    return os.waitpid(child, 0)[1]


@dataclass
class State:
    """All that a user could see, without numbers of rows."""

    site: dict[str, bytes]
    store: dict[str, list[tuple]]


_QUERIES = {
    "feeds": "SELECT key, configured, state, next_due, arrived, id, title, link FROM feeds",
    "entries": "SELECT feed, uid, id, atom_id, link, title, raw_hash, content_hash, date, first_seen, published, edited, in_feeds, "
    "missing_since, withdrawn, tombstone, placement, shown, rank, place FROM entries",
    "stories": "SELECT e.feed, e.uid, l.feed, l.uid, s.date, s.rev, s.in_feeds, s.technologies FROM entries e JOIN stories s "
    "ON s.row = e.story JOIN entries l ON l.row = s.lead",
    "events": "SELECT * FROM events",
}


def state(folder: Path) -> State:
    output = folder / "output"
    site = {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}
    connection = sqlite3.connect(folder / "planet.db")
    store = {name: sorted(connection.execute(query), key=repr) for name, query in _QUERIES.items()}
    connection.close()
    return State(site, store)


def differences(expected: State, found: State) -> list[str]:
    told = [f"store: {name}" for name in expected.store if expected.store[name] != found.store[name]]
    paths = expected.site.keys() | found.site.keys()
    return told + [f"site: {path}" for path in sorted(paths) if expected.site.get(path) != found.site.get(path)]


def _killer(at: int) -> Callable[[str], None]:
    """Kills this very process before point number `at`."""
    seen = 0

    def point(_name: str) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return point


def rounds(count: int, seed: int) -> tuple[list[str], Counter[str]]:
    """What differed in `count` rounds, and at which points the kills fell."""
    chance = random.Random(seed)
    faults: list[str] = []
    spread: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name, feeds() as server:
        root = Path(name)
        before = root / "before"
        before.mkdir()
        configure(before, f"http://127.0.0.1:{server.server_address[1]}")
        # Children are forked, so this process must not have threads of the fetcher: it only serves.
        assert in_a_child(lambda: run(before, FIRST)) == EXIT_WHOLE << 8, "the first run failed"
        server.version = 2
        whole = root / "whole"
        shutil.copytree(before, whole)
        points = root / "points"

        def counted() -> None:
            names: list[str] = []
            run(whole, SECOND, names.append)
            points.write_text(json.dumps([name.split()[0] for name in names]))

        assert in_a_child(counted) == EXIT_WHOLE << 8, "the second run failed"
        assert in_a_child(lambda: run(whole, SECOND)) == EXIT_WHOLE << 8
        expected = state(whole)
        names = json.loads(points.read_text())
        for number in range(count):
            folder = root / f"round{number}"
            shutil.copytree(before, folder)
            at = chance.randrange(1, len(names) + 1)
            killed = in_a_child(lambda folder=folder, at=at: run(folder, SECOND, _killer(at)))
            spread[names[at - 1] if os.WIFSIGNALED(killed) else "not reached"] += 1
            if in_a_child(lambda folder=folder: run(folder, SECOND)) != EXIT_WHOLE << 8:
                faults.append(f"round {number}, killed at {at} ({names[at - 1]}): the next run failed")
                continue
            faults += [
                f"round {number}, killed at {at} ({names[at - 1]}): {what}"
                for what in differences(expected, state(folder))
            ]
            shutil.rmtree(folder)
    return faults, spread


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args(arguments)
    faults, spread = rounds(options.rounds, options.seed)
    print(f"seed {options.seed}: {options.rounds} rounds, killed before: {dict(spread.most_common())}")
    for fault in faults:
        print(fault)
    print("nothing differs" if not faults else f"{len(faults)} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
