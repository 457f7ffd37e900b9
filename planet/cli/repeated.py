"""Suppress repeated failures, which cron would mail with each run: a failure is printed once a day. Exit codes stay."""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from planet.config import absolute
from planet.config.checked_copy import database_of
from planet.errors import ConfigError, PlanetError

if TYPE_CHECKING:
    from planet.cli.context import Context

AGAIN_AFTER = timedelta(hours=23, minutes=45)
"""A day, with room for a cron that starts a little early."""


def was_said_today(ctx: Context, error: PlanetError, now: datetime) -> bool:
    """Whether this failure was printed within a day, so that it need not be printed again; if not, it is remembered as said.

    What can not be remembered (no permission, a planet without a database yet) is printed each time.
    """
    path = _path(ctx)
    if not path.with_suffix("").exists():
        return False
    digest = hashlib.sha256(_content(error).encode("utf-8", "backslashreplace")).hexdigest()
    reported: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError):
        stored = json.loads(path.read_bytes())
        reported = stored if isinstance(stored, dict) else {}
    with contextlib.suppress(ValueError, TypeError):
        if timedelta() <= now - datetime.fromisoformat(reported.get(digest, "")) < AGAIN_AFTER:
            return True
    with contextlib.suppress(OSError):
        path.write_text(json.dumps({digest: now.isoformat()}), "utf-8")
    return False


def _path(ctx: Context) -> Path:
    """Beside the database, wherever feeds.yaml seems to say that it is: the file may be wrong."""
    where = absolute(ctx.config_path)
    content = b""
    with contextlib.suppress(OSError):
        content = where.read_bytes()
    return Path(f"{database_of(content, where.parent)}.said")


def _content(error: PlanetError) -> str:
    """The key of a failure: all faults of feeds.yaml; for other errors the sentence without its parameters."""
    return str(error) if isinstance(error, ConfigError) else f"{type(error).__name__} {error.message.text}"
