"""Themes: what they may override, and how their faults are told."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as Tree

from planet.errors import ThemeError
from planet.i18n import Translator
from planet.render.html import load_theme
from planet.render.html.templates import Templates
from tests.support.editions import SOURCES, edition, sample, story
from tests.support.pages import NOWHERE, made

WILLIAM, ELODIE, PHP, JS = SOURCES


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    return made(sample())


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / "themes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def test_a_theme_may_override_a_variable_a_block_or_a_template(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "ours/theme.toml": 'extends = "clermontech"\n[light]\naccent = "#0a6b2d"\n',
            "ours/layout.html": '{% extends "clermontech/layout.html" %}{% block footer %}<p>Notre pied</p>{% endblock %}',
            "ours/pagination.html": "<p>Rien de plus</p>",
            "ours/style.css": ".ours { color: red }",
            "ours/static/logo.svg": "<svg/>",
        },
    )
    site = made(edition([story(1)]), "ours", tmp_path)
    home = Tree(site["index.html"])
    assert "Notre pied" in home.body.text()
    assert "Rien de plus" in home.body.text()
    assert home.css_first("svg.puys")
    style = site["static/planet.css"].decode()
    assert "--accent:#0a6b2d" in style
    assert "--accent:#ff8a5c" in style
    assert style.index(".story {") < style.index(".puys {") < style.index(".ours {")
    assert site["static/logo.svg"] == b"<svg/>"
    assert site["static/icon.svg"] == Path("themes/clermontech/static/icon.svg").read_bytes()


def test_the_look_in_ten_lines_of_the_guide_works(tmp_path: Path) -> None:
    guide = Path("docs/themes.md").read_text("utf-8")
    found = dict(re.findall(r"`themes/(ocean/[\w.]+)`:\n\n```\w+\n(.*?)```", guide, re.DOTALL))
    assert sum(len(text.splitlines()) for text in found.values()) <= 10
    write(tmp_path, found)
    site = made(edition([story(1)]), "ocean", tmp_path)
    assert "--accent:#0f766e" in site["static/planet.css"].decode()
    assert "Au bord de l’eau" in Tree(site["index.html"]).css_first("header").text()


def test_every_variable_and_template_is_in_the_guide() -> None:
    guide = Path("docs/themes.md").read_text("utf-8")
    for name in (path.name for path in Path("themes/base").glob("*.html")):
        assert f"`{name}`" in guide, name
    theme = load_theme("base", NOWHERE)
    for name in [*theme.variables, *theme.light]:
        assert f"`{name}`" in guide, name


def test_a_theme_digest_changes_with_any_file(tmp_path: Path) -> None:
    write(tmp_path, {"ours/theme.toml": 'extends = "base"\n'})
    before = load_theme("ours", tmp_path).digest
    assert load_theme("ours", tmp_path).digest == before
    write(tmp_path, {"ours/static/x.txt": "x"})
    assert load_theme("ours", tmp_path).digest != before


def test_a_theme_may_be_a_path(tmp_path: Path) -> None:
    write(tmp_path, {"ours/theme.toml": 'extends = "base"\n'})
    assert load_theme("./themes/ours", tmp_path).name == "ours"
    assert load_theme(str(tmp_path / "themes" / "ours"), NOWHERE).name == "ours"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "there is no theme 'ours'.*these ship: base, clermontech"),
        ({"ours/theme.toml": 'extends = "nowhere"'}, "theme.toml: extends: there is no theme 'nowhere'"),
        ({"ours/theme.toml": 'extends = "ours"'}, "extends itself"),
        ({"ours/theme.toml": "extends = "}, "theme.toml: Invalid value"),
        ({"ours/theme.toml": 'extend = "base"'}, "unknown key 'extend'; known are dark, extends"),
        ({"ours/theme.toml": 'light = "x"'}, r"\[light\] must be a table"),
    ],
)
def test_a_fault_of_a_theme_is_named(tmp_path: Path, files: dict[str, str], said: str) -> None:
    write(tmp_path, files)
    with pytest.raises(ThemeError, match=said):
        load_theme("ours", tmp_path)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("<p>\n{% if %}", r"story\.html:2: .*mend the template"),
        ("<p>\n\n{{ nothing.here }}", r"story\.html:3: 'nothing' is undefined"),
        ('{% include "missing.html" %}', r"story\.html:1: there is no template 'missing.html' in .*ours, .*base"),
        ("{{ story.entry.title + 1 }}", r"story\.html:1: can only concatenate"),
        ("{{ 1 // 0 }}", r"story\.html:1: .*zero"),
    ],
)
def test_a_fault_of_a_template_names_file_and_line(tmp_path: Path, template: str, said: str) -> None:
    write(tmp_path, {"ours/theme.toml": 'extends = "base"', "ours/story.html": template})
    with pytest.raises(ThemeError, match=said):
        made(edition([story(1)]), "ours", tmp_path)


def test_the_whole_style_and_script_are_small(site: dict[str, bytes]) -> None:
    lines = sum(
        len(Path(f"themes/{name}/style.css").read_text("utf-8").splitlines()) for name in ("base", "clermontech")
    )
    assert lines < 340
    assert len(site["static/planet.js"]) <= 10_000
    assert [path for path in site if path.endswith(".js")] == ["static/planet.js"]


def test_compiled_templates_are_kept_for_their_owner_alone_and_never_read_from_a_folder_of_others(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"ours/theme.toml": 'extends = "base"', "ours/pagination.html": "<p>Rien</p>"})
    theme = load_theme("ours", tmp_path)
    mine, open_to_all, not_there = tmp_path / "mine", tmp_path / "open", tmp_path / "missing" / "folder"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    for folder in (mine, open_to_all, not_there):
        Templates(theme, Translator("fr"), {}, folder).text("pagination.html", {})
    assert stat.S_IMODE(mine.stat().st_mode) == 0o700
    assert len(list(mine.iterdir())) == 1
    assert list(open_to_all.iterdir()) == []
    assert not not_there.exists()


def test_a_template_that_was_edited_is_compiled_again(tmp_path: Path) -> None:
    for words in ("avant", "après"):
        write(tmp_path, {"ours/theme.toml": 'extends = "base"', "ours/pagination.html": f"<p>{words}</p>"})
        theme = load_theme("ours", tmp_path)
        assert (
            Templates(theme, Translator("fr"), {}, tmp_path / "compiled").text("pagination.html", {})
            == f"<p>{words}</p>"
        )
