"""The exact versions that the project and its tests need here, for requirements-ci.txt: `make lock`.

Only what pyproject.toml asks for, and what that asks for; no addresses, no hashes: a constraint, not a source.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HEAD = """\
# The versions that .ci/run tests with. `make lock` writes this file from what is installed, once `make check` is green.
"""


def closure(name: str, extras: frozenset[str]) -> dict[str, str]:
    """Name -> version of everything that a distribution needs here with these extras, itself left out."""
    found: dict[str, str] = {}
    waiting = [(name, extras)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for line in requires(current[0]) or ():
            needed = Requirement(line)
            if needed.marker and not any(needed.marker.evaluate({"extra": extra}) for extra in ("", *current[1])):
                continue
            key = canonicalize_name(needed.name)
            try:
                found[key] = distribution(key).version
            except PackageNotFoundError:  # for another system
                continue
            waiting.append((key, frozenset(needed.extras)))
    return {key: version for key, version in found.items() if key != canonicalize_name(name)}


def main() -> None:
    versions = closure("clermontech-planet", frozenset({"all", "dev"}))
    print(HEAD + "\n".join(f"{name}=={version}" for name, version in sorted(versions.items())))


if __name__ == "__main__":
    main()
