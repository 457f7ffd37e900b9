"""The strict and the liberal reader say the same, over every fixture and over the real feeds beside the project."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from planet.links import comments, page
from planet.model import RawEntry, RawFeed, RawLink, Text
from planet.parse import charset, feedparser_reader, repair, sniff
from planet.parse.reader import parse

FOLDER = Path(__file__).parent / "data" / "parse"
XML = sorted(FOLDER.glob("*.xml"))
ALIKE = ("id", "links", "published", "updated", "title", "content", "summary", "base", "language")
EVERYTHING = tuple(field.name for field in dataclasses.fields(RawEntry))

# What feedparser cannot say, by fixture and field. Nothing else may differ.
KNOWN = {
    ("atom10-full", "content"): "xml:base inside XHTML, and its <br/>, stay as XML writes them",
    ("atom10-full", "base"): "the base of an entry shows on its title only, and an empty title is none",
    ("atom10-full", "language"): "the xml:lang of an entry shows on its texts only, from which normalise takes it",
    ("atom-inside-rss", "summary"): "outside Atom every text is taken for HTML",
    ("rss20-full", "enclosures"): "the title of a media:content",
    ("rss20-full", "categories"): "feedparser parts the keywords of iTunes itself",
}


def liberally(body: bytes) -> RawFeed | None:
    decoded = charset.decode(body)
    assert decoded is not None
    start = sniff.start(decoded.text)
    end = sniff.root_end(decoded.text, start.root)
    return (
        feedparser_reader.read(repair.repair(decoded.text, start.root, start.at, end), limit=500) if end > 0 else None
    )


def folded(value: object) -> object:
    """The same to whoever reads it: before it looks at anything, feedparser writes `&#39;` as `'`, `&#34;` as `"`, `<br/>` as `<br />`."""
    if isinstance(value, tuple) and any(isinstance(link, RawLink) for link in value):
        return page(value), comments(value), {link.href for link in value}
    if not isinstance(value, Text):
        return value
    return dataclasses.replace(
        value, value=value.value.replace("&#39;", "'").replace("&#34;", '"').replace(" />", "/>")
    )


def differences(one: RawFeed, other: RawFeed, names: tuple[str, ...]) -> Counter[str]:
    assert len(one.entries) == len(other.entries)
    return Counter(
        name
        for left, right in zip(one.entries, other.entries, strict=True)
        for name in names
        if folded(getattr(left, name)) != folded(getattr(right, name))
    )


@pytest.mark.parametrize("path", XML, ids=lambda path: path.stem)
def test_both_readers_say_the_same_of_a_fixture(path: Path) -> None:
    strictly = parse(path.read_bytes(), content_type="", url="https://x.example/", max_entries=500)
    if not isinstance(strictly, RawFeed):
        return
    other = liberally(path.read_bytes())
    assert other is not None
    found = differences(strictly, other, EVERYTHING)
    assert {name for name in found if (path.stem, name) not in KNOWN} == set()


@pytest.mark.shared
def test_both_readers_say_the_same_of_real_feeds(shared: Path) -> None:
    """Ids, links, dates and texts of every entry are equal."""
    compared = 0
    paths = [*(shared / "feeds").iterdir(), *(shared / "clermontech").rglob("*.*")]
    for path in sorted(path for path in paths if path.suffix in {".rss", ".atom", ".rdf", ".xml"}):
        strictly = parse(path.read_bytes(), content_type="", url="https://x.example/", max_entries=500)
        assert isinstance(strictly, RawFeed), path.name
        other = liberally(path.read_bytes())
        assert other is not None
        assert not differences(strictly, other, ALIKE), path.name
        compared += len(strictly.entries)
    assert compared > 2000


@pytest.mark.shared
def test_nearly_all_real_feeds_are_read_strictly(shared: Path) -> None:
    """At least 90 % as they are, the rest after mending."""
    found = [
        parse(path.read_bytes(), content_type="", url="https://x.example/", max_entries=500)
        for path in sorted((shared / "feeds").iterdir())
    ]
    readings = [feed for feed in found if isinstance(feed, RawFeed)]
    assert len(readings) == len(found)
    untouched = [feed for feed in readings if feed.reader == "strict" and not feed.reader_reason]
    assert len(untouched) >= 0.9 * len(found)
    assert all(feed.reader in {"strict", "json"} for feed in readings)


@pytest.mark.shared
def test_the_feed_of_the_association_is_read_whole(shared: Path) -> None:
    """It is not well-formed (bare `&` in titles), has no <link>, and URLs for ids."""
    body = (shared / "clermontech" / "as-published" / "clermontech-atom.xml").read_bytes()
    found = parse(body, content_type="application/xml", url="http://clermontech.org/atom.xml", max_entries=500)
    assert isinstance(found, RawFeed)
    assert (found.format, found.reader, found.dropped) == ("atom10", "strict", 0)
    assert found.reader_reason == "line 113: `&` must be written `&amp;`; read anyway"
    assert len(found.entries) == 347
    assert len({entry.id for entry in found.entries}) == 347
    assert all(entry.id.startswith("http://clermontech.org/") and not entry.links for entry in found.entries)
    assert all(entry.title and entry.updated and entry.updated.value for entry in found.entries)
    assert sum(entry.content is None for entry in found.entries) == 4  # talks announced without a word
    assert sum(" & " in entry.title.value for entry in found.entries if entry.title) >= 4


def test_the_liberal_reader_never_opens_what_it_reads(tmp_path: Path) -> None:
    """A body that is the path of a file, or a URL, is a body (security: BytesIO)."""
    secret = tmp_path / "secret.xml"
    secret.write_text("<rss version='2.0'><channel><title>secret</title><item><title>x</title></item></channel></rss>")
    for body in (str(secret).encode(), f"file://{secret}".encode(), b"http://127.0.0.1:9/"):
        found = parse(body, content_type="text/xml", url="https://x.example/", max_entries=5)
        assert not isinstance(found, RawFeed)
        read = feedparser_reader.read(body.decode(), limit=5)
        assert read is None or not read.entries


def test_an_id_is_never_resolved_and_a_base_ends_with_its_element() -> None:
    broken = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>abc</id><title>Un</title><link href="un"/>'
        '<content type="html" xml:base="https://b.example/un/">&lt;p&gt;x&lt;/p&gt;</content></entry>'
        "<entry><id>def</id><title>Deux</title><content type='html'>y</content><b></entry></feed>"
    )
    found = parse(broken.encode(), content_type="", url="https://x.example/dir/", max_entries=5)
    assert isinstance(found, RawFeed)
    assert found.reader == "liberal"
    assert [(entry.id, page(entry.links), entry.content and entry.content.base) for entry in found.entries] == [
        ("abc", "un", "https://b.example/un/"),
        ("def", "", ""),
    ]
