"""What an entry costs to read and to store, and a story to publish: `python -m bench.stages [--feeds 300]`.

One process reads different documents (see `bench.corpus`), stores them, groups them and publishes the site. CPU of each stage alone.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.corpus import Feeds
from bench.goals import head, line
from planet import assemble, config, pipeline
from planet.model import Outcome, Task
from planet.ports import Options, Planet

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass
class Clock:
    """CPU seconds of some calls."""

    spent: float = 0.0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its CPU counted."""

        def call(*arguments: Any) -> Any:
            begun = time.process_time()
            result = function(*arguments)
            self.spent += time.process_time() - begun
            return result

        return call


def planet_of(folder: Path, feeds: int) -> Planet:
    """A planet of so many files, each another document."""
    corpus = Feeds()
    for number in range(feeds):
        (folder / f"{number}.xml").write_bytes(corpus.document(number))
    content = {
        "planet": {"title": "Mesure", "url": "https://planet.example.org/"},
        "technologies": {"php": {"name": "PHP", "words": ["PHP"]}, "js": {"name": "JS", "words": ["JavaScript"]}},
        "members": [{"name": f"M{number}", "feeds": [f"{number}.xml"]} for number in range(feeds)],
    }
    path = folder / "feeds.yaml"
    path.write_text(json.dumps(content))
    loaded = config.load(path)
    store = assemble.open_store(loaded)
    return assemble.assemble(loaded, store, environ=os.environ, jitter=random.Random(1))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    feeds = parser.parse_args(arguments).feeds
    with tempfile.TemporaryDirectory() as name:
        planet = planet_of(Path(name), feeds)
        reading, searching = Clock(), Clock()
        read = reading.timed(assemble.document_reader(planet.config))

        def execute(tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
            for task in tasks:
                yield task, read(task)

        begun = time.process_time()
        pipeline.run(replace(planet, execute=execute), NOW, Options(publish=False, announce=False))
        storing = time.process_time() - begun - reading.spent
        entries = sum(planet.store.counts().values())
        index = importlib.import_module("planet.render.search.index")
        index._segment = searching.timed(index._segment)  # noqa: SLF001 - the part of publishing that is the search index
        begun = time.process_time()
        pipeline.run(planet, NOW, Options(fetch=False, announce=False))
        publishing = time.process_time() - begun - searching.spent
        stories = len(planet.store.index())
    print(f"{feeds} different feeds, {entries} entries, {stories} stories")
    head()
    line("reading an entry", 1000 * reading.spent / entries)
    line("storing and grouping an entry", 1000 * storing / entries)
    line("publishing a story", 1000 * publishing / stories)
    line("search, a story", 1000 * searching.spent / stories)


if __name__ == "__main__":
    main()
