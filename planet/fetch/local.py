"""A feed that is a file beside feeds.yaml: the same limit and the same values as one that is asked over HTTP."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from planet.model import FetchError, Message


def read_file(folder: Path, name: str, limit: int) -> bytes | FetchError:
    """The bytes of an ordinary file, at most `limit` of them: a device or a pipe could hang, or never end.

    Messages name its path from `folder` on: the health page is public.
    """
    path = folder / name
    name = str(path.relative_to(folder) if path.is_relative_to(folder) else path)
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            return _folder(path, name, limit)
        if not stat.S_ISREG(path.stat().st_mode):
            return FetchError("unsupported", Message.of("{path} is not a file", path=name))
        with path.open("rb") as opened:
            body = opened.read(limit + 1)
    except FileNotFoundError:
        return FetchError("not-found", Message.of("there is no file {path}", path=name))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "unreadable"
        return FetchError("forbidden", Message.of("{path} cannot be read: {reason}", path=name, reason=reason))
    if len(body) > limit:
        return FetchError(
            "too-large", Message.of("{path} is larger than {limit} MB", path=name, limit=f"{limit / 1e6:g}")
        )
    return body


SUFFIXES = frozenset({".md", ".markdown", ".mdown"})
MOST_FILES = 20_000
MOST_OF_A_FILE = 2_000_000


def read_folder(folder: Path) -> tuple[list[tuple[str, str]], list[Message]]:
    """The Markdown files below a folder as (path from it, text), by path, and what could not be read. Hidden ones are passed over."""
    paths = (
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    files: list[tuple[str, str]] = []
    unread: list[Message] = []
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix())[:MOST_FILES]:
        name = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as opened:
                files.append((name, opened.read(MOST_OF_A_FILE).decode("utf-8-sig", "replace")))
        except OSError as error:
            unread.append(
                Message.of("{file}: cannot be read ({error})", file=name, error=error.strerror or "unreadable")
            )
    return files, unread


def _folder(path: Path, name: str, limit: int) -> bytes | FetchError:
    """A folder of posts as JSON, a list of [path, text] (see `planet.parse.event_posts`)."""
    files, _unread = read_folder(path)
    body = json.dumps(files, ensure_ascii=False).encode("utf-8", "replace")
    if len(body) > limit:
        return FetchError(
            "too-large", Message.of("{path} is larger than {limit} MB", path=name, limit=f"{limit / 1e6:g}")
        )
    return body
