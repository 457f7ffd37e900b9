"""A server of many real feeds on loopback: gzip, ETags, latency. For whole runs."""

from __future__ import annotations

import contextlib
import functools
import gzip
import hashlib
import random
import re
import threading
import time
from collections import Counter
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


_MARKUP = re.compile(rb"<[^>]*>|&lt;.*?&gt;|&[#\w]+;|https?://[^\s<\"']+", re.DOTALL)
_LONG_WORD = re.compile(rb"[a-z]{5,}")
_SPACES = rb"www\.w3\.org|purl\.org|backend\.userland|search\.yahoo|www\.itunes|schemas|rssnamespace|wellformedweb"
_ADDRESS = re.compile(rb"(https?://)(?!" + _SPACES + rb")")


def varied(document: bytes, number: int) -> bytes:
    """Another document of the same shape: its addresses are of another host, and the letters of its long words are turned, so that no entry
    of it is one of another document.
    """
    if not number:
        return document

    def turned(word: re.Match[bytes]) -> bytes:
        by = number % len(word[0]) or 1
        return word[0][by:] + word[0][:by]

    pieces = []
    position = 0
    for markup in _MARKUP.finditer(document):
        pieces += [_LONG_WORD.sub(turned, document[position : markup.start()]), markup[0]]
        position = markup.end()
    pieces.append(_LONG_WORD.sub(turned, document[position:]))
    return _ADDRESS.sub(lambda scheme: scheme[1] + b"v%d." % number, b"".join(pieces))


def small(number: int) -> bytes:
    """A feed of eight short posts, unlike any other."""
    rng = random.Random(number)
    items = "".join(
        f"<item><title>{rng.randrange(10**9)} {rng.randrange(10**9)} {n}</title><link>https://b{number}.example/{n}</link>"
        f"<guid>https://b{number}.example/{n}</guid><pubDate>Mon, {1 + n:02} Jun 2026 10:00:00 GMT</pubDate>"
        f"<description>{' '.join(f'{rng.randrange(10**6):x}' for _ in range(12))}</description></item>"
        for n in range(8)
    )
    head = f"<title>Blog {number}</title><link>https://b{number}.example/</link><description>d</description>"
    return f'<rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


class Feeds:
    """Document 0, 1, 2 … as many as are asked for, no two alike."""

    def __init__(self, *, small: bool = False) -> None:
        self._documents = [] if small else documents()
        self.packed = functools.cache(self._packed)

    def document(self, number: int) -> bytes:
        """A document as it is written."""
        if not self._documents:
            return small(number)
        return varied(self._documents[number % len(self._documents)], number // len(self._documents))

    def _packed(self, number: int) -> tuple[bytes, str]:
        """A document as it is sent: (gzip, ETag)."""
        document = self.document(number)
        return gzip.compress(document, 6, mtime=0), hashlib.sha256(document).hexdigest()[:12]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        number = int(self.path.rsplit("/", 1)[1].split(".")[0])
        body, etag = self.server.feeds.packed(number)
        self.server.requests += 1
        self.server.asked[number] += 1
        time.sleep(self.server.delay(number))  # the latency of a distant server
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


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    """`asked`: how often each feed was."""

    def __init__(self, feeds: Feeds, latency: tuple[float, float], host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.feeds = feeds
        self.latency = latency
        self.requests = 0
        self.asked: Counter[int] = Counter()

    def handle_error(self, _request: object, _client_address: object) -> None:
        """A client that goes away is no news."""

    def delay(self, number: int) -> float:
        low, high = self.latency
        return low + (high - low) * ((number * 7919) % 100) / 100


@contextlib.contextmanager
def server_of(
    latency: tuple[float, float] = (0, 0), *, small: bool = True, host: str = "127.0.0.1"
) -> Iterator[Server]:
    """A server of feeds 0, 1, 2 … at `/feed/<number>.xml`, each a document of its own."""
    server = Server(Feeds(small=small), latency, host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def serving(latency: tuple[float, float] = (0.05, 0.2), *, small: bool = False) -> Iterator[str]:
    """The address of such a server."""
    with server_of(latency, small=small) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}"
