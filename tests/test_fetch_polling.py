"""When a feed is asked next: what servers, documents and feeds.yaml say about it."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planet.fetch.headers import cache_control, freshness, http_date, retry_after
from planet.fetch.polling import fetch_update, is_due
from planet.model import Deferred, Due, Failed, Fetched, FetchError, FetchState, Fresh, Message, ReadFacts, Unchanged
from tests.support.fetching import DAY, HOUR, T0, ask, fetcher, rss
from tests.support.servers import Server, after, reply

URL = "https://example.org/feed"
OK = ReadFacts(ok=True, entries=3, new_entries=3)
SEEN = replace(OK, new_entries=0, had_entries=True, shares=True)
MINUTE = timedelta(minutes=1)
NEW = FetchState()


def due(state: FetchState = NEW, interval: timedelta = HOUR) -> Due:
    return Due(key=URL, url=URL, state=state, interval=interval)


def fresh(state: FetchState = NEW, **headers: str) -> Fresh:
    named = tuple((name.replace("_", "-").lower(), value) for name, value in headers.items())
    return Fresh(due=due(state), http_status=200, url=URL, headers=named, body=b"x", sha256="1")


def unchanged(state: FetchState, status: int = 304, **headers: str) -> Unchanged:
    named = tuple((name.replace("_", "-").lower(), value) for name, value in headers.items())
    return Unchanged(due=due(state), http_status=status, url=URL, headers=named)


def settled(
    fetched: Fetched,
    facts: ReadFacts | None = None,
    *,
    now: datetime = T0,
    interval: timedelta = HOUR,
    jitter: float = 0.5,
) -> FetchState:
    return fetch_update(fetched, facts, now=now, interval=interval, jitter=jitter).state


def wait(state: FetchState, now: datetime = T0) -> timedelta:
    assert state.next_due is not None
    return state.next_due - now


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Cache_Control": "max-age=43200"}, 12 * HOUR),
        ({"Cache_Control": "max-age=43200", "Age": "43000"}, HOUR),
        ({"Cache_Control": "max-age=43200", "Age": "3600"}, 11 * HOUR),
        ({"Cache_Control": "max-age=60"}, HOUR),
        ({"Cache_Control": "max-age=0"}, HOUR),
        ({"Cache_Control": 'max-age="x"'}, HOUR),
        ({"Cache_Control": "max-age=-1"}, HOUR),
        ({"Cache_Control": "max-age=7200, max-age=86400"}, 2 * HOUR),
        ({"Cache_Control": "public,MAX-AGE=7200"}, 2 * HOUR),
        ({"Cache_Control": 'private="a, b", max-age=7200'}, 2 * HOUR),
        ({"Cache_Control": "no-cache, max-age=9999"}, HOUR),
        ({"Cache_Control": "max-age=60", "Expires": "Wed, 25 Nov 2026 08:00:00 GMT"}, HOUR),
        ({"Expires": "0"}, HOUR),
        ({"Expires": "-1"}, HOUR),
        ({"Expires": "whenever"}, HOUR),
        ({"Expires": "Tue, 24 Nov 2026 15:00:00 GMT", "Date": "Tue, 24 Nov 2026 11:00:00 GMT"}, 4 * HOUR),
        ({"Cache_Control": "no-store, max-age=9999"}, HOUR),
    ],
    ids=[
        "s01",
        "s02",
        "s02-part",
        "s03",
        "s03-zero",
        "s05-junk",
        "s05-negative",
        "s05-two",
        "s05-case",
        "s05-quoted",
        "s06",
        "s08",
        "s09-0",
        "s09-1",
        "s09-junk",
        "s10",
        "s11",
    ],
)
def test_to_s11_what_header_fields_ask_for_is_obeyed(headers: dict[str, str], least: timedelta) -> None:
    assert wait(settled(fresh(**headers), OK)) == least
    assert wait(settled(unchanged(FetchState(last_change=T0), **headers))) == least


def test_a_year_is_obeyed_only_by_a_feed_that_is_as_quiet() -> None:
    year = "max-age=31536000"
    assert wait(settled(fresh(Cache_Control=year), OK)) == DAY
    assert wait(settled(unchanged(FetchState(last_change=T0 - 6 * DAY), Cache_Control=year))) == DAY
    assert wait(settled(unchanged(FetchState(last_change=T0 - 8 * DAY), Cache_Control=year))) == 7 * DAY
    assert wait(settled(unchanged(FetchState(last_change=T0 - 4 * DAY), Cache_Control="max-age=259200"))) == 3 * DAY
    assert wait(settled(fresh(Cache_Control="max-age=172800"), OK)) == 2 * DAY


def test_a_feed_without_validators_is_asked_half_as_often_each_time_it_is_the_same() -> None:
    state = settled(fresh(), OK)
    waits = [wait(state)]
    now = T0
    for _ in range(6):
        now += 2 * DAY
        state = settled(unchanged(state, 200), now=now, jitter=0)
        waits.append(wait(state, now))
    assert waits == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, DAY, DAY]
    assert wait(settled(fresh(state), OK)) == HOUR


def test_a_healthy_feed_that_answers_304_is_asked_at_the_next_interval_and_slowly_less_often() -> None:
    state = settled(fresh(), replace(OK, dates=tuple(T0 - n * 7 * DAY for n in range(10))))
    waits = [wait(state)]
    now = T0
    for _ in range(40):
        assert state.next_due is not None
        now = state.next_due
        state = settled(unchanged(state), now=now, jitter=0)
        waits.append(wait(state, now))
    assert waits[:4] == [HOUR, HOUR, 2 * HOUR, 3 * HOUR]
    assert waits == sorted(waits)
    assert waits[-1] == 6 * HOUR
    assert wait(settled(fresh(state), OK)) == HOUR


def test_a_feed_that_changes_often_is_asked_at_its_own_pace() -> None:
    state = replace(
        settled(fresh(), replace(OK, dates=tuple(T0 - n * DAY / 2 for n in range(10)))),
        unchanged_count=50,
        last_change=T0,
    )
    assert 3 * HOUR <= wait(settled(unchanged(state))) <= 3.3 * HOUR


@pytest.mark.parametrize(("hint", "least"), [(10800, 3 * HOUR), (None, HOUR), (0, HOUR), (60, HOUR), (30 * 86400, DAY)])
def test_what_the_document_asks_for_is_obeyed_up_to_a_day(hint: int | None, least: timedelta) -> None:
    state = settled(fresh(), replace(OK, delay_hint=hint))
    assert least <= wait(state) <= 1.1 * least
    assert least <= wait(settled(unchanged(state))) <= 1.1 * least


@pytest.mark.parametrize(
    ("hours", "days", "expected"),
    [
        ((9, 10), (), datetime(2026, 11, 24, 11, tzinfo=UTC)),
        ((9, *range(10, 24)), (), datetime(2026, 11, 25, 0, tzinfo=UTC)),
        ((*range(9, 24), 24), (), datetime(2026, 11, 25, 1, tzinfo=UTC)),
        ((), (1,), datetime(2026, 11, 25, 0, tzinfo=UTC)),
        (tuple(range(24)), (), datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ((), tuple(range(7)), datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ((99, -1), (12,), datetime(2026, 11, 24, 9, tzinfo=UTC)),
    ],
)
def test_skipped_hours_and_days_are_skipped(hours: tuple[int, ...], days: tuple[int, ...], expected: datetime) -> None:
    assert settled(fresh(), replace(OK, skip_hours=hours, skip_days=days)).next_due == expected


def test_a_cron_job_every_five_minutes_asks_once_an_hour() -> None:
    state = FetchState()
    asked = []
    for step in range(24 * 12):
        now = T0 + step * 5 * MINUTE
        if is_due(state, now, HOUR, URL):
            asked.append(now)
            state = settled(fresh(state), SEEN, now=now, jitter=0.99)
    assert len(asked) == 24
    assert min(later - earlier for earlier, later in itertools.pairwise(asked)) == HOUR


@pytest.mark.parametrize("outcome", ["fresh", "304", "failed"])
def test_a_cron_job_once_an_interval_never_misses_a_healthy_feed_and_the_first_failure(outcome: str) -> None:
    state = FetchState(last_change=T0)
    match outcome:
        case "fresh":
            state = settled(fresh(state), OK, jitter=0.999)
        case "304":
            state = settled(unchanged(state), jitter=0.999)
        case _:
            state = settled(failed(state), jitter=0.999)
    assert is_due(state, T0 + HOUR, HOUR, URL)
    assert not is_due(state, T0 + HOUR - timedelta(seconds=1), HOUR, URL)


def failed(state: FetchState = NEW, error_class: str = "server", **headers: str) -> Failed:
    named = tuple((name.replace("_", "-").lower(), value) for name, value in headers.items())
    return Failed(
        due=due(state),
        http_status=500,
        url=URL,
        headers=named,
        error=FetchError(error_class, Message.of("x")),  # type: ignore[arg-type]
    )


def test_a_clock_that_was_wrong_keeps_no_feed_waiting() -> None:
    state = settled(fresh(), OK)
    assert is_due(state, T0 - 3650 * DAY, HOUR, URL)
    assert not is_due(state, T0 - DAY, HOUR, URL)
    assert is_due(state, T0 + 3650 * DAY, HOUR, URL)
    far = settled(fresh(), OK, now=T0 + 3650 * DAY)
    assert is_due(far, T0, HOUR, URL)
    zero = settled(fresh(), OK, interval=timedelta(0))
    assert is_due(zero, T0 - 3 * DAY, timedelta(0), URL)


def test_longer_delays_are_spread() -> None:
    waits = {wait(settled(failed(FetchState(failures=3)), jitter=n / 10)) for n in range(10)}
    assert len(waits) == 10
    assert min(waits) == 8 * HOUR
    assert max(waits) < 8.8 * HOUR


def test_holds_are_kept_by_force_and_requests_stay_conditional() -> None:
    with Server() as server:
        server.on("/feed", reply(200, rss("a")))
        url = server.url("/feed")
        origin = f"http://127.0.0.1:{server.port}"
        one = Due(key=url, url=url, state=FetchState(etag='"1"', validators_url=url, next_due=T0 + DAY))
        (outcome,) = fetcher().fetch_all([one], T0, backoffs={origin: T0 + HOUR})
        assert isinstance(outcome, Deferred)
        assert server.connections == 0
        assert len(list(fetcher().fetch_all([one], T0, backoffs={origin: T0}))) == 1
        assert server.seen[0].fields["if-none-match"] == '"1"'


def test_what_does_not_begin_in_time_stays_due() -> None:
    with Server() as server:
        release = threading.Event()
        server.default = after(0.15, reply(200, rss("a")))
        dues = [Due(key=str(n), url=server.url(f"/{n}")) for n in range(40)]
        outcomes = list(fetcher().fetch_all(dues, T0, backoffs={}, budget=timedelta(seconds=0.2)))
        release.set()
        deferred = [outcome for outcome in outcomes if isinstance(outcome, Deferred)]
        assert len(outcomes) == 40
        assert len(deferred) + len(server.seen) == 40
        assert {int(outcome.due.key) for outcome in deferred} == set(range(len(server.seen), 40))
        state = settled(deferred[0])
        assert (state.last_attempt, is_due(state, T0, HOUR, URL)) == (None, True)


def test_a_run_that_is_stopped_ends_with_an_outcome_for_every_feed() -> None:
    with Server() as server:
        stop = threading.Event()
        server.default = after(0.1, reply(200, rss("a")))
        dues = [Due(key=str(n), url=server.url(f"/{n}")) for n in range(40)]
        outcomes = []
        for outcome in fetcher().fetch_all(dues, T0, backoffs={}, stop=stop):
            stop.set()
            outcomes.append(outcome)
        assert len(outcomes) == 40
        assert len(server.seen) < 12


def test_closing_the_run_early_asks_no_more() -> None:
    with Server() as server:
        server.default = after(0.05, reply(200, rss("a")))
        run = fetcher().fetch_all([Due(key=str(n), url=server.url(f"/{n}")) for n in range(40)], T0, backoffs={})
        next(run)
        run.close()  # type: ignore[attr-defined]
        ask(fetcher(), server.url("/last"))
        assert len(server.seen) < 12


def test_a_feed_that_says_it_is_over_is_asked_weekly() -> None:
    state = settled(fresh(), replace(OK, expired=True))
    assert 7 * DAY <= wait(state) <= 7.7 * DAY
    assert 7 * DAY <= wait(settled(unchanged(state))) <= 7.7 * DAY


@pytest.mark.parametrize("jitter", [0, 0.999])
def test_with_an_interval_of_zero_every_run_asks(jitter: float) -> None:
    none = timedelta(0)
    quiet = FetchState(last_change=T0 - 90 * DAY, unchanged_count=40, median_gap=10**6, delay_hint=86400, expired=True)
    busy = replace(OK, delay_hint=86400, skip_hours=tuple(range(20)), expired=True)
    for state in (
        settled(fresh(), busy, interval=none, jitter=jitter),
        settled(unchanged(quiet), interval=none, jitter=jitter),
        settled(unchanged(quiet, 200), interval=none, jitter=jitter),
        settled(failed(replace(quiet, failures=9)), interval=none, jitter=jitter),
        settled(failed(error_class="auth"), interval=none, jitter=jitter),
        settled(failed(error_class="rate-limited"), interval=none, jitter=jitter),
    ):
        assert is_due(state, T0, none, URL)


def test_with_an_interval_of_zero_a_server_is_still_obeyed() -> None:
    none = timedelta(0)
    assert wait(settled(fresh(Cache_Control="max-age=7200"), OK, interval=none)) == 2 * HOUR
    assert wait(settled(failed(error_class="rate-limited", Retry_After="7200"), interval=none)) == 2 * HOUR


def test_an_interval_longer_than_every_cap_is_kept() -> None:
    fortnight = 14 * DAY
    for state in (
        settled(fresh(), OK, interval=fortnight),
        settled(unchanged(FetchState(unchanged_count=50, last_change=T0 - 900 * DAY)), interval=fortnight),
        settled(failed(FetchState(failures=9)), interval=fortnight),
    ):
        assert wait(state) == fortnight
        assert not is_due(state, T0 + 13 * DAY, fortnight, URL)


headers = st.dictionaries(
    st.sampled_from(["retry-after", "cache-control", "expires", "date", "age", "etag", "last-modified", "link"]),
    st.one_of(
        st.text(st.characters(max_codepoint=255), max_size=40),
        st.from_regex(r"max-age ?= ?\"?[0-9]{0,30}", fullmatch=True),
        st.datetimes(min_value=datetime(1900, 1, 1)).map(lambda when: when.strftime("%a, %d %b %Y %H:%M:%S GMT")),
        st.integers(-(10**20), 10**20).map(str),
    ),
)


@given(
    headers=headers,
    status=st.sampled_from([200, 304, 429, 500, 410, 404, 401]),
    failures=st.integers(0, 10_000),
    unchanged_count=st.integers(0, 10_000),
    jitter=st.floats(0, 0.999),
    minutes=st.integers(0, 60 * 24 * 10),
    skip_days=st.frozensets(st.integers(0, 6)),
    skip_hours=st.frozensets(st.integers(0, 24)),
    expired=st.booleans(),
)
def test_whatever_a_server_says_the_next_request_is_an_interval_away_and_within_reason(
    headers: dict[str, str],
    status: int,
    failures: int,
    unchanged_count: int,
    jitter: float,
    minutes: int,
    skip_days: frozenset[int],
    skip_hours: frozenset[int],
    expired: bool,
) -> None:
    """Invariant C: every attempt moves the next one forward by at least the interval."""
    interval = minutes * MINUTE
    state = FetchState(failures=failures, unchanged_count=unchanged_count, last_change=T0 - DAY)
    given_fields = tuple(headers.items())
    outcome: Fetched
    if status == 200:
        outcome = replace(fresh(state), headers=given_fields)
    elif status == 304:
        outcome = replace(unchanged(state), headers=given_fields)
    else:
        classes = {429: "rate-limited", 500: "server", 410: "gone", 404: "not-found", 401: "auth"}
        outcome = replace(failed(state, classes[status]), headers=given_fields, http_status=status)
    document = replace(OK, skip_days=tuple(skip_days), skip_hours=tuple(skip_hours), expired=expired)
    then = settled(outcome, document if status == 200 else None, interval=interval, jitter=jitter)
    assert interval <= wait(then) <= 1.1 * max(7 * DAY, interval) + 7 * DAY
    assert is_due(then, T0 + wait(then), interval, URL)
    assert wait(then) == timedelta(0) or not is_due(then, T0, interval, URL)


@given(st.text(max_size=200))
def test_no_header_field_breaks_its_reader(written: str) -> None:
    for name in ("retry-after", "cache-control", "expires", "date", "age"):
        fields = {name: written, "cache-control": written}
        for found in (retry_after(fields, T0), freshness(fields, T0)):
            assert found is None or timedelta(0) <= found <= 7 * DAY
    assert all(isinstance(name, str) for name in cache_control(written))
    assert http_date(written) is None or http_date(written).tzinfo is not None  # type: ignore[union-attr]


def test_an_interval_that_was_raised_counts_at_once() -> None:
    state = settled(fresh(), OK)
    assert is_due(state, T0 + HOUR, HOUR, URL)
    assert not is_due(state, T0 + HOUR, 6 * HOUR, URL)
    assert is_due(state, T0 + 6 * HOUR, 6 * HOUR, URL)


def test_an_interval_that_became_zero_counts_at_once() -> None:
    none = timedelta(0)
    assert is_due(settled(fresh(), OK), T0, none, URL)
    assert is_due(settled(failed(error_class="auth")), T0, none, URL)
    assert not is_due(settled(failed(Retry_After="60")), T0, none, URL)
    assert not is_due(settled(fresh(Cache_Control="max-age=60"), OK), T0, none, URL)
    assert is_due(settled(fresh(Cache_Control="max-age=60"), OK), T0 + MINUTE, none, URL)


def test_a_file_is_read_at_every_run() -> None:
    local = Due(key="/f.xml", url="/f.xml", local=True)
    state = settled(replace(fresh(), due=local, url="/f.xml"), OK)
    assert (state.next_due, is_due(state, T0, HOUR, "/f.xml")) == (T0, True)
    assert is_due(replace(state, failures=9), T0, HOUR, "/f.xml")
