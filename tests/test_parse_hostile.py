"""Hostile and enormous documents: bounded in time and memory, an answer every time."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.model import RawFeed, Unreadable
from planet.parse import discovery, feedparser_reader, limits, sniff
from planet.parse.reader import parse
from tests.support.effort import examples


def rss(inside: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{inside}</channel></rss>'.encode()


def read(body: bytes, limit: int = 500, content_type: str = "") -> RawFeed | Unreadable:
    return parse(body, content_type=content_type, url="https://x.example/feed", max_entries=limit)


ENORMOUS = {
    "attributes": lambda: rss("<item " + " ".join(f'a{n}="1"' for n in range(450_000)) + "/>"),
    "attributes without quotes": lambda: rss("<item " + " ".join(f"a{n}=1" for n in range(50_000)) + "/>"),
    "elements": lambda: rss("<a/>" * 450_000),
    "depth": lambda: rss("<a>" * 100_000 + "</a>" * 100_000),
    "depth, never closed": lambda: rss("<item><title>x</title></item>" + "<a>" * 100_000),
    "items that do not match": lambda: rss("<item><title>x</title><b></item>" * 60_000),
    "one tag": lambda: rss("<a " + " " * 3_000_000),
    "tags in a tag": lambda: rss("<a x " * 500_000),
    "JSON depth": lambda: b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 1_000_000,
}


@pytest.mark.parametrize("name", ENORMOUS)
def test_what_is_enormous_is_refused(name: str) -> None:
    begun = time.process_time()
    found = read(ENORMOUS[name]())
    assert isinstance(found, Unreadable), name
    assert found.error_class in {"too-large", "truncated"}
    assert time.process_time() - begun < 10


LONG = {
    "comments": lambda: rss("<!-- x -->" * 200_000),
    "comments that never end": lambda: rss("<!-- x " * 200_000),
    "ampersands": lambda: rss("<item><title>" + "&" * 500_000 + "</title></item>"),
    "unknown entities": lambda: rss("<item><title>" + "&x;" * 200_000 + "</title></item>"),
    "bare signs": lambda: rss("<item><title>" + "< " * 200_000 + "</title></item>"),
    "undeclared prefixes": lambda: rss("".join(f"<p{n}:a/>" for n in range(20_000))),
    "end tags": lambda: rss("<item><title>&</title></item>") + b"</rss" * 200_000,
    "escaped blocks": lambda: rss("<item><description>" + "&amp;lt;p &amp;gt;" * 50_000 + "</description></item>"),
    "a text of megabytes": lambda: rss("<item><title>" + "x" * 5_000_000 + "</title></item>"),
    "processing instructions": lambda: rss("<?x y?>" * 100_000),
}


@pytest.mark.parametrize("name", LONG)
def test_what_is_only_long_is_read_in_time(name: str) -> None:
    begun = time.process_time()
    assert isinstance(read(LONG[name]()), RawFeed), name
    assert time.process_time() - begun < 10


def test_no_entity_is_expanded_and_nothing_is_loaded() -> None:
    """A bomb stays as small as it came, a file stays unread."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    body = f'<!DOCTYPE rss [<!ENTITY e0 "boom">{bomb}<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]>'
    found = read(body.encode() + b"<rss version='2.0'><channel><item><title>&e11;|&f;</title></item></channel></rss>")
    assert isinstance(found, RawFeed)
    assert found.entries[0].title is not None
    assert found.entries[0].title.value == "&e11;|&f;"


def test_the_newest_entries_are_kept_and_the_rest_is_counted() -> None:
    """At most `max_entries`, by date where there are dates, in the order of the document."""
    items = "".join(
        f"<item><guid>{n}</guid><pubDate>{1 + n % 28:02d} {['Jan', 'Feb', 'Mar'][n % 3]} 2024 00:00:00 GMT</pubDate></item>"
        for n in range(60)
    )
    found = read(rss(items), limit=20)
    assert isinstance(found, RawFeed)
    assert (len(found.entries), found.dropped) == (20, 40)
    assert {entry.published.value.month for entry in found.entries if entry.published and entry.published.value} == {3}
    assert [entry.position for entry in found.entries] == sorted(entry.position for entry in found.entries)


def test_oldest_first_documents_keep_their_end() -> None:
    entries = "".join(f"<entry><id>{n}</id><updated>20{n:02d}-01-01T00:00:00Z</updated></entry>" for n in range(10, 25))
    found = read(f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode(), limit=3)
    assert isinstance(found, RawFeed)
    assert [entry.id for entry in found.entries] == ["22", "23", "24"]


def test_undated_documents_keep_their_beginning() -> None:
    for body in (
        rss("".join(f"<item><guid>{n}</guid></item>" for n in range(9))),
        rss("".join(f"<item><guid>{n}</guid><b></item>" for n in range(9))),
        json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"id": str(n)} for n in range(9)]}).encode(),
    ):
        found = read(body, limit=3)
        assert isinstance(found, RawFeed)
        assert [entry.id for entry in found.entries] == ["0", "1", "2"]
        assert found.dropped == 6


def test_a_hundred_thousand_items_cost_bounded_memory() -> None:
    body = rss("<item><title>x</title><guid>1</guid></item>" * 40_000)
    tracemalloc.start()
    try:
        found = read(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(found, RawFeed)
    assert found.dropped == 39_500
    assert peak < 60_000_000


def test_a_document_that_was_cut_is_never_half_a_feed() -> None:
    """Wherever it was cut, and in every format."""
    whole = rss(
        "<item><title>Un</title><description><![CDATA[</rss>]]></description></item><item><title>Deux</title></item>"
    )
    feed = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "a"}, {"id": "2"}]}
    ).encode()
    for body in (whole, feed):
        assert isinstance(read(body), RawFeed)
        for cut in range(50, len(body) - 1, 3):
            found = read(body[:cut])
            assert isinstance(found, Unreadable), body[:cut]
            assert found.error_class == ("truncated" if cut > 60 or body is whole else found.error_class)


@pytest.mark.parametrize(
    "body", [b"", b"  \n\t ", b"\x00" * 40, b"\xef\xbb\xbf", b"hello", b"/etc/passwd", b"<", b"BEGIN:VCALENDAR"]
)
def test_what_is_no_document_is_no_feed(body: bytes) -> None:
    """An empty body is an error, whatever the status was."""
    found = read(body)
    assert isinstance(found, Unreadable)
    assert found.error_class == "not-a-feed"
    assert str(found.error)


@pytest.mark.parametrize(
    "content_type", ["text/html", "text/plain", "application/octet-stream", "", "application/json"]
)
def test_the_type_that_was_sent_does_not_matter(content_type: str) -> None:
    """The format shows in the body."""
    found = read(rss("<item><title>x</title></item>"), content_type=content_type)
    assert isinstance(found, RawFeed)
    assert found.format == "rss20"


def test_a_long_comment_before_the_root_is_skipped() -> None:
    found = read(b"<!--" + b" licence " * 10_000 + b"-->" + rss("<item><title>x</title></item>")[21:])
    assert isinstance(found, RawFeed)
    assert not found.reader_reason


def test_a_page_full_of_tags_is_searched_in_time() -> None:
    begun = time.process_time()
    page = "<html><body>" + "<div>" * 500_000
    assert discovery.candidates(page.encode(), "https://x.example/") == ()
    links = '<html><link rel=alternate type="application/rss+xml" href="/f%d">'
    assert len(discovery.candidates("".join(links % n for n in range(50_000)).encode(), "https://x.example/")) == 20
    assert time.process_time() - begun < 10


PIECES = st.sampled_from(
    [
        *(
            "<rss version='2.0'>",
            "</rss>",
            "<channel>",
            "</channel>",
            "<item>",
            "</item>",
            "<feed xmlns='http://www.w3.org/2005/Atom'>",
        ),
        *(
            "</feed>",
            "<entry>",
            "</entry>",
            "<title>",
            "</title>",
            "<title type='xhtml'>",
            "<link>",
            "<link href='/a'/>",
            "</link>",
        ),
        *(
            "<guid isPermaLink='false'>",
            "</guid>",
            "<pubDate>Mon, 05 Aug 2024 10:00:00 GMT</pubDate>",
            "<pubDate>",
            "<![CDATA[",
            "]]>",
        ),
        *(
            "<!--",
            "-->",
            "<!DOCTYPE rss [",
            "]>",
            "<!ENTITY a 'b'>",
            "&a;",
            "&amp;",
            "&",
            "&#0;",
            "&#x110000;",
            "&nbsp;",
            "&#128;",
        ),
        *(
            "<media:content url='x'/>",
            "<dc:creator>",
            "<author>",
            "<name>",
            "</author>",
            "<enclosure url='a' length='x'/>",
            "<br>",
            "<a b=c d",
        ),
        *(
            ">",
            "<",
            "</",
            "\x00",
            "\ud800",
            "\ufffe",
            "é",
            "\x85",
            "<?xml version='1.0' encoding='utf-16'?>",
            "<?x",
            "?>",
            " ",
            "texte",
        ),
        *(
            "<rdf:RDF>",
            "</rdf:RDF>",
            "<category>a,b</category>",
            "<content type='xhtml'>",
            "<div>",
            "</div>",
            "<geo:lat>",
            "{",
            "[",
            '"',
        ),
    ]
)


@settings(max_examples=examples(400))
@given(st.lists(PIECES, max_size=40), st.booleans())
def test_pieces_of_feeds_in_any_order_are_a_feed_or_an_error(pieces: list[str], whole: bool) -> None:
    """What a feed says ends in a value, never in an exception."""
    text = "".join(pieces)
    body = (f"<rss version='2.0'><channel>{text}</channel></rss>" if whole else text).encode("utf-8", "surrogatepass")
    found = read(body, limit=3)
    assert isinstance(found, RawFeed | Unreadable)
    if isinstance(found, RawFeed):
        assert len(found.entries) <= 3
        assert found.reader != "liberal" or found.reader_reason


@settings(max_examples=examples(150))
@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_a_feed_or_an_error(body: bytes, content_type: str) -> None:
    assert isinstance(read(body, content_type=content_type), RawFeed | Unreadable)


@settings(max_examples=examples(150))
@given(st.lists(PIECES, max_size=30))
def test_the_liberal_reader_alone_never_raises(pieces: list[str]) -> None:
    text = "".join(pieces).encode("utf-8", "replace").decode()
    if limits.check(text, liberal=True) is None:
        found = feedparser_reader.read(text, limit=3)
        assert found is None or found.reader == "liberal"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "url",
                    "title",
                    "content_html",
                    "content_text",
                    "summary",
                    "date_published",
                    "tags",
                    "authors",
                    "author",
                    "name",
                    "attachments",
                    "size_in_bytes",
                    "mime_type",
                    "items",
                    "hubs",
                    "language",
                    "image",
                    "external_url",
                    "expired",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=examples(200))
@given(
    st.lists(JSON, max_size=4),
    st.dictionaries(st.sampled_from(["title", "hubs", "authors", "expired", "language"]), JSON),
)
def test_any_json_feed_is_read_whatever_its_items_are(items: list[object], more: dict[str, object]) -> None:
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **more}).encode()
    found = read(body)
    if isinstance(found, RawFeed):
        assert len(found.entries) <= len(items)
        assert found.entries or not items
    else:
        assert items  # never an empty success


@settings(max_examples=examples(200))
@given(st.text(alphabet="<>!-?[]DOCTYPErss/ \"'abc", max_size=200))
def test_the_beginning_of_any_text_is_something(text: str) -> None:
    found = sniff.start(text)
    assert 0 <= found.at <= len(text)
    assert -1 <= sniff.root_end(text, found.root or "x") <= len(text)
