"""What commands say: in the planet's language, in any locale, and readable where a character is missing."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
from pathlib import Path

import pytest

from planet.cli import COMMANDS, main
from planet.cli.help import language_of, user_language
from tests.support.world import World, item, rss


def printed(folder: Path, *arguments: str, encoding: str = "latin-1") -> tuple[int, str, str]:
    """A command where stdout and stderr take the characters of an encoding alone."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(folder):
        try:
            main(list(arguments))
        except SystemExit as leave:
            code = leave.code if isinstance(leave.code, int) else 1
        out.flush()
        err.flush()
    texts = [
        stream.buffer.getvalue().decode("utf-8" if encoding == "ascii" else encoding, "replace")
        for stream in (out, err)
    ]  # type: ignore[attr-defined]
    return code, *texts


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> World:
    with World(tmp_path_factory.mktemp("words")) as world:
        title = "L’été “à la plage” – 夏… 🏖"
        world.serve("/a.xml", rss(item(title, "https://a.example.org/1")))
        world.configure(members=[{"name": "Zoë 夏", "feeds": [world.url("/a.xml"), world.url("/gone.xml")]}])
        assert world.run().code == 0
        yield world


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_the_language_of_the_planet(planet: World, name: str) -> None:
    code, out, _err = printed(planet.folder, name, "--help")
    assert code == 0
    assert out.startswith("Usage\u00a0: planet")
    assert "Afficher ce message et quitter." in out
    assert "[default" not in out, "a sentence was not translated"


def test_the_list_of_commands_is_in_the_language_of_the_file_that_is_named(planet: World, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("planet: {title: X, language: en}\n", "utf-8")
    named = str(tmp_path / "other.yaml")
    assert "Lister les articles" in printed(planet.folder, "--help")[1]
    assert "List the stories" in printed(planet.folder, "--config", named, "--help")[1]
    assert "List the stories" in printed(planet.folder, "entries", f"--config={named}", "--help")[1]


def test_without_a_file_the_environment_says_the_language(tmp_path: Path) -> None:
    for environ, language in (
        ({"LANG": "fr_FR.ISO-8859-1"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "fr_CA", "LANG": "en_GB"}, "fr"),
        ({"LANG": "xx"}, "en"),
        ({}, "en"),
    ):
        assert user_language(environ) == language
        assert language_of(tmp_path / "feeds.yaml", environ) == language
    (tmp_path / "feeds.yaml").write_bytes(b"planet:\n  title: \xff\n  language: fr-CA # oui\n wrong")
    assert language_of(tmp_path / "feeds.yaml", {}) == "fr"


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_nothing_fails_where_characters_are_missing(planet: World, encoding: str) -> None:
    for arguments in (
        ("entries",), ("events",), ("status",), ("status", "--all"), ("status", "--failing"), ("status", "--metrics"),
        ("check",), ("explain", "https://a.example.org/1"), ("explain", "nothing"), ("technologies",), ("technologies", "php"),
        ("export",), ("schema",), ("add", "nowhere.invalid/é"), ("run", "--no-fetch", "-v"), ("run", "--dry-run", "--no-fetch"),
        ("import", "feeds.yaml"), ("backup", "x/y/z"), ("restore", "nothing"), ("serve", "--output", "été…"),
    ):  # fmt: skip
        code, _out, err = printed(planet.folder, *arguments, encoding=encoding)
        assert code in {0, 1, 2, 4}, (arguments, err)
        assert "Traceback" not in err, arguments
    assert "L'\u00e9t\u00e9" in printed(planet.folder, "entries")[1]


def test_json_is_the_same_in_every_locale(planet: World) -> None:
    for arguments in (("entries", "--json"), ("status", "--json"), ("explain", "--json", "https://a.example.org/1")):
        plain = [printed(planet.folder, *arguments, encoding=encoding)[1] for encoding in ("utf-8", "latin-1", "ascii")]
        assert len({json.dumps(json.loads(text)) for text in plain}) == 1
    exported = printed(planet.folder, "export", encoding="utf-8")[1]
    assert "Zoë 夏" in exported
    assert os.linesep in exported


def test_a_planet_without_groups_and_calendars_names_no_events(planet: World) -> None:
    pages = [path for path in planet.output.rglob("index.html") if "events" not in path.parts]
    assert len(pages) > 8
    for page in pages:
        text = page.read_text("utf-8")
        assert not re.search(r"vènement|genda|events/|calendar\.ics\"|events\.json\"", text), page
