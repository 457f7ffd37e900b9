"""Defer Ctrl-C and SIGTERM during a short piece of work."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_ENDS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Delay SIGINT and SIGTERM until the block is done. Only effective in the main thread, which receives signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[tuple[int, FrameType | None]] = []
    before = {number: signal.signal(number, lambda *what: heard.append(what)) for number in _ENDS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for sent, frame in heard[:1]:
        handler = before[signal.Signals(sent)]
        if callable(handler):
            handler(sent, frame)
