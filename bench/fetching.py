"""What a request costs, against the libraries below and beside it; tar pits; bombs.

    python -m bench.fetching            all of it
    python -m bench.fetching --quick    fewer feeds, once

The server runs in a process of its own and answers each of 1,000 loopback addresses after 50 to 200 ms; the client's processor time
(user and system) is what is compared, because wall time on a shared machine drifts. `http.client` in threads is the floor: nothing
in Python speaks HTTP for less without leaving the standard library.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import http.client
import json
import multiprocessing
import queue
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

WORKERS = 32
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
ITEM = "<item><guid>https://example.org/{n}</guid><title>Billet {n}</title><description>{text}</description></item>"
BODY = (
    "<rss version='2.0'><channel>" + "".join(ITEM.format(n=n, text=f"Du texte {n * n} " * 60) for n in range(80))
).encode()
GZIPPED = gzip.compress(BODY + b"</channel></rss>")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    host = writer.get_extra_info("sockname")[0]
    number = int(host.split(".")[2]) * 256 + int(host.split(".")[3])
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            if path == b"/pit":
                writer.write(b"HTTP/1.1 200 OK\r\nX: ")
                while True:
                    await asyncio.sleep(0.5)
                    writer.write(b"x")
                    await writer.drain()
            await asyncio.sleep((50 + number * 7919 % 150) / 1000)
            if path == b"/bomb":
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB
                )
            elif b"If-None-Match" in head or b"if-none-match" in head:
                writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
            else:
                writer.write(
                    b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: application/rss+xml\r\nDate: Tue, 24 Nov 2026 08:00:00 GMT\r\n'
                    b"Server: bench\r\nLast-Modified: Mon, 23 Nov 2026 08:00:00 GMT\r\nVary: Accept-Encoding\r\n"
                    b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED) + GZIPPED
                )
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


BOMB = b""


def serve(port: multiprocessing.Queue) -> None:
    global BOMB  # noqa: PLW0603 - made in the server's process only
    BOMB = gzip.compress(b"\0" * 100_000_000)

    async def main() -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", 0))
        listener.listen(4096)
        server = await asyncio.start_server(answer, sock=listener)
        port.put(listener.getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def urls(port: int, count: int, path: str = "/feed") -> list[str]:
    """One host for each feed."""
    return [f"http://127.0.{2 + n // 250}.{1 + n % 250}:{port}{path}" for n in range(count)]


def pooled(work: Callable[[str], object], many: list[str]) -> None:
    """`WORKERS` threads over a list."""
    left: queue.SimpleQueue[str] = queue.SimpleQueue()
    for url in many:
        left.put(url)

    def run() -> None:
        while True:
            try:
                url = left.get_nowait()
            except queue.Empty:
                return
            work(url)

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def with_planet(many: list[str], conditional: bool) -> None:
    from planet.fetch.fetcher import Fetcher
    from planet.model import Due, FetchRules, FetchState, Fresh, Unchanged

    rules = FetchRules(workers=WORKERS, host_pause=timedelta(seconds=1), allow_private=True)
    dues = [
        Due(key=url, url=url, state=FetchState(etag='"1"' if conditional else "", validators_url=url)) for url in many
    ]
    done = list(Fetcher(rules, "planet/bench (+https://planet.example.org/)").fetch_all(dues, NOW, backoffs={}))
    expected = Unchanged if conditional else Fresh
    assert all(isinstance(one, expected) for one in done), done[:1]


def with_requests(many: list[str], conditional: bool) -> None:
    import requests

    headers = {"If-None-Match": '"1"'} if conditional else {}
    session = requests.Session()
    pooled(lambda url: session.get(url, headers=headers, timeout=30).content, many)


def with_adapter(many: list[str], conditional: bool) -> None:
    """The requests library as far down as it goes: prepared once, one adapter, no session, no environment."""
    import requests
    from requests.adapters import HTTPAdapter

    adapter = HTTPAdapter(pool_connections=4)
    headers = {"If-None-Match": '"1"'} if conditional else {}

    def one(url: str) -> bytes:
        prepared = requests.Request("GET", url, headers=headers).prepare()
        return adapter.send(prepared, stream=True, timeout=30).raw.read(decode_content=True)

    pooled(one, many)


def with_urllib3(many: list[str], conditional: bool) -> None:
    import urllib3

    manager = urllib3.PoolManager(num_pools=4)
    headers = {"If-None-Match": '"1"'} if conditional else {}
    pooled(lambda url: manager.request("GET", url, headers=headers, timeout=30, retries=False).data, many)


def with_http_client(many: list[str], conditional: bool) -> None:
    headers = {"If-None-Match": '"1"'} if conditional else {}

    def one(url: str) -> None:
        host, path = url[7:].split("/", 1)
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", "/" + path, headers=headers)
        body = connection.getresponse().read()
        if body:
            gzip.decompress(body)
        connection.close()

    pooled(one, many)


CLIENTS = {
    "http.client": with_http_client,
    "planet": with_planet,
    "urllib3": with_urllib3,
    "requests adapter": with_adapter,
    "requests session": with_requests,
}


def measure_here(client: str, port: int, count: int, conditional: bool) -> dict[str, float]:
    """In a process of its own, after one warm-up request for imports."""
    CLIENTS[client](urls(port, WORKERS), conditional)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    CLIENTS[client](urls(port, count), conditional)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "wall": time.perf_counter() - began, "rss": after.ru_maxrss / 1024}


def pits_here(port: int, count: int, pits: int, timeout: float) -> dict[str, float]:
    from planet.fetch.fetcher import Fetcher
    from planet.model import Due, FetchRules, Fresh

    rules = FetchRules(timeout=timedelta(seconds=timeout), allow_private=True)
    many = urls(port, count)
    for n in range(pits):
        many[n * count // pits] = many[n * count // pits].replace("/feed", "/pit")
    began = time.perf_counter()
    done = list(Fetcher(rules, "planet/bench").fetch_all([Due(key=url, url=url) for url in many], NOW, backoffs={}))
    assert sum(isinstance(one, Fresh) for one in done) == count - pits
    return {"wall": time.perf_counter() - began}


def bombs_here(port: int, count: int) -> dict[str, float]:
    from planet.fetch.fetcher import Fetcher
    from planet.model import Due, Failed, FetchRules

    rules = FetchRules(workers=count, allow_private=True)
    many = [Due(key=url, url=url) for url in urls(port, count, "/bomb")]
    done = list(Fetcher(rules, "planet/bench").fetch_all(many, NOW, backoffs={}))
    assert all(isinstance(one, Failed) and one.error.kind == "too-large" for one in done)
    return {"rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def apart(*arguments: object) -> dict[str, float]:
    """One measurement in a fresh process."""
    command = [sys.executable, "-m", "bench.fetching", "--here", json.dumps(arguments)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true")
    options.add_argument("--here", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.here:
        kind, *arguments = json.loads(chosen.here)
        print(json.dumps({"measure": measure_here, "pits": pits_here, "bombs": bombs_here}[kind](*arguments)))
        return
    count, rounds = (200, 1) if chosen.quick else (1000, 3)
    ports: multiprocessing.Queue = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    port = ports.get()
    try:
        for conditional in (True, False):
            print(
                f"{count} feeds on as many hosts, {WORKERS} workers, {'304' if conditional else f'200 ({len(GZIPPED)} bytes gzip)'}"
            )
            found = {
                client: min(
                    (apart("measure", client, port, count, conditional) for _ in range(rounds)),
                    key=lambda one: one["cpu"],
                )
                for client in CLIENTS
            }
            floor = found["http.client"]["cpu"]
            for client, one in found.items():
                print(
                    f"  {client:18} {one['cpu'] / count * 1000:6.2f} ms CPU a request  {one['cpu'] / floor:5.2f} x floor"
                    f"  {count / one['wall']:6.0f} requests/s  {one['rss']:4.0f} MB"
                )
        timeout = 6.0
        plain = apart("pits", port, count, 0, timeout)["wall"]
        stuck = apart("pits", port, count, count // 20, timeout)["wall"]
        print(
            f"{count // 20} tar pits among {count} feeds: {stuck - plain:.1f} s more than without,"
            f" {(stuck - plain) / timeout:.2f} deadlines (goal: below 2)"
        )
        print(f"100 bombs of 100 MB at once: {apart('bombs', port, 100)['rss']:.0f} MB at most (goal: below 300)")
    finally:
        server.kill()


if __name__ == "__main__":
    main()
