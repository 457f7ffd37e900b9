"""What servers of real blogs do: cookies before content, pages that lead elsewhere, feeds named in unusual ways, odd hosts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from planet import config
from planet.fetch import health
from planet.model import Due, Failed, Fresh, Outcome, Task
from planet.parse.discovery import in_page
from planet.reading import Rules, read
from planet.urls import target
from tests.support.fetching import HOUR, T0, Feed, ask, fetcher, rss
from tests.support.servers import Connection, Server, Step, reply

FEED = rss("a")
HTML = "text/html; charset=utf-8"


def wants_cookie(server: Server, wanted: str, otherwise: Step) -> Step:
    """Answers the feed to whoever brings a cookie."""

    def step(connection: Connection) -> bool:
        cookies = server.seen[-1].fields.get("cookie", "")
        return (reply(200, FEED) if wanted in cookies.split("; ") else otherwise)(connection)

    return step


# -- Cookies


def test_a_feed_behind_a_cookie_is_read_and_the_cookie_forgotten(server: Server) -> None:
    bounce = reply(302, b"", "Set-Cookie: seen=1; Path=/; HttpOnly", Location="/feed")
    server.on("/feed", wants_cookie(server, "seen=1", bounce))
    asker = fetcher()
    for _ in range(2):
        (outcome,) = ask(asker, server.url("/feed"))
        assert isinstance(outcome, Fresh)
    assert ["cookie" in seen.fields for seen in server.seen] == [False, True, False, True]


def test_a_cookie_may_be_set_on_the_way(server: Server) -> None:
    server.on("/feed", wants_cookie(server, "ok=1", reply(302, b"", Location="/check?url=/feed")))
    server.on("/check?url=/feed", reply(302, b"", "Set-Cookie: ok=1; path=/", Location="/feed"))
    (outcome,) = ask(fetcher(), server.url("/feed"))
    assert isinstance(outcome, Fresh)


def test_a_cookie_never_goes_to_another_host(server: Server) -> None:
    with Server(host="127.0.0.2") as other:
        other.default = reply(200, FEED)
        server.default = reply(302, b"", "Set-Cookie: seen=1; Domain=127.0.0.2", Location=other.url("/feed"))
        (outcome,) = ask(fetcher(), server.url("/feed"))
        assert isinstance(outcome, Fresh)
        assert "cookie" not in other.seen[0].fields


@pytest.mark.parametrize("cookie", ["a=1", "a={n}", "=;", "a=\x0b\x9b", "x" * 5000 + "=1"])
def test_a_circle_that_only_turns_cookies_ends(server: Server, cookie: str) -> None:
    def step(connection: Connection) -> bool:
        field = f"Set-Cookie: {cookie.replace('{n}', str(len(server.seen)))}"
        return reply(302, b"", field, Location="/feed")(connection)

    server.default = step
    (outcome,) = ask(fetcher(), server.url("/feed"))
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "redirect-loop"
    assert len(server.seen) <= 6


# -- Accept


def test_a_server_that_wants_html_to_be_welcome_is_read(server: Server) -> None:
    def step(connection: Connection) -> bool:
        accepted = "text/html" in server.seen[-1].fields["accept"]
        return (reply(200, FEED) if accepted else reply(406))(connection)

    server.default = step
    (outcome,) = ask(fetcher(), server.url("/feed"))
    assert isinstance(outcome, Fresh)
    calendar = Due(key="c", url=server.url("/c"), accept_calendar=True)
    assert isinstance(next(fetcher().fetch_all([calendar], T0, backoffs={})), Fresh)


# -- A new address, named by the document


def document(server: Server, tmp_path: Path, body: str, **fields: str) -> Outcome:
    server.on("/old", reply(200, body.encode(), **fields))
    text = (
        "planet: {title: P, url: 'https://p.example/', owner: {name: O}}\n"
        f"members:\n- {{name: A, feeds: ['{server.url('/old')}']}}\n"
    )
    planet = config.parse(text, tmp_path / "feeds.yaml")
    (fresh,) = ask(fetcher(), server.url("/old"))
    assert isinstance(fresh, Fresh)
    return read(Rules.of(planet), Task(fresh=fresh, known={}, now=T0))


def test_a_document_without_a_date_has_that_of_its_server(server: Server, tmp_path: Path) -> None:
    outcome = document(server, tmp_path, FEED.decode(), Last_Modified="Mon, 23 Nov 2026 08:00:00 GMT")
    assert outcome.read is not None
    assert outcome.read.feed_date == datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ('<!doctype html><title>moved</title><meta http-equiv="refresh" content="0;url=/new.xml">', {"Content_Type": HTML}),
        ("<html><head><meta content='0; URL=\"/new.xml\"' http-equiv=Refresh></head></html>", {"Content_Type": HTML}),
        ("<!DOCTYPE html><html><meta charset=utf-8><meta http-equiv=refresh content='5 ; /new.xml'><h1>Redirecting&hellip;</h1></html>", {"Content_Type": "application/xml"}),
        ("<html><body>moved</body></html>", {"Content_Type": HTML, "Refresh": "0; url=/new.xml"}),
        ("<?xml version='1.0'?><redirect><newLocation>/new.xml</newLocation></redirect>", {"Content_Type": "text/xml"}),
    ],
    ids=["generator", "quotes", "as-xml", "header", "redirect-element"],
)  # fmt: skip
def test_a_page_that_leads_to_the_new_feed_names_it_in_the_advice(
    server: Server, tmp_path: Path, body: str, fields: dict[str, str]
) -> None:
    outcome = document(server, tmp_path, body, **fields)
    assert outcome.facts.new_url == server.url("/new.xml")
    assert outcome.facts.candidates == ((server.url("/new.xml"), "redirect"),)


def test_a_feed_that_names_its_new_address_is_read_and_advised_of(server: Server, tmp_path: Path) -> None:
    body = (
        '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Old</title>'
        "<itunes:new-feed-url>https://new.example.org/feed?a=1&amp;b=2</itunes:new-feed-url>"
        "<item><title>x</title><guid>1</guid><description><![CDATA[<itunes:new-feed-url>https://evil.example/"
        "</itunes:new-feed-url>]]></description></item></channel></rss>"
    )
    outcome = document(server, tmp_path, body)
    assert outcome.facts.ok
    assert outcome.facts.new_url == "https://new.example.org/feed?a=1&b=2"
    feed = Feed(server.url("/old"), fetcher())
    (fresh,) = ask(feed.asker, server.url("/old"))
    update = feed.settled(fresh, new_url=outcome.facts.new_url)
    assert "https://new.example.org/feed?a=1&b=2" in str(health.advice(update.state, 7))
    assert "line 7" in str(health.advice(update.state, 7))


def test_an_item_alone_names_no_new_address(server: Server, tmp_path: Path) -> None:
    body = (
        "<rss version='2.0'><channel><title>T</title><item><guid>1</guid><title>x</title>"
        "<description>&lt;itunes:new-feed-url>https://evil.example/</description></item></channel></rss>"
    )
    assert document(server, tmp_path, body).facts.new_url == ""


# -- Feeds that a page names


@pytest.mark.parametrize(
    "page",
    [
        '<footer><a href="/f.xml" rel="alternate" type="application/rss+xml">RSS</a></footer>',
        '<link rel="alternate" href="/f.xml" title="RSS">',
        '<link rel="alternate" type="application/rss" href="/f.xml">',
        '<link rel="alternate" type="application/rss+xml" href="feed:https://s.example.org/f.xml">',
        (
            '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'
            '<link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0/embed?url=x">'
            '<link rel="alternate" type="application/rss+xml" href="/f.xml">'
        ),
    ],
    ids=["anchor", "no-type", "short-type", "feed-scheme", "api"],
)
def test_the_one_feed_of_a_page_is_found(page: str) -> None:
    assert [url for url, _type in in_page(page, "https://s.example.org/blog/")] == ["https://s.example.org/f.xml"]


def test_a_feed_in_a_link_header_is_found(server: Server, tmp_path: Path) -> None:
    link = '</style.css>; rel=preload, </f.xml>; rel="alternate"; type="application/rss+xml"; title="x, y"'
    outcome = document(server, tmp_path, "<!doctype html><p>hello", Content_Type=HTML, Link=link)
    assert outcome.facts.candidates == ((server.url("/f.xml"), "application/rss+xml"),)


def test_an_alternate_in_another_language_is_no_feed() -> None:
    page = '<link rel="alternate" hreflang="en" href="/en/"><a rel="alternate" href="/print">print</a>'
    assert in_page(page, "https://s.example.org/") == ()


# -- Addresses


@pytest.mark.parametrize(
    ("written", "requested"),
    [
        ("feed:https://a.example/x", "https://a.example/x"),
        ("feed://a.example/x", "http://a.example/x"),
        ("FEED:http://a.example/x", "http://a.example/x"),
        (r"http:\\a.example\blog\feed.xml?q=\1", "http://a.example/blog/feed.xml?q=%5C1"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://i❤️.ws/feed", "https://xn--i-7iqv272g.ws/feed"),
        ("https://👻.example:8080/a", "https://xn--9q8h.example:8080/a"),
    ],
)
def test_an_address_is_requested_as_a_browser_would(written: str, requested: str) -> None:
    assert target(written).url == requested


# -- Health


def test_a_503_with_a_time_is_failing_with_its_reason(server: Server) -> None:
    server.on("/feed", reply(503, b"", Retry_After=7200))
    feed = Feed(server.url("/feed"), fetcher(), interval=HOUR)
    feed.ask()
    assert health.state(feed.state) == "failing"
    assert "503" in str(feed.state.error)
    assert feed.wait == 2 * HOUR
