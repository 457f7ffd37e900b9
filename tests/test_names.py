"""A feed that calls its author by another source's name shows its own source beside it, in pages, feeds, mail and search."""

from __future__ import annotations

import json

import pytest

from planet.model import RawPerson
from planet.people import Namesakes, credited, looks
from planet.text import one_line
from tests.support.neighbours import calendar
from tests.support.receivers import webhook
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


def test_nobody_speaks_in_anothers_name_wherever_it_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, embeds, feeds, the digest, the search index, events, mail and notices: every text that is published or sent is read."""
    hostile = [
        item(f"Faux {n}", f"https://mallory.example/{n}", f"Mon, {16 + n % 5} Nov 2026 10:00:00 GMT", f"Texte {n}.", category="php", **{"dc:creator": name})
        for n, name in enumerate(ALIKE)
    ]  # fmt: skip
    honest = item("Vrai", "https://ada.example/1", category="php", **{"dc:creator": "Ada Lovelace"})
    events = [
        {
            "UID": f"{n}@m",
            "DTSTART": f"202612{n + 1:02}T180000Z",
            "SUMMARY": f"Soir {n}",
            f'ORGANIZER;CN="{name}"': "mailto:a@m.example",
        }
        for n, name in enumerate(ALIKE)
    ]
    with webhook() as (port, got):
        monkeypatch.setenv("HOOK", f"127.0.0.1:{port}")
        members = [
            {"name": "Ada Lovelace", "url": "https://ada.example/", "feeds": [world.serve("/a.xml", rss(honest, title="Ada"))]},
            {"name": "Mallory", "url": "https://mallory.example/", "feeds": [world.serve("/m.xml", rss(title="Аda Lovelace"))],
             "calendars": [world.serve("/m.ics", calendar(events), "text/calendar")]},
        ]  # fmt: skip
        world.configure(members, notify=[{"url": "json://${HOOK}/"}], planet={"newcomer_entries": 50})
        assert world.run(now="2026-11-22T08:00:00Z").code == 0
        world.serve("/m.xml", rss(*hostile, title="Аda Lovelace"))
        assert world.run(now="2026-11-23T08:00:00Z").code == 0
    authors = {story["title"]: story["author"] for story in world.entries()}
    assert authors.pop("Vrai") == "Ada Lovelace"
    assert len(authors) == len(ALIKE)
    assert all(author.endswith(" (Mallory)") for author in authors.values())
    sent = "".join(json.loads(body)["message"] for _path, body in got)
    assert sent.count("(Mallory)") == len(ALIKE)
    texts = {
        path.relative_to(world.output).as_posix(): path.read_text("utf-8", "replace")
        for path in world.output.rglob("*")
        if path.is_file()
    }
    for path in (
        "index.html",
        "php/index.html",
        "php/embed/index.html",
        "members/mallory/index.html",
        "atom.xml",
        "rss.xml",
        "feed.json",
        "digest/2026-W47/index.html",
        "digest/atom.xml",
    ):
        assert "Ada Lovelace (Mallory)" in texts[path], path
    texts["sent"] = sent
    names = {one_line(name) for name in ALIKE} - {"Ada Lovelace"}
    alone = [
        (path, name)
        for path, text in texts.items()
        for name in names
        if text.count(name) != text.count(f"{name} (Mallory)")
    ]
    assert alone == []


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
