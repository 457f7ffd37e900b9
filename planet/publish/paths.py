"""Check the paths of artifacts: below output/, distinct on every file system, never through a symbolic link."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from planet.errors import PublishError
from planet.model import Message
from planet.publish.manifest import FOLDER
from planet.text import RESERVED

MAX_NAME = 255
_USUAL = re.compile(r"(?:[a-z0-9][a-z0-9_-]*/)*[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9]+)*")
"""The form of nearly every path, accepted at once; other paths are checked name by name."""
_DEVICE = re.compile(rf"(?:^|/)(?:{'|'.join(sorted(RESERVED))})(?:[./]|$)")


def check(path: str) -> None:
    """Raises PublishError unless the path is relative, made of plain names, and outside the planet's own folder."""
    if _USUAL.fullmatch(path) and len(path) <= MAX_NAME and not _DEVICE.search(path):
        return
    parts = path.split("/")
    plain = all(
        part
        and part not in {".", ".."}
        and not any(ord(character) < 32 or character in '\\:*?"<>|\x7f' for character in part)
        and not part.endswith((" ", "."))
        and len(part.encode("utf-8", "surrogatepass")) <= MAX_NAME
        and part.partition(".")[0].casefold() not in RESERVED
        for part in parts
    )
    if not plain or parts[0].casefold() == FOLDER or any("\ud800" <= character <= "\udfff" for character in path):
        raise PublishError(
            Message.of("{path} cannot be the name of a published file: please report it", path=repr(path[:200]))
        )


def parents(path: str) -> Iterator[str]:
    """The folders of a file, the outermost first: "a/b/c.html" -> "a", "a/b"."""
    parts = path.split("/")
    for end in range(1, len(parts)):
        yield "/".join(parts[:end])


class Claims:
    """The paths of one site, each claimed once: two that one file system could take for the same are refused."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def claim(self, path: str) -> None:
        """Raises PublishError when the path is not plain, or clashes with one claimed before."""
        check(path)
        for folder in parents(path):
            key = _key(folder)
            if self._folders.setdefault(key, folder) != folder or key in self._files:
                raise self._clash(path, self._files.get(key) or self._folders[key])
        key = _key(path)
        if key in self._folders or key in self._files:
            raise self._clash(path, self._folders.get(key) or self._files[key])
        self._files[key] = path

    @staticmethod
    def _clash(path: str, other: str) -> PublishError:
        return PublishError(f"{path} and {other} would be one file on some systems: please report it")


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


class Place:
    """The folders below output/ as they are on disk, each looked at once."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self._known: set[str] = set()
        self._missing: set[str] = set()

    def file_in_the_way(self, path: str) -> str:
        """The first parent of `path` that is a file, "" when there is none. Raises PublishError for a symbolic link."""
        if path.rpartition("/")[0] in self._known:
            return ""
        for folder in parents(path):
            if folder in self._known:
                continue
            if folder in self._missing:
                return ""
            try:
                mode = os.lstat(f"{self.output}/{folder}").st_mode  # in a third of the time that Path takes
            except FileNotFoundError:
                self._missing.add(folder)
                return ""
            if stat.S_ISLNK(mode):
                raise PublishError(
                    Message.of(
                        "{path} is a symbolic link: the planet writes into no other place than its output; "
                        "remove the link, or make it a folder",
                        path=self.output / folder,
                    )
                )
            if not stat.S_ISDIR(mode):
                return folder
            self._known.add(folder)
        return ""
