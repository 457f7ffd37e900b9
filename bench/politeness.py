"""A month of cron runs against feeds of mixed behaviour, in a simulated time, with every request judged by the server's side.

    python -m bench.politeness                  300 feeds, 30 days, a run every 5 minutes
    python -m bench.politeness --feeds 20 --days 7

Broken promises end it with exit code 1: two requests to one URL closer than the feed's interval, a request inside a Retry-After or
a max-age of 48 hours or less, an unconditional request after validators were given, any but the last seen validator, a request
after the third 410.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from planet.fetch import Fetcher
from planet.fetch.failures import Trouble, late
from planet.fetch.schedule import is_due, settle
from planet.fetch.wire import Ask, Deadline, Reply
from planet.model import Due, Fetched, FetchRules, FetchState, Fresh, ReadFacts

START = datetime(2026, 11, 1, tzinfo=UTC)
TICK = timedelta(minutes=5)
INTERVAL = timedelta(hours=1)
OBEYED = timedelta(hours=48)


@dataclass
class Site:
    """One feed's server: what it publishes, how it behaves, and what it remembers of us."""

    number: int
    behave: Callable[[Site, Ask, datetime], Reply | Trouble]
    dice: random.Random
    posts: int = 1
    next_post: datetime = START
    requests: int = 0
    etag: str = ""
    modified: str = ""
    last: datetime | None = None
    closed_until: datetime | None = None
    gone: int = 0

    @property
    def host(self) -> str:
        # Ten feeds of one host, so that origins and their holds are tried too.
        return f"site{self.number if self.number % 10 else 0}.example"

    @property
    def url(self) -> str:
        return f"http://{self.host}/{self.number}.xml"

    def body(self) -> bytes:
        items = "".join(f"<guid>{self.number}-{n}</guid>" for n in range(max(0, self.posts - 10), self.posts))
        return f"<rss>{items}</rss>".encode()


def plain(site: Site, ask: Ask, _now: datetime, **headers: str) -> Reply:
    """A server that does it right: validators, 304."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    tag, day = f'"{site.posts}"', f"post {site.posts}"
    if sent(ask, "If-None-Match") == tag:
        return Reply(status=304, headers=fields)
    return Reply(status=200, headers={"etag": tag, "last-modified": day, **fields}, body=site.body())


def sent(ask: Ask, name: str) -> str:
    return dict(ask.fields).get(name, "")


def no_validators(site: Site, _ask: Ask, _now: datetime) -> Reply:
    return Reply(status=200, body=site.body())


def restless_etag(site: Site, _ask: Ask, _now: datetime) -> Reply:
    return Reply(status=200, headers={"etag": f'"{site.requests}"'}, body=site.body())


def moving_etag(site: Site, ask: Ask, _now: datetime) -> Reply:
    """Each 304 brings a new validator."""
    if sent(ask, "If-None-Match") == site.etag and site.etag.startswith(f'"{site.posts}-'):
        return Reply(status=304, headers={"etag": f'"{site.posts}-{site.requests}"'})
    return Reply(status=200, headers={"etag": f'"{site.posts}-{site.requests}"'}, body=site.body())


def caching(hours: int) -> Callable[[Site, Ask, datetime], Reply]:
    return lambda site, ask, now: plain(site, ask, now, cache_control=f"public, max-age={hours * 3600}")


def now_and_then(status: int, every: int, **headers: str) -> Callable[[Site, Ask, datetime], Reply]:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(site: Site, ask: Ask, now: datetime) -> Reply:
        return Reply(status=status, headers=fields) if site.requests % every == 0 else plain(site, ask, now)

    return behave


def down_for_days(site: Site, ask: Ask, now: datetime) -> Reply:
    return Reply(status=500) if 5 <= (now - START).days < 9 else plain(site, ask, now)


def flaky(site: Site, ask: Ask, now: datetime) -> Reply | Trouble:
    return late(site.host, "read") if site.dice.random() < 0.2 else plain(site, ask, now)


def gone_for_good(_site: Site, _ask: Ask, _now: datetime) -> Reply:
    return Reply(status=410)


def missing(_site: Site, _ask: Ask, _now: datetime) -> Reply:
    return Reply(status=404)


def a_page(_site: Site, _ask: Ask, _now: datetime) -> Reply:
    return Reply(status=200, headers={"etag": '"page"'}, body=b"<html>")


def redirecting(status: int) -> Callable[[Site, Ask, datetime], Reply]:
    def behave(site: Site, ask: Ask, now: datetime) -> Reply:
        if ask.target.path.endswith("new"):
            return plain(site, ask, now)
        return Reply(status=status, headers={"location": ask.target.path + "?new"})

    return behave


BEHAVIOURS = (
    *(plain, plain, plain, plain, no_validators, restless_etag, moving_etag, caching(2), caching(12), caching(48)),
    *(now_and_then(429, 7, retry_after="7200"), now_and_then(503, 5, retry_after="20000"), now_and_then(500, 4)),
    *(now_and_then(429, 9), down_for_days, flaky, gone_for_good, missing, a_page, redirecting(301), redirecting(302)),
)


@dataclass
class World:
    """Every server, the time, and what was done to it."""

    sites: list[Site]
    now: datetime = START
    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    origins: dict[str, datetime] = field(default_factory=dict)
    urls: dict[str, Site] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, ask: Ask, deadline: Deadline) -> Reply | Trouble:  # noqa: ARG002 - the shape of the seam
        with self.lock:
            return self._answer(ask)

    def close(self) -> None:
        """Nothing to close."""

    def _answer(self, ask: Ask) -> Reply | Trouble:
        site = self.sites[int(ask.target.path[1:].partition(".")[0])]
        first = ask.target.path.endswith(".xml")
        seen = self.urls.setdefault(ask.target.url, Site(site.number, site.behave, site.dice))
        self._judge(seen, ask, site.number)
        while self.now >= site.next_post:
            site.posts += 1
            site.next_post = self.now + timedelta(hours=site.dice.expovariate(1 / (24 * (1 + site.number % 9))))
        if first:
            site.requests += 1
        site.etag = seen.etag
        answer = site.behave(site, ask, self.now)
        seen.last = self.now
        self._remember(seen, ask, answer)
        return answer

    def _judge(self, seen: Site, ask: Ask, number: int) -> None:
        def fault(what: str) -> None:
            self.faults.append(f"{self.now:%d %H:%M} feed {number} ({ask.target.path}): {what}")

        if seen.last is not None and self.now - seen.last < INTERVAL:
            fault(f"asked {self.now - seen.last} after the last time")
        if seen.closed_until is not None and self.now < seen.closed_until:
            fault(f"asked before {seen.closed_until:%d %H:%M}, as it was told")
        held = self.origins.get(ask.target.origin)
        if held is not None and self.now < held:
            fault(f"its origin was to be left alone until {held:%d %H:%M}")
        if (sent(ask, "If-None-Match"), sent(ask, "If-Modified-Since")) != (seen.etag, seen.modified):
            fault(f"validators {ask.fields} instead of {(seen.etag, seen.modified)}")
        if seen.gone >= 3:
            fault("asked after its third 410")

    def _remember(self, seen: Site, ask: Ask, answer: Reply | Trouble) -> None:
        if isinstance(answer, Trouble):
            self.counts["timeout"] += 1
            return
        self.counts[str(answer.status)] += 1
        seen.closed_until = None
        if answer.status == 200:
            seen.etag, seen.modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        elif answer.status == 304:
            seen.etag = answer.headers.get("etag", seen.etag)
            seen.modified = answer.headers.get("last-modified", seen.modified)
        seen.gone += answer.status == 410
        if "retry-after" in answer.headers:
            seen.closed_until = self.now + timedelta(seconds=int(answer.headers["retry-after"]))
            if answer.status == 429:
                self.origins[ask.target.origin] = seen.closed_until
        if "cache-control" in answer.headers:
            age = timedelta(seconds=int(answer.headers["cache-control"].rpartition("=")[2]))
            if age <= OBEYED:
                seen.closed_until = self.now + age


@dataclass
class Kept:
    """What a store would keep of a feed."""

    state: FetchState = field(default_factory=FetchState)
    entries: frozenset[bytes] = frozenset()


def facts(fetched: Fresh, known: frozenset[bytes]) -> tuple[ReadFacts, frozenset[bytes]]:
    if not fetched.body.startswith(b"<rss"):
        return ReadFacts(ok=False, error_class="not-a-feed"), known
    entries = frozenset(fetched.body.split(b"<guid>")[1:])
    return (
        ReadFacts(
            ok=True,
            entries=len(entries),
            new_entries=len(entries - known),
            had_entries=bool(known),
            shares=bool(entries & known),
        ),
        known | entries,
    )


def simulate(*, feeds: int, days: int, seed: int = 1, force: bool = False) -> World:
    """Every run of `days` days. The store is a dictionary, the network a function, the clock a variable: nothing waits."""
    dice = random.Random(seed)
    sites = [Site(n, BEHAVIOURS[n % len(BEHAVIOURS)], random.Random(seed * 1000 + n)) for n in range(feeds)]
    world = World(sites)
    rules = FetchRules(host_pause=timedelta(0), workers=4)
    asker = Fetcher(rules, "planet/simulated (+https://planet.example.org/)", transport=world)
    kept = [Kept() for _ in sites]
    holds: dict[str, datetime] = {}
    for tick in range(days * 24 * 12):
        world.now = START + tick * TICK
        due = [
            Due(key=str(site.number), url=site.url, state=kept[site.number].state, interval=INTERVAL)
            for site in sites
            if force or is_due(kept[site.number].state, world.now, INTERVAL, site.url)
        ]
        if not due:
            continue
        outcomes: list[Fetched] = list(asker.fetch_all(due, world.now, holds=holds))
        assert len(outcomes) == len(due)
        for outcome in outcomes:
            mine = kept[int(outcome.due.key)]
            read = None
            if isinstance(outcome, Fresh):
                read, mine.entries = facts(outcome, mine.entries)
            settlement = settle(outcome, read, now=world.now, interval=INTERVAL, jitter=dice.random())
            mine.state = settlement.state
            holds |= dict(settlement.holds)
    return world


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--feeds", type=int, default=300)
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    world = simulate(feeds=chosen.feeds, days=chosen.days, seed=chosen.seed)
    total = sum(world.counts.values())
    print(f"{chosen.feeds} feeds, {chosen.days} days, a run every 5 minutes: {total} requests")
    print("  " + "  ".join(f"{what}: {count}" for what, count in sorted(world.counts.items())))
    print(
        f"  {total / chosen.feeds / chosen.days:.1f} requests a feed and day, {world.counts['304'] / total:.0%} of them 304"
    )
    for fault in world.faults[:50]:
        print("  FAULT", fault)
    print(f"  {len(world.faults)} broken promises")
    return 1 if world.faults else 0


if __name__ == "__main__":
    sys.exit(main())
