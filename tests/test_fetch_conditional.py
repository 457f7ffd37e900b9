"""Conditional requests: what is asked, and what an answer changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from planet.fetch.polling import is_due
from planet.model import Failed, Fresh, Unchanged
from tests.support.fetching import DAY, HOUR, Feed, fetcher, rss
from tests.support.servers import Server, reply

FEED = rss("a", "b")


def sent(server: Server, name: str) -> list[str | None]:
    return [seen.fields.get(name) for seen in server.asked("/feed")]


@pytest.mark.parametrize(
    "etag",
    ['"abc"', 'W/"abc"', "abc", '"a\\"b"', '""', '"caf\xe9"', '"a, b"', "w/odd"],
    ids=["c01", "c02", "c03-bare", "c03-quote", "c03-empty", "c03-latin-1", "comma", "case"],
)
def test_an_etag_is_given_back_byte_for_byte(server: Server, feed: Feed, etag: str) -> None:
    server.on("/feed", reply(200, FEED, ETag=etag), reply(304))
    feed.ask()
    assert isinstance(feed.ask(after=HOUR), Unchanged)
    line = next(line for line in server.asked("/feed")[1].raw.split(b"\r\n") if line.startswith(b"If-None-Match"))
    assert line == b"If-None-Match: " + etag.encode("latin-1")


def test_two_etags_are_given_back_as_a_list(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, 'ETag: "a"', 'ETag: "b"'), reply(304))
    feed.ask()
    feed.ask(after=HOUR)
    assert sent(server, "if-none-match") == [None, '"a", "b"']


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 01 Jan 2024 00:00:00 GMT",
        "Monday-ish 2024",
        "mon, 01 jan 2024 00:00:00 gmt",
        "Tue, 01 Jan 2041 00:00:00 GMT",
    ],
    ids=["c05", "c06-junk", "c06-lower-case", "c06-future"],
)
def test_last_modified_is_given_back_as_it_was_written(server: Server, feed: Feed, written: str) -> None:
    server.on("/feed", reply(200, FEED, Last_Modified=written), reply(304))
    feed.ask()
    feed.ask(after=HOUR)
    assert sent(server, "if-modified-since") == [None, written]


def test_both_validators_are_sent(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"', Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT"), reply(304))
    feed.ask()
    feed.ask(after=HOUR)
    assert sent(server, "if-none-match") == [None, '"1"']
    assert sent(server, "if-modified-since") == [None, "Mon, 01 Jan 2024 00:00:00 GMT"]


def test_the_first_request_is_unconditional(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED))
    feed.ask()
    assert sent(server, "if-none-match") == sent(server, "if-modified-since") == [None]


def test_a_304_keeps_validators_and_entries_and_reads_nothing(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"', Last_Modified="then"), reply(500), reply(304), reply(304))
    feed.ask()
    feed.ask(after=HOUR)
    feed.ask(after=HOUR)
    assert (feed.state.failures, feed.state.error, feed.state.last_success) == (0, None, feed.now)
    assert (feed.state.etag, feed.state.last_modified) == ('"1"', "then")
    assert (feed.entries, feed.read) == ({"a", "b"}, 1)


@pytest.mark.parametrize(
    ("brought", "kept"),
    [
        ({"ETag": '"2"'}, ('"2"', "then")),
        ({"Last_Modified": "now"}, ('"1"', "now")),
        ({"ETag": '"2"', "Last_Modified": "now"}, ('"2"', "now")),
    ],
)
def test_a_304_with_new_validators_replaces_those_it_brings(
    server: Server, feed: Feed, brought: dict[str, str], kept: tuple[str, str]
) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"', Last_Modified="then"), reply(304, **brought), reply(304))
    for _ in range(3):
        feed.ask(after=HOUR)
    assert (sent(server, "if-none-match")[2], sent(server, "if-modified-since")[2]) == kept


def test_a_304_with_max_age_moves_the_next_request(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'), reply(304, Cache_Control="max-age=43200"))
    feed.ask()
    assert feed.wait == HOUR
    feed.ask(after=HOUR)
    assert feed.wait >= 12 * HOUR


def test_the_same_bytes_are_not_read_again(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'))
    feed.ask()
    outcome = feed.ask(after=HOUR)
    assert isinstance(outcome, Unchanged)
    assert (outcome.http_status, feed.read, feed.state.failures, feed.state.unchanged_count) == (200, 1, 0, 1)


def test_the_same_bytes_with_a_new_etag_bring_the_new_etag(server: Server, feed: Feed) -> None:
    server.on("/feed", *(reply(200, FEED, ETag=f'"{n}"', Last_Modified=f"day {n}") for n in (1, 2, 3)))
    for _ in range(3):
        feed.ask(after=HOUR)
    assert sent(server, "if-none-match") == [None, '"1"', '"2"']
    assert sent(server, "if-modified-since") == [None, "day 1", "day 2"]
    assert (feed.state.etag, feed.read) == ('"3"', 1)


def test_other_bytes_with_the_same_etag_are_read(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'), reply(200, rss("a", "b", "c"), ETag='"1"'))
    feed.ask()
    assert isinstance(feed.ask(after=HOUR), Fresh)
    assert feed.entries == {"a", "b", "c"}


def test_an_etag_that_is_no_longer_sent_is_forgotten(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"', Last_Modified="then"), reply(200, rss("c")), reply(200, rss("d")))
    for _ in range(3):
        feed.ask(after=HOUR)
    assert sent(server, "if-none-match") == [None, '"1"', None]
    assert sent(server, "if-modified-since") == [None, "then", None]


def test_an_etag_that_changes_every_time_slows_the_feed_down_like_none(server: Server, feed: Feed) -> None:
    server.on("/feed", *(reply(200, FEED, ETag=f'"{n}"') for n in range(9)))
    waits = []
    for _ in range(7):
        feed.ask(after=30 * HOUR)
        waits.append(feed.wait)
    assert feed.read == 1
    assert waits == sorted(waits)
    assert waits[0] == HOUR
    assert waits[-1] >= DAY


def test_a_304_to_an_unconditional_request_is_an_error(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(304, ETag='"1"'), reply(200, FEED))
    outcome = feed.ask()
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "protocol"
    feed.ask(after=HOUR)
    assert sent(server, "if-none-match") == [None, None]
    assert feed.entries == {"a", "b"}


def test_a_304_to_an_unreadable_document_leaves_the_feed_in_error(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, b"<html>Bienvenue</html>", ETag='"1"'), reply(304), reply(200, FEED))
    feed.ask()
    assert (feed.state.error_class, feed.state.etag) == ("not-a-feed", '"1"')
    assert isinstance(feed.ask(after=HOUR), Unchanged)
    assert (feed.state.error_class, feed.state.failures) == ("not-a-feed", 2)
    feed.ask(after=HOUR)
    assert (feed.state.error_class, feed.state.failures, feed.entries) == (None, 0, {"a", "b"})


def test_a_new_reader_asks_for_the_whole_document_once(server: Server) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'), reply(304), reply(200, FEED, ETag='"1"'), reply(304))
    old = Feed(server.url("/feed"), fetcher(parser_version="1"), parser_version="1")
    old.ask()
    old.ask(after=HOUR)
    new = Feed(server.url("/feed"), fetcher(parser_version="2"), parser_version="2", state=old.state, now=old.now)
    assert isinstance(new.ask(after=HOUR), Fresh)
    assert isinstance(new.ask(after=HOUR), Unchanged)
    assert sent(server, "if-none-match") == [None, '"1"', None, '"1"']


def test_an_edited_url_is_due_at_once_and_asked_without_validators(server: Server) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'))
    feed = Feed(server.url("/feed"), fetcher())
    feed.ask()
    edited = feed.url.replace("//", "//user:secret@")
    assert not is_due(feed.state, feed.now, HOUR, feed.url)
    assert is_due(feed.state, feed.now, HOUR, edited)
    Feed(edited, fetcher(), state=feed.state).ask()
    assert sent(server, "if-none-match") == [None, None]


def test_an_answer_that_was_never_stored_changes_no_validator(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'), reply(200, rss("c"), ETag='"2"'))
    feed.ask()
    before = feed.state
    feed.ask(after=HOUR)
    feed.state, feed.entries = before, {"a", "b"}  # the process died before it could store anything
    feed.ask()
    assert sent(server, "if-none-match") == [None, '"1"', '"1"']
    assert feed.entries == {"a", "b", "c"}


def test_an_answer_that_was_stored_is_asked_for_conditionally(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'), reply(304))
    feed.ask()
    again = Feed(feed.url, fetcher(), state=feed.state)
    assert isinstance(again.ask(), Unchanged)


def test_a_server_that_ignores_conditions_is_asked_less_and_less(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'))
    asked = 0
    for _ in range(14 * 24):
        asked += feed.run(after=HOUR) is not None
    assert asked <= 20


@pytest.mark.parametrize("field", [{"Expires": "0"}, {"Cache_Control": "no-cache"}], ids=["expires", "no-cache"])
def test_no_cache_and_expires_zero_keep_the_validators(server: Server, feed: Feed, field: dict[str, str]) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"', **field), reply(304))
    feed.ask()
    assert feed.wait == HOUR
    feed.ask(after=HOUR)
    assert sent(server, "if-none-match") == [None, '"1"']


def test_a_validator_that_cannot_stand_in_a_header_is_not_kept(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"' + "x" * 2000 + '"'), reply(200, FEED))
    feed.ask()
    feed.ask(after=HOUR)
    assert sent(server, "if-none-match") == [None, None]


def test_validators_are_forgotten_by_no_failure(server: Server, feed: Feed) -> None:
    server.on("/feed", reply(200, FEED, ETag='"1"'), reply(500), reply(404), b"nonsense", reply(304))
    for _ in range(5):
        feed.ask(after=timedelta(days=2))
    assert sent(server, "if-none-match") == [None, *['"1"'] * 4]
    assert feed.state.failures == 0
