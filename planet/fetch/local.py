"""A feed that is a file beside feeds.yaml: the same limit and the same values as one that is asked over HTTP."""

from __future__ import annotations

import stat
from pathlib import Path

from planet.model import FetchError, Message


def read_file(folder: Path, name: str, limit: int) -> bytes | FetchError:
    """The bytes of an ordinary file, at most `limit` of them: a device or a pipe could hang, or never end.

    What is told of it is its path from `folder` on: the health page is read by everyone.
    """
    path = folder / name
    name = str(path.relative_to(folder) if path.is_relative_to(folder) else path)
    try:
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
