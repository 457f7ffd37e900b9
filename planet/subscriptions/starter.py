"""A planet for another community: the files to begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from planet.config import SCHEMA
from planet.errors import UsageError
from planet.subscriptions.editing import scalar

TEMPLATES = Path(__file__).with_name("templates")
LANGUAGES = ("fr", "en")
IGNORED = """\
# What the planet knows, and the site that it makes.
planet.db*
output/*
!output/.gitkeep
"""


def starter(title: str, url: str, language: str) -> str:
    """The text of a first feeds.yaml. `language`: a BCP 47 tag; its comments are French or English."""
    filled = {"title": scalar(title), "url": scalar(url), "language": scalar(language)}
    return _filled(f"feeds.{_written(language)}.yaml", filled)


def new(folder: Path, *, title: str, url: str, language: str) -> tuple[Sequence[Path], Sequence[Path]]:
    """Write the files of a new planet; (those written, those that were there and stay as they were).

    Raises UsageError where there is a feeds.yaml already, or the folder cannot be written.
    """
    if (folder / "feeds.yaml").exists():
        raise UsageError(f"{folder / 'feeds.yaml'} is there already: there is a planet in this folder")
    absolute = str(folder.absolute())
    texts = {
        "feeds.yaml": starter(title, url, language),
        "feeds.schema.json": SCHEMA.read_text("utf-8"),
        "README.md": _filled(f"README.{_written(language)}.md", {"title": title, "url": url, "folder": absolute}),
        ".gitignore": IGNORED,
        "output/.gitkeep": "",
    }
    written: list[Path] = []
    kept: list[Path] = []
    for name, text in texts.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            if not path.is_file():
                raise UsageError(f"{path.parent} cannot hold {path.name}: something else is called so") from None
            kept.append(path)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
        else:
            written.append(path)
    return written, kept


def _written(language: str) -> str:
    first = language.lower().split("-")[0]
    return first if first in LANGUAGES else "en"


def _filled(name: str, values: dict[str, str]) -> str:
    text = (TEMPLATES / name).read_text("utf-8")
    return re.sub(r"@(title|url|language|folder)@", lambda found: values[found[1]], text)
