"""The sample community, end to end, and what is kept of it in tests/golden/ to be compared: `python -m tests.golden` writes it again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock
from lxml import html

from planet import __version__
from planet.sample import COMMUNITY, TODAY, configuration
from planet.sample.server import community_server

GOLDEN = Path(__file__).parent / "data" / "golden"
PORT = 18873
"""Below the ports that systems lend to clients: nothing else is there. Ids of events hold the address of their calendar."""
FILES = (
    "health.json",
    "opml.xml",
    "php/atom.xml",
    "python/rss.xml",
    "js/feed.json",
    "ruby/calendar.ics",
    "ruby/index.html",
    "archive/2026/09/atom.xml",
)
NOW = TODAY.isoformat()


def planet(folder: Path, *arguments: str, seed: str = "0") -> str:
    """Call the command line as a program of its own; gives what it printed. Fails where it does."""
    done = subprocess.run(
        [sys.executable, "-m", "planet", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, f"planet {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def settle_down(folder: Path, server: str, *, workers: int = 16) -> None:
    """The sample's feeds.yaml, and what it needs beside it, in a folder of its own."""
    shutil.copytree(COMMUNITY / "avatars", folder / "avatars", dirs_exist_ok=True)
    text = configuration(server).replace("per_host: 8", f"per_host: 8\n  workers: {workers}")
    (folder / "feeds.yaml").write_text(text, "utf-8")


def stored(path: str) -> Path:
    """Where the golden copy of a file is. Pages are kept as text: they are evidence, no source."""
    return GOLDEN / (f"{path}.txt" if path.endswith(".html") else path)


def run_sample(folder: Path, *, seed: str = "0", workers: int = 16) -> str:
    """One run of cron on the sample, from an empty folder; gives what it said."""
    # Another suite on this machine waits for the port.
    with FileLock(Path(tempfile.gettempdir()) / f"planet-sample-{PORT}.lock"), community_server(PORT) as server:
        assert server.endswith(f":{PORT}"), f"port {PORT} is taken: which program listens there?"
        settle_down(folder, server, workers=workers)
        return planet(folder, "run", "--now", NOW, seed=seed)


def harvest(folder: Path) -> dict[str, str]:
    """What is compared: some files as they are, what the commands tell, and an outline of the rest."""
    output = folder / "output"
    kept = {path: (output / path).read_bytes().decode() for path in FILES}
    kept["entries.jsonl"] = planet(folder, "entries", "--json")
    kept["events.jsonl"] = planet(folder, "events", "--json", "--limit", "15")
    kept["index.txt"] = _outline(output / "index.html")
    kept["tree.txt"] = "".join(f"{path}\n" for path in _tree(output))
    return {path: _timeless(text) for path, text in kept.items()}


def _timeless(text: str) -> str:
    """Without what every release or every change of the style would change."""
    text = text.replace(f'version="{__version__}"', 'version="X"').replace(f"planet {__version__}", "planet X")
    return re.sub(r"\?v=[0-9a-f]+", "?v=X", text)


def _tree(output: Path) -> list[str]:
    """Paths of the site, but for what others make: the search index, the theme's files."""
    paths = (path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file())
    return sorted(path for path in paths if not path.startswith((".planet/", "search/", "static/")))


def _outline(page: Path) -> str:
    """The home page as a reader skims it: a line a heading, an evening or a story."""
    tree = html.document_fromstring(page.read_bytes())
    lines = []
    for element in tree.xpath("//main//h2 | //main//*[contains(@class,'h-event')] | //main//article"):
        if element.tag == "h2" and element.xpath("ancestor::article | ancestor::*[contains(@class,'h-event')]"):
            continue
        if element.tag == "h2":
            lines += ["", " ".join(element.text_content().split())]
            continue
        classes = ("p-name", "p-author", "u-url", "dt-start", "dt-published", "p-category")
        found = [_microformat(element, name) for name in classes]
        lines.append("  " + " | ".join(part for part in found if part))
    return "\n".join(lines).strip() + "\n"


def _microformat(element: html.HtmlElement, name: str) -> str:
    values = []
    for found in element.xpath(f".//*[contains(concat(' ',@class,' '),' {name} ')]"):
        value = found.get("datetime") or (found.get("href") if name == "u-url" else None) or found.text_content()
        values.append(" ".join(value.split()))
    return ", ".join(dict.fromkeys(values))


def main() -> None:
    """Write the golden files: then look at the difference, and commit it when it is meant."""
    with tempfile.TemporaryDirectory() as folder:
        run_sample(Path(folder))
        shutil.rmtree(GOLDEN, ignore_errors=True)
        for path, text in harvest(Path(folder)).items():
            stored(path).parent.mkdir(parents=True, exist_ok=True)
            stored(path).write_bytes(text.encode())
            print(f"{stored(path).relative_to(GOLDEN)}: {len(text)} characters")


if __name__ == "__main__":
    main()
