"""The response of one request, read by http.client from a stream that knows the deadline and a limit of bytes."""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planet.fetch.errors import TooLargeError

_PIECE = 65536
_GIVEN_UP_AFTER = 10
KEPT = (
    *("etag", "last-modified", "cache-control", "expires", "date", "age", "retry-after", "content-type", "link"),
    *("location", "cf-mitigated", "refresh"),
)
_JOINED = frozenset({"etag", "cache-control", "link"})
_FRAMING = ("content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive", "set-cookie")
_READ = frozenset(name.encode() for name in (*KEPT, *_FRAMING))
_MOST_FIELDS = 1000
_LONGEST_LINE = 65536


@dataclass(slots=True)
class Deadline:
    """The deadline of a request, by `clock` (monotonic seconds). `phase` names the step that is waited for."""

    until: float
    clock: Callable[[], float] = time.monotonic
    phase: str = "resolve"
    gap: float = 15.0
    """Seconds that a connection may be silent."""
    status: int | None = None
    """Status of the answer being read, None before its header section: it is reported when the body breaks off."""

    def left(self, most: float = float("inf")) -> float:
        """Seconds to wait for the next step. Raises TimeoutError when there are none."""
        left = self.until - self.clock()
        if left <= 0:
            raise TimeoutError
        return min(left, most)


class Incoming(io.RawIOBase):
    """The bytes of one answer, with a deadline for each wait and a limit for their sum.

    A timeout of the socket alone starts anew with every byte, so that one byte a second never trips it.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, limit: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self._left = limit
        self.read_bytes = 0
        self.over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.over:
            return 0
        self._sock.settimeout(self._deadline.left(self._deadline.gap))
        count = self._sock.recv_into(buffer)
        self.read_bytes += count
        self._left -= count
        if self._left < 0:
            raise TooLargeError
        return count


class _Buffer(io.BufferedReader):
    """Remembers whether bytes were left over when the answer was read: such a connection is not used again."""

    leftover = False

    def close(self) -> None:
        if not self.closed:
            raw: Any = self.raw
            raw.over = True
            try:
                self.leftover = bool(self.peek(1))
            except (OSError, ValueError):
                self.leftover = True
        super().close()


class Source:
    """Stands for a socket in http.client, which only uses its stream."""

    def __init__(self, raw: Incoming) -> None:
        self.buffer = _Buffer(raw, _PIECE)

    def makefile(self, *_: object) -> _Buffer:
        return self.buffer


class _Replay:
    """A stream whose next lines were read already."""

    def __init__(self, lines: list[bytes], stream: Any) -> None:
        self._lines = deque(lines)
        self._stream = stream

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._lines.popleft() if self._lines else self._stream.readline(limit)
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _header_lines(stream: Any) -> list[bytes]:
    """The lines of a header section that are read later, its empty line included. Raises http.client.HTTPException.

    http.client refuses more than 100 fields, fewer than some honest sites send, and builds a message of all of them.
    """
    lines: list[bytes] = []
    wanted = False
    for _ in range(_MOST_FIELDS):
        line: bytes = stream.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        if line in {b"\r\n", b"\n", b""}:
            return [*lines, line]
        # A line that begins with a blank continues the field before it.
        wanted = wanted if line[:1] in b" \t" else line.partition(b":")[0].strip().lower() in _READ
        if wanted:
            lines.append(line)
    raise http.client.HTTPException("too many header fields")


class HttpResponse(http.client.HTTPResponse):
    """http.client skips 100 and takes 103 for the answer: here every interim response is skipped (RFC 9110 15.2)."""

    fp: Any

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_GIVEN_UP_AFTER):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200:
                self.fp = _Replay(_header_lines(self.fp), self.fp)
                return version, status, reason
            if status == 101:
                break
            _header_lines(self.fp)
        raise http.client.BadStatusLine("no final response")


def kept_fields(response: http.client.HTTPResponse) -> dict[str, str]:
    """The fields that are read later. Two ETag lines are a list; of other fields the first speaks."""
    kept: dict[str, str] = {}
    for name, value in response.headers.items():
        lowered = name.lower()
        if lowered not in KEPT:
            continue
        if lowered not in kept:
            kept[lowered] = str(value)
        elif lowered in _JOINED:
            kept[lowered] += f", {value}"
    return kept


def read_body(response: http.client.HTTPResponse, limit: int) -> bytes:
    """All bytes of the body as they came, at most `limit`; a body that ends early is an error."""
    announced = response.length
    if announced is not None and announced > limit:
        raise TooLargeError
    body = bytearray()
    while piece := response.read(_PIECE):
        body += piece
        if len(body) > limit:
            raise TooLargeError
    if announced is not None and len(body) < announced:
        raise http.client.IncompleteRead(bytes(body), announced - len(body))
    return bytes(body)
