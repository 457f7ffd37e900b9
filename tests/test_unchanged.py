"""Runs that bring nothing: the site is left as it is, and never wrongly."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from planet.themes import shipped
from tests.support.world import World, item, rss

A = "https://a.example"
LATER, SOON_DAY, NEXT_DAY = "2026-11-23T09:00:00Z", "2026-11-23T15:00:00Z", "2026-11-24T09:00:00Z"
PAGE = "health/index.html"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A published planet of one member, with a theme and a picture of its own, and a site that stands."""
    with World(tmp_path) as made:
        made.serve("/a.xml", rss(item("Un", f"{A}/1")), ETag='"v1"')
        shutil.copytree(shipped() / "clermontech", tmp_path / "themes" / "own")
        (tmp_path / "un.txt").write_text("no picture")
        settings(made)
        assert made.run().code == 0
        yield made


def settings(world: World, **planet: object) -> None:
    member = {"name": "Un", "feeds": [world.url("/a.xml")], "avatar": "un.txt"}
    world.configure([member], planet={"theme": "own", **planet})


def page(world: World) -> bytes:
    """The only page that changes with each whole publication: it shows that there was one."""
    return (world.output / PAGE).read_bytes()


def test_only_health_json_tells_of_a_run_that_brought_nothing(world: World) -> None:
    before, site = page(world), world.site()
    assert world.run(now=LATER).code == 0
    assert page(world) == before
    assert world.site() == site
    told = json.loads((world.output / "health.json").read_text("utf-8"))
    assert told[0]["last_success"] == LATER


@pytest.mark.parametrize("path", ["index.html", "atom.xml", "static/planet.css", PAGE])
def test_a_file_that_is_missing_is_made_again(world: World, path: str) -> None:
    site = world.site()
    (world.output / path).unlink()
    world.run(now=LATER)
    assert (world.output / path).is_file()
    assert world.site() == site


def test_a_file_that_was_touched_is_put_right(world: World) -> None:
    site = world.site()
    (world.output / "index.html").write_text("mine now")
    world.run(now=LATER)
    assert world.site() == site


def test_the_health_page_follows_each_state_at_once_and_time_in_hours(world: World) -> None:
    before = page(world)
    world.run(now=SOON_DAY)
    assert page(world) != before
    world.fail("/a.xml", 410)
    world.run("--force", now="2026-11-23T16:00:00Z")
    assert b'class="gone"' in page(world) or b'class="failing"' in page(world)


def test_a_new_day_publishes(world: World) -> None:
    before = page(world)
    assert world.run(now="2026-11-23T22:59:00Z").code == 0
    world.run(now=NEXT_DAY)
    assert page(world) != before


def test_a_theme_that_was_edited_is_seen(world: World) -> None:
    style = world.folder / "themes" / "own" / "style.css"
    style.write_text(style.read_text("utf-8") + "\n.mine{color:red}\n", "utf-8")
    world.run(now=LATER)
    assert b".mine{color:red}" in world.site()["static/planet.css"]


def test_feeds_yaml_that_was_edited_is_seen(world: World) -> None:
    settings(world, title="Autre nom")
    world.run(now=LATER)
    assert b"Autre nom" in world.site()["index.html"]


def test_what_a_run_stored_without_publishing_is_published_by_the_next(world: World) -> None:
    world.serve("/a.xml", rss(item("Deux", f"{A}/2"), item("Un", f"{A}/1")), ETag='"v2"')
    world.run("--no-publish", now=LATER)
    assert b"Deux" not in world.site()["index.html"]
    world.run(now=LATER)
    assert b"Deux" in world.site()["index.html"]


def test_a_picture_that_was_edited_is_looked_at(world: World) -> None:
    before = page(world)
    (world.folder / "un.txt").write_text("no picture either")
    world.run(now=LATER)
    assert page(world) != before


def test_a_run_of_the_past_publishes(world: World) -> None:
    before = page(world)
    world.run(now="2026-11-23T07:00:00Z")
    assert page(world) != before


def test_force_publish_publishes(world: World) -> None:
    before = page(world)
    world.run("--force-publish", now=LATER)
    assert page(world) != before


def test_a_run_that_was_killed_leaves_no_rules_of_another_file(world: World) -> None:
    """Entries placed by a feeds.yaml that is gone again are placed anew, though the rules are those of the run before."""
    from planet.store import Store

    with Store(world.folder / "planet.db") as store:
        rules = store.meta("rules_rev")
        assert rules
    others = {"name": "Autres", "feeds": [world.url("/a.xml")]}
    (world.folder / "feeds.yaml").rename(world.folder / "kept.yaml")
    world.configure([others])
    (world.folder / "output" / "index.html").unlink()
    (world.folder / "output" / "index.html").mkdir()  # nothing can be published, so this run ends half way
    world.serve("/a.xml", rss(item("Deux", f"{A}/2"), item("Un", f"{A}/1")), ETag='"v2"')
    assert world.run(now=LATER).code == 1
    (world.folder / "kept.yaml").replace(world.folder / "feeds.yaml")
    (world.folder / "output" / "index.html").rmdir()
    assert world.run(now=LATER).code == 0
    assert {story["source"] for story in world.entries()} == {"Un"}
