"""`planet serve`: the site on loopback, made again when the theme or feeds.yaml changes, and only then."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from planet.cli.context import Context, utc_now
from planet.cli.serve import follow, looks, rebuild
from planet.errors import LockedError, ThemeError
from planet.model import Message, Published
from tests.support.world import World, item, rss


@pytest.fixture
def site(world: World) -> World:
    """A planet with a theme of its own that has published."""
    world.serve("/a.xml", rss(item("Un", "https://a.example.org/1")))
    theme = world.folder / "themes" / "mine"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text('extends = "base"\n[light]\naccent = "#112233"\n')
    configure(world)
    assert world.run().code == 0
    return world


def configure(world: World, title: str = "Planète d'essai") -> Path:
    return world.configure(
        [{"name": "Ada", "feeds": [world.url("/a.xml")]}], planet={"theme": "mine", "title": title, "language": "en"}
    )


class Program:
    """`planet serve` as a program: its lines, and where the site is."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "planet", "serve", "--port", "0", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.watchdog = threading.Timer(300, self.process.kill)
        self.watchdog.start()
        self.address = self.line().partition(" is at ")[2].partition(" ")[0]

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=600) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def end(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        _out, err = self.process.communicate(timeout=600)
        self.watchdog.cancel()
        return self.process.returncode, err


@contextlib.contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Program]:
    program = Program(folder, *arguments)
    try:
        yield program
    finally:
        program.watchdog.cancel()
        if program.process.poll() is None:
            program.process.kill()
            program.process.communicate()


def test_the_site_is_shown_and_follows_its_theme(site: World) -> None:
    asked = len(site.asked)
    with serving(site.folder) as program:
        assert program.address.startswith("http://127.0.0.1:")
        assert "Un" in program.get("")[1]
        status, page = program.get("nowhere/")
        assert (status, page) == (404, (site.output / "404.html").read_text())
        (site.folder / "themes" / "mine" / "style.css").write_text("/* Au bord de l'eau */\n")
        assert program.line().startswith("rebuilt; files written: ")
        assert "Au bord de l'eau" in program.get("static/planet.css")[1]
        (site.folder / "themes" / "mine" / "list.html").write_text("{% if %}")
        assert "list.html:1" in program.line()
        assert "Un" in program.get("")[1], "what was published stays"
        (site.folder / "themes" / "mine" / "list.html").unlink()
        assert program.line().startswith("rebuilt")
        configure(site, title="Un autre nom")
        assert program.line().startswith("rebuilt")
        assert "Un autre nom" in program.get("")[1]
        assert program.end() == (0, "")
    assert len(site.asked) == asked, "no feed is asked"


def test_a_folder_that_is_named_is_only_shown(site: World) -> None:
    with serving(site.folder.parent, "--output", str(site.output)) as program:
        assert "Un" in program.get("index.html")[1]
        assert program.end() == (0, "")


def test_a_theme_is_shown_without_touching_the_site(site: World) -> None:
    before = site.site()
    with serving(site.folder, "--theme", "base") as program:
        assert "Un" in program.get("")[1]
        assert program.get("static/planet.css")[1] != (site.output / "static" / "planet.css").read_text()
        assert program.end() == (0, "")
    assert site.site() == before
    assert "mine" in site.planet("serve", "--theme", "minne").err


def test_where_there_is_no_site_yet_it_says_how_to_make_one(world: World) -> None:
    world.configure([])
    result = world.planet("serve")
    assert result.code == 2
    assert "`planet run`" in result.err


def test_a_port_that_is_taken_is_named(site: World) -> None:
    taken = site.base.rpartition(":")[2]
    result = site.planet("serve", "--port", taken)
    assert result.code == 2
    assert taken in result.err


def test_a_rebuild_is_no_run_that_tells_or_asks(site: World) -> None:
    asked = len(site.asked)
    before = site.site()
    published = rebuild(site.folder / "feeds.yaml", utc_now())
    assert published is not None
    assert site.site() == before
    assert len(site.asked) == asked


def test_only_a_change_builds_and_a_busy_planet_is_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "themes" / "mine" / "theme.toml"
    file.parent.mkdir(parents=True)
    file.write_text("a")
    answers: list[Published | Exception] = [LockedError("busy"), Published(written=("a",)), ThemeError("wrong")]
    told: list[Message] = []
    built = []

    def build() -> Published:
        built.append(1)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    look = follow([tmp_path / "themes", tmp_path / "feeds.yaml"], build, told.append)
    look()
    assert (built, told) == ([], [])
    file.write_text("ab")
    look()
    assert (len(built), told) == (1, []), "a run is at work"
    look()
    look()
    assert (len(built), len(told)) == (2, 1)
    (tmp_path / "feeds.yaml").write_text("planet:")
    look()
    look()
    assert (len(built), len(told)) == (3, 2)
    assert str(told[1]) == "not rebuilt: wrong"


def test_a_theme_that_is_a_path_is_followed_too(site: World) -> None:
    (site.folder / "elsewhere").mkdir()
    (site.folder / "elsewhere" / "theme.toml").write_text('extends = "base"')
    path = site.configure([], planet={"theme": "./elsewhere"})
    config = Context(config_path=path).config
    assert site.folder / "elsewhere" in [folder.resolve() for folder in looks(path, config)]
