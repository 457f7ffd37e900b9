"""What the tests of fetching share: the life of one feed, from request to request, with reading made simple."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from planet.fetch.fetcher import Fetcher, Network
from planet.fetch.polling import fetch_update, is_due
from planet.model import Due, Fetched, FetchRules, FetchState, FetchUpdate, Fresh, Message, ReadFacts

T0 = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AGENT = "planet/1.0 (+https://planet.example.org/)"
QUICK = FetchRules(allow_private=True, host_pause=timedelta(0), timeout=timedelta(seconds=300))


def rss(*ids: str) -> bytes:
    """A small feed with one entry for each id."""
    items = "".join(f"<item><guid>{one}</guid></item>" for one in ids)
    return f"<rss version='2.0'><channel><title>Un blog</title>{items}</channel></rss>".encode()


def fetcher(rules: FetchRules = QUICK, **options: Any) -> Fetcher:
    """A fetcher on a network as the options say; the others are those of `Fetcher`."""
    network = {field.name: options.pop(field.name) for field in fields(Network) if field.name in options}
    return Fetcher(rules, AGENT, network=Network(**network), **options)


def ask(asker: Fetcher, *urls: str, now: datetime = T0, **options: object) -> list[Fetched]:
    """Each URL asked once, the outcomes in the order of the URLs."""
    dues = [Due(key=url, url=url) for url in urls]
    found = {outcome.due.key: outcome for outcome in asker.fetch_all(dues, now, backoffs={}, **options)}  # type: ignore[arg-type]
    return [found[url] for url in urls]


def facts(body: bytes, known: set[str]) -> ReadFacts:
    """What a reader would say of a body of `rss`; `<link>` in a page are its candidates."""
    if b"<rss" not in body:
        pages = re.findall(rb'<link href="([^"]+)" type="([^"]+)"', body)
        return ReadFacts(
            ok=False,
            error_class="not-a-feed",
            error=Message.of("a page"),
            candidates=tuple((url.decode(), kind.decode()) for url, kind in pages),
        )
    if b"</rss>" not in body:
        return ReadFacts(ok=False, error_class="truncated", error=Message.of("cut off"))
    ids = {one.decode() for one in re.findall(rb"<guid>(.*?)</guid>", body)}
    return ReadFacts(
        ok=True, entries=len(ids), new_entries=len(ids - known), had_entries=bool(known), shares=bool(ids & known)
    )


@dataclass
class Feed:
    """One feed over many runs: `now` moves on, `state` and `entries` are what the store would keep."""

    url: str
    asker: Fetcher
    now: datetime = T0
    interval: timedelta = HOUR
    jitter: float = 0.5
    state: FetchState = field(default_factory=FetchState)
    entries: set[str] = field(default_factory=set)
    backoffs: dict[str, datetime] = field(default_factory=dict)
    parser_version: str = ""
    read: int = 0
    """How many documents were read."""

    def ask(self, *, after: timedelta = timedelta(0)) -> Fetched:
        """Request now (`after` moves the clock first), whether it is due or not."""
        self.now += after
        return self.keep(*self._fetched())

    def run(self, *, after: timedelta = timedelta(0)) -> Fetched | None:
        """What a run does: ask only if the time has come."""
        self.now += after
        return self.ask() if is_due(self.state, self.now, self.interval, self.url) else None

    def keep(self, fetched: Fetched) -> Fetched:
        """What the store does with an outcome."""
        self.settled(fetched)
        return fetched

    def settled(self, fetched: Fetched, **given: object) -> FetchUpdate:
        known = None
        if isinstance(fetched, Fresh):
            self.read += 1
            known = replace(facts(fetched.body, self.entries), **given)  # type: ignore[arg-type]
        update = fetch_update(
            fetched,
            known,
            now=self.now,
            interval=self.interval,
            jitter=self.jitter,
            parser_version=self.parser_version,
        )
        self.state = update.state
        self.backoffs |= dict(update.backoffs)
        if isinstance(fetched, Fresh) and known is not None and known.ok and update.adopt:
            self.entries |= {one.decode() for one in re.findall(rb"<guid>(.*?)</guid>", fetched.body)}
        return update

    def _fetched(self) -> Sequence[Fetched]:
        due = Due(key=self.url, url=self.url, state=self.state, interval=self.interval)
        outcomes = list(self.asker.fetch_all([due], self.now, backoffs=self.backoffs))
        assert len(outcomes) == 1
        return outcomes

    @property
    def wait(self) -> timedelta:
        """Until it is asked again."""
        assert self.state.next_due is not None
        return self.state.next_due - self.now
