"""One request over one connection: guarded, bounded in time and bytes. Everything that can go wrong comes back as a value.

urllib3 makes the connections (TLS, verification, SNI); its pools and responses, and the sessions of requests above them, cost
five times what the exchange itself does (docs/decisions/010-http-stack.md), so that the request is written as prepared bytes and
the answer is read by http.client, through a stream that knows the deadline.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from planet.fetch.decoding import decode
from planet.fetch.errors import TooLargeError
from planet.fetch.exceptions import of_exception
from planet.fetch.request import head
from planet.urls import Target

if TYPE_CHECKING:
    from planet.fetch.addresses import AddressFilter
    from planet.model import FetchError

_PIECE = 65536
_SMALL = 16384
_IDLE = 64
_GIVEN_UP_AFTER = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
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
    """Until when a request may go on, by `clock` (seconds that only grow). `phase` says what it is waiting for."""

    until: float
    clock: Callable[[], float] = time.monotonic
    phase: str = "resolve"
    gap: float = 15.0
    """Seconds that a connection may be silent."""
    status: int | None = None
    """Of the answer that is being read, once its head has come: a body that breaks off was answered all the same."""

    def left(self, most: float = float("inf")) -> float:
        """Seconds to wait for the next step. Raises TimeoutError when there are none."""
        left = self.until - self.clock()
        if left <= 0:
            raise TimeoutError
        return min(left, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to make. `limit`: bytes of body, on the wire and decoded. `private`: it may lead to a listed private host."""

    target: Target
    fields: tuple[tuple[str, str], ...] = ()
    default_headers: bytes
    limit: int
    private: bool = False
    configured_port: int | None = None
    method: str = "GET"
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A complete answer. `headers`: names in lower case, values as given (latin-1). `cookies`: the Set-Cookie fields.

    `body` is decoded, and only read at 200.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    body: bytes = b""


class Transport(Protocol):
    """The seam below everything else: a request, an answer. `HttpTransport` is the real one."""

    def __call__(self, request: Request, deadline: Deadline) -> Response | FetchError: ...

    def close(self) -> None: ...


class _Incoming(io.RawIOBase):
    """The bytes of one answer: each wait knows the deadline, and the sum knows a limit.

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


class _Source:
    """What http.client takes for a socket: only ever asked for its stream."""

    def __init__(self, raw: _Incoming) -> None:
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


class _HttpResponse(http.client.HTTPResponse):
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


def _connect(address_filter: AddressFilter, request: Request, deadline: Deadline) -> socket.socket:
    """A socket to an address that was checked; the next one is tried where one is dead."""
    target = request.target
    address_filter.check_port(target.host, target.port, configured=request.configured_port)
    deadline.phase = "resolve"
    answers = address_filter.resolve(target.host, target.port, private=request.private)
    deadline.phase = "connect"
    last_error: OSError | None = None
    for index, (family, kind, protocol, _, address) in enumerate(answers):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(deadline.left(3.0 if index + 1 < len(answers) else 10.0))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            last_error = error
            continue
        return sock
    assert last_error is not None
    raise last_error


class _Guarded:
    """Mixed into urllib3's connections: the socket comes from the address filter."""

    address_filter: AddressFilter
    outgoing: Request
    deadline: Deadline

    def _new_conn(self) -> socket.socket:
        sock = _connect(self.address_filter, self.outgoing, self.deadline)
        self.deadline.phase = "tls" if self.outgoing.target.scheme == "https" else "read"
        sock.settimeout(self.deadline.left())
        return sock


class _Plain(_Guarded, HTTPConnection):
    pass


class _Secure(_Guarded, HTTPSConnection):
    pass


class HttpTransport:
    """The real transport. Thread-safe; idle connections are kept for the next feed of the same origin, at most 64.

    `ca_file`: certificate authorities in place of those that come with requests.
    """

    def __init__(self, address_filter: AddressFilter, *, ca_file: str | None = None) -> None:
        self._filter = address_filter
        self._ca_file = ca_file
        self._idle: OrderedDict[int, tuple[str, _Plain | _Secure]] = OrderedDict()
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._runs = 0

    def __call__(self, request: Request, deadline: Deadline) -> Response | FetchError:
        run = self._runs
        connection = self._take(_place(request)) if request.method == "GET" else None
        if connection is not None:
            try:
                self._filter.check_port(request.target.host, request.target.port, configured=request.configured_port)
                return self._exchange(connection, request, deadline, run)
            except (http.client.BadStatusLine, ConnectionError, ssl.SSLError):
                # It had died between two feeds: asked once more, on a new connection.
                connection.close()
            except Exception as error:  # noqa: BLE001 - whatever a server does is a value
                connection.close()
                return _fetch_error(error, request, deadline)
        connection = self._open(request, deadline)
        try:
            deadline.phase = "resolve"
            connection.connect()
            return self._exchange(connection, request, deadline, run)
        except Exception as error:  # noqa: BLE001 - whatever a server does is a value
            connection.close()
            return _fetch_error(error, request, deadline)

    def close(self) -> None:
        """Close what is idle, and keep nothing of what is under way: the run is over."""
        with self._lock:
            self._runs += 1
            idle, self._idle = self._idle, OrderedDict()
        for _, connection in idle.values():
            connection.close()

    def _open(self, request: Request, deadline: Deadline) -> _Plain | _Secure:
        target = request.target
        connection: _Plain | _Secure
        if target.scheme == "https":
            connection = _Secure(target.host, target.port, ssl_context=self._tls())
        else:
            connection = _Plain(target.host, target.port)
        connection.address_filter, connection.outgoing, connection.deadline = self._filter, request, deadline
        return connection

    def _tls(self) -> ssl.SSLContext:
        """One context for all: loading the authorities costs more than a request."""
        with self._lock:
            if self._context is None:
                context = create_urllib3_context()
                context.load_verify_locations(cafile=self._ca_file or _authorities())
                self._context = context
            return self._context

    def _take(self, place: str) -> _Plain | _Secure | None:
        with self._lock:
            number = next(
                (number for number, (idle_place, _) in reversed(self._idle.items()) if idle_place == place), None
            )
            if number is None:
                return None
            _, connection = self._idle.pop(number)
        if connection.is_connected:
            return connection
        # Closed by the server, or it says more than it was asked: neither is of use.
        connection.close()
        return None

    def _keep(self, place: str, connection: _Plain | _Secure, run: int) -> None:
        oldest: _Plain | _Secure | None = connection
        with self._lock:
            if run == self._runs:
                oldest = None
                self._idle[id(connection)] = (place, connection)
            if len(self._idle) > _IDLE:
                _, (_, oldest) = self._idle.popitem(last=False)
        if oldest is not None:
            oldest.close()

    def _exchange(self, connection: _Plain | _Secure, request: Request, deadline: Deadline, run: int) -> Response:
        sock: Any = connection.sock
        deadline.phase = "read"
        sock.settimeout(deadline.left(deadline.gap))
        sock.sendall(
            head(request.target, request.default_headers, request.fields, method=request.method) + request.payload
        )
        # Chunk sizes, header fields and interim responses come on top of the body.
        source: Any = _Source(_Incoming(sock, deadline, request.limit + request.limit // 4 + 1_000_000))
        response = _HttpResponse(source, method=request.method)
        whole = False
        try:
            response.begin()
            deadline.status = response.status
            headers = _kept(response)
            body = b""
            if response.status == 200:
                body = decode(
                    _body(response, request.limit), response.getheader("content-encoding", "") or "", request.limit
                )
                whole = True
            elif response.status == 304:
                whole = True
            elif response.length is not None and response.length <= _SMALL:
                whole = len(response.read(_SMALL)) <= _SMALL and not response.length
            whole = whole and not response.will_close
            cookies = tuple(response.headers.get_all("set-cookie", ()))
            return Response(status=response.status, headers=headers, cookies=cookies, body=body)
        finally:
            response.close()
            source.buffer.close()
            if whole and not source.buffer.leftover:
                self._keep(_place(request), connection, run)
            else:
                connection.close()


def _fetch_error(error: Exception, request: Request, deadline: Deadline) -> FetchError:
    fetch_error = of_exception(error, request.target.host, deadline.phase)
    return fetch_error if deadline.status is None else replace(fetch_error, status=deadline.status)


def _place(request: Request) -> str:
    """What an idle connection may be used for again: its address was checked for a request that might, or might not, go there."""
    return f"{request.target.origin} {request.private}"


def _authorities() -> str:
    from requests.utils import DEFAULT_CA_BUNDLE_PATH  # 100 ms that a run without TLS does not need

    return str(DEFAULT_CA_BUNDLE_PATH)


def _kept(response: http.client.HTTPResponse) -> dict[str, str]:
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


def _body(response: http.client.HTTPResponse, limit: int) -> bytes:
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
