"""A server of many real feeds on loopback: gzip, ETags, latency. For whole runs."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import random
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


def generated(count: int = 60) -> list[bytes]:
    """Documents in the shape of real ones, for machines without the data set."""
    rng = random.Random(1)
    words = [
        "soirée",
        "volcan",
        "code",
        "données",
        "requête",
        "atelier",
        "python",
        "rails",
        "conteneur",
        "réseau",
        "test",
        "page",
        "lecteur",
        "membre",
        "groupe",
    ]

    def paragraphs() -> str:
        return "".join("<p>" + " ".join(rng.choices(words, k=60)) + "</p>" for _ in range(6))

    made = []
    for feed in range(count):
        items = "".join(
            f"<item><title>Billet {feed}-{n} {' '.join(rng.choices(words, k=5))}</title><link>https://blog{feed}.example/{n}</link>"
            f"<guid>https://blog{feed}.example/{n}</guid><pubDate>Mon, {1 + n % 28:02} Jun 2026 10:00:00 GMT</pubDate>"
            f"<category>{rng.choice(words)}</category>"
            f"<description><![CDATA[{paragraphs()}]]></description></item>"
            for n in range(32)
        )
        made.append(
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Blog {feed}</title>'
            f"<link>https://blog{feed}.example/</link><description>d</description>{items}</channel></rss>".encode()
        )
    return made


def documents() -> list[bytes]:
    """The real feeds beside the project where they are, else generated ones."""
    folders = [DATA / "feeds", DATA / "clermontech" / "feeds"]
    found = [
        path.read_bytes()
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".rss", ".atom", ".rdf", ".json", ".xml"} and path.name != "talks.json"
    ]
    return found or generated()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        number = int(self.path.rsplit("/", 1)[1].split(".")[0])
        body, etag = self.server.bodies[number % len(self.server.bodies)]
        self.server.requests += 1
        time.sleep(self.server.delay(number))
        etag = f'"{etag}-{number}"'
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, bodies: list[tuple[bytes, str]], latency: tuple[float, float]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies = bodies
        self.latency = latency
        self.requests = 0

    def handle_error(self, _request: object, _client_address: object) -> None:
        """A client that goes away is no news."""

    def delay(self, number: int) -> float:
        low, high = self.latency
        return low + (high - low) * ((number * 7919) % 100) / 100


@contextlib.contextmanager
def serving(latency: tuple[float, float] = (0.05, 0.2)) -> Iterator[str]:
    """Feeds 0, 1, 2 … below the address that is given, each a real document, again from the first when they are used up."""
    bodies = [(gzip.compress(body, 6, mtime=0), hashlib.sha256(body).hexdigest()[:12]) for body in documents()]
    server = _Server(bodies, latency)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
