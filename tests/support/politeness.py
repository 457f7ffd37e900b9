"""Cron runs against feeds of mixed behaviour, in a simulated time, with every request judged by the server's side."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from planet.fetch.errors import timed_out
from planet.fetch.fetcher import Fetcher, Network
from planet.fetch.polling import fetch_update, is_due
from planet.fetch.response import Deadline
from planet.fetch.transport import Request, Response
from planet.model import Due, Fetched, FetchError, FetchRules, FetchState, Fresh, ReadFacts

START = datetime(2026, 11, 1, tzinfo=UTC)
TICK = timedelta(minutes=5)
INTERVAL = timedelta(hours=1)
OBEYED = timedelta(hours=48)


@dataclass
class Site:
    """One feed's server: what it publishes, how it behaves, and what it remembers of us."""

    number: int
    behave: Callable[[Site, Request, datetime], Response | FetchError]
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
        # Ten feeds of one host, so that origins and their backoffs are tried too.
        return f"site{self.number if self.number % 10 else 0}.example"

    @property
    def url(self) -> str:
        return f"http://{self.host}/{self.number}.xml"

    def body(self) -> bytes:
        items = "".join(f"<guid>{self.number}-{n}</guid>" for n in range(max(0, self.posts - 10), self.posts))
        return f"<rss>{items}</rss>".encode()


def plain(site: Site, request: Request, _now: datetime, **headers: str) -> Response:
    """A server that does it right: validators, 304."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    tag, day = f'"{site.posts}"', f"post {site.posts}"
    if sent(request, "If-None-Match") == tag:
        return Response(status=304, headers=fields)
    return Response(status=200, headers={"etag": tag, "last-modified": day, **fields}, body=site.body())


def sent(request: Request, name: str) -> str:
    return dict(request.fields).get(name, "")


def no_validators(site: Site, _request: Request, _now: datetime) -> Response:
    return Response(status=200, body=site.body())


def restless_etag(site: Site, _request: Request, _now: datetime) -> Response:
    return Response(status=200, headers={"etag": f'"{site.requests}"'}, body=site.body())


def moving_etag(site: Site, request: Request, _now: datetime) -> Response:
    """Each 304 brings a new validator."""
    if sent(request, "If-None-Match") == site.etag and site.etag.startswith(f'"{site.posts}-'):
        return Response(status=304, headers={"etag": f'"{site.posts}-{site.requests}"'})
    return Response(status=200, headers={"etag": f'"{site.posts}-{site.requests}"'}, body=site.body())


def caching(hours: int) -> Callable[[Site, Request, datetime], Response]:
    return lambda site, request, now: plain(site, request, now, cache_control=f"public, max-age={hours * 3600}")


def now_and_then(status: int, every: int, **headers: str) -> Callable[[Site, Request, datetime], Response]:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(site: Site, request: Request, now: datetime) -> Response:
        return Response(status=status, headers=fields) if site.requests % every == 0 else plain(site, request, now)

    return behave


def down_for_days(site: Site, request: Request, now: datetime) -> Response:
    return Response(status=500) if 5 <= (now - START).days < 9 else plain(site, request, now)


def flaky(site: Site, request: Request, now: datetime) -> Response | FetchError:
    return timed_out(site.host, "read") if site.dice.random() < 0.2 else plain(site, request, now)


def gone_for_good(_site: Site, _request: Request, _now: datetime) -> Response:
    return Response(status=410)


def missing(_site: Site, _request: Request, _now: datetime) -> Response:
    return Response(status=404)


def a_page(_site: Site, _request: Request, _now: datetime) -> Response:
    return Response(status=200, headers={"etag": '"page"'}, body=b"<html>")


def redirecting(status: int) -> Callable[[Site, Request, datetime], Response]:
    def behave(site: Site, request: Request, now: datetime) -> Response:
        if request.target.path.endswith("new"):
            return plain(site, request, now)
        return Response(status=status, headers={"location": request.target.path + "?new"})

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

    def __call__(self, request: Request, deadline: Deadline) -> Response | FetchError:
        with self.lock:
            return self._answer(request)

    def close(self) -> None:
        """Nothing to close."""

    def _answer(self, request: Request) -> Response | FetchError:
        site = self.sites[int(request.target.path[1:].partition(".")[0])]
        first = request.target.path.endswith(".xml")
        seen = self.urls.setdefault(request.target.url, Site(site.number, site.behave, site.dice))
        self._judge(seen, request, site.number)
        while self.now >= site.next_post:
            site.posts += 1
            site.next_post = self.now + timedelta(hours=site.dice.expovariate(1 / (24 * (1 + site.number % 9))))
        if first:
            site.requests += 1
        site.etag = seen.etag
        answer = site.behave(site, request, self.now)
        seen.last = self.now
        self._remember(seen, request, answer)
        return answer

    def _judge(self, seen: Site, request: Request, number: int) -> None:
        def fault(what: str) -> None:
            self.faults.append(f"{self.now:%d %H:%M} feed {number} ({request.target.path}): {what}")

        if seen.last is not None and self.now - seen.last < INTERVAL:
            fault(f"asked {self.now - seen.last} after the last time")
        if seen.closed_until is not None and self.now < seen.closed_until:
            fault(f"asked before {seen.closed_until:%d %H:%M}, as it was told")
        held = self.origins.get(request.target.origin)
        if held is not None and self.now < held:
            fault(f"its origin was to be left alone until {held:%d %H:%M}")
        if (sent(request, "If-None-Match"), sent(request, "If-Modified-Since")) != (seen.etag, seen.modified):
            fault(f"validators {request.fields} instead of {(seen.etag, seen.modified)}")
        if seen.gone >= 3:
            fault("asked after its third 410")

    def _remember(self, seen: Site, request: Request, answer: Response | FetchError) -> None:
        if isinstance(answer, FetchError):
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
                self.origins[request.target.origin] = seen.closed_until
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


def simulate(*, feeds: int, days: float, seed: int = 1, force: bool = False) -> World:
    """Every run of `days` days. The store is a dictionary, the network a function, the clock a variable: nothing waits."""
    dice = random.Random(seed)
    sites = [Site(n, BEHAVIOURS[n % len(BEHAVIOURS)], random.Random(seed * 1000 + n)) for n in range(feeds)]
    world = World(sites)
    rules = FetchRules(host_pause=timedelta(0), workers=4)
    asker = Fetcher(rules, "planet/simulated (+https://planet.example.org/)", network=Network(transport=world))
    kept = [Kept() for _ in sites]
    backoffs: dict[str, datetime] = {}
    for tick in range(round(days * 24 * 12)):
        world.now = START + tick * TICK
        due = [
            Due(key=str(site.number), url=site.url, state=kept[site.number].state, interval=INTERVAL)
            for site in sites
            if force or is_due(kept[site.number].state, world.now, INTERVAL, site.url)
        ]
        if not due:
            continue
        outcomes: list[Fetched] = list(asker.fetch_all(due, world.now, backoffs=backoffs))
        assert len(outcomes) == len(due)
        for outcome in outcomes:
            mine = kept[int(outcome.due.key)]
            read = None
            if isinstance(outcome, Fresh):
                read, mine.entries = facts(outcome, mine.entries)
            update = fetch_update(outcome, read, now=world.now, interval=INTERVAL, jitter=dice.random())
            mine.state = update.state
            backoffs |= dict(update.backoffs)
    return world
