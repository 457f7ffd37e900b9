"""Hostile documents and servers, the whole way: each costs its own feed a sentence in the health page, and nothing else."""

from __future__ import annotations

import gzip
import json
import resource
import zlib
from collections.abc import Iterator

import pytest

from tests.support import outputs
from tests.support.servers import Server, drip, endless, hang, head, raw, reply
from tests.support.world import World, item, rss

A = "https://a.example"
XML = '<?xml version="1.0"?>'


def _bombs() -> dict[str, bytes]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    big = rss(item("Un", f"{A}/1", text="x" * 1_000_000)).encode()
    many = "".join(f"<item><title>{n}</title><link>{A}/{n}</link></item>" for n in range(1_000_000))
    attributes = " ".join(f"a{n}='1'" for n in range(200_000))
    return {
        "laughs": f'{XML}<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]><rss version="2.0"><channel><title>&l9;</title></channel></rss>'.encode(),
        "quadratic": f'{XML}<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]><rss version="2.0"><channel><title>{"&a;" * 50_000}</title></channel></rss>'.encode(),
        "nested": f'{XML}<rss version="2.0"><channel>{"<a>" * 200_000}{"</a>" * 200_000}</channel></rss>'.encode(),
        "million": f'{XML}<rss version="2.0"><channel><title>t</title>{many}</channel></rss>'.encode(),
        "attributes": f'{XML}<rss version="2.0"><channel {attributes}></channel></rss>'.encode(),
        "json": b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 500_000,
        "calendar": b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nRRULE:FREQ=SECONDLY\r\n" * 50_000,
        "gzip": gzip.compress(big * 200, 1),
        "deflate": zlib.compress(b"<a>" * 100_000_000, 1),
        "title": f'{XML}<rss version="2.0"><channel><title>{"t" * 50_000_000}</title></channel></rss>'.encode(),
        "utf-16": f'{XML}<rss version="2.0"><channel><title>t</title>{"é" * 6_000_000}'.encode("utf-16"),
        "path": b"/etc/passwd",
        "device": b"file:///dev/zero",
    }


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    return _bombs()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        yield made


def states(world: World) -> dict[str, dict]:
    return {row["source"]: row for row in json.loads(world.planet("status", "--json").out)}


def publish_with(world: World, feeds: dict[str, str], **fetch: object) -> dict[str, dict]:
    """A run of a healthy feed and hostile ones: the healthy one is published, whatever the others do; their states."""
    good = {"name": "Bon", "feeds": [world.serve("/good.xml", rss(item("Un bon billet", f"{A}/bon")))]}
    world.configure(
        [good, *({"name": name, "feeds": [url]} for name, url in feeds.items())],
        fetch={"timeout": "15s", "per_host": 32, "workers": 32, **fetch},
    )
    result = world.run()
    assert (result.code, result.out, result.err) == (0, "", "")
    assert "Un bon billet" in {story["title"] for story in world.entries()}
    assert outputs.whole(world.output, strict=False) == []
    found = states(world)
    assert found.pop("Bon")["state"] == "ok"
    return found


def test_hostile_documents_cost_their_feed_a_sentence_and_nothing_else(
    world: World, server: Server, bombs: dict[str, bytes]
) -> None:
    for name, body in bombs.items():
        coding = {"gzip": "gzip", "deflate": "deflate"}.get(name)
        fields = {"Content_Encoding": coding} if coding else {}
        server.on(f"/{name}", reply(200, body, Content_Type="application/xml", **fields))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = publish_with(world, {name: server.url(f"/{name}") for name in bombs}, timeout="300s")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 400_000_000, "what a bomb would be is never held"
    page = (world.output / "health/index.html").read_text("utf-8")
    for name, row in found.items():
        assert row["entries"] == 0, name
        if name in {"laughs", "quadratic", "attributes"}:  # nothing is expanded: what is left is an empty feed
            assert row["state"] == "ok", row
            continue
        assert row["state"] == "failing", (name, row)
        assert row["error_class"] in {"too-large", "not-a-feed", "unsupported", "truncated"}, (name, row)
        assert row["error"], name
        if "127.0.0.1" not in row["error"]:  # what names an inside address is said to the owner alone
            assert row["error"][1:30].replace("'", "&#39;") in page, name
    for path, file in outputs.files(world.output):
        body = file.read_bytes()
        assert b"root:x:0" not in body, path
        assert len(body) < 2_000_000, path


def test_no_entity_of_a_document_is_fetched_or_read(world: World, server: Server) -> None:
    with Server() as inside:
        inside.default = reply(200, b"secret-of-the-inside")
        (world.folder / "secret.txt").write_text("secret-of-the-disk")
        places = {
            "http": inside.url("/e"),
            "file": (world.folder / "secret.txt").as_uri(),
            "passwd": "file:///etc/passwd",
        }
        feeds = {}
        for name, place in places.items():
            body = (
                f'{XML}<!DOCTYPE rss [<!ENTITY x SYSTEM "{place}"><!ENTITY % p SYSTEM "{place}"> %p;]>'
                + rss(
                    "<item><title>Un &x; titre</title><link>https://a.example/1</link><description>&x;</description></item>"
                ).partition("?>")[2]
            )
            server.on(f"/{name}", reply(200, body.encode()))
            feeds[name] = server.url(f"/{name}")
        include = rss(
            f'<item><title>x</title><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{places["http"]}"/></item>'
        )
        server.on(
            "/include",
            reply(200, f'{XML}<?xml-stylesheet href="{places["http"]}"?>{include.partition("?>")[2]}'.encode()),
        )
        publish_with(
            world, {**feeds, "include": server.url("/include")}, allow_private=[server.address, world.base[7:]]
        )
        assert inside.connections == 0
    everything = b"".join(
        path.read_bytes() for path in world.folder.rglob("*") if path.is_file() and path.name != "secret.txt"
    )
    for secret in (b"secret-of-the-inside", b"secret-of-the-disk", b"root:x:0"):
        assert secret not in everything


def test_hostile_servers_cost_their_feed_its_deadline_and_nothing_else(world: World, server: Server) -> None:
    long = rss(item("Un", f"{A}/lent")).encode()
    server.on("/silent", hang())
    server.on("/half", hang(head(200, Content_Length=1000) + b"<rss"))
    server.on("/drip", drip(head(200, Content_Length=len(long)) + long, 0.05))
    server.on("/headers", drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000, 0.05))
    server.on("/endless", endless(head(200), b"<item/>" * 100_000))
    server.on("/chunks", endless(head(200, Transfer_Encoding="chunked"), b"10000\r\n" + b"x" * 65536 + b"\r\n"))
    server.on("/redirects", endless(head(302, Location="/redirects"), b"x" * 65536))
    server.on("/loop", reply(301, b"", Location="/loop"))
    server.on("/headers-many", raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n"))
    server.on("/no-http", raw(b"SSH-2.0-OpenSSH_9.9\r\n"))
    server.on("/liar", raw(head(200, Content_Length=10_000_000_000) + b"<rss>"))
    server.on("/nul", reply(200, b"\0", "Content-Type: text/\0xml; charset=\0"))
    names = (
        "silent",
        "half",
        "drip",
        "headers",
        "endless",
        "chunks",
        "redirects",
        "loop",
        "headers-many",
        "no-http",
        "liar",
        "nul",
    )
    found = publish_with(world, {name: server.url(f"/{name}") for name in names}, max_bytes="500KB")
    assert server.most_at_once >= 4, "they are slow together, not one after the other"
    for name, row in found.items():
        assert row["state"] == "failing", (name, row)
        assert row["error"], name
    assert found["drip"]["error_class"] == found["silent"]["error_class"] == "timeout"
    assert found["endless"]["error_class"] == found["liar"]["error_class"] == "too-large"
    assert found["loop"]["error_class"] == "redirect-loop"


def test_no_redirect_leads_inside(world: World, server: Server) -> None:
    with Server() as inside:
        port = inside.port
        inside.default = reply(200, rss(item("Dedans", f"{A}/dedans")).encode())
        targets = {
            "loopback": f"http://127.0.0.1:{port}/",
            "name": f"http://localhost:{port}/",
            "short": f"http://127.1:{port}/",
            "decimal": f"http://2130706433:{port}/",
            "octal": f"http://0177.0.0.1:{port}/",
            "zero": f"http://0.0.0.0:{port}/",
            "mapped": f"http://[::ffff:127.0.0.1]:{port}/",
            "user": f"http://good.example@127.0.0.1:{port}/",
            "file": "file:///etc/passwd",
            "gopher": f"gopher://127.0.0.1:{port}/",
            "data": "data:text/xml,<rss/>",
            "metadata": "http://169.254.169.254/latest/meta-data/",
        }
        for name, target in targets.items():
            server.on(f"/{name}", reply(302, b"", Location=target))
        page = f'<html><head><link rel="alternate" type="application/rss+xml" href="{inside.url("/f")}"></head></html>'
        server.on("/page", reply(200, page.encode(), Content_Type="text/html"))
        server.on(
            "/hub",
            reply(
                200,
                rss(
                    item("Un", f"{A}/hub"),
                    extra=f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{inside.url("/h")}"/><image><url>{inside.url("/i")}</url></image>',
                ).encode(),
            ),
        )
        found = publish_with(
            world,
            {name: server.url(f"/{name}") for name in (*targets, "page", "hub")},
            allow_private=[server.address, world.base[7:]],
        )
        assert inside.connections == 0
    assert found.pop("hub")["state"] == "ok"
    for name, row in found.items():
        assert row["state"] == "failing", name
        assert row["error_class"] in {"blocked-address", "unsupported", "not-a-feed"}, (name, row["error_class"])
