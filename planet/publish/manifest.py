"""The manifest of published files (`output/.planet/manifest.json`), and the list of an interrupted publication.

It has no time and no secret in it: the same site has the same manifest, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = ".planet"
MANIFEST = "manifest.json"
PENDING = "pending.json"
STAGE = "stage"
FORMAT = 1

_ENCODER = json.JSONEncoder(ensure_ascii=False)
"""Made once: `json.dumps` makes one for each of its calls that has options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One published file: the digest of its inputs, the hash and size of its bytes. A volatile file has none of them."""

    digest: str = ""
    sha256: str = ""
    size: int = -1
    bundle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCount:
    """How many stories of one source are published, and under which rules: `rules` changes when feeds.yaml explains a loss."""

    stories: int
    rules: str
    withdrawn: int = 0
    """Its entries that their feed withdrew, until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`owner`: the names of the planet that wrote the site; `stories`: source slug -> count; `bundles`: folder -> digest.

    `mtime_ns` is when the manifest itself was written (0: there is none): what was touched later may have been changed by a person.
    """

    owner: tuple[str, ...] = ()
    stories: Mapping[str, StoryCount] = field(default_factory=dict)
    bundles: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Record] = field(default_factory=dict)
    mtime_ns: int = 0

    def to_bytes(self) -> bytes:
        """One file a line, sorted, so that two manifests compare well."""
        head = {
            "format": FORMAT,
            "planet": list(self.owner),
            "stories": {
                slug: [story.stories, story.rules, *([story.withdrawn] if story.withdrawn else [])]
                for slug, story in sorted(self.stories.items())
            },
            "bundles": dict(sorted(self.bundles.items())),
        }
        files = ",\n".join(
            f"{_ENCODER.encode(path)}: {_ENCODER.encode([record.digest, record.sha256, record.size, record.bundle])}"
            for path, record in sorted(self.files.items())
        )
        return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "files": {{\n{files}\n}}}}\n'.encode()


def read_manifest(output: Path) -> Manifest:
    """The manifest of output/; an empty one where there is none that can be read."""
    path = output / FOLDER / MANIFEST
    try:
        fields = json.loads(path.read_bytes())
        if fields["format"] != FORMAT:
            return Manifest()
        return Manifest(
            owner=tuple(str(name) for name in fields["planet"]),
            stories={
                slug: StoryCount(stories=int(count), rules=str(rules), withdrawn=int(*withdrawn))
                for slug, (count, rules, *withdrawn) in fields["stories"].items()
            },
            bundles={str(folder): str(digest) for folder, digest in fields["bundles"].items()},
            files={
                name: Record(digest=str(digest), sha256=str(sha256), size=int(size), bundle=str(bundle))
                for name, (digest, sha256, size, bundle) in fields["files"].items()
            },
            mtime_ns=path.lstat().st_mtime_ns,
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Manifest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The paths that an interrupted run was writing: they belong to the planet, whatever their content is now."""

    owner: tuple[str, ...] = ()
    paths: frozenset[str] = frozenset()

    def to_bytes(self) -> bytes:
        fields = {"format": FORMAT, "planet": list(self.owner), "paths": sorted(self.paths)}
        return (json.dumps(fields, ensure_ascii=False, indent=0) + "\n").encode()


def read_pending(output: Path) -> Pending:
    """The list of the run that was interrupted, empty when none was."""
    try:
        fields = json.loads((output / FOLDER / PENDING).read_bytes())
        return Pending(owner=tuple(map(str, fields["planet"])), paths=frozenset(map(str, fields["paths"])))
    except (OSError, ValueError, TypeError, KeyError):
        return Pending()
