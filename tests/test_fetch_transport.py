"""Transport, size, time: what servers break, and what it costs us."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from planet import assemble, config
from planet.fetch import health
from planet.fetch.addresses import AddressFilter
from planet.fetch.decoding import decode
from planet.fetch.errors import UndecodableError
from planet.fetch.response import Deadline
from planet.fetch.transport import HttpTransport, Request, Response
from planet.model import Due, Failed, Fetched, FetchError, FetchRules, Fresh
from planet.urls import target
from tests.support.fetching import QUICK, T0, Feed, ask, fetcher, rss
from tests.support.servers import (
    Authority,
    Clock,
    Server,
    chunked,
    closed_port,
    cut,
    drip,
    endless,
    hang,
    head,
    raw,
    reply,
    ticking,
)

FEED = rss("a", "b")
SHORT = replace(QUICK, timeout=timedelta(seconds=0.4))


def one(server: Server, answer: object, rules: FetchRules = QUICK) -> Fetched:
    server.on("/feed", answer)  # type: ignore[arg-type]
    return ask(fetcher(rules), server.url("/feed"))[0]


def error(outcome: Fetched) -> str:
    assert isinstance(outcome, Failed), outcome
    assert str(outcome.error.message)
    return outcome.error.kind


def test_a_body_that_ends_early_is_truncated_and_leaves_no_validator(server: Server) -> None:
    feed = Feed(server.url("/feed"), fetcher())
    server.on("/feed", raw(head(200, Content_Length=1000, ETag='"1"') + b"<rs"))
    assert error(feed.ask()) == "truncated"
    assert (feed.state.etag, feed.read) == ("", 0)


def test_bytes_behind_the_announced_length_are_not_read(server: Server) -> None:
    server.on(
        "/feed", lambda connection: connection.send(head(200, Content_Length=len(FEED)) + FEED + b"junk!") or True
    )
    asker = fetcher()
    for _ in range(2):
        (outcome,) = ask(asker, server.url("/feed"))
        assert isinstance(outcome, Fresh)
        assert outcome.body == FEED
    assert server.connections == 2


@pytest.mark.parametrize("end", [b"", b"zz\r\n", b"5\r\nab"], ids=["no-end", "bad-size", "cut-chunk"])
def test_a_chunked_body_without_its_end_is_truncated(server: Server, end: bytes) -> None:
    assert error(one(server, chunked(FEED, end=end))) == "truncated"


def test_a_whole_chunked_body_is_read(server: Server) -> None:
    outcome = one(server, chunked(FEED, size=7))
    assert isinstance(outcome, Fresh)
    assert outcome.body == FEED


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_a_body_that_ends_with_the_connection_is_read(server: Server, version: bytes) -> None:
    outcome = one(server, raw(version + b" 200 OK\r\nConnection: close\r\n\r\n" + FEED))
    assert isinstance(outcome, Fresh)
    assert outcome.body == FEED


def test_a_document_cut_off_by_the_connection_keeps_no_validator(server: Server) -> None:
    feed = Feed(server.url("/feed"), fetcher())
    server.on("/feed", raw(b'HTTP/1.0 200 OK\r\nETag: "1"\r\n\r\n' + FEED[:-10]))
    feed.ask()
    assert (feed.state.error_class, feed.state.etag, feed.entries) == ("truncated", "", set())


CODERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=5),
    "zstd": zstd.compress,
}
NOISE = bytes(range(256)) * 40


@pytest.mark.parametrize("coding", CODERS)
def test_a_coded_body_must_come_to_its_end(server: Server, coding: str) -> None:
    coded = CODERS[coding](FEED * 9 + NOISE)
    outcome = one(server, reply(200, coded, Content_Encoding=coding))
    assert isinstance(outcome, Fresh)
    assert outcome.body == FEED * 9 + NOISE
    for end in (len(coded) // 2, len(coded) - 1):
        server.on("/feed", reply(200, coded[:end], Content_Encoding=coding))
        assert error(ask(fetcher(), server.url("/feed"))[0]) in {"truncated", "protocol"}


def test_members_of_gzip_are_put_together_and_junk_behind_them_is_ignored() -> None:
    assert decode(gzip.compress(b"ab") + gzip.compress(b"cd") + b"junk", "gzip", 100) == b"abcd"
    assert decode(gzip.compress(b"ab") + b"\x1f\x8bjunk", "gzip", 100) == b"ab"


@pytest.mark.parametrize("body", [FEED, b"\xef\xbb\xbf " + FEED, b'{"version": 1}'])
@pytest.mark.parametrize("coding", CODERS)
def test_a_plain_document_that_claims_a_coding_is_taken_as_it_is(body: bytes, coding: str) -> None:
    assert decode(body, coding, 10_000) == body


def test_what_is_neither_coded_nor_a_document_is_an_error(server: Server) -> None:
    assert error(one(server, reply(200, b"\x00\x01\x02", Content_Encoding="gzip"))) == "protocol"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("aws-chunked", FEED),
        ("utf-8", FEED),
        ("none", b"\xff\xfe" + FEED.decode().encode("utf-16-le")),
        ("UTF-8, gzip", gzip.compress(FEED)),
        ("", gzip.compress(FEED)),
        ("gzip, gzip", gzip.compress(FEED)),
        ("gzip", gzip.compress(gzip.compress(FEED))),
        ("gzip", b"BEGIN:VCALENDAR\r\n"),
        ("gzip;q=1", gzip.compress(FEED)),
    ],
    ids=["aws", "charset", "none", "charset-gzip", "unannounced", "announced-twice", "coded-twice", "plain", "quality"],
)
def test_what_the_bytes_are_decides_where_a_coding_is_announced_wrongly(encoding: str, body: bytes) -> None:
    decoded = decode(body, encoding, 10_000)
    assert decoded in {FEED, body}
    assert not decoded.startswith(b"\x1f\x8b")


def test_both_kinds_of_deflate_are_read() -> None:
    raw_deflate = zlib.compressobj(wbits=-15)
    assert decode(raw_deflate.compress(FEED) + raw_deflate.flush(), "deflate", 10_000) == FEED
    assert decode(zlib.compress(FEED), "deflate", 10_000) == FEED


@pytest.mark.parametrize("coding", ["compress", "lzma", "x-unknown", "gzip;q=1"])
def test_a_coding_that_was_not_asked_for_is_refused(server: Server, coding: str) -> None:
    assert error(one(server, reply(200, b"\x00binary", Content_Encoding=coding))) == "unsupported"


def test_two_layers_are_undone_and_three_refused(server: Server) -> None:
    twice = gzip.compress(gzip.compress(FEED))
    outcome = one(server, reply(200, twice, Content_Encoding="gzip, x-gzip"))
    assert isinstance(outcome, Fresh)
    assert outcome.body == FEED
    assert error(one(server, reply(200, gzip.compress(twice), Content_Encoding="gzip, gzip, gzip"))) == "unsupported"
    assert decode(gzip.compress(FEED), "identity, gzip, identity", 10_000) == FEED


@pytest.mark.parametrize("coding", CODERS)
def test_a_bomb_is_stopped_at_the_limit(server: Server, coding: str) -> None:
    bomb = CODERS[coding](b"\0" * 30_000_000)
    assert len(bomb) < 100_000
    assert (
        error(one(server, reply(200, bomb, Content_Encoding=coding), replace(QUICK, max_bytes=1_000_000)))
        == "too-large"
    )


@pytest.mark.parametrize("coding", CODERS)
def test_a_large_document_comes_whole(coding: str) -> None:
    text = b"".join(b"%d et puis %d\n" % (n, n * n) for n in range(200_000))
    assert len(text) > 3_000_000
    assert decode(CODERS[coding](text), coding, 10_000_000) == text


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.binary(max_size=9), st.integers(0, 200))
def test_members_and_junk_of_any_size_are_read_and_nothing_but_a_class_is_raised(
    members: list[bytes], junk: bytes, cut_off: int
) -> None:
    data = b"".join(map(gzip.compress, members))
    assert decode(data + junk.replace(b"\x1f", b""), "gzip", 10_000) == b"".join(members)
    for coding in CODERS:
        with contextlib.suppress(UndecodableError):
            decode(data[cut_off:], coding, 10_000)


def test_a_bomb_in_a_bomb_is_stopped_too() -> None:
    inner = gzip.compress(b"\0" * 30_000_000)
    with pytest.raises(UndecodableError) as caught:
        decode(gzip.compress(inner), "gzip, gzip", 1_000_000)
    assert caught.value.error.kind == "too-large"


def test_a_document_of_just_the_limit_is_read() -> None:
    for coding, coder in CODERS.items():
        assert len(decode(coder(b"x" * 1000), coding, 1000)) == 1000
        with pytest.raises(UndecodableError):
            decode(coder(b"x" * 1001), coding, 1000)


def test_a_body_announced_too_large_is_not_read(server: Server) -> None:
    assert error(one(server, hang(head(200, Content_Length=10**10)))) == "too-large"


@pytest.mark.parametrize(
    "answer",
    [
        endless(head(200), b"x" * 65536),
        endless(head(200, Transfer_Encoding="chunked"), b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        endless(head(200, Transfer_Encoding="chunked"), b"1;" + b"x" * 60_000 + b"\r\nx\r\n"),
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nX: " + b"x" * 60_000 + b"\r\n\r\n"),
    ],
    ids=["plain", "chunked", "chunk-extensions", "interim"],
)
def test_an_endless_answer_is_cut_at_the_limit(server: Server, answer: object) -> None:
    outcome = one(server, answer, replace(QUICK, max_bytes=200_000))
    assert error(outcome) in {"too-large", "protocol"}


SLOW = 20
"""Bytes that come one each 0.05 s of the clock: a second, where 0.4 are allowed."""


@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [
        (head(200, Content_Length=99), b"x" * SLOW),
        (b"", b"HTTP/1.1 200 OK\r\nX-L"),
        (b"HTTP/1.1 200 OK\r\n", b"X-One: 1\r\n" * 2),
        (head(200, Transfer_Encoding="chunked"), b"1\r\nx\r\n" * 3),
    ],
    ids=["t14-body", "t15-line", "t15-fields", "t15-chunks"],
)
def test_one_deadline_cuts_every_kind_of_slowness(server: Server, at_once: bytes, slowly: bytes) -> None:
    """Every byte comes in time for a socket's timeout; all together they do not."""
    clock = Clock()
    server.default = ticking(clock, slowly, 0.05, at_once=at_once)
    request = Request(target=target(server.url("/")), default_headers=b"", limit=1000, private=True)
    answer = HttpTransport(AddressFilter(allow_private=True))(request, Deadline(clock.now + 0.4, clock))
    assert isinstance(answer, FetchError)
    assert answer.kind == "timeout"


@pytest.mark.parametrize(
    "answer",
    [
        hang(),
        hang(b"HTTP/1.1 "),
        hang(head(200, Content_Length=9)),
        hang(head(304) + b"HTTP/1.1 "),
    ],
    ids=["t16-silent", "t16-head", "t16-body", "304"],
)
def test_a_server_that_falls_silent_is_cut(server: Server, answer: object) -> None:
    assert error(one(server, answer, SHORT)) in {"timeout", "protocol"}


def test_redirects_do_not_start_the_deadline_anew(server: Server) -> None:
    """Five answers of 0.2 s each: none is slow, and the last comes too late."""
    clock = Clock()
    for n in range(5):
        start = head(302, Location=f"/{n + 1}", Content_Length=4)
        server.on(f"/{n}", ticking(clock, b"xxxx", 0.05, at_once=start, end=b""))
    server.on("/5", reply(200, FEED))
    rules = replace(QUICK, timeout=timedelta(seconds=0.5))
    assert error(ask(fetcher(rules, clock=clock), server.url("/0"))[0]) == "timeout"


def test_a_resolver_that_hangs_holds_up_only_its_own_feed(server: Server) -> None:
    release = threading.Event()

    def resolver(host: str, port: int) -> object:
        if host == "slow.example":
            release.wait()
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)

    server.on("/feed", reply(200, FEED))
    # Long enough for the honest feed on a busy machine: the deadline of each begins with its own request.
    asker = fetcher(replace(QUICK, workers=1, timeout=timedelta(seconds=5)), resolver=resolver)
    outcomes = ask(asker, "http://slow.example/feed", server.url("/feed"))
    release.set()
    assert error(outcomes[0]) == "dns"
    assert isinstance(outcomes[1], Fresh)


def test_a_host_that_swallows_connections_is_cut(server: Server) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.socket() as first, socket.socket() as second:
            for sock in (first, second):
                sock.setblocking(False)
                sock.connect_ex(address)
            outcome = ask(fetcher(SHORT), f"http://127.0.0.1:{address[1]}/")[0]
    assert error(outcome) == "timeout"


@pytest.mark.parametrize("count", [150, 900])
def test_many_header_fields_are_read(server: Server, count: int) -> None:
    lines = [f"X-Field-{n}: {n}" for n in range(count)]
    assert isinstance(one(server, reply(200, FEED, *lines)), Fresh)


@pytest.mark.parametrize(
    "answer",
    [
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n" + FEED),
        raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 2000 + b"\r\n" + FEED),
        raw(b"hello\r\n\r\n"),
        raw(b"HTTP/1.1 2oo OK\r\n\r\n"),
        raw(b"HTTP/2.0 200 OK\r\n\r\n"),
        raw(b"HTTP/1.1 99999 OK\r\n\r\n"),
        raw(b"\x16\x03\x01\x02\x00"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\nTransfer-Encoding: gzip\r\n\r\n"),
    ],
    ids=["line", "fields", "greeting", "letters", "version", "status", "tls", "negative-chunk", "negative-length"],
)
def test_what_is_no_http_is_an_error_with_a_class(server: Server, answer: object) -> None:
    assert error(one(server, answer)) in {"protocol", "truncated", "not-a-feed", "connect"}


@pytest.mark.parametrize("answer", [raw(b""), cut(b""), cut(head(200, Content_Length=999) + b"<rss")])
def test_a_connection_that_breaks_is_an_error_and_not_tried_again(server: Server, answer: object) -> None:
    assert error(one(server, answer)) in {"connect", "truncated"}
    assert len(server.seen) == 1


def test_a_refused_connection_is_an_error() -> None:
    outcome = ask(fetcher(), f"http://127.0.0.1:{closed_port()}/")[0]
    assert error(outcome) == "connect"
    assert not health.network_down([outcome])


def test_a_valid_certificate_is_accepted_and_the_connection_kept(authority: Authority) -> None:
    with Server(tls=authority.server("127.0.0.1")) as server:
        server.default = reply(200, FEED)
        asker = fetcher(replace(QUICK, per_host=1), ca_file=str(authority.ca_file))
        outcomes = ask(asker, *(server.url(f"/{n}") for n in range(3)))
        assert all(isinstance(outcome, Fresh) for outcome in outcomes)
        assert server.connections == 1


def unencrypted(sock: socket.socket, closing: threading.Event) -> None:
    sock.recv(10)
    sock.sendall(head(400, Content_Length=0))
    closing.wait(0.2)


@pytest.mark.parametrize("fault", ["self-signed", "expired", "wrong-host", "unknown-authority", "old-tls", "plain"])
def test_a_certificate_that_is_not_in_order_is_an_error_with_its_reason(authority: Authority, fault: str) -> None:
    name = "elsewhere.example" if fault == "wrong-host" else "127.0.0.1"
    context = authority.server(name, expired=fault == "expired", self_signed=fault == "self-signed")
    if fault == "old-tls":
        with pytest.warns(DeprecationWarning, match="TLS"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Server(tls=context, greet=unencrypted if fault == "plain" else None) as server:
        server.default = reply(200, FEED)
        ca_file = None if fault == "unknown-authority" else str(authority.ca_file)
        outcome = ask(fetcher(ca_file=ca_file), f"https://127.0.0.1:{server.port}/")[0]
        assert error(outcome) == "tls"
        assert server.seen == []


def test_a_redirect_from_https_to_http_is_followed_told_and_never_kept(authority: Authority) -> None:
    with Server(tls=authority.server("127.0.0.1")) as secure, Server() as plain:
        secure.on("/feed", reply(301, b"", Location=plain.url("/feed")))
        plain.on("/feed", reply(200, FEED), reply(200, rss("a", "c")))
        feed = Feed(secure.url("/feed"), fetcher(ca_file=str(authority.ca_file)))
        for _ in range(2):
            feed.ask(after=timedelta(days=2))
            assert "https to http" in str(feed.state.warnings[0])
        assert (feed.state.moved_to, feed.state.effective_url, feed.entries) == ("", "", {"a", "b", "c"})


def test_the_deadline_holds_over_tls(authority: Authority) -> None:
    def silent(sock: socket.socket, closing: threading.Event) -> None:
        closing.wait()

    def dripping(sock: socket.socket, closing: threading.Event) -> None:
        sock.recv(10)
        while not closing.wait(0.05):
            sock.sendall(b"\x16")

    asker = fetcher(SHORT, ca_file=str(authority.ca_file))
    with (
        Server(tls=authority.server("127.0.0.1")) as server,
        Server(greet=silent) as mute,
        Server(greet=dripping) as slow,
    ):
        server.on("/body", drip(b"x" * 99, 0.05, at_once=head(200, Content_Length=99)))
        server.on("/head", drip(b"HTTP/1.1 200 OK\r\n" * 9, 0.05))
        urls = [
            server.url("/body"),
            server.url("/head"),
            f"https://127.0.0.1:{mute.port}/",
            f"https://127.0.0.1:{slow.port}/",
        ]
        for url in urls:
            assert error(ask(asker, url)[0]) in {"timeout", "tls"}


@pytest.mark.parametrize("answer", ["nxdomain", "empty", "servfail"])
def test_a_name_that_does_not_resolve_is_an_error(answer: str) -> None:
    def resolver(host: str, port: int) -> list:
        if answer == "empty":
            return []
        raise socket.gaierror(socket.EAI_NONAME if answer == "nxdomain" else socket.EAI_AGAIN, "no")

    assert error(ask(fetcher(resolver=resolver), "http://example.org/")[0]) == "dns"


def test_a_name_that_cannot_be_one_is_an_error() -> None:
    for url in ("http://" + "a" * 70 + ".example/", "http://a..example/", "http://-.-/"):
        assert error(ask(fetcher(replace(QUICK, allow_private=False)), url)[0]) in {"dns", "unsupported"}


def test_where_one_address_is_dead_the_next_is_asked(server: Server) -> None:
    server.on("/feed", reply(200, FEED))

    def resolver(host: str, port: int) -> list:
        dead = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", closed_port(), 0, 0))
        return [dead] * 9 + [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    outcome = ask(fetcher(resolver=resolver), f"http://two.example:{server.port}/feed")[0]
    assert isinstance(outcome, Fresh)


def test_an_ipv6_address_is_asked_with_brackets() -> None:
    with Server(host="::1") as server:
        server.on("/feed", reply(200, FEED))
        (outcome,) = ask(fetcher(replace(QUICK, allow_private=(f"[::1]:{server.port}",))), server.url("/feed"))
        assert isinstance(outcome, Fresh)
        assert server.seen[0].fields["host"] == f"[::1]:{server.port}"


def test_a_kept_connection_that_died_is_opened_again_once(server: Server) -> None:
    def last(connection: object) -> bool:
        connection.send(head(200, Content_Length=len(FEED)) + FEED)  # type: ignore[attr-defined]
        return False

    server.default = last
    outcomes = ask(fetcher(replace(QUICK, per_host=1)), *(server.url(f"/{n}") for n in range(4)))
    assert all(isinstance(outcome, Fresh) for outcome in outcomes)
    assert len(server.seen) == 4
    assert server.connections == 4


def test_a_connection_that_says_more_than_it_was_asked_is_not_used_again(server: Server) -> None:
    server.on(
        "/0", lambda connection: connection.send(head(304)) or connection.wait(0.05) or connection.send(b"junk") or True
    )
    server.on("/1", reply(200, FEED))
    server.on("/2", reply(200, FEED))
    asker = fetcher(replace(QUICK, per_host=1, host_pause=timedelta(seconds=0.1)))
    outcomes = ask(asker, *(server.url(f"/{n}") for n in range(3)))
    assert [type(outcome) for outcome in outcomes] == [Failed, Fresh, Fresh]
    assert server.connections == 2


def test_whatever_one_request_raises_the_others_are_done() -> None:
    class Breaking:
        def __call__(self, asked: Request, deadline: Deadline) -> Response:
            match asked.target.path:
                case "/memory":
                    raise MemoryError
                case "/recursion":
                    raise RecursionError
                case "/bug":
                    raise KeyError(asked.target.path)
            return Response(status=200, body=FEED)

        def close(self) -> None:
            pass

    urls = [f"http://example.org/{name}" for name in ("memory", "a", "recursion", "b", "bug", "c")]
    outcomes = ask(fetcher(transport=Breaking()), *urls)
    assert [type(outcome) for outcome in outcomes] == [Failed, Fresh] * 3


def test_a_reader_that_is_slow_holds_the_requests_back(server: Server) -> None:
    body = b"<rss>" + b"x" * 900_000 + b"</rss>"
    server.default = reply(200, body)
    run = fetcher().fetch_all([Due(key=str(n), url=server.url(f"/{n}")) for n in range(100)], T0, backoffs={})
    outcomes = [next(run)]
    deadline = time.monotonic() + 5
    seen = -1
    while seen != len(server.seen) and time.monotonic() < deadline:
        seen = len(server.seen)
        threading.Event().wait(0.3)
    assert seen < 90
    outcomes += run
    assert len(outcomes) == 100


def test_the_certificates_of_the_system_administrator_are_trusted(authority: Authority, tmp_path: Path) -> None:
    planet = config.parse(
        "planet: {title: P, url: https://p.example/, owner: {name: O}}\nfetch: {allow_private: true}\n",
        tmp_path / "feeds.yaml",
    )
    with Server(tls=authority.server("127.0.0.1")) as server:
        server.default = reply(200, FEED)
        asker = assemble.fetcher(planet, {"SSL_CERT_FILE": str(authority.ca_file)})
        assert isinstance(ask(asker, server.url("/feed"))[0], Fresh)
