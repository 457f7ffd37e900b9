"""What a person may get wrong around a run, from outside: a clear sentence, the exit code, and a published site that stays."""

from __future__ import annotations

import json
import shutil
import sqlite3
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from planet.store import schema
from tests.support.world import Result, World, item, rss

TWELVE = """\
planet:
  titel: Un essai
  url: planet.example.org
  language: xx
  timezone: Europe/Clermont
  page_entries: zéro
fetch:
  interval: souvent
  max_bytes: 10 moutons
technologies:
  members: {name: Membres}
  php: {tags: php}
members:
  - name: Ada
    technologies: [cobol]
    feeds:
      - url: https://a.example.org/
        include: {title: "("}
  - feeds: [https://b.example.org/]
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """A planet that has published, and a copy of its folder."""
    with World(tmp_path_factory.mktemp("site")) as world:
        world.serve("/a.xml", rss(*[item(f"Billet {n}", f"https://a.example.org/{n}") for n in range(3)]))
        world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")]}], planet={"language": "en"})
        assert world.run().code == 0
        yield world, shutil.copytree(world.folder, tmp_path_factory.mktemp("copy") / "site")


@pytest.fixture
def site(published: tuple[World, Path]) -> Iterator[World]:
    """A planet that has published, as it was then."""
    world, copy = published
    replies = dict(world.replies)
    yield world
    shutil.rmtree(world.folder)
    shutil.copytree(copy, world.folder)
    world.replies = replies
    world.asked.clear()


def refused(site: World, code: int, *sentences: str, now: str = "2026-11-24T08:00:00Z") -> Result:
    """A run that ends with a code and says why, in sentences and not in a traceback; nothing published has changed."""
    before = {path: path.read_bytes() for path in site.output.rglob("*") if path.is_file()}
    asked = len(site.asked)
    result = site.run(now=now)
    assert result.code == code, result.err
    for sentence in sentences:
        assert sentence in result.err
    assert result.out == ""
    assert "Traceback" not in result.err
    assert {path: path.read_bytes() for path in site.output.rglob("*") if path.is_file()} == before
    if code == 2:
        assert len(site.asked) == asked, "nothing else happens"
    return result


def test_a_configuration_that_is_missing_is_named(site: World) -> None:
    (site.folder / "feeds.yaml").unlink()
    refused(site, 2, "feeds.yaml: ")


@pytest.mark.parametrize("text", ["", "\n\n", "# rien\n", "---\n"])
def test_a_configuration_that_is_empty_is_a_mistake(site: World, text: str) -> None:
    (site.folder / "feeds.yaml").write_text(text)
    refused(site, 2, "feeds.yaml", "planet")


@pytest.mark.parametrize(
    "text", ["planet: [", "planet:\n\ttitle: x", "planet: {title: x}}\n", "a: b: c\n", "%YAML 9.9\n---\n{"]
)
def test_a_configuration_that_is_no_yaml_is_told_with_its_line(site: World, text: str) -> None:
    (site.folder / "feeds.yaml").write_text(text)
    lines = refused(site, 2).err.splitlines()
    assert lines
    assert all(line.startswith("feeds.yaml:") for line in lines)
    assert any(line.split(":")[1].isdigit() for line in lines)


def test_a_configuration_of_another_kind_is_a_mistake(site: World) -> None:
    (site.folder / "feeds.yaml").write_text("- https://a.example.org/feed.xml\n")
    refused(site, 2, "feeds.yaml:1: ")
    (site.folder / "feeds.yaml").write_bytes(b"\xff\xfe\x00\x81")
    refused(site, 2, "feeds.yaml")


def test_a_configuration_wrong_in_twelve_places_says_all_twelve(site: World) -> None:
    (site.folder / "feeds.yaml").write_text(TWELVE)
    lines = refused(site, 2).err.splitlines()
    numbers = [int(line.split(":")[1]) for line in lines]
    assert set(numbers) >= {2, 3, 4, 5, 6, 8, 9, 11, 12, 15, 18, 19}
    assert numbers == sorted(numbers)
    assert "title" in lines[0], "the nearest key is named"


def test_every_command_that_reads_the_configuration_refuses_a_wrong_one(site: World) -> None:
    (site.folder / "feeds.yaml").write_text(TWELVE)
    for command in ("run", "check", "status", "entries", "events", "explain x", "export", "serve"):
        result = site.planet(*command.split())
        assert (result.code, result.out) == (2, ""), command
        assert result.err.startswith("feeds.yaml:2: "), command


def test_another_configuration_can_be_named_before_and_behind_the_command(site: World) -> None:
    other = site.folder / "other" / "planet.yaml"
    for arguments in (["--config", str(other), "run"], ["run", "--config", str(other)], ["run", f"--config={other}"]):
        result = site.planet(*arguments)
        assert result.code == 2
        assert result.err.startswith(f"{other}: ")


def test_an_output_that_cannot_be_written_is_named(site: World) -> None:
    (site.folder / "file").write_text("x")
    site.configure([{"name": "Ada", "feeds": [site.url("/a.xml")]}], planet={"language": "en", "output": "file/site"})
    refused(site, 1, str(site.folder / "file"), "What was published stays")
    assert (site.folder / "file").read_text() == "x"


def test_a_folder_where_a_page_must_be_is_named_and_kept(site: World) -> None:
    (site.output / "index.html").unlink()
    (site.output / "index.html").mkdir()
    (site.output / "index.html" / "mine.txt").write_text("x")
    refused(site, 1, str(site.output / "index.html"))


def test_a_locked_database_ends_the_run_with_a_sentence(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "PATIENCE", 0.1)
    other = sqlite3.connect(site.folder / "planet.db")
    other.execute("BEGIN EXCLUSIVE")
    try:
        refused(site, 1, str(site.folder / "planet.db"), "locked")
    finally:
        other.close()
    assert site.run(now="2026-11-24T09:00:00Z").code == 0


def test_a_database_from_a_newer_version_is_left_alone(site: World) -> None:
    path = site.folder / "planet.db"
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 9999")
    base.close()
    refused(site, 1, str(path), "newer version")
    with sqlite3.connect(path) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (9999,)
    base.close()


@pytest.mark.parametrize("content", [b"Mes recettes de cuisine.\n" * 400, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_left_alone(site: World, content: bytes) -> None:
    for old in site.folder.glob("planet.db*"):
        if old.is_file():
            old.unlink()
    (site.folder / "planet.db").write_bytes(content)
    refused(site, 1, str(site.folder / "planet.db"), "not a database")
    assert (site.folder / "planet.db").read_bytes() == content


def test_the_database_of_another_program_is_left_alone(site: World) -> None:
    for old in site.folder.glob("planet.db*"):
        if old.is_file():
            old.unlink()
    with sqlite3.connect(site.folder / "planet.db") as base:
        base.execute("CREATE TABLE recettes (nom)")
    base.close()
    refused(site, 1, str(site.folder / "planet.db"))


def test_a_theme_that_is_missing_is_named_with_those_that_ship(site: World) -> None:
    site.configure([{"name": "Ada", "feeds": [site.url("/a.xml")]}], planet={"language": "en", "theme": "clermontec"})
    refused(site, 2, "feeds.yaml:", "clermontec", "did you mean `clermontech`", "`base`")


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{% extends 'base/list.html' %}\n{% block main %}\n{{ nothing.of.this }}\n{% endblock %}", 3),
        ("{% extends 'base/list.html' %}\n{% block main %}\n{% if %}\n{% endblock %}", 3),
        ("{% extends 'base/list.html' %}\n\n\n{% block main %}{{ 1 / 0 }}{% endblock %}", 4),
        ("{% extends 'base/list.html' %}\n{% block main %}{% include 'nowhere.html' %}{% endblock %}", 2),
    ],
)
def test_a_template_with_an_error_is_named_with_its_line(site: World, template: str, line: int) -> None:
    theme = site.folder / "themes" / "mine"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text('extends = "base"\n')
    (theme / "list.html").write_text(template)
    site.configure([{"name": "Ada", "feeds": [site.url("/a.xml")]}], planet={"language": "en", "theme": "mine"})
    refused(site, 1, f"{theme / 'list.html'}:{line}: ")


def test_a_theme_file_that_is_no_toml_is_named(site: World) -> None:
    theme = site.folder / "themes" / "mine"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text("extends = base\n")
    site.configure([{"name": "Ada", "feeds": [site.url("/a.xml")]}], planet={"language": "en", "theme": "mine"})
    refused(site, 1, str(theme / "theme.toml"))


@pytest.mark.parametrize(
    "arguments",
    [
        "run --forse",
        "fly",
        "run --now hier",
        "entries --limit -1",
        "entries --limit x",
        "serve --port 99999",
        "explain",
        "status x",
    ],
)
def test_a_command_that_is_called_wrongly_says_so(site: World, arguments: str) -> None:
    before = site.site()
    result = site.planet(*arguments.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.strip()
    assert "Traceback" not in result.err
    assert site.site() == before


@pytest.mark.parametrize("command", ["entries", "events"])
def test_a_technology_that_is_not_there_is_a_mistake_of_the_call(site: World, command: str) -> None:
    result = site.planet(command, "--technology", "phq", "--json")
    assert (result.code, result.out) == (2, "")
    assert "php" in result.err


@pytest.mark.parametrize("command", ["status", "entries", "events"])
def test_commands_that_only_read_work_before_the_first_run(world: World, command: str) -> None:
    world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")]}])
    result = world.planet(command, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.out == "" or json.loads(result.out)


def _without(path: Path) -> None:
    path.unlink()


def _as_text(path: Path) -> None:
    path.write_text(
        textwrap.dedent("""\
        <html><body>Bientôt un blog</body></html>""")
    )


@pytest.mark.parametrize("happens", [_without, _as_text])
def test_a_feed_in_a_file_that_goes_wrong_keeps_its_stories(world: World, happens: Callable[[Path], None]) -> None:
    local = world.folder / "local.xml"
    local.write_text(rss(item("Un", "https://a.example.org/1")))
    world.configure([{"name": "Ada", "feeds": ["local.xml"]}])
    assert world.run().code == 0
    before = world.site()
    happens(local)
    assert world.run(now="2026-11-24T08:00:00Z").code == 4
    assert world.site() == before
