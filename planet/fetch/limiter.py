"""Per-host scheduling of concurrent requests of any kind, which worker threads take from here.

At most `per_host` requests run at once at one host, `pause` seconds lie between two starts there, and a host that has to wait keeps
no worker idle. A slow request does not count against the number of workers, so that tar pits do not delay the rest. One
that is over its time and cannot be interrupted (a name server that never answers) is abandoned together with its thread.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_SLOW_SLOTS = 8
"""Factor of `workers`: so many slow requests may run in addition to the others."""

Item = TypeVar("Item")


@dataclass(slots=True)
class HostQueue(Generic[Item]):
    """One host: the requests that wait for it, the number that run, and the clock time at which the next may start."""

    name: str
    waiting: deque[QueuedRequest[Item]] = field(default_factory=deque)
    active: int = 0
    open_at: float = 0.0
    listed: bool = False


@dataclass(slots=True, eq=False)
class QueuedRequest(Generic[Item]):
    """One request of `item` in the queue `host`. `order` is its priority; `until` (clock) is when it is abandoned."""

    item: Item
    host: str
    order: int
    began: float = 0.0
    until: float = 0.0
    slow: bool = False
    abandoned: bool = False


class HostLimiter(Generic[Item]):
    """The queues of all hosts. Every method is thread-safe. An empty host name is not limited at all (local files)."""

    def __init__(
        self,
        *,
        workers: int,
        per_host: int,
        pause: float,
        patience: float,
        clock: Callable[[], float],
        open_at: dict[str, float],
    ) -> None:
        """`pause` and `patience` in seconds. `open_at` (host -> clock) outlives a run: its second round keeps the pause too."""
        self.workers = max(1, workers)
        self._per_host = max(1, per_host)
        self._pause = max(0.0, pause)
        self._patience = patience
        self._clock = clock
        self._open_at = open_at
        self._queues: dict[str, HostQueue[Item]] = {}
        self._open: list[tuple[float, int, int, HostQueue[Item]]] = []
        self._tie = itertools.count()
        self._changed = threading.Condition()
        self._active: set[QueuedRequest[Item]] = set()
        self._outstanding = 0
        self._slow = 0
        self._threads = 0
        self._excess = 0
        self._stopped = False

    def add(self, request: QueuedRequest[Item], *, first: bool = False) -> None:
        """Queue a request; `first`: before all others of its host (the next hop of a redirect)."""
        with self._changed:
            self._outstanding += 1
            host_queue = self._queues.get(request.host)
            if host_queue is None:
                host_queue = HostQueue(request.host, open_at=self._open_at.get(request.host, 0.0))
                self._queues[request.host] = host_queue
            if first:
                host_queue.waiting.appendleft(request)
            else:
                host_queue.waiting.append(request)
            self._list(host_queue)

    def _list(self, host_queue: HostQueue[Item]) -> None:
        """List a host that can start a request among the open ones, and wake one thread for it."""
        full = host_queue.name and host_queue.active >= self._per_host
        if host_queue.listed or not host_queue.waiting or full:
            return
        host_queue.listed = True
        heapq.heappush(self._open, (host_queue.open_at, host_queue.waiting[0].order, next(self._tie), host_queue))
        self._changed.notify()

    def take(self, seconds: float) -> QueuedRequest[Item] | None:
        """Wait for the next request that may start; it is abandoned after `seconds`. None: nothing is left for this thread."""
        with self._changed:
            while True:
                if self._stopped or self._threads > self.workers + self._slow or not self._outstanding:
                    return None
                wait: float | None = None
                if self._open and not self._excess:
                    wait = self._open[0][0] - self._clock()
                    if wait <= 0:
                        return self._start(heapq.heappop(self._open)[3], seconds)
                self._changed.wait(wait)

    def _start(self, host_queue: HostQueue[Item], seconds: float) -> QueuedRequest[Item]:
        host_queue.listed = False
        request = host_queue.waiting.popleft()
        host_queue.active += 1
        request.began = self._clock()
        request.until = request.began + seconds
        request.slow = False
        if host_queue.name:
            host_queue.open_at = self._open_at[host_queue.name] = request.began + self._pause
        self._active.add(request)
        self._list(host_queue)
        return request

    def finish(self, request: QueuedRequest[Item]) -> bool:
        """Mark a request finished. Returns False if it was abandoned meanwhile; discard its result.

        The item stays outstanding until `done`, so that threads wait for the hop that may follow.
        """
        with self._changed:
            if request.abandoned:
                return False
            self._release(request)
            return True

    def _release(self, request: QueuedRequest[Item]) -> None:
        self._active.discard(request)
        if request.slow:
            self._slow -= 1
        host_queue = self._queues[request.host]
        host_queue.active -= 1
        self._list(host_queue)

    def done(self) -> None:
        """An item has its outcome (or goes on as another request)."""
        with self._changed:
            self._outstanding -= 1
            if not self._outstanding:
                self._changed.notify_all()

    def set_excess(self, size: int) -> None:
        """Start nothing more while `size` (bytes beyond the read-ahead limit) is not zero."""
        with self._changed:
            self._excess = size
            if not size:
                self._changed.notify_all()

    def drain(self) -> list[QueuedRequest[Item]]:
        """Remove and return every request that has not started: the time of the run is over."""
        with self._changed:
            waiting = [request for host_queue in self._queues.values() for request in host_queue.waiting]
            for host_queue in self._queues.values():
                host_queue.waiting.clear()
                host_queue.listed = False
            self._open.clear()
            return sorted(waiting, key=lambda request: request.order)

    def overdue(self) -> tuple[list[QueuedRequest[Item]], int, float]:
        """The requests abandoned now, the number of threads to start, and the seconds until the next check."""
        with self._changed:
            now = self._clock()
            late = [request for request in self._active if now >= request.until]
            for request in late:
                request.abandoned = True
                self._release(request)
                self._threads -= 1
            for request in self._active:
                if (
                    not request.slow
                    and now - request.began >= self._patience
                    and self._slow < _SLOW_SLOTS * self.workers
                ):
                    request.slow = True
                    self._slow += 1
            waiting = self._outstanding - len(self._active)
            missing = min(self.workers + self._slow - self._threads, waiting) if not self._stopped else 0
            checks = [r.until if r.slow else min(r.until, r.began + self._patience) for r in self._active]
            return late, max(0, missing), min(max(0.01, min(checks, default=now + 1.0) - now), 1.0)

    def register_thread(self) -> None:
        """Count a worker thread in."""
        with self._changed:
            self._threads += 1

    def unregister_thread(self) -> None:
        """Count a worker thread out (the thread of an abandoned request was counted out then)."""
        with self._changed:
            self._threads -= 1

    def stop(self) -> None:
        """Stop all worker threads."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
