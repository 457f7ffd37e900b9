"""Hostile content through the whole way, and then a real browser: nothing runs, nothing leaves its article, nobody else is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from planet.text import one_line
from tests.support import hostile, outputs
from tests.support.browsing import Inspector
from tests.support.effort import share
from tests.support.harmless import PAYLOADS
from tests.support.world import World

pytestmark = pytest.mark.browser

# What only matters in fields that are no HTML, or between them.
FIELDS = (
    "javascript:x()",
    "JaVa\nScRiPt:x()",
    "data:text/html,<script>x()</script>",
    "https://a.example/\"onmouseover=x() a='",
    "https://a.example/'><script>x()</script>",
    "//evil.example/x.js",
    "\"><script>x()</script><a href='",
    "' onerror='x()' a='",
    "</title></head><body onload=x()>",
    "</script><script>x()</script>",
    "{{ 7*7 }}{% raw %}<script>x()</script>",
    "]]><script xmlns='http://www.w3.org/1999/xhtml'>x()</script>",
    "--><img src=x onerror=x()><!--",
    "<!--/entry--></div></article><script>x()</script>",
    "&lt;img src=x onerror=x()&gt;",
    "&amp;lt;img src=x onerror=x()&amp;gt;",
    "http://[::1",
    "https://a.example:99999/",
    "\u202egpj.exe\u2066",
    "a\u2028b\u2029c",
    "nom@example.org (Nom\r\nBcc: tous@example.org)",
    "tel:+33",
    "https://user:secret@a.example/",
)


def publish(world: World, payloads: Sequence[str], *, every_format: bool, page_entries: int, titles: int) -> None:
    """Every payload in every field of one of the formats (or of each), and of an evening; some as titles of feeds and names."""
    members: list[dict] = []
    for kind, (path, document) in enumerate(hostile.FORMATS):
        mine = payloads if every_format else payloads[kind :: len(hostile.FORMATS)]
        # The numbers tell entries apart, so that look-alikes are not taken for one story.
        feed = world.serve(f"/{path}", document(mine, first=kind * len(payloads)))
        members.append({"name": f"M{kind} <script>x()</script>\"'>", "feeds": [feed], "technologies": ["php"]})
    for place in range(titles):
        payload = payloads[place * len(payloads) // titles]
        path, document = hostile.FORMATS[place % len(hostile.FORMATS)]
        feed = world.serve(f"/{place}/{path}", document(["Un"], title=payload, first=3 * len(payloads) + place))
        members.append({"name": f"T{place} {one_line(payload, 60)}", "feeds": [feed]})
    calendar = world.serve("/agenda.ics", hostile.calendar(payloads[:100]), "text/calendar")
    world.configure(
        members,
        [{"name": "G </option><img src=x onerror=x()>", "technology": "php", "calendars": [calendar]}],
        planet={
            "title": "Planète <script>x()</script>",
            "description": "<img src=x onerror=x()>",
            "page_entries": page_entries,
            "feed_entries": 1000,
            "newcomer_entries": 1000,
        },
        fetch={"max_entries": 5000, "timeout": "300s", "max_bytes": "50MB"},
    )
    result = world.run()
    assert (result.code, result.err) == (0, "")


def assert_contained(world: World, browser: Browser, *, stories: int) -> None:
    seen = 0
    kinds: Counter[tuple[str, bool]] = Counter()
    with Inspector(browser, world.output) as inspector:
        for name, path in outputs.files(world.output):
            kind = (name.partition("/")[0], "/why/" in name)
            kinds[kind] += path.suffix == ".html"
            # The months hold every text; of the other kinds of pages one is enough.
            leads_on = path.suffix == ".html" and b'http-equiv="refresh"' in path.read_bytes()
            if path.suffix == ".html" and not leads_on and (kind == ("archive", False) or kinds[kind] <= 1):
                assert inspector.page(name) == [], name
                seen += name.startswith("archive/") and path.read_text("utf-8").count("<!--entry-->")
        for name, fragments in outputs.carried(world.output):
            if name.count("/"):
                continue  # the feeds of all hold what the others do
            assert inspector.fragments(fragments) == [], name
    assert seen >= stories


def test_no_payload_of_ours_acts_on_any_page_or_in_any_feed(world: World, browser: Browser) -> None:
    payloads = [*PAYLOADS.values(), *FIELDS]
    publish(world, payloads, every_format=True, page_entries=100, titles=12)
    assert_contained(world, browser, stories=len(payloads) // 2)
    assert outputs.whole(world.output, strict=False) == []


@pytest.mark.shared
def test_no_published_payload_acts_on_any_page_or_in_any_feed(world: World, browser: Browser, shared: Path) -> None:
    lines = (shared / "security" / "xss.jsonl").read_text("utf-8").splitlines()
    payloads = [json.loads(line)["payload"] for line in share(lines)]
    publish(world, payloads, every_format=False, page_entries=200, titles=24)
    assert_contained(world, browser, stories=len(payloads) // 2)
