from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.merge.authorship import copy_priority
from planet.merge.stories import group, merge_keys
from planet.model import FeedConfig, MergeEntry, Source, SourceRef
from planet.similarity import ComparedEntry, plainly_differ, text_similarity, title_similarity
from planet.text import digest, fold
from planet.urls import canonical_key
from tests.support.effort import examples
from tests.support.world import World, item, rss

T0 = datetime(2026, 3, 10, 19, tzinfo=UTC)
DAY = timedelta(days=1)
LONG = (
    "Hier soir nous étions quarante dans l'amphithéâtre pour parler de files de messages, de ce qu'elles règlent et de ce qu'elles "
    "compliquent : ordre, doublons, reprise sur erreur, et la supervision qu'il faut autour. Voici les notes et les liens."
)
OTHER = (
    "La recette tient en peu de mots : de la farine de châtaigne, du beurre froid, un œuf, et une nuit au frais avant la cuisson. Le "
    "four doit être très chaud, la pâte très fine, et personne ne doit ouvrir la porte pendant les douze premières minutes."
)


def entry(
    feed: str, link: str = "", *, title: str = "Files de messages en pratique", text: str = LONG, **fields: Any
) -> MergeEntry:
    """An entry of a feed; its id is its link where nothing else is said."""
    identifier = fields.pop("id", link or f"{feed}:{title}")
    made = {
        "entry_id": 0,
        "feed": f"https://{feed}.example/feed",
        "uid": identifier,
        "id": identifier,
        "link": link,
        "link_key": canonical_key(link),
        "title": title,
        "title_key": fold(title),
        "text": text,
        "text_key": digest(fold(title), "".join(text.casefold().split())) if text or title else "",
        "date": T0,
        "published": T0,
        **fields,
    }
    return MergeEntry(**made)


def numbered(entries: Sequence[MergeEntry]) -> list[MergeEntry]:
    return [replace(one, entry_id=row) for row, one in enumerate(entries, 1)]


def stories(*entries: MergeEntry) -> list[list[int]]:
    """Which entries (1, 2, …) are one story."""
    return sorted(sorted(made.entry_ids) for made in group(numbered(entries)))


def same(*entries: MergeEntry) -> bool:
    return len(stories(*entries)) == 1


# -- the same


@pytest.mark.parametrize(
    "spelling",
    [
        "http://a.example/2026/files",
        "https://www.a.example/2026/files",
        "https://a.example/2026/files.html",
        "https://a.example/2026/files/",
        "https://a.example/2026/files/index.html",
        "https://a.example/2026/files?utm_source=rss&utm_medium=feed",
        "https://A.example:443/2026/files#suite",
    ],
)
def test_one_address_in_another_spelling_is_one_story(spelling: str) -> None:
    assert same(entry("a", "https://a.example/2026/files"), entry("b", spelling))


def test_an_announcement_and_the_evening_behind_one_address_are_one_story() -> None:
    site = entry("site", "https://asso.example/soirees/soiree-7", title="L'Asso, soirée #7")
    agenda = entry(
        "agenda",
        "http://asso.example/soirees/soiree-7.html",
        title="Soirée #7",
        text="Mardi à 19 h.",
        date=T0 + 17 * DAY,
        published=T0 + 17 * DAY,
    )
    assert same(site, agenda)


def test_an_id_that_is_the_address_of_the_other_joins_them() -> None:
    original = entry("a", "https://a.example/files", id="tag:a.example,2026:1")
    copy = entry("b", "https://b.example/?redirect=1", id="http://www.a.example/files.html")
    assert same(original, copy)


def test_the_same_id_with_a_stale_text_is_one_story() -> None:
    id = "tag:a.example,2026-03-10:files"  # noqa: A001
    edited = entry(
        "a", "https://a.example/files", id=id, text=LONG + " Ajout du lendemain : les diapositives sont en ligne."
    )
    copy = entry("b", "https://relay.example/17", id=id)
    assert same(edited, copy)


def test_a_summary_elsewhere_within_days_is_one_story() -> None:
    whole = entry("a", "https://a.example/files", text=LONG + " " + OTHER)
    summary = entry("b", "https://tribune.example/p/123", text=LONG[:180] + "…", date=T0 + 2 * DAY)
    assert same(whole, summary)


def test_a_title_with_date_and_place_around_it_is_nearly_the_same() -> None:
    plain = entry("a", "https://a.example/soiree-72", title="L'Asso - Soirée #72")
    listed = entry(
        "b",
        "https://b.example/posts/2026-06-29-soiree-72",
        title="29/06/2026 19:00 : L'Asso - Soirée #72 - Amphi A",
        text=f"Soirée #72 {LONG}",
    )
    assert same(plain, listed)


def test_a_short_text_must_be_equal_to_be_the_same() -> None:
    one = entry("a", "https://a.example/1", title="Rencontre de printemps", text="Rendez-vous mardi au Baraka Jeux.")
    assert same(one, entry("b", "https://b.example/1", title="Rencontre de printemps", text=one.text))
    assert not same(
        one, entry("b", "https://b.example/1", title="Rencontre de printemps", text="Rendez-vous jeudi au Baraka Jeux.")
    )


def test_notes_without_titles_are_the_same_by_their_text() -> None:
    assert same(
        entry("a", "https://a.example/n/1", title="", text=LONG),
        entry("b", "https://b.example/n/9", title="", text=LONG),
    )


def test_a_feed_that_lists_one_post_twice_tells_it_once() -> None:
    assert same(
        entry("a", "https://a.example/files", id="1"), entry("a", "https://a.example/files?utm_source=x", id="2")
    )


def test_a_copy_of_a_copy_joins_through_what_it_copied() -> None:
    original = entry("a", "https://a.example/files")
    relay = entry("b", "https://a.example/files?fbclid=1", text=LONG[:150])
    mirror = entry("c", "https://c.example/77", id="https://c.example/77", text=LONG)
    assert same(original, relay, mirror)


# -- the look-alikes


def test_a_yearly_post_of_the_same_title_stays_apart() -> None:
    years = [
        entry("a", f"https://a.example/bilan-{n}", title="Bilan de l'année", date=T0 - 365 * n * DAY) for n in range(3)
    ]
    others = [
        entry("b", f"https://b.example/{n}", title="Bilan de l'année", date=T0 - 365 * n * DAY + DAY) for n in range(3)
    ]
    assert stories(*years, *others) == [[1, 4], [2, 5], [3, 6]]


def test_the_page_of_a_yearly_meeting_tells_each_year_apart() -> None:
    link = "https://asso.example/assemblee-generale"
    last = entry("a", link, title="Assemblée générale", date=T0 - 365 * DAY, published=T0 - 365 * DAY)
    this = entry("b", link, title="Assemblée générale", text=OTHER)
    assert not same(last, this)


def test_two_members_looking_back_on_one_year_stay_apart() -> None:
    assert not same(
        entry("a", "https://a.example/bilan", title="Bilan 2025"),
        entry("b", "https://b.example/bilan", title="Bilan 2025", text=OTHER),
    )


def test_fifteen_seminars_behind_one_address_are_fifteen_stories() -> None:
    topics = ["vote", "preuve", "réseau", "audit", "carte", "puce", "canal", "hachage", "anneau", "courbe", "signature", "alarme", "trace",
              "disque", "horloge"]  # fmt: skip
    link = "https://labo.example/seminaires"
    seminars = [
        entry("labo", link, id=f"s{n}", title=f"Séminaire : {topic}", text=f"Exposé sur {topic}, salle 102. {OTHER}", date=T0 + n * DAY)
        for n, topic in enumerate(topics)
    ]  # fmt: skip
    planet = [replace(one, feed="https://planet.example/", id=f"p{one.id}", uid=f"p{one.id}") for one in seminars]
    assert stories(*seminars) == [[n] for n in range(1, 16)]
    assert stories(*seminars, *planet) == [[n, n + 15] for n in range(1, 16)]


def test_two_seminars_told_by_two_feeds_behind_one_address_stay_apart() -> None:
    link = "https://labo.example/seminaires"
    one = entry("a", link, title="Preuves de sécurité du vote", text="Salle 102 à 14 h. " + LONG)
    other = entry("b", link, title="Attaques sur la carte à puce", text="Salle 102 à 14 h. " + OTHER)
    assert not same(one, other)


def test_three_days_of_one_symposium_stay_three_in_every_feed() -> None:
    link = "https://symposium.example/2026"
    days = [
        entry(feed, link, id=f"{feed}{n}", title="Symposium sur la preuve", date=T0 + n * DAY, published=T0 + n * DAY)
        for feed in ("a", "b")
        for n in range(3)
    ]
    assert stories(*days) == [[1, 4], [2, 5], [3, 6]]


def test_a_talk_and_its_evening_stay_apart_even_on_one_page() -> None:
    link = "https://asso.example/soirees/72"
    talk = entry("member", link, title="Dresser des baleines", text=LONG)
    evening = entry(
        "asso", link, title="Soirée #72", text=f"Au programme, Dresser des baleines : {LONG} Puis un repas. {OTHER}"
    )
    assert not same(talk, evening)


def test_the_evenings_of_a_series_are_told_apart_by_their_number() -> None:
    one = entry("a", "https://asso.example/prochaine", title="Soirée #71", text="Mardi, 19 h, amphi A, entrée libre.")
    assert not same(
        one,
        entry("b", "https://asso.example/prochaine", title="Soirée #72", text="Mardi, 19 h, amphi A, entrée libre."),
    )
    assert not same(
        entry("a", "https://a.example/p1", title="Files (1/2)"), entry("b", "https://b.example/p2", title="Files (2/2)")
    )


def test_pages_told_apart_by_their_query_are_two() -> None:
    assert not same(
        entry("a", "https://a.example/article?id=1", title="Sans titre", text=LONG),
        entry("b", "https://a.example/article?id=2", title="Sans titre", text=OTHER),
    )


def test_a_copied_id_with_another_content_is_another_story() -> None:
    original = entry("a", "https://a.example/1", title="Le vrai", text="Le texte de l'auteur, long et bon.")
    spam = entry(
        "b", "https://evil.example/", id="https://a.example/1", title="Achetez", text="Des montres pas chères, ici."
    )
    assert not same(original, spam)
    bold = replace(spam, link="https://a.example/1", link_key=canonical_key("https://a.example/1"))
    assert not same(original, bold)


def test_a_number_for_an_id_says_nothing_over_feeds() -> None:
    assert not same(
        entry("a", "https://a.example/x", id="1", title="Bienvenue sur mon blog"),
        entry("b", "https://b.example/y", id="1", title="Bienvenue sur mon carnet", text=OTHER),
    )


def test_a_home_page_is_the_address_of_nothing_in_particular() -> None:
    assert not same(
        entry("a", "https://asso.example/", id="x:1", title="Rencontre d'avril", text="Un apéro autour des files."),
        entry("b", "https://asso.example/", id="x:2", title="Rencontre de mai", text="Un apéro autour de la pâte."),
    )


def test_two_entries_of_one_feed_are_two_stories() -> None:
    assert not same(entry("a", "https://a.example/1"), entry("a", "https://a.example/2"))


def test_a_chain_of_likenesses_does_not_join_what_differs() -> None:
    link = "https://a.example/agenda"
    march = entry("a", link, title="Rencontre Python de mars", text=LONG)
    bridge = entry("b", link, title="Rencontre Python", text="")
    april = entry("c", link, title="Rencontre Ruby d'avril : la pâte", text=OTHER)
    groups = stories(march, bridge, april)
    assert [1, 2] in groups
    assert [3] in groups


# -- who leads


def lead(*entries: MergeEntry) -> int:
    (made,) = group(numbered(entries))
    return made.entry_ids[0]


def test_the_authors_own_copy_leads_whatever_came_first() -> None:
    planet = entry("planet", "https://a.example/files", priority=3, source_position=0, date=T0 - DAY)
    team = entry("group", "https://a.example/files", priority=2, source_position=1)
    cross = entry("member", "https://a.example/files", priority=1, source_position=2)
    own = entry("a", "https://a.example/files", priority=0, source_position=3, date=T0 + DAY)
    for order in itertools.permutations([planet, team, cross, own]):
        assert order[lead(*order) - 1] is own


def test_of_equal_copies_the_one_that_names_its_source_does_not_lead() -> None:
    copy = entry("b", "https://a.example/files", source_position=0, source=SourceRef(feed_url="https://a.example/feed"))
    assert lead(copy, entry("a", "https://a.example/files", source_position=1)) == 2


def test_of_equal_copies_the_one_whose_id_is_of_its_own_site_leads() -> None:
    claimed = entry("b", "https://b.example/files", id="https://a.example/files", source_position=0, priority=0)
    assert lead(claimed, entry("a", "https://a.example/files", source_position=1, priority=0)) == 2


def test_copy_priority_tells_a_members_own_site_a_member_and_a_group() -> None:
    feed = FeedConfig(configured="f", url="https://blog.ada.example/feed", key="f")
    ada = Source(kind="member", name="Ada", slug="ada", url="https://www.ada.example/", feeds=(feed,))
    assert copy_priority(ada, "https://ada.example/1") == 0
    assert copy_priority(ada, "https://blog.ada.example/1") == 0
    assert copy_priority(ada, "https://elsewhere.example/1") == 1
    assert copy_priority(ada, "") == 1
    assert copy_priority(replace(ada, kind="group"), "https://ada.example/1") == 2


# -- reasons


def test_each_join_names_its_rule_and_score() -> None:
    (made,) = group(
        numbered([
            entry("a", "https://a.example/files"),
            entry("b", "https://a.example/files"),
            entry("c", "https://c.example/9", text=LONG + " Lu ailleurs."),
            entry("d", "https://d.example/9", id="https://a.example/files"),
        ])
    )  # fmt: skip
    rules = {frozenset((one, other)): rule for one, other, rule, _ in made.why}
    assert rules[frozenset((1, 2))] == "link"
    assert "near" in rules.values()
    assert "id" in rules.values()
    assert all(50 <= score <= 100 for *_, score in made.why)
    assert len(made.why) == len(made.entry_ids) - 1


def test_similarity_is_unknown_where_there_is_nothing_to_compare() -> None:
    bare = ComparedEntry(entry("a", "https://a.example/1", title="", text=""))
    assert title_similarity(bare, bare) is None
    assert text_similarity(bare, bare) is None
    assert not plainly_differ(bare, bare)


# -- stability


def test_an_edit_can_split_a_story_and_undoing_it_joins_it_again() -> None:
    original, copy = entry("a", "https://a.example/files"), entry("b", "https://a.example/files")
    rewritten = entry("a", "https://a.example/files", title="Tarte aux châtaignes", text=OTHER)
    assert same(original, copy)
    assert not same(rewritten, copy)
    assert same(original, copy)


def test_a_feed_that_leaves_takes_only_its_copy() -> None:
    three = [entry(feed, "https://a.example/files") for feed in "abc"]
    assert same(*three)
    assert same(*three[1:])
    assert len(group(numbered(three[2:]))) == 1


WORDS = [
    "file",
    "message",
    "ordre",
    "doublon",
    "reprise",
    "pâte",
    "farine",
    "preuve",
    "vote",
    "carte",
    "puce",
    "canal",
    "trace",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)


@st.composite
def worlds(draw: st.DrawFn) -> list[MergeEntry]:
    """Few feeds, addresses, ids, titles and days, so that everything collides."""
    made = []
    for n in range(draw(st.integers(1, 9))):
        link = draw(
            st.sampled_from(
                ["", "https://a.example/", "https://a.example/1", "https://a.example/2", "http://www.a.example/1.html"]
            )
        )
        title = draw(
            st.sampled_from(
                ["", "Bilan 2025", "Bilan 2026", "Files de messages en pratique", "Soirée des files de messages"]
            )
        )
        text = draw(st.one_of(st.sampled_from(["", LONG, LONG[:150], OTHER]), TEXTS))
        identifier = draw(st.sampled_from(["", "1", "https://a.example/1", "tag:a.example,2026:files"]))
        day = T0 + draw(st.sampled_from([0, 1, 4, 7, 200])) * DAY
        made.append(
            entry(
                draw(st.sampled_from("abcd")), link, title=title, text=text, id=identifier, uid=f"{identifier}|{n}", entry_id=n, date=day,
                published=draw(st.sampled_from([day, None])), priority=draw(st.integers(0, 3)), source_position=draw(st.integers(0, 2)),
            )
        )  # fmt: skip
    return made


@settings(max_examples=examples(150))
@given(worlds(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_stories_and_leads(entries: list[MergeEntry], random: Any) -> None:
    mixed = entries[:]
    random.shuffle(mixed)
    assert group(mixed) == group(entries)
    rows = sorted(row for made in group(entries) for row in made.entry_ids)
    assert rows == sorted(one.entry_id for one in entries)


@settings(max_examples=examples(100))
@given(worlds())
def test_rows_decide_nothing(entries: list[MergeEntry]) -> None:
    renumbered = [replace(one, entry_id=1000 - one.entry_id) for one in entries]
    told = {tuple(1000 - row for row in made.entry_ids) for made in group(renumbered)}
    assert told == {made.entry_ids for made in group(entries)}


@settings(max_examples=examples(150))
@given(worlds())
def test_what_is_one_story_is_found_by_the_keys_it_shares(entries: list[MergeEntry]) -> None:
    """The store looks only at entries that share keys: looking at each such set alone gives the same stories."""
    keys = {one.entry_id: set(merge_keys(one, one.date)) for one in entries}
    left = set(keys)
    parts: list[set[int]] = []
    while left:
        part, frontier = set(), {min(left)}
        while frontier:
            part |= frontier
            frontier = {row for row in left - part if any(keys[row] & keys[other] for other in part)}
        parts.append(part)
        left -= part
    alone = [made for part in parts for made in group([one for one in entries if one.entry_id in part])]
    assert sorted(alone, key=lambda made: min(made.entry_ids)) == list(group(entries))


def test_keys_are_few_and_the_same_each_time() -> None:
    one = entry("a", "https://a.example/files")
    assert merge_keys(one, one.date) == merge_keys(replace(one, entry_id=9, feed="elsewhere"), one.date)
    assert 1 <= len(merge_keys(one, one.date)) <= 12
    assert len(set(merge_keys(one, one.date))) == len(merge_keys(one, one.date))
    nothing = entry("a", title="", text="", id="")
    assert merge_keys(nothing, nothing.date) == ()


def test_keys_are_not_shared_by_what_has_nothing_in_common() -> None:
    yearly = [
        entry(
            f"m{n}",
            f"https://m{n}.example/bilan",
            title="Bilan 2025",
            text=f"{n} {OTHER[n:]}",
            id="1",
            date=T0 + n * DAY,
        )
        for n in range(12)
    ]
    sizes: dict[str, int] = {}
    for one in yearly:
        for key in merge_keys(one, one.date):
            if not key.startswith("w"):
                sizes[key] = sizes.get(key, 0) + 1
    assert len({key for key, size in sizes.items() if size > 1}) == 1  # the id 1 under one title, which proves nothing
    home = entry("a", "https://asso.example/", id="", title="", text="")
    assert merge_keys(home, home.date) == ()


@pytest.mark.parametrize("days", range(6))
@pytest.mark.parametrize("start", range(0, 62, 3))
def test_neighbours_share_a_key_wherever_their_days_fall(days: int, start: int) -> None:
    one = entry("a", "https://a.example/1", date=T0 + start * DAY)
    other = entry("b", "https://b.example/1", date=T0 + (start + days) * DAY)
    assert set(merge_keys(one, one.date)) & set(merge_keys(other, other.date))


# -- over runs


def sources_of(world: World) -> dict[str, list[str]]:
    """Title -> names of the sources, the lead's first."""
    return {story["title"]: [source["source"] for source in story["sources"]] for story in world.entries()}


def test_a_story_follows_its_copies_over_runs(world: World) -> None:
    post, link = "Des files", "https://ada.example/files"
    world.serve("/group.xml", rss(item(post, f"{link}.html?utm_source=groupe", text=LONG)))
    world.serve("/ada.xml", rss(item(post, link, text=LONG)))
    ada = {"name": "Ada", "url": "https://ada.example/", "feeds": [world.url("/ada.xml")]}
    groups = [{"name": "Groupe", "feeds": [world.url("/group.xml")]}]
    world.configure(groups=groups)
    world.run()
    assert sources_of(world) == {post: ["Groupe"]}
    world.configure([ada], groups)
    world.run(now="2026-11-23T09:00:00Z")
    assert sources_of(world) == {post: ["Ada", "Groupe"]}
    merged = world.site()
    world.configure(groups=groups)
    world.run(now="2026-11-23T10:00:00Z")
    assert sources_of(world) == {post: ["Groupe"]}
    world.configure([ada], groups)
    world.run(now="2026-11-23T11:00:00Z")
    assert world.site()["atom.xml"] == merged["atom.xml"]
    world.serve("/ada.xml", rss(item("Une tarte", link, text=OTHER)))
    world.run(now="2026-11-23T12:00:00Z")
    assert sources_of(world) == {post: ["Groupe"], "Une tarte": ["Ada"]}
    world.serve("/ada.xml", rss(item(post, link, text=LONG)))
    world.run(now="2026-11-23T13:00:00Z")
    assert sources_of(world) == {post: ["Ada", "Groupe"]}


@pytest.mark.parametrize("first", ["/ada.xml", "/group.xml"])
def test_whoever_is_read_first_the_author_leads(world: World, first: str) -> None:
    documents = {
        "/ada.xml": rss(item("Des files", "https://ada.example/files", text=LONG)),
        "/group.xml": rss(item("Des files", "http://www.ada.example/files.html", text=LONG)),
    }
    world.serve(first, documents[first])
    world.configure(
        [{"name": "Ada", "url": "https://ada.example/", "feeds": [world.url("/ada.xml")]}],
        [{"name": "Groupe", "feeds": [world.url("/group.xml")]}],
    )
    world.run()
    for path, body in documents.items():
        world.serve(path, body)
    world.run(now="2026-11-23T09:00:00Z")
    (story,) = world.entries()
    assert (story["source"], story["url"]) == ("Ada", "https://ada.example/files")
    assert sources_of(world) == {"Des files": ["Ada", "Groupe"]}


@pytest.mark.shared
def test_the_data_set_is_told_right(shared: Path) -> None:
    from tests.support import evaluation

    folder = shared / "clermontech"
    entries = evaluation.posts(folder)
    groups = group(evaluation.as_merged(entries))
    precision, recall = evaluation.merging(folder, entries, groups)
    assert precision == 1.0
    assert recall >= 0.99
    assert len(json.loads((folder / "overlaps.json").read_text("utf-8"))["overlaps"]) > 100


# --- numbered series, and a long text that comes again


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("Clermont'ech API Hour #25", "APIHour #25", 4),
        ("Clermont’ech - API Hour n° 25", "API Hour #25 : le programme", 12),
        ("API-Hour #25", "API Hour #25", 20),
        ("Clermont'ech.java #4 - Grand Goûter Java 2027", "clermontech.java Grand Goûter 2027", 0),
        ("Atelier du printemps, café Ruby", "Café Ruby n° 3 : l’atelier du printemps", 1),
    ],
)
def test_one_number_of_a_series_is_one_story(one: str, other: str, days: int) -> None:
    a = entry(
        "https://clermontech.org/feed", "https://clermontech.org/25", title=one, text="Venez nombreux jeudi soir."
    )
    b = entry("https://lieu.example/feed", "https://lieu.example/agenda/9", title=other, text="Une soirée chez nous, entrée libre.", date=T0 + days * DAY)  # fmt: skip
    assert stories(a, b) == [[1, 2]]


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("API Hour #25", "API Hour #26", 4),
        ("API Hour #25", "API Hour #25", 40),
        ("API Hour #25", "API Hour #25 : les vidéos", 4),
        ("API Hour #25", "Retour sur API Hour #25", 4),
        ("Newsletter #7", "Ruby Newsletter #7", 2),
        ("Migrer vers Symfony 7", "Symfony 7", 2),
        ("Café Ruby #3", "Atelier Café Ruby #3", 2),
        ("Café Ruby #3 - Atelier du printemps", "Café Ruby, atelier du printemps", 3),
        ("Café Ruby #3 - Atelier du printemps", "Café Ruby #4 - Atelier du printemps", 0),
        ("Café Ruby #3 - Atelier du printemps", "Retour sur le café Ruby, atelier du printemps", 0),
        ("clermontech.java #4 - Grand Goûter 2027", "clermontech.java Grand Goûter 2026", 0),
        ("Café Ruby #3", "Café Ruby", 0),
        ("Atelier du printemps au café Ruby", "Café Ruby au printemps du atelier", 0),
    ],
)
def test_another_number_time_or_series_is_another_story(one: str, other: str, days: int) -> None:
    a = entry(
        "https://un.example/feed",
        "https://un.example/1",
        title=one,
        text="Un texte qui ne ressemble à aucun autre texte ici.",
    )
    b = entry("https://deux.example/feed", "https://deux.example/2", title=other, text="Des mots bien différents pour dire une autre chose.", date=T0 + days * DAY)  # fmt: skip
    assert stories(a, b) == [[1], [2]]


REPEATED = " ".join(f"mot{n} écrit{n % 7} ici" for n in range(45))


def test_the_same_long_text_of_one_author_weeks_later_is_one_story() -> None:
    a = entry("https://a.example/feed", "https://a.example/lent", title="Serveurs lents", text=REPEATED)
    b = entry(
        "https://a.example/autre", "https://b.example/p/77", title="Serveurs lents", text=REPEATED, date=T0 + 12 * DAY
    )
    assert stories(a, b) == [[1, 2]]
    assert stories(a, replace(b, date=T0 + 90 * DAY)) == [[1], [2]]


def test_the_same_long_text_of_another_is_one_story_where_it_names_its_origin() -> None:
    a = entry("https://a.example/feed", "https://a.example/lent", title="Serveurs lents", text=REPEATED, owner="ada")
    b = entry("https://b.example/feed", "https://b.example/p/77", title="Serveurs lents", text=REPEATED, date=T0 + 12 * DAY, owner="bob", source_position=1)  # fmt: skip
    assert stories(a, b) == [[1], [2]]
    credited = replace(b, links=("https://a.example/lent/",))
    assert lead(credited, a) == 2
    assert stories(a, credited) == [[1, 2]]


def test_the_first_that_was_seen_leads_where_nobody_owns_the_site() -> None:
    first = entry(
        "https://x.example/feed", "https://blog.example/1", priority=2, source_position=9, first_seen=T0, date=T0 + DAY
    )
    later = entry(
        "https://y.example/feed", "https://blog.example/1", priority=1, source_position=0, first_seen=T0 + 9 * DAY
    )
    assert lead(later, first) == 2


def test_of_two_sites_that_of_the_id_is_the_authors_though_the_copy_is_dated_earlier() -> None:
    """A tag names its site as an address does: who copies it, text and all, to a site of her own names the author."""
    original = entry("bob", "https://bob.example/2", id="tag:bob.example,2026:2", owner="bob", owns_id=True, priority=0)
    copy = entry(
        "mallory", "https://mallory.example/9", id="tag:bob.example,2026:2", owner="mallory", priority=0, text=LONG + " Fin.",
        date=T0 - 400 * DAY, published=T0 - 400 * DAY,
    )  # fmt: skip
    (story,) = group(numbered([copy, original]))
    assert story.entry_ids[0] == 2


def test_who_lists_a_copy_at_the_authors_address_too_names_the_author() -> None:
    """Twice in one feed: at the original's address, and on a site of her own with an older date."""
    long = f"{LONG} {OTHER} {LONG[::-1]}"
    there, here = (
        entry(
            "mallory",
            link,
            id=identifier,
            date=T0 - 400 * DAY,
            published=T0 - 400 * DAY,
            priority=priority,
            owner=owner,
            text=long,
        )
        for link, identifier, priority, owner in (
            ("https://ada.example/3", "urn:0", 1, ""),
            ("https://mallory.example/2", "https://mallory.example/2", 0, "mallory"),
        )
    )
    original = entry("ada", "https://ada.example/3", owner="ada", priority=0, text=long)
    (story,) = group(numbered([there, here, original]))
    assert story.entry_ids[0] == 3
