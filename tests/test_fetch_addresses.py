"""Where requests may go: never into the network of the user, however an address is spelled."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planet.fetch.addresses import AddressFilter, is_public
from planet.fetch.errors import RefusedError
from planet.model import Failed, Fetched, Fresh
from tests.support.fetching import QUICK, ask, fetcher, rss
from tests.support.servers import Server, reply

FEED = rss("a")


@pytest.fixture
def server() -> Iterator[Server]:
    """The only server that may be asked."""
    with Server() as server:
        yield server


@pytest.fixture
def forbidden() -> Iterator[Server]:
    """A server of the inner network: it must never see a connection."""
    with Server(host="0.0.0.0") as server:
        server.default = reply(200, FEED)
        yield server
        assert server.connections == 0


def guarded(server: Server, url: str, **seams: object) -> Fetched:
    return ask(fetcher(replace(QUICK, allow_private=(server.address,)), **seams), url)[0]


def blocked(outcome: Fetched, error_class: str = "blocked-address") -> None:
    assert isinstance(outcome, Failed), outcome
    assert outcome.error.kind == error_class


INNER = [
    *("127.0.0.1", "[::1]", "0.0.0.0", "[::]", "127.0.0.2", "localhost", "[::ffff:127.0.0.1]", "[::127.0.0.1]"),
    *("2130706433", "0x7f000001", "017700000001", "127.1", "0", "127.0.0.1."),
]
FAR = [
    *("169.254.169.254", "10.1.2.3", "192.168.1.1", "172.16.0.1", "100.64.0.1", "198.18.0.1", "168.63.129.16"),
    *("[fc00::1]", "[fe80::1]", "[fec0::1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]"),
    *("[2001:0:53aa:64c:0:0:80ff:fffe]", "255.255.255.255", "224.0.0.1", "[ff02::1]", "[2001:db8::1]", "240.0.0.1"),
]


@pytest.mark.parametrize("host", [*INNER, *FAR])
def test_a_redirect_into_the_inner_network_is_refused(server: Server, forbidden: Server, host: str) -> None:
    server.on("/feed", reply(302, b"", Location=f"http://{host}:{forbidden.port}/"))
    outcome = guarded(server, server.url("/feed"))
    assert isinstance(outcome, Failed)
    assert outcome.error.kind in {"blocked-address", "dns", "unsupported"}
    if host in {"127.0.0.1", "localhost", "2130706433", "127.1", "[::1]", "169.254.169.254", "[64:ff9b::7f00:1]"}:
        blocked(outcome)


@pytest.mark.parametrize("host", [*INNER, *FAR])
def test_a_feed_of_the_inner_network_is_refused_unless_it_is_allowed(forbidden: Server, host: str) -> None:
    outcome = ask(fetcher(replace(QUICK, allow_private=False)), f"http://{host}:{forbidden.port}/feed")[0]
    assert isinstance(outcome, Failed)
    assert outcome.error.kind in {"blocked-address", "dns", "unsupported"}


def resolving(*answers: str):
    """A resolver that answers as told, the last answer again and again: each a list of addresses with blanks between."""
    left = list(answers)

    def resolver(host: str, port: int) -> list:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            (socket.AF_INET6 if ":" in text else socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port))
            for text in found.split()
        ]

    return resolver


@pytest.mark.parametrize(
    "answers", ["8.8.8.8 127.0.0.1", "127.0.0.1 8.8.8.8", "2606:4700::1 ::1", "8.8.8.8 ::ffff:10.0.0.1"]
)
def test_one_private_answer_condemns_the_name(forbidden: Server, answers: str) -> None:
    asker = fetcher(replace(QUICK, allow_private=False), resolver=resolving(answers))
    blocked(ask(asker, f"http://mixed.example:{forbidden.port}/")[0])


def test_a_name_that_turns_private_is_refused_at_its_next_connection(forbidden: Server) -> None:
    asked = []

    def resolver(host: str, port: int) -> list:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    asker = fetcher(replace(QUICK, allow_private=False), resolver=resolver)
    blocked(ask(asker, f"http://rebinding.example:{forbidden.port}/")[0])
    assert asked == ["rebinding.example"]


def test_a_name_is_resolved_once_a_connection() -> None:
    with Server() as server:
        server.default = reply(200, FEED)
        answers = resolving("127.0.0.1", "10.0.0.1")
        asker = fetcher(replace(QUICK, allow_private=(f"twice.example:{server.port}",)), resolver=answers)
        assert isinstance(ask(asker, f"http://twice.example:{server.port}/")[0], Fresh)
        assert server.connections == 1


def test_a_server_that_is_listed_may_be_private(server: Server) -> None:
    server.on("/feed", reply(200, FEED))
    assert isinstance(guarded(server, server.url("/feed")), Fresh)
    assert isinstance(ask(fetcher(replace(QUICK, allow_private=("127.0.0.1",))), server.url("/feed"))[0], Fresh)


def test_a_stranger_cannot_lead_to_a_listed_server(server: Server) -> None:
    """A public site redirects to the user's own server: it is listed, and still refused, for the site is not."""
    from planet.fetch.attempt import Attempt, Rules
    from planet.fetch.transport import Response
    from planet.model import Due
    from tests.support.fetching import T0

    address_filter = AddressFilter(allow_private=(server.address,))
    rules = Rules(user_agent="x", max_bytes=100, is_listed=address_filter.is_listed)
    attempt = Attempt(due=Due(key="x", url="http://stranger.example/"), now=T0, rules=rules)
    assert attempt.begin() is None
    assert attempt.advance(Response(status=302, headers={"location": server.url("/feed")})) is None
    assert attempt.request is not None
    assert not attempt.request.private
    with pytest.raises(RefusedError):
        address_filter.resolve("127.0.0.1", server.port, private=attempt.request.private)


def test_a_stranger_cannot_use_the_connection_of_one_who_may(server: Server) -> None:
    """An idle connection to a listed server is not handed to a request that may not go there."""
    from planet.fetch.response import Deadline
    from planet.fetch.transport import HttpTransport, Request, Response
    from planet.model import FetchError
    from planet.urls import target

    server.default = reply(200, FEED)
    transport = HttpTransport(AddressFilter(allow_private=(server.address,)))
    mine = Request(target=target(server.url("/")), default_headers=b"", limit=1000, private=True)
    assert isinstance(transport(mine, Deadline(time.monotonic() + 300)), Response)
    stranger = transport(replace(mine, private=False), Deadline(time.monotonic() + 300))
    assert isinstance(stranger, FetchError)
    assert stranger.kind == "blocked-address"
    assert isinstance(transport(mine, Deadline(time.monotonic() + 300)), Response)
    assert (server.connections, len(server.seen)) == (1, 2)
    transport.close()


@pytest.mark.parametrize(
    "scheme",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "data:text/xml,<rss/>",
        "gopher://a/",
        "javascript:1",
        "about:x",
        "unix:/run/x",
    ],
)
def test_other_schemes_are_refused_before_anything_is_asked(server: Server, scheme: str) -> None:
    server.on("/feed", reply(302, b"", Location=scheme))
    blocked(guarded(server, server.url("/feed")), "unsupported")
    blocked(ask(fetcher(), scheme)[0], "unsupported")
    assert len(server.seen) == 1


@pytest.mark.parametrize("port", [22, 25, 6379, 11211, 3306, 1023, 81, 6000])
@pytest.mark.parametrize("allowed", [True, False, ("127.0.0.1",)])
def test_a_redirect_to_a_port_of_another_service_is_refused(server: Server, port: int, allowed: object) -> None:
    server.on("/feed", reply(302, b"", Location=f"http://127.0.0.1:{port}/"))
    asker = fetcher(replace(QUICK, allow_private=allowed if allowed is not False else (server.address,)))  # type: ignore[arg-type]
    blocked(ask(asker, server.url("/feed"))[0])


def test_ports_that_feeds_yaml_names_are_asked() -> None:
    address_filter = AddressFilter()
    for port in (80, 443, 8080, 8443):
        address_filter.check_port("example.org", port)
    address_filter.check_port("example.org", 3000, configured=3000)
    for port, configured in ((3000, None), (3000, 80), (6379, 6379), (81, 81)):
        with pytest.raises(RefusedError):
            address_filter.check_port("example.org", port, configured=configured)
    AddressFilter(allow_private=("example.org:81",)).check_port("example.org", 81, configured=81)
    AddressFilter(allow_private=("[::1]:6379",)).check_port("::1", 6379)


@given(st.ip_addresses())
def test_only_what_python_calls_global_is_ever_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert not is_public(str(ip)) or (ip.is_global and not ip.is_multicast and not ip.is_private)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_dress(ip: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(0xFFFF00000000 + int(ip))
    nat64 = ipaddress.IPv6Address((0x64FF9B << 96) + int(ip))
    assert is_public(str(mapped)) == is_public(str(ip))
    assert is_public(str(nat64)) <= is_public(str(ip))


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.216.34", "2606:4700::6810:84e5", "1.1.1.1", "2a00:1450::1"])
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(text)


@pytest.mark.parametrize("text", ["", "example.org", "1.2.3", "fe80::1%eth0", "::ffff:0:0"])
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)
