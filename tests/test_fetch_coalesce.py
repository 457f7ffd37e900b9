"""Two feeds of the planet at one address: whoever comes first, it is asked once, and both hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from planet.model import Deferred, Due, Failed, Fetched, FetchState, Fresh, Unchanged
from tests.support.fetching import QUICK, T0, fetcher, rss
from tests.support.servers import Server, after, reply

FEED = rss("a")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        server.on("/old", reply(301, b"", Location="/new"))
        yield server


def both(server: Server, old: FetchState, new: FetchState) -> tuple[Fetched, Fetched]:
    dues = [
        Due(key="old", url=server.url("/old"), state=old),
        Due(key="new", url=server.url("/new"), state=new),
    ]
    rules = replace(QUICK, per_host=4)
    found = {outcome.due.key: outcome for outcome in fetcher(rules).fetch_all(dues, T0, backoffs={})}
    assert set(found) == {"old", "new"}
    return found["old"], found["new"]


@pytest.mark.parametrize("first", ["old", "new"])
def test_whoever_comes_first_both_get_the_document(server: Server, first: str) -> None:
    slow = "new" if first == "old" else "old"
    server.on("/new", after(0.1 * (slow == "new"), reply(200, FEED, ETag='"1"', Content_Type="text/xml")))
    server.on("/old", after(0.1 * (slow == "old"), reply(301, b"", Location="/new")))
    old, new = both(server, FetchState(), FetchState())
    assert isinstance(old, Fresh)
    assert isinstance(new, Fresh)
    assert (old.body, old.url, old.headers, old.content_type) == (new.body, new.url, new.headers, "text/xml")
    assert [hop.status for hop in old.chain] == [301]
    assert new.chain == ()
    assert len(server.asked("/new")) == 1


@pytest.mark.parametrize("wait", [0.0, 0.1])
def test_a_failure_is_shared_too(server: Server, wait: float) -> None:
    server.on("/new", after(wait, reply(500)))
    old, new = both(server, FetchState(), FetchState())
    assert isinstance(old, Failed)
    assert isinstance(new, Failed)
    assert (old.error.kind, old.http_status) == (new.error.kind, new.http_status) == ("server", 500)
    assert len(server.asked("/new")) == 1


def test_nothing_new_is_shared_by_feeds_that_read_the_same(server: Server) -> None:
    known = FetchState(etag='"1"', validators_url=server.url("/new"), body_sha256="x")
    server.on("/new", after(0.1, reply(304)))
    old, new = both(server, known, known)
    assert isinstance(old, Unchanged)
    assert isinstance(new, Unchanged)
    assert len(server.asked("/new")) == 1


def test_one_that_does_not_have_the_document_asks_for_itself(server: Server) -> None:
    known = FetchState(etag='"1"', validators_url=server.url("/new"), body_sha256="x")
    server.on("/new", after(0.1, reply(304)), reply(200, FEED))
    old, new = both(server, FetchState(), known)
    assert isinstance(old, Fresh)
    assert isinstance(new, Unchanged)
    assert [seen.fields.get("if-none-match") for seen in server.asked("/new")] == ['"1"', None]


def test_one_that_was_put_off_says_nothing_for_the_other(server: Server) -> None:
    server.on("/new", after(0.1, reply(302, b"", Location="/x", Retry_After=60)), reply(200, FEED))
    old, new = both(server, FetchState(), FetchState())
    assert isinstance(new, Deferred)
    assert isinstance(old, Fresh)


def test_two_that_lead_to_each_other_wait_for_nobody(server: Server) -> None:
    server.on("/old", after(0.05, reply(302, b"", Location="/new")))
    server.on("/new", after(0.05, reply(302, b"", Location="/old")))
    old, new = both(server, FetchState(), FetchState())
    assert isinstance(old, Failed)
    assert isinstance(new, Failed)
    assert {old.error.kind, new.error.kind} == {"redirect-loop"}


def test_one_that_waits_for_another_ends_with_the_run(server: Server) -> None:
    from datetime import timedelta

    server.on("/new", after(0.4, reply(200, FEED)))
    dues = [Due(key=name, url=server.url(f"/{name}")) for name in ("old", "new")]
    rules = replace(QUICK, per_host=4)
    outcomes = {
        outcome.due.key: outcome
        for outcome in fetcher(rules).fetch_all(dues, T0, backoffs={}, budget=timedelta(seconds=0.15))
    }
    assert isinstance(outcomes["old"], Deferred)
    assert isinstance(outcomes["new"], Fresh)


def test_a_bug_is_raised_where_the_run_is() -> None:
    class Bug(BaseException):
        pass

    class Broken:
        def __call__(self, ask: object, deadline: object) -> None:
            raise Bug

        def close(self) -> None:
            pass

    with pytest.raises(Bug):
        list(fetcher(transport=Broken()).fetch_all([Due(key="x", url="http://a.example/")], T0, backoffs={}))
