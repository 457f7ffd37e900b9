"""Posts of one template beside different ones, grouped into stories: `python -m bench.grouping [--posts 10000]`.

Release notes, weather and job offers share most of their words; comparing all with all would cost the square of their number. Prints
CPU seconds of storing and of grouping both, all at once and feed by feed, their ratio (the aim is 1.5 at most), and one new post after.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench.stories import NOW, apply, timed
from planet.merge import stories
from planet.model import Entry
from planet.store import Store
from planet.text import digest, fold
from planet.urls import canonical_key
from tests.support.safe import safe

FEEDS = 25
WORDS = [
    f"{start}{end}"
    for start in ("ba", "co", "di", "fu", "gre", "lo", "mi", "no")
    for end in ("lan", "ter", "vou", "cel")
]
FRAME = (
    "Nous publions la version {0} de notre logiciel. Elle corrige plusieurs erreurs et améliore la vitesse de lecture des fichiers. "
    "Merci à toutes les personnes qui ont signalé un problème. La prochaine version est prévue dans deux semaines."
)


def post(number: int, *, template: bool) -> Entry:
    """One post; those of a template differ by a number alone."""
    rng = random.Random(number)
    link = f"https://b{number % FEEDS}.example/{number}"
    title = f"Version {number} publiée" if template else " ".join(rng.choices(WORDS, k=6))
    text = FRAME.format(number) if template else " ".join(rng.choices(WORDS, k=45))
    return Entry(
        uid=link, id=link, position=0, link=link, link_key=canonical_key(link), title_key=fold(title), text_key=digest(title, text),
        raw_hash=link, content_hash=link, title=title, html=safe(f"<p>{text}</p>"), text=text, summary="",
        published=NOW - timedelta(minutes=3 * number), words=45,
    )  # fmt: skip


def feeds(posts: int, *, template: bool) -> Iterator[tuple[str, list[Entry]]]:
    """The posts by feed."""
    for feed in range(FEEDS):
        yield f"https://b{feed}.example/feed", [post(number, template=template) for number in range(feed, posts, FEEDS)]


def grouped(posts: int, *, template: bool, together: bool) -> tuple[float, float, int]:
    """CPU seconds of storing and grouping, seconds for one more post, stories."""
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "planet.db") as store:
        given = list(feeds(posts, template=template))

        def all_of_them() -> None:
            for feed, entries in given:
                apply(store, feed, entries)
                if not together:
                    store.regroup(stories)
            store.regroup(stories)

        spent, _ = timed(all_of_them)
        apply(store, "https://b0.example/feed", [post(posts + FEEDS, template=template)])
        one_more, _ = timed(lambda: store.regroup(stories))
        return spent, one_more, len(store.index())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    posts = parser.parse_args(arguments).posts
    print(f"{posts} posts of {FEEDS} feeds   CPU s   stories   one new post, ms")
    for together in (True, False):
        floor, floor_more, stories = grouped(posts, template=False, together=together)
        spent, more, template_stories = grouped(posts, template=True, together=together)
        name = "grouped at once" if together else "feed by feed"
        print(f"  {name}, different  {floor:9.2f} {stories:9} {1000 * floor_more:9.1f}")
        print(f"  {name}, a template {spent:9.2f} {template_stories:9} {1000 * more:9.1f}   ratio {spent / floor:.2f}")


if __name__ == "__main__":
    main()
