"""Requests that are not polling: one session of requests, with the addresses, bounds and manners of every other request."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from planet.fetch.web import WebClient
from planet.model import Download, FetchError
from tests.support.fetching import QUICK, T0, fetcher
from tests.support.servers import Authority, Clock, Server, hang, head, reply, ticking


def get(client: WebClient, url: str, max_bytes: int = 1000) -> Download | FetchError:
    try:
        return client.get(url, max_bytes=max_bytes, accept="text/html", now=T0)
    finally:
        client.close()


def kind(answer: Download | FetchError) -> str:
    assert isinstance(answer, FetchError)
    assert str(answer.message)
    return answer.kind


def test_redirects_are_followed_and_named(server: Server) -> None:
    server.on("/old", reply(301, b"", Location="/a page"))
    server.on("/a%20page", reply(200, b"<p>", Content_Type="text/html"))
    page = get(fetcher().web, server.url("/old"))
    assert isinstance(page, Download)
    assert (page.url, page.body, page.content_type) == (server.url("/a%20page"), b"<p>", "text/html")
    assert [(hop.status, hop.url, hop.to) for hop in page.chain] == [(301, server.url("/old"), page.url)]
    fields = server.seen[0].fields
    assert (fields["accept"], fields["user-agent"][:7], "cookie" in fields) == ("text/html", "planet/", False)


def test_a_cookie_lives_as_long_as_its_request(server: Server) -> None:
    """Some sites set a cookie and redirect to the same page: it is sent back there, and forgotten."""
    server.on("/", reply(302, b"", "Set-Cookie: seen=1; Path=/", Location="/"), reply(200, b"page"))
    client = fetcher().web
    assert isinstance(get(client, server.url("/")), Download)
    assert isinstance(get(client, server.url("/")), Download)
    assert [seen.fields.get("cookie") for seen in server.seen] == [None, "seen=1", None]


def test_circles_end(server: Server) -> None:
    server.on("/", reply(302, b"", Location="/"))
    assert kind(get(fetcher().web, server.url("/"))) == "redirect-loop"
    assert len(server.seen) == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://[::1", "gopher://a.example/", "http://a\\b/"])
def test_a_redirect_to_what_is_no_web_address_fails(server: Server, location: str) -> None:
    server.on("/", reply(302, b"", Location=location))
    assert kind(get(fetcher().web, server.url("/"))) in {"protocol", "unsupported", "dns"}


def test_a_page_of_the_web_cannot_lead_into_the_network_of_the_user(server: Server) -> None:
    """The host that is listed may be asked, and a stranger who redirects there may not bring us."""
    with Server() as inside:
        inside.default = reply(200, b"secret")

        def resolver(host: str, port: int) -> object:
            return socket.getaddrinfo("127.0.0.1", port, 0, socket.SOCK_STREAM)

        server.default = reply(302, b"", Location=f"http://listed.example:{inside.port}/")
        rules = replace(QUICK, allow_private=(f"stranger.example:{server.port}", "127.0.0.1"))
        client = fetcher(rules, resolver=resolver).web
        assert kind(get(client, f"http://stranger.example:{server.port}/")) == "blocked-address"
        assert inside.seen == []


def test_a_password_stays_with_its_host(server: Server) -> None:
    with Server() as other:
        other.default = reply(200, b"page")
        server.on("/", reply(302, b"", Location=other.url("/")))
        url = server.url("/").replace("http://", "http://me:geheim@")
        assert isinstance(get(fetcher().web, url), Download)
        assert "authorization" in server.seen[0].fields
        assert "authorization" not in other.seen[0].fields


def test_all_hops_share_one_deadline(server: Server) -> None:
    clock = Clock()
    for n in range(5):
        start = head(302, Location=f"/{n + 1}", Content_Length=4)
        server.on(f"/{n}", ticking(clock, b"xxxx", 0.05, at_once=start, end=b""))
    server.on("/5", reply(200, b"page"))
    client = fetcher(replace(QUICK, timeout=timedelta(seconds=0.5)), clock=clock).web
    assert kind(get(client, server.url("/0"))) == "timeout"


def test_bodies_are_bounded_and_silence_is_cut(server: Server) -> None:
    server.on("/large", reply(200, b"x" * 1001))
    server.on("/hang", hang(head(200, Content_Length=9)))
    short = fetcher(replace(QUICK, timeout=timedelta(seconds=0.3))).web
    assert kind(get(short, server.url("/hang"))) == "timeout"
    client = fetcher().web
    assert kind(get(client, server.url("/large"))) == "too-large"
    assert kind(get(client, server.url("/missing"))) == "not-found"


def test_a_server_that_asks_for_rest_gets_it(server: Server) -> None:
    server.on("/", reply(429, b"", Retry_After="600"))
    client = fetcher().web
    assert kind(get(client, server.url("/"))) == "rate-limited"
    assert kind(get(client, server.url("/other"))) == "rate-limited"
    assert len(server.seen) == 1


def test_neither_proxies_nor_netrc_are_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.on("/", reply(200, b"page"))
    assert isinstance(get(fetcher().web, server.url("/")), Download)


def test_certificates_are_checked(authority: Authority) -> None:
    with Server(tls=authority.server("127.0.0.1")) as secure:
        secure.on("/", reply(200, b"page"))
        assert isinstance(get(fetcher(ca_file=str(authority.ca_file)).web, secure.url("/")), Download)
        assert kind(get(fetcher().web, secure.url("/"))) == "tls"
