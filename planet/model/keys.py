"""How the classes of `planet.model.config` describe the keys of feeds.yaml: annotations that `planet.config.schema` reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeAlias


@dataclass(frozen=True, slots=True)
class Check:
    """The name of the rule (in `planet.config.schema.CHECKS`) that reads a value."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of feeds.yaml: its description in the reference, and the limits of its value beside its type.

    `name` where the key is not called like the field; `choices` where the file may name fewer values than the field can
    hold; `may_be_empty` is false where a key without a value is a mistake and not the default.
    """

    about: str
    examples: tuple[object, ...] = ()
    name: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    may_be_empty: bool = True


def key(
    about: str, /, *examples: object, name: str = "", choices: tuple[str, ...] = (), may_be_empty: bool = True
) -> Key:
    """A key whose value its type alone limits."""
    return Key(about=about, examples=examples, name=name, choices=choices, may_be_empty=may_be_empty)


def number(about: str, /, *, minimum: int = 0, maximum: int | None = None) -> Key:
    """A key whose value is a whole number."""
    return Key(about=about, minimum=minimum, maximum=maximum)


Text: TypeAlias = Annotated[str, Check("text")]
Line: TypeAlias = Annotated[str, Check("line")]
Texts: TypeAlias = tuple[Text, ...]
Url: TypeAlias = Annotated[str, Check("http_url")]
Zone: TypeAlias = Annotated[str, Check("zone")]
Duration: TypeAlias = Annotated[timedelta, Check("duration")]
FilePath: TypeAlias = Annotated[Path, Check("path")]
Technologies: TypeAlias = tuple[Annotated[str, Check("technology")], ...]
