"""Other addresses of a technology or a source: they lead to its page, and their feeds go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selectolax.lexbor import LexborHTMLParser as Tree

from tests.support.world import World, item, rss

LATER = "2026-11-23T09:00:00Z"
FEEDS = ("atom.xml", "rss.xml", "feed.json", "calendar.ics", "events.json", "opml.xml")


def configure(world: World, **more: object) -> None:
    technologies = {"python": {"aliases": ["serpent", "php"]}, "php": {}, "javascript": {}, **more}
    ada = {"name": "Ada", "slug": "ada", "aliases": ["ada-l", "bob"], "feeds": [world.url("/a.xml")]}
    world.configure([ada, {"name": "Bob", "feeds": []}], technologies=technologies)


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("aliases")) as world:
        world.serve("/a.xml", rss(item("Du Python", "https://a.example/1")))
        configure(world)
        assert world.run().code == 0
        yield world


def test_an_alias_leads_to_the_page_and_its_feeds_are_those_of_the_page(planet: World) -> None:
    out = planet.output
    for alias, folder in (
        ("serpent", "python"),
        ("py", "python"),
        ("js", "javascript"),
        ("members/ada-l", "members/ada"),
    ):
        (refresh,) = Tree((out / alias / "index.html").read_bytes()).css("meta[http-equiv=refresh]")
        target = refresh.attributes["content"].partition("url=")[2]
        assert (out / alias / target).resolve() == (out / folder).resolve()
        for name in FEEDS if folder == "python" else FEEDS[:1]:
            assert (out / alias / name).read_bytes() == (out / folder / name).read_bytes(), name
    assert {path.relative_to(out / "py").as_posix() for path in (out / "py").rglob("*.*")} >= {
        "embed/index.html",
        "atom.xml",
    }
    assert b"Du Python" in (out / "py/atom.xml").read_bytes()


def test_an_alias_that_is_another_address_leads_nowhere_and_check_says_so(planet: World) -> None:
    assert 'http-equiv="refresh"' not in (planet.output / "php/index.html").read_text("utf-8")
    result = planet.planet("check")
    assert "`php`" in result.out + result.err


def test_no_alias_of_a_technology_that_is_not_in_feeds_yaml_has_a_page(planet: World) -> None:
    assert not (planet.output / "rb").exists()
    sitemap = (planet.output / "sitemap.xml").read_text("utf-8")
    assert "/python/" in sitemap
    assert "/py/" not in sitemap


def test_nothing_is_written_again_when_nothing_changed_and_an_alias_that_goes_takes_its_files_along(
    world: World,
) -> None:
    world.serve("/a.xml", rss(item("Du Python", "https://a.example/1")))
    configure(world)
    assert world.run().code == 0
    site = world.site()
    assert "py/atom.xml" in site
    world.run(now=LATER)
    assert world.site() == site
    world.configure(
        [{"name": "Ada", "feeds": [world.url("/a.xml")]}],
        technologies={"python": {"catalogue": False, "tags": ["python"]}},
    )
    world.run(now=LATER)
    assert not (world.output / "py").exists()
    assert not (world.output / "members/ada-l").exists()
