from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.model import (
    Deleted,
    Enclosure,
    Entry,
    Message,
    ParsedDate,
    Person,
    RawEntry,
    RawFeed,
    RawLink,
    RawPerson,
    RawSource,
    Read,
    SourceRef,
    Text,
    UnchangedEntry,
)
from planet.normalise import dates, identity, metadata, normalise
from planet.sanitise import sanitise
from planet.when import EARLIEST_YEAR
from tests.support.effort import examples

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = timedelta(days=1)
FEED = "https://blog.example/feed.xml"


def html(value: str, **more: Any) -> Text:
    return Text(value=value, **more)


def plain(value: str) -> Text:
    return Text(value=value, kind="text")


def on(value: datetime | None, *, date_only: bool = False, written: str = "") -> ParsedDate:
    return ParsedDate(written=written or str(value), value=value, date_only=date_only)


def raw(position: int = 0, **fields: Any) -> RawEntry:
    if isinstance(fields.get("title"), str):
        fields["title"] = html(fields["title"])
    return RawEntry(position=position, **linked(fields))


def linked(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with `link` and `comments`, addresses, as the links that a document would have."""
    elements = {"link": "alternate", "comments": "replies"}
    links = [RawLink(element=name, href=fields.pop(name), rel=rel) for name, rel in elements.items() if name in fields]
    return {**fields, "links": (*links, *fields.get("links", ()))}


def feed(*entries: RawEntry, **fields: Any) -> RawFeed:
    return RawFeed(
        **{"format": "rss20", "reader": "strict", "link": "https://blog.example/", **fields}, entries=entries
    )


def read(*entries: RawEntry, known: dict[str, str] | None = None, url: str = FEED, **fields: Any) -> Read:
    return normalise(
        feed(*entries, **fields),
        feed=FEED,
        url=url,
        known=known or {},
        sanitise=sanitise,
        now=NOW,
    )


def one(entry: RawEntry | None = None, **fields: Any) -> Entry:
    about = {
        name: fields.pop(name) for name in ("format", "base", "authors_of_feed", "language_of_feed") if name in fields
    }
    renamed = {"authors_of_feed": "authors", "language_of_feed": "language"}
    (found,) = read(entry or raw(**fields), **{renamed.get(name, name): value for name, value in about.items()}).entries
    assert isinstance(found, Entry)
    return found


# --- identity -----------------------------------------------------------------------------------------------------------------


def test_without_an_id_the_link_is_what_an_entry_is_known_by() -> None:
    before = one(link="https://blog.example/post", title="Befor")
    after = one(link="https://blog.example/post", title="Before", content=html("more"))
    assert before.uid == after.uid
    assert before.content_hash != after.content_hash


def test_without_id_and_link_title_and_text_are_and_the_link_is_the_sites() -> None:
    entry = one(title="Only a title")
    assert entry.uid.startswith("hash:")
    assert (entry.link, entry.link_key) == ("https://blog.example/", "")
    assert one(title="Only a title", content=html("text")).uid != entry.uid


def test_a_guid_that_is_no_permalink_is_no_link() -> None:
    guid = "https://blog.example/?p=12"
    assert one(id=guid, title="t").link == "https://blog.example/"
    assert one(id=guid, links=(RawLink(element="guid", href=guid),), title="t").link == guid
    podcast = one(id="x", title="t", enclosures=(Enclosure(url="/e1.mp3"),))
    assert podcast.link == "https://blog.example/e1.mp3"
    assert (
        one(id="x", title="t", links=(RawLink(element="atom:link", href="/there"),)).link
        == "https://blog.example/there"
    )


@pytest.mark.parametrize(
    ("links", "page"),
    [
        ([("guid", "g"), ("link", "l"), ("feedburner:origlink", "o"), ("atom:link", "a")], "o"),
        ([("guid", "g"), ("link", "l"), ("atom:link", "a")], "l"),
        ([("content", "c"), ("atom:link", "a"), ("guid", "g")], "g"),
        ([("external_url", "e"), ("url", "u")], "u"),
        ([("link", "javascript:void(0)"), ("atom:link", "a")], "a"),
        ([("link", "l.pdf", "alternate", "application/pdf"), ("link", "l"), ("link", "m")], "l"),
        ([("link", "s", "self"), ("link", "r", "replies"), ("content", "c")], "c"),
        ([("link", "s", "self")], "file.mp3"),
    ],
)
def test_of_several_links_the_page_is_chosen_by_element_then_type_then_order(
    links: list[tuple[str, ...]], page: str
) -> None:
    given = tuple(RawLink(**dict(zip(("element", "href", "rel", "type"), link, strict=False))) for link in links)
    assert (
        one(id="x", title="t", links=given, enclosures=(Enclosure(url="file.mp3"),)).link
        == f"https://blog.example/{page}"
    )


def test_an_id_that_is_no_url_is_only_an_id() -> None:
    entry = one(id="post-12", format="atom10", title="t")
    assert (entry.uid, entry.id, entry.link) == ("post-12", "post-12", "https://blog.example/")


def test_an_atom_id_that_is_an_address_is_the_link_of_an_entry_that_has_none() -> None:
    entry = one(id="http://clermontech.example/blog/hello", format="atom10", title="t")
    assert entry.link == "http://clermontech.example/blog/hello"
    assert entry.link_key == "clermontech.example/blog/hello"
    assert one(id="tag:blog.example,2026:1", format="atom10", title="t").link == "https://blog.example/"


def test_entries_under_one_guid_are_told_apart_by_their_links_whatever_their_order() -> None:
    entries = [raw(n, id="1", link=f"/{n}", title=f"Title {n}") for n in range(3)]
    uids = {entry.uid for entry in read(*entries).entries}
    assert len(uids) == 3
    assert {entry.uid for entry in read(*[replace(e, position=2 - e.position) for e in entries]).entries} == uids


def test_several_things_on_one_page_without_ids_are_told_apart_by_their_titles() -> None:
    entries = [raw(n, link="/groups", title=f"Evening {n}") for n in range(3)]
    assert len({entry.uid for entry in read(*entries).entries}) == 3


@pytest.mark.parametrize("form", ["atom10", "rss20"])
def test_of_two_versions_of_an_entry_the_one_updated_last_stays(form: str) -> None:
    old = raw(0, id="a", link="/a", title="Old", updated=on(NOW - 3 * DAY))
    new = raw(1, id="a", link="/a", title="New", updated=on(NOW - DAY))
    other = raw(2, id="b", link="/b", title="Other")
    for entries in ((old, new, other), (replace(new, position=0), replace(old, position=1), other)):
        titles = [entry.title for entry in read(*entries, format=form).entries if isinstance(entry, Entry)]
        assert titles == ["New", "Other"]


def test_two_versions_of_an_atom_entry_may_even_have_other_links() -> None:
    old = raw(0, id="a", link="/a", title="Old", updated=on(NOW - 3 * DAY))
    new = raw(1, id="a", link="/b", title="New", updated=on(NOW - DAY))
    assert len(read(old, new, raw(2, id="b"), format="atom10").entries) == 2


@pytest.mark.parametrize(
    "written",
    ["http://blog.example/1", "https://blog.example/1/", "https://www.blog.example/1", "HTTPS://WWW.Blog.Example/1/"],
)
def test_scheme_www_and_trailing_slash_of_an_id_fold(written: str) -> None:
    entry = one(id=written, title="t")
    assert (entry.uid, entry.id) == ("blog.example/1", written)


def test_an_id_keeps_its_case_and_its_blanks_inside() -> None:
    assert one(id=" Post 12/ ", title="t").uid == "Post 12/"
    assert one(id="https://blog.example/A", title="t").uid != one(id="https://blog.example/a", title="t").uid


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://feedproxy.google.com/~r/blog/~3/abc/", "https://blog.example/x.png"),
        ("https://click.mail.example/track?u=1", "https://blog.example/x.png"),
        ("https://t.co/abc", "https://blog.example/x.png"),
        ("https://blog.example/2026/post/", "https://blog.example/2026/post/x.png"),
    ],
)
def test_a_service_that_counts_clicks_is_no_base_of_relative_links(link: str, target: str) -> None:
    entry = one(raw(link=link, content=html("<p>Voici <a href='x.png'>x</a></p>")), link="https://blog.example/")
    assert f'href="{target}"' in entry.html


def test_links_are_compared_without_tracking_and_shown_without_it() -> None:
    entry = one(id="x?t=1", link="http://www.Blog.example:80/a.html?b=2&utm_source=rss&a=1#more", title="t")
    assert entry.link == "http://www.Blog.example:80/a.html?b=2&a=1#more"
    assert entry.link_key == one(id="x?t=2", link="https://blog.example/a/?a=1&b=2", title="t").link_key


def test_an_entry_from_another_feed_names_its_source_and_its_author() -> None:
    entry = one(
        id="x",
        title="t",
        source=RawSource(id="tag:o", title="O &amp; co", url="https://o.example/", authors=(RawPerson(name="Olga"),)),
    )
    assert entry.source == SourceRef(id="tag:o", title="O & co", url="https://o.example/")
    assert entry.authors == (Person(name="Olga"),)


def test_an_entry_that_says_nothing_at_all_is_left_out() -> None:
    assert read(raw(0), raw(1, title="  "), raw(2, title="t")).entries[0].position == 2


def test_an_entry_that_says_what_it_said_is_only_seen() -> None:
    entry = raw(0, id="a", title="t", content=html("text"), published=on(NOW - DAY))
    before = read(entry).entries[0]
    known = {before.uid: before.raw_hash}
    assert read(replace(entry, position=7), known=known).entries == (
        UnchangedEntry(uid="a", raw_hash=before.raw_hash, position=7, published=NOW - DAY),
    )
    assert isinstance(read(replace(entry, categories=("new",)), known=known).entries[0], Entry)


def test_an_unchanged_entry_is_not_sanitised_again() -> None:
    def never(*_: object, **__: object) -> Any:
        raise AssertionError

    entry = raw(0, id="a", title="t", content=html("text"))
    before = read(entry).entries[0]
    again = normalise(
        feed(entry),
        feed=FEED,
        url=FEED,
        known={before.uid: before.raw_hash},
        sanitise=never,
        now=NOW + DAY,
    )
    assert isinstance(again.entries[0], UnchangedEntry)


def test_what_the_planet_is_told_about_deletions_is_folded_like_ids() -> None:
    assert read(deleted=(Deleted(ref="https://www.blog.example/1/", when=NOW), Deleted(ref=" "))).deleted == (
        Deleted(ref="blog.example/1", when=NOW),
    )


# --- dates --------------------------------------------------------------------------------------------------------------------


def test_a_date_that_cannot_be_read_is_missing() -> None:
    entry = one(id="a", title="t", published=on(None, written="yesterday"), updated=on(NOW - DAY))
    assert (entry.published, entry.date_reason) == (None, "updated")


def test_the_warnings_of_the_parser_are_passed_on() -> None:
    warning = Message.of("line {line}: odd", line=3)
    assert read(warnings=(warning,)).warnings == (warning,)


def test_a_date_to_come_is_kept_as_claimed() -> None:
    assert one(id="a", title="t", published=on(NOW + DAY)).published == NOW + DAY


@pytest.mark.parametrize("year", [1, 1970, 1989, 2037, 9999])
def test_a_date_that_nobody_meant_is_missing(year: int) -> None:
    entry = one(id="a", title="t", published=on(datetime(year, 1, 1, tzinfo=UTC)))
    assert (entry.published, entry.date_reason) == (None, "")


def test_the_next_best_date_counts_then() -> None:
    entry = one(id="a", title="t", published=on(datetime(1970, 1, 1, tzinfo=UTC)), updated=on(NOW - DAY))
    assert (entry.published, entry.updated, entry.date_reason) == (None, NOW - DAY, "updated")


def test_a_day_without_an_hour_is_said_to_be_one() -> None:
    assert one(id="a", title="t", published=on(NOW - DAY, date_only=True)).date_only


def test_only_updated_is_what_it_says() -> None:
    entry = one(id="a", title="t", updated=on(NOW - DAY))
    assert (entry.published, entry.updated, entry.date_reason) == (None, NOW - DAY, "updated")


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2024/03/05/post", (2024, 3, 5)),
        ("/2024/3/5/", (2024, 3, 5)),
        ("/posts/2024-03-05-title.html", (2024, 3, 5)),
        ("/20240305-title", (2024, 3, 5)),
        ("/2024/03/", None),
        ("/2024/13/45/", None),
        ("/120240305", None),
        ("/2031/01/01/", None),
        ("/1024/768/1", None),
        ("/v2024.03.05", None),
    ],
)
def test_the_day_in_an_address_is_read(path: str, day: tuple[int, int, int] | None) -> None:
    entry = one(link=f"https://blog.example{path}", title="t")
    assert entry.url_date == (datetime(*day, tzinfo=UTC) if day else None)
    assert entry.date_reason == ("url" if day else "")


def test_the_date_of_the_document_is_its_own() -> None:
    assert read(updated=on(NOW - DAY)).feed_date == NOW - DAY
    assert read().feed_date is None


# --- titles, text, addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (html("<b>Bold</b> &amp; <i>good</i>"), "Bold & good"),
        (html("AT&T"), "AT&T"),
        (html("a < b && c > d"), "a < b && c > d"),
        (html("Using &lt;b&gt; in HTML"), "Using <b> in HTML"),
        (html("List<T> and Map<K, V>"), "List<T> and Map<K, V>"),
        (html("Line\n  break\tand\xa0more"), "Line break and more"),
        (html("A<br>B<p>C</p>"), "A B C"),
        (html("The <dialog> element, <br> and <section></section>"), "The <dialog> element, and <section></section>"),
        (html("An <em>important</em> note on <b> and <math><mi>x</mi></math>"), "An important note on <b> and x"),
        (html("&lt;![CDATA[In a box]]&gt; &#55357;&#56832;"), "<![CDATA[In a box]]> 😀"),
        (html("<![CDATA[In a box]]>"), "In a box"),
        (html('<img src="e.png" class="emoji" alt="😀"> smiles'), "😀 smiles"),
        (html("x<script>alert(1)</script>"), "x"),
        (plain("Literal <b> & &amp;"), "Literal <b> & &amp;"),
        (html("\u202eevil\u200b\x00\x1b[0m"), "evil[0m"),
        (html("&amp;lt;"), "&lt;"),
    ],
)
def test_a_title_is_text(title: Text, shown: str) -> None:
    assert one(id="a", title=title).title == shown


def test_a_title_is_bounded() -> None:
    assert len(one(id="a", title="word " * 10_000).title) <= 300


def test_without_a_title_the_first_words_are_shown_as_one() -> None:
    entry = one(id="a", content=html("<p>A note about nothing in particular, " + "and then some more " * 10 + "</p>"))
    assert entry.untitled
    assert entry.title.startswith("A note about nothing")
    assert (len(entry.title) <= 80, entry.title.endswith("…")) == (True, True)
    assert entry.title_key == ""


def test_without_title_and_text_the_day_is_and_never_the_address() -> None:
    assert one(link="https://blog.example/p/my-photo.html", content=html("<img src=/p.jpg>")).title == "…"
    assert one(id="x", published=on(NOW)).title == "2026-11-23"
    assert one(id="tag:x").title == "tag:x"


def test_a_title_alone_is_an_entry() -> None:
    entry = one(id="a", title="Title")
    assert (entry.title, entry.html, entry.text, entry.words) == ("Title", "", "", 0)


def test_the_content_is_shown_and_the_summary_kept_apart() -> None:
    entry = one(id="a", title="t", content=html("<p>All of it</p>"), summary=html("A <b>bit</b> [&#8230;]"))
    assert (entry.html, entry.summary) == ("<p>All of it</p>", "A bit")


def test_without_content_the_summary_is_the_text() -> None:
    entry = one(id="a", title="t", content=html(" \n"), summary=html("A <b>bit</b>"))
    assert (entry.html, entry.text, entry.summary) == ("A <b>bit</b>", "A bit", "")


def test_a_summary_that_says_the_same_is_none() -> None:
    assert one(id="a", title="t", content=html("<p>Same</p>"), summary=plain("Same")).summary == ""


def test_what_a_blog_program_adds_to_a_summary_goes() -> None:
    summary = html("First words [&hellip;]")
    assert one(id="a", title="t", content=html("x"), summary=summary).summary == "First words"
    summary = html("<p>First words.</p>\n<p>The post <a href=/x>T</a> appeared first on <a href=/>B</a>.</p>")
    assert one(id="a", title="t", content=html("x"), summary=summary).summary == "First words."


def test_plain_text_keeps_its_lines_and_its_signs() -> None:
    assert one(id="a", title="t", content=plain("a < b\nc\n\nd & e")).html == "<p>a &lt; b<br>\nc</p><p>d &amp; e</p>"


def test_what_was_escaped_twice_is_read_twice() -> None:
    entry = one(id="a", title="t", content=html("&lt;p class=&quot;x&quot;&gt;Hello &amp;amp; you&lt;/p&gt;"))
    assert entry.html == "<p>Hello &amp; you</p>"
    assert one(id="a", title="t", content=html("if a &lt; b and c &gt; d")).text == "if a < b and c > d"
    assert one(id="a", title="t", content=html("<p>write &lt;p&gt; here</p>")).text == "write <p> here"


def test_control_characters_are_nowhere() -> None:
    dirty = "a\x00\x08\x0b\x1f\x7f\x85\ufffe\ud800b&#11;&#x1;"
    entry = one(
        id=dirty,
        title=html(dirty),
        content=html(dirty),
        summary=plain(dirty + "x"),
        categories=(dirty,),
        authors=(RawPerson(name=dirty),),
    )
    assert (entry.id, entry.title, entry.text, entry.tags) == ("ab&#11;&#x1;", "ab", "ab", ("ab",))
    assert (entry.summary, entry.authors[0].name) == ("ab&#11;&#x1;x", "ab")


def test_named_characters_are_read_and_unknown_ones_kept() -> None:
    assert one(id="a", title="t", content=html("&eacute;&nbsp;&foo;")).text == "é &foo;"


def test_relative_addresses_start_from_xml_base_else_the_link_else_the_feed() -> None:
    body = '<a href="x">x</a>'
    cases: list[tuple[dict[str, Any], str]] = [
        ({"content": html(body, base="https://base.example/b/")}, "https://base.example/b/x"),
        ({"content": html(body, base="/sub/")}, "https://blog.example/sub/x"),
        ({"content": html(body), "base": "https://entry.example/"}, "https://entry.example/x"),
        ({"content": html(body), "link": "https://post.example/p/"}, "https://post.example/p/x"),
        ({"content": html(body), "id": "1"}, "https://blog.example/x"),
        ({"content": html('<base href="https://own.example/">' + body), "link": "/p/"}, "https://own.example/x"),
    ]
    for fields, expected in cases:
        assert one(**{"title": "t", **fields}).links == (expected,)
    found = read(raw(0, id="1", title="t", content=html(body), link="/p/"), base="https://feedbase.example/").entries[0]
    assert isinstance(found, Entry)
    assert found.links == ("https://feedbase.example/x",)


def test_a_relative_link_starts_from_the_site_else_the_feed() -> None:
    assert one(link="/post", title="t").link == "https://blog.example/post"
    found = read(raw(0, link="post", title="t"), url="https://feeds.example/f/feed.xml", link="").entries[0]
    assert isinstance(found, Entry)
    assert found.link == "https://feeds.example/f/post"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "java\nscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://[::1",
        "http://h:99999/",
        "http://u:p@h/",
        "x" * 100_000,
    ],
)
def test_a_link_that_must_not_be_followed_is_no_link(link: str) -> None:
    entry = one(id="a", link=link, title="t", comments=link, pictures=(link,), enclosures=(Enclosure(url=link),))
    assert all(
        url == "" or url.startswith("https://blog.example/") for url in (entry.link, entry.comments, entry.image)
    )
    assert len(entry.link) < 3000


# --- what stands beside the text --------------------------------------------------------------------------------------------------


def test_files_are_kept_once_each_with_lengths_that_can_be_true() -> None:
    entry = one(
        id="a",
        title="t",
        enclosures=(
            Enclosure(url="/a.mp3", type="audio/MPEG", length=-1),
            Enclosure(url="https://blog.example/a.mp3", length=12, title="A &amp; B"),
            Enclosure(url="javascript:x"),
            Enclosure(url="/b.jpg", type="nonsense", length=0),
        ),
    )
    assert entry.enclosures == (
        Enclosure(url="https://blog.example/a.mp3", type="audio/mpeg", length=12, title="A & B"),
        Enclosure(url="https://blog.example/b.jpg"),
    )


def test_the_picture_to_lead_with_is_the_thumbnail_else_of_the_text_else_attached() -> None:
    smiley = "<img src=https://s.w.org/images/core/emoji/1.png>"
    fields: dict[str, Any] = {
        "id": "a",
        "title": "t",
        "pictures": ("/t.jpg",),
        "content": html(f"{smiley}<img src=/c.jpg>"),
        "enclosures": (Enclosure(url="/e.jpg", type="image/jpeg"),),
    }
    assert one(**fields).image == "https://blog.example/t.jpg"
    assert one(**{**fields, "pictures": ()}).image == "https://blog.example/c.jpg"
    assert one(**{**fields, "pictures": (), "content": html(smiley)}).image == "https://blog.example/e.jpg"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("joe@x.example (Joe Doe)", "Joe Doe"),
        ("Joe Doe <joe@x.example>", "Joe Doe"),
        ("Joe & Jim", "Joe & Jim"),
        ("joe@x.example", ""),
        ("mailto:joe@x.example", ""),
        ("<b>Joe</b>", "Joe"),
        ("noreply@blogger.com (Unknown)", ""),
        ("Another Member (a@b.example\nBcc: c@d.example)", "Another Member"),
        ("None", ""),
    ],
)
def test_a_name_is_shown_and_never_an_address(written: str, shown: str) -> None:
    assert metadata.person_name(written) == shown


def test_those_of_the_entry_come_before_those_of_the_feed() -> None:
    of_feed = (RawPerson(name="Feed", url="https://f.example/"),)
    several = (RawPerson(name="A"), RawPerson(name="B", email="b@x"), RawPerson(name="a"))
    assert [p.name for p in one(id="a", title="t", authors=several, authors_of_feed=of_feed).authors] == ["A", "B"]
    assert one(id="a", title="t", authors_of_feed=of_feed).authors == (Person(name="Feed", url="https://f.example/"),)
    nobody = (RawPerson(name="", email="b@x"),)
    assert [p.name for p in one(id="a", title="t", authors=nobody, authors_of_feed=of_feed).authors] == ["Feed"]


def test_the_most_specific_language_counts_in_its_usual_writing() -> None:
    assert one(id="a", title="t", content=html("x", lang="FR_fr"), language="de").language == "fr-FR"
    assert one(id="a", title="t", language="zh-hant-tw", language_of_feed="fr").language == "zh-Hant-TW"
    assert one(id="a", title="t", language="not a language", language_of_feed="fr").language == "fr"


def test_tags_are_parted_at_commas_and_told_once() -> None:
    written = ("PHP, Symfony", "php", " Vie   privée ", "<b>x</b> & y", "", ",,", "C++", "C#")
    assert one(id="a", title="t", categories=written).tags == ("PHP", "Symfony", "Vie privée", "x & y", "C++", "C#")


def test_tags_and_names_are_bounded() -> None:
    entry = one(
        id="i" * 100_000,
        title="t",
        categories=tuple(f"tag {n} {'x' * 500}" for n in range(500)),
        authors=tuple(RawPerson(name=f"{n} {'y ' * 5000}") for n in range(100)),
    )
    assert (len(entry.tags), len(entry.authors)) == (metadata.MOST_TAGS, metadata.MOST_AUTHORS)
    assert max(map(len, entry.tags)) <= 60
    assert max(len(author.name) for author in entry.authors) <= 100
    assert (len(entry.id), entry.uid.startswith("digest:")) == (2000, True)


def test_the_same_text_is_the_same_under_another_id_and_address() -> None:
    body = '<p id="a">Text with a <a href="#a">link</a> and <img src="/i.png"></p>'
    first = one(id="1", link="https://blog.example/1", title="Title", content=html(body))
    moved = one(id="2", link="http://www.blog.example/1/", title="Title", content=html(body))
    assert first.html != moved.html
    assert (first.text_key, first.content_hash) == (moved.text_key, moved.content_hash)


def test_what_a_reader_sees_makes_the_content_hash() -> None:
    fields: dict[str, Any] = {"id": "1", "link": "/1", "title": "Title", "content": html("<p>x</p>")}
    before = one(**fields)
    assert one(**{**fields, "categories": ("new",)}).content_hash == before.content_hash
    assert one(**{**fields, "updated": on(NOW)}).content_hash == before.content_hash
    for change in ({"title": html("Other")}, {"content": html("<p>y</p>")}, {"enclosures": (Enclosure(url="/a.mp3"),)}):
        assert one(**{**fields, **change}).content_hash != before.content_hash


# --- for any document ---------------------------------------------------------------------------------------------------------------

odd = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            " ",
            "https://blog.example/a",
            "http://[::1",
            "//x",
            "javascript:x",
            "#",
            "a@b.c (d)",
            "<p>",
            "&lt;p&gt;",
            "\ud800",
            "http://h:99999/",
            "/2024/02/30/",
            "e" * 3000,
        ]
    ),
)
some_text = st.none() | st.builds(Text, value=odd, kind=st.sampled_from(["text", "html"]), base=odd, lang=odd)
some_moment = st.none() | st.builds(
    ParsedDate, written=odd, value=st.none() | st.datetimes(timezones=st.just(UTC)), date_only=st.booleans()
)
some_person = st.builds(RawPerson, name=odd, email=odd, url=odd)
some_people = st.lists(some_person, max_size=2).map(tuple)
some_entry = st.builds(
    RawEntry,
    position=st.integers(0, 5),
    id=odd,
    base=odd,
    links=st.lists(
        st.builds(
            RawLink,
            element=st.sampled_from(["link", "guid", "atom:link", "content"]),
            href=odd,
            rel=st.sampled_from(["alternate", "replies", "via"]),
        ),
        max_size=3,
    ).map(tuple),
    title=some_text,
    content=some_text,
    summary=some_text,
    published=some_moment,
    updated=some_moment,
    authors=some_people,
    categories=st.lists(odd, max_size=3).map(tuple),
    enclosures=st.lists(
        st.builds(Enclosure, url=odd, type=odd, length=st.none() | st.integers(), title=odd), max_size=2
    ).map(tuple),
    pictures=st.tuples(odd),
    language=odd,
    source=st.none() | st.builds(RawSource, id=odd, title=odd, url=odd, feed_url=odd, authors=some_people),
)
some_feed = st.builds(
    RawFeed,
    format=st.sampled_from(["rss20", "atom10", "json11", "rss10"]),
    reader=st.just("strict"),
    id=odd,
    title=odd,
    link=odd,
    base=odd,
    language=odd,
    updated=some_moment,
    authors=some_people,
    entries=st.lists(some_entry, max_size=4).map(tuple),
    deleted=st.lists(st.builds(Deleted, ref=odd), max_size=2).map(tuple),
)


@settings(max_examples=examples(300))
@given(some_feed, odd)
def test_nothing_raises_whatever_a_document_says(document: RawFeed, url: str) -> None:
    found = normalise(document, feed=url, url=url, known={}, sanitise=sanitise, now=NOW)
    uids = [entry.uid for entry in found.entries]
    assert len(uids) == len(set(uids))
    for entry in found.entries:
        assert isinstance(entry, Entry)
        assert entry.title.strip()
        repr(entry).encode()
    again = normalise(
        document,
        feed=url,
        url=url,
        known={entry.uid: entry.raw_hash for entry in found.entries},
        sanitise=sanitise,
        now=NOW,
    )
    assert [(seen.uid, seen.raw_hash, seen.position) for seen in again.entries] == [
        (entry.uid, entry.raw_hash, entry.position) for entry in found.entries
    ]
    assert all(isinstance(seen, UnchangedEntry) for seen in again.entries)


@given(st.text(max_size=40))
def test_the_way_to_a_site_makes_no_difference_to_an_id(path: str) -> None:
    written = {
        identity.fold_id(way + path) for way in ("http://h.example/", "https://www.H.example/", "HTTP://h.example/")
    }
    assert len(written) == 1


@given(st.text(max_size=60))
def test_a_day_is_found_in_any_address_or_none(url: str) -> None:
    day = dates.day_in(url, NOW)
    assert day is None or EARLIEST_YEAR <= day.year <= NOW.year


# --- the language of texts that name none -----------------------------------------------------------------------------------------

FRENCH = (
    "Bonjour à tous, voici le programme de la prochaine soirée du groupe : deux conférences, un repas et beaucoup de "
    "discussions entre développeurs, comme toujours. Venez nombreux, l'entrée est libre."
)


def test_a_text_that_names_no_language_shows_it_by_its_words() -> None:
    entry = one(id="a", title="Programme", content=html(f"<p>{FRENCH}</p>"))
    assert (entry.language, entry.language_found) == ("fr", True)


def test_a_language_that_is_named_is_never_doubted() -> None:
    entry = one(id="a", title="Programme", content=html(f"<p>{FRENCH}</p>"), language="en")
    assert (entry.language, entry.language_found) == ("en", False)


@pytest.mark.parametrize("text", ["", "Bonjour", "x = 1; y = 2; " * 30, "https://example.org/a " * 20])
def test_what_is_too_short_or_no_prose_shows_no_language(text: str) -> None:
    assert one(id="a", title="T", content=html(text)).language_found is False
