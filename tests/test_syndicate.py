"""The feeds that leave the planet: read back by a reader, and checked by the rules of the W3C feed validator."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
import listparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from planet.model import Artifact, Config, Edition, Enclosure, Message, Owner, Person, Site, Story, Technology
from planet.render.health import health_rows
from planet.render.syndicate import feeds, health_json, opml, robots, sitemap
from planet.render.syndicate.items import absolute_fragments, public_url
from planet.sanitise import sanitise
from planet.text import one_line
from planet.urls import is_iri
from tests.support import editions
from tests.support.editions import NOW, SOURCES
from tests.support.effort import examples
from tests.support.safe import safe

ATOM = "{http://www.w3.org/2005/Atom}"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
URI = re.compile(r"https?://[A-Za-z0-9.:\[\]_~%!$&'()*+,;=-]+(?:[/?#][A-Za-z0-9._~%!$&'()*+,;=:@/?#\[\]-]*)?")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def files(artifacts: Sequence[Artifact]) -> dict[str, bytes]:
    made = {artifact.path: artifact.make() for artifact in artifacts}
    assert len(made) == len(artifacts), "a path is made twice"
    return made


def made(edition: Edition) -> dict[str, bytes]:
    return files(list(feeds(edition)))


def one_story(**fields: object) -> dict[str, bytes]:
    return made(editions.edition([editions.story(1, **fields)]))


# -- The rules of the validator, as assertions ------------------------------------------------------------------------


def check_html(content: str) -> None:
    """No relative reference, no script, nothing that acts, in the HTML of an entry."""
    if not content.strip():
        return
    root = html.fragment_fromstring(content, create_parent="div")
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in {"script", "style", "iframe", "object", "embed", "form", "meta", "base", "link"}
        for name, value in element.attrib.items():
            assert not name.startswith("on"), f"{element.tag} {name}"
            if name in {"href", "src", "poster", "cite"}:
                assert re.match(r"(?:https?://|mailto:)", value), f"{element.tag} {name}={value}"


def check_atom(path: str, data: bytes, site: str) -> etree._Element:
    root = etree.fromstring(data)
    assert root.tag == f"{ATOM}feed"
    for parent in (root, *root.iter(f"{ATOM}entry", f"{ATOM}source")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(ATOM + name)) == 1, f"{path}: {parent.tag} {name}"
        identifier = parent.findtext(f"{ATOM}id") or ""
        assert is_iri(identifier), f"{path}: id {identifier!r}"
        for name in ("updated", "published"):
            for date in parent.findall(ATOM + name):
                assert RFC3339.fullmatch(date.text or ""), f"{path}: {name} {date.text!r}"
        assert (parent.findtext(f"{ATOM}title") or "").strip(), f"{path}: a title is blank"
    assert root.find(f"{ATOM}author") is not None
    for author in root.iter(f"{ATOM}author"):
        assert (author.findtext(f"{ATOM}name") or "").strip()
        assert all(is_iri(uri.text or "") for uri in author.findall(f"{ATOM}uri"))
    (own,) = root.findall(f"{ATOM}link[@rel='self']")
    assert own.get("href") == site + path
    assert own.get("type") == "application/atom+xml"
    for link in root.iter(f"{ATOM}link"):
        assert is_iri(link.get("href") or ""), f"{path}: {link.get('rel')} {link.get('href')!r}"
        assert re.match(r"https?://[^/]", link.get("href") or "")
    entries = root.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids)), f"{path}: ids are not unique"
    for entry in entries:
        assert len(entry.findall(f"{ATOM}link[@rel='alternate']")) == 1
        assert entry.find(f"{ATOM}author") is not None
        assert (entry.find(f"{ATOM}content") is not None) or (entry.find(f"{ATOM}summary") is not None)
        assert len(entry.findall(f"{ATOM}content")) <= 1
        assert len(entry.findall(f"{ATOM}summary")) <= 1
        assert all(category.get("term") for category in entry.findall(f"{ATOM}category"))
        assert (entry.findtext(f"{ATOM}updated") or "") >= (entry.findtext(f"{ATOM}published") or "")
        for enclosure in entry.findall(f"{ATOM}link[@rel='enclosure']"):
            assert enclosure.get("type")
        content = entry.find(f"{ATOM}content")
        if content is not None:
            assert content.get("type") == "html"
            check_html(content.text or "")
    newest = max((entry.findtext(f"{ATOM}updated") or "" for entry in entries), default=None)
    assert newest is None or root.findtext(f"{ATOM}updated") == newest
    return root


def check_rss(path: str, data: bytes, site: str) -> etree._Element:
    root = etree.fromstring(data)
    assert root.tag == "rss"
    assert root.get("version") == "2.0"
    (channel,) = root
    for name in ("title", "link", "description", "lastBuildDate", "generator", "language"):
        assert len(channel.findall(name)) == 1, name
        assert (channel.findtext(name) or "").strip(), f"{path}: {name} is blank"
    assert parsedate_to_datetime(channel.findtext("lastBuildDate") or "").tzinfo is not None
    assert re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", channel.findtext("language") or "")
    editor = channel.findtext("managingEditor")
    assert editor is None or re.fullmatch(r"\S+@\S+ \(.+\)", editor)
    (own,) = channel.findall(f"{ATOM}link[@rel='self']")
    assert own.get("href") == site + path
    items = channel.findall("item")
    guids = [item.findtext("guid") for item in items]
    assert len(guids) == len(set(guids)), f"{path}: guids are not unique"
    for item in items:
        assert (item.findtext("title") or "").strip()
        assert URI.fullmatch(item.findtext("link") or ""), item.findtext("link")
        guid = item.find("guid")
        assert guid is not None
        assert guid.text
        if guid.get("isPermaLink") == "true":
            assert guid.text == item.findtext("link")
        else:
            assert guid.get("isPermaLink") == "false"
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", item.findtext("pubDate") or "")
        assert item.find(f"{{{NAMES['dc']}}}creator") is not None
        assert len(item.findall("enclosure")) <= 1
        for enclosure in item.findall("enclosure"):
            assert set(enclosure.attrib) == {"url", "length", "type"}
            assert int(enclosure.get("length") or "") >= 0
            assert URI.fullmatch(enclosure.get("url") or "")
        for source in item.findall("source"):
            assert URI.fullmatch(source.get("url") or "")
        check_html(item.findtext(f"{{{NAMES['content']}}}encoded") or "")
        check_html(item.findtext("description") or "")
    return root


def check_json(path: str, data: bytes, site: str) -> dict:
    feed = json.loads(data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["feed_url"] == site + path
    assert feed["home_page_url"] == site + path.removesuffix("feed.json")
    assert isinstance(feed["items"], list)
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    for item in feed["items"]:
        assert all(isinstance(item[name], str) for name in ("id", "url", "title"))
        assert ("content_html" in item) != ("content_text" in item)
        assert RFC3339.fullmatch(item["date_published"])
        assert RFC3339.fullmatch(item["date_modified"])
        assert item["authors"]
        assert all(author["name"] for author in item["authors"])
        assert len(item.get("tags", [])) == len(set(item.get("tags", [])))
        for attachment in item.get("attachments", []):
            assert attachment["url"]
            assert attachment["mime_type"]
        check_html(item.get("content_html", ""))
    return feed


def check_all(written: dict[str, bytes], site: str = "https://planet.example/") -> None:
    for path, data in written.items():
        match path.rpartition("/")[2]:
            case "atom.xml":
                check_atom(path, data, site)
            case "rss.xml":
                check_rss(path, data, site)
            case "feed.json":
                check_json(path, data, site)
            case name:
                assert name == "feed.css"


# -- Which files there are --------------------------------------------------------------------------------------------


def test_every_list_has_its_feeds_and_empty_technologies_too() -> None:
    edition = editions.sample()
    written = made(edition)
    for technology in ("", "php/", "js/", "python/", "cobol/"):
        for name in ("atom.xml", "rss.xml", "feed.json"):
            assert technology + name in written
    for source in edition.config.sources:
        assert f"members/{source.slug}/atom.xml" in written
        assert f"members/{source.slug}/rss.xml" not in written
    months = [one.path for one in edition.lists if one.kind == "month" and one.over]
    assert len(months) >= 2
    assert all(f"{month}atom.xml" in written for month in months)
    assert "static/feed.css" in written


def test_all_feeds_obey_the_rules_of_their_formats() -> None:
    check_all(made(editions.sample()))
    check_all(made(editions.edition()))


def test_feeds_say_the_same_in_every_format_and_a_reader_reads_it_back() -> None:
    edition = editions.sample(count=20)
    written = made(edition)
    stories = edition.load([row.story_id for row in edition.index])
    atom, rss = (feedparser.parse(written[name]) for name in ("atom.xml", "rss.xml"))
    items = json.loads(written["feed.json"])["items"]
    assert not atom.bozo
    assert not rss.bozo
    assert [entry.id for entry in atom.entries] == [story.id for story in stories]
    assert [entry.id for entry in rss.entries] == [story.guid for story in stories]
    assert [item["id"] for item in items] == [story.id for story in stories]
    for entries in (atom.entries, rss.entries):
        assert [entry.title for entry in entries] == [story.entry.title for story in stories]
        assert [entry.link for entry in entries] == [story.url for story in stories]
        times = [datetime(*entry.published_parsed[:6], tzinfo=UTC) for entry in entries]
        assert times == [story.published for story in stories]
        for entry, story in zip(entries, stories, strict=True):
            assert [content.value for content in entry.get("content", ())] == (
                [] if story.summary_only else [story.entry.html]
            )
    assert [item["url"] for item in items] == [story.url for story in stories]
    assert [item.get("content_html") for item in items] == [None if s.summary_only else s.entry.html for s in stories]


def test_a_technology_feed_holds_its_stories_only() -> None:
    edition = editions.sample()
    items = json.loads(made(edition)["php/feed.json"])["items"]
    assert items
    assert all("php" in item["_planet"]["technologies"] for item in items)


def test_a_feed_holds_the_newest_stories_and_none_that_the_flood_guard_keeps_back() -> None:
    edition = editions.edition([editions.story(row) for row in range(1, 10)], of=editions.config(feed_entries=3))
    listing = tuple(replace(one, in_feeds=one.story_id != 2) for one in edition.index)
    channels = tuple(replace(channel, rows=listing) if channel.kind == "all" else channel for channel in edition.lists)
    items = json.loads(made(replace(edition, index=listing, lists=channels))["feed.json"])["items"]
    assert [item["title"] for item in items] == ["Billet 1", "Billet 3", "Billet 4"]


# -- What an entry says -----------------------------------------------------------------------------------------------


def entry_of(written: dict[str, bytes], path: str = "atom.xml") -> etree._Element:
    entry = etree.fromstring(written[path]).find(f"{ATOM}entry")
    assert entry is not None
    return entry


def test_an_atom_entry_keeps_the_sources_own_id_and_names_where_it_comes_from() -> None:
    entry = entry_of(
        one_story(
            id="urn:uuid:1",
            authors=(Person(name="William", url="https://w.example/"), Person(name="Élodie")),
            technologies=("php", "js"),
            tags=("Symfony",),
            language="en",
            feed_id="tag:w.example,2020:feed",
            feed_title="Le blog",
            feed_url="https://w.example/atom.xml",
            feed_link="https://w.example/",
            feed_updated=NOW,
        )
    )
    assert entry.findtext("a:id", namespaces=NAMES) == "urn:uuid:1"
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert entry.xpath("a:author/a:name/text()", namespaces=NAMES) == ["William", "Élodie"]
    assert entry.xpath("a:author/a:uri/text()", namespaces=NAMES) == ["https://w.example/"]
    terms = [(c.get("term"), c.get("scheme"), c.get("label")) for c in entry.findall("a:category", NAMES)]
    assert terms == [
        ("php", "https://planet.example/", "PHP"),
        ("js", "https://planet.example/", "JavaScript"),
        ("Symfony", None, None),
    ]
    (source,) = entry.findall("a:source", NAMES)
    assert source.findtext("a:id", namespaces=NAMES) == "tag:w.example,2020:feed"
    assert source.findtext("a:title", namespaces=NAMES) == "Le blog"
    assert source.findtext("a:updated", namespaces=NAMES) == "2026-11-23T08:00:00Z"
    assert source.xpath("a:link/@href", namespaces=NAMES) == ["https://w.example/atom.xml", "https://w.example/"]
    assert source.xpath("a:author/a:name/text()", namespaces=NAMES) == ["William Durand"]


def test_a_guid_is_the_sources_own_and_a_permalink_only_if_it_is_the_link() -> None:
    def guid(**fields: str) -> etree._Element:
        found = etree.fromstring(one_story(**fields)["rss.xml"]).find("channel/item/guid")
        assert found is not None
        return found

    assert (guid(guid="42").text, guid(guid="42").get("isPermaLink")) == ("42", "false")
    link = "https://a.example/1"
    assert guid(url=link, guid=link).get("isPermaLink") == "true"
    assert guid(url=link, guid="https://a.example/?p=1").get("isPermaLink") == "false"


@pytest.mark.parametrize(
    ("url", "in_atom", "in_rss"),
    [
        (
            "https://a.example/été?q=ñ#ü",
            "https://a.example/été?q=ñ#ü",
            "https://a.example/%C3%A9t%C3%A9?q=%C3%B1#%C3%BC",
        ),
        ("https://été.example:8080/", "https://été.example:8080/", "https://xn--t-9fab.example:8080/"),
        ("https://a.example/a|b^{c}", "https://a.example/a%7Cb%5E%7Bc%7D", "https://a.example/a%7Cb%5E%7Bc%7D"),
        ("https://a.example/%C3%A9", "https://a.example/%C3%A9", "https://a.example/%C3%A9"),
    ],
)
def test_an_address_is_an_iri_in_atom_and_a_uri_in_rss(url: str, in_atom: str, in_rss: str) -> None:
    written = one_story(
        url=url, id="urn:x", enclosures=(Enclosure(url=url, type="audio/mpeg", length=1),), comments=url
    )
    check_all(written)
    assert entry_of(written).xpath("a:link[@rel='alternate']/@href", namespaces=NAMES) == [in_atom]
    assert etree.fromstring(written["rss.xml"]).findtext("channel/item/link") == in_rss


def test_only_a_summary_leaves_where_the_member_says_so() -> None:
    secret = safe("<p>Tout le texte, très long.</p>")
    written = one_story(
        summary_only=True, html=secret, text="Tout le texte, très long.", excerpt="Tout…", summary="En bref & < bien"
    )
    assert not any("très long" in data.decode() for data in written.values())
    item = json.loads(written["feed.json"])["items"][0]
    assert item["content_text"] == "En bref & < bien"
    rss = etree.fromstring(written["rss.xml"])
    assert rss.findtext("channel/item/description") == "En bref &amp; &lt; bien"
    assert entry_of(written).findtext("a:summary", namespaces=NAMES) == "En bref & < bien"


def test_enclosures_are_whole_in_atom_and_json_and_the_first_with_a_length_in_rss() -> None:
    enclosures = (
        Enclosure(url="https://a.example/a.ogg", type="", length=None),
        Enclosure(url="https://a.example/a.mp3?x=1&y=2", type="audio/mpeg; x=y", length=123, title="Épisode"),
        Enclosure(url="javascript:alert(1)", type="audio/mpeg", length=5),
        Enclosure(url="https://a.example/b", type="junk", length=-4),
    )
    written = one_story(enclosures=enclosures)
    check_all(written)
    links = entry_of(written).findall("a:link[@rel='enclosure']", NAMES)
    assert [(link.get("href"), link.get("type"), link.get("length")) for link in links] == [
        ("https://a.example/a.ogg", "audio/ogg", None),
        ("https://a.example/a.mp3?x=1&y=2", "audio/mpeg", "123"),
        ("https://a.example/b", "application/octet-stream", None),
    ]
    (enclosure,) = etree.fromstring(written["rss.xml"]).findall("channel/item/enclosure")
    assert dict(enclosure.attrib) == {"url": "https://a.example/a.mp3?x=1&y=2", "length": "123", "type": "audio/mpeg"}
    attachments = json.loads(written["feed.json"])["items"][0]["attachments"]
    assert attachments[1] == {
        "url": "https://a.example/a.mp3?x=1&y=2",
        "mime_type": "audio/mpeg",
        "title": "Épisode",
        "size_in_bytes": 123,
    }


def test_links_to_places_in_the_story_lead_to_the_authors_page() -> None:
    url = "https://a.example/1?a=1&b=2#haut"
    text = '<p>Voir<a href="#fn1" title="a">1</a>, <code>&lt;a href="#s1-x"&gt;</code></p><p id="fn1">Note <a href="#">x</a></p>'
    written = one_story(html=safe(text, "s1", page=url), url=url)
    check_all(written)
    content = entry_of(written).findtext("a:content", namespaces=NAMES) or ""
    assert '<a href="https://a.example/1?a=1&amp;b=2#fn1" title="a" rel="noopener ugc">1</a>' in content
    assert '<code>&lt;a href="#s1-x"&gt;</code>' in content
    assert '<a href="https://a.example/1?a=1&amp;b=2" rel="noopener ugc">x</a>' in content


def test_a_story_without_a_link_of_its_own_leads_to_its_authors_page_on_the_planet() -> None:
    written = one_story(url="", id="urn:x", guid="x")
    check_all(written)
    assert json.loads(written["feed.json"])["items"][0]["url"] == "https://planet.example/members/william-durand/#s1"


def test_a_story_without_title_text_or_author_is_still_a_valid_entry() -> None:
    check_all(
        one_story(
            title="",
            text="",
            html=safe(""),
            excerpt="",
            authors=(),
            feed_title="",
            feed_id="",
            feed_url="",
            feed_link="",
        )
    )


def test_a_merged_story_names_the_other_places() -> None:
    william, _elodie, php, _js = SOURCES
    sources = (
        editions.story_source(william, 1, url="https://w.example/1"),
        editions.story_source(php, 1, url="http://www.w.example/1.html?utm_source=x"),
        editions.story_source(php, 2, url="https://php.example/w"),
    )
    written = one_story(url="https://w.example/1", sources=sources)
    related = entry_of(written).xpath("a:link[@rel='related']/@href", namespaces=NAMES)
    assert related == ["https://php.example/w"]
    sources = json.loads(written["feed.json"])["items"][0]["_planet"]["sources"]
    assert [source["source"] for source in sources] == ["William Durand", "clermontech.php", "clermontech.php"]


def test_no_password_leaves_with_a_feed() -> None:
    written = one_story(feed_url="https://user:hunter2@a.example/feed", feed_id="", feed_link="")
    assert not any(b"hunter2" in data for data in written.values())
    assert entry_of(written).xpath("a:source/a:link/@href", namespaces=NAMES) == ["https://a.example/feed"]
    assert public_url("https://***@a.example/feed") == "https://a.example/feed"
    assert public_url("/home/planet/feed.xml") == ""


def test_the_hub_is_named_in_every_format() -> None:
    written = made(editions.edition([editions.story(1)], of=editions.config(hub="https://hub.example/")))
    check_all(written)
    assert etree.fromstring(written["atom.xml"]).xpath("a:link[@rel='hub']/@href", namespaces=NAMES) == [
        "https://hub.example/"
    ]
    assert b'rel="hub" href="https://hub.example/"' in written["rss.xml"]
    assert json.loads(written["feed.json"])["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]


# -- Archives, dates, digests -----------------------------------------------------------------------------------------


def links(data: bytes) -> dict[str, str]:
    return {link.get("rel") or "": link.get("href") or "" for link in etree.fromstring(data).findall(f"{ATOM}link")}


def test_archives_are_chained_from_the_current_feed_back_to_the_first_month() -> None:
    stories = [editions.story(row, at=NOW - timedelta(days=31 * row)) for row in range(6)]
    written = made(editions.edition(stories, of=editions.config(feed_entries=2)))
    site = "https://planet.example/"
    seen: list[str] = []
    address = links(written["atom.xml"])["prev-archive"]
    previous = ""
    while address:
        data = written[address.removeprefix(site)]
        root = check_atom(address.removeprefix(site), data, site)
        assert root.find("fh:archive", NAMES) is not None
        assert root.findtext(f"{ATOM}id") == etree.fromstring(written["atom.xml"]).findtext(f"{ATOM}id")
        assert links(data)["current"] == f"{site}atom.xml"
        assert links(data).get("next-archive", "") == previous
        seen += root.xpath("a:entry/a:title/text()", namespaces=NAMES)
        previous, address = address, links(data).get("prev-archive", "")
    assert seen == [f"Billet {row}" for row in range(1, 6)]
    assert etree.fromstring(written["atom.xml"]).find("fh:archive", NAMES) is None
    assert "prev-archive" not in links(written["php/atom.xml"]), "a technology's past is not the whole planet's"


def test_a_feed_is_as_old_as_its_newest_story_and_an_empty_one_does_not_move() -> None:
    first = editions.edition([editions.story(2, technologies=("js",))])
    second = editions.edition([editions.story(1, technologies=("js",)), editions.story(2, technologies=("js",))])
    assert made(first)["php/atom.xml"] == made(second)["php/atom.xml"]
    assert b"<updated>2026-11-23T07:00:00Z</updated>" in made(second)["js/atom.xml"]
    later = editions.edition([editions.story(2, technologies=("js",))], now=NOW + timedelta(days=3))
    assert made(later)["atom.xml"] == made(first)["atom.xml"]


def test_a_digest_changes_exactly_with_what_the_file_says() -> None:
    def digests(edition: Edition) -> dict[str, str]:
        return {artifact.path: artifact.digest for artifact in (*feeds(edition), *opml(edition))}

    stories = [editions.story(row, technologies=("php",) if row % 2 else ("js",)) for row in range(2, 6)]
    before = editions.edition(stories)
    after = editions.edition([editions.story(1, technologies=("php",), by=SOURCES[1]), *stories])
    assert digests(before) == digests(editions.edition(stories, now=NOW + timedelta(hours=5)))
    changed = {path for path, value in digests(after).items() if digests(before)[path] != value}
    bytes_changed = {
        path
        for path, data in files([*feeds(after), *opml(after)]).items()
        if files([*feeds(before), *opml(before)])[path] != data
    }
    assert bytes_changed <= changed
    assert {"atom.xml", "rss.xml", "feed.json", "php/atom.xml", "members/elodie-chene/atom.xml"} <= changed
    assert not changed & {
        "js/atom.xml",
        "js/rss.xml",
        "cobol/atom.xml",
        "members/william-durand/atom.xml",
        "static/feed.css",
    }
    assert digests(before) != digests(editions.edition(stories, look="another theme"))


def test_a_run_that_makes_nothing_loads_no_story_and_a_feed_loads_its_own_once() -> None:
    loads: list[int] = []
    artifacts = list(
        feeds(editions.edition([editions.story(row, technologies=("php",)) for row in range(1, 4)], loads=loads))
    )
    assert loads == []
    for artifact in artifacts:
        if artifact.path in {"php/atom.xml", "php/rss.xml", "php/feed.json"}:
            artifact.make()
    assert loads == [1, 2, 3]


# -- Whatever a feed said ---------------------------------------------------------------------------------------------

NASTY = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("\x00\x01\x1b\ud800\udfff\ufffe\uffff\u202e\r\n\t<>&\"']"),
        st.sampled_from("😀🏳️‍🌈𝕏"),
    ),
    max_size=40,
)
PIECES = st.one_of(
    NASTY,
    st.sampled_from(
        [
            "]]>",
            "<![CDATA[",
            "<!--",
            "&#0;",
            "../../etc",
            "javascript:alert(1)",
            "http://[::1",
            "https://u:p@h/",
            "https://" + "é" * 80 + ".example/",
            "https://[::1]/é",
            "https://é/ é|",
        ]
    ),
)


@settings(max_examples=examples(60))
@given(st.data())
def test_whatever_a_story_holds_every_feed_is_valid(data: st.DataObject) -> None:
    def text() -> str:
        return data.draw(PIECES)

    stories = [
        editions.story(
            row,
            id=f"urn:x:{row}",
            guid=f"{row} {one_line(text())}".strip(),
            url=text(),
            title=text(),
            html=safe("<p>" + text().replace("<", "&lt;").replace("&", "&amp;") + "</p>"),
            text=text(),
            summary=text(),
            excerpt=text(),
            authors=(Person(name=text(), url=text()),),
            tags=(text(), text()),
            technologies=("php",),
            enclosures=(Enclosure(url=text(), type=text(), title=text()),),
            image=text(),
            language=text(),
            comments=text(),
            feed_id=text(),
            feed_title=text(),
            feed_url=text(),
            feed_link=text(),
            summary_only=data.draw(st.booleans()),
            rev=str(row),
        )
        for row in (1, 2)
    ]
    check_all(made(editions.edition(stories)))


def test_long_words_emoji_and_cdata_ends_pass_unharmed() -> None:
    text = "x" * 100_000 + " ]]> 😀 &amp; \U0001f469\u200d\U0001f4bb"
    written = one_story(html=safe(f"<p>{text}</p>"), title="a ]]> 😀 b")
    check_all(written)
    assert entry_of(written).findtext("a:content", namespaces=NAMES) == f"<p>{text}</p>".replace("]]>", "]]&gt;")
    assert json.loads(written["feed.json"])["items"][0]["title"] == "a ]]> 😀 b"


@given(st.from_regex(r"#[a-z0-9-]{0,8}", fullmatch=True))
def test_no_link_to_a_place_stays_relative(place: str) -> None:
    found = absolute_fragments(f'<a rel="x" href="{place}">1</a>', "s1-", "https://a.example/1")
    assert 'href="https://a.example/1' in found


# -- Style, OPML, health, crawlers ------------------------------------------------------------------------------------


def test_every_xml_feed_names_its_style_sheet_by_a_relative_path_that_exists() -> None:
    written = made(editions.sample())
    for path, data in written.items():
        if path.endswith(".xml"):
            sheet = re.search(rb'<\?xml-stylesheet type="text/css" href="([^"]+)"\?>', data)
            assert sheet
            assert sheet[1].decode() == "../" * path.count("/") + "static/feed.css"


def test_the_style_sheet_speaks_the_planets_language_and_cannot_be_broken_out_of() -> None:
    edition = editions.edition(of=editions.config(title='A "quoted" \\ </style> title', language="en"))
    sheet = made(edition)["static/feed.css"].decode()
    assert '\\"quoted\\"' in sheet
    assert "</style>" not in sheet
    assert sheet.count("{") == sheet.count("}")


def opml_of(config: Config, stories: Sequence[Story] = (), **fields: object) -> dict[str, bytes]:
    return files(list(opml(editions.edition(stories, of=config, **fields))))


def test_opml_groups_feeds_by_technology_and_another_reader_reads_it() -> None:
    written = opml_of(editions.config(language="en", sources=(
        editions.member("Élodie & Cie", technologies=("php",)),
        editions.member("Ada", feeds=(
            editions.feed("https://ada.example/a", technologies=("js", "php")), editions.feed("https://ada.example/b"))),
        editions.group("clermontech.php", "php"),
    )))  # fmt: skip
    assert set(written) == {"opml.xml", *(f"{slug}/opml.xml" for slug in ("php", "js", "python", "cobol"))}
    found = listparser.parse(written["opml.xml"])
    assert not found.bozo
    assert [(feed.title, feed.url, feed.tags[:1]) for feed in found.feeds] == [
        ("Élodie & Cie", "https://elodie-cie.example/atom.xml", ["php"]),
        ("Ada", "https://ada.example/a", ["php"]),
        ("Ada", "https://ada.example/b", ["Other subjects"]),
    ]
    root = etree.fromstring(written["opml.xml"])
    assert root.get("version") == "2.0"
    assert [outline.get("text") for outline in root.iterfind("body/outline")] == ["PHP", "Other subjects"]
    assert [feed.url for feed in listparser.parse(written["js/opml.xml"]).feeds] == ["https://ada.example/a"]
    assert listparser.parse(written["cobol/opml.xml"]).feeds == []


def test_opml_leaves_out_local_files_calendars_and_passwords_and_tells_a_url_once() -> None:
    written = opml_of(editions.config(sources=(
        editions.member("A", feeds=(
            editions.feed("/home/p/feeds/a.xml", configured="feeds/a.xml", local=True),
            editions.feed("https://u:hunter2@a.example/feed"),
            editions.feed("https://A.example:443/feed#x"),
        )),
        editions.member("B", feeds=(editions.feed("https://a.example/feed"),)),
        editions.group("g", "php"),
    )))["opml.xml"]  # fmt: skip
    assert b"hunter2" not in written
    assert b"/home/p" not in written
    assert b".ics" not in written
    assert [feed.url for feed in listparser.parse(written).feeds] == ["https://a.example/feed"]


def test_opml_names_the_new_address_of_a_feed_that_moved() -> None:
    source = editions.member("A")
    moved = editions.health(source, state="moved", effective_url="https://new.example/feed.xml")
    written = opml_of(editions.config(sources=(source,)), healths=[moved])["opml.xml"]
    assert [feed.url for feed in listparser.parse(written).feeds] == ["https://new.example/feed.xml"]


def test_a_member_without_a_technology_stands_where_most_of_its_stories_do() -> None:
    source = editions.member("A")
    stories = [editions.story(row, by=source, technologies=("js",) if row < 3 else ("php",)) for row in (1, 2, 3)]
    written = opml_of(editions.config(sources=(source,)), stories)
    groups = etree.fromstring(written["opml.xml"]).iterfind("body/outline")
    assert [group.get("text") for group in groups] == ["JavaScript"]
    assert len(listparser.parse(written["php/opml.xml"]).feeds) == 1
    assert len(listparser.parse(written["python/opml.xml"]).feeds) == 0


def test_health_tells_what_the_contract_lists_and_may_change_with_every_run() -> None:
    one = editions.health(
        SOURCES[0], error=Message.of("the server answers {status}", status=500), state="failing", last_success=None
    )
    artifact = health_json(editions.edition(healths=[one]))
    assert artifact.path == "health.json"
    assert artifact.volatile
    (row,) = json.loads(artifact.make())
    assert list(row) == [
        "url", "source", "kind", "state", "http_status", "error", "error_class", "failures", "last_attempt", "last_success",
        "next_due", "entries", "last_new", "counts", "effective_url", "advice",
    ]  # fmt: skip
    assert row["last_attempt"] == "2026-11-23T08:00:00Z"
    assert row["last_success"] is None
    assert row["advice"] is None
    assert health_rows([one], str)[0]["error"] == "the server answers 500"


def test_robots_and_the_sitemap_list_the_pages() -> None:
    edition = editions.sample()
    assert b"Sitemap: https://planet.example/sitemap.xml" in robots(edition).make()
    paths = [
        "index.html",
        "php/index.html",
        "php/page/2/index.html",
        "404.html",
        "health/index.html",
        "search/index.html",
        "atom.xml",
    ]
    (artifact,) = sitemap(edition, paths)
    root = etree.fromstring(artifact.make())
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    assert root.xpath("//s:loc/text()", namespaces=space) == [
        "https://planet.example/",
        "https://planet.example/php/",
        "https://planet.example/php/page/2/",
    ]
    assert len(root.xpath("//s:lastmod", namespaces=space)) == 2


def test_a_sitemap_past_its_limit_is_split() -> None:
    artifacts = files(list(sitemap(editions.edition(), [f"page/{n}/index.html" for n in range(25)], limit=10)))
    assert sorted(artifacts) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]
    assert artifacts["sitemap.xml"].count(b"<loc>") == 3
    assert sum(artifacts[name].count(b"<loc>") for name in artifacts if "-" in name) == 25


def test_the_owner_may_be_unknown_and_a_technology_may_have_any_name() -> None:
    config = editions.config(owner=Owner(), description="", technologies=(Technology(slug="cpp", name="C++ <&>"),))
    check_all(made(editions.edition([editions.story(1, technologies=("cpp",))], of=config)))
    assert isinstance(config.site, Site)


@pytest.mark.shared
def test_no_payload_acts_in_any_field_of_any_feed(shared: Path) -> None:
    """Public payloads in every field; what is HTML goes through the allow-list first, as it does before it is stored."""
    lines = (shared / "security" / "xss.jsonl").read_text("utf-8").splitlines()
    payloads = [json.loads(line)["payload"] for line in lines]
    stories = [
        editions.story(
            row,
            id=f"urn:x:{row}",
            guid=f"{row} {one_line(payload)}".strip(),
            url=payload,
            title=payload,
            html=sanitise(payload, base="https://a.example/", prefix=f"s{row}-", page="https://a.example/1").html,
            text=payload,
            summary=payload,
            excerpt=payload,
            authors=(Person(name=payload, url=payload),),
            tags=(payload,),
            enclosures=(Enclosure(url=payload, type=payload, title=payload),),
            image=payload,
            language=payload,
            comments=payload,
            feed_id=payload,
            feed_title=payload,
            feed_url=payload,
            feed_link=payload,
            technologies=("php",),
        )
        for row, payload in enumerate(payloads, 1)
    ]
    written = made(editions.edition(stories, of=editions.config(feed_entries=len(stories))))
    check_all(written)
    assert len(etree.fromstring(written["atom.xml"]).findall(f"{ATOM}entry")) == len(payloads) > 1000
