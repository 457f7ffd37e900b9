"""Fingerprints of settings and of the program: texts that are equal exactly when they mean the same."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from planet.text import digest

if TYPE_CHECKING:
    from planet.model import Config


_PLAIN = (str, int, bool, type(None))
"""Most values of settings, told from the others in one step: a planet of a thousand feeds has sixty thousand."""


def fingerprint(
    value: object, leave_out: frozenset[str] = frozenset({"line", "path", "folder", "output", "database"})
) -> str:
    """A text that is equal for equal settings; fields that only name lines and paths are left out."""
    match value:
        case re.Pattern():
            return f"re({value.pattern!r},{value.flags})"
        case Path() | timedelta() | datetime():
            return str(value)
        case tuple() | list():
            return "[" + ",".join(fingerprint(item, leave_out) for item in value) + "]"
        case _ if dataclasses.is_dataclass(value):
            fields = (
                f"{name}={fingerprint(getattr(value, name), leave_out)}"
                for name in _names(cast("Hashable", type(value)), leave_out)
            )
            return "{" + ",".join(fields) + "}"
        case _:
            return repr(value)


@functools.cache
def _names(kind: type, leave_out: frozenset[str]) -> tuple[str, ...]:
    """The fields of a class that count."""
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in leave_out)


def rules_rev(config: Config, version: str) -> str:
    """A text that changes when stored entries must be classified or their copies ordered again."""
    return digest(
        version,
        *(
            fingerprint(part)
            for part in (
                config.technologies,
                config.sources,
                config.hide,
                config.site.include,
                config.site.exclude,
            )
        ),
    )


def settings_rev(config: Config, titles: Mapping[str, str]) -> str:
    """A text that changes with every setting that pages show. `titles`: feed key -> the title that the feed gives itself."""
    return digest(
        fingerprint(config.site),
        fingerprint(config.technologies),
        *(fingerprint(replace(source, feeds=(), line=0)) for source in config.sources),
        *(
            fingerprint((feed.configured, feed.kind, feed.summary_only))
            for source in config.sources
            for feed in source.feeds
        ),
        *(f"{key}={title}" for key, title in sorted(titles.items())),
    )


PROGRAM = (
    "__init__.py",
    "edition",
    "formats.py",
    "locale",
    "model",
    "render",
    "html_elements.py",
    "i18n.py",
    "text.py",
    "urls",
    "urls.py",
    "when.py",
)
"""The parts of the program that determine the content of the site's files."""
CLASSIFYING = ("classify", "merge", "model", "similarity.py", "text.py", "urls")
"""The parts that determine who shows an entry, its technologies, and the grouping of entries into stories."""


@functools.cache
def program_rev(parts: tuple[str, ...] = PROGRAM) -> str:
    """A digest of the code of these parts, so that a changed program is always noticed."""
    package = Path(__file__).parent.parent
    hashed = hashlib.sha256()
    for name in parts:
        place = package / name
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            compiled = (
                path.suffix == ".mo" and path.with_suffix(".po").exists()
            )  # by a run, and so no part of the program
            if path.suffix in {".py", ".po", ".mo", ".css", ".html"} and path.is_file() and not compiled:
                hashed.update(f"{path.relative_to(package).as_posix()}\n".encode())
                hashed.update(path.read_bytes())
    return hashed.hexdigest()[:32]
