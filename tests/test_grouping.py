"""Stories of many entries: complete at any size, near linear, the same in any order of arrival."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from planet.merge import stories
from planet.merge.stories import merge_keys
from planet.model import (
    Changes,
    Classification,
    Classified,
    Entry,
    FetchState,
    FetchUpdate,
    Insert,
    MergeEntry,
    MergeLink,
    Read,
    Update,
)
from planet.model.story import MOST_OF_A_FEED, MOST_OF_ALL
from planet.store import Application, Store
from planet.text import digest, fold
from planet.urls import canonical_key
from tests.support.safe import safe

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TEXT = "Nous publions aujourd'hui une version de notre logiciel qui corrige des erreurs et va plus vite que celle d'avant, merci."


def post(title: str, *, link: str, text: str = TEXT, at: int = 0) -> Entry:
    return Entry(
        uid=link + title, id=link + title, position=0, link=link, link_key=canonical_key(link), title_key=fold(title),
        text_key=digest(title, text), raw_hash=link + text, content_hash=link + text, title=title, html=safe(f"<p>{text}</p>"), text=text, summary="",
        published=NOW - timedelta(minutes=at), words=20,
    )  # fmt: skip


def put(store: Store, feed: str, entries: Iterable[Entry], *, updates: tuple[Update, ...] = ()) -> None:
    def place(entry: Entry, date: datetime) -> Classified:
        merged = MergeEntry.of(entry, feed=feed, date=date)
        return Classified(
            classification=Classification(sources=((feed, feed),), technologies=()),
            keys=merge_keys(merged, merged.date),
        )

    inserts = tuple(
        Insert(entry=entry, date=entry.published or NOW, date_reason="published", first_seen=NOW) for entry in entries
    )
    store.apply(
        Application(
            feed=feed,
            configured=feed,
            update=FetchUpdate(state=FetchState()),
            changes=Changes(inserts=inserts, updates=updates),
            read=Read(entries=tuple(insert.entry for insert in inserts)),
            now=NOW,
            place=place,
            host="planet.example",
        )
    )


def shown(store: Store) -> set[frozenset[str]]:
    """Each story as the uids of its entries."""
    together: dict[int | None, set[str]] = {}
    for entry in store.stored_entries():
        together.setdefault(entry.story_id, set()).add(f"{entry.feed} {entry.entry.uid}")
    assert None not in together, "an entry that is shown is in a story"
    return {frozenset(uids) for uids in together.values()}


def link(feed: int, number: int) -> str:
    return f"https://b{feed}.example/{number}"


class Counting:
    """The rules of merging, which count the pairs that they look at."""

    def __init__(self) -> None:
        self.entries = 0

    group = staticmethod(stories.group)

    def find_links(self, entries: list[MergeEntry], *arguments: object) -> list[MergeLink]:
        self.entries += len(entries)
        return stories.find_links(entries, *arguments)  # type: ignore[arg-type]


def test_no_story_is_lost_among_thousands_that_are_linked(tmp_path: Path) -> None:
    """A chain: each post shares its address with the next feed's, and its words with many."""
    with Store(tmp_path / "p.db") as store:
        for feed in range(6):
            put(
                store,
                f"f{feed}",
                [post(f"Version {n}", link=link(0, n), text=f"{TEXT} {n}", at=n) for n in range(400)],
            )
        store.regroup(stories)
        assert len(store.index()) == 400
        put(store, "f0", [post("Version neuve", link=link(0, 9999), at=-1)])
        assert len(store.regroup(stories)) == 1
        assert len(store.index()) == 401


def test_a_template_costs_no_more_than_different_posts(tmp_path: Path) -> None:
    compared = []
    for name, text in (("template", lambda _n: TEXT), ("different", lambda n: digest(str(n)) + " " + " ".join(digest(str(n), str(k)) for k in range(20)))):  # fmt: skip
        with Store(tmp_path / f"{name}.db") as store:
            for feed in range(4):
                put(store, f"f{feed}", [post(f"Version {n}.{feed}", link=link(feed, n), text=text(n + 1000 * feed), at=n) for n in range(150)])  # fmt: skip
            counting = Counting()
            store.regroup(counting)
            assert len(store.index()) == 600
            compared.append(counting.entries)
    assert compared[0] <= 1.5 * max(compared[1], 1)


def test_one_more_of_a_template_is_compared_with_few(tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        for feed in range(4):
            put(store, f"f{feed}", [post(f"Version {n}.{feed}", link=link(feed, n), at=n) for n in range(100)])
        store.regroup(stories)
        put(store, "f9", [post("Version neuve", link=link(9, 1))])
        counting = Counting()
        store.regroup(counting)
        assert counting.entries <= MOST_OF_ALL


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_arrival_gives_the_same_stories(tmp_path: Path, seed: int) -> None:
    """Also when a key becomes common on the way: what it joined until then comes apart."""
    rng = random.Random(seed)
    given = [
        (f"f{feed}", post("Version de mars publiée", link=link(feed, n), at=n)) for feed in range(9) for n in range(7)
    ]
    given += [(f"f{feed}", post(f"Billet {n}", link=link(100, n), text=f"{TEXT} Et {n}.", at=n)) for feed in (1, 2) for n in range(5)]  # fmt: skip
    with Store(tmp_path / "together.db") as store:
        for feed in sorted({feed for feed, _ in given}):
            put(store, feed, [entry for name, entry in given if name == feed])
        store.regroup(stories)
        together = shown(store)
    with Store(tmp_path / "one_by_one.db") as store:
        rng.shuffle(given)
        for start in range(0, len(given), 9):
            for feed, entry in given[start : start + 9]:
                put(store, feed, [entry])
            store.regroup(stories)
        assert shown(store) == together
        assert store.regroup(stories, everything=True) == ()
        assert shown(store) == together


def test_a_key_that_is_common_no_more_joins_again(tmp_path: Path) -> None:
    same = (
        "Un texte que deux membres publient, assez long pour que la comparaison de ses mots dise quelque chose de vrai."
    )
    with Store(tmp_path / "p.db") as store:
        put(store, "a", [post("Bonjour à tous", link="https://a.example/1", text=same)])
        put(store, "b", [post("Bonjour à tous !", link="https://b.example/1", text=same + " Fin.")])
        for feed in range(9):
            put(store, f"f{feed}", [post("Bonjour à tous", link=link(feed, n), text=f"{same} {n} {feed}") for n in range(7)])  # fmt: skip
        store.regroup(stories)
        common = shown(store)
        assert len(common) > 2
        for feed in range(9):
            (stored,) = [e for e in store.stored_entries() if e.feed == f"f{feed}" and e.entry.link == link(feed, 0)]
            other = replace(
                stored.entry, title="Rien", title_key="rien", text=digest(str(feed)), text_key=str(feed), raw_hash="x"
            )
            put(store, f"f{feed}", [], updates=(Update(entry_id=stored.entry_id, entry=other, edited=NOW),))
        store.regroup(stories)
        after = shown(store)
        store.regroup(stories, everything=True)
        assert shown(store) == after


def test_a_feed_that_overuses_a_key_takes_it_from_nobody(tmp_path: Path) -> None:
    """One feed lists the address of another's post again and again: the copy of a group still finds the original."""
    address = "https://ada.example/migrer"
    with Store(tmp_path / "p.db") as store:
        put(store, "ada", [post("Migrer vers Symfony", link=address)])
        put(store, "group", [post("Migrer vers Symfony", link=address, text=TEXT + " Lu chez Ada.")])
        put(store, "hostile", [post(f"Autre chose {n}", link=address, text=digest(str(n)), at=n) for n in range(3 * MOST_OF_A_FEED)])  # fmt: skip
        store.regroup(stories)
        assert frozenset({f"ada {address}Migrer vers Symfony", f"group {address}Migrer vers Symfony"}) in shown(store)
