"""How fast documents are read: strict, mended, liberal, and feedparser as it comes, over the same documents.

    python -m bench.parsing [--feeds DIR] [--rounds N] [--quick]

The documents are those of the data set beside the project where there is one (or of --feeds), else generated. CPU seconds, best of
the rounds; ratios are what to compare.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from planet.model import RawFeed  # noqa: E402
from planet.parse import charset, sniff  # noqa: E402
from planet.parse.reader import parse  # noqa: E402

NEAR = (HERE.parent / "shared" / "data" / "feeds", HERE.parent / "data" / "feeds")


def generated(count: int = 60) -> list[bytes]:
    """RSS and Atom documents of our own writing, 5 to 200 kB, escaped HTML and CDATA."""
    words = "Le langage évolue, la communauté écrit, le planet rassemble & trie <b>tout</b> cela. ".replace(
        "&", "&amp;amp;"
    )
    body = words.replace("<", "&lt;").replace(">", "&gt;")
    made = []
    for number in range(count):
        entries = 5 + 7 * (number % 6)
        text = body * (2 + 4 * (number % 5))
        if number % 3 == 2:
            items = "".join(
                f"<entry><id>tag:example.org,2024:{number}/{n}</id><title>Billet {n}</title>"
                f'<link href="https://example.org/{number}/{n}"/><updated>2024-0{1 + n % 9}-1{n % 9}T10:00:00+02:00</updated>'
                f'<author><name>Zoé</name></author><category term="php"/><content type="html">{text}</content></entry>'
                for n in range(entries)
            )
            whole = (
                f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x:{number}</id>'
                f"<title>Carnet {number}</title><updated>2024-09-01T00:00:00Z</updated>{items}</feed>"
            )
        else:
            items = "".join(
                f"<item><title>Billet {n}</title><link>https://example.org/{number}/{n}</link>"
                f'<guid isPermaLink="false">{number}-{n}</guid><pubDate>Mon, 0{1 + n % 9} Jul 2024 10:00:00 +0200</pubDate>'
                f"<dc:creator><![CDATA[Zoé]]></dc:creator><category>php</category><description>{text[:300].rsplit('&', 1)[0]}</description>"
                f"<content:encoded><![CDATA[<p>{words * 5}</p>]]></content:encoded></item>"
                for n in range(entries)
            )
            whole = (
                '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
                'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
                f"<title>Carnet {number}</title><link>https://example.org/</link>{items}</channel></rss>"
            )
        made.append(whole.encode())
    return made


def documents(folder: Path | None) -> tuple[str, list[bytes]]:
    for place in (folder,) if folder else NEAR:
        if place and place.is_dir():
            return str(place.name), [path.read_bytes() for path in sorted(place.iterdir()) if path.is_file()]
    return "generated", generated()


def timed(work: Callable[[bytes], object], bodies: list[bytes], rounds: int) -> list[float]:
    """CPU seconds of each document, the best of the rounds."""
    best = [float("inf")] * len(bodies)
    for _ in range(rounds):
        for place, body in enumerate(bodies):
            begun = time.process_time()
            work(body)
            best[place] = min(best[place], time.process_time() - begun)
    return best


def read(body: bytes) -> object:
    return parse(body, content_type="", url="https://example.org/feed", max_entries=500)


def liberally(body: bytes) -> object:
    from planet.parse import feedparser_reader

    decoded = charset.decode(body)
    assert decoded is not None
    return feedparser_reader.read(decoded.text[sniff.start(decoded.text).at :], limit=500)


def as_it_comes(body: bytes) -> object:
    import feedparser

    return feedparser.parse(io.BytesIO(body))


def bare(body: bytes) -> object:
    """The same with its sanitiser and its link resolver off."""
    import feedparser

    return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def tree(body: bytes) -> object:
    """The floor: libxml2's tree and nothing else."""
    from lxml import etree

    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))


def main() -> None:
    asked = argparse.ArgumentParser(description="how fast documents are read")
    asked.add_argument("--feeds", type=Path)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--quick", action="store_true", help="one round, generated documents: a smoke test")
    options = asked.parse_args()
    name, bodies = ("generated", generated(12)) if options.quick else documents(options.feeds)
    rounds = 1 if options.quick else options.rounds
    print(
        f"{len(bodies)} documents ({name}), {sum(map(len, bodies)) / 1e6:.1f} MB; CPU seconds, best of {rounds} for each"
    )
    taken: Counter[str] = Counter()
    exact: list[int] = []
    for place, body in enumerate(bodies):
        found = read(body)
        if not isinstance(found, RawFeed):
            taken["unreadable"] += 1
        elif found.reader == "strict" and not found.reader_reason:
            exact.append(place)
            taken["strict"] += 1
        else:
            taken["strict after mending" if found.reader == "strict" else found.reader] += 1
    print(
        "taken by: "
        + ", ".join(f"{reader} {count} ({count / len(bodies):.0%})" for reader, count in taken.most_common())
    )
    slowest = timed(as_it_comes, bodies, rounds)
    whole = list(range(len(bodies)))
    results = timed(read, bodies, rounds)
    show("libxml2 tree alone", timed(tree, bodies, rounds), slowest, bodies, whole)
    show("strict, those it takes", results, slowest, bodies, exact)
    show("parse, all of them", results, slowest, bodies, whole)
    show("liberal alone", timed(liberally, bodies, rounds), slowest, bodies, whole)
    show("feedparser, sanitising off", timed(bare, bodies, rounds), slowest, bodies, whole)
    show("feedparser as it comes", slowest, slowest, bodies, whole)


def show(label: str, taken: list[float], slowest: list[float], bodies: list[bytes], places: list[int]) -> None:
    seconds = sum(taken[place] for place in places) or 1e-9
    size = sum(len(bodies[place]) for place in places) / 1e6
    ratio = sum(slowest[place] for place in places) / seconds
    print(
        f"{label:28s} {seconds:8.3f} s {len(places) / seconds:9.0f} docs/s {size / seconds:7.1f} MB/s {ratio:6.1f} x feedparser"
    )


if __name__ == "__main__":
    main()
