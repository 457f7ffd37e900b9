"""One run over many feeds: threads that perform the requests of attempts, and one that supervises them."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from planet.fetch.attempt import Attempt
from planet.fetch.coalesce import AttemptRequest, Coalescer
from planet.fetch.errors import timed_out
from planet.fetch.exceptions import of_exception
from planet.fetch.headers import retry_after
from planet.fetch.limiter import HostLimiter, QueuedRequest
from planet.fetch.local import read_file
from planet.fetch.polling import LONGEST_FOR_OTHERS, ORIGIN_BACKOFF
from planet.fetch.response import Deadline
from planet.fetch.transport import Response, Transport
from planet.model import Fetched, FetchError, FetchRules, Fresh, Message
from planet.urls import host, rate_limit_scope, redacted

log = logging.getLogger(__name__)
_GRACE = 1.0
"""Seconds after its deadline when a request that cannot be interrupted is abandoned."""
_READ_AHEAD = 64_000_000
"""Bytes of bodies that may wait to be read: beyond that, no request is started until some were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedState:
    """The state shared by the runs of one fetcher: `open_at` (host group -> clock) and `backoffs` (origin -> until) grow during a run."""

    rules: FetchRules
    folder: Path
    transport: Transport
    clock: Callable[[], float]
    open_at: dict[str, float] = field(default_factory=dict)
    backoffs: dict[str, datetime] = field(default_factory=dict)

    @property
    def timeout(self) -> float:
        """Seconds that one feed has, redirects included."""
        return self.rules.timeout.total_seconds()

    def note_rate_limit(self, url: str, answer: Response, now: datetime, default: timedelta | None) -> None:
        """Leave the origin of `url` alone after a 429: for as long as it says, at most six hours, else for `default`."""
        if answer.status != 429:
            return
        wait = retry_after(answer.headers, now) or default
        if wait is not None:
            scope = rate_limit_scope(url)
            self.backoffs[scope] = now + min(wait, LONGEST_FOR_OTHERS)
            log.info("%s answers 429: not asked before %s", scope, self.backoffs[scope].isoformat(timespec="minutes"))

    def deadline(self, until: float) -> Deadline:
        """The deadline of one request, at `until` of the clock."""
        # A connection that is silent for half the time of a feed will not be done in the other half.
        return Deadline(until=until, clock=self.clock, gap=max(self.timeout / 2, min(self.timeout, 15.0)))


class Run:
    """The threads and the outcome queue of one run. Made for one use."""

    def __init__(
        self,
        shared: SharedState,
        attempts: Sequence[Attempt],
        now: datetime,
        *,
        backoffs: Mapping[str, datetime],
        budget: timedelta | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        rules = shared.rules
        self._shared = shared
        self._attempts = attempts
        self._now = now
        for scope, until in backoffs.items():
            shared.backoffs[scope] = max(until, shared.backoffs.get(scope, until))
        self._stop = stop
        self._groups: Collection[str] | None = None
        self._clock = shared.clock
        self._ends = None if budget is None else self._clock() + budget.total_seconds()
        self._outcomes: queue.SimpleQueue[Fetched | Attempt | BaseException] = queue.SimpleQueue()
        self._deadlines: dict[int, Deadline] = {}
        self._lock = threading.Lock()
        self._backlog = 0
        self._over = threading.Event()
        self._coalescer = Coalescer()
        self._limiter: HostLimiter[Attempt] = HostLimiter(
            workers=rules.workers,
            per_host=rules.per_host,
            pause=rules.host_pause.total_seconds(),
            patience=max(2.0, shared.timeout / 6),
            clock=self._clock,
            open_at=shared.open_at,
        )

    def outcomes(self, groups: Collection[str] | None = None) -> Iterator[Fetched | Attempt]:
        """One outcome for each attempt, in the order in which they end (`Fetcher.fetch_all`).

        With `groups`, only hosts of these groups are asked: an attempt that is led elsewhere ends as itself, its next request not made.
        """
        self._groups = groups
        expected = len(self._attempts)
        supervisor = threading.Thread(target=self._supervise, name="planet-fetch-supervisor", daemon=True)
        try:
            for order, attempt in enumerate(self._attempts):
                begun = attempt.due.local or attempt.request is not None
                outcome = None if begun else attempt.begin()
                if outcome is not None:
                    self._put(outcome)
                elif self._leaves(attempt):
                    self._outcomes.put(attempt)
                else:
                    self._coalescer.register(attempt)
                    self._limiter.add(QueuedRequest(attempt, attempt.host_group, order))
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
            self._limiter.stop()
            self._shared.transport.close()

    def _put(self, outcome: Fetched) -> None:
        if isinstance(outcome, Fresh):
            self._count(len(outcome.body))
        self._outcomes.put(outcome)

    def _count(self, size: int) -> None:
        with self._lock:
            self._backlog += size
            excess = max(0, self._backlog - _READ_AHEAD)
        self._limiter.set_excess(excess)

    def _supervise(self) -> None:
        """Start threads as needed, abandon requests that timed out, end the run when its time is over."""
        try:
            while not self._over.is_set():
                if (self._ends is not None and self._clock() >= self._ends) or (
                    self._stop is not None and self._stop.is_set()
                ):
                    self._defer_remaining()
                timed_out, missing, wait = self._limiter.overdue()
                for queued in timed_out:
                    self._abandon(queued)
                for _ in range(missing):
                    self._limiter.register_thread()
                    threading.Thread(target=self._work, name="planet-fetch", daemon=True).start()
                if self._ends is not None:
                    wait = min(wait, max(0.01, self._ends - self._clock()))
                self._over.wait(min(wait, 0.1) if self._stop is not None else wait)
        except BaseException as bug:  # noqa: BLE001 - shown where the run is
            self._outcomes.put(bug)

    def _defer_remaining(self) -> None:
        for queued in (*self._limiter.drain(), *self._coalescer.drain()):
            self._put(queued.item.deferred(None, Message.of("the time of the run was over")))
            self._limiter.done()

    def _abandon(self, queued: AttemptRequest) -> None:
        attempt = queued.item
        deadline = self._deadlines.pop(id(queued), None)
        name = attempt.request.target.host if attempt.request else redacted(attempt.due.url)
        log.info("%s: abandoned, it takes longer than allowed", attempt.due.key)
        outcome = attempt.failed(timed_out(name, deadline.phase if deadline else "read"))
        self._continue(attempt, queued.order, outcome)

    def _work(self) -> None:
        try:
            while (queued := self._limiter.take(self._shared.timeout + _GRACE)) is not None:
                if not self._perform(queued):
                    return
            self._limiter.unregister_thread()
        except BaseException as bug:  # noqa: BLE001 - shown where the run is
            self._outcomes.put(bug)

    def _perform(self, queued: AttemptRequest) -> bool:
        """Send one request of an attempt and continue the attempt. False: this thread was abandoned meanwhile."""
        attempt = queued.item
        began = self._clock()
        outcome = self._backed_off(attempt)
        answer: Response | FetchError | bytes | None = None
        if outcome is None:
            if attempt.due.local:
                answer = read_file(self._shared.folder, attempt.due.url, self._shared.rules.max_bytes)
            else:
                answer = self._send(queued, began)
        if not self._limiter.finish(queued):
            return False
        self._deadlines.pop(id(queued), None)
        if outcome is None:
            if isinstance(answer, Response) or (isinstance(answer, FetchError) and not attempt.due.local):
                outcome = attempt.advance(answer, self._clock() - began)
            else:
                assert isinstance(answer, bytes | FetchError)
                outcome = attempt.read(answer)
        self._continue(attempt, queued.order, outcome)
        return True

    def _send(self, queued: AttemptRequest, began: float) -> Response | FetchError:
        attempt = queued.item
        assert attempt.request is not None
        deadline = self._shared.deadline(began + max(0.0, self._shared.timeout - attempt.spent))
        self._deadlines[id(queued)] = deadline
        try:
            answer = self._shared.transport(attempt.request, deadline)
        except Exception as error:  # noqa: BLE001 - one feed fails, whatever it was
            answer = of_exception(error, attempt.request.target.host, deadline.phase)
        if isinstance(answer, Response) and host(attempt.request.target.url) == host(attempt.first_url):
            default = ORIGIN_BACKOFF if attempt.due.interval else None
            self._shared.note_rate_limit(attempt.request.target.url, answer, self._now, default)
        return answer

    def _continue(self, attempt: Attempt, order: int, outcome: Fetched | None) -> None:
        """Continue an attempt after a request: queue the next hop, deliver the outcome, or wait for another feed with the same address."""
        for queued, shared_outcome in self._coalescer.release(attempt, outcome):
            self._resume(queued, shared_outcome)
        if outcome is None and self._leaves(attempt):
            self._outcomes.put(attempt)
            self._limiter.done()
            return
        if outcome is None:
            queued = QueuedRequest(attempt, attempt.host_group, order)
            joined = self._coalescer.join(attempt, queued)
            if joined is not False:
                log.info("%s: takes the answer that another feed gets from %s", attempt.due.key, attempt.url)
            if joined is True:
                return
            if joined is False:
                self._resume(queued, None)
                return
            outcome = joined
        self._put(outcome)
        self._limiter.done()

    def _leaves(self, attempt: Attempt) -> bool:
        """Whether the next request goes to a host that this run may not ask."""
        return self._groups is not None and not attempt.due.local and attempt.host_group not in self._groups

    def _resume(self, queued: AttemptRequest, outcome: Fetched | None) -> None:
        """Continue an attempt that is in no queue: deliver its outcome, or queue its next request."""
        if outcome is None:
            self._limiter.add(queued, first=True)
        else:
            self._put(outcome)
        self._limiter.done()

    def _backed_off(self, attempt: Attempt) -> Fetched | None:
        """Honour Retry-After for the whole origin, even with --force."""
        if attempt.request is None:
            return None
        where = attempt.request.target
        until = self._shared.backoffs.get(rate_limit_scope(where.url))
        if until is not None and until > self._now:
            log.info("%s: not asked: %s answered 429", attempt.due.key, where.host)
            return attempt.deferred(
                until,
                Message.of("{host} asked to be left alone for a while", host=where.host),
                origin_backoff=not attempt.chain,
            )
        until = attempt.due.state.hold_until
        if until is not None and until > self._now and not attempt.chain:
            return attempt.deferred(until, Message.of("the server asked to come back later"))
        return None
