"""The database: what goes in comes out, and what cannot be used says what to do."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planet.errors import StoreError, UsageError
from planet.model import (
    Changes,
    Classification,
    Classified,
    Enclosure,
    Entry,
    EventChanges,
    EventData,
    FetchState,
    FetchUpdate,
    Insert,
    MergeEntry,
    MergeGroup,
    MergeLink,
    Message,
    Person,
    Read,
    Reason,
    SourceRef,
    StoredEvent,
    Update,
)
from planet.store import Application, Store
from planet.store.columns import decode, encode, from_stamp, to_stamp
from planet.store.schema import VERSION
from tests.support.safe import safe

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FEED = "https://a.example/feed"


def entry(uid: str = "u1", **changed: object) -> Entry:
    made = Entry(
        uid=uid, id=f"https://a.example/{uid}", position=0, link=f"https://a.example/{uid}", link_key=f"a.example/{uid}",
        title_key="titre", text_key="t", raw_hash=f"raw-{uid}", content_hash="c", title="Titre", html=safe("<p>x</p>"), text="x",
        summary="", published=NOW - timedelta(days=1), authors=(Person(name="Ada"),), tags=("php", "Été"),
        enclosures=(Enclosure(url="https://a.example/1.mp3", type="audio/mpeg", length=3),), source=SourceRef(title="Autre"), words=440,
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


PLACED = Classification(
    sources=(("ada", FEED),),
    technologies=("php",),
    scores=(("php", 100, (Reason(rule="tag", what="php", score=100),)),),
)


def application(changes: Changes, *entries: Entry, state: FetchState | None = None) -> Application:
    return Application(
        feed=FEED,
        configured=FEED,
        update=FetchUpdate(state=state or FetchState(etag='"1"', last_success=NOW)),
        changes=changes,
        read=Read(entries=entries, feed_title="A", feed_id="urn:a"),
        now=NOW,
        place=lambda _entry, _date: Classified(classification=PLACED, keys=("key",)),
        host="planet.example.org",
    )


def inserted(one: Entry, **changed: object) -> Changes:
    insert = Insert(entry=one, date=NOW - timedelta(days=1), date_reason="published", first_seen=NOW)
    return Changes(inserts=(replace(insert, **changed),))  # type: ignore[arg-type]


class Alone:
    """Merging that joins nothing."""

    def find_links(self, *_arguments: object) -> list[MergeLink]:
        return []

    def group(self, entries: Sequence[MergeEntry], _links: object = None) -> tuple[MergeGroup, ...]:
        return tuple(MergeGroup(entry_ids=(one.entry_id,)) for one in entries)


class Together:
    """Merging that joins all that shares a key."""

    def find_links(self, entries: Sequence[MergeEntry], *_arguments: object) -> list[MergeLink]:
        return [
            MergeLink(a=entries[0].entry_id, b=other.entry_id, rule="link", score=100, days=0.0)
            for other in entries[1:]
        ]

    def group(self, entries: Sequence[MergeEntry], links: Sequence[MergeLink] = ()) -> tuple[MergeGroup, ...]:
        rows = tuple(one.entry_id for one in entries)
        why = tuple(dict.fromkeys((link.a, link.b, link.rule, link.score) for link in links))
        return (MergeGroup(entry_ids=rows, why=why),) if rows else ()


alone, together = Alone(), Together()


def test_an_entry_comes_back_as_it_went_in(tmp_path: Path) -> None:
    one = entry()
    with Store(tmp_path / "p.db") as store:
        store.apply(application(inserted(one), one))
        (stored,) = store.stored_entries()
    assert stored.entry == one
    assert stored.classification == PLACED
    assert (stored.date, stored.first_seen, stored.shown) == (NOW - timedelta(days=1), NOW, True)


def test_a_state_comes_back_as_it_went_in(tmp_path: Path) -> None:
    state = FetchState(etag='W/"é"', next_due=NOW, error=Message.of("x {y}", y=1), error_class="dns", failures=2)
    with Store(tmp_path / "p.db") as store:
        store.save_updates([(FEED, FEED, FetchUpdate(state=state))])
        assert store.feeds()[FEED].state == state


@given(st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30)))
def test_a_moment_comes_back_exactly_and_sorts_as_it_should(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    stamp = to_stamp(moment)
    assert stamp is not None
    assert from_stamp(stamp) == moment
    assert stamp < (to_stamp(moment + timedelta(microseconds=1)) or 0)


def test_every_field_is_written_so_that_another_default_changes_no_stored_state() -> None:
    assert set(json.loads(encode(FetchState()))) == {field.name for field in fields(FetchState)}


def test_a_field_that_is_no_longer_known_is_passed_over_and_a_new_one_takes_its_default() -> None:
    assert decode(FetchState, '{"etag":"x","of_the_future":1}') == FetchState(etag="x")


def test_a_lone_surrogate_does_not_stop_what_is_stored() -> None:
    assert decode(Person, encode(Person(name="a\ud800b"))) == Person(name="a?b")


@pytest.mark.parametrize("start", [date(2026, 3, 13), NOW])
@pytest.mark.parametrize("end", [date(2026, 3, 14), NOW, None])
def test_an_event_comes_back_as_it_went_in(tmp_path: Path, start: date, end: date | None) -> None:
    event = StoredEvent(
        calendar=FEED, uid="1", first_seen=NOW, slug="x",
        data=EventData(
            title="Soirée", html=safe("<p>x</p>"), text="x", start=start, end=end, geo=(45.7, 3.1), tags=("a",), status="tentative",
        ),
    )  # fmt: skip
    with Store(tmp_path / "p.db") as store:
        store.apply_events(FEED, FEED, FetchUpdate(state=FetchState()), EventChanges(upserts=(event,)))
        assert store.stored_events() == store.known_events(FEED) == (event,)


def test_an_application_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    one = entry()
    broken = replace(application(inserted(one), one), place=lambda _entry, _date: 1 / 0)  # type: ignore[arg-type,return-value]
    with Store(tmp_path / "p.db") as store:
        with pytest.raises(ZeroDivisionError):
            store.apply(broken)
        assert store.feeds() == {}
        assert list(store.stored_entries()) == []


def test_stories_follow_their_entries(tmp_path: Path) -> None:
    one, two = entry("u1"), entry("u2", title="Autre")
    with Store(tmp_path / "p.db") as store:
        store.apply(application(inserted(one), one))
        store.apply(application(inserted(two, date=NOW), two))
        assert len(store.regroup(alone)) == 2
        assert [row.story_id for row in store.index()] == [2, 1]
        assert store.regroup(together) == ()
        store.apply(
            application(Changes(updates=(Update(entry_id=2, entry=replace(two, title="Neuf"), edited=NOW),)), two)
        )
        assert store.regroup(together) == ()
        (row,) = store.index()
        assert row.story_id == 1
        assert store.why(1) == ((1, 2, "link", 100),)
        before = row.rev
        store.apply(application(Changes(withdrawn=(2,)), two))
        store.regroup(together)
        (row,) = store.index()
        assert row.rev != before
        store.apply(application(Changes(restored=(2,)), two))
        store.regroup(together)
        assert store.index()[0].rev == before


def test_a_run_killed_before_regrouping_finds_its_marks(tmp_path: Path) -> None:
    one = entry()
    with Store(tmp_path / "p.db") as store:
        store.apply(application(inserted(one), one))
    with Store(tmp_path / "p.db") as store:
        assert len(store.regroup(alone)) == 1


def test_holds_of_origins_only_grow(tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        for hours in (3, 1):
            update = FetchUpdate(
                state=FetchState(), backoffs=(("https://a.example:443", NOW + timedelta(hours=hours)),)
            )
            store.save_updates([(FEED, FEED, update)])
        assert store.backoffs(NOW) == {"https://a.example:443": NOW + timedelta(hours=3)}
        assert store.backoffs(NOW + timedelta(hours=4)) == {}


def test_a_copy_changes_nothing_of_the_original(tmp_path: Path) -> None:
    one = entry()
    with Store(tmp_path / "p.db") as store:
        twin = store.copy()
        twin.apply(application(inserted(one), one))
        assert len(list(twin.stored_entries())) == 1
        assert list(store.stored_entries()) == []
        twin.close()


def test_dates_survive_the_loss_of_the_database(tmp_path: Path) -> None:
    one, gone = entry("u1"), entry("u2")
    with Store(tmp_path / "p.db") as store:
        store.apply(application(inserted(one, in_feeds=False), one))
        store.apply(application(inserted(gone), gone))
        store.apply(application(Changes(deleted=(2,)), gone))
        saved = json.loads(json.dumps(store.export_state()))
    with Store(tmp_path / "new.db") as store:
        assert store.import_state(saved) == 2
        assert store.feeds()[FEED].arrived == NOW
        later = NOW + timedelta(days=9)
        store.apply(application(inserted(one, date=later, first_seen=later), one))
        store.apply(application(inserted(gone, date=later, first_seen=later), gone))
        assert len(store.regroup(alone)) == 1
        (stored,) = store.stored_entries()
        assert (stored.date, stored.first_seen, stored.in_feeds) == (NOW - timedelta(days=1), NOW, False)
        with pytest.raises(UsageError):
            store.import_state({"format": "else"})


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    with Store(tmp_path / "p.db"):
        assert stat.S_IMODE((tmp_path / "p.db").stat().st_mode) == 0o600


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    path.write_text("bonjour " * 1000)
    with pytest.raises(StoreError, match=r"p\.db is not a database"):
        Store(path)
    assert path.read_text() == "bonjour " * 1000


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        Store(path)


def test_a_database_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        Store(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "missing" / "p.db")


def test_a_locked_database_says_so(tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        store._connection.execute("PRAGMA busy_timeout = 1")
        other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            store.set_meta({"a": "b"})
        other.execute("ROLLBACK")
        other.close()
        store.set_meta({"a": "b"})
        assert store.meta("a") == "b"
