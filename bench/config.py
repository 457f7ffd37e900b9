"""Reading feeds.yaml: what every run pays. Beside it, the round-trip parser that could give lines too."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ruamel.yaml import YAML

from planet import config
from planet.config.document import Document

FEEDS = (100, 2_000)
ROUNDS = 5


def community(feeds: int) -> str:
    """A feeds.yaml of that many feeds; each fifth member has two, one of them with a filter."""
    lines = ["planet:", "  title: Grande planète", "  url: https://planet.example.org/"]
    lines += ["technologies:", "  php: {name: PHP, tags: [php, symfony], words: [PHP]}", "members:"]
    for number in range(feeds * 5 // 6):
        lines += [f"  - name: Membre {number}", f"    url: https://m{number}.example.org/", "    technologies: [php]"]
        lines += ["    feeds:", f"      - https://m{number}.example.org/feed.xml"]
        if number % 5 == 0:
            lines += [f"      - url: https://m{number}.example.org/notes.xml", "        interval: 6h"]
            lines += ["        include: {tags: [dev, php], words: [code]}"]
    return "\n".join(lines) + "\n"


def measured(function: Callable[[], object]) -> float:
    """Median of a few rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    imported = measured(
        lambda: subprocess.run([sys.executable, "-c", "import planet.model, planet.i18n, planet.config"], check=True)
    )
    bare = measured(lambda: subprocess.run([sys.executable, "-c", "import planet.model, planet.i18n"], check=True))
    ours = Path(__file__).parent.parent / "feeds.yaml"
    code = f"import time; from pathlib import Path; from planet import config; t = time.perf_counter(); config.load(Path({str(ours)!r})); print(time.perf_counter() - t)"
    first = statistics.median(
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(ROUNDS)
    )
    print(f"import of planet.config, beyond model and i18n  {(imported - bare) * 1000:7.0f} ms")
    print(f"first load of the project's own feeds.yaml      {first * 1000:7.0f} ms")
    for feeds in FEEDS:
        text = community(feeds)
        whole = measured(lambda text=text: config.parse(text, Path("feeds.yaml")))
        lines = measured(lambda text=text: Document(text))
        round_trip = measured(lambda text=text: YAML(typ="rt").load(text))
        print(
            f"{feeds:5} feeds: load {whole * 1000:7.0f} ms, of which the YAML with its lines {lines * 1000:7.0f} ms;"
            f" a round-trip parser takes {round_trip * 1000:7.0f} ms for that ({round_trip / lines:.0f} times as long)"
        )


if __name__ == "__main__":
    main()
