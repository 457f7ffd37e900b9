"""One request over one connection: guarded, bounded in time and bytes. Everything that can go wrong comes back as a value.

urllib3 makes the connections (TLS, verification, SNI); its pools and responses, and the sessions of requests above them, cost
five times what the exchange itself does (docs/decisions/010-http-stack.md), so that the request is written as prepared bytes and
the answer is read by `planet.fetch.response`.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from planet.fetch.decoding import decode
from planet.fetch.exceptions import of_exception
from planet.fetch.request import head
from planet.fetch.response import Deadline, HttpResponse, Incoming, Source, kept_fields, read_body
from planet.urls import Target

if TYPE_CHECKING:
    from planet.fetch.addresses import AddressFilter
    from planet.model import FetchError

_SMALL = 16384
_IDLE = 64
REDIRECTS = frozenset({301, 302, 303, 307, 308})


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
    """The protocol of sending one request; `HttpTransport` is the real implementation, tests have others."""

    def __call__(self, request: Request, deadline: Deadline) -> Response | FetchError: ...

    def close(self) -> None: ...


def _connect(address_filter: AddressFilter, request: Request, deadline: Deadline) -> socket.socket:
    """A socket to an address that was checked; the next address is tried where one does not answer."""
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
        """Close idle connections; connections in use are closed when they are returned."""
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
        source: Any = Source(Incoming(sock, deadline, request.limit + request.limit // 4 + 1_000_000))
        response = HttpResponse(source, method=request.method)
        whole = False
        try:
            response.begin()
            deadline.status = response.status
            headers = kept_fields(response)
            body = b""
            if response.status == 200:
                body = decode(
                    read_body(response, request.limit), response.getheader("content-encoding", "") or "", request.limit
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
    """The key under which an idle connection is reused: origin, and whether it may lead to a private address."""
    return f"{request.target.origin} {request.private}"


def _authorities() -> str:
    from requests.utils import DEFAULT_CA_BUNDLE_PATH  # 100 ms that a run without TLS does not need

    return str(DEFAULT_CA_BUNDLE_PATH)
