"""The state of building a Config: folder and lines of feeds.yaml, and the warnings about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from planet.config.disk import Disk
from planet.config.document import Document, Location
from planet.config.schema import Section
from planet.model import Fault, Message


@dataclass(slots=True)
class Builder:
    """Collects the warnings about a feeds.yaml in `folder` while its Config is built."""

    folder: Path
    document: Document
    disk: Disk
    warnings: list[Fault] = field(default_factory=list)
    users: dict[str, str] = field(default_factory=dict)
    """Key of a feed -> the user name in the first URL of the file with this key."""

    def line(self, *location: str | int) -> int:
        return self.document.line(location)

    def warn(self, line: int, message: Message) -> None:
        self.warnings.append(Fault(line, message))


def warn_of_filters(builder: Builder, location: Location, keys: Section) -> None:
    """Warn of `include` and `exclude` without a rule."""
    for name in ("include", "exclude"):
        if name in keys.model_fields_set and not getattr(keys, name):
            builder.warn(
                builder.line(*location, name), Message.of("`{key}` holds no rule, so it does nothing", key=name)
            )
