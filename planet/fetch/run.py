"""One run over many feeds: threads that carry flights, and one that watches over them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from planet.fetch.failures import Trouble, late, of_exception
from planet.fetch.flight import Flight
from planet.fetch.hints import retry_after
from planet.fetch.local import read_file
from planet.fetch.schedule import ORIGIN_HOLD
from planet.fetch.sharing import Sharing
from planet.fetch.traffic import Passage, Traffic
from planet.fetch.wire import Deadline, Reply, Transport
from planet.model import Fetched, FetchRules, Fresh, Message

_GRACE = 1.0
"""Seconds after its deadline when a request that cannot be interrupted is given up."""
_BACKLOG = 64_000_000
"""Bytes of bodies that may wait to be read: beyond that, nothing more is asked until some were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """What the runs of one fetcher share. `open_at` (host group -> clock) and `holds` (origin -> until) are learnt on the way."""

    rules: FetchRules
    folder: Path
    transport: Transport
    clock: Callable[[], float]
    open_at: dict[str, float] = field(default_factory=dict)
    holds: dict[str, datetime] = field(default_factory=dict)

    @property
    def timeout(self) -> float:
        """Seconds that one feed has, redirects included."""
        return self.rules.timeout.total_seconds()

    def deadline(self, until: float) -> Deadline:
        """The deadline of one request, at `until` of the clock."""
        # A connection that is silent for half the time of a feed will not be done in the other half.
        return Deadline(until=until, clock=self.clock, gap=max(self.timeout / 2, min(self.timeout, 15.0)))


class Run:
    """Its threads, its queue of outcomes. Made for one use."""

    def __init__(
        self,
        crew: Crew,
        flights: Sequence[Flight],
        now: datetime,
        *,
        holds: Mapping[str, datetime],
        budget: timedelta | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        rules = crew.rules
        self._crew = crew
        self._flights = flights
        self._now = now
        self._holds = {**holds, **crew.holds}
        self._stop = stop
        self._clock = crew.clock
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
            patience=max(2.0, crew.timeout / 6),
            clock=self._clock,
            open_at=crew.open_at,
        )

    def outcomes(self) -> Iterator[Fetched]:
        """One for each flight, as they are done (`Fetcher.fetch_all`)."""
        expected = len(self._flights)
        supervisor = threading.Thread(target=self._supervise, name="planet-fetch-supervisor", daemon=True)
        try:
            for order, flight in enumerate(self._flights):
                outcome = None if flight.due.local else flight.begin()
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
            self._crew.transport.close()

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
        timeout = self._crew.timeout
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
                answer = read_file(self._crew.folder, flight.due.url, self._crew.rules.max_bytes)
            else:
                assert flight.ask is not None
                deadline = self._crew.deadline(began + max(0.0, self._crew.timeout - flight.spent))
                self._deadlines[id(passage)] = deadline
                try:
                    answer = self._crew.transport(flight.ask, deadline)
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
            self._holds[flight.ask.target.origin] = self._crew.holds[flight.ask.target.origin] = self._now + wait
