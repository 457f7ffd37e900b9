"""Ask what is due: many feeds at once, each outcome as it comes."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from planet.fetch.addresses import Guard, Resolver, system_resolver
from planet.fetch.failures import Trouble, late, of_exception
from planet.fetch.flight import Flight, Rules, one_off, without_credentials
from planet.fetch.hints import retry_after
from planet.fetch.local import read_file
from planet.fetch.request import BadUrlError, standing_fields, target
from planet.fetch.schedule import ORIGIN_HOLD
from planet.fetch.sharing import Sharing
from planet.fetch.traffic import Passage, Traffic
from planet.fetch.wire import Ask, Deadline, Reply, Transport, Wire
from planet.model import Due, Failed, Fetched, FetchRules, Fresh, Message

_GRACE = 1.0
"""Seconds after its deadline when a request that cannot be interrupted is given up."""
_BACKLOG = 64_000_000
"""Bytes of bodies that may wait to be read: beyond that, nothing more is asked until some were."""


class Fetcher:
    """Asks feeds, politely, and never raises for what a server does.

    `user_agent` names the program and the planet; `folder` is where relative paths of local feeds start. `parser_version`: a feed
    that was read by another one is asked for its whole document once (C19). The seams: `resolver` (host, port -> what getaddrinfo
    gives), `transport` (everything below a request), `clock` (seconds that only grow), `ca_file` (other authorities for TLS).
    """

    def __init__(
        self,
        rules: FetchRules,
        user_agent: str,
        folder: Path = Path(),
        *,
        parser_version: str = "",
        resolver: Resolver | None = None,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        ca_file: str | None = None,
    ) -> None:
        self._rules = rules
        self._folder = folder
        self._clock = clock
        self._guard = Guard(allow_private=rules.allow_private, resolver=resolver or system_resolver)
        self._transport: Transport = transport or Wire(self._guard, ca_file=ca_file)
        self._timeout = rules.timeout.total_seconds()
        self._user_agent = user_agent
        self._flights = Rules(
            user_agent=user_agent,
            max_bytes=rules.max_bytes,
            is_listed=self._guard.is_listed,
            parser_version=parser_version,
        )
        self._open_at: dict[str, float] = {}
        self._holds: dict[str, datetime] = {}

    def fetch_all(
        self,
        due: Sequence[Due],
        now: datetime,
        *,
        holds: Mapping[str, datetime],
        force: bool = False,
        budget: timedelta | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Fetched]:
        """Every one of `due` gives exactly one outcome, in the order in which they are done.

        `holds` (origin -> until) are what servers asked for in earlier runs; they hold for `force` too, which is why it changes
        nothing here. What has not begun when `budget` is over, or `stop` is set, is deferred. Closing the iterator ends the run.
        """
        del force
        return _Run(self, due, now, {**holds, **self._holds}, budget, stop).outcomes()

    def download(self, url: str, *, max_bytes: int, accept: str, now: datetime) -> Fresh | Failed:
        """One document that is no feed (an avatar, a page to search), under all the rules but the schedule's."""
        rules = Rules(user_agent=self._user_agent, max_bytes=max_bytes, is_listed=self._guard.is_listed)
        rules.standing[False] = standing_fields(self._user_agent, accept)
        flight = Flight(due=one_off(url), now=now, rules=rules)
        outcome = flight.begin()
        until = self._clock() + self._timeout
        while outcome is None:
            assert flight.ask is not None
            outcome = flight.advance(self._transport(flight.ask, self._deadline(until)))
        if isinstance(outcome, Fresh | Failed):
            return outcome
        return flight.failed(Trouble("rate-limited", Message.of("the server asks to come back later")))

    def post(self, url: str, data: Mapping[str, str], *, now: datetime) -> int | Failed:
        """The status that a form sent to `url` is answered with (WebSub 7.1). Redirects are not followed."""
        flight = Flight(due=one_off(url), now=now, rules=self._flights)
        try:
            where = target(without_credentials(url))
        except BadUrlError:
            return flight.failed(Trouble("unsupported", Message.of("this is not an address that can be asked")))
        payload = urlencode(data).encode("ascii")
        ask = Ask(
            target=where,
            standing=standing_fields(self._user_agent, "*/*"),
            fields=(("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(payload)))),
            limit=64_000,
            private=True,
            configured_port=where.port,
            method="POST",
            payload=payload,
        )
        answer = self._transport(ask, self._deadline(self._clock() + self._timeout))
        return answer.status if isinstance(answer, Reply) else flight.failed(answer)

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def _deadline(self, until: float) -> Deadline:
        # A connection that is silent for half the time of a feed will not be done in the other half.
        return Deadline(until=until, clock=self._clock, gap=max(self._timeout / 2, min(self._timeout, 15.0)))


class _Run:
    """One call of `fetch_all`: its threads, its queue of outcomes."""

    def __init__(
        self,
        fetcher: Fetcher,
        due: Sequence[Due],
        now: datetime,
        holds: Mapping[str, datetime],
        budget: timedelta | None,
        stop: threading.Event | None,
    ) -> None:
        rules = fetcher._rules  # noqa: SLF001 - a part of Fetcher, of its own for the length of the file
        self._fetcher = fetcher
        self._due = due
        self._now = now
        self._holds = dict(holds)
        self._stop = stop
        self._clock = fetcher._clock  # noqa: SLF001
        self._began = self._clock()
        self._ends = None if budget is None else self._began + budget.total_seconds()
        self._outcomes: queue.SimpleQueue[Fetched | BaseException] = queue.SimpleQueue()
        self._deadlines: dict[int, Deadline] = {}
        self._lock = threading.Lock()
        self._backlog = 0
        self._over = threading.Event()
        self._sharing = Sharing()
        self._traffic = Traffic(
            workers=rules.workers,
            per_host=rules.per_host,
            pause=rules.host_pause.total_seconds(),
            patience=max(2.0, fetcher._timeout / 6),  # noqa: SLF001
            clock=self._clock,
            open_at=fetcher._open_at,  # noqa: SLF001
        )

    def outcomes(self) -> Iterator[Fetched]:
        """See `Fetcher.fetch_all`."""
        expected = len(self._due)
        supervisor = threading.Thread(target=self._supervise, name="planet-fetch-supervisor", daemon=True)
        try:
            for order, due in enumerate(self._due):
                flight = Flight(
                    due=due,
                    now=self._now,
                    rules=self._fetcher._flights,  # noqa: SLF001
                )
                outcome = None if due.local else flight.begin()
                if outcome is not None:
                    self._put(outcome)
                else:
                    self._sharing.own(flight)
                    self._traffic.add(Passage(flight, flight.lane, order))
            supervisor.start()
            for _ in range(expected):
                outcome_or_bug = self._outcomes.get()
                if isinstance(outcome_or_bug, BaseException):
                    raise outcome_or_bug
                if isinstance(outcome_or_bug, Fresh):
                    self._count(-len(outcome_or_bug.body))
                yield outcome_or_bug
        finally:
            self._over.set()
            self._traffic.stop()
            self._fetcher.close()

    def _put(self, outcome: Fetched) -> None:
        if isinstance(outcome, Fresh):
            self._count(len(outcome.body))
        self._outcomes.put(outcome)

    def _count(self, size: int) -> None:
        with self._lock:
            self._backlog += size
            waiting = max(0, self._backlog - _BACKLOG)
        self._traffic.hold_back(waiting)

    def _supervise(self) -> None:
        """Start threads as they are needed, give up what is late, end the run when its time is over."""
        try:
            while not self._over.is_set():
                if (self._ends is not None and self._clock() >= self._ends) or (
                    self._stop is not None and self._stop.is_set()
                ):
                    self._call_off()
                given_up, missing, wait = self._traffic.overdue()
                for passage in given_up:
                    self._give_up(passage)
                for _ in range(missing):
                    self._traffic.enlist()
                    threading.Thread(target=self._work, name="planet-fetch", daemon=True).start()
                if self._ends is not None:
                    wait = min(wait, max(0.01, self._ends - self._clock()))
                self._over.wait(min(wait, 0.1) if self._stop is not None else wait)
        except BaseException as bug:  # noqa: BLE001 - shown where the run is
            self._outcomes.put(bug)

    def _call_off(self) -> None:
        for passage in (*self._traffic.withdraw(), *self._sharing.withdraw()):
            flight = passage.flight
            assert isinstance(flight, Flight)
            self._put(flight.deferred(None, Message.of("the time of the run was over")))
            self._traffic.done()

    def _give_up(self, passage: Passage) -> None:
        flight = passage.flight
        assert isinstance(flight, Flight)
        deadline = self._deadlines.pop(id(passage), None)
        host = flight.ask.target.host if flight.ask else str(flight.due.url)
        outcome = flight.failed(late(host, deadline.phase if deadline else "read"))
        self._pass_on(flight, passage.order, outcome, passage.began)

    def _work(self) -> None:
        timeout = self._fetcher._timeout  # noqa: SLF001
        try:
            while (passage := self._traffic.take(timeout + _GRACE)) is not None:
                if not self._carry(passage):
                    return
            self._traffic.resign()
        except BaseException as bug:  # noqa: BLE001 - shown where the run is
            self._outcomes.put(bug)

    def _carry(self, passage: Passage) -> bool:
        """One request of one flight. False: this thread was given up while it made it."""
        flight = passage.flight
        assert isinstance(flight, Flight)
        began = self._clock()
        outcome = self._held(flight)
        answer: Reply | Trouble | bytes | None = None
        if outcome is None:
            if flight.due.local:
                answer = read_file(self._fetcher._folder / flight.due.url, self._fetcher._rules.max_bytes)  # noqa: SLF001
            else:
                assert flight.ask is not None
                deadline = self._fetcher._deadline(began + max(0.0, self._fetcher._timeout - flight.spent))  # noqa: SLF001
                self._deadlines[id(passage)] = deadline
                try:
                    answer = self._fetcher._transport(flight.ask, deadline)  # noqa: SLF001
                except Exception as error:  # noqa: BLE001 - one feed fails, whatever it was (T24)
                    answer = of_exception(error, flight.ask.target.host, deadline.phase)
                if isinstance(answer, Reply):
                    self._heed(flight, answer)
        if not self._traffic.leave(passage):
            return False
        self._deadlines.pop(id(passage), None)
        if outcome is None:
            if isinstance(answer, Reply) or (isinstance(answer, Trouble) and not flight.due.local):
                outcome = flight.advance(answer, self._clock() - began)
            else:
                assert isinstance(answer, bytes | Trouble)
                outcome = flight.read(answer)
        self._pass_on(flight, passage.order, outcome, began)
        return True

    def _pass_on(self, flight: Flight, order: int, outcome: Fetched | None, began: float) -> None:
        """What follows a request: the next hop, the end, or waiting for another feed that is at the same address (R13)."""
        for passage, shared in self._sharing.settle(flight, outcome):
            self._resume(passage, shared, began)
        if outcome is None:
            passage = Passage(flight, flight.lane, order)
            met = self._sharing.meet(flight, passage)
            if met is True:
                return
            if met is False:
                self._resume(passage, None, began)
                return
            outcome = met
        self._put(self._stamped(outcome, began))
        self._traffic.done()

    def _resume(self, passage: Passage, outcome: Fetched | None, began: float) -> None:
        """A flight that is outstanding and in no lane: its outcome, or its next request."""
        if outcome is None:
            self._traffic.add(passage, first=True)
        else:
            self._put(self._stamped(outcome, began))
        self._traffic.done()

    def _stamped(self, outcome: Fetched, began: float) -> Fetched:
        return replace(outcome, started=self._now + timedelta(seconds=max(0.0, began - self._began)))

    def _held(self, flight: Flight) -> Fetched | None:
        """What a server asked for is kept, by every feed of its origin, and for --force too (H06, S19)."""
        if flight.ask is None:
            return None
        until = self._holds.get(flight.ask.target.origin)
        if until is not None and until > self._now:
            return flight.deferred(
                until,
                Message.of("{host} asked to be left alone for a while", host=flight.ask.target.host),
                origin_hold=True,
            )
        hold = flight.due.state.hold_until
        if hold is not None and hold > self._now and not flight.chain:
            return flight.deferred(hold, Message.of("the server asked to come back later"))
        return None

    def _heed(self, flight: Flight, answer: Reply) -> None:
        """A 429 stops the rest of its origin in this very run, for as long as it says, or an hour (H06, H11)."""
        if answer.status != 429 or flight.ask is None:
            return
        wait = retry_after(answer.headers, self._now) or (ORIGIN_HOLD if flight.due.interval else None)
        if wait is not None:
            self._holds[flight.ask.target.origin] = self._fetcher._holds[flight.ask.target.origin] = self._now + wait  # noqa: SLF001
