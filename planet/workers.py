"""Reading documents beside each other, each within limits: pure work, so any process may do it.

Little work is done at once, in this process. From `ENOUGH` bytes on, worker processes are started, and each document has
`DEADLINE` seconds and its process `MEMORY` bytes: a document over a limit is killed; the others are unaffected. Where no workers can be had,
or none gets ready, the documents are read here.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING

from planet.model import Message, Outcome, ReadFacts, Task

if TYPE_CHECKING:  # most runs read little, or nothing
    from pebble import ProcessPool

log = logging.getLogger("planet")
ENOUGH = 1_000_000
LARGE = 256_000
DEADLINE = 30.0
START = 30.0
"""Seconds that workers have to get ready, beyond the deadline of a document."""
MEMORY = 1_500_000_000
AHEAD = 4
"""Documents in flight for each process: enough to keep it busy, few enough to bound what is held."""

PRELOADED = [
    "lxml.etree",
    "nh3",
    "pebble",
    "planet.parse.reader",
    "planet.update",
    "planet.workers",
]
"""What the workers have in common is imported once, by the process they are forked from."""

Work = Callable[[Task], Outcome]
_work: list[Work] = []
"""In a worker: the one function it was made for."""


def _begin(function: Work, memory: int) -> None:
    """A worker's first act: its work, and what it may use. Where the system knows no such limit the deadline is left."""
    import resource  # noqa: PLC0415 - only workers need it

    _work[:] = [function]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _do(task: Task) -> Outcome:
    return _work[0](task)


def failure(error: BaseException) -> Outcome:
    """A document that could not be read within its limits, or at all: its feed fails, and says why."""
    if isinstance(error, FutureTimeoutError):
        said = Message.of(
            "reading this document took longer than {seconds} seconds; it was stopped", seconds=int(DEADLINE)
        )
        return Outcome(facts=ReadFacts(ok=False, error_class="too-large", error=said))
    # What pebble raises for a process that the system ended; known by name, for this may be a run without pebble.
    if isinstance(error, MemoryError) or type(error).__name__ == "ProcessExpired":
        said = Message.of("reading this document took too much memory; it was stopped")
        return Outcome(facts=ReadFacts(ok=False, error_class="too-large", error=said))
    said = Message.of(
        "this document made the reader stumble ({error}); please report it",
        error=f"{type(error).__name__}: {str(error)[:200]}",
    )
    return Outcome(facts=ReadFacts(ok=False, error_class="not-a-feed", error=said))


def _here(function: Work, task: Task) -> Outcome:
    try:
        return function(task)
    except Exception as error:  # noqa: BLE001 - one feed must never end the run (T24)
        return failure(error)


class _Crew:
    """Workers, and what they were given. Never waits for ever: workers that do not get ready are given up."""

    def __init__(self, function: Work, *, count: int, deadline: float, start: float, memory: int) -> None:
        self._function = function
        self._count = count
        self._deadline = deadline
        self._start = start
        self._flying: deque[tuple[Task, Future[Outcome]]] = deque()
        self._pool: ProcessPool | None = self._made(memory)

    def _made(self, memory: int) -> ProcessPool:
        import multiprocessing  # noqa: PLC0415 - see above

        from pebble import ProcessPool  # noqa: PLC0415

        # Not forked from here: this process has threads that are fetching.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        return ProcessPool(
            max_workers=self._count, initializer=_begin, initargs=[self._function, memory], context=context
        )

    def give(self, task: Task) -> Iterator[tuple[Task, Outcome]]:
        """Take a task, and give what is ready: of this one or of those before."""
        future = self._scheduled(task)
        if future is None:
            yield task, _here(self._function, task)
        else:
            self._flying.append((task, future))
        while self._flying and (len(self._flying) >= AHEAD * self._count or self._flying[0][1].done()):
            yield self._landed()

    def rest(self) -> Iterator[tuple[Task, Outcome]]:
        """Collect the remaining results."""
        while self._flying:
            yield self._landed()

    def _scheduled(self, task: Task) -> Future[Outcome] | None:
        """The task, given to a worker; None where no workers can be had (a program without a guarded main)."""
        if self._pool is None:
            return None
        try:
            future: Future[Outcome] = self._pool.schedule(_do, args=[task], timeout=self._deadline)
        except (RuntimeError, OSError) as error:
            log.info("no worker processes: %s", error)
            self.close()
            return None
        return future

    def _landed(self) -> tuple[Task, Outcome]:
        """The oldest task: all before it are done, so a worker has it, or takes it next."""
        task, future = self._flying.popleft()
        if not wait([future], timeout=self._deadline + self._start).done:
            log.warning("the worker processes do not work: documents are read by this one")
            future.cancel()
            self.close()
        if future.cancelled():
            return task, _here(self._function, task)
        try:
            return task, future.result()
        except BrokenExecutor:  # workers that die before they begin: no fault of the document
            return task, _here(self._function, task)
        except Exception as error:  # noqa: BLE001 - see _here
            return task, failure(error)

    def close(self) -> None:
        """Let the workers go, whatever they are at: what they have not done is cancelled."""
        for _task, future in self._flying:
            future.cancel()
        if self._pool is not None:
            # The library has no types for these two.
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None


def map_tasks(
    make: Callable[[], Work],
    tasks: Iterable[Task],
    *,
    processes: int | None = None,
    deadline: float = DEADLINE,
    start: float = START,
    memory: int = MEMORY,
) -> Iterator[tuple[Task, Outcome]]:
    """Each task with its outcome, in any order. Never raises for what a document does.

    `make` gives the function that reads, picklable; it is called with the first task, so that a run without one imports no parser.
    """
    seen = 0
    crew: _Crew | None = None
    try:
        for task in tasks:
            size = len(task.fresh.body)
            seen += size
            if crew is None and (seen > ENOUGH or size > LARGE):
                crew = _Crew(
                    make(), count=processes or os.cpu_count() or 1, deadline=deadline, start=start, memory=memory
                )
            if crew is None:
                yield task, _here(make(), task)
            else:
                yield from crew.give(task)
        if crew is not None:
            yield from crew.rest()
    finally:
        if crew is not None:
            crew.close()
