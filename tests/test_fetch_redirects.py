"""Redirects and moves: followed, adopted, given up; and pages that name their feed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from planet.fetch import health
from planet.fetch.polling import fetch_update, follow_discovery
from planet.model import Deferred, Due, Failed, FetchState, Fresh, Hop, ReadFacts, Unchanged
from tests.support.fetching import DAY, HOUR, T0, Feed, ask, fetcher, rss
from tests.support.servers import Server, reply

FEED = rss("a", "b")


@pytest.fixture
def other() -> Iterator[Server]:
    """Another host: another loopback address."""
    with Server(host="127.0.0.2") as server:
        yield server


@pytest.fixture
def feed(server: Server) -> Feed:
    return Feed(server.url("/old"), fetcher())


def move(server: Server, status: int = 301, to: str = "/new", body: bytes = FEED) -> None:
    server.on("/old", reply(status, b"elsewhere", Location=to))
    server.on("/new", reply(200, body, ETag='"1"'))


def test_a_permanent_redirect_is_followed_and_noted(server: Server, feed: Feed) -> None:
    move(server)
    outcome = feed.ask()
    assert isinstance(outcome, Fresh)
    assert (outcome.url, [hop.status for hop in outcome.chain]) == (server.url("/new"), [301])
    assert (feed.state.moved_to, feed.state.effective_url) == (server.url("/new"), "")
    advice = health.advice(feed.state, 41)
    assert advice is not None
    assert server.url("/new") in str(advice)
    assert health.state(feed.state) == "ok"


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_is_believed_when_seen_again_a_day_later(server: Server, feed: Feed, status: int) -> None:
    move(server, status)
    feed.ask()
    feed.ask(after=23 * HOUR)
    assert feed.state.effective_url == ""
    feed.ask(after=HOUR)
    assert feed.state.effective_url == server.url("/new")
    assert health.state(feed.state) == "moved"
    assert "edit line 41" in str(health.advice(feed.state, 41))
    asked_before = len(server.asked("/old"))
    for _ in range(29):
        feed.ask(after=DAY)
    assert len(server.asked("/old")) == asked_before
    feed.ask(after=DAY)
    assert len(server.asked("/old")) == asked_before + 1
    feed.ask(after=DAY)
    assert len(server.asked("/old")) == asked_before + 1
    assert health.state(feed.state) == "moved"


def test_a_move_to_a_feed_that_shares_nothing_is_not_believed(server: Server, feed: Feed) -> None:
    server.on("/old", reply(301, b"", Location="/new"))
    server.on("/new", *(reply(200, rss(f"only-{n}")) for n in range(9)))
    for _ in range(5):
        feed.ask(after=DAY)
    assert feed.state.effective_url == ""


def test_a_chain_with_a_temporary_hop_is_never_kept(server: Server, feed: Feed) -> None:
    server.on("/old", reply(301, b"", Location="/between"))
    server.on("/between", reply(302, b"", Location="/new"))
    server.on("/new", reply(200, FEED))
    for _ in range(4):
        feed.ask(after=2 * DAY)
    assert (feed.state.effective_url, feed.state.moved_to) == ("", "")


def test_a_move_to_a_page_is_an_error_and_keeps_everything(server: Server, feed: Feed) -> None:
    server.on("/old", reply(200, FEED, ETag='"1"'), reply(301, b"", Location="/new"))
    server.on("/new", reply(200, b'<html><link href="http://127.0.0.1/x" type="application/rss+xml"></html>'))
    feed.ask()
    feed.ask(after=DAY)
    feed.ask(after=2 * DAY)
    assert (feed.state.error_class, feed.state.effective_url, feed.state.discovered) == ("not-a-feed", "", "")
    assert feed.entries == {"a", "b"}
    assert server.asked("/old")[-1].fields["if-none-match"] == '"1"'


def test_a_move_to_a_feed_of_someone_else_brings_nothing_from_there(server: Server, other: Server) -> None:
    feed = Feed(server.url("/old"), fetcher())
    server.on("/old", reply(200, FEED), reply(301, b"", Location=other.url("/new")))
    other.on("/new", reply(200, rss("spam")))
    feed.ask()
    feed.ask(after=DAY)
    feed.ask(after=2 * DAY)
    assert feed.entries == {"a", "b"}
    assert (feed.state.error_class, feed.state.effective_url) == ("not-a-feed", "")
    assert feed.state.error is not None
    assert other.url("/new") in str(feed.state.error)


def test_a_feed_that_moves_to_another_host_with_its_entries_is_believed(server: Server, other: Server) -> None:
    feed = Feed(server.url("/old"), fetcher())
    server.on("/old", reply(200, FEED), reply(301, b"", Location=other.url("/new")))
    other.on("/new", reply(200, rss("b", "c"), ETag='"1"'), reply(304))
    feed.ask()
    feed.ask(after=DAY)
    feed.ask(after=DAY)
    assert (feed.entries, feed.state.effective_url) == ({"a", "b", "c"}, other.url("/new"))


def test_an_adopted_address_that_fails_three_times_gives_way_to_the_old_one(server: Server, feed: Feed) -> None:
    move(server)
    feed.ask()
    feed.ask(after=DAY)
    assert feed.state.effective_url
    server.on("/new", reply(500))
    server.on("/old", reply(200, rss("a", "b", "c")))
    asked = len(server.asked("/old"))
    feed.ask(after=HOUR)
    feed.ask(after=HOUR)
    assert len(server.asked("/old")) == asked
    assert isinstance(feed.ask(after=HOUR), Fresh)
    assert len(server.asked("/old")) == asked + 1
    assert (feed.state.effective_url, feed.state.failures, feed.entries) == ("", 0, {"a", "b", "c"})


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_is_followed_and_never_kept(server: Server, feed: Feed, status: int) -> None:
    move(server, status)
    for _ in range(4):
        feed.ask(after=2 * DAY)
    assert (feed.entries, feed.state.effective_url, feed.state.moved_to) == ({"a", "b"}, "", "")


def test_validators_go_only_to_the_url_that_gave_them(server: Server, feed: Feed) -> None:
    server.on("/old", reply(302, b"", Location="/new"))
    server.on("/new", reply(200, FEED, ETag='"1"'), reply(304))
    feed.ask()
    assert isinstance(feed.ask(after=HOUR), Unchanged)
    assert [seen.fields.get("if-none-match") for seen in server.asked("/old")] == [None, None]
    assert [seen.fields.get("if-none-match") for seen in server.asked("/new")] == [None, '"1"']


@pytest.mark.parametrize("circle", [True, False], ids=["circle", "too-many"])
def test_a_loop_ends_after_six_requests_at_most(server: Server, circle: bool) -> None:
    for n in range(20):
        server.on(f"/{n}", reply(302, b"", Location=f"/{(n + 1) % 2 if circle else n + 1}"))
    (outcome,) = ask(fetcher(), server.url("/0"))
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "redirect-loop"
    assert len(server.seen) <= 6


def test_five_hops_are_followed(server: Server) -> None:
    for n in range(5):
        server.on(f"/{n}", reply(302, b"", Location=f"/{n + 1}"))
    server.on("/5", reply(200, FEED))
    (outcome,) = ask(fetcher(), server.url("/0"))
    assert isinstance(outcome, Fresh)


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("sub/feed", "/dir/sub/feed"),
        ("/feed#part", "/feed"),
        ("../up", "/up"),
        ("/a b", "/a%20b"),
        ("?page=2", "/dir/old?page=2"),
    ],
)
def test_a_location_is_resolved_as_the_standard_says(server: Server, location: str, asked: str) -> None:
    server.on("/dir/old", reply(301, b"", Location=location))
    server.on(asked, reply(200, FEED))
    (outcome,) = ask(fetcher(), server.url("/dir/old"))
    assert isinstance(outcome, Fresh)
    assert server.seen[-1].path == asked


def test_a_location_without_a_scheme_or_in_raw_utf_8_is_understood(server: Server) -> None:
    server.on("/old", reply(301, b"", f"Location: //127.0.0.1:{server.port}/caf\xc3\xa9"))
    server.on("/caf%C3%A9", reply(200, FEED))
    (outcome,) = ask(fetcher(), server.url("/old"))
    assert isinstance(outcome, Fresh)
    assert outcome.url == server.url("/caf%C3%A9")


@pytest.mark.parametrize("status", [300, 301, 302, 305, 306, 308])
def test_a_redirect_that_leads_nowhere_is_an_error(server: Server, status: int) -> None:
    server.on("/old", reply(status, b"", *(["Location: /new"] if status in {300, 305, 306} else [])))
    (outcome,) = ask(fetcher(), server.url("/old"))
    assert isinstance(outcome, Failed)
    assert (outcome.error.kind, outcome.http_status) == ("protocol", status)
    assert len(server.seen) == 1


def test_a_feed_that_leads_to_another_feed_of_the_planet_is_asked_once(server: Server) -> None:
    move(server)
    outcomes = ask(fetcher(), server.url("/old"), server.url("/new"))
    assert [type(outcome) for outcome in outcomes] == [Fresh, Fresh]
    assert [outcome.body for outcome in outcomes if isinstance(outcome, Fresh)] == [FEED, FEED]
    assert len(server.asked("/new")) == 1


def test_a_move_to_https_needs_no_common_entry() -> None:
    def seen(day: int, known: FetchState) -> FetchState:
        hop = Hop(status=301, url="http://example.org/feed", to="https://example.org/feed")
        due = Due(key="x", url="http://example.org/feed", state=known)
        fetched = Fresh(due=due, http_status=200, url=hop.to, chain=(hop,), body=b"x", sha256=str(day))
        facts = ReadFacts(ok=True, entries=1, had_entries=True, shares=False)
        return fetch_update(fetched, facts, now=T0 + day * DAY, interval=HOUR, jitter=0).state

    first = seen(0, FetchState())
    assert first.effective_url == ""
    assert seen(1, first).effective_url == "https://example.org/feed"


def test_a_redirect_that_asks_to_wait_is_not_followed_now(server: Server, feed: Feed) -> None:
    server.on("/old", reply(302, b"", Location="/new", Retry_After=7200))
    outcome = feed.ask()
    assert isinstance(outcome, Deferred)
    assert server.asked("/new") == []
    assert (feed.wait, feed.state.failures, health.state(feed.state)) == (2 * HOUR, 0, "deferred")
    assert isinstance(feed.ask(after=HOUR), Deferred)
    assert len(server.seen) == 1


def page(*links: str) -> bytes:
    return (
        b"<html>" + b"".join(f'<link href="{url}" type="application/rss+xml">'.encode() for url in links) + b"</html>"
    )


def test_a_page_in_place_of_a_feed_that_worked_changes_nothing(server: Server, feed: Feed) -> None:
    server.on("/old", reply(200, FEED), reply(200, page(server.url("/new"))))
    feed.ask()
    feed.ask(after=HOUR)
    assert (feed.state.error_class, feed.state.discovered, feed.entries) == ("not-a-feed", "", {"a", "b"})


def test_a_page_that_names_one_feed_leads_to_it_at_once(server: Server, feed: Feed) -> None:
    server.on("/old", reply(200, page(server.url("/new"), server.url("/comments/feed"))))
    server.on("/new", reply(200, FEED, ETag='"1"'), reply(304))
    outcome = feed.ask()
    again = follow_discovery(outcome.due, feed.settled(outcome))
    assert again is not None
    assert isinstance(feed.ask(), Fresh)
    assert (feed.state.discovered, feed.entries, feed.state.failures) == (server.url("/new"), {"a", "b"}, 0)
    assert isinstance(feed.ask(after=HOUR), Unchanged)
    assert len(server.asked("/old")) == 1
    assert "line 41" in str(health.advice(feed.state, 41))


@pytest.mark.parametrize("links", [("/new", "/other"), (), ("http://elsewhere.example/feed",)])
def test_a_page_that_names_none_or_several_is_an_error(server: Server, feed: Feed, links: tuple[str, ...]) -> None:
    server.on("/old", reply(200, page(*(server.url(link) if link[0] == "/" else link for link in links))))
    feed.ask()
    assert (feed.state.error_class, feed.state.discovered) == ("not-a-feed", "")


def test_a_move_that_was_seen_once_and_is_over_is_forgotten(server: Server, feed: Feed) -> None:
    server.on("/old", reply(301, b"", Location="/new"), reply(200, FEED), reply(301, b"", Location="/new"))
    server.on("/new", reply(200, FEED))
    feed.ask()
    feed.ask(after=DAY)
    feed.ask(after=DAY)
    assert (feed.state.effective_url, feed.state.moved_first_seen) == ("", feed.now)


def test_a_redirect_body_is_never_read(server: Server, feed: Feed) -> None:
    server.on("/old", reply(301, b"", Location="/new", Content_Length=10**12))
    server.on("/new", reply(200, FEED))
    assert isinstance(feed.ask(), Fresh)
    assert feed.wait == timedelta(hours=1)
