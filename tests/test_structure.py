"""The rules of the house, one test each: imports go down, libraries have their homes, functions stay small, names say what they hold."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from planet import model

PACKAGE = Path(__file__).parent.parent / "planet"

# What lies where, from the ground up. A module at the top level of planet/ and a folder are named alike.
GROUND = {
    "catalogue",
    "objects",
    "limited",
    "model",
    "errors",
    "urls",
    "text",
    "html_elements",
    "people",
    "links",
    "reasons",
    "when",
    "similarity",
    "i18n",
    "states",
    "themes",
    "formats",
    "recent",
}
STAGES = {
    *("config", "fetch", "parse", "normalise", "sanitise", "classify", "merge", "store", "edition", "render"),
    *("publish", "notify"),
}
FLOW = {
    "ports",
    "pipeline",
    "config_changes",
    "reading",
    "history",
    "update",
    "site",
    "health",
    "workers",
    "avatars",
    "unchanged",
    "lookup",
    "plugins",
    "stories",
}
EDGE = {"cli", "assemble", "cluster", "subscriptions", "sample", "locale", "__main__", "__init__"}

HOMES = {
    "PIL": {"render"},
    "apprise": {"notify"},
    "babel": {"i18n", "locale"},
    "click": {"cli", "locale"},
    "confusable_homoglyphs": {"people"},
    "css_inline": {"notify"},
    "distributed": {"cluster"},
    "dateutil": {"cli", "parse", "when"},
    "feedparser": {"parse"},
    "idna": {"urls"},
    "icalendar": {"parse"},
    "gcld3": {"normalise"},
    "jinja2": {"notify", "render"},
    "listparser": {"subscriptions"},
    "lxml": {"parse"},
    "msgspec": {"config", "store"},
    "nh3": {"sanitise"},
    "Stemmer": {"render"},
    "markupsafe": {"render"},
    "pebble": {"workers"},
    "pluggy": {"plugins"},
    "pydantic": {"config"},
    "rapidfuzz": {"merge", "similarity"},
    "recurring_ical_events": {"parse"},
    "regex": {"classify"},
    "requests": {"fetch", "urls"},
    "rich": {"cli"},
    "selectolax": {"parse"},
    "slugify": {"text"},
    "sqlite3": {"store"},
    "urllib3": {"fetch"},
    "w3lib": {"urls"},
    "webencodings": {"parse"},
    "yaml": {"catalogue", "config", "parse", "subscriptions"},
}
"""Where each library is imported: every one but Python's own (of which only sqlite3 has a home), and no home without its import."""

CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"),
    *("time.localtime", "time.gmtime", "os.environ", "os.getenv"),
}
WEAK = {"found", "one", "held", "told", "made", "said"}
"""Local names that do not say what they hold."""


@cache
def trees() -> dict[str, ast.Module]:
    """Path below planet/ -> its syntax tree."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def part(path: str) -> str:
    """The stage (or ground, flow, edge) that a file belongs to."""
    return path.partition("/")[0].removesuffix(".py")


def imports(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """(where, function) of each function of the package."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                yield f"{path}:{node.lineno} {node.name}", node


def test_a_module_imports_only_what_lies_below_it() -> None:
    faults = []
    for path, tree in trees().items():
        here = part(path)
        ours = {name.split(".")[1] for name in imports(tree) if name.startswith("planet.")} - {"__version__"}
        if here in GROUND:
            above = ours - GROUND
        elif here in STAGES:
            above = ours - GROUND - {here}
        elif here in FLOW:
            above = ours & EDGE
        else:
            above = set() if here in EDGE else {f"{here} has no place in the house: name it in tests/test_structure.py"}
        faults += [f"{path} imports {name}" for name in sorted(above)]
    assert faults == []


def test_the_page_of_the_architecture_names_every_module() -> None:
    page = (PACKAGE.parent / "docs" / "architecture.md").read_text("utf-8")
    named = {
        layer: set(
            re.findall(r"^\| `(\w+)` \|", page.partition(f"## {layer}\n")[2].partition("\n## ")[0], re.MULTILINE)
        )
        for layer in ("Edge", "Flow", "Stages", "Ground")
    }
    assert named == {
        "Edge": EDGE - {"__main__", "__init__"},
        "Flow": FLOW,
        "Stages": STAGES,
        "Ground": GROUND,
    }


def test_a_library_is_imported_in_its_homes_alone() -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees().items():
        for name in imports(tree):
            library = name.partition(".")[0]
            if library in HOMES or library not in {*sys.stdlib_module_names, "planet"}:
                homes[library].add(part(path))
    assert homes == HOMES


def test_time_chance_and_environment_enter_at_the_edge() -> None:
    """`now`, random numbers and settings are parameters: only the command line reads the clock of the day (a stopwatch may run anywhere)."""
    faults = []
    for path, tree in trees().items():
        if part(path) in {"cli", "sample"}:
            continue
        faults += [f"{path} imports {name}" for name in imports(tree) if name in CLOCKS]
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                dotted = f"{node.value.id}.{node.attr}"
                if dotted in CLOCKS or node.value.id in {"random", "secrets"}:
                    faults.append(f"{path}:{node.lineno} {dotted}")
    assert faults == []


def test_a_file_is_a_few_screens_long() -> None:
    lines = {path: len((PACKAGE / path).read_text("utf-8").splitlines()) for path in trees()}
    assert {path: count for path, count in lines.items() if count > 450} == {}, "split it along its seams"


def test_a_function_that_is_handed_in_has_a_type() -> None:
    """`Callable[..., X]` lets a misspelt argument pass: a Protocol or the list of parameters does not."""
    faults = [
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == "Callable"
        and isinstance(node.slice, ast.Tuple)
        and ast.unparse(node.slice.elts[0]) == "..."
    ]
    assert faults == []


def test_a_function_fits_on_a_screen() -> None:
    long = [where for where, node in functions() if (node.end_lineno or 0) - node.lineno >= 60]
    assert long == []


def test_a_function_has_few_parameters() -> None:
    wide = []
    for where, node in functions():
        names = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        if len(names - {"self", "cls"}) > 6:
            wide.append(where)
    assert wide == []


def test_a_local_name_says_what_it_holds() -> None:
    weak = []
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in WEAK:
                weak.append(f"{path}:{node.lineno} {node.id}")
            elif isinstance(node, ast.arg) and node.arg in WEAK:
                weak.append(f"{path}:{node.lineno} {node.arg}")
    assert weak == []


def test_a_value_of_the_model_is_found_where_it_is_defined() -> None:
    """`planet.model` loads its modules one by one, by a table that must name what type checkers see there."""
    tree = trees()["model/__init__.py"]
    seen = {
        alias.name: node.module.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("planet.model.")
        for alias in node.names
    }
    assert seen == model._HOMES
    assert all(getattr(model, name) is not None for name in seen)
