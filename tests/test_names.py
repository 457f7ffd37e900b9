"""A feed that calls its author by another source's name shows its own source beside it, in pages, feeds, mail and search."""

from __future__ import annotations

import pytest

from planet.model import RawPerson
from planet.people import Namesakes, credited, looks
from tests.support.world import World, item, rss

ALIKE = ("Ada Lovelace", "ADA LOVELACE", "ada  lovelace", "Lovelace Ada", "Ada\u200bLovelace", "Аdа Lovelace", "Ada Loveⅼace", "Ａｄａ Ｌｏｖｅｌａｃｅ",
         "Àda Lovélace", "A.d.a Lovelace", "Ada Love1ace", "Ada LoveIace", "@Ada Lovelace ✓", "𝐀𝐝𝐚 𝐋𝐨𝐯𝐞𝐥𝐚𝐜𝐞", "\u202eAda Lovelace", "Аⅾа Lоvеlасе")  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_a_name_that_looks_like_that_of_another_source_is_known(name: str) -> None:
    namesakes = Namesakes([("ada", "Ada Lovelace"), ("mallory", "Mallory")])
    assert namesakes.another(name, {"mallory"})
    assert not namesakes.another(name, {"mallory", "ada"})


@pytest.mark.parametrize("name", ["Ada", "Ada Lovelace et moi", "Grace Hopper", "", "✓", "Анна", "李雷", "Sørensen"])
def test_another_name_is_nobody_elses(name: str) -> None:
    assert not Namesakes([("ada", "Ada Lovelace"), ("li", "李"), ("ok", "✔")]).another(name, {"mallory"})


def test_names_in_one_script_stay_apart() -> None:
    assert looks("Анна").isdisjoint(looks("Инна"))
    assert looks("李雷").isdisjoint(looks("李明"))


def test_nobody_speaks_in_anothers_name_wherever_it_is_shown(world: World) -> None:
    hostile = [
        item(f"Faux {n}", f"https://mallory.example/{n}", text=f"Texte {n}.", **{"dc:creator": name})
        for n, name in enumerate(ALIKE)
    ]
    world.configure(
        [
            {"name": "Ada Lovelace", "url": "https://ada.example/", "feeds": [world.serve("/a.xml", rss(item("Vrai", "https://ada.example/1", **{"dc:creator": "Ada Lovelace"}), title="Ada"))]},
            {"name": "Mallory", "url": "https://mallory.example/", "feeds": [world.serve("/m.xml", rss(*hostile, title="Аda Lovelace"))]},
        ]
    )  # fmt: skip
    assert world.run().code == 0
    authors = {story["title"]: story["author"] for story in world.entries()}
    assert authors.pop("Vrai") == "Ada Lovelace"
    assert len(authors) == len(ALIKE)
    assert all(author.endswith(" (Mallory)") for author in authors.values())
    page = (world.output / "members/mallory/index.html").read_text("utf-8")
    assert "<bdi>Ada Lovelace (Mallory)</bdi>" in page
    for path in ("atom.xml", "rss.xml", "feed.json", "members/mallory/atom.xml"):
        feed = (world.output / path).read_text("utf-8")
        assert feed.count("(Mallory)") >= len(ALIKE), path
        assert "Аda Lovelace</" not in feed, path


@pytest.mark.parametrize(
    ("named", "credited_names"),
    [
        ([("author", "Joe"), ("dc:creator", "Ana"), ("dc:creator", "Ana"), ("dc:creator", "Bea")], ["Ana", "Bea"]),
        ([("dc:creator", ""), ("author", "Joe")], ["Joe"]),
        ([("dc:contributor", "Zoé"), ("itunes:author", "Ana")], ["Ana"]),
        ([("dc:creator", "")], []),
        ([], []),
    ],
)
def test_those_of_the_first_kind_of_element_that_names_anybody_are_credited(
    named: list[tuple[str, str]], credited_names: list[str]
) -> None:
    people = [RawPerson(element=element, name=name, email="x@example.org") for element, name in named]
    assert [person.name for person in credited(people)] == credited_names
