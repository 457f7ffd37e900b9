"""The files that a configuration depends on beside its own text."""

from __future__ import annotations

from pathlib import Path


class Disk:
    """Says whether files exist, and remembers each answer: a checked copy is good for as long as they stay the same."""

    def __init__(self) -> None:
        self.answers: dict[str, bool] = {}

    def exists(self, path: Path) -> bool:
        """Whether there is a file or folder; False for a name that no file can have."""
        answer = exists(path)
        self.answers[str(path)] = answer
        return answer


def exists(path: Path) -> bool:
    """Whether there is a file or folder; False for a name that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
