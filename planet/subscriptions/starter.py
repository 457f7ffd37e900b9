"""Write the first files of a planet for another community."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from planet.config import SCHEMA
from planet.errors import UsageError
from planet.model import Message
from planet.subscriptions.editing import scalar
from planet.text import slug
from planet.urls import host

TEMPLATES = Path(__file__).with_name("templates")
LANGUAGES = ("de", "en", "es", "fr")
"""Those in which the comments of the files are written."""
IGNORED = """\
# What the planet knows, and the site that it makes.
planet.db*
output/*
!output/.gitkeep
public/
"""


def starter(title: str, url: str, language: str, theme: str = "base") -> str:
    """The text of a first feeds.yaml. `language`: a BCP 47 tag; its comments are in it where it ships, else English."""
    values = {"title": scalar(title), "url": scalar(url), "language": scalar(language), "theme": scalar(theme)}
    return _filled(f"feeds.{_comments(language)}.yaml", values)


def new(
    folder: Path, *, title: str, url: str, language: str, program: Sequence[str]
) -> tuple[Sequence[Path], Sequence[Path]]:
    """Write the files of a new planet; (those written, those that were there and stay as they were).

    `program` is how the planet is called on this machine, with an absolute path. Raises UsageError where there is a
    feeds.yaml already, or the folder cannot be written.
    """
    if (folder / "feeds.yaml").exists():
        raise UsageError(
            Message.of("{path} is there already: there is a planet in this folder", path=folder / "feeds.yaml")
        )
    new_paths: list[Path] = []
    kept: list[Path] = []
    for name, text in _files(folder.absolute(), title, url, language, program).items():
        (new_paths if _write(folder / name, text) else kept).append(folder / name)
    return new_paths, kept


def _files(folder: Path, title: str, url: str, language: str, program: Sequence[str]) -> dict[str, str]:
    """Name -> text of each file of a new planet."""
    theme = slug(title)
    command = [*program, "run", "--config", str(folder / "feeds.yaml")]
    values = {
        "title": title,
        "url": url,
        "folder": str(folder),
        "output": str(folder / "output"),
        "host": host(url),
        # cron takes % for the end of the line, systemd for a specifier
        "cron": shlex.join(command).replace("%", r"\%"),
        "exec": shlex.join(command).replace("%", "%%"),
    }
    return {
        "feeds.yaml": starter(title, url, language, theme),
        "feeds.schema.json": SCHEMA.read_text("utf-8"),
        f"themes/{theme}/theme.toml": _filled("theme.toml", values),
        "README.md": _filled(f"README.{_comments(language)}.md", values),
        ".gitignore": IGNORED,
        "output/.gitkeep": "",
        **{
            f"deploy/{path.name}": _filled(f"deploy/{path.name}", values)
            for path in sorted((TEMPLATES / "deploy").iterdir())
        },
    }


def _write(path: Path, text: str) -> bool:
    """Write a new file; False where there is one. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        if not path.is_file():
            raise UsageError(
                Message.of(
                    "{folder} cannot hold {name}: something else is called so", folder=path.parent, name=path.name
                )
            ) from None
        return False
    except OSError as error:
        raise UsageError(Message.of("{path} cannot be written: {reason}", path=path, reason=error.strerror)) from error
    return True


def _comments(language: str) -> str:
    first = language.lower().split("-")[0]
    return first if first in LANGUAGES else "en"


def _filled(name: str, values: dict[str, str]) -> str:
    text = (TEMPLATES / name).read_text("utf-8")
    return re.sub(r"@(title|url|language|theme|folder|output|host|cron|exec)@", lambda match: values[match[1]], text)
