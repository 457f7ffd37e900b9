"""A feed that is a file beside feeds.yaml: the same limit and the same values as one that is asked over HTTP."""

from __future__ import annotations

import stat
from pathlib import Path

from planet.fetch.failures import Trouble
from planet.model import Message


def read_file(path: Path, limit: int) -> bytes | Trouble:
    """The bytes of an ordinary file, at most `limit` of them: a device or a pipe could hang, or never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return Trouble("unsupported", Message.of("{path} is not a file", path=path))
        with path.open("rb") as opened:
            body = opened.read(limit + 1)
    except FileNotFoundError:
        return Trouble("not-found", Message.of("there is no file {path}", path=path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "unreadable"
        return Trouble("forbidden", Message.of("{path} cannot be read: {reason}", path=path, reason=reason))
    if len(body) > limit:
        return Trouble("too-large", Message.of("{path} is larger than {limit} MB", path=path, limit=f"{limit / 1e6:g}"))
    return body
