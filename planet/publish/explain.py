"""Explain why a file of the site would be written again, or not: compare its inputs with those of the published file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from planet.publish.manifest import read_manifest
from planet.publish.site import is_as_published


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """`state`: `new` was never published, `touched` differs on disk from what was published, `changed` has other inputs now, `volatile`
    shows times of runs and is made by every publication, `same` is left alone. `changed` names the inputs that differ.
    """

    state: Literal["new", "touched", "changed", "volatile", "same"]
    inputs: tuple[str, ...]
    changed: tuple[str, ...]


def file_state(output: Path, path: str, digest: str, *, volatile: bool = False) -> FileState:
    """The published file `path` (relative to output/) beside the digest of its inputs now (see `planet.text.named_digests`)."""
    now = _inputs(digest)
    record = read_manifest(output).files.get(path)
    if record is None:
        return FileState(state="new", inputs=tuple(now), changed=tuple(now))
    before = _inputs(record.digest)
    changed = tuple(name for name in {**now, **before} if now.get(name) != before.get(name))
    if volatile:
        return FileState(state="volatile", inputs=tuple(now), changed=())
    if not is_as_published(output, path):
        return FileState(state="touched", inputs=tuple(now), changed=changed)
    return FileState(state="changed" if changed else "same", inputs=tuple(now), changed=changed)


def _inputs(digest: str) -> dict[str, str]:
    """Name -> digest; a file with one input calls it `content`."""
    return dict(part.rpartition(":")[::2] if ":" in part else ("content", part) for part in digest.split())
