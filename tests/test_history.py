"""The history of another planet: its archive is taken over with dates and ids, and nothing that is there changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.world import World, item, rss

VENUS = """<?xml version="1.0"?>
<entry xmlns="http://www.w3.org/2005/Atom" xmlns:planet="http://planet.intertwingly.net/" xml:lang="fr">
  <id>{id}</id><link href="https://ada.example.org/{id}" rel="alternate" type="text/html"/>
  <title>{title}</title><content type="html">&lt;p onclick="x()"&gt;Un texte {title}&lt;/p&gt;</content>
  <updated planet:format="4 mars 2011">{date}</updated>
  <source><id>{feed}</id><author><name>Ada</name></author><link href="https://ada.example.org/" rel="alternate"/>
  <link href="{feed}" rel="self" type="application/atom+xml"/><title>Ada</title><planet:name>Ada</planet:name></source>
</entry>"""


def venus(world: World, name: str, feed: str, title: str, date: str = "2011-03-04T10:00:00Z") -> None:
    folder = world.folder / "cache"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(VENUS.format(id=f"tag:ada,{name}", title=title, date=date, feed=feed), "utf-8")


def archive(*entries: tuple[str, str, str]) -> str:
    parts = [
        f"<entry><id>{entry_id}</id><title>{title}</title><link href='https://zoe.example.org/{title}'/>"
        f"<published>{date}</published><updated>{date}</updated><content>Bonjour {title}</content></entry>"
        for entry_id, title, date in entries
    ]
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>https://zoe.example.org/</id><title>Zoé</title>'
        f'<link href="https://zoe.example.org/"/><updated>2012-01-01T00:00:00Z</updated>{"".join(parts)}</feed>'
    )


@pytest.fixture
def ada(world: World) -> World:
    feed = world.serve("/ada.xml", rss(item("Nouveau", "https://ada.example.org/nouveau", guid="tag:ada,neuf")))
    world.configure(members=[{"name": "Ada", "feeds": [feed]}, {"name": "Zoé", "url": "https://zoe.example.org/", "feeds": [world.url("/zoe.xml")]}])  # fmt: skip
    world.serve("/zoe.xml", archive(("tag:zoe,9", "Neuf", "2026-11-01T00:00:00Z")))
    return world


def dates(world: World) -> dict[str, tuple[str, str]]:
    return {story["title"]: (story["published"][:10], story["sources"][0]["id"]) for story in world.entries()}


def test_the_cache_of_venus_comes_along_with_dates_and_ids(ada: World) -> None:
    for number in range(12):  # one build of the old planet: no machine's dates here
        venus(
            ada,
            f"ada.example.org,{number}",
            ada.url("/ada.xml"),
            f"Ancien {number}",
            f"2011-03-04T10:0{number % 6}:00Z",
        )
    venus(ada, "ada.example.org,neuf", ada.url("/ada.xml"), "Autre", "2011-03-04T10:00:00Z")
    venus(ada, "inconnu,1", "https://nobody.example.org/feed", "Perdu")
    (ada.folder / "cache" / "index.db").write_bytes(b"\0" * 100)
    (ada.folder / "cache" / "damaged").write_text("<entry xmlns='http://www.w3.org/2005/Atom'><title>", "utf-8")
    first = ada.planet("import", "cache")
    assert first.code == 0, first.err
    assert "https://nobody.example.org/feed" in first.err
    assert "damaged" in first.err
    assert "13" in first.out
    ada.run()
    known = dates(ada)
    assert known["Ancien 3"] == ("2011-03-04", "tag:ada,ada.example.org,3")
    assert len([title for title in known if title.startswith("Ancien")]) == 12
    assert known["Nouveau"][0] == "2026-11-16"
    assert "onclick" not in "".join(path.read_text() for path in ada.output.rglob("*.html"))
    assert "0" in ada.planet("import", "cache").out, "a second import brings nothing"
    ada.run(now="2026-11-26T08:00:00Z")
    ada.run(now="2026-11-29T08:00:00Z")
    assert dates(ada) == known, "entries that the feed does not list stay, and keep their dates"


def test_an_archive_of_a_planet_that_runs_brings_what_is_missing_and_changes_nothing(ada: World) -> None:
    ada.run()
    before = dates(ada)
    archived = archive(
        ("tag:zoe,9", "Neuf, autrement", "2010-01-01T00:00:00Z"), ("tag:zoe,1", "Un", "2010-02-03T00:00:00Z")
    )
    (ada.folder / "old.xml").write_text(archived, "utf-8")
    result = ada.planet("import", "old.xml")
    assert "Zoé" in result.out
    ada.run(now="2026-11-24T08:00:00Z")
    assert dates(ada) == before | {"Un": ("2010-02-03", "tag:zoe,1")}
    assert "archive" in ada.planet("explain", "https://zoe.example.org/Un").out


def test_entries_of_nobody_are_given_to_the_one_that_is_named(ada: World) -> None:
    venus(ada, "a,1", "https://nobody.example.org/feed", "Perdu")
    assert ada.planet("import", "cache", "--to", "Personne").code == 2
    assert ada.planet("import", "cache", "--to", "Ada").code == 0
    ada.run()
    assert "Perdu" in dates(ada)


def test_the_pictures_of_venus_are_taken_over(world: World, tmp_path: Path) -> None:
    world.configure()
    old = tmp_path / "venus"
    (old / "output" / "images").mkdir(parents=True)
    (old / "output" / "images" / "ada.png").write_bytes(b"\x89PNG")
    (old / "config.ini").write_text(
        "[Planet]\nname = X\nlink = https://x.example.org/\n"
        "[https://a.example.org/f]\nname = Ada\nface = ada.png\n[https://b.example.org/f]\nname = Bob\nface = bob.png\n",
        "utf-8",
    )
    result = world.planet("import", str(old / "config.ini"))
    assert (world.folder / "avatars" / "ada.png").read_bytes() == b"\x89PNG"
    assert "bob.png" in result.err
    assert "ada.png" not in result.err
