from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.merge.entry_changes import MOST_A_DAY, MOST_CHANGES, diff
from planet.model import Changes, Deleted, DiffContext, Entry, EntryKey, Insert, Read, UnchangedEntry
from planet.text import body_key, digest, fold
from planet.urls import canonical_key
from tests.support.effort import examples
from tests.support.safe import safe

T0 = datetime(2026, 1, 5, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def entry(name: str, *, position: int = 0, **fields: Any) -> Entry:
    """An entry with everything of its own: id, link, title and text named after `name`."""
    title = fields.get("title", f"Title of {name}")
    text = fields.pop("text", f"Text of {name}, long enough")
    link = fields.get("link", f"https://blog.example/{name}")
    made = {
        "uid": name,
        "id": name,
        "position": position,
        "link": link,
        "link_key": canonical_key(link),
        "title_key": fold(title),
        "text_key": digest(fold(title), text),
        "title": title,
        "html": safe(text),
        "text": text,
        "summary": "",
        **fields,
    }
    made.setdefault("content_hash", digest(title, text))
    made.setdefault("raw_hash", digest(repr(sorted((k, v) for k, v in made.items() if k != "position"))))
    return Entry(**made)


def document(*entries: Entry | UnchangedEntry, **fields: Any) -> Read:
    return Read(
        entries=tuple(replace(e, position=n) for n, e in enumerate(entries)),
        feed_link="https://blog.example/",
        **fields,
    )


@dataclass
class Feed:
    """What a store does with Changes, in memory: enough to let documents follow each other."""

    planet_first_run: bool = True
    newcomer_entries: int = 5
    rows: dict[int, EntryKey] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    edited: dict[int, datetime] = field(default_factory=dict)
    in_feeds: dict[int, bool] = field(default_factory=dict)
    numbers: Iterable[int] = field(default_factory=itertools.count)

    def gives(
        self, now: datetime, *entries: Entry | UnchangedEntry, shuffle: int | None = None, **fields: Any
    ) -> Changes:
        return self.reads(now, document(*entries, **fields), shuffle=shuffle)

    def reads(self, now: datetime, read: Read, *, shuffle: int | None = None) -> Changes:
        known = list(self.rows.values())
        if shuffle is not None:
            random.Random(shuffle).shuffle(known)
        changes = diff(known, self.context(read), now)
        self.apply(changes)
        return changes

    def context(self, read: Read) -> DiffContext:
        return DiffContext(
            first_fetch=not self.rows,
            planet_first_run=self.planet_first_run,
            newcomer_entries=self.newcomer_entries,
            read=read,
        )

    def apply(self, changes: Changes) -> None:
        for insert in changes.inserts:
            row = next(iter(self.numbers))
            self.rows[row] = key_of(row, insert)
            self.entries[row] = insert.entry
            self.in_feeds[row] = insert.in_feeds
        for update in changes.updates:
            new, old = update.entry, self.rows[update.entry_id]
            self.rows[update.entry_id] = replace(
                old,
                uid=new.uid,
                id=new.id,
                link_key=new.link_key,
                title_key=new.title_key,
                text_key=new.text_key,
                raw_hash=new.raw_hash,
                content_hash=new.content_hash,
                body_key=body_key(new.text),
                published=new.published,
                updated=new.updated,
                changes=old.changes + 1,
                position=new.position,
            )
            self.entries[update.entry_id] = new
            if update.edited:
                self.edited[update.entry_id] = update.edited
        for row in changes.seen:
            self.rows[row] = replace(self.rows[row], missing_since=None)
        for row, since in changes.missing:
            self.rows[row] = replace(self.rows[row], missing_since=since)
        for row in changes.withdrawn:
            self.rows[row] = replace(self.rows[row], withdrawn=True)
        for row in changes.deleted:
            self.rows[row] = replace(self.rows[row], tombstone=True)
        for row in changes.restored:
            self.rows[row] = replace(self.rows[row], withdrawn=False, missing_since=None)
        uids = [known.uid for known in self.rows.values()]
        assert len(uids) == len(set(uids)), "two rows of one feed with one uid"

    def row(self, name: str) -> int:
        return next(row for row, known in self.rows.items() if known.uid == name)

    def date(self, name: str) -> datetime:
        return self.rows[self.row(name)].date

    def shown(self) -> list[str]:
        """The uids of what is shown, newest first."""
        shown = [known for known in self.rows.values() if not known.withdrawn and not known.tombstone]
        return [known.uid for known in sorted(shown, key=lambda known: (known.date, -known.entry_id), reverse=True)]


def key_of(row: int, insert: Insert) -> EntryKey:
    new = insert.entry
    return EntryKey(
        entry_id=row,
        uid=new.uid,
        id=new.id,
        link_key=new.link_key,
        title_key=new.title_key,
        text_key=new.text_key,
        raw_hash=new.raw_hash,
        content_hash=new.content_hash,
        body_key=body_key(new.text),
        date=insert.date,
        first_seen=insert.first_seen,
        published=new.published,
        updated=new.updated,
        position=new.position,
    )


def days(*names: str, start: datetime = T0 - 30 * DAY) -> list[Entry]:
    """Entries a day apart, the first named the newest; a letter has its day, whoever stands beside it."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return [
        entry(name, published=start - (alphabet.index(name) if name in alphabet else n) * DAY)
        for n, name in enumerate(names)
    ]


# --- dates ----------------------------------------------------------------------------------------------------------------------


def test_the_date_is_published_else_updated_else_the_day_in_the_address_else_first_seen() -> None:
    feed = Feed()
    feed.gives(T0, *days("known"))
    changes = feed.gives(
        T0 + DAY,
        entry("a", published=T0 - DAY, updated=T0, url_date=T0 - 9 * DAY),
        entry("b", updated=T0 - 2 * DAY, url_date=T0 - 9 * DAY),
        entry("c", url_date=T0 - 3 * DAY, date_only=True),
        entry("d"),
        *days("known"),
    )
    assert [(insert.date, insert.date_reason) for insert in changes.inserts] == [
        (T0 - DAY, "published"),
        (T0 - 2 * DAY, "updated"),
        (T0 - 3 * DAY, "url"),
        (T0 + DAY, "first seen"),
    ]


def test_an_undated_entry_of_a_known_feed_has_the_moment_it_was_first_seen() -> None:
    feed = Feed()
    feed.gives(T0, *days("old"))
    feed.gives(T0 + DAY, entry("new"), *days("old"))
    feed.gives(T0 + 2 * DAY, entry("new", text="edited"), *days("old"))
    assert feed.date("new") == T0 + DAY


def test_undated_entries_that_come_at_once_keep_the_order_of_the_document() -> None:
    feed = Feed()
    feed.gives(T0, *days("old"))
    feed.gives(T0 + DAY, entry("b"), entry("a"), *days("old"))
    assert feed.shown() == ["b", "a", "old"]
    assert feed.date("b") - feed.date("a") == SECOND


def test_undated_entries_of_a_first_fetch_sort_behind_the_dated_in_document_order() -> None:
    feed = Feed()
    dated = days("x", "y")
    feed.gives(T0, entry("b"), dated[0], entry("a"), dated[1])
    assert feed.shown() == ["x", "y", "b", "a"]


def test_a_feed_without_any_date_starts_at_the_date_of_the_document() -> None:
    feed = Feed()
    changes = feed.gives(T0, entry("b"), entry("a"), feed_date=T0 - 9 * DAY)
    assert [(insert.date, insert.date_reason) for insert in changes.inserts] == [
        (T0 - 9 * DAY, "feed"),
        (T0 - 9 * DAY - SECOND, "feed"),
    ]
    assert [insert.date for insert in Feed().gives(T0, entry("b"), feed_date=T0 + DAY).inserts] == [T0]


def test_a_date_to_come_counts_as_first_seen() -> None:
    feed = Feed()
    changes = feed.gives(T0, entry("a", published=T0 + 400 * DAY), entry("b", published=T0 + 2 * HOUR))
    assert {insert.date for insert in changes.inserts} == {T0}


def test_a_day_without_an_hour_is_now_when_it_is_today_and_midnight_before() -> None:
    feed = Feed()
    midnight = T0.replace(hour=0)
    feed.gives(
        T0,
        entry("today", published=midnight, date_only=True),
        entry("yesterday", published=midnight - DAY, date_only=True),
    )
    assert (feed.date("today"), feed.date("yesterday")) == (T0, midnight - DAY)


def test_only_updated_is_the_date_and_stays_it() -> None:
    feed = Feed()
    feed.gives(T0, entry("a", updated=T0 - DAY))
    feed.gives(T0 + DAY, entry("a", updated=T0 + HOUR, text="edited"))
    assert feed.date("a") == T0 - DAY


def test_an_old_entry_that_arrives_late_sorts_at_its_own_date() -> None:
    feed = Feed()
    feed.gives(T0, *days("a", "c"))
    feed.gives(T0 + DAY, *days(*"abc"))
    assert feed.shown() == ["a", "b", "c"]


# --- the same entry ----------------------------------------------------------------------------------------------------------------


def test_entries_that_all_change_their_ids_are_the_same_by_their_links() -> None:
    feed = Feed()
    old = days(*"abcdefghijkl")
    feed.gives(T0, *old)
    changes = feed.gives(
        T0 + DAY, *(replace(e, uid=f"new-{e.uid}", raw_hash=f"r{e.uid}", published=T0 + DAY) for e in old)
    )
    assert (changes.inserts, changes.warnings, len(changes.updates)) == ((), (), 12)
    assert all(update.edited is None for update in changes.updates)
    assert feed.shown() == [f"new-{e.uid}" for e in old]


def test_the_same_entry_again_changes_nothing() -> None:
    feed = Feed()
    feed.gives(T0, *days("a", "b"))
    changes = feed.gives(T0 + DAY, *days("a", "b"))
    assert not changes.shown
    assert not changes.missing


def test_an_id_that_changes_while_title_and_text_stay_is_the_same_entry() -> None:
    feed = Feed()
    feed.gives(T0, *days("a", "b"))
    moved = entry(
        "a2", link="https://new.example/a", title="Title of a", text="Text of a, long enough", published=T0 + DAY
    )
    changes = feed.gives(T0 + DAY, moved, *days("b"))
    assert [(update.entry_id, update.edited) for update in changes.updates] == [(feed.row("a2"), None)]
    assert feed.date("a2") == T0 - 30 * DAY


def test_title_and_moment_of_publication_are_enough_when_id_link_and_text_change() -> None:
    feed = Feed()
    feed.gives(T0, *days("a"))
    moved = entry(
        "a2", link="https://new.example/a", title="Title of a", text="Only a summary", published=T0 - 30 * DAY
    )
    changes = feed.gives(T0 + DAY, moved)
    assert (changes.inserts, [update.edited for update in changes.updates]) == ((), [T0 + DAY])


def test_an_id_that_changes_at_every_fetch_makes_one_entry() -> None:
    feed = Feed()
    for n in range(5):
        feed.gives(T0 + n * DAY, entry(f"session-{n}", link="https://blog.example/post", title="Post", text="Same"))
    assert feed.shown() == ["session-4"]
    assert not feed.edited


def test_what_shares_the_link_of_an_entry_that_is_still_listed_is_another_entry() -> None:
    feed = Feed()
    feed.gives(T0, *days("a"))
    feed.gives(T0 + DAY, entry("b", link="https://blog.example/a"), *days("a"))
    assert sorted(feed.shown()) == ["a", "b"]


def test_entries_behind_one_address_stay_apart() -> None:
    feed = Feed()
    page = "https://blog.example/seminars"
    feed.gives(T0, *(entry(f"s{n}", link=page) for n in range(3)))
    feed.gives(T0 + DAY, *(entry(f"t{n}", link=page) for n in range(3)))
    assert len(feed.rows) == 6


def test_an_entry_that_links_to_the_home_page_is_not_recognised_by_it() -> None:
    feed = Feed()
    feed.gives(T0, entry("a", link="https://blog.example/"))
    feed.gives(T0 + DAY, entry("b", link="https://blog.example/"))
    assert len(feed.rows) == 2


def test_a_title_alone_is_no_proof() -> None:
    feed = Feed()
    feed.gives(T0, entry("a", title="Weekly", text=""))
    feed.gives(T0 + DAY, entry("b", title="Weekly", text=""))
    assert len(feed.rows) == 2


# --- edits ------------------------------------------------------------------------------------------------------------------------


def test_an_edit_changes_the_text_is_marked_and_moves_nothing() -> None:
    feed = Feed()
    feed.gives(T0, *days("a", "b"))
    order = feed.shown()
    a, b = days("a", "b")
    edited = entry("b", published=b.published, text="Edited")
    changes = feed.gives(T0 + DAY, a, edited)
    assert [(update.entry.text, update.edited) for update in changes.updates] == [("Edited", T0 + DAY)]
    assert feed.shown() == order


def test_the_moment_of_an_edit_is_the_claimed_one_when_it_can_be() -> None:
    feed = Feed()
    feed.gives(T0, entry("a", published=T0 - DAY))
    feed.gives(T0 + DAY, entry("a", published=T0 - DAY, updated=T0 + HOUR, text="1"))
    assert feed.edited[0] == T0 + HOUR
    feed.gives(T0 + 2 * DAY, entry("a", published=T0 - DAY, updated=T0 + HOUR, text="2"))
    assert feed.edited[0] == T0 + 2 * DAY
    feed.gives(T0 + 3 * DAY, entry("a", published=T0 - DAY, updated=T0 + 900 * DAY, text="3"))
    assert feed.edited[0] == T0 + 3 * DAY


def test_new_tags_are_taken_over_without_a_mark() -> None:
    feed = Feed()
    feed.gives(T0, *days("a"))
    changes = feed.gives(T0 + DAY, replace(days("a")[0], tags=("php",), raw_hash="other"))
    assert [(update.entry.tags, update.edited) for update in changes.updates] == [(("php",), None)]


def test_a_text_that_changes_at_every_fetch_is_left_alone_in_the_end() -> None:
    feed = Feed()
    updates = [feed.gives(T0 + n * HOUR, entry("a", published=T0, text=f"Ad {n}")).updates for n in range(40)]
    assert sum(map(len, updates)) == MOST_CHANGES
    assert feed.gives(T0 + 3 * DAY, entry("a", published=T0, updated=T0 + 2 * DAY, text="A true edit")).updates


def test_a_feed_that_dates_everything_anew_moves_nothing() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    order = feed.shown()
    for n in range(1, 4):
        changes = feed.gives(
            T0 + n * DAY, *(entry(name, published=T0 + n * DAY, updated=T0 + n * DAY) for name in "cba")
        )
        assert all(update.edited is None for update in changes.updates)
    assert feed.shown() == order


# --- floods ------------------------------------------------------------------------------------------------------------------------


def test_a_flood_brings_few_entries_into_the_feeds_and_none_of_the_rest_on_top() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    changes = feed.gives(T0 + DAY, *(entry(f"n{n}") for n in range(20)))
    assert changes.warnings
    assert [insert.entry.uid for insert in changes.inserts if insert.in_feeds] == [f"n{n}" for n in range(5)]
    assert feed.shown() == [*(f"n{n}" for n in range(5)), "a", "b", "c", *(f"n{n}" for n in range(5, 20))]
    assert "20" in str(changes.warnings[0])


def test_entries_of_a_flood_keep_the_dates_they_claim() -> None:
    feed = Feed()
    feed.gives(T0, *days("a"))
    flood = days(*(f"n{n}" for n in range(12)), start=T0 - 10 * DAY)
    feed.gives(T0 + DAY, *flood)
    assert [feed.date(e.uid) for e in flood] == [e.published for e in flood]


def test_dates_that_a_machine_gave_in_one_go_are_none() -> None:
    feed = Feed()
    feed.gives(T0, *days("a"))
    feed.gives(T0 + DAY, *(entry(f"n{n:02}", published=T0 + DAY - n * SECOND) for n in range(30)))
    assert feed.shown()[:6] == ["n00", "n01", "n02", "n03", "n04", "a"]


def test_nine_new_entries_are_no_flood() -> None:
    feed = Feed()
    feed.gives(T0, *days("a"))
    changes = feed.gives(T0 + DAY, *(entry(f"n{n}") for n in range(9)))
    assert (changes.warnings, all(insert.in_feeds for insert in changes.inserts)) == ((), True)


def test_many_new_entries_above_known_ones_are_no_flood() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    changes = feed.gives(T0 + DAY, *(entry(f"n{n}") for n in range(12)), *days(*"abc"))
    assert (changes.warnings, all(insert.in_feeds for insert in changes.inserts)) == ((), True)


def test_a_newcomer_brings_its_newest_entries_into_the_feeds_and_all_onto_the_pages() -> None:
    feed = Feed(planet_first_run=False)
    changes = feed.gives(T0, *reversed(days(*"abcdefgh")))
    assert len(changes.inserts) == 8
    assert {insert.entry.uid for insert in changes.inserts if insert.in_feeds} == set("abcde")


def test_on_the_first_run_of_a_planet_there_are_no_newcomers() -> None:
    assert all(insert.in_feeds for insert in Feed().gives(T0, *days(*"abcdefgh")).inserts)


def test_a_planet_may_keep_all_newcomers_out_of_its_feeds() -> None:
    changes = Feed(planet_first_run=False, newcomer_entries=0).gives(T0, *days("a"))
    assert [insert.in_feeds for insert in changes.inserts] == [False]


# --- withdrawals -------------------------------------------------------------------------------------------------------------------


def without(names: str, gone: str) -> list[Entry]:
    return [e for e in days(*names) if e.uid not in gone]


def test_an_entry_that_scrolls_out_stays() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"defg"))
    for n in range(1, 5):
        feed.gives(T0 + n * DAY, entry("new", published=T0), *days(*"de"))
    assert feed.shown() == ["new", *"defg"]


@pytest.mark.parametrize("gone", ["a", "b", "c", "ab", "abc"])
def test_an_entry_that_is_missing_above_older_ones_for_a_day_is_withdrawn(gone: str) -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abcd"))
    first = feed.gives(T0 + DAY, *without("abcd", gone))
    assert (len(first.missing), first.withdrawn) == (len(gone), ())
    soon = feed.gives(T0 + DAY + HOUR, *without("abcd", gone))
    assert (soon.missing, soon.withdrawn) == ((), ())
    later = feed.gives(T0 + 2 * DAY, *without("abcd", gone))
    assert sorted(later.withdrawn) == sorted(feed.row(name) for name in gone)
    assert set(feed.shown()) == set("abcd") - set(gone)


def test_a_withdrawn_entry_returns_when_it_is_listed_again_at_its_own_date() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    for n in (1, 2):
        feed.gives(T0 + n * DAY, *without("abc", "b"))
    assert feed.shown() == ["a", "c"]
    changes = feed.gives(T0 + 3 * DAY, *days(*"abc"))
    assert changes.restored == (feed.row("b"),)
    assert feed.shown() == ["a", "b", "c"]


def test_an_entry_that_is_back_on_the_next_day_was_never_missing() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    for n in range(1, 6):
        changes = feed.gives(T0 + n * DAY, *(without("abc", "b") if n % 2 else days(*"abc")))
        assert not changes.withdrawn


def test_in_a_feed_that_lists_its_oldest_first_too() -> None:
    feed = Feed()
    for n in range(4):
        feed.gives(T0 + n * DAY, *reversed(days(*"abcd") if n == 0 else without("abcd", "b")))
    assert feed.shown() == ["a", "c", "d"]


def test_a_pinned_post_does_not_make_others_look_deleted() -> None:
    feed = Feed()
    pinned = entry("pinned", published=T0 - 900 * DAY)
    feed.gives(T0, pinned, *days(*"cdef"))
    for n in range(1, 5):
        feed.gives(T0 + n * DAY, pinned, entry("new", published=T0), *days(*"cd"))
    assert set(feed.shown()) == {"new", "pinned", *"cdef"}


def test_a_feed_ordered_by_updates_withdraws_nothing() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"bcd"), entry("old", published=T0 - 400 * DAY))
    revived = entry("old", published=T0 - 400 * DAY, updated=T0, text="Edited")
    for n in range(1, 4):
        feed.gives(T0 + n * DAY, *days("b"), revived)
    assert set(feed.shown()) == {*"bcd", "old"}


def test_an_empty_document_withdraws_nothing() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    for n in range(1, 5):
        assert feed.gives(T0 + n * DAY) == Changes()
        assert feed.gives(T0 + n * DAY, complete=True) == Changes()
    assert feed.shown() == ["a", "b", "c"]


def test_what_a_feed_lists_for_the_first_time_does_not_tell_how_far_it_reaches() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    for n in range(1, 5):
        feed.gives(T0 + n * DAY, *days(*(f"n{m}" for m in range(4 * n)), start=T0 - 500 * DAY))
    assert set("abc") <= set(feed.shown())


def test_what_a_complete_feed_does_not_list_is_withdrawn_at_once() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"), complete=True)
    feed.gives(T0 + HOUR, *days("a"), complete=True)
    assert feed.shown() == ["a"]
    feed.gives(T0 + 2 * HOUR, *days(*"abc"), complete=True)
    assert feed.shown() == ["a", "b", "c"]


def test_an_entry_that_its_feed_declares_deleted_goes_and_never_returns() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    changes = feed.gives(T0 + HOUR, *days("a", "c"), deleted=(Deleted(ref="b", when=T0),))
    assert changes.deleted == (feed.row("b"),)
    again = feed.gives(T0 + DAY, *days(*"abc"))
    assert not again.shown
    assert feed.shown() == ["a", "c"]
    assert not feed.gives(T0 + DAY, *days("a", "c"), deleted=(Deleted(ref="b", when=T0),)).deleted


def test_a_deletion_older_than_the_entry_is_ignored() -> None:
    feed = Feed()
    feed.gives(T0, entry("a", updated=T0 - DAY))
    assert not feed.gives(T0 + HOUR, deleted=(Deleted(ref="a", when=T0 - 2 * DAY),)).deleted
    both = feed.gives(T0 + DAY, entry("a", updated=T0 + HOUR, text="Back"), deleted=(Deleted(ref="a", when=T0),))
    assert (both.deleted, len(both.updates)) == ((), 1)


def test_an_entry_that_is_declared_deleted_before_it_was_ever_seen_does_not_come() -> None:
    changes = Feed().gives(T0, entry("a", updated=T0 - DAY), deleted=(Deleted(ref="a", when=T0),))
    assert changes.inserts == ()


def test_a_tombstone_does_not_return_under_another_id() -> None:
    feed = Feed()
    feed.gives(T0, *days("a", "b"))
    feed.rows[feed.row("a")] = replace(feed.rows[feed.row("a")], tombstone=True)
    moved = replace(days("a")[0], uid="a2", raw_hash="other")
    assert not feed.gives(T0 + DAY, moved, *days("b")).shown
    assert feed.shown() == ["b"]


# --- for any sequence of documents --------------------------------------------------------------------------------------------------

moment = st.none() | st.integers(-400, 40).map(lambda days_: T0 + days_ * DAY)
some_entry = st.builds(
    lambda uid, link, title, text, published, updated, date_only: entry(
        f"u{uid}",
        link=f"https://blog.example/{link}" if link else "https://blog.example/",
        title=f"Title {title}" if title else "",
        text=f"Text {text}" if text else "",
        published=published,
        updated=updated,
        date_only=date_only,
    ),
    *[st.integers(0, 14)] * 2,
    *[st.integers(0, 6)] * 2,
    moment,
    moment,
    st.booleans(),
)
some_document = st.builds(
    lambda entries, complete, deleted, dated: document(
        *entries, complete=complete, deleted=tuple(Deleted(ref=f"u{n}") for n in deleted), feed_date=dated
    ),
    st.lists(some_entry, max_size=14, unique_by=lambda e: e.uid),
    st.sampled_from([False, False, False, True]),
    st.lists(st.integers(0, 14), max_size=1),
    moment,
)
some_history = st.lists(st.tuples(some_document, st.integers(1, 40)), min_size=1, max_size=5)


@settings(max_examples=examples(300))
@given(some_history, st.booleans(), st.integers(0, 1000))
def test_whatever_a_feed_gives_the_promises_hold(history: list[tuple[Read, int]], first_run: bool, seed: int) -> None:
    feed, other = Feed(planet_first_run=first_run), Feed(planet_first_run=first_run)
    now = T0
    for read, hours in history:
        now += hours * HOUR
        before = dict(feed.rows)
        changes = feed.reads(now, read)
        assert other.reads(now, read, shuffle=seed) == changes  # the order of what is known decides nothing
        for row, known in before.items():
            assert (feed.rows[row].date, feed.rows[row].first_seen) == (known.date, known.first_seen)
            assert feed.rows[row].tombstone >= known.tombstone
        for insert in changes.inserts:
            assert insert.date <= insert.first_seen == now
        if not read.entries:
            assert not changes.withdrawn
        again = feed.reads(now, read)
        assert not again.shown  # the same document again changes nothing
        assert not again.missing


@settings(max_examples=examples(100))
@given(st.lists(some_entry, min_size=10, max_size=14, unique_by=lambda e: e.uid), st.integers(0, 7))
def test_a_flood_never_brings_more_news_than_a_newcomer_may(entries: list[Entry], allowed: int) -> None:
    feed = Feed(newcomer_entries=allowed)
    feed.gives(T0, entry("known", link="https://blog.example/known", title="Known", text="Known"))
    changes = feed.gives(T0 + DAY, *entries)
    assert changes.warnings
    assert sum(insert.in_feeds for insert in changes.inserts) == min(allowed, len(changes.inserts))


# --- dates of machines, no dates, renamed posts, too many at once ---------------------------------------------------------------------


def test_a_newcomer_dated_by_its_build_brings_five_to_the_top_and_the_rest_far_back() -> None:
    feed = Feed(planet_first_run=False)
    feed.gives(T0, *(entry(f"n{n:02}", published=T0 - timedelta(minutes=5)) for n in range(25)))
    assert feed.shown() == [f"n{n:02}" for n in range(25)]
    assert sum(feed.date(f"n{n:02}") > T0 - DAY for n in range(25)) == 5


@pytest.mark.parametrize("first_run", [True, False])
def test_a_newcomer_without_dates_brings_five_to_the_top_in_the_order_of_its_document(first_run: bool) -> None:
    feed = Feed(planet_first_run=first_run)
    feed.gives(T0, *(entry(f"n{n:02}") for n in range(25)))
    assert feed.shown() == [f"n{n:02}" for n in range(25)]
    assert sum(feed.date(f"n{n:02}") > T0 - 30 * DAY for n in range(25)) == 5


def test_an_import_of_long_ago_keeps_its_dates() -> None:
    feed = Feed(planet_first_run=False)
    feed.gives(T0, *(entry(f"n{n:02}", published=T0 - 900 * DAY) for n in range(25)))
    assert {feed.date(f"n{n:02}") for n in range(25)} == {T0 - 900 * DAY}


def test_an_undated_entry_below_known_ones_goes_behind_them() -> None:
    feed = Feed()
    feed.gives(T0, entry("e5"), entry("e4"), entry("e3"))
    feed.gives(T0 + DAY, entry("e6"), entry("e5"), entry("e4"), entry("e3"), entry("e2"), entry("e1"))
    assert feed.shown() == ["e6", "e5", "e4", "e3", "e2", "e1"]
    assert feed.date("e2") < feed.date("e3")


def test_an_undated_entry_below_known_ones_goes_behind_them_in_a_feed_that_begins_with_the_oldest() -> None:
    feed = Feed()
    feed.gives(T0, entry("e3", published=T0 - 3 * DAY), entry("e4", published=T0 - 2 * DAY))
    feed.gives(
        T0 + DAY, entry("e2"), entry("e3", published=T0 - 3 * DAY), entry("e4", published=T0 - 2 * DAY), entry("e5")
    )
    assert feed.date("e2") < T0 - 3 * DAY
    assert feed.date("e5") == T0 + DAY


LONG = "Nous avons déplacé notre chaîne de construction sur trois serveurs, et voici pourquoi."


def test_a_post_whose_title_and_address_were_corrected_is_the_same() -> None:
    feed = Feed()
    feed.gives(T0, entry("biuld", title="Moving our biuld", text=LONG, published=T0 - DAY), *days("z"))
    changes = feed.gives(T0 + DAY, entry("build", title="Moving our build", text=LONG, published=T0 - DAY), *days("z"))
    assert changes.inserts == ()
    assert [update.entry.title for update in changes.updates] == ["Moving our build"]


def test_a_post_whose_address_hour_and_a_word_were_corrected_is_the_same() -> None:
    feed = Feed()
    feed.gives(T0, entry("a1", title="Working with bundlers", text=LONG, published=T0 - DAY), *days("z"))
    changes = feed.gives(
        T0 + DAY, entry("a2", title="Working with bundlers", text=LONG + " Fin.", published=T0 - 20 * HOUR), *days("z")
    )
    assert changes.inserts == ()


def test_a_yearly_title_of_another_day_is_another_post() -> None:
    feed = Feed()
    feed.gives(T0, entry("a1", title="Bilan", text=LONG, published=T0 - DAY), *days("z"))
    changes = feed.gives(
        T0 + 9 * DAY, entry("a2", title="Bilan", text="Autre chose", published=T0 + 8 * DAY), *days("z")
    )
    assert [insert.entry.uid for insert in changes.inserts] == ["a2"]


def test_a_known_feed_brings_so_many_new_entries_a_day_and_says_so() -> None:
    feed = Feed()
    feed.gives(T0, *days(*"abc"))
    first = feed.gives(T0 + DAY, *(entry(f"n{n}", published=T0 + DAY - n * HOUR) for n in range(150)), *days(*"abc"))
    assert len(first.inserts) == 150
    second = feed.gives(T0 + DAY + HOUR, *(entry(f"m{n}", published=T0) for n in range(150)), *days(*"abc"))
    assert len(second.inserts) == MOST_A_DAY - 150
    assert any("100" in str(warning) for warning in second.warnings)
    third = feed.gives(T0 + 3 * DAY, *(entry(f"m{n}", published=T0) for n in range(150)), *days(*"abc"))
    assert len(third.inserts) == 100
