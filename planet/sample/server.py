"""A small web server for loopback: the sample community's feeds."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import mimetypes
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from planet.formats import media_type
from planet.sample import COMMUNITY, PORT

LOOPBACK = "127.0.0.1"
TYPES = {
    ".json": media_type("feed.json"), ".ics": f"{media_type('calendar.ics')}; charset=utf-8", ".rdf": "application/rdf+xml", ".xml": "application/xml",
}  # fmt: skip
MOVED = {"/julie/ancien.xml": "/julie/feed.xml"}


class _Community(BaseHTTPRequestHandler):
    """Serves the sample as a well-kept site would: validators, 304, gzip, one permanent redirect (301) and one removed feed (410)."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path in MOVED:
            self._answer(HTTPStatus.MOVED_PERMANENTLY, location=MOVED[path])
            return
        file = (COMMUNITY / path.lstrip("/")).resolve()
        if not file.is_relative_to(COMMUNITY.resolve()) or not file.is_file():
            self._answer(HTTPStatus.NOT_FOUND)
            return
        body = file.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        kind = TYPES.get(file.suffix, mimetypes.guess_type(file.name)[0] or "application/rss+xml")
        if self.headers.get("If-None-Match") == etag:
            self._answer(HTTPStatus.NOT_MODIFIED, etag=etag)
            return
        zipped = "gzip" in self.headers.get("Accept-Encoding", "")
        self._answer(
            HTTPStatus.OK,
            gzip.compress(body, mtime=0) if zipped else body,
            content_type=kind,
            etag=etag,
            content_encoding="gzip" if zipped else "",
            last_modified=formatdate(1_700_000_000, usegmt=True),
        )

    def _answer(self, status: HTTPStatus, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value:
                self.send_header(name.replace("_", "-").title(), value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing is logged: the demonstration prints its own lines."""


class LoopbackServer(ThreadingHTTPServer):
    """Answers each connection in a thread of its own; a connection that its client closes is not logged."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a reader that goes away is no news."""


@contextlib.contextmanager
def running(server: LoopbackServer) -> Iterator[str]:
    """Serve in a thread until the block ends: gives the address, without a slash."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def community_server(port: int = PORT) -> Iterator[str]:
    """The sample community on loopback, at `port` or at any free one: gives its address without a slash."""
    try:
        server = LoopbackServer((LOOPBACK, port), _Community)
    except OSError:
        server = LoopbackServer((LOOPBACK, 0), _Community)
    with running(server) as address:
        yield address
