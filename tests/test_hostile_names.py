"""Hostile names, words and characters, the whole way: no file outside output/, nothing injected, every output valid, no page too wide."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from html5lib.html5parser import HTMLParser
from icalendar import Calendar
from lxml import etree
from playwright.sync_api import Browser

from tests.support import hostile, outputs
from tests.support.browsing import Inspector
from tests.support.effort import examples
from tests.support.world import World

NAMES = (
    "../../../../etc/passwd",
    "..\\..\\windows\\system32",
    "/etc/cron.d/planet",
    "C:\\con",
    "con", "CON.txt", "nul", "aux.html", "lpt1", "com9.tar.gz",
    ".", "..", "...", "-rf", "~", ".htaccess", ".planet", "index", "feed", "atom.xml", "static", "page",
    "a\0b", "a\x01\x1b[31mb", "\x7f\x9b",
    "Subject: x\r\nBcc: tous@example.org\r\n\r\nAchetez", "a\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch",
    "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:faux", 'a\\nb;c,d:e"f',
    "\u202egpj.exe\u202c", "\u2066\u2067\u2068\u2069\u200e\u200f", "\u200b\ufeff\u2060", "a\u0300" * 500, "Z\u0351\u0310" * 300,
    "\ud800", "a\udfffb", "\ud83d", "😀" * 50, "👩‍👩‍👧‍👦 famille", "🏴\U000e0067\U000e0062\U000e007f", "\U0010ffff\ufffe\uffff",
    "]]>", "<![CDATA[", "&amp;&#0;&#x1F;&#xD800;", "<?xml?>", "-->", "<!--", "{{x}}", "${HOME}", "%s%n", "`id`", "$(id)",
    "x" * 10_000, "w" * 100_000, "mot " * 20_000, "é" * 5_000, "", " ", "\t\n",
    "=cmd|' /C calc'!A0", "@everyone <!channel> <@U1> [a](javascript:x) *b* _c_", "https://a.example/" + "y" * 5000,
    "C", "C++", "C#", "c", "Ça", "ça", "CA",
)  # fmt: skip
# What a name in feeds.yaml may be: its owner is trusted, but may carry anything over from a member's page.
CONFIGURED = tuple(
    dict.fromkeys(
        name
        for name in NAMES
        if name.strip() and name.isprintable() and len(name) < 11_000 and name not in {"C", "c", "CA"}
    )
)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A planet whose members, groups, feeds, posts, evenings and technologies bear these names; published in a folder inside a folder."""
    with World(tmp_path_factory.mktemp("named")) as world:
        publish(world)
        yield world


def publish(world: World) -> None:
    members: list[dict] = []
    for place, name in enumerate(CONFIGURED):
        path, document = hostile.FORMATS[place % 3]
        members.append(
            {"name": name, "feeds": [world.serve(f"/{place}/{path}", document([name], title=name, first=place))]}
        )
    for kind, (path, document) in enumerate(hostile.FORMATS):
        feed = world.serve(f"/{path}", document(NAMES, first=1000 * (kind + 1)))
        members.append({"name": f"Format {kind}", "feeds": [feed], "technologies": ["x"]})
    calendar = world.serve("/agenda.ics", hostile.calendar(NAMES), "text/calendar")
    groups = [{"name": f"G {name}", "technology": "x", "calendars": [calendar]} for name in CONFIGURED[:8]]
    world.configure(
        members, groups,
        technologies={"x": {"name": "x]]>\u202e\"' <b>", "words": ["mot"]}, "con2": {"name": "CON", "words": ["con2"]}},
        planet={"title": "Planète ]]> & <b> \"'", "output": "a/b/output", "feed_entries": 500, "newcomer_entries": 500},
        fetch={"max_entries": 5000, "timeout": "300s"},
    )  # fmt: skip
    (world.folder / "a").mkdir()
    (world.folder / "a/beside.txt").write_text("mine")
    before = {path for path in world.folder.rglob("*") if path.is_file()}
    result = world.run()
    assert (result.code, result.err) == (0, "")
    written = {
        path.relative_to(world.folder) for path in world.folder.rglob("*") if path.is_file() and path not in before
    }
    outside = {path.parts[0] for path in written if not path.is_relative_to("a/b/output")}
    assert outside <= {f"planet.db{end}" for end in ("", "-wal", "-shm", ".lock", ".config", ".templates")}


def test_no_name_leads_out_of_the_output_and_every_output_is_valid(named: World) -> None:
    output = named.folder / "a/b/output"
    assert outputs.whole(output, strict=False) == []
    for name, path in outputs.files(output):
        assert path.resolve().is_relative_to(output.resolve())
        for part in Path(name).parts:
            assert len(part.encode()) <= 120, part
            assert part.partition(".")[0].lower() not in {"con", "prn", "aux", "nul", "com9", "lpt1"}, name
            assert part.isprintable(), ascii(name)
            assert part.isascii(), ascii(name)


def test_every_page_is_html_by_the_letter(named: World) -> None:
    for name in (
        "index.html",
        "events/index.html",
        "members/index.html",
        "health/index.html",
        "x/index.html",
        "subscribe/index.html",
    ):
        page = (named.folder / "a/b/output" / name).read_text("utf-8")
        head = page.partition("<main")[0]
        HTMLParser(strict=True).parse(f"{head}<main></main></body></html>")


def test_nothing_is_injected_into_calendars_lists_headers_and_the_terminal(named: World) -> None:
    output = named.folder / "a/b/output"
    calendar = Calendar.from_ical((output / "calendar.ics").read_bytes())
    evenings = list(calendar.walk("VEVENT"))
    assert 40 < len(evenings) <= len(NAMES)
    assert all(str(one["SUMMARY"]) != "faux" for one in evenings)
    opml = etree.fromstring((output / "opml.xml").read_bytes())
    assert {one.tag for one in opml.iter()} <= {
        "opml",
        "head",
        "title",
        "dateCreated",
        "dateModified",
        "ownerName",
        "ownerEmail",
        "ownerId",
        "docs",
        "body",
        "outline",
    }
    for command in (["status"], ["entries", "--limit", "500"], ["events"], ["explain", "https://a.example/x"]):
        printed = named.planet(*command)
        text = (printed.out + printed.err).replace("\n", "")
        assert not any(character < " " or "\x7f" <= character <= "\x9f" for character in text), command
        assert not set(text) & set("\u202e\u2066\u2067\u2068\u200f"), command
    for line in named.planet("entries", "--json", "--full").out.splitlines():
        json.loads(line)


@pytest.mark.browser
def test_no_name_and_no_word_makes_a_page_scroll_sideways(named: World, browser: Browser) -> None:
    output = named.folder / "a/b/output"
    with Inspector(browser, output, width=320) as inspector:
        kinds = defaultdict(list)
        for name, path in outputs.files(output):
            if path.suffix == ".html":
                kinds[name.partition("/")[0], name.count("/")].append(name)
        # Of the pages of one kind, which differ by names only, a few; the last ones have the longest names.
        for name in [name for pages in kinds.values() for name in pages[:: -(-len(pages) // examples(8))]]:
            assert inspector.page(name) == [], name
