"""The lock, constraints.txt: `python -m tests.versions` prints it for this environment, `--moved` names what differs here from the lock.

Only what pyproject.toml asks for, and what that asks for; no addresses, no hashes: a constraint, not a source.
"""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "constraints.txt"
HEAD = """\
# The versions that `make demo`, `make test` and .ci/run install. `make lock` writes this file from the newest that the ranges
# of pyproject.toml allow; commit it once `make check` is green with it.
"""


def closure(lines: list[str]) -> dict[str, str]:
    """Name -> version of everything that these requirements need here."""
    versions: dict[str, str] = {}
    waiting = [(line, frozenset[str]()) for line in lines]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        line, extras = waiting.pop()
        needed = Requirement(line)
        if needed.marker and not any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            continue
        key, wanted = canonicalize_name(needed.name), frozenset(needed.extras)
        if (key, wanted) in seen:
            continue
        seen.add((key, wanted))
        try:
            versions[key] = distribution(key).version
        except PackageNotFoundError:  # for another system
            continue
        waiting += [(more, wanted) for more in requires(key) or ()]
    return versions


def requirements() -> list[str]:
    """What pyproject.toml asks for, extras included; the benchmarks' own peers left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = [lines for name, lines in project["optional-dependencies"].items() if name != "bench"]
    lines = [line for group in (project["dependencies"], *groups) for line in group]
    return [line for line in lines if not line.startswith(project["name"])]


def locked() -> dict[str, str]:
    """Name -> version, as the lock says."""
    lines = LOCK.read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def moved(installed: dict[str, str]) -> list[str]:
    """A line for each package whose installed version is not the lock's."""
    lock = locked()
    return [
        f"{name} {lock.get(name, '(not in the lock)')} -> {version}"
        for name, version in sorted(installed.items())
        if lock.get(name) != version
    ]


def main(arguments: list[str]) -> None:
    installed = closure(requirements())
    if arguments == ["--moved"]:
        print("\n".join(moved(installed)))
    else:
        print(HEAD + "\n".join(f"{name}=={version}" for name, version in sorted(installed.items())))


if __name__ == "__main__":
    main(sys.argv[1:])
