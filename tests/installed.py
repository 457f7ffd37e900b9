"""Is the wheel alone enough? `python -m tests.installed` builds it, installs it into a fresh environment, and uses it in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
NEEDED = (
    "planet/themes/base/theme.toml",
    "planet/themes/base/layout.html",
    "planet/themes/clermontech/theme.toml",
    "planet/sample/community/feeds.yaml",
    "planet/sample/community/sarah/feed",
    "planet/sample/community/avatars/camille.png",
    "planet/sample/community/jeanne/train.svg",
    *(f"planet/locale/{language}/LC_MESSAGES/planet.mo" for language in ("de", "es", "fr")),
    "planet/config/feeds.schema.json",
    "planet/py.typed",
)


def call(*command: str, folder: Path) -> str:
    """A program, and what it says; it must succeed."""
    done = subprocess.run(command, cwd=folder, env=_bare(), capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _bare() -> dict[str, str]:
    """Without what would let Python find the checkout."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def build(folder: Path) -> Path:
    """The wheel, with all that it has to carry."""
    call(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(ROOT),
        folder=folder,
    )
    (wheel,) = folder.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    if missing := [name for name in NEEDED if name not in names]:
        sys.exit(f"{wheel.name} lacks {', '.join(missing)}")
    if foreign := [name for name in names if not name.startswith(("planet/", "clermontech_planet-"))]:
        sys.exit(f"{wheel.name} also brings {', '.join(foreign)}")
    return wheel


def main() -> None:
    """Build, install, `planet demo`, `planet new`, `planet run`, `planet serve`."""
    with tempfile.TemporaryDirectory() as made:
        base = Path(made)
        wheel = build(base)
        call(sys.executable, "-m", "venv", str(base / "venv"), folder=base)
        call(str(base / "venv/bin/python"), "-m", "pip", "install", "--quiet", str(wheel), folder=base)
        planet, empty = str(base / "venv/bin/planet"), base / "empty"
        empty.mkdir()
        call(planet, "demo", folder=empty)
        call(planet, "new", "mine", "--title", "Essai", "--language", "en", folder=empty)
        call(planet, "run", folder=empty / "mine")
        for site in (empty, empty / "mine"):
            look(planet, site)
    print("the wheel alone is enough")


def look(planet: str, folder: Path) -> None:
    """`planet serve`, and one look at the home page."""
    served = subprocess.Popen(
        [planet, "serve", "--port", "0", "--output", "output"],
        cwd=folder, env={**_bare(), "LC_ALL": "C.UTF-8"}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert served.stdout is not None
        (address,) = [word for word in served.stdout.readline().split() if word.startswith("http://")]
        with urllib.request.urlopen(address, timeout=300) as answer:
            assert b"h-feed" in answer.read()
    finally:
        served.terminate()  # in the background of a shell Ctrl-C is ignored
        served.communicate(timeout=300)


if __name__ == "__main__":
    main()
