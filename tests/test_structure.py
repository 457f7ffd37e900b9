"""The house holds: imports go down, stages do not know each other, each foreign library has one home."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "planet"
GROUND = {"model", "errors", "urls", "text", "when", "similarity", "i18n", "themes"}
STAGES = {
    "config",
    "fetch",
    "parse",
    "normalise",
    "sanitise",
    "classify",
    "merge",
    "store",
    "edition",
    "render",
    "publish",
    "notify",
}
TOP = {
    "cli",
    "assemble",
    "pipeline",
    "reading",
    "workers",
    "portraits",
    "unchanged",
    "subscriptions",
    "sample",
    "locale",
    "__main__",
}
HOMES = {
    "feedparser": {"parse"},
    "lxml": {"parse", "render"},
    "requests": {"fetch"},
    "urllib3": {"fetch"},
    "sqlite3": {"store"},
    "jinja2": {"render"},
    "nh3": {"sanitise"},
    "apprise": {"notify"},
    "icalendar": {"parse", "render", "subscriptions"},
    "recurring_ical_events": {"parse"},
    "pydantic": {"config", "parse", "render"},
    "click": {"cli"},
    "rich": {"cli"},
    "babel": {"i18n", "locale"},
    "rapidfuzz": {"similarity", "config"},
    "yaml": {"config", "subscriptions"},
    "listparser": {"subscriptions"},
    "PIL": {"render"},
    "pebble": {"workers"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """The stage (or ground, or top) that a file belongs to."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "planet":
                names.update(f"planet.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    here = part(path)
    ours = {
        name.split(".")[1] for name in imported(path) if name.startswith("planet.") and not name.startswith("planet.__")
    }
    if here in GROUND:
        assert ours <= GROUND
    elif here in STAGES:
        assert ours <= GROUND | {here}, f"{here} knows another stage: {ours - GROUND - {here}}"
    else:
        assert here in TOP | {"__init__"}, f"{here} has no place in the house: name it in tests/test_structure.py"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_foreign_library_has_one_home(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    for library, homes in HOMES.items():
        if library in roots:
            assert part(path) in homes, f"{library} lives in {sorted(homes)}, not in {part(path)}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_time_enters_at_the_edge(path: Path) -> None:
    """`now` is a parameter: only the command line reads the clock of the day."""
    if part(path) in {"cli", "sample"}:
        return
    calls = [
        node.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in {"utcnow", "today"})
        or (
            isinstance(node, ast.Attribute)
            and node.attr == "now"
            and isinstance(node.value, ast.Name)
            and node.value.id == "datetime"
        )
    ]
    assert not calls, f"{path.name} reads the clock: {calls}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_is_a_few_screens_long(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 450, (
        f"{path.name} has outgrown one idea: split it along its seams"
    )
