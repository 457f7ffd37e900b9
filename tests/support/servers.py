"""A web server on loopback that says exactly what it is told to, byte by byte.

    with Server() as server:
        server.on("/feed", reply(200, FEED, ETag='"1"'), reply(304))     # successive answers; the last one repeats
        fetch(server.url("/feed"))
        assert server.seen[0].fields["user-agent"].startswith("planet/")

A step is what one request is answered with: bytes (sent as they are, the connection then closed), or one of

    reply(status, body, **header)    a well-formed answer with its Content-Length; the connection stays open
    raw(data)                        bytes as they are; the connection then closed
    drip(data, every)                one byte each `every` seconds
    cut(data)                        bytes, then a reset (RST)
    hang(data)                       bytes, then silence until the server is closed
    after(seconds, step)             a step, later
    chunked(body, ...)               a chunked answer

`Server(host="127.0.0.2")` listens on another loopback address, `Server(tls=authority.server("localhost"))` speaks TLS with a
certificate made for the test (`Authority`). A path without a script is answered with 404. `connections` counts what was accepted:
a server that must stay untouched has 0.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

Step = Callable[["Connection"], bool]
"""Answers one request; False: the connection is closed then."""


@dataclass
class Seen:
    """One request as it came: `at` is monotonic seconds, `raw` the head as bytes, `fields` the last of each name in lower case."""

    at: float
    method: str
    path: str
    raw: bytes
    fields: dict[str, str]
    body: bytes = b""
    connection: int = 0


@dataclass
class Connection:
    """One accepted connection, in the hands of a step."""

    sock: socket.socket
    closing: threading.Event
    number: int
    buffer: bytes = b""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def wait(self, seconds: float) -> bool:
        """Wait, but not longer than the server lives. True: it was closed."""
        return self.closing.wait(seconds)


REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found", 410: "Gone"}


def head(status: int, *extra: str, **fields: object) -> bytes:
    """The head of an answer; `Content_Type=…` is written Content-Type, `extra` are whole lines."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", *extra]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def reply(status: int = 200, body: bytes = b"", *extra: str, **fields: object) -> Step:
    if status != 304:
        fields.setdefault("Content_Length", len(body))
    data = head(status, *extra, **fields) + body

    def step(connection: Connection) -> bool:
        connection.send(data)
        return True

    return step


def raw(data: bytes) -> Step:
    def step(connection: Connection) -> bool:
        connection.send(data)
        return False

    return step


def chunked(body: bytes, *, size: int = 1000, end: bytes = b"0\r\n\r\n", **fields: object) -> Step:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    data = head(200, Transfer_Encoding="chunked", **fields)
    return raw(data + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end)


def drip(data: bytes, every: float, *, at_once: bytes = b"") -> Step:
    def step(connection: Connection) -> bool:
        connection.send(at_once)
        for index in range(len(data)):
            if connection.wait(every):
                break
            connection.send(data[index : index + 1])
        return False

    return step


class Clock:
    """A clock that is moved by hand, in seconds."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def ticking(clock: Clock, data: bytes, every: float, *, at_once: bytes = b"", end: bytes | None = None) -> Step:
    """Like `drip`, of a clock instead of time: each byte takes `every` seconds of it. Then `end` is sent, or the connection closed."""

    def step(connection: Connection) -> bool:
        connection.send(at_once)
        for index in range(len(data)):
            connection.send(data[index : index + 1])
            clock.now += every
        if end is None:
            return False
        connection.send(end)
        return True

    return step


def cut(data: bytes) -> Step:
    def step(connection: Connection) -> bool:
        connection.send(data)
        connection.wait(0.05)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return step


def hang(data: bytes = b"") -> Step:
    def step(connection: Connection) -> bool:
        connection.send(data)
        connection.closing.wait()
        return False

    return step


def endless(start: bytes, piece: bytes) -> Step:
    def step(connection: Connection) -> bool:
        connection.send(start)
        while not connection.closing.is_set():
            connection.send(piece)
        return False

    return step


def after(seconds: float, then: Step) -> Step:
    def step(connection: Connection) -> bool:
        return not connection.wait(seconds) and then(connection)

    return step


@dataclass
class Server:
    """See the head of this file."""

    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    scripts: dict[str, list[Step]] = field(default_factory=dict)
    default: Step | None = None
    greet: Callable[[socket.socket, threading.Event], None] | None = None
    """Instead of everything else: what is done with a connection that was accepted."""
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((self.host, self.port))
        self._listener.listen(512)
        self.port = self._listener.getsockname()[1]
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, path: str = "/", *, host: str = "") -> str:
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}{path}"

    @property
    def address(self) -> str:
        """host:port, as `allow_private` names it."""
        return f"{self.host}:{self.port}"

    def on(self, path: str, *steps: Step | bytes) -> None:
        """Answer `path` with these steps, one after the other, the last one again and again."""
        with self._lock:
            self.scripts[path] = [raw(step) if isinstance(step, bytes) else step for step in steps]

    def asked(self, path: str) -> list[Seen]:
        """The requests for one path, in their order."""
        with self._lock:
            return [seen for seen in self.seen if seen.path == path]

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open.add(sock)
            thread = threading.Thread(target=self._serve, args=(sock, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        plain = sock
        try:
            if self.greet is not None:
                self.greet(sock, self._closing)
                return
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
                with self._lock:
                    self._open.discard(plain)
                    self._open.add(sock)
            connection = Connection(sock, self._closing, number)
            while self._answer(connection):
                pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open -= {plain, sock}
            sock.close()
            plain.close()

    def _answer(self, connection: Connection) -> bool:
        while b"\r\n\r\n" not in connection.buffer:
            received = connection.sock.recv(65536)
            if not received:
                return False
            connection.buffer += received
        raw_head, _, connection.buffer = connection.buffer.partition(b"\r\n\r\n")
        first, *lines = raw_head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(fields.get("content-length", 0))
        while len(connection.buffer) < length:
            connection.buffer += connection.sock.recv(65536)
        body, connection.buffer = connection.buffer[:length], connection.buffer[length:]
        with self._lock:
            self.seen.append(Seen(time.monotonic(), method, path, raw_head, fields, body, connection.number))
            steps = self.scripts.get(path)
            step = steps[0] if steps else self.default or reply(404)
            if steps and len(steps) > 1:
                del steps[0]
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return step(connection)
        finally:
            with self._lock:
                self.at_once -= 1


def closed_port(host: str = "127.0.0.1") -> int:
    """A port where nothing listens."""
    with contextlib.closing(socket.socket()) as sock:
        sock.bind((host, 0))
        port: int = sock.getsockname()[1]
    return port


class Authority:
    """A certificate authority of the test's own: `ca_file` is what a client must trust, `server` makes TLS contexts."""

    def __init__(self, folder: Path) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID

        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority for tests")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = folder / "authority.pem"
        self.ca_file.write_bytes(certificate.public_bytes(_pem()))

    def server(self, name: str, *, expired: bool = False, self_signed: bool = False) -> ssl.SSLContext:
        """A TLS context for a server called `name` (a host name or an IP address)."""
        import ipaddress

        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID

        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        other: x509.GeneralName
        try:
            other = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            other = x509.DNSName(name)
        signer = key if self_signed else self._key
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now - timedelta(days=1) if expired else now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([other]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
            .sign(signer, hashes.SHA256())
        )
        path = self._folder / f"{name}-{expired}-{self_signed}.pem".replace(":", "-")
        path.write_bytes(
            certificate.public_bytes(_pem())
            + key.private_bytes(_pem(), serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _pem():
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.PEM


@contextlib.contextmanager
def servers(count: int, **options: object) -> Iterator[list[Server]]:
    """Several servers at once, each at its own port."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Server(**options)) for _ in range(count)]  # type: ignore[arg-type]
