"""Settings -> texts that are equal exactly when the settings mean the same."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime, timedelta
from pathlib import Path

from planet.model import Config
from planet.text import digest


def fingerprint(
    value: object, leave_out: frozenset[str] = frozenset({"line", "path", "folder", "output", "database"})
) -> str:
    """A text that is equal for equal settings: what only says where something stands, or where files go, is left out."""
    match value:
        case re.Pattern():
            return f"re({value.pattern!r},{value.flags})"
        case Path() | timedelta() | datetime():
            return str(value)
        case tuple() | list():
            return "[" + ",".join(fingerprint(item, leave_out) for item in value) + "]"
        case _ if dataclasses.is_dataclass(value):
            fields = (
                f"{field.name}={fingerprint(getattr(value, field.name), leave_out)}"
                for field in dataclasses.fields(value)
                if field.name not in leave_out
            )
            return "{" + ",".join(fields) + "}"
        case _:
            return repr(value)


def rules_rev(config: Config, version: str) -> str:
    """Changes when stored entries must be placed or ranked again."""
    return digest(
        version,
        *(fingerprint(part) for part in (config.technologies, config.sources, config.hide)),
    )
