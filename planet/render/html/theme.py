"""Themes: a folder of templates, a style, a script and files, that may extend another one.

theme.toml      extends, [variables], [light], [dark]: custom properties of the style
*.html          templates (Jinja2); one of the same name replaces that of the theme it extends
style.css       appended to the style of the theme it extends
script.js       appended likewise
static/         files that go to static/ as they are
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from planet import themes
from planet.errors import ThemeError
from planet.model import Message

_REFERENCE = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
SETTINGS = {"extends", "variables", "light", "dark"}
IGNORED = {"__pycache__", ".git", ".DS_Store", "Thumbs.db"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """`folders` are (name, folder), the theme itself first, then what it extends; `digest` names the bytes of all their files."""

    name: str
    folders: tuple[tuple[str, Path], ...]
    variables: Mapping[str, str]
    light: Mapping[str, str]
    dark: Mapping[str, str]
    digest: str

    def template_rev(self, name: str) -> str:
        """Names the bytes of a template and of all that it extends, includes or imports."""
        hashed = hashlib.sha256()
        todo, known = [name], set()
        while todo:
            current = todo.pop()
            if current in known:
                continue
            known.add(current)
            for path in self._templates(current):
                text = path.read_text("utf-8", "replace")
                hashed.update(f"{current} {len(text)}\n{text}".encode())
                todo += [reference[1] for reference in _REFERENCE.finditer(text)]
        return hashed.hexdigest()[:32]

    def _templates(self, name: str) -> Iterator[Path]:
        """The files that a name means: `story.html` in the theme in force, `base/story.html` in the theme called so."""
        named = dict(self.folders)
        folder, _, rest = name.partition("/")
        places = [place / name for _, place in self.folders] + ([named[folder] / rest] if folder in named else [])
        yield from [place for place in places if place.is_file()][:1]

    def stylesheet(self, hues: Mapping[str, int]) -> bytes:
        """The one style of the site: custom properties, the styles from the most general theme on, the hues of technologies.

        `hues` maps the slug of each technology to degrees of the colour wheel (HSL); `style.css` makes a text and a ground of them.
        """
        return "\n".join(
            (
                f":root{{color-scheme:light dark;{_properties(self.variables)}{_properties(self.light)}}}",
                f"@media (prefers-color-scheme:dark){{:root{{{_properties(self.dark)}}}}}",
                *self._texts("style.css"),
                *(f".t-{slug}{{--hue:{oklch_hue(hue)}}}" for slug, hue in hues.items()),
                "",
            ),
        ).encode()

    def script(self) -> bytes:
        """The one script of the site, b"" where the themes have none."""
        return "\n".join(self._texts("script.js")).encode()

    def assets(self) -> dict[str, Path]:
        """Path below static/ -> file; what a theme has hides what the one it extends has under that name."""
        files: dict[str, Path] = {}
        for _, folder in reversed(self.folders):
            static = folder / "static"
            files |= {str(path.relative_to(static).as_posix()): path for path in _files(static)}
        return dict(sorted(files.items()))

    def _texts(self, name: str) -> Iterator[str]:
        for _, folder in reversed(self.folders):
            path = folder / name
            if path.is_file():
                yield path.read_text("utf-8").strip()


_OKLCH = ((0, 29), (60, 110), (120, 142), (180, 195), (240, 264), (300, 328), (360, 389))
"""The hue of a saturated colour in HSL, and in OKLCH (CSS Color 4, section 9)."""


def oklch_hue(hue: float) -> int:
    """Degrees of HSL, as people name colours, in degrees of OKLCH, whose colours are equally light at every hue."""
    hue %= 360
    (start, low), (end, high) = next(pair for pair in pairwise(_OKLCH) if pair[0][0] <= hue <= pair[1][0])
    return round(low + (hue - start) / (end - start) * (high - low)) % 360


def _properties(values: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not IGNORED.intersection(path.parts))


def _find(name: str, folder: Path, seeker: str) -> Path:
    place = themes.find(name, folder)
    if place is None:
        tried = ", ".join(str(place / themes.SETTINGS_FILE) for place in themes.places(name, folder))
        ships = ", ".join(themes.names(themes.shipped()))
        raise ThemeError(
            Message.of(
                "{place}: there is no theme {name} (looked for {tried}); these ship: {ships}",
                place=seeker,
                name=repr(name),
                tried=tried,
                ships=ships,
            )
        )
    return place


def _table(settings: Mapping[str, object], key: str, path: Path) -> dict[str, str]:
    table = settings.get(key, {})
    if not isinstance(table, dict):
        raise ThemeError(Message.of("{path}: [{key}] must be a table of names and values", path=path, key=key))
    return {str(name): str(value) for name, value in table.items()}


def load_theme(name: str, folder: Path) -> Theme:
    """The theme called `name`: in `folder`/themes/, else among those that ship; with a slash in it, a path from `folder`.

    Raises ThemeError: no such theme, a fault in a theme.toml, themes that extend each other.
    """
    folders: list[tuple[str, Path]] = []
    variables: dict[str, str] = {}
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    wanted, seeker = name, "theme"
    while wanted:
        place = _find(wanted, folder, seeker)
        path = place / themes.SETTINGS_FILE
        if any(place == known for _, known in folders):
            names = ", ".join(known for known, _ in folders)
            raise ThemeError(Message.of("{path}: extends itself, by way of {names}", path=path, names=names))
        try:
            settings = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ThemeError(f"{path}: {error}") from error
        if unknown := sorted(settings.keys() - SETTINGS):
            raise ThemeError(
                Message.of(
                    "{path}: unknown key {key}; known are {known}",
                    path=path,
                    key=repr(unknown[0]),
                    known=", ".join(sorted(SETTINGS)),
                )
            )
        folders.append((place.name, place))
        variables = _table(settings, "variables", path) | variables
        light = _table(settings, "light", path) | light
        dark = _table(settings, "dark", path) | dark
        wanted, seeker = str(settings.get("extends", "")), f"{path}: extends"
    hashed = hashlib.sha256()
    for _, place in folders:
        for file in _files(place):
            content = file.read_bytes()
            hashed.update(f"{place.name}/{file.relative_to(place).as_posix()} {len(content)}\n".encode())
            hashed.update(content)
    return Theme(
        name=folders[0][0],
        folders=tuple(folders),
        variables=variables,
        light=light,
        dark=dark,
        digest=hashed.hexdigest()[:32],
    )
