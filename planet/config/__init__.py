"""feeds.yaml -> Config: every fault at once, each with its line and with what would be right."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from planet.config import build, crossed, faults, schema
from planet.config.document import Document, UnreadableError
from planet.config.schema import json_schema
from planet.config.values import RESERVED
from planet.errors import ConfigError, Fault
from planet.model import Config

__all__ = ["RESERVED", "SCHEMA", "json_schema", "load", "parse"]

SCHEMA = Path(__file__).with_name("feeds.schema.json")


def load(path: Path) -> Config:
    """The configuration in a file. Raises ConfigError; its lines begin with the path as given."""
    return parse(_read(path), path)


def parse(text: str, path: Path) -> Config:
    """The configuration in a text that stands (or would stand) at `path`. Raises ConfigError."""
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - `..` must go, symbolic links must stay
    try:
        document = Document(text)
    except UnreadableError as error:
        raise ConfigError(str(path), (error.fault,)) from error
    data = document.value
    if data is None:
        raise ConfigError(
            str(path), (Fault(1, "is empty: begin with `planet:`, its `title:` and its `url:` (or: planet new DIR)"),)
        )
    if not isinstance(data, dict):
        raise ConfigError(
            str(path), (Fault(document.line(), "must hold keys at its top, such as `planet:`, not a list or a text"),)
        )
    found = [*document.faults, *crossed.crossed(data, folder, document)]
    technologies = data.get("technologies")
    context = schema.Surroundings(
        folder=folder, technologies=tuple(technologies) if isinstance(technologies, dict) else ()
    )
    try:
        root = schema.Root.model_validate(data, context=context)
    except ValidationError as error:
        found += faults.faults(error, document)
    if found:
        raise ConfigError(str(path), tuple(sorted(set(found), key=lambda fault: (fault.line, fault.text))))
    return build.build(root, path, folder, document)


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            str(path), (Fault(0, "there is no such file: give one with --config, or begin one with: planet new DIR"),)
        ) from None
    except IsADirectoryError:
        raise ConfigError(
            str(path), (Fault(0, f"is a folder: give the file in it (--config {path / 'feeds.yaml'})"),)
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(str(path), (Fault(0, f"cannot be read: {reason}"),)) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(str(path), (Fault(line, "is not UTF-8: save the file with the encoding UTF-8"),)) from None
