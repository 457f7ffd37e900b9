"""The same content gives the same entry, whatever it is written in: RSS, RDF, Atom, JSON Feed, any charset, CDATA or escapes."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.links import page
from planet.model import RawEntry, RawFeed, Unreadable
from planet.parse import PARSER_VERSION, discovery, hints, values
from planet.parse.reader import parse
from planet.text import language_tag
from tests.support.effort import examples

WORDS = st.text(
    alphabet=st.characters(codec="cp1252", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Co", "Cn")),
    min_size=1,
    max_size=20,
)
LINES = WORDS.map(lambda text: " ".join(text.split())).filter(bool)
PLAIN = LINES.filter(lambda text: "&" not in text and "<" not in text)
TAGS = st.lists(PLAIN.filter(lambda text: "," not in text and ";" not in text), max_size=3, unique_by=str.casefold)
NAMES = PLAIN.filter(lambda text: not set(text) & set("@()\"'<>,;:"))
MARKUP = st.lists(
    st.sampled_from(["<p>", "</p>", "<br>", "&amp;", "&eacute;", " x ", '<a href="/é?a=1&amp;b">l</a>', "]]", ">"]),
    min_size=1,
)
DATES = st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)


def escaped(text: str, cdata: bool) -> str:
    if not cdata:
        return html.escape(text)
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


class Content:
    """One post in every format: `plain` titles, HTML bodies."""

    def __init__(self, title: str, body: str, date: datetime, tags: list[str], author: str) -> None:
        self.title, self.body, self.date, self.tags, self.author = title, body, date, tags, author

    def rss(self, cdata: bool) -> str:
        tags = "".join(f"<category>{escaped(tag, cdata)}</category>" for tag in self.tags)
        return (
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:c="http://purl.org/rss/1.0/modules/content/">'
            f'<channel><title>t</title><item><guid isPermaLink="false">urn:1</guid><link>https://x.example/1</link>'
            f"<title>{escaped(self.title, cdata)}</title><c:encoded>{escaped(self.body, cdata)}</c:encoded>{tags}"
            f"<dc:creator>{escaped(self.author, cdata)}</dc:creator>"
            f"<pubDate>{self.date:%d} {['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][self.date.month - 1]} "
            f"{self.date:%Y %H:%M:%S} GMT</pubDate></item></channel></rss>"
        )

    def rdf(self, cdata: bool) -> str:
        tags = "".join(f"<dc:subject>{escaped(tag, cdata)}</dc:subject>" for tag in self.tags)
        return (
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:c="http://purl.org/rss/1.0/modules/content/">'
            f'<channel><title>t</title></channel><item r:about="urn:1"><link>https://x.example/1</link>'
            f"<title>{escaped(self.title, cdata)}</title><c:encoded>{escaped(self.body, cdata)}</c:encoded>{tags}"
            f"<dc:creator>{escaped(self.author, cdata)}</dc:creator><dc:date>{self.date.isoformat()}</dc:date></item></r:RDF>"
        )

    def atom(self, cdata: bool) -> str:
        tags = "".join(f'<category term="{html.escape(tag)}"/>' for tag in self.tags)
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>urn:1</id><link href="https://x.example/1"/>'
            f'<title type="text">{escaped(self.title, cdata)}</title><content type="html">{escaped(self.body, cdata)}</content>{tags}'
            f"<author><name>{escaped(self.author, cdata)}</name></author><published>{self.date:%Y-%m-%dT%H:%M:%SZ}</published>"
            "</entry></feed>"
        )

    def json(self) -> str:
        item = {
            "id": "urn:1",
            "url": "https://x.example/1",
            "title": self.title,
            "content_html": self.body,
            "tags": self.tags,
            "authors": [{"name": self.author}],
            "date_published": self.date.isoformat(),
        }
        return json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [item]}, ensure_ascii=False
        )


def only(body: bytes, content_type: str = "") -> RawEntry:
    found = parse(body, content_type=content_type, url="https://x.example/feed", max_entries=9)
    assert isinstance(found, RawFeed), found
    assert len(found.entries) == 1
    return found.entries[0]


def essence(entry: RawEntry) -> tuple[object, ...]:
    return (
        entry.id,
        page(entry.links),
        entry.title.value if entry.title else None,
        (entry.content.value, entry.content.kind) if entry.content else None,
        entry.published.value if entry.published else None,
        entry.categories,
        [person.name for person in entry.authors],
    )


@settings(max_examples=examples(120))
@given(PLAIN, MARKUP, DATES, TAGS, NAMES, st.booleans())
def test_the_same_post_in_every_format_is_the_same_entry(
    title: str, body: list[str], date: datetime, tags: list[str], author: str, cdata: bool
) -> None:
    content = Content(title, "<p>été</p>" + "".join(body), date, tags, author)
    first = essence(only(content.rss(cdata=False).encode()))
    assert first[0] == "urn:1"
    assert first[4] == date
    # "Â¡" in ISO 8859-1 is "¡" in UTF-8, byte for byte: nobody can tell, and UTF-8 is the better guess.
    clear = not re.search(rb"[\xc2-\xf4][\x80-\xbf]", "".join([title, author, *tags, *body]).encode("cp1252"))
    for document in (content.rss(cdata), content.rdf(cdata), content.atom(cdata), content.json()):
        for codec in ("utf-8", "utf-8-sig", "utf-16"):
            assert essence(only(document.encode(codec))) == first
        if clear and not document.startswith("{"):
            assert essence(only(document.encode("cp1252"), "text/xml; charset=iso-8859-1")) == first


@pytest.mark.parametrize(
    ("written", "name", "email"),
    [
        ("joe@x.example (Joe Puy)", "Joe Puy", "joe@x.example"),
        ("Joe Puy <joe@x.example>", "Joe Puy", "joe@x.example"),
        ("Joe Puy (joe@x.example)", "Joe Puy", "joe@x.example"),
        ("joe@x.example", "", "joe@x.example"),
        ("noreply@blogger.example (Blogger)", "Blogger", "noreply@blogger.example"),
        ("Joe (le puy)", "Joe (le puy)", ""),
        ("Joe joe@x.example", "Joe", "joe@x.example"),
        ("L’équipe @planet", "L’équipe @planet", ""),
    ],
)
def test_an_address_is_never_a_name(written: str, name: str, email: str) -> None:
    """Addresses are never printed."""
    found = values.person("author", written)
    assert found is not None
    assert (found.name, found.email) == (name, email)


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("fr", "fr"),
        ("fr_FR", "fr-FR"),
        ("EN-us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("français", ""),
        ("", ""),
        ("x", ""),
    ],
)
def test_languages_are_tags(written: str, tag: str) -> None:
    """BCP 47 in its usual case."""
    assert language_tag(written) == tag


def test_hints_are_taken_or_ignored() -> None:
    """ttl; skipHours and skipDays; the syndication module."""
    assert [hints.from_ttl(text) for text in ("60", "180", "99999", "0", "-1", "x", "")] == [
        3600,
        10800,
        86400,
        None,
        None,
        None,
        None,
    ]
    assert hints.from_period("daily", "2") == 43200
    assert hints.from_period(None, "2") == 43200
    assert hints.from_period("weekly", None) == 7 * 86400
    assert hints.from_period(None, None) is None
    assert hints.from_period("often", "1") is None
    assert hints.from_period("hourly", "x") is None
    assert hints.hours(["0", "24", "3", "25", "x"]) == (0, 3)
    assert hints.hours([str(hour) for hour in range(24)]) == ()
    assert hints.days(["Monday", " sunday "]) == (0, 6)
    assert hints.days(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]) == ()


def test_a_page_names_its_feeds_in_its_order() -> None:
    """Each once, absolute, whatever the case and the quotes; not what is commented out, nor what is no feed."""
    page = (
        "<HTML><head><LINK REL=alternate TYPE='application/rss+xml' HREF=/rss.xml><link rel='feed' href='b.xml'>"
        '<link rel="alternate" type="application/atom+xml" href="https://autre.example/atom.xml?a=1&amp;b=2">'
        '<link rel="alternate" type="application/rss+xml" href="/rss.xml"><link rel="alternate" type="text/html" href="/en">'
        '<!-- <link rel="alternate" type="application/rss+xml" href="/old.xml"> <link rel="alternate"'
        ' --><link rel="alternate stylesheet" type="text/xml" href="x"></head></HTML>'
    )
    assert discovery.candidates(page.encode(), "https://x.example/blog/") == (
        ("https://x.example/rss.xml", "application/rss+xml"),
        ("https://x.example/blog/b.xml", ""),
        ("https://autre.example/atom.xml?a=1&b=2", "application/atom+xml"),
    )
    assert discovery.candidates(b"", "https://x.example/") == ()
    assert discovery.candidates("<link rel=alternate type=text/xml href=é>".encode("utf-16"), "https://x.example/") == (
        ("https://x.example/é", "text/xml"),
    )


def test_an_error_page_is_no_feed_and_names_none() -> None:
    """A 200 that says "database error"."""
    found = parse(
        b"<html><body><h1>Database error</h1></body></html>", content_type="", url="https://x.example/", max_entries=1
    )
    assert isinstance(found, Unreadable)
    assert (found.error_class, found.candidates) == ("not-a-feed", ())


def test_faults_are_said_with_their_line_and_their_mend() -> None:
    def reason(inside: str) -> str:
        body = f"<rss version='2.0'>\n<channel>\n<item><title>{inside}</title></item></channel></rss>"
        found = parse(body.encode(), content_type="", url="https://x.example/", max_entries=1)
        assert isinstance(found, RawFeed)
        assert found.reader_reason == str(found.warnings[0])
        return found.reader_reason

    assert reason("a & b") == "line 3: `&` must be written `&amp;`; read anyway"
    assert reason("a &b c") == "line 3: `&` must be written `&amp;`; read anyway"
    assert reason("a&nbsp;b") == "line 3: XML does not know `&nbsp;`: write the character itself; read anyway"
    assert reason("a\x0bb") == "line 3: a control character, which XML cannot hold; read anyway"
    assert "prefix" in reason("<dc:x/>")
    assert reason("</channel>").startswith("line 3: not well-formed XML")


def test_the_version_of_the_parser_is_a_word() -> None:
    assert PARSER_VERSION
    assert PARSER_VERSION.isascii()


def test_a_category_of_atom_is_known_by_its_label_and_by_its_term() -> None:
    categories = (
        '<category term="php" label="Langage"/><category term="js" label="JS"/><category term="Tests"/>'
        '<category term="https://x.example/tags/7" label="Web"/><category term="12" label="Divers"/>'
    )
    for closing in ("</feed>", "&nope;</feed>"):  # the strict reader, and the liberal one
        document = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:1</id><title>t</title>{categories}</entry>{closing}'
        assert only(document.encode()).categories == ("Langage", "php", "JS", "Tests", "Web", "Divers")
