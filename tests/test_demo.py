"""The sample community from its feeds to its site: what is in it, the golden files, and `planet demo` as a user calls it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from lxml import etree, html

from planet.sample import COMMUNITY, DRAWINGS
from planet.sample.server import MOVED
from tests.golden import FILES, GOLDEN, harvest, planet, run_sample, stored
from tests.support.world import Result, World, item, rss


class Sampled:
    """One run of cron on the sample, and what came of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "output"
        self.said = run_sample(folder)
        self.stories = [json.loads(line) for line in planet(folder, "entries", "--json", "--full").splitlines()]
        self.feeds = {Path(feed["url"]).parent.name: feed for feed in json.loads(planet(folder, "status", "--json"))}

    def files(self) -> dict[str, tuple[int, bytes]]:
        found = (path for path in self.output.rglob("*") if path.is_file())
        return {
            path.relative_to(self.output).as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in found
        }


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    return Sampled(tmp_path_factory.mktemp("sample"))


def kinds() -> set[str]:
    """The formats of the documents that ship, by what they say of themselves."""
    found = set()
    for path in COMMUNITY.rglob("*"):
        if not path.is_file() or path.suffix in {".png", ".svg", ".yaml"}:
            continue
        text = path.read_text("latin-1")
        for kind, mark in {
            "RSS 0.9x": '<rss version="0.9',
            "RSS 1.0": "http://purl.org/rss/1.0/",
            "RSS 2.0": '<rss version="2.0"',
            "Atom 0.3": "http://purl.org/atom/ns#",
            "Atom 1.0": "http://www.w3.org/2005/Atom",
            "JSON Feed 1.0": '"https://jsonfeed.org/version/1"',
            "JSON Feed 1.1": '"https://jsonfeed.org/version/1.1"',
            "iCalendar": "BEGIN:VCALENDAR",
        }.items():
            if mark in text[:700]:
                found.add(kind)
    return found


def test_the_sample_is_in_every_format() -> None:
    assert kinds() == {
        "RSS 0.9x", "RSS 1.0", "RSS 2.0", "Atom 0.3", "Atom 1.0", "JSON Feed 1.0", "JSON Feed 1.1", "iCalendar",
    }  # fmt: skip


def test_the_sample_is_a_community(sampled: Sampled) -> None:
    config = (COMMUNITY / "feeds.yaml").read_text("utf-8")
    groups, members = config.split("\ngroups:")[1].split("\nmembers:")
    assert members.count("- name:") >= 10
    assert groups.count("- name:") >= 5
    assert len(sampled.stories) >= 80
    dates = sorted(story["published"] for story in sampled.stories)
    assert (dates[0][:4], dates[-1][:4]) == ("2023", "2026")
    languages = set(re.findall(r'class="language-(\w+)"', "".join(story["html"] for story in sampled.stories)))
    assert languages >= {"php", "python", "js", "java", "ruby", "rust", "go", "css", "sql", "bash"}
    assert {story["language"] for story in sampled.stories} >= {"fr", "en"}
    assert sum("<img" in story["html"] for story in sampled.stories) >= 4
    assert sum(bool(story["enclosures"]) for story in sampled.stories) >= 2


def test_what_two_feeds_of_the_sample_carry_is_told_once(sampled: Sampled) -> None:
    named = {story["title"]: story for story in sampled.stories}
    both = named["Des énumérations partout dans nos formulaires"]
    assert {source["source"] for source in both["sources"]} == {"Camille Roche", "clermontech.php"}
    assert both["source"] == "Camille Roche"
    assert len([story for story in sampled.stories if story["title"] == "Bilan 2024"]) == 2, "two people, two years"
    assert sum(len(story["sources"]) > 1 for story in sampled.stories) >= 6


def test_what_is_wrong_with_the_sample_is_read_anyway_and_told(sampled: Sampled) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.parse(COMMUNITY / "association" / "atom.xml")
    association = [story for story in sampled.stories if story["source"] == "Les Volcans du logiciel"]
    assert {story["title"] for story in association} >= {
        "API Soir #42 : tests & volcans",
        "API Soir #40 : R&D au quotidien",
    }
    assert all(story["url"].startswith("http://volcanslogiciels.example/") for story in association)
    assert 'src="http://volcanslogiciels.example/img/affiche-42.svg"' in "".join(story["html"] for story in association)
    dates = {story["title"]: story["published"][:10] for story in sampled.stories if story["source"] == "Sarah Limagne"}
    assert dates["Un modèle de langue local pour résumer nos comptes rendus"] == "2026-03-15"
    assert dates["Choisir une base vectorielle sans se ruiner"] == "2026-10-05"
    assert sampled.feeds["marc"]["error_class"] == "not-found"
    assert "/julie/ancien.xml" in MOVED
    assert sampled.feeds["julie"]["state"] == "ok"
    assert len([story for story in sampled.stories if story["source"] == "Julie Dore"]) >= 3
    assert [feed for feed in sampled.feeds.values() if feed["state"] not in {"ok", "failing"}] == []
    assert sampled.said == "", "a first failure is no news"


@pytest.mark.parametrize("path", [*FILES, "entries.jsonl", "events.jsonl", "index.txt", "tree.txt"])
def test_the_site_of_the_sample_is_as_it_was(harvested: dict[str, str], path: str) -> None:
    expected = stored(path).read_bytes().decode()
    assert harvested[path] == expected, "if this is meant: `make golden`, look at the difference, commit it"


@pytest.fixture(scope="module")
def harvested(sampled: Sampled) -> dict[str, str]:
    return harvest(sampled.folder)


def test_no_golden_file_is_left_over(harvested: dict[str, str]) -> None:
    assert {path for path in GOLDEN.rglob("*") if path.is_file()} == {stored(path) for path in harvested}


def test_another_order_of_arrival_and_of_hashing_gives_the_same_bytes(sampled: Sampled, tmp_path: Path) -> None:
    run_sample(tmp_path, seed="4711", workers=1)
    mine = {
        path: data for path, (_time, data) in sampled.files().items() if not path.startswith((".planet/", "health"))
    }
    theirs = {path: (tmp_path / "output" / path).read_bytes() for path in mine}
    assert [path for path in mine if mine[path] != theirs[path]] == []


def test_a_second_run_on_the_sample_writes_nothing_but_health(sampled: Sampled) -> None:
    before = sampled.files()
    run_sample(sampled.folder)
    after = sampled.files()
    assert {path for path in after if after[path] != before.get(path)} <= {"health.json", "health/index.html"}
    assert before.keys() == after.keys()


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Result]]:
    """An empty folder after `planet demo`, and what that said."""
    with World(tmp_path_factory.mktemp("demo")) as world:
        yield world, world.planet("demo")


def test_the_demonstration_needs_nothing_says_how_to_look_and_works_twice(demonstrated: tuple[World, Result]) -> None:
    world, said = demonstrated
    assert (said.code, said.err) == (0, "")
    assert "output/index.html" in said.out
    assert "planet serve --output output" in said.out
    assert (world.folder / "output.demo.db").exists()
    before = world.site()
    again = world.planet("demo", "--output", "output")
    assert (again.code, again.out) == (0, said.out)
    assert world.site() == before


def test_the_demonstration_shows_its_drawings_without_its_server(demonstrated: tuple[World, Result]) -> None:
    folder = demonstrated[0].output
    pages = [path.relative_to(folder).as_posix() for path in folder.rglob("*.html")]
    shown = set()
    for page in pages:
        for source in html.document_fromstring((folder / page).read_bytes()).xpath("//img/@src"):
            path = urljoin(f"/{page}", source).lstrip("/")
            assert (folder / path).is_file(), f"{page} shows {source}"
            shown.add(path)
    assert shown >= {f"static/sample/{Path(name).name}" for name in DRAWINGS.values()}


def test_the_demonstration_never_overwrites_the_site_of_another_planet(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", "https://a.example.org/1")))
    world.configure([{"name": "A", "feeds": [world.url("/a.xml")]}])
    world.run()
    before = world.site()
    refused = world.planet("demo", "--output", "output")
    assert refused.code == 1
    assert "autre planète" in refused.err
    assert world.site() == before


def test_the_demonstration_never_overwrites_files_that_it_did_not_write(world: World) -> None:
    home = world.folder / "public" / "index.html"
    home.parent.mkdir()
    home.write_text("my own page")
    refused = world.planet("demo", "--output", "public")
    assert refused.code == 1
    assert str(home) in refused.err
    assert home.read_text() == "my own page"
