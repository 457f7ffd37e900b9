"""The search index: what is found, what a new story changes, and that the page stems as the index does."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from planet.model import Artifact, Edition
from planet.render import search
from planet.render.search.words import folded, words
from tests.support import editions
from tests.support.editions import NOW, SOURCES, edition, event, story
from tests.support.pages import page

WORDS = [
    "les",
    "générateurs",
    "du",
    "volcan",
    "cherchent",
    "une",
    "géométrie",
    "de",
    "la",
    "lave",
    "et",
    "du",
    "basalte",
    "pour",
    "développer",
    "un",
    "réseau",
]


def many(count: int, hours: int = 1) -> Edition:
    return edition(
        [
            story(
                number,
                by=SOURCES[number % 2],
                at=NOW - timedelta(hours=hours * number),
                technologies=("php", "js")[: number % 3],
                text=" ".join(WORDS[(number * step) % len(WORDS)] for step in range(1, 30)),
            )
            for number in range(1, count + 1)
        ]
    )


def made(of: Edition) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for one in search.index(of):
        files |= {one.path: one.make()} if isinstance(one, Artifact) else one.make()
    return files


def test_the_index_is_the_same_for_the_same_stories() -> None:
    assert made(many(300)) == made(many(300))


def test_words_are_folded() -> None:
    assert folded("Œuvres de la Géométrie") == "oeuvres de la geometrie"
    assert list(words("C++, C# et l’été — d'accord_pas")) == ["c++", "c#", "et", "l", "été", "d", "accord", "pas"]


def test_words_of_a_text_are_stemmed_in_its_language() -> None:
    assert set(search.stems("Les générateurs génèrent", "fr")) >= {"le", "gener"}
    assert {"gen", "generent"} == set(search.stems("génèrent", "fr"))
    assert search.stems("running generators run", "en-GB") == {"run": 2, "generat": 1}
    assert list(search.stems("laufende Generatoren", "de")) == ["laufende", "generatoren"]


def test_every_posting_names_a_story_that_is_shown() -> None:
    files = made(many(250))
    about = json.loads(files["search/month/index.json"])
    assert len(about["facts"]) == 250
    shown = [json.loads(files[f"search/month/d{number}.json"]) for number in range(3)]
    assert [len(part) for part in shown] == [100, 100, 50]
    for number, first in enumerate(about["buckets"]):
        bucket = json.loads(files[f"search/month/{number}.json"])
        assert next(iter(bucket)) == first
        assert list(bucket) == sorted(bucket)
        for postings in bucket.values():
            assert 0 <= sum(postings[::2]) < 250
            assert all(weight > 0 for weight in postings[1::2])


def test_people_groups_technologies_and_events_are_found_by_name() -> None:
    of = edition([story(1, technologies=("php",))], [event("Soirée PHP", NOW + timedelta(days=1))])
    names = json.loads(made(of)["search/names.json"])
    assert ["William Durand", "members/william-durand/", "member", ""] in names
    assert ["PHP", "php/", "technology", ""] in names
    assert any(kind == "event" and name == "Soirée PHP" and day == "2026-11-24" for name, _path, kind, day in names)


def test_an_empty_planet_offers_no_field() -> None:
    assert page(edition(), "search/index.html").css_first("form.search") is None
    form = page(many(3), "search/index.html").css_first("form.search")
    assert form.attributes["data-segments"].split() == ["new"]
    assert page(many(110), "search/index.html").css_first("form.search").attributes["data-segments"] == "new month"


def test_a_new_story_changes_files_of_the_newest_only() -> None:
    of = many(2500, hours=6)
    before = made(of)
    assert {path.split("/")[1] for path in before} >= {"new", "month", "year", "past"}
    newest = story(99_999, at=NOW, text="basalte et lave")
    after = made(edition([newest, *of.load([row.story_id for row in of.index])]))
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed
    assert all(path.startswith("search/new/") for path in changed)
    assert len(changed) <= 4


def test_years_that_are_over_are_parted_where_they_are_large() -> None:
    names = [segment.name for segment in search.segments(many(6000, hours=12))]
    assert names[:2] in (["new", "year"], ["new", "month"], ["month", "year"])
    assert any(name.startswith("to-") for name in names)
    rows = [row for segment in search.segments(many(6000, hours=12)) for row in segment.rows]
    assert len(rows) == 6000


def test_a_word_counts_more_in_a_title_and_less_in_a_long_text() -> None:
    from planet.render.search.index import weights

    base = editions.story(1, title="Basalte", text="lave " * 20 + "mot " * 400)
    counted = weights(base, {}, "fr")
    assert counted["basalt"] > counted["mot"]
    short = weights(editions.story(1, title="Basalte", text="lave lave"), {}, "fr")
    assert short["lav"] > weights(editions.story(1, title="Basalte", text="lave lave " + "mot " * 900), {}, "fr")["lav"]


def test_the_stemmers_of_the_page_have_their_licence() -> None:
    client = Path(search.__file__).parent / "client"
    assert "Snowball" in (client / "LICENSE").read_text("utf-8")
