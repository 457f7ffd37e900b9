"""Planets of hostile words and broken bytes: run twice, and all that they publish read back."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

from tests.support import hostile, outputs
from tests.support.harmless import PAYLOADS, PREFIX, assert_harmless
from tests.support.world import World, item, rss

PIECES = (
    *PAYLOADS.values(),
    "<p>",
    "</p>",
    "<b>",
    "</article>",
    "&",
    "<",
    "]]>",
    "\ud800",
    "\u202e",
    "\0",
    "é",
    " ",
    '"',
    "'",
)
_OWN = re.compile(r"\be[0-9a-f]{8}-")
"""What stands before the ids of a story."""
words = st.text(st.characters(exclude_categories=()), max_size=60)
mixtures = st.lists(st.one_of(words, st.sampled_from([one for one in PIECES if len(one) < 2000])), max_size=4).map(
    "".join
)
contents = st.lists(mixtures, min_size=1, max_size=4)
GOOD = (
    rss(
        item("Un", "https://a.example/1", text="<p>Bonjour &amp; merci</p>"), item("Deux", "https://a.example/2")
    ).encode(),
    hostile.atom(["<p>a</p>", "b"]).encode(),
    hostile.json_feed(["a", "b"]).encode(),
    hostile.calendar(["a", "b"]).encode(),
    b"<html><head><link rel=alternate type='application/rss+xml' href=/x></head>",
    b"",
)
TYPES = (
    "application/xml",
    "text/html; charset=utf-7",
    "application/json",
    "",
    "text/xml; charset=\xff",
    "text/calendar",
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, str]:
    """A good document, cut, doubled and overwritten anywhere; and what it is said to be."""
    body = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 40))] = draw(st.binary(max_size=40))
    if draw(st.booleans()):
        body *= 2
    return bytes(body), draw(st.sampled_from(TYPES))


def published(feeds: Sequence[tuple[bytes, str]], calendars: Sequence[tuple[bytes, str]]) -> None:
    """A planet of these documents: run it twice, and read all that it publishes."""
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
        members = [
            {"name": f"M{n}", "feeds": [world.serve(f"/{n}", body, kind)]} for n, (body, kind) in enumerate(feeds)
        ]
        addresses = [world.serve(f"/c{n}", body, kind) for n, (body, kind) in enumerate(calendars)]
        world.configure(members, [{"name": "G", "calendars": addresses}])
        for now in ("2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"):
            result = world.run(now=now)
            assert (result.code in {0, 4}, result.err) == (True, "")
        assert outputs.whole(world.output, strict=False) == []
        for _name, fragments in outputs.carried(world.output):
            for fragment in fragments:
                assert_harmless(_OWN.sub(PREFIX, fragment))
        for story in world.entries("--full"):
            assert_harmless(_OWN.sub(PREFIX, story["html"]))


def hostile_words(payloads: list[str], title: str) -> None:
    feeds = [
        (document(payloads, title=title, first=kind * 10).encode("utf-8", "replace"), "application/xml")
        for kind, (_path, document) in enumerate(hostile.FORMATS)
    ]
    published(feeds, [(hostile.calendar(payloads).encode("utf-8", "replace"), "text/calendar")])


def hostile_bytes(found: list[tuple[bytes, str]]) -> None:
    published(found, found[:1])
