"""The list of cases is whole: each has a test that bears its name, or a line of docs/fetching.md that says why not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs" / "fetching.md"
CASES = [
    f"{letter}{number:02}"
    for letter, last in {"c": 25, "r": 15, "h": 18, "s": 21, "q": 16, "t": 24, "x": 9}.items()
    for number in range(1, last + 1)
]
NAMED = {
    case
    for path in TESTS.glob("test_fetch_*.py")
    if path != Path(__file__)
    for name in re.findall(r"def test_\w+|ids=(?:\[[^\]]+\]|\"[^\"]+\")", path.read_text("utf-8"))
    for case in re.findall(r"(?<![a-z0-9])([a-z]\d\d)(?![0-9])", name.replace("_", " "))
}


def spans(name: str) -> set[str]:
    """The cases that a name of the form `c01_to_c11` means."""
    found = re.search(r"([a-z])(\d\d)_to_[a-z](\d\d)", name)
    return {f"{found[1]}{n:02}" for n in range(int(found[2]), int(found[3]) + 1)} if found else set()


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_its_test_or_its_reason(case: str) -> None:
    without = DOCS.read_text("utf-8").partition("### Cases without a test here")[2]
    spanned = {
        one
        for path in TESTS.glob("test_fetch_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
        for one in spans(name)
    }
    assert case in NAMED | spanned or case.upper() in without


def test_a_request_that_hangs_for_ever_does_not_keep_the_program_from_ending() -> None:
    program = """
import threading
from datetime import UTC, datetime, timedelta
from planet.fetch import Fetcher
from planet.model import Due, Failed, FetchRules
def resolver(host, port):
    threading.Event().wait()
rules = FetchRules(timeout=timedelta(seconds=0.1))
asker = Fetcher(rules, "planet/1", resolver=resolver)
(outcome,) = asker.fetch_all([Due(key="x", url="http://slow.example/")], datetime(2026, 11, 24, tzinfo=UTC), backoffs={})
assert isinstance(outcome, Failed)
print(outcome.error.kind)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("dns", "", 0)
