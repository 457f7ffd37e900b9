"""Reading documents beside each other, each within limits: pure work, so any process may do it.

Little work is done at once, in this process. From `ENOUGH` bytes on, worker processes are started, and each document has
`DEADLINE` seconds and its process `MEMORY` bytes: one that takes more is stopped, and is alone in that.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Protocol

from pebble import ProcessExpired, ProcessPool

from planet.model import Message, ReadFacts
from planet.reading import Outcome, Task

log = logging.getLogger("planet")
ENOUGH = 1_000_000
LARGE = 256_000
DEADLINE = 30.0
MEMORY = 1_500_000_000
AHEAD = 4
"""Documents in flight for each process: enough to keep it busy, few enough to bound what is held."""


class _Future(Protocol):
    def result(self) -> Outcome: ...
    def done(self) -> bool: ...


PRELOADED = [
    "lxml.etree",
    "nh3",
    "planet.classify",
    "planet.normalise",
    "planet.parse.calendar",
    "planet.sanitise",
    "planet.workers",
]
"""What the workers have in common is imported once, by the process they are forked from."""

Work = Callable[[Task], Outcome]
_work: list[Work] = []
"""In a worker: the one function it was made for."""


def _begin(function: Work) -> None:
    """A worker's first act: its work, and what it may use. Where the system knows no such limit the deadline is left."""
    _work[:] = [function]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _do(task: Task) -> Outcome:
    return _work[0](task)


def _pool(function: Work, count: int) -> ProcessPool:
    # Not forked from here: this process has threads that are fetching.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return ProcessPool(max_workers=count, initializer=_begin, initargs=[function], context=context)


def failure(error: BaseException) -> Outcome:
    """A document that could not be read within its limits, or at all: its feed fails, and says why."""
    if isinstance(error, FutureTimeoutError):
        said = Message.of(
            "reading this document took longer than {seconds} seconds; it was stopped", seconds=int(DEADLINE)
        )
        return Outcome(facts=ReadFacts(ok=False, error_class="too-large", error=said))
    if isinstance(error, MemoryError | ProcessExpired):
        said = Message.of("reading this document took too much memory; it was stopped")
        return Outcome(facts=ReadFacts(ok=False, error_class="too-large", error=said))
    said = Message.of(
        "this document made the reader stumble ({error}); please report it",
        error=f"{type(error).__name__}: {str(error)[:200]}",
    )
    return Outcome(facts=ReadFacts(ok=False, error_class="not-a-feed", error=said))


def _here(function: Callable[[Task], Outcome], task: Task) -> Outcome:
    try:
        return function(task)
    except Exception as error:  # noqa: BLE001 - one feed must never end the run (T24)
        return failure(error)


def map_tasks(
    make: Callable[[], Callable[[Task], Outcome]],
    tasks: Iterable[Task],
    *,
    processes: int | None = None,
    deadline: float = DEADLINE,
) -> Iterator[tuple[Task, Outcome]]:
    """Each task with its outcome, in any order. Never raises for what a document does.

    `make` gives the function that reads, picklable; it is called with the first task, so that a run without one imports no parser.
    """
    count = processes or os.cpu_count() or 1
    seen = 0
    pool: ProcessPool | None = None
    flying: deque[tuple[Task, _Future]] = deque()
    try:
        for task in tasks:
            size = len(task.fresh.body)
            seen += size
            if pool is None and (seen > ENOUGH or size > LARGE):
                pool = _pool(make(), count)
            future = _scheduled(pool, task, deadline) if pool is not None else None
            if future is None:
                yield task, _here(make(), task)
                continue
            flying.append((task, future))
            while flying and (len(flying) >= AHEAD * count or flying[0][1].done()):
                yield _landed(*flying.popleft())
        while flying:
            yield _landed(*flying.popleft())
    finally:
        if pool is not None:
            # The library has no types for these two.
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _scheduled(pool: ProcessPool, task: Task, deadline: float) -> _Future | None:
    """The task, given to a worker; None where no workers can be had (a program without a guarded main), so that it is read here."""
    try:
        return pool.schedule(_do, args=[task], timeout=deadline)
    except RuntimeError as error:
        log.info("no worker processes: %s", error)
        return None


def _landed(task: Task, future: _Future) -> tuple[Task, Outcome]:
    try:
        return task, future.result()
    except Exception as error:  # noqa: BLE001 - see _here
        return task, failure(error)
