"""A function that runs in a separate process, with a deadline and a limit of memory for each call."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:  # most commands start no process
    from multiprocessing.connection import Connection

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def limit_memory(limit: int) -> None:
    """Bound the data (bytes) of this process. Where the system knows no such limit only a deadline remains."""
    import resource  # only workers need it

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _serve(connection: Connection, parent: Connection, make: Callable[[], Callable[[Any], Any]], memory: int) -> None:
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

    def __init__(self, make: Callable[[], Callable[[Argument], Result]], *, deadline: float, memory: int) -> None:
        """`deadline`: seconds for one call. `memory`: bytes of data that the process may have."""
        import multiprocessing  # as above

        context = multiprocessing.get_context("fork")
        self._deadline = deadline
        self._connection, connection = context.Pipe()
        arguments = (connection, self._connection, make, memory)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        connection.close()
        self.alive = True

    def call(self, argument: Argument) -> Result:
        """The result of the function.

        Raises TimeoutError or MemoryError, after which the process may be gone (see `alive`), and FunctionFailedError.
        """
        try:
            self._connection.send(argument)
            if not self._connection.poll(self._deadline):
                self.close()
                raise TimeoutError
            result: Result
            error: tuple[str, str] | None
            result, error = self._connection.recv()
        except (EOFError, ConnectionError):
            self.close()
            raise MemoryError from None
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
            self._process.close()
