"""Parallel reading of documents in worker processes, each document within limits.

No document is read in the process of the run. The few of most runs are read by one process, forked before the run has threads; from
`ENOUGH` bytes on, a pool of processes is started. Each document has `CPU_SECONDS` of the processor and its process a limit of memory:
a document over a limit is killed; the others are unaffected.
"""

from __future__ import annotations

import functools
import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, wait
from typing import TYPE_CHECKING

from planet.limited import PATIENCE, FunctionFailedError, LimitedProcess, limit_memory, limited_time
from planet.model import Message, Outcome, ReadFacts, Task

if TYPE_CHECKING:  # most runs read little, or nothing
    from pebble import ProcessPool

log = logging.getLogger(__name__)
ENOUGH = 1_000_000
LARGE = 256_000
CPU_SECONDS = 30.0
"""Processor time for one document (see `planet.limited`)."""
START = 60.0
"""Seconds that workers have to get ready."""
MEMORY = 1_500_000_000
"""Bytes of data of a worker process that reads documents of any size, beyond those it begins with."""
SMALL_MEMORY = 600_000_000
"""The same for the process that reads documents of up to `LARGE` bytes."""
AHEAD = 4
"""Pending documents of each process: enough to keep it busy, few enough to bound the memory."""

PRELOADED = [
    "lxml.etree",
    "nh3",
    "pebble",
    "planet.parse.reader",
    "planet.reading",
    "planet.workers",
]
"""Modules that are imported once, by the process that workers are forked from."""

Work = Callable[[Task], Outcome]
_work: list[Work] = []
"""In a worker process: the function that reads a document."""


def _start_worker(function: Work, memory: int) -> None:
    """Prepare a worker process of the pool: its function and its memory limit."""
    _work[:] = [function]
    limit_memory(memory)


def _run_task(task: Task, cpu_seconds: float) -> Outcome:
    with limited_time(cpu_seconds):
        return _work[0](task)


def cpus() -> int:
    """The CPUs that this process may use: `taskset` and containers allow fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def failure(error: BaseException) -> Outcome:
    """The outcome of a document that could not be read, or not within its limits: its feed fails with a reason."""
    # What pebble raises for a process that the system ended; known by name, for this may be a run without pebble.
    expired = type(error).__name__ == "ProcessExpired"
    if isinstance(error, TimeoutError) or (expired and getattr(error, "exitcode", 0) == -signal.SIGPROF):
        message = Message.of(
            "reading this document took too long (its limit is {seconds} seconds of processor time); it was stopped",
            seconds=int(CPU_SECONDS),
        )
        return Outcome(facts=ReadFacts(ok=False, error_class="too-large", error=message))
    if isinstance(error, MemoryError) or expired:
        message = Message.of("reading this document took too much memory; it was stopped")
        return Outcome(facts=ReadFacts(ok=False, error_class="too-large", error=message))
    message = Message.of(
        "this document made the reader stumble ({error}); please report it",
        error=str(error) if isinstance(error, FunctionFailedError) else f"{type(error).__name__}: {str(error)[:200]}",
    )
    return Outcome(facts=ReadFacts(ok=False, error_class="not-a-feed", error=message))


class DocumentReader:
    """One process that reads small documents, under the limits that hold for all; it is started again when one was over them."""

    def __init__(
        self, make: Callable[[], Work], *, cpu_seconds: float = CPU_SECONDS, memory: int = SMALL_MEMORY
    ) -> None:
        self._start = functools.partial(LimitedProcess[Task, Outcome], make, cpu_seconds=cpu_seconds, memory=memory)
        self._process = self._start()

    @property
    def alive(self) -> bool:
        """Whether the process that was started last still runs."""
        return self._process.alive

    def read(self, task: Task) -> Outcome:
        """The outcome of one document. Where it took too much the process is gone afterwards."""
        if not self._process.alive:
            self._process = self._start()
        try:
            return self._process.call(task)
        except (TimeoutError, MemoryError, FunctionFailedError) as error:
            return failure(error)

    def close(self) -> None:
        """End the process."""
        self._process.close()


class _WorkerPool:
    """Worker processes and their pending tasks. Waiting is bounded: workers that do not start are abandoned."""

    def __init__(self, make: Callable[[], Work], *, count: int, cpu_seconds: float, start: float, memory: int) -> None:
        self._make = make
        self._memory = memory
        self._count = count
        self._cpu_seconds = cpu_seconds
        self._start = start
        self._pending: deque[tuple[Task, Future[Outcome]]] = deque()
        self._pool: ProcessPool | None = self._start_pool(memory)

    def _start_pool(self, memory: int) -> ProcessPool:
        import multiprocessing  # see above

        from pebble import ProcessPool

        # Not forked from here: this process has threads that are fetching.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        return ProcessPool(
            max_workers=self._count, initializer=_start_worker, initargs=[self._make(), memory], context=context
        )

    def submit(self, task: Task) -> Iterator[tuple[Task, Outcome]]:
        """Give a task to a worker. Yields the results that are ready by now."""
        future = self._schedule(task)
        if future is None:
            yield task, self._read_alone(task)
        else:
            self._pending.append((task, future))
        while self._pending and (len(self._pending) >= AHEAD * self._count or self._pending[0][1].done()):
            yield self._next_result()

    def remaining(self) -> Iterator[tuple[Task, Outcome]]:
        """Collect the remaining results."""
        while self._pending:
            yield self._next_result()

    def _schedule(self, task: Task) -> Future[Outcome] | None:
        """The task, given to a worker; None where no workers can be had (a program without a guarded main)."""
        if self._pool is None:
            return None
        try:
            future: Future[Outcome] = self._pool.schedule(
                _run_task, args=[task, self._cpu_seconds], timeout=PATIENCE * self._cpu_seconds
            )
        except (RuntimeError, OSError) as error:
            log.info("no worker processes: %s", error)
            self.close()
            return None
        return future

    def _next_result(self) -> tuple[Task, Outcome]:
        """The oldest task: all before it are done, so a worker has it, or takes it next."""
        task, future = self._pending.popleft()
        if self._pool is None and not future.done():
            return task, self._read_alone(task)
        if not wait([future], timeout=self._start).done and not future.running():
            log.warning("the worker processes do not work: each document gets a process of its own")
            future.cancel()
            self.close()
        if future.cancelled():
            return task, self._read_alone(task)
        try:
            return task, future.result()
        except BrokenExecutor:  # workers that die before they begin: no fault of the document
            return task, self._read_alone(task)
        except Exception as error:  # noqa: BLE001 - see _read_here
            return task, failure(error)

    def _read_alone(self, task: Task) -> Outcome:
        """Read one document in a separate process, where no pool can be made."""
        reader = DocumentReader(self._make, cpu_seconds=self._cpu_seconds, memory=self._memory)
        try:
            return reader.read(task)
        finally:
            reader.close()

    def close(self) -> None:
        """Stop the workers; pending tasks are cancelled."""
        for _task, future in self._pending:
            future.cancel()
        if self._pool is not None:
            # The library has no types for these two.
            self._pool.stop()
            self._pool.join()
            self._pool = None


def map_tasks(
    make: Callable[[], Work],
    tasks: Iterable[Task],
    *,
    processes: int | None = None,
    cpu_seconds: float = CPU_SECONDS,
    start: float = START,
    memory: int = MEMORY,
) -> Iterator[tuple[Task, Outcome]]:
    """Each task with its outcome, in any order. Never raises for what a document does.

    `make` gives the function that reads, picklable. It is called where documents are read, so that this process imports no parser
    for the few documents of most runs. Nothing is read in this process: what a document makes the reader do costs that document.
    """
    seen = 0
    pool: _WorkerPool | None = None
    reader = DocumentReader(
        make, cpu_seconds=cpu_seconds, memory=min(memory, SMALL_MEMORY)
    )  # before the first task starts threads
    try:
        for task in tasks:
            size = len(task.fresh.body)
            seen += size
            if pool is None and (seen > ENOUGH or size > LARGE or not reader.alive):
                reader.close()
                pool = _WorkerPool(make, count=processes or cpus(), cpu_seconds=cpu_seconds, start=start, memory=memory)
            if pool is None:
                yield task, reader.read(task)
            else:
                yield from pool.submit(task)
        if pool is not None:
            yield from pool.remaining()
    finally:
        reader.close()
        if pool is not None:
            pool.close()
