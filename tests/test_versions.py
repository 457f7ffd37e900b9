"""The lock of versions: complete, and compared with what is installed."""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import versions


def test_the_lock_names_all_that_the_project_asks_for_and_no_place() -> None:
    lines = [line for line in versions.LOCK.read_text().splitlines() if not line.startswith("#")]
    lock = versions.locked()
    assert list(lock) == sorted(lock)
    assert not any(character in line for line in lines for character in " /@:;")
    for line in versions.requirements():
        needed = Requirement(line)
        if not needed.marker:
            assert needed.specifier.contains(lock[canonicalize_name(needed.name)], prereleases=True), line


def test_what_moved_since_the_lock_is_named_with_both_versions() -> None:
    lock = versions.locked()
    assert versions.moved(lock) == []
    moved = versions.moved({**lock, "pyyaml": "99", "newcomer": "1"})
    assert moved == ["newcomer (not in the lock) -> 1", f"pyyaml {lock['pyyaml']} -> 99"]
