"""The exact versions that the project and its tests need here, for requirements-ci.txt: `make lock`.

Only what pyproject.toml asks for, and what that asks for; no addresses, no hashes: a constraint, not a source.
"""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HEAD = """\
# The versions that .ci/run tests with. `make lock` writes this file from what is installed, once `make check` is green.
"""


def closure(lines: list[str]) -> dict[str, str]:
    """Name -> version of everything that these requirements need here."""
    found: dict[str, str] = {}
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
            found[key] = distribution(key).version
        except PackageNotFoundError:  # for another system
            continue
        waiting += [(more, wanted) for more in requires(key) or ()]
    return found


def asked() -> list[str]:
    """What pyproject.toml asks for, the benchmarks' own peers left out."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]
    groups = [lines for name, lines in project["optional-dependencies"].items() if name != "bench"]
    lines = [line for group in (project["dependencies"], *groups) for line in group]
    return [line for line in lines if not line.startswith(project["name"])]


def main() -> None:
    versions = closure(asked())
    print(HEAD + "\n".join(f"{name}=={version}" for name, version in sorted(versions.items())))


if __name__ == "__main__":
    main()
