"""Many flights at once: who may go when. Threads take turns here, and nothing here knows what a request is.

No more than `per_host` at once at one host, `pause` between two starts there, and a host that has to wait keeps no worker idle
(Q13, Q14). A flight that takes long gives its place to another, so that tar pits do not hold up the rest; one that is late for
good (a name server that never answers cannot be interrupted) is given up, and its thread left behind.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_SLOW_PLACES = 8
"""Times `workers`: so many flights may drag along beside the others."""


@dataclass(slots=True)
class Lane:
    """One host: what waits for it, what is there now, when the next may start."""

    name: str
    waiting: deque[Passage] = field(default_factory=deque)
    active: int = 0
    open_at: float = 0.0
    listed: bool = False


@dataclass(slots=True, eq=False)
class Passage:
    """One flight's way through. `order`: its place in the queue. `until` (of the clock): when it is given up."""

    flight: object
    lane: str
    order: int
    began: float = 0.0
    until: float = 0.0
    slow: bool = False
    given_up: bool = False


class Traffic:
    """The queue of all hosts. Every method may be called by any thread. An empty lane name is not paced at all (local files)."""

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
        """`pause` and `patience` in seconds. `open_at` outlives a run: its second round keeps its distance too."""
        self.workers = max(1, workers)
        self._per_host = max(1, per_host)
        self._pause = max(0.0, pause)
        self._patience = patience
        self._clock = clock
        self._open_at = open_at
        self._lanes: dict[str, Lane] = {}
        self._open: list[tuple[float, int, int, Lane]] = []
        self._tie = itertools.count()
        self._changed = threading.Condition()
        self._active: set[Passage] = set()
        self._outstanding = 0
        self._slow = 0
        self._threads = 0
        self._held_back = 0
        self._stopped = False

    def add(self, passage: Passage, *, first: bool = False) -> None:
        """Queue a flight; `first`: before all others of its lane (the next hop of one that is under way)."""
        with self._changed:
            self._outstanding += 1
            self._queue(passage, first=first)

    def _queue(self, passage: Passage, *, first: bool) -> None:
        lane = self._lanes.get(passage.lane)
        if lane is None:
            lane = self._lanes[passage.lane] = Lane(passage.lane, open_at=self._open_at.get(passage.lane, 0.0))
        if first:
            lane.waiting.appendleft(passage)
        else:
            lane.waiting.append(passage)
        self._list(lane)

    def _list(self, lane: Lane) -> None:
        """Put a lane that something can start on among the open ones, and wake one thread for it."""
        if lane.listed or not lane.waiting or (lane.name and lane.active >= self._per_host):
            return
        lane.listed = True
        heapq.heappush(self._open, (lane.open_at, lane.waiting[0].order, next(self._tie), lane))
        self._changed.notify()

    def take(self, seconds: float) -> Passage | None:
        """The next flight that may start, as soon as it may; `seconds` are what it has until it is given up.

        None: there is nothing more to do for this thread.
        """
        with self._changed:
            while True:
                if self._stopped or self._threads > self.workers + self._slow or not self._outstanding:
                    return None
                wait: float | None = None
                if self._open and not self._held_back:
                    wait = self._open[0][0] - self._clock()
                    if wait <= 0:
                        return self._start(heapq.heappop(self._open)[3], seconds)
                self._changed.wait(wait)

    def _start(self, lane: Lane, seconds: float) -> Passage:
        lane.listed = False
        passage = lane.waiting.popleft()
        lane.active += 1
        passage.began = self._clock()
        passage.until = passage.began + seconds
        passage.slow = False
        if lane.name:
            lane.open_at = self._open_at[lane.name] = passage.began + self._pause
        self._active.add(passage)
        self._list(lane)
        return passage

    def leave(self, passage: Passage) -> bool:
        """A flight's request is over. False: it was given up meanwhile, and what came of it counts for nothing.

        It stays outstanding until `done`, so that threads wait for the hop that may follow.
        """
        with self._changed:
            if passage.given_up:
                return False
            self._release(passage)
            return True

    def _release(self, passage: Passage) -> None:
        self._active.discard(passage)
        if passage.slow:
            self._slow -= 1
        lane = self._lanes[passage.lane]
        lane.active -= 1
        self._list(lane)

    def done(self) -> None:
        """A flight has come to its end (or goes on as another passage)."""
        with self._changed:
            self._outstanding -= 1
            if not self._outstanding:
                self._changed.notify_all()

    def hold_back(self, count: int) -> None:
        """Start nothing more while `count` (bytes beyond what may wait for the reader) is not zero."""
        with self._changed:
            self._held_back = count
            if not count:
                self._changed.notify_all()

    def withdraw(self) -> list[Passage]:
        """Everything that has not started, taken out of the queue: the time of the run is over."""
        with self._changed:
            waiting = [passage for lane in self._lanes.values() for passage in lane.waiting]
            for lane in self._lanes.values():
                lane.waiting.clear()
                lane.listed = False
            self._open.clear()
            return sorted(waiting, key=lambda passage: passage.order)

    def overdue(self) -> tuple[list[Passage], int, float]:
        """What is late and given up now, how many threads are missing, and seconds until it is worth asking again."""
        with self._changed:
            now = self._clock()
            late = [passage for passage in self._active if now >= passage.until]
            for passage in late:
                passage.given_up = True
                self._release(passage)
                self._threads -= 1
            for passage in self._active:
                if (
                    not passage.slow
                    and now - passage.began >= self._patience
                    and self._slow < _SLOW_PLACES * self.workers
                ):
                    passage.slow = True
                    self._slow += 1
            waiting = self._outstanding - len(self._active)
            missing = min(self.workers + self._slow - self._threads, waiting) if not self._stopped else 0
            moments = [p.until if p.slow else min(p.until, p.began + self._patience) for p in self._active]
            return late, max(0, missing), min(max(0.01, min(moments, default=now + 1.0) - now), 1.0)

    def enlist(self) -> None:
        """A thread comes to work."""
        with self._changed:
            self._threads += 1

    def resign(self) -> None:
        """A thread goes (one that was given up was counted out then)."""
        with self._changed:
            self._threads -= 1

    def stop(self) -> None:
        """Wake every thread and send it home."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
