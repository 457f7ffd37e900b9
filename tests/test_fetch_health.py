"""How feeds are told: states, advice, news, and whether it was our own network."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planet.fetch import health
from planet.fetch.errors import of_status, timed_out
from planet.fetch.exceptions import of_exception
from planet.model import Deferred, Due, Failed, Fetched, FetchError, FetchState, Fresh, Message, News
from planet.model.fetch import ErrorClass
from tests.support.fetching import DAY, HOUR, T0, ask, fetcher
from tests.support.servers import closed_port

OK = FetchState(last_attempt=T0, last_success=T0, http_status=200)
MOVED = replace(
    OK, effective_url="https://new.example/feed", moved_to="https://new.example/feed", moved_first_seen=T0 - DAY
)
FAILING = replace(
    OK,
    failures=3,
    first_failure=T0 - DAY,
    last_success=T0 - 2 * DAY,
    error_class="server",
    error=Message.of("an error"),
)


@pytest.mark.parametrize(
    ("known", "state"),
    [
        (FetchState(), "new"),
        (OK, "ok"),
        (MOVED, "moved"),
        (replace(OK, moved_to="https://new.example/feed"), "ok"),
        (replace(OK, effective_url="https://a.example/feed", discovered="https://a.example/feed"), "ok"),
        (replace(OK, failures=1), "failing"),
        (replace(MOVED, failures=1), "failing"),
        (replace(OK, hold_until=T0), "deferred"),
        (FetchState(hold_until=T0), "deferred"),
        (replace(OK, hold_until=T0, failures=1, error_class="rate-limited"), "deferred"),
        (replace(OK, hold_until=T0, failures=9, error_class="rate-limited"), "failing"),
        (replace(OK, hold_until=T0, failures=1, error_class="not-found"), "failing"),
        (replace(OK, gone_count=1, failures=1), "gone"),
        (replace(OK, stopped=True), "gone"),
    ],
)
def test_the_state_of_a_feed(known: FetchState, state: str) -> None:
    assert health.state(known) == state


def test_a_feed_that_is_well_needs_no_advice() -> None:
    assert health.advice(OK, 3) is None
    assert health.advice(FetchState(), 3) is None


@pytest.mark.parametrize("error_class", get_args(ErrorClass))
def test_every_failure_has_its_advice(error_class: ErrorClass) -> None:
    advice = health.advice(replace(OK, failures=1, error_class=error_class), 41)
    assert advice is not None
    assert len(str(advice)) > 20
    assert "{" not in str(advice)


def test_a_move_names_the_line_to_edit_and_no_password() -> None:
    moved = replace(MOVED, effective_url="https://u:p@new.example/feed", moved_to="https://u:p@new.example/feed")
    assert str(health.advice(moved, 41)) == "moved to https://***@new.example/feed: edit line 41 of feeds.yaml"


def told(known: FetchState, announced: str = "") -> tuple[News | None, str]:
    return health.news(
        replace(known, announced=announced),
        feed="https://u:p@example.org/feed",
        source="Ada",
        line=41,
        now=T0,
    )


def test_failing_is_news_after_three_times_and_a_day_and_once() -> None:
    assert told(replace(FAILING, failures=2)) == (None, "")
    assert told(replace(FAILING, first_failure=T0 - 23 * HOUR)) == (None, "")
    news, announced = told(FAILING)
    assert news is not None
    assert (news.kind, announced) == ("failing", "failing")
    assert "Ada" in str(news.text)
    assert "line 41" in str(news.text)
    assert "https://***@example.org/feed" in str(news.text)
    assert "an error" in str(news.text)
    assert told(FAILING, announced) == (None, "failing")


def test_a_failure_is_named_by_the_day_it_began() -> None:
    news, _ = told(FAILING)
    assert news is not None
    assert date(2026, 11, 23).isoformat() in str(news.text)


def test_recovered_is_news_only_after_failing_was() -> None:
    assert told(OK) == (None, "")
    news, announced = told(OK, "failing")
    assert news is not None
    assert (news.kind, announced) == ("recovered", "")
    assert told(OK, announced) == (None, "")
    again, _ = told(OK, "gone")
    assert again is not None
    assert again.kind == "recovered"


def test_a_feed_that_fails_again_while_it_is_announced_is_no_news() -> None:
    assert told(replace(FAILING, failures=1), "failing") == (None, "failing")


def test_a_move_is_news_once_for_each_address() -> None:
    news, announced = told(MOVED)
    assert news is not None
    assert news.kind == "moved"
    assert "line 41" in str(news.text)
    assert told(MOVED, announced) == (None, announced)
    other = replace(MOVED, effective_url="https://third.example/", moved_to="https://third.example/")
    again, _ = told(other, announced)
    assert again is not None
    assert again.kind == "moved"


def test_gone_is_news_once_when_it_is_no_longer_asked() -> None:
    assert told(replace(FAILING, gone_count=1, failures=1)) == (None, "")
    news, announced = told(replace(FAILING, gone_count=3, stopped=True))
    assert news is not None
    assert (news.kind, announced) == ("gone", "gone")
    assert told(replace(FAILING, gone_count=3, stopped=True), announced) == (None, "gone")


@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.integers(1, 72)),
        max_size=30,
    )
)
def test_whatever_happens_no_two_news_of_one_kind_follow_each_other(steps: list[tuple[bool, bool, int]]) -> None:
    state, now, kinds = FetchState(last_success=T0), T0, []
    for fails, stopped, hours in steps:
        now += timedelta(hours=hours)
        if fails:
            state = replace(
                state,
                failures=state.failures + 1,
                first_failure=state.first_failure or now,
                last_attempt=now,
                stopped=stopped,
            )
        else:
            state = replace(state, failures=0, first_failure=None, last_attempt=now, last_success=now, stopped=False)
        news, announced = health.news(state, feed="f", source="s", line=1, now=now)
        state = replace(state, announced=announced)
        kinds += [news.kind] if news else []
    assert all(one != other for one, other in itertools.pairwise(kinds))
    assert "recovered" not in kinds[:1]


def outcome(url: str, error: FetchError | None, *, local: bool = False) -> Fetched:
    due = Due(key=url, url=url, local=local)
    if error is None:
        return Fresh(due=due, url=url, http_status=200, body=b"x", sha256="x")
    return Failed(due=due, url=url, http_status=error.status, error=error)


A, B, C = "http://a.example/f", "http://b.example/f", "http://c.example/f"
NO_DNS = timed_out("x", "resolve")


def test_where_nothing_could_be_reached_it_was_our_network() -> None:
    assert health.network_down([outcome(A, NO_DNS), outcome(B, timed_out("b", "connect"))])
    unreachable = of_exception(OSError(101, "Network is unreachable"), "c", "connect")
    assert health.network_down([outcome(A, NO_DNS), outcome(C, unreachable)])


def test_one_sign_of_life_is_enough() -> None:
    for life in (None, of_status(500), timed_out("c", "read"), of_exception(ConnectionRefusedError(), "c", "connect")):
        assert not health.network_down([outcome(A, NO_DNS), outcome(B, NO_DNS), outcome(C, life)])


def test_one_host_alone_is_down_itself() -> None:
    assert not health.network_down([outcome(A, NO_DNS)])
    assert not health.network_down([outcome(A, NO_DNS), outcome("http://a.example/other", NO_DNS)])
    assert not health.network_down([])


def test_files_and_deferred_and_refused_feeds_say_nothing() -> None:
    deferred = Deferred(due=Due(key=C, url=C), url=C, until=None, reason=Message.of("later"))
    refused = FetchError("blocked-address", Message.of("no"))
    quiet = [outcome("/feed.xml", None, local=True), deferred, outcome(C, refused)]
    assert health.network_down([*quiet, outcome(A, NO_DNS), outcome(B, NO_DNS)])
    assert not health.network_down(quiet)


def test_real_requests_tell_it_too() -> None:
    def resolver(host: str, port: int) -> list:
        return []

    down = ask(fetcher(resolver=resolver), A, B)
    assert health.network_down(down)
    assert not health.network_down([*down, *ask(fetcher(), f"http://127.0.0.1:{closed_port()}/")])


@pytest.mark.parametrize(
    "status", [*range(201, 207), 300, 305, 400, 401, 402, 403, 404, 405, 407, 410, 418, 429, 451, 500, 503, 599]
)
def test_every_status_has_its_class_and_its_sentence(status: int) -> None:
    error = of_status(status)
    assert error.kind in get_args(ErrorClass)
    assert str(status) in str(error.message)
