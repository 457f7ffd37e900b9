"""Rounds of killing a planet at any statement, any rename, any moment.

A planet has run once. Its feeds change in every way a feed can; the second run is killed: before a statement of SQLite, before a
durable step of publishing (each kind of them as often as the others), or after a random time. What it leaves must be a site that a
reader can read: every file parses, every link leads somewhere. The next run must leave the same store and the same site as if nothing
had happened.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from planet import config as configuration
from planet import pipeline
from planet.assemble import assemble
from planet.ports import Options
from planet.store import Store
from tests.support import outputs

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

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed says nothing more: nothing to tell."""


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
        pipeline.run(assemble(config, store, {}, random.Random(0), step=point), now)


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


_KEY = "e.feed, e.uid"
_QUERIES = {
    "feeds": "SELECT key, configured, state, next_due, arrived, id, title, link, language FROM feeds",
    "entries": f"SELECT {_KEY}, id, atom_id, link, link_key, title, title_key, text_key, raw_hash, content_hash, date, date_reason, "
    "first_seen, published, updated, edited, in_feeds, changes, missing_since, withdrawn, tombstone, position, classification, shown, "
    "priority, source_position, dirty FROM entries e",
    "bodies": f"SELECT {_KEY}, b.html, b.text, b.summary, b.details FROM bodies b JOIN entries e USING (entry_id)",
    "merge keys": f"SELECT {_KEY}, k.key FROM merge_keys k JOIN entries e USING (entry_id)",
    "stories": f"SELECT {_KEY}, l.feed, l.uid, s.date, s.tie, s.rev, s.in_feeds, s.technologies, s.sources, s.updated FROM entries e "
    "JOIN stories s ON s.story_id = e.story_id JOIN entries l ON l.entry_id = s.primary_id",
    "stories without entries": "SELECT story_id FROM stories WHERE story_id NOT IN (SELECT story_id FROM entries WHERE story_id IS NOT NULL)",
    "bodies without entries": "SELECT entry_id FROM bodies WHERE entry_id NOT IN (SELECT entry_id FROM entries)",
    "events": "SELECT * FROM events",
    "origins": "SELECT * FROM origins",
    # What the planet remembers of the files as it left them (places, times of files) is each folder's own.
    "meta": "SELECT * FROM meta WHERE name != 'published'",
}


def state(folder: Path) -> State:
    output = folder / "output"
    site = {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}
    site.pop(".planet/manifest.json", None)  # nobody's reading: its digests are made of numbers of rows, too
    with closing(sqlite3.connect(folder / "planet.db")) as connection:
        store = {name: sorted(connection.execute(query), key=repr) for name, query in _QUERIES.items()}
    # How often a feed answered that nothing is new counts the runs, of which a killed one is one more.
    store["feeds"] = [
        (key, configured, re.sub(r'"unchanged_count":\d+,?', "", state), *rest)
        for key, configured, state, *rest in store["feeds"]
    ]
    return State(site, store)


def left_behind(folder: Path) -> list[str]:
    """What is wrong with what a killed run leaves: a reader comes by now."""
    with closing(sqlite3.connect(folder / "planet.db")) as connection:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    return ([] if found == "ok" else [f"the database: {found}"]) + outputs.whole(folder / "output", strict=False)


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


def _timed(folder: Path, seconds: float) -> None:
    """A run that the system ends after a while, wherever it is: nothing of Python is asked."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    run(folder, SECOND)


@dataclass
class Bench:
    """A planet before its second run, and what that run leaves when nobody kills it: `names` are its points, in order."""

    root: Path
    expected: State
    names: list[str]
    seconds: float

    def round(self, number: int, chance: random.Random) -> tuple[str, list[str]]:
        """Where a run was killed, and what came of it that should not."""
        folder = self.root / f"round{number}"
        shutil.copytree(self.root / "before", folder)
        kind = chance.choice([*sorted(set(self.names)), *["time"] * (len(set(self.names)) // 3)])
        if kind == "time":
            after = chance.uniform(0, self.seconds)
            where = f"after {after:.3f} s"
            killed = in_a_child(lambda: _timed(folder, after))
        else:
            at = chance.choice([place for place, name in enumerate(self.names, 1) if name == kind])
            where = f"before {kind} (point {at})"
            killed = in_a_child(lambda: run(folder, SECOND, _killer(at)))
        if not os.WIFSIGNALED(killed):
            kind = f"{kind}, over before"
        faults = [f"left behind: {what}" for what in left_behind(folder)]
        if in_a_child(lambda: run(folder, SECOND)) != EXIT_WHOLE << 8:
            faults.append("the next run failed")
        else:
            faults += differences(self.expected, state(folder))
        shutil.rmtree(folder)
        return kind, [f"round {number}, killed {where}: {fault}" for fault in faults]


@contextmanager
def prepared() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as name, feeds() as server:
        root = Path(name)
        before = root / "before"
        before.mkdir()
        configure(before, f"http://127.0.0.1:{server.server_address[1]}")
        # Children are forked, so this process must not have threads of the fetcher: it only serves, and imports.
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
        warm = root / "warm"
        shutil.copytree(before, warm)
        with Store(warm / "planet.db") as store:
            pipeline.run(
                assemble(configuration.load(warm / "feeds.yaml"), store, {}, random.Random(0)),
                SECOND,
                Options(fetch=False),
            )
        timed = root / "timed"
        shutil.copytree(before, timed)
        began = time.monotonic()
        assert in_a_child(lambda: run(timed, SECOND)) == EXIT_WHOLE << 8
        yield Bench(root, state(whole), json.loads(points.read_text()), time.monotonic() - began)


def rounds(count: int, seed: int) -> tuple[list[str], Counter[str]]:
    """What differed in `count` rounds, and at which points the kills fell."""
    chance = random.Random(seed)
    faults: list[str] = []
    spread: Counter[str] = Counter()
    with prepared() as bench:
        for number in range(count):
            kind, found = bench.round(number, chance)
            spread[kind] += 1
            faults += found
    return faults, spread
