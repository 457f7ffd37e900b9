"""Find themes: beside feeds.yaml, or among those that ship."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
SETTINGS_FILE = "theme.toml"


def shipped() -> Path:
    """The folder of the themes that ship: beside the package in a checkout, within it once installed."""
    within = _PACKAGE / "themes"
    return within if within.is_dir() else _PACKAGE.parent / "themes"


def is_path(name: str) -> bool:
    """Whether a theme is named by its folder, from feeds.yaml on, and not by its name."""
    return "/" in name or "\\" in name or name in {".", ".."}


def places(name: str, folder: Path) -> tuple[Path, ...]:
    """Where the theme called `name` may lie, for a feeds.yaml in `folder`: the first with a theme.toml counts."""
    return (Path(folder, name),) if is_path(name) else (folder / "themes" / name, shipped() / name)


def find(name: str, folder: Path) -> Path | None:
    """The folder of a theme, None where there is none of that name."""
    return next((place for place in places(name, folder) if _holds_theme(place)), None)


def _holds_theme(place: Path) -> bool:
    try:
        return (place / SETTINGS_FILE).is_file()
    except (OSError, ValueError):  # a name too long for a file, or with what no name may hold
        return False


def names(*folders: Path) -> list[str]:
    """The themes in folders, sorted."""
    return sorted({path.parent.name for folder in folders for path in folder.glob(f"*/{SETTINGS_FILE}")})
