"""What writing feeds with lxml costs beside formatted strings, and what an unchanged or a changed site costs to publish.

Run with `python -m bench.feeds`.
"""

from __future__ import annotations

import html
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from planet.model import Artifact
from planet.publish import publish
from planet.render.syndicate.atom import atom
from planet.render.syndicate.document import Document, document
from planet.render.syndicate.items import Items
from planet.render.syndicate.jsonfeed import json_feed
from planet.render.syndicate.rss import rss
from planet.when import rfc3339
from tests.support import editions

ENTRIES = 60
PARAGRAPH = '<p>Un paragraphe &amp; de quoi lire, avec <a href="https://example.org/">un lien</a>.</p>\n'


def formatted(feed: Document) -> bytes:
    """The floor: the same elements by f-strings, which nothing keeps well-formed."""
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><id>{feed.id}</id>'
        f"<title>{html.escape(feed.title)}</title><updated>{rfc3339(feed.updated)}</updated>"
    )
    parts = [head]
    for item in feed.items:
        authors = "".join(f"<author><name>{html.escape(one.name)}</name></author>" for one in item.authors)
        tags = "".join(f'<category term="{html.escape(tag)}"/>' for tag in item.tags)
        parts.append(
            f"<entry><id>{html.escape(item.id)}</id><title>{html.escape(item.title)}</title>"
            f'<link rel="alternate" type="text/html" href="{html.escape(item.url)}"/>'
            f"<published>{rfc3339(item.published)}</published><updated>{rfc3339(item.updated)}</updated>{authors}{tags}"
            f'<summary>{html.escape(item.summary)}</summary><content type="html">{html.escape(item.html)}</content>'
            f"<source><id>{html.escape(item.origin.id)}</id><title>{html.escape(item.origin.title)}</title>"
            f"<updated>{rfc3339(item.origin.updated)}</updated></source></entry>"
        )
    return "".join([*parts, "</feed>"]).encode()


def best(function: Callable[[], object], rounds: int = 30) -> float:
    """The shortest of many: CPU seconds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def feeds() -> None:
    stories = [
        editions.story(
            row,
            html=PARAGRAPH * 60,
            text="Un paragraphe & de quoi lire, avec un lien. " * 60,
            tags=("php", "symfony", "tests"),
            technologies=("php",),
        )
        for row in range(1, ENTRIES + 1)
    ]
    edition = editions.edition(stories)
    build = lambda: document(edition.lists[0], edition, Items(edition), str)  # noqa: E731
    made = build()
    floor = best(lambda: formatted(made))
    print(
        f"Atom, {ENTRIES} entries of {len(PARAGRAPH) * 60 / 1000:.0f} kB; formatted strings: {floor * 1000:.2f} ms = 1"
    )
    for name, function in (
        ("document from stories", build),
        ("the same, and Atom", lambda: atom(build())),
        ("the same, and RSS", lambda: rss(build())),
        ("the same, and JSON", lambda: json_feed(build())),
        ("Atom, in another feed", lambda: atom(made)),
    ):
        taken = best(function)
        print(f"  {name:24} {taken * 1000:6.2f} ms  x {taken / floor:.1f}")


def publishing(count: int) -> None:
    def site(version: Callable[[int], int]) -> list[Artifact]:
        def one(number: int) -> Artifact:
            data = f"{number} {version(number)} ".encode() * 800
            return Artifact(path=f"p/{number % 50}/{number}/index.html", digest=f"{version(number)}", make=lambda: data)

        return [one(number) for number in range(count)]

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        first = 0.0
        for label, version in (
            ("first", lambda _n: 0),
            ("nothing changed", lambda _n: 0),
            ("one changed", lambda n: int(n == 7)),
            ("all changed", lambda _n: 2),
        ):
            artifacts = site(version)
            start, cpu = time.perf_counter(), time.process_time()
            done = publish(artifacts, output, owner=("bench",), stories={})
            wall, cpu = time.perf_counter() - start, time.process_time() - cpu
            first = first or cpu
            print(f"  {label:16} {wall:6.2f} s wall {cpu:6.2f} s CPU  x {cpu / first:.2f}  {len(done.written)} written")


def main() -> None:
    feeds()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"publishing {count} files")
    publishing(count)


if __name__ == "__main__":
    main()
