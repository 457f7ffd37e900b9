"""Programs of one's own, as packages that are installed: a folder with its dist-info on sys.path."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from planet import plugins
from tests.support.world import World, item, rss

A = "https://a.example"
LATER = "2026-11-23T09:00:00Z"
PROGRAM = """
from dataclasses import replace
from pluggy import HookimplMarker
hookimpl = HookimplMarker("planet")

@hookimpl
def filter_entry(entry):
    if "sponsored" in entry.title:
        return None
    if "broken" in entry.title:
        raise ValueError("cannot read this")
    if "number" in entry.title:
        return 7
    if "shout" in entry.title:
        return replace(entry, title=entry.title.upper(), html=entry.html + "<script>alert(1)</script><p>Merci.</p>", uid="x")
    return entry
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on sys.path, empty at first, into which `install` puts packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    plugins.load.cache_clear()
    yield folder
    plugins.load.cache_clear()
    for name in [name for name in sys.modules if name.startswith("tried_")]:
        del sys.modules[name]


def install(folder: Path, name: str, program: str = PROGRAM, version: str = "1.0") -> None:
    """What pip leaves behind: the module, and its dist-info."""
    (folder / f"tried_{name}.py").write_text(program)
    info = folder / f"tried_{name}-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tried-{name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[planet]\n{name} = tried_{name}\n")
    plugins.load.cache_clear()


def titles(world: World) -> set[str]:
    return {story["title"] for story in world.entries()}


def begin(world: World, *names: str) -> None:
    world.serve("/a.xml", rss(*(item(name, f"{A}/{number}", text="Bonjour.") for number, name in enumerate(names))))
    world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")]}])
    assert world.run().code == 0


def test_an_entry_comes_out_as_it_is_changed_or_not_at_all_and_a_failure_costs_one_entry(
    world: World, installed: Path
) -> None:
    install(installed, "mine")
    begin(world, "plain", "a sponsored post", "broken", "a number", "shout")
    assert titles(world) == {"plain", "SHOUT"}
    page = (world.output / "archive/2026/11/index.html").read_text("utf-8")
    assert "Merci." in page
    assert "alert(1)" not in page
    assert "mine" in world.planet("explain", f"{A}/1").out
    assert "mine" in world.planet("explain", f"{A}/4").out
    assert "cannot read this" in world.planet("explain", f"{A}/2").out
    health = (world.output / "health/index.html").read_text("utf-8")
    assert "cannot read this" in health
    assert f"{A}/2" in health


def test_a_program_that_comes_or_goes_decides_anew_about_all_that_is_stored(world: World, installed: Path) -> None:
    begin(world, "plain", "a sponsored post")
    assert titles(world) == {"plain", "a sponsored post"}
    install(installed, "mine")
    world.run("--no-fetch", now=LATER)
    assert titles(world) == {"plain"}
    (installed / "tried_mine-1.0.dist-info/entry_points.txt").unlink()
    plugins.load.cache_clear()
    world.run("--no-fetch", now=LATER)
    assert titles(world) == {"plain", "a sponsored post"}


def test_programs_run_in_the_order_of_their_names(world: World, installed: Path) -> None:
    for name, mark in (("b", "2"), ("a", "1")):
        change = f"return replace(entry, title=entry.title + '{mark}')"
        install(installed, name, PROGRAM.replace("return entry\n", f"{change}\n"))
    begin(world, "plain")
    assert titles(world) == {"plain12"}


def test_a_program_that_cannot_be_imported_is_named_with_its_package(world: World, installed: Path) -> None:
    begin(world, "plain")
    install(installed, "odd", "import there_is_no_such_module")
    result = world.run(now=LATER)
    assert result.code == 2
    assert "odd" in result.err
    assert "tried-odd" in result.err


def test_a_planet_without_programs_does_not_load_pluggy() -> None:
    code = "import sys\nfrom planet import plugins, reading\nassert not plugins.load().hooks\nassert not plugins.rev()\nprint(json.dumps('pluggy' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", f"import json\n{code}"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is False
