"""The checked copy of feeds.yaml: a run whose file is known checks nothing again, and no copy is believed that could be wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from planet import config
from planet.config import checked_copy
from planet.errors import ConfigError
from tests.support.world import NOW, World, item, rss

EVERYTHING = (Path(__file__).parent / "data" / "config" / "everything.yaml").read_text("utf-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "feeds.yaml"
    file.write_text(EVERYTHING, "utf-8")
    return file


def copied(path: Path) -> object:
    return checked_copy.load(path.read_bytes(), path)


def test_a_copy_is_the_configuration_itself(path: Path) -> None:
    made = config.load(path, keep=True)
    assert made.warnings
    assert copied(path) == made == config.load(path)


def test_the_copy_lies_beside_the_database_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "feeds.yaml"
    (tmp_path / "data").mkdir()
    file.write_text("planet:\n  title: A\n  url: https://a.example/\n  database: 'data/p.db' # here\n", "utf-8")
    made = config.load(file, keep=True)
    assert (tmp_path / "data" / "p.db.config").stat().st_mode & 0o777 == 0o600
    assert copied(file) == made


def test_a_look_at_the_file_leaves_no_copy(path: Path) -> None:
    config.load(path)
    assert [file.name for file in path.parent.iterdir()] == ["feeds.yaml"]


def test_no_value_of_a_variable_is_in_the_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK", "slack://secret")
    made = config.load(path, keep=True)
    assert "secret" not in checked_copy.path_of(made.site.database).read_text("utf-8")


@pytest.mark.parametrize(
    "secret",
    [
        "members: [{name: A, feeds: ['https://ada:pw@a.example/feed']}]",
        "members: [{name: A, feeds: ['https://a.example/feed?token=x']}]",
        "notify: [{url: 'slack://a/b/c'}]",
    ],
)
def test_a_file_that_holds_a_secret_in_clear_has_no_copy(path: Path, secret: str) -> None:
    head = "planet: {title: A, url: 'https://a.example/'}\n"
    path.write_text(head, "utf-8")
    copy = checked_copy.path_of(config.load(path, keep=True).site.database)
    assert copy.exists()
    path.write_text(head + secret + "\n", "utf-8")
    config.load(path, keep=True)
    assert not copy.exists()


def test_another_file_another_place_and_another_program_have_copies_of_their_own(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.load(path, keep=True)
    content = path.read_bytes()
    assert checked_copy.load(content + b"\n", path) is None
    assert checked_copy.load(content, tmp_path / "other.yaml") is None
    monkeypatch.setattr(checked_copy, "__version__", "0.0.1")
    assert checked_copy.load(content, path) is None


def test_a_file_that_came_or_went_is_checked_for_again(path: Path) -> None:
    missing = config.load(path, keep=True)
    (path.parent / "avatars").mkdir()
    (path.parent / "avatars" / "ada.png").touch()
    there = config.load(path, keep=True)
    assert len(there.warnings) == len(missing.warnings) - 1
    assert copied(path) == there


def test_a_theme_that_is_gone_is_a_mistake_though_the_file_is_known(tmp_path: Path) -> None:
    theme = tmp_path / "themes" / "mine" / "theme.toml"
    theme.parent.mkdir(parents=True)
    theme.touch()
    file = tmp_path / "feeds.yaml"
    file.write_text("planet:\n  title: A\n  url: https://a.example/\n  theme: mine\n", "utf-8")
    config.load(file, keep=True)
    theme.unlink()
    with pytest.raises(ConfigError, match="there is no theme"):
        config.load(file)


BROKEN = {
    "cut short": lambda data: data[:-20],
    "another key": lambda data: data.replace(b'{"key":"', b'{"key":"0'),
    "a text for a number": lambda data: data.replace(b'"page_entries":20', b'"page_entries":"many"'),
    "a key that is missing": lambda data: data.replace(b'"site":', b'"sight":'),
    "nested without end": lambda data: data[:80] + b"[" * 100_000,
    "nothing": lambda _data: b"",
    "no text": lambda _data: b"\x80\x04\x95pickle",
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_copy_is_ignored_and_made_again(path: Path, case: str) -> None:
    made = config.load(path, keep=True)
    copy = checked_copy.path_of(made.site.database)
    broken = BROKEN[case](copy.read_bytes())
    copy.write_bytes(broken)
    assert copied(path) is None
    assert config.load(path, keep=True) == made
    assert copied(path) == made


def test_a_copy_that_others_may_write_or_that_is_a_link_is_not_read(path: Path) -> None:
    copy = checked_copy.path_of(config.load(path, keep=True).site.database)
    copy.chmod(0o666)
    assert copied(path) is None
    copy.chmod(0o600)
    copy.rename(copy.with_name("elsewhere"))
    copy.symlink_to("elsewhere")
    assert copied(path) is None


def test_where_no_copy_can_be_written_the_planet_runs_without(path: Path) -> None:
    made = config.load(path)
    checked_copy.path_of(made.site.database).mkdir()
    assert config.load(path, keep=True) == made == config.load(path, keep=True)


PROGRAM = """
import json, sys
from planet.cli import main
try:
    main(sys.argv[1:])
except SystemExit as leave:
    print(json.dumps([leave.code, sorted({"pydantic", "yaml"} & sys.modules.keys())]))
"""


def test_a_second_run_of_a_known_file_imports_neither_pydantic_nor_yaml(world: World) -> None:
    world.serve("/feed.xml", rss(item("Un", "https://b.example.org/1")), ETag='"1"')
    path = world.configure([{"name": "Ada", "feeds": [world.url("/feed.xml")]}])
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    imported = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, "--config", str(path), "run", "--now", NOW],
            capture_output=True, text=True, check=True, env=environment,
        )  # fmt: skip
        code, modules = json.loads(done.stdout.splitlines()[-1])
        assert code == 0, done.stderr
        imported.append(modules)
    assert imported[0] == ["pydantic", "yaml"]
    assert imported[1] == []
