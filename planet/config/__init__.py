"""feeds.yaml -> Config: every fault at once, each with its line and with what would be right."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from planet import themes
from planet.config import checked_copy
from planet.config.variables import expanded
from planet.errors import ConfigError
from planet.formats import RESERVED
from planet.i18n import own_catalogue
from planet.model import Config, Fault, Message

__all__ = ["RESERVED", "SCHEMA", "json_schema", "load", "older", "parse"]

SCHEMA = Path(__file__).with_name("feeds.schema.json")


def load(path: Path, *, keep: bool = False, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration in a file. Raises ConfigError; its lines begin with the path as given.

    A file that was checked before is not checked again: its checked copy beside the database is read instead. `keep`
    writes that copy where it is missing. `environ` holds the values of `${NAME}` in addresses of feeds.
    """
    content = _read(path)
    where = absolute(path)
    copied = checked_copy.load(content, where)
    if copied is not None:
        return _with_catalogue(expanded(copied, path, environ or {}))
    from planet.config.check import check  # pydantic is only for files that are not known yet

    config, disk = check(_text(content, path), path)
    if keep:
        checked_copy.save(config, content, disk.answers)
    return _with_catalogue(expanded(config, path, environ or {}))


def older(file: Path, path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration in an older version of the file at `path`, wherever that version lies: its paths are those of `path`.

    Raises ConfigError.
    """
    return expanded(parse(_text(_read(file), file), path), path, environ)


def _with_catalogue(config: Config) -> Config:
    """The configuration with the planet's own catalogue of sentences, read anew: beside feeds.yaml, else in its theme."""
    path = own_catalogue(config.site.language, config.folder)
    theme = themes.find(config.site.theme, config.folder) if path is None else None
    if theme is not None:
        path = own_catalogue(config.site.language, theme)
    if path is None:
        return config
    try:
        rev = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return config
    return replace(config, site=replace(config.site, catalogue=str(path), catalogue_rev=rev))


def parse(text: str, path: Path) -> Config:
    """The configuration in a text that stands (or would stand) at `path`. Raises ConfigError."""
    from planet.config.check import check  # see above

    return check(text, path)[0]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of feeds.yaml, for editors."""
    from planet.config.editor_schema import json_schema as of_sections  # see above

    return of_sections()


def absolute(path: Path) -> Path:
    """The path with `..` resolved and symbolic links kept."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        fault = Message.of("there is no such file: give one with --config, or begin one with: planet new DIR")
    except IsADirectoryError:
        fault = Message.of("is a folder: give the file in it (--config {path})", path=path / "feeds.yaml")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        fault = Message.of("cannot be read: {reason}", reason=reason)
    raise ConfigError(str(path), (Fault(0, fault),))


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(
            content.count(b"\n", 0, error.start) + 1,
            Message.of("is not UTF-8: save the file with the encoding UTF-8"),
        )
        raise ConfigError(str(path), (fault,)) from None
