"""The shape of requests, and their pace: what is sent, and how often."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planet.fetch.request import head
from planet.model import Download, Due, Failed, FetchError, Fresh
from planet.urls import BadUrlError, credentials, feed_key, host_group, joined, same_url, target
from tests.support.fetching import AGENT, HOUR, QUICK, T0, Feed, ask, fetcher, rss
from tests.support.servers import Server, after, reply, servers

FEED = rss("a")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        server.on("/feed", reply(200, FEED))
        yield server


def test_the_program_says_who_it_is(server: Server) -> None:
    ask(fetcher(), server.url("/feed"))
    assert server.seen[0].fields["user-agent"] == AGENT


def test_a_user_agent_cannot_break_the_request(server: Server) -> None:
    from planet.fetch.fetcher import Fetcher

    ask(Fetcher(QUICK, "planète\r\nX-Evil: 1"), server.url("/feed"))
    assert server.seen[0].fields["user-agent"] == "plan te X-Evil: 1"
    assert "x-evil" not in server.seen[0].fields


def test_types_and_codings_are_the_same_at_every_poll(server: Server) -> None:
    feed = Feed(server.url("/feed"), fetcher())
    for _ in range(3):
        feed.ask(after=HOUR)
    assert len({seen.fields["accept"] for seen in server.seen}) == 1
    accept = server.seen[0].fields["accept"]
    assert accept.startswith("application/atom+xml")
    assert accept.endswith("*/*;q=0.1")
    assert {seen.fields["accept-encoding"] for seen in server.seen} == {"gzip, deflate, br, zstd"}


def test_a_calendar_is_asked_for_as_one(server: Server) -> None:
    list(fetcher().fetch_all([Due(key="c", url=server.url("/feed"), accept_calendar=True)], T0, backoffs={}))
    assert server.seen[0].fields["accept"].startswith("text/calendar")


def test_a_cookie_lasts_for_the_redirects_of_one_request(server: Server) -> None:
    server.on("/feed", reply(302, b"", Location="/new", Set_Cookie="a=1; Path=/"))
    server.on("/new", reply(200, FEED, Set_Cookie="b=2; Path=/"))
    asker = fetcher()
    for _ in range(2):
        ask(asker, server.url("/feed"))
    assert len(server.seen) == 4
    assert [seen.fields.get("cookie") for seen in server.seen] == [None, "a=1", None, "a=1"]


def test_nothing_is_sent_that_was_not_asked_for(server: Server) -> None:
    server.on("/old", reply(302, b"", Location="/feed?x=1"))
    server.on("/feed?x=1", reply(200, FEED))
    ask(fetcher(), server.url("/old"))
    assert [seen.path for seen in server.seen] == ["/old", "/feed?x=1"]
    assert {seen.method for seen in server.seen} == {"GET"}
    assert {name for seen in server.seen for name in seen.fields} == {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
    }


def test_neither_netrc_nor_proxies_of_the_environment_are_used(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n", "utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Server() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url("/"))
        (outcome,) = ask(fetcher(), server.url("/feed"))
        assert isinstance(outcome, Fresh)
        assert proxy.connections == 0
    assert "authorization" not in server.seen[0].fields


def test_a_password_goes_to_its_own_host_only_and_is_told_to_nobody(server: Server) -> None:
    with Server(host="127.0.0.2") as other:
        server.on("/feed", reply(302, b"", Location="/here"))
        server.on("/here", reply(302, b"", Location=other.url("/there")))
        other.on("/there", reply(302, b"", Location=server.url("/back").replace("//", "//evil:pass@")))
        server.on("/back", reply(500))
        url = server.url("/feed").replace("//", "//me%40home:s%C3%A9cret@")
        feed = Feed(url, fetcher())
        outcome = feed.ask()
        assert isinstance(outcome, Failed)
        basic = "Basic bWVAaG9tZTpzw6ljcmV0"
        assert [seen.fields.get("authorization") for seen in server.seen] == [basic, basic, basic]
        assert other.seen[0].fields.get("authorization") is None
        told = f"{replace(outcome, due=Due(key='x', url='x'))} {feed.state}"
        assert "cret@" not in told
        assert "pass@" not in told


def test_a_password_is_not_sent_to_another_port() -> None:
    with servers(2) as (one, two):
        one.on("/feed", reply(302, b"", Location=two.url("/feed")))
        two.on("/feed", reply(200, FEED))
        (outcome,) = ask(fetcher(), one.url("/feed").replace("//", "//me:secret@"))
        assert isinstance(outcome, Fresh)
        assert "authorization" in one.seen[0].fields
        assert "authorization" not in two.seen[0].fields


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/caf\xe9", "/caf%C3%A9"),
        ("/a b", "/a%20b"),
        ("/feed#part", "/feed"),
        ("/feed?q=é&r=%20", "/feed?q=%C3%A9&r=%20"),
        ("  /feed  ", "/feed"),
        ("?x=1", "/?x=1"),
        ("/%7Euser/", "/~user/"),
        ("/a%2Fb", "/a%2Fb"),
    ],
)
def test_a_url_is_normalised_for_the_wire_only(server: Server, written: str, path: str) -> None:
    blank = written[: len(written) - len(written.lstrip())]
    ask(fetcher(), blank + server.url(written.lstrip()))
    assert server.seen[0].path == path


def test_a_host_of_other_letters_goes_out_as_punycode() -> None:
    asked = []

    def resolver(host: str, port: int) -> list:
        asked.append(host)
        return []

    ask(fetcher(resolver=resolver), "http://forêt.example/feed")
    assert asked == ["xn--fort-ipa.example"]


@pytest.mark.parametrize(
    "written", ["http://", "http:///feed", "http://a:b:c/", "http://[::1/", "http://a:99999/", "//a/b", ""]
)
def test_what_is_no_address_is_not_asked(written: str) -> None:
    (outcome,) = ask(fetcher(), written)
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "unsupported"
    with pytest.raises(BadUrlError):
        target(written)


def test_spellings_of_one_url_have_one_key() -> None:
    spellings = [
        "http://Example.ORG/feed",
        "http://example.org:80/feed#x",
        " http://example.org/feed ",
        "HTTP://example.org/feed",
    ]
    assert len({feed_key(url) for url in spellings}) == 1


def test_one_host_is_asked_by_few_at_once_and_with_a_pause() -> None:
    rules = replace(QUICK, per_host=2, host_pause=timedelta(seconds=0.5), workers=16)
    with Server() as server:
        server.default = after(0.12, reply(200, FEED))
        outcomes = ask(fetcher(rules), *(server.url(f"/{n}") for n in range(4)))
        assert len(outcomes) == 4
        assert server.most_at_once <= 2
        # A busy machine sees the first request late: half of the three pauses is for that. The exact rule: test_fetch_limiter.
        assert server.seen[3].at - server.seen[0].at > 0.75


def test_the_next_hop_keeps_its_distance_too() -> None:
    rules = replace(QUICK, host_pause=timedelta(seconds=1))
    with Server() as server:
        server.on("/old", reply(301, b"", Location="/new"))
        server.on("/new", reply(200, FEED))
        ask(fetcher(rules), server.url("/old"))
        assert server.seen[1].at - server.seen[0].at > 0.5


def test_the_sites_of_one_platform_are_one_host() -> None:
    assert host_group("a.blogspot.com") == host_group("b.blogspot.com")
    assert host_group("www.example.org") == host_group("example.org")
    assert host_group("a.example.org") != host_group("b.example.org")


def test_a_busy_host_keeps_no_worker_from_the_others() -> None:
    rules = replace(QUICK, workers=4, per_host=1, host_pause=timedelta(seconds=0.05))
    with Server() as busy, Server(host="127.0.0.2") as other:
        busy.default = other.default = reply(200, FEED)
        urls = [busy.url(f"/{n}") for n in range(12)] + [other.url("/")]
        outcomes = list(fetcher(rules).fetch_all([Due(key=url, url=url) for url in urls], T0, backoffs={}))
        assert len(outcomes) == 13
        assert [outcome.url for outcome in outcomes].index(other.url("/")) < 4


def test_no_more_feeds_are_in_flight_than_there_are_workers() -> None:
    rules = replace(QUICK, workers=3, per_host=9)
    with Server() as server:
        server.default = after(0.05, reply(200, FEED))
        ask(fetcher(rules), *(server.url(f"/{n}") for n in range(12)))
        assert server.most_at_once == 3


def test_a_feed_is_one_request(server: Server) -> None:
    feed = Feed(server.url("/feed"), fetcher())
    for n in range(1, 4):
        feed.ask(after=HOUR)
        assert len(server.seen) == n


def test_connections_are_used_again_for_the_feeds_of_one_host() -> None:
    with Server() as server:
        server.default = reply(200, FEED)
        ask(fetcher(replace(QUICK, per_host=1)), *(server.url(f"/{n}") for n in range(9)))
        assert (server.connections, len(server.seen)) == (1, 9)


@pytest.mark.parametrize(
    ("base", "location", "expected"),
    [
        ("https://a.example/x/y", "z", "https://a.example/x/z"),
        ("https://a.example/x/y", "//b.example/z", "https://b.example/z"),
        ("https://a.example/x", "http://b.example", "http://b.example"),
        ("https://a.example/x", "/caf\xc3\xa9", "https://a.example/café"),
        ("https://a.example/x", "/caf\xe9", "https://a.example/café"),
    ],
)
def test_a_location_is_joined_to_its_base(base: str, location: str, expected: str) -> None:
    assert joined(base, location) == expected


def test_two_spellings_of_one_address_are_the_same() -> None:
    assert same_url("http://example.org", "http://EXAMPLE.org/")
    assert same_url("http://u:p@example.org/a", "http://***@example.org/a")
    assert not same_url("http://example.org/a", "https://example.org/a")
    assert not same_url("http://", "ftp://x")


def test_credentials_are_read_from_a_url_as_they_were_meant() -> None:
    assert credentials("https://example.org/") == ""
    assert credentials("https://user@example.org/") == "Basic dXNlcjo="
    assert credentials("https://user:a:b@example.org/") == "Basic dXNlcjphOmI="


def test_a_local_file_is_read_with_the_same_limit(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(FEED)
    (tmp_path / "large.xml").write_bytes(b"x" * 101)
    (tmp_path / "empty.xml").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    from planet.fetch.fetcher import Fetcher

    asker = Fetcher(replace(QUICK, max_bytes=100), AGENT, tmp_path)
    names = ["feed.xml", "large.xml", "empty.xml", "pipe", "missing.xml"]
    dues = [Due(key=name, url=name, local=True) for name in names]
    found = {outcome.due.key: outcome for outcome in asker.fetch_all(dues, T0, backoffs={})}
    feed = found.pop("feed.xml")
    assert isinstance(feed, Fresh)
    assert (feed.body, feed.url, feed.http_status) == (FEED, "feed.xml", None)
    classes = {key: outcome.error.kind for key, outcome in found.items() if isinstance(outcome, Failed)}
    assert classes == {
        "large.xml": "too-large",
        "empty.xml": "not-a-feed",
        "pipe": "unsupported",
        "missing.xml": "not-found",
    }
    again = list(asker.fetch_all([Due(key="f", url=str(tmp_path / "feed.xml"), local=True)], T0, backoffs={}))
    assert isinstance(again[0], Fresh)


def test_a_download_and_a_post_obey_the_same_rules(server: Server) -> None:
    client = fetcher().web
    server.on("/face.png", reply(302, b"", Location="/real.png"))
    server.on("/real.png", reply(200, b"picture", Content_Type="image/png"))
    face = client.get(server.url("/face.png"), max_bytes=10, accept="image/*", now=T0)
    assert isinstance(face, Download)
    assert (face.body, face.content_type) == (b"picture", "image/png")
    assert server.seen[0].fields["accept"] == "image/*"
    small = client.get(server.url("/face.png"), max_bytes=3, accept="image/*", now=T0)
    assert isinstance(small, FetchError)
    assert small.kind == "too-large"
    missing = client.get(server.url("/none.png"), max_bytes=3, accept="image/*", now=T0)
    assert isinstance(missing, FetchError)
    server.on("/hub", reply(204))
    assert client.post(server.url("/hub"), [("hub.mode", "publish"), ("hub.url", "https://é/")], now=T0) == 204
    assert server.seen[-1].method == "POST"
    assert server.seen[-1].body == b"hub.mode=publish&hub.url=https%3A%2F%2F%C3%A9%2F"
    blocked = fetcher(replace(QUICK, allow_private=False)).web.post(server.url("/hub"), [], now=T0)
    assert isinstance(blocked, FetchError)
    assert blocked.kind == "blocked-address"
    client.close()


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://u:p@", "http://[", "//", "file:///"]))
def test_no_address_breaks_a_run(rest: str, start: str) -> None:
    """Whatever feeds.yaml or a server names is asked, or is refused with a class; nothing is raised."""
    try:
        found = target(start + rest)
    except BadUrlError:
        return
    assert found.scheme in {"http", "https"}
    assert found.host
    assert head(found, b"", ()).count(b"\r\n") == 3
    assert b" " not in head(found, b"", ()).split(b"\r\n")[0][4:-9]
