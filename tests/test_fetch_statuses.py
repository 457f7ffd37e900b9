"""Status codes: what each means for a feed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from planet.fetch import health
from planet.model import Deferred, Due, Failed, Fresh, Unchanged
from tests.support.fetching import DAY, HOUR, T0, Feed, ask, fetcher, rss
from tests.support.servers import Server, chunked, head, raw, reply

FEED = rss("a", "b")
MINUTE = timedelta(minutes=1)


def stamp(moment: datetime, form: str = "%a, %d %b %Y %H:%M:%S GMT") -> str:
    return moment.strftime(form)


def test_a_401_is_auth_and_waits_a_day(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(401, b"", WWW_Authenticate="Basic"))
    outcome = feed.ask()
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "auth"
    assert DAY <= feed.wait <= 1.1 * DAY
    assert len(server.seen) == 1


@pytest.mark.parametrize("challenge", [(), ("cf-mitigated: challenge",)])
def test_a_403_is_forbidden_and_waits_a_day(server: Server, feed: Feed, challenge: tuple[str, ...]) -> None:
    server.on("/feed", reply(403, b"", *challenge))
    outcome = feed.ask()
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "forbidden"
    assert ("challenge" in str(outcome.error.message)) is bool(challenge)
    assert DAY <= feed.wait <= 1.1 * DAY
    assert len(server.seen) == 1


def test_a_404_backs_off_to_a_day_and_after_a_month_to_a_week(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(404))
    waits = []
    for _ in range(40):
        feed.ask(after=DAY)
        waits.append(feed.wait)
    assert waits[0] == HOUR
    assert 2 * HOUR <= waits[1] <= 2.2 * HOUR
    assert DAY <= waits[10] <= 1.1 * DAY
    assert 7 * DAY <= waits[-1] <= 7.7 * DAY
    assert health.state(feed.state) == "failing"


def test_a_410_is_looked_at_after_a_day_and_a_week_and_then_no_more(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED), reply(410))
    feed.ask()
    feed.ask(after=HOUR)
    assert DAY <= feed.wait <= 1.1 * DAY
    assert health.state(feed.state) == "gone"
    assert feed.run(after=20 * HOUR) is None
    feed.run(after=7 * HOUR)
    assert 7 * DAY <= feed.wait <= 7.7 * DAY
    assert feed.run(after=6 * DAY) is None
    feed.run(after=2 * DAY)
    assert feed.state.stopped
    assert feed.run(after=400 * DAY) is None
    assert (len(server.seen), feed.entries) == (4, {"a", "b"})


def test_forced_requests_do_not_make_a_feed_gone_sooner(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(410))
    for _ in range(5):
        feed.ask(after=MINUTE)
    assert not feed.state.stopped


def test_a_feed_that_comes_back_from_410_is_wholly_alive(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(410), reply(410), reply(200, FEED))
    for _ in range(3):
        feed.ask(after=9 * DAY)
    assert (feed.state.gone_count, feed.state.failures, health.state(feed.state)) == (0, 0, "ok")
    assert feed.wait == HOUR


def test_a_429_keeps_its_whole_origin_quiet(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(429, b"", Retry_After=7200))
    server.on("/other", reply(200, FEED))
    feed.ask()
    assert health.state(feed.state) == "deferred"
    assert feed.state.error_class == "rate-limited"
    origin = f"http://127.0.0.1:{server.port}"
    assert feed.backoffs == {origin: T0 + 2 * HOUR}
    other = Feed(server.url("/other"), fetcher(), backoffs=feed.backoffs, now=T0 + HOUR)
    outcome = other.ask()
    assert isinstance(outcome, Deferred)
    assert outcome.origin_backoff
    assert (other.state.failures, health.state(other.state), other.wait) == (0, "deferred", HOUR)
    assert server.asked("/other") == []
    assert isinstance(other.ask(after=HOUR), Fresh)
    assert health.state(other.state) == "ok"


def test_a_429_stops_the_rest_of_its_origin_in_the_same_run(server: Server) -> None:
    for n in range(30):
        server.on(f"/{n}", reply(429, b"", Retry_After=60))
    dues = [Due(key=str(n), url=server.url(f"/{n}")) for n in range(30)]
    outcomes = list(fetcher().fetch_all(dues, T0, backoffs={}))
    assert len(outcomes) == 30
    assert len(server.seen) <= 4
    assert sum(isinstance(outcome, Deferred) for outcome in outcomes) == 30 - len(server.seen)


def test_a_503_keeps_only_its_own_url_quiet(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(503, b"", Retry_After=120))
    server.on("/other", reply(200, FEED))
    feed.ask()
    assert (feed.wait, feed.backoffs) == (HOUR, {})
    feed.interval = timedelta(0)
    feed.ask(after=DAY)
    assert feed.wait == 2 * MINUTE
    assert isinstance(feed.ask(after=MINUTE), Deferred)
    assert isinstance(ask(fetcher(), server.url("/other"))[0], Fresh)


@pytest.mark.parametrize(
    "form",
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"],
    ids=["imf", "rfc850", "asctime"],
)
@pytest.mark.parametrize("skew", [timedelta(0), timedelta(hours=5)])
def test_a_date_in_retry_after_is_read_in_every_form(server: Server, feed: Feed, form: str, skew: timedelta) -> None:
    when = T0 + skew + 3 * HOUR
    server.on("/feed", reply(429, b"", Retry_After=stamp(when, form), Date=stamp(T0 + skew)))
    feed.ask()
    assert feed.wait == 3 * HOUR


@pytest.mark.parametrize("huge", ["99999999999", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_puts_us_off_for_more_than_a_week(server: Server, feed: Feed, huge: str) -> None:
    server.on("/feed", reply(429, b"", Retry_After=huge))
    feed.ask()
    assert feed.wait == 7 * DAY


@pytest.mark.parametrize("junk", ["0", "-5", "soon", "1.5", "", "Wed, 21 Oct 2015 07:28:00 GMT", "\xa0", "٣"])
def test_a_retry_after_that_says_nothing_leaves_the_back_off(server: Server, feed: Feed, junk: str) -> None:
    server.on("/feed", raw(b"HTTP/1.1 503 x\r\nContent-Length: 0\r\nRetry-After: " + junk.encode() + b"\r\n\r\n"))
    feed.ask()
    assert feed.wait == HOUR
    feed.ask(after=HOUR)
    assert 2 * HOUR <= feed.wait <= 2.2 * HOUR


def test_a_429_without_a_time_holds_its_origin_longer_each_time_up_to_six_hours(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(429))
    held = []
    for _ in range(7):
        feed.ask(after=2 * DAY)
        held.append(max(feed.backoffs.values()) - feed.now)
    assert held[0] == 2 * HOUR
    assert held == sorted(held)
    assert held[-1] == 6 * HOUR


def test_a_429_obeys_the_longer_of_retry_after_and_max_age(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(429, b"", Retry_After=60, Cache_Control="max-age=172800"))
    feed.ask()
    assert feed.wait == 2 * DAY


@pytest.mark.parametrize("status", [500, 502, 504, 520, 530])
def test_server_errors_back_off_and_double(server: Server, feed: Feed, status: int) -> None:
    server.on("/feed", reply(status))
    waits = []
    for _ in range(7):
        outcome = feed.ask(after=2 * DAY)
        assert isinstance(outcome, Failed)
        assert outcome.error.kind == "server"
        waits.append(feed.wait)
    assert waits[0] == HOUR
    for n, wait in enumerate(waits[1:5], 1):
        assert 2**n * HOUR <= wait <= 1.1 * 2**n * HOUR
    assert DAY <= waits[-1] <= 1.1 * DAY


def test_twenty_failures_are_forgotten_by_one_answer(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'), *[reply(500)] * 20, reply(304))
    for _ in range(22):
        feed.ask(after=2 * DAY)
    assert (feed.state.failures, feed.state.first_failure, feed.wait) == (0, None, HOUR)
    assert {seen.fields.get("if-none-match") for seen in server.seen[1:]} == {'"1"'}


def test_an_error_page_with_status_200_keeps_the_entries(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED), reply(200, b"<html>Database error</html>"))
    feed.ask()
    feed.ask(after=HOUR)
    assert (feed.state.error_class, feed.entries, feed.state.failures) == ("not-a-feed", {"a", "b"}, 1)


@pytest.mark.parametrize("status", [204, 205, 206, 226, 201, 207])
def test_a_success_that_is_not_the_whole_document_is_an_error(server: Server, feed: Feed, status: int) -> None:
    server.on("/feed", reply(200, FEED), reply(status, b"" if status in {204, 205} else rss("c")))
    feed.ask()
    outcome = feed.ask(after=HOUR)
    assert isinstance(outcome, Failed)
    assert (outcome.error.kind, outcome.http_status, feed.entries) == ("protocol", status, {"a", "b"})


@pytest.mark.parametrize("interim", [b"100 Continue", b"103 Early Hints", b"102 Processing"])
def test_interim_answers_are_skipped(server: Server, interim: bytes) -> None:
    first = b"HTTP/1.1 " + interim + b"\r\nLink: </style.css>\r\n\r\n"
    server.on("/feed", raw(first * 2 + head(200, Content_Length=len(FEED)) + FEED))
    (outcome,) = ask(fetcher(), server.url("/feed"))
    assert isinstance(outcome, Fresh)
    assert outcome.body == FEED


@pytest.mark.parametrize("last", [b"", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"])
def test_an_interim_answer_alone_is_no_answer(server: Server, last: bytes) -> None:
    server.on("/feed", raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" + last))
    (outcome,) = ask(fetcher(), server.url("/feed"))
    assert isinstance(outcome, Failed)
    assert outcome.http_status is None


@pytest.mark.parametrize(
    "empty", [reply(200, b"", ETag='"9"'), chunked(b"", ETag='"9"'), reply(200, b" \r\n\t ", ETag='"9"')]
)
def test_an_empty_answer_is_an_error_and_its_validators_are_not_kept(server: Server, feed: Feed, empty: object) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'), empty)  # type: ignore[arg-type]
    feed.ask()
    outcome = feed.ask(after=HOUR)
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "not-a-feed"
    assert (feed.state.etag, feed.entries) == ('"1"', {"a", "b"})


def test_a_feed_without_entries_is_well_and_warns_if_it_had_some(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED), reply(200, rss(), ETag='"1"'), reply(304))
    feed.ask()
    assert feed.state.warnings == ()
    assert isinstance(feed.ask(after=HOUR), Fresh)
    assert (health.state(feed.state), len(feed.state.warnings), feed.entries) == ("ok", 1, {"a", "b"})
    assert isinstance(feed.ask(after=HOUR), Unchanged)


def test_a_server_of_ones_own_is_asked_at_every_run_whatever_it_answered(server: Server) -> None:
    for n, status in enumerate((500, 404, 403, 401, 429, 400)):
        server.on(f"/{n}", reply(status), reply(200, FEED))
        feed = Feed(server.url(f"/{n}"), fetcher(), interval=timedelta(0))
        assert isinstance(feed.run(), Failed), status
        assert isinstance(feed.run(), Fresh), status
