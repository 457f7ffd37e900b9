"""A function that runs in a separate process, with a limit of processor time and of memory for each call.

The time is that of the processor, so that a busy machine, which runs the process rarely, fails no document that is read in time on an
idle one. A process that waits or hangs uses none: it is ended after `PATIENCE` times as many seconds by the clock.
"""

from __future__ import annotations

import contextlib
import mmap
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:  # most commands start no process
    from multiprocessing.connection import Connection

Argument = TypeVar("Argument")
Result = TypeVar("Result")


PATIENCE = 10
"""Seconds by the clock for each second of processor time: a tenth of a processor is enough for a call."""


@contextlib.contextmanager
def limited_time(seconds: float) -> Iterator[None]:
    """End this process by SIGPROF, whatever it is at, when the block has used so many seconds of the processor."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def limit_memory(limit: int) -> None:
    """Bound the data of this process to `limit` bytes more than it has now: a forked process begins with all that its parent has.

    Where the system knows no such limit only that of time remains.
    """
    import resource  # only workers need it

    limit += _data_of_process()
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _data_of_process() -> int:
    """Bytes of data that this process has, as RLIMIT_DATA counts them (proc_pid_statm(5)); 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[5]) * mmap.PAGESIZE
    return 0


def _serve(
    connection: Connection,
    parent: Connection,
    make: Callable[[], Callable[[Any], Any]],
    cpu_seconds: float,
    memory: int,
) -> None:
    """Arguments in, results out, until the other end is closed."""
    parent.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    limit_memory(memory)
    function: Callable[[Any], Any] | None = None
    with contextlib.suppress(EOFError, OSError):
        while True:
            argument = connection.recv()
            answer: tuple[Any, tuple[str, str] | None]
            try:
                function = function or make()
                with limited_time(cpu_seconds):
                    answer = (function(argument), None)
            except Exception as error:  # noqa: BLE001 - told to the caller
                answer = (None, (type(error).__name__, str(error)[:200]))
            connection.send(answer)


class FunctionFailedError(Exception):
    """The function raised something: `name` is the exception's class."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        super().__init__(f"{name}: {text}")


class LimitedProcess(Generic[Argument, Result]):
    """One process that calls a function. It is forked, which is cheap, and safest before the program has threads.

    `make` gives the function; it is called in the process, so that what the function imports is imported there only.
    """

    def __init__(self, make: Callable[[], Callable[[Argument], Result]], *, cpu_seconds: float, memory: int) -> None:
        """`cpu_seconds`: of the processor, for one call. `memory`: bytes of data that the process may have beyond those it begins with."""
        import multiprocessing  # as above

        context = multiprocessing.get_context("fork")
        self._wait = PATIENCE * cpu_seconds
        self._connection, connection = context.Pipe()
        arguments = (connection, self._connection, make, cpu_seconds, memory)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        connection.close()
        self.alive = True
        self._exitcode: int | None = None

    def call(self, argument: Argument) -> Result:
        """The result of the function.

        Raises TimeoutError or MemoryError, after which the process may be gone (see `alive`), and FunctionFailedError.
        """
        try:
            self._connection.send(argument)
            if not self._connection.poll(self._wait):
                self.close()
                raise TimeoutError
            result: Result
            error: tuple[str, str] | None
            result, error = self._connection.recv()
        except (EOFError, ConnectionError):
            self.close()
            raise (TimeoutError if self._exitcode == -signal.SIGPROF else MemoryError) from None
        if error is None:
            return result
        if error[0] == "MemoryError":
            raise MemoryError
        raise FunctionFailedError(*error)

    def close(self) -> None:
        """End the process, whatever it is at."""
        if self.alive:
            self.alive = False
            self._connection.close()
            self._process.kill()
            self._process.join()
            self._exitcode = self._process.exitcode
            self._process.close()
