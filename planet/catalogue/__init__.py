"""What is known of technologies, one file each: names, addresses, tags, words, homes, languages of code. `load(slug)` gives one.

A name that is an everyday word of French or English (Go, Rust, Spring) stands under `everyday`: it counts in exactly that spelling, and
only in company (docs/technologies.md). `=Spring`: not even `with Spring` is company, for the word is one that follows `with`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One technology: `names` by language, `hue` from 0 to 359, `homes` are hosts with or without a path.

    `words` fold case and accents, as `phrases` do; `company` alone means nothing, but beside an everyday word it does; `match` and `other` are sentences that are, and are not, about it.
    """

    slug: str
    names: dict[str, str]
    hue: int
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """As it is called in a language; in English where nothing else is known."""
        return self.names.get(language.partition("-")[0], self.names["en"])


@cache
def slugs() -> tuple[str, ...]:
    """Every technology that is known, in the order of the alphabet."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def load(name: str) -> CatalogueEntry | None:
    """What is known of a technology, by its slug or one of its aliases; None where it is not in the catalogue."""
    if name in slugs():
        return _read(name)
    slug = _by_alias().get(name)
    return _read(slug) if slug else None


def everyday() -> frozenset[str]:
    """The names of technologies that are everyday words, in lower case."""
    return frozenset(word.lstrip("=").lower() for slug in slugs() for word in _read(slug).everyday)


def names() -> tuple[str, ...]:
    """All slugs and aliases: what feeds.yaml may name."""
    return (*slugs(), *_by_alias())


@cache
def _by_alias() -> dict[str, str]:
    return {alias: slug for slug in slugs() for alias in _read(slug).aliases}


@cache
def _read(slug: str) -> CatalogueEntry:
    data: dict[str, Any] = yaml.load((FOLDER / f"{slug}.yaml").read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one
    name = data.pop("name")
    examples = data.pop("examples")
    names_of = {"fr": name, "en": name} if isinstance(name, str) else name
    return CatalogueEntry(
        slug=slug,
        names=names_of,
        hue=data.pop("hue"),
        match=tuple(examples["match"]),
        other=tuple(examples["other"]),
        **{key: tuple(values) for key, values in data.items()},
    )
