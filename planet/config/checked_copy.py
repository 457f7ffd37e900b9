"""A checked copy of feeds.yaml beside the database, so that a run whose file is known loads it without checking it again.

The copy is JSON, decoded into the classes of `planet.model.config`: reading one can make nothing else. It is valid for the
same bytes of feeds.yaml at the same place, read by the same program, while the files that were looked for are there (or are
missing) as they were. Any other copy - of another file, broken, of another owner, or one that others may write - is
ignored. Variables (`${NAME}`) are stored unexpanded: their values are in no file. A feeds.yaml that holds a secret in
clear has no copy.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from planet import __version__
from planet.config.disk import exists
from planet.model import Config
from planet.urls import carries_secret, has_credentials

_DATABASE = re.compile(rb"""(?m)^[\s{,"']*database["']?[ \t]*:[ \t]*["']?([^"'#,}\r\n]+)""")
_PACKAGE = Path(__file__).parent.parent
_FILES = (
    *sorted(Path(__file__).parent.glob("*.py")),
    _PACKAGE / "model" / "config.py",
    *sorted(path for path in (_PACKAGE / "catalogue").iterdir() if path.is_file()),
)


class _Copy(msgspec.Struct, frozen=True):
    """`key` is of the file and the program; `files` are those that were looked for, and whether they were there."""

    key: str
    files: dict[str, bool]
    config: Config


def path_of(database: Path) -> Path:
    """Where the copy of the planet with this database lies."""
    return Path(f"{database}.config")


def load(content: bytes, path: Path) -> Config | None:
    """The configuration that was made of these bytes at this (absolute) path; None where no valid copy is known."""
    data = _read(path_of(database_of(content, path.parent)))
    if data is None or not data.startswith(_start(_key(content, path))):
        return None
    try:
        copy = msgspec.json.decode(data, type=_Copy, dec_hook=_decoded)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if any(exists(Path(file)) != there for file, there in copy.files.items()):
        return None
    return copy.config


def save(config: Config, content: bytes, files: Mapping[str, bool]) -> None:
    """Write the copy. Where that is not possible, or feeds.yaml holds a secret in clear, there is none: it is checked at each run."""
    if _holds_secret(config):
        with contextlib.suppress(OSError):
            path_of(config.site.database).unlink(missing_ok=True)
        return
    copy = _Copy(key=_key(content, config.path), files=dict(files), config=config)
    path = path_of(config.site.database)
    aside = path.with_name(f"{path.name}.new")
    with contextlib.suppress(OSError):
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(copy, enc_hook=_encoded))
        aside.replace(path)


def _holds_secret(config: Config) -> bool:
    """Whether a password, token or private address stands in feeds.yaml itself, and not as `${NAME}`."""
    urls = [config.site.hub, *(url for source in config.sources for url in (source.url, source.avatar))]
    urls += [reading_list.url for reading_list in config.lists]
    urls += [feed.url for source in config.sources for feed in source.feeds if not feed.local]
    in_clear = any(has_credentials(url) or carries_secret(url) for url in urls if "${" not in url)
    return in_clear or any("${" not in rule.url for rule in config.notify)


def database_of(content: bytes, folder: Path) -> Path:
    """Where the database may lie, by a look at the text: if that is wrong, no copy is found and nothing else happens."""
    match = _DATABASE.search(content)
    name = match[1].decode("utf-8", "replace").strip() if match else "planet.db"
    return Path(os.path.normpath(folder / name))


def _read(path: Path) -> bytes | None:
    """The bytes of a regular file that belongs to the user and that no other user may write."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            mine = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
            return file.read() if mine else None
    except (OSError, ValueError):
        return None


def _key(content: bytes, path: Path) -> str:
    """The digest of the file, its place, and the program: its version, and the state of the files that read feeds.yaml."""
    digest = hashlib.sha256(content)
    digest.update(f"\0{path}\0{__version__}".encode("utf-8", "surrogateescape"))
    for file in _FILES:
        status = file.stat()
        digest.update(f"\0{file.name}\0{status.st_size}\0{status.st_mtime_ns}".encode())
    return digest.hexdigest()


def _start(key: str) -> bytes:
    """The first bytes of a copy with this key; a copy with other first bytes is not decoded."""
    return b'{"key":"' + key.encode() + b'"'


def _encoded(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError  # as msgspec asks of a hook for a type that it does not know


def _decoded(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError  # as above
