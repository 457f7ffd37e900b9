"""docs/promises.md and the tests name each other: no promise without its proof, no proof that nobody is told of."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROVING = ("test_hostile_*.py", "test_disasters.py", "test_secrets.py", "test_crash.py", "test_fuzz.py")
"""Every test of these files proves a promise. One of another file that does is named there because a promise names it."""


def proofs_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {
        f"tests/{path.name}::{node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def promises() -> list[str]:
    lines = (ROOT / "docs/promises.md").read_text("utf-8").splitlines()
    return [line for line in lines if line.startswith("- ")]


def named(line: str) -> list[str]:
    return re.findall(r"`(tests/test_\w+\.py::test_\w+)`", line)


def test_every_promise_names_tests_that_exist() -> None:
    known = {test for path in (ROOT / "tests").glob("test_*.py") for test in proofs_in(path)}
    assert len(promises()) > 20
    for line in promises():
        assert named(line), f"nothing proves: {line}"
        assert set(named(line)) <= known, f"missing: {sorted(set(named(line)) - known)}"


def test_every_test_that_proves_a_promise_is_named_by_one() -> None:
    listed = {test for line in promises() for test in named(line)}
    proving = {test for pattern in PROVING for path in (ROOT / "tests").glob(pattern) for test in proofs_in(path)}
    assert len(proving) > 20
    assert proving <= listed, f"proved and not promised: {sorted(proving - listed)}"


def test_no_promise_is_made_twice() -> None:
    sentences = [line.partition(": `")[0] for line in promises()]
    assert len(sentences) == len(set(sentences))


def test_each_threat_leads_to_promises_that_a_test_attacks() -> None:
    headings = set(re.findall(r"^## (.+)$", (ROOT / "docs/promises.md").read_text("utf-8"), re.MULTILINE))
    rows = [
        line.split(" | ")
        for line in (ROOT / "docs/threats.md").read_text("utf-8").splitlines()
        if line.startswith("| a ")
    ]
    assert len(rows) > 15
    for row in rows:
        attacked = row[-1].removesuffix(" |").split("; ")
        assert set(attacked) <= headings, f"no promise: {row[1]}: {attacked}"
