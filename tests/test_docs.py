"""Documentation that cannot rot: what the program knows is written down, what is written down is true."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

import hatch_build
import planet
from planet import catalogue, config
from planet.cli import COMMANDS, EXIT_INTERRUPTED, cli
from planet.cli.manual import manual
from planet.cli.run import ALL_FAILED
from planet.errors import PlanetError
from tests.golden import GOLDEN

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
COMMON = {"--config", "--verbose", "-v", "--quiet", "-q", "--help", "-h", "--version"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def options(name: str) -> set[str]:
    return {text for param in command(name).params if isinstance(param, click.Option) for text in param.opts}


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_row_with_every_option(name: str) -> None:
    (row,) = re.findall(rf"^\| `planet {name}[ `].*$", README, re.MULTILINE)
    for option in options(name):
        assert re.search(rf"`{option}[ `]", row), f"{option} of planet {name} is not in the README"
    for param in command(name).params:
        if isinstance(param, click.Argument):
            assert str(param.metavar or param.name).upper() in row


def test_what_every_command_knows_is_documented() -> None:
    for param in cli.params:
        for option in param.opts:
            assert re.search(rf"[` /]{option}[` ]", README), option
    assert "`-h`" in README


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_command_line_in_the_documentation_can_be_called(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = [line for kind in ("sh", "") for block in blocks(path, kind) for line in block.splitlines()]
    for line in [*re.findall(r"`([^`\n]+)`", text), *lines]:
        for name, rest in re.findall(r"(?:^|[\s/])planet ([a-z]+)\b([^&|#]*)", line):
            if line.lstrip().startswith(("#", "pip", "git")) or (
                name not in COMMANDS and not line.startswith("planet ")
            ):
                continue
            assert name in COMMANDS, f"planet {name} in {line!r}"
            unknown = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", rest)) - options(name) - COMMON
            assert not unknown, f"{line!r}: {unknown}"


def keys(schema: dict, root: dict) -> Iterator[str]:
    """Every key that a feeds.yaml may have, at any depth; not the names that users give."""
    schema = root["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    for name, below in schema.get("properties", {}).items():
        yield name
        yield from keys(below, root)
    for word in ("anyOf", "oneOf", "allOf"):
        for below in schema.get(word, ()):
            yield from keys(below, root)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from keys(schema[word], root)


def test_every_key_of_the_configuration_is_documented() -> None:
    schema = config.json_schema()
    found = set(keys(schema, schema))
    assert len(found) > 40
    for key in found:
        assert f"`{key}`" in CONFIGURATION, f"{key} is not in docs/configuration.md"
        assert f"`{key}`" in README, f"{key} is not in the README"


def codes(kind: type[PlanetError]) -> set[int]:
    return {kind.exit_code}.union(*(codes(below) for below in kind.__subclasses__()))


@pytest.mark.parametrize("text", [README, OPERATIONS], ids=["README.md", "docs/operations.md"])
def test_every_exit_code_is_documented(text: str) -> None:
    for module in pkgutil.iter_modules(planet.__path__):
        if module.name != "__main__":
            importlib.import_module(f"planet.{module.name}")
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert rows == codes(PlanetError) | {0, ALL_FAILED, EXIT_INTERRUPTED}


def test_every_target_of_the_makefile_is_documented_and_there() -> None:
    rules = re.findall(r"^([a-z][a-z ]*):", MAKEFILE, re.MULTILINE)
    targets = {target for rule in rules for target in rule.split()}
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split()
    assert set(phony) == targets
    written = {
        target for path in PAGES for target in re.findall(r"(?:`|^)make ([a-z]+)", path.read_text(), re.MULTILINE)
    }
    assert targets <= written
    assert written <= targets


def test_what_the_makefile_calls_is_there() -> None:
    modules = {*re.findall(r"-m ((?:bench|tests|planet)[\w.]*)\b(?!\.\$)", MAKEFILE)}
    long = re.findall(r"^([a-z ]+): .*\n(?:\t.*\n)*\t\$\(BIN\)/python -m bench\.\$@", MAKEFILE, re.MULTILINE)
    modules |= {f"bench.{target}" for rule in long for target in rule.split()}
    assert len(modules) > 5
    for module in modules:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_link_between_pages_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    for link in [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|href)="([^"]+)"', text)]:
        if re.match(r"[a-z]+:", link):
            continue
        where, _, anchor = link.partition("#")
        target = (path.parent / where) if where else path
        assert target.exists(), f"{link} of {named(path)}"
        if anchor:
            assert anchor in anchors(target), f"{link} of {named(path)}"


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link).resolve() for link in re.findall(r"\]\(([^)#]+)\)", index.read_text("utf-8"))}
    assert {path.resolve() for path in PAGES} - linked == {index}


def test_the_documentation_is_a_site_that_needs_no_other_host(tmp_path: Path) -> None:
    """Strictly: a dead link, a missing anchor or a page that no menu has would be a fault."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    call = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        text = page.read_text("utf-8")
        assert not re.search(r"<(?:script|img|iframe)[^>]*src=.?(?:https?:)?//", text), page
        assert not re.search(r"<link[^>]*rel=.?(?:stylesheet|preconnect)[^>]*href=.?(?:https?:)?//", text), page


def test_the_readme_of_an_index_leads_to_the_site() -> None:
    text = hatch_build.absolute(README, "https://docs.example.org/")
    assert "(https://docs.example.org/operations/)" in text
    assert '"https://docs.example.org/images/home-light.png"' in text
    assert re.findall(r"\]\((?!https:|#)[^)]*\)", text) == []


def test_the_manual_page_names_every_command_and_option() -> None:
    page = manual()
    for name in COMMANDS:
        assert f'.SS "planet {name} ' in page
        for option in options(name):
            assert option.replace("-", r"\-") in page, f"{option} of planet {name}"


def test_pictures_of_the_readme_are_light() -> None:
    pictures = re.findall(r'<img src="([^"]+)"[^>]*alt="[^"]{20,}"', README)
    assert len(pictures) == 2
    assert all((ROOT / picture).stat().st_size < 200_000 for picture in pictures)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_feeds_yaml_in_the_documentation_is_right(path: Path, tmp_path: Path) -> None:
    first = "planet:\n  title: Our planet\n  url: https://planet.example.org/\n"
    for number, block in enumerate(blocks(path, "yaml")):
        text = block if block.startswith("planet:") else first + block
        known = yaml.safe_load(text).get("technologies", {})
        used = set(re.findall(r"technolog(?:y|ies): \[?(\w+)", block))
        if missing := used - set(known):
            assert "technologies:\n" not in text or not known, f"{missing} in {named(path)}, block {number}"
            text += "technologies:\n" + "".join(f"  {name}: {{name: {name}}}\n" for name in sorted(missing))
        file = tmp_path / f"{number}.yaml"
        file.write_text(text, "utf-8")
        assert config.load(file).site.title


def test_the_first_feeds_yaml_of_the_readme_shows_a_group_and_a_member(tmp_path: Path) -> None:
    (block,) = blocks(ROOT / "README.md", "yaml")
    (tmp_path / "feeds.yaml").write_text(block, "utf-8")
    loaded = config.load(tmp_path / "feeds.yaml")
    assert [source.kind for source in loaded.sources] == ["group", "member"]
    assert loaded.site.url == "https://planet.clermontech.org/"


def test_the_tree_of_the_readme_is_what_is_published() -> None:
    (tree,) = re.findall(r"^output/\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    published = {line.partition("/")[0] for line in (GOLDEN / "tree.txt").read_text("utf-8").splitlines()}
    technologies = set(yaml.safe_load((ROOT / "planet/sample/community/feeds.yaml").read_text())["technologies"])
    aliases = {
        alias for slug in technologies if (known := catalogue.load(slug)) for alias in (known.slug, *known.aliases)
    }
    for name in published - technologies - aliases:
        assert re.search(rf"(?:^|[\s/]){re.escape(name)}(?:[/\s]|$)", tree, re.MULTILINE), name


def test_every_extra_is_documented() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extra in set(project["optional-dependencies"]) - {"dev", "bench"}:
        assert f"| `{extra}` |" in README, extra


def test_this_version_is_in_the_changelog() -> None:
    assert f"\n## {planet.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_complete_as_documented(shell: str) -> None:
    assert 'eval "$(_PLANET_COMPLETE=bash_source planet)"' in README
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "_PLANET_COMPLETE": f"{shell}_source"}
    call = "import sys; sys.argv[0] = 'planet'; from planet.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", call], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_PLANET_COMPLETE={shell}_complete" in done.stdout


def test_planet_alone_shows_what_there_is(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "planet"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout + done.stderr
    assert "Usage: planet " in told
    assert "..." not in told.partition("Commands:")[2], "no sentence is cut off"
    for name in COMMANDS:
        assert re.search(rf"^  {name} +[A-Z]", told, re.MULTILINE), name
