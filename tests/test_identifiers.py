"""Ids of what is published: an entry's own where it may be, and never the same twice, whatever feeds bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.merge import stories
from planet.model import Entry, Story, Update
from planet.store import Store
from planet.store.identifiers import planet_id, published_id
from planet.stories import story_context
from planet.urls import is_iri
from tests.support import editions
from tests.support.effort import examples
from tests.test_grouping import post, put

HOST = "planet.example"
DATE = datetime(2026, 11, 23, 8, tzinfo=UTC)
FEEDS = ("f0", "f1", "f2")
CONFIG = editions.config(sources=tuple(editions.member(key, feeds=(editions.feed(key),)) for key in FEEDS))
OTHERS = [planet_id(HOST, feed, f"u{number}", DATE) for feed in FEEDS for number in range(2)]
"""Ids that the planet makes for the entries of the test below: a feed may guess them."""


def entry(identifier: str, number: int = 0, feed: str = "f0") -> Entry:
    """An entry that merges with no other."""
    title = f"{feed} {number} " + "abcdefgh"[number] * 9
    made = post(title, link=f"https://{feed}.example/{number}", text=f"{title} " * 9)
    return replace(made, uid=f"u{number}", id=identifier, published=DATE + timedelta(minutes=FEEDS.index(feed)))


def published(store: Store) -> list[Story]:
    return store.load_stories(store.story_ids(), story_context(CONFIG, store, {}))


@pytest.mark.parametrize(
    ("identifier", "kept"),
    [
        ("https://a.example/é?x=1#y", True),
        ("tag:a.example,2026:1", True),
        ("urn:x:y", True),
        ("42", False),
        ("a b:c", False),
        ("/relative", False),
        ("http:", False),
        ("", False),
        (OTHERS[1], False),
        (OTHERS[1].replace(HOST, "elsewhere.example"), True),
    ],
)
def test_an_id_that_is_no_absolute_iri_or_is_the_planets_is_replaced_by_a_tag(identifier: str, kept: bool) -> None:
    given_id = entry(identifier)
    assert published_id(HOST, "f0", given_id, DATE) == (identifier if kept else planet_id(HOST, "f0", "u0", DATE))


def test_ids_that_two_stories_claim_are_told_apart_and_the_older_keeps_it(tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        put(store, "f0", [entry("urn:x")])
        put(store, "f1", [entry("urn:x", feed="f1"), entry("7", 1, "f1")])
        put(store, "f2", [entry("7", 2, "f2")])
        store.regroup(stories)
        by_link = {story.url: (story.id, story.guid) for story in published(store)}
    made = planet_id(HOST, "f1", "u0", DATE)
    other = [planet_id(HOST, feed, uid, DATE) for feed, uid in (("f1", "u1"), ("f2", "u2"))]
    assert by_link == {
        "https://f0.example/0": ("urn:x", "urn:x"),
        "https://f1.example/0": (made, made),
        "https://f1.example/1": (other[0], "7"),
        "https://f2.example/2": (other[1], other[1]),
    }


IDS = st.sampled_from(["", "7", "urn:x", "urn:y", "https://a.example/1", *OTHERS])


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.tuples(IDS, IDS), min_size=6, max_size=6))
def test_no_two_stories_publish_one_id_or_guid_whatever_feeds_bring_and_change(pairs: list[tuple[str, str]]) -> None:
    """Ids as they are when an entry is new, and as its feed gives them later."""
    with Store(":memory:") as store:
        for number, (before, _) in enumerate(pairs):
            put(store, FEEDS[number // 2], [entry(before, number % 2, FEEDS[number // 2])])
        for number, (_, after) in enumerate(pairs):
            feed = FEEDS[number // 2]
            update = Update(entry_id=number + 1, entry=entry(after, number % 2, feed))
            put(store, feed, [], updates=(update,))
        store.regroup(stories)
        shown = published(store)
    assert len(shown) > 1
    assert all(is_iri(story.id) and story.guid for story in shown)
    for field in ("id", "guid"):
        values = [getattr(story, field) for story in shown]
        assert len(values) == len(set(values)), field
