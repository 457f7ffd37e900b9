"""The pages: what stands on them, and what they link to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from posixpath import normpath
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as Tree

from planet.model import Edition, Enclosure, Owner, Person, SafeHtml, Section, Story
from planet.render import syndicate
from planet.render.html import load_theme, pages
from planet.render.html.mended import mended
from planet.text import xml_safe
from tests.support import editions
from tests.support.editions import NOW, SOURCES, config, edition, event, sample, story
from tests.support.effort import examples
from tests.support.pages import NOWHERE, artifacts, digests, made, page, trees
from tests.support.safe import safe

WILLIAM, ELODIE, PHP, JS = SOURCES
OTHERS = {"search.js", "atom.xml", "rss.xml", "feed.json", "calendar.ics", "opml.xml", "health.json"}
"""What other outputs write beside the pages."""


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    return made(sample())


# What there is


def test_the_site_has_the_pages_of_the_contract(site: dict[str, bytes]) -> None:
    expected = {
        "index.html", "page/2/index.html", "page/3/index.html", "php/index.html", "php/page/2/index.html", "js/index.html",
        "cobol/index.html", "members/index.html", "members/william-durand/index.html", "members/clermontech-php/index.html",
        "events/index.html", "archive/index.html", "archive/2026/10/index.html", "health/index.html", "search/index.html",
        "subscribe/index.html", "join/index.html", "404.html", "static/planet.css", "static/planet.js",
    }  # fmt: skip
    assert expected <= site.keys()


def test_an_empty_planet_says_what_one_can_do() -> None:
    empty = made(edition())
    text = Tree(empty["index.html"]).body.text()
    assert "Rien n’a encore été publié ici" in text
    assert "Aucune soirée n’est prévue" in text
    assert "archive/index.html" in empty
    assert "page/2/index.html" not in empty


def test_every_page_is_valid_html(site: dict[str, bytes]) -> None:
    for path, content in site.items():
        if path.endswith(".html"):
            parser = html5lib.HTMLParser(strict=True)
            parser.parse(content.decode())
            assert not parser.errors, path


def test_ids_are_unique_on_a_page_and_references_lead_to_them(site: dict[str, bytes]) -> None:
    for path, tree in trees(site):
        ids = [node.attributes["id"] for node in tree.css("[id]")]
        assert len(ids) == len(set(ids)), path
        for node in tree.css("[aria-labelledby]"):
            assert node.attributes["aria-labelledby"] in ids, path


def test_every_internal_link_leads_somewhere(site: dict[str, bytes]) -> None:
    for path, tree in trees(site):
        base = "https://planet.example/" + path
        for node in tree.css("[href], [src]"):
            target = node.attributes.get("href") or node.attributes.get("src") or ""
            parts = urlsplit(urljoin(base, target))
            if parts.scheme != "https" or parts.netloc != "planet.example":
                continue
            where = parts.path.lstrip("/")
            where += "index.html" if not where or where.endswith("/") else ""
            if re.fullmatch(r"events/[^/]+\.ics", where) or where.rsplit("/", 1)[-1] in {*OTHERS, "events.json"}:
                continue
            assert where in site, f"{path} -> {target}"
            if parts.fragment and where.endswith(".html"):
                assert f'id="{parts.fragment}"' in site[where].decode(), f"{path} -> {target}"


def test_links_are_relative(site: dict[str, bytes]) -> None:
    for path, tree in trees(site):
        for node in tree.css("a[href], img[src], script[src], link[rel=stylesheet], link[rel=alternate]"):
            target = node.attributes.get("href") or node.attributes.get("src") or ""
            assert not target.startswith("/"), f"{path}: {target}"
            assert not target.startswith("https://planet.example"), f"{path}: {target}"
            assert "index.html" not in target, f"{path}: {target}"


def test_the_error_page_works_at_any_depth() -> None:
    tree = page(edition(of=config(url="https://example.org/sub/")), "404.html")
    assert tree.css_first("base").attributes["href"] == "/sub/"
    assert tree.css_first("link[rel=stylesheet]").attributes["href"].startswith("static/planet.css")


def test_mail_is_offered_where_a_list_is_named() -> None:
    joined = "https://lists.example.org/blogs"
    for path in ("index.html", "subscribe/index.html", "digest/index.html"):
        links = f'a[href="{joined}"]'
        assert len(page(edition([story(1)], of=config(mailing_list=joined)), path).css(links)) == 1, path
        assert not page(edition([story(1)]), path).css(links), path


def test_the_error_page_offers_the_latest_stories() -> None:
    tree = page(edition([story(number, title=f"Billet {number}") for number in range(1, 9)]), "404.html")
    titles = [node.text() for node in tree.css(".lines .p-name")]
    assert titles == [f"Billet {number}" for number in range(1, 6)]
    assert not page(edition([]), "404.html").css(".lines")


def test_events_far_ahead_are_a_line_each_and_two_months_are_drawn() -> None:
    evenings = [event(f"Soirée {number}", NOW + timedelta(days=3 * number)) for number in range(1, 31)]
    tree = page(edition([], evenings), "events/index.html")
    assert len(tree.css(".upcoming .event")) == 12
    assert [node.text(strip=True) for node in tree.css(".upcoming .line .p-name")] == [
        f"Soirée {number}" for number in range(13, 31)
    ]
    november, december = tree.css(".month-grid")
    assert (november.css_first("caption").text(), december.css_first("caption").text()) == (
        "novembre 2026",
        "décembre 2026",
    )
    assert [node.text() for node in november.css("th")] == list("LMMJVSD")
    assert [node.text() for node in november.css("a")] == ["26 – Soirée 1", "29 – Soirée 2"]
    assert november.css_first("[aria-current]").text() == "23"
    assert not page(edition([], [event("Loin", NOW + timedelta(days=90))]), "events/index.html").css(".month-grid")


# The head


def test_the_policy_comes_first_and_the_markup_obeys_it(site: dict[str, bytes]) -> None:
    for path, tree in trees(site):
        first = next(iter(tree.head.iter()))
        assert first.attributes["http-equiv"] == "Content-Security-Policy", path
        policy = first.attributes["content"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe-inline" not in policy
        assert "unsafe" not in policy
        assert "connect-src 'self'" in policy
        assert "img-src 'self' https: http:" in policy
        assert not tree.css("[style], style, iframe, object, embed")
        for node in tree.css("script"):
            assert "src" in node.attributes or node.attributes.get("type") == "application/ld+json"
        for node in tree.css("*"):
            assert not [name for name in node.attributes if name.startswith("on")], path


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("index.html", ["atom.xml", "rss.xml", "feed.json", "calendar.ics"]),
        ("page/2/index.html", ["../../atom.xml", "../../rss.xml", "../../feed.json", "../../calendar.ics"]),
        ("php/index.html", ["atom.xml", "rss.xml", "feed.json", "calendar.ics", "../atom.xml"]),
        ("members/william-durand/index.html", ["atom.xml", "../../atom.xml"]),
        ("archive/2026/10/index.html", ["atom.xml", "../../../atom.xml"]),
        ("events/index.html", ["../calendar.ics", "../atom.xml"]),
    ],
)
def test_a_page_names_its_own_feeds_first(site: dict[str, bytes], path: str, own: list[str]) -> None:
    links = [node.attributes["href"] for node in Tree(site[path]).css("link[rel=alternate]")]
    folder = path.removesuffix("index.html")
    resolved = [normpath(folder + link) for link in links]
    assert resolved[: len(own)] == [normpath(folder + link) for link in own]
    assert len(resolved) == len(set(resolved))


def test_the_head_says_what_the_page_is(site: dict[str, bytes]) -> None:
    for path, tree in trees(site):
        folder = path.removesuffix("index.html")
        assert tree.css_first("link[rel=canonical]").attributes["href"] == f"https://planet.example/{folder}"
        assert tree.css_first("html").attributes["lang"] == "fr"
        assert tree.css_first('meta[property="og:title"]').attributes["content"] == tree.css_first("title").text()
        assert tree.css_first('meta[property="og:locale"]').attributes["content"] == "fr_FR"
        for node in tree.css('script[type="application/ld+json"]'):
            assert json.loads(node.text())["@context"] == "https://schema.org"
    home = json.loads(Tree(site["index.html"]).css_first('script[type="application/ld+json"]').text())
    assert home["@type"] == "CollectionPage"
    assert {"BlogPosting", "Event"} == {part["@type"] for part in home["hasPart"]}


# A story


def test_a_story_carries_its_microformats() -> None:
    one = story(1, technologies=("php", "js"), title="Un titre", excerpt="Un extrait")
    entry = page(edition([one])).css_first(".h-feed article.h-entry")
    assert entry.css_first(".p-name").text(strip=True) == "Un titre"
    assert entry.css_first(".u-url").attributes["href"] == one.url
    published = entry.css_first("time.dt-published").attributes["datetime"]
    assert datetime.fromisoformat(published) == one.published
    assert entry.css_first(".p-author.h-card").text(strip=True) == "William Durand"
    assert [node.text() for node in entry.css(".p-category")] == ["PHP", "JavaScript"]
    assert entry.css_first(".p-summary").text(strip=True) == "Un extrait"
    assert "Le texte du billet 1" in entry.css_first("details .e-content").text()
    assert entry.attributes["id"] == one.anchor


def test_every_article_is_an_entry(site: dict[str, bytes]) -> None:
    for path, tree in trees(site):
        for node in tree.css("article"):
            assert "h-entry" in node.attributes["class"], path
            assert node.css_first(".p-summary, .e-content"), path


def test_a_member_may_have_its_text_read_at_home() -> None:
    assert page(edition([story(1, summary_only=True)])).css_first(".e-content") is None


def test_a_story_names_its_other_sources() -> None:
    sources = (
        editions.story_source(WILLIAM, 1),
        editions.story_source(PHP, 1),
        editions.story_source(PHP, 2),
        editions.story_source(JS, 1),
    )
    text = page(edition([story(1, sources=sources)])).css_first("article .also").text()
    assert re.search(r"Aussi sur\s+clermontech\.php,\s+clermontech\.js$", text)


def test_a_story_in_another_language_says_so() -> None:
    entry = page(edition([story(1, language="en-GB", excerpt="Short")])).css_first("article")
    assert entry.css_first("h3").attributes["lang"] == "en-GB"
    assert entry.css_first(".u-url").attributes["hreflang"] == "en-GB"
    assert entry.css_first(".lang").text() == "anglais"
    assert page(edition([story(1, language="fr-CA")])).css_first(".lang") is None
    assert entry.css_first(".e-content").attributes["dir"] == "ltr"
    turned = page(edition([story(1, language="ar", excerpt="x")])).css_first("article")
    assert [turned.css_first(name).attributes["dir"] for name in (".p-name", ".p-summary", ".e-content")] == ["rtl"] * 3


def test_a_text_is_offered_only_where_it_says_more_than_the_excerpt() -> None:
    short = "Le texte du billet, assez long pour être lu."
    same = story(1, html=safe(f"<p>{short}</p>"), text=short, excerpt=short)
    assert page(edition([same])).css_first(".e-content") is None
    linked = story(1, html=safe(f'<p>{short} <a href="https://a.example/">là</a></p>'), text=short, excerpt=short)
    assert page(edition([linked])).css_first(".e-content") is not None
    longer = story(1, html=safe(f"<p>{short}</p><p>Et la suite.</p>"), text=f"{short} Et la suite.", excerpt=short)
    assert page(edition([longer])).css_first(".e-content") is not None


def test_the_text_of_a_story_stands_on_its_month_and_rows_lead_there() -> None:
    stories = [story(number, at=NOW - timedelta(days=number), excerpt="Court") for number in range(1, 46)]
    site = made(edition(stories))
    holding = [path for path, tree in trees(site) if "Le texte du billet 30," in (tree.body.html or "")]
    assert holding == ["archive/2026/10/index.html"]
    home = [path for path, tree in trees(site) if "Le texte du billet 3," in (tree.body.html or "")]
    assert home == ["index.html", "archive/2026/11/index.html"]
    row = Tree(site["page/2/index.html"]).css_first("article a.read")
    assert row.attributes["href"].startswith("../../archive/2026/10/#s")


def test_a_month_with_much_text_has_several_pages_whose_stories_never_move() -> None:
    long = safe("<p>" + "mot " * 12_000 + "</p>")
    stories = [story(number, at=datetime(2026, 10, 30 - number, tzinfo=UTC), html=long) for number in range(8)]
    before = made(edition(stories))
    parts = sorted(path for path in before if path.startswith("archive/2026/10/") and "why" not in path)
    assert parts == [
        "archive/2026/10/2/index.html",
        "archive/2026/10/3/index.html",
        "archive/2026/10/4/index.html",
        "archive/2026/10/index.html",
    ]
    after = digests(edition([story(99, at=datetime(2026, 10, 31, tzinfo=UTC), html=long), *stories]))
    unmoved = digests(edition(stories))
    assert [path for path in parts if after[path] != unmoved[path]] == [
        "archive/2026/10/4/index.html"
    ] or "archive/2026/10/5/index.html" in after


def test_a_text_of_megabytes_shows_its_beginning_and_leads_on() -> None:
    endless = safe("<p>" + "mot " * 2_000 + "</p>" + "<ul><li><b>suite</b></li></ul>" * 20_000)
    tree = page(edition([story(1, html=endless)]), "archive/2026/11/index.html")
    assert len(tree.html or "") < 150_000
    assert "La suite du texte est chez son auteur" in tree.css_first(".end").text()
    html5lib.HTMLParser(strict=True).parse(tree.html or "")


def test_sound_and_film_can_be_played() -> None:
    sound = Enclosure(url="https://p.example/1.mp3", type="audio/mpeg", length=18_900_000, title="")
    other = Enclosure(url="https://p.example/1.pdf", type="application/pdf", length=None, title="")
    entry = page(edition([story(1, enclosures=(sound, other))])).css_first("article")
    assert [node.attributes["src"] for node in entry.css("audio")] == ["https://p.example/1.mp3"]
    assert "Écouter (18,9 Mo)" in entry.css_first(".media summary").text()


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_a_story_that_cannot_be_shown_is_left_out_and_named_and_all_others_are_published(
    caplog: pytest.LogCaptureFixture, at: datetime
) -> None:
    strange = story(1, at=at, url="https://strange.example/1")
    surrogate = story(2, title="\ud800 seul", excerpt="\udfff", authors=(Person(name="\ud800"),))
    of = edition(
        [strange, surrogate, story(3)], of=config(timezone="Asia/Tokyo" if at.year > 2000 else "America/New_York")
    )
    site = made(of) | {one.path: one.make() for one in syndicate.feeds(of)}
    assert "seul" in Tree(site["index.html"]).body.text()
    assert "Billet 3" in Tree(site["index.html"]).body.text()
    assert b"Billet 3" in site["atom.xml"]
    assert "left out" in caplog.text
    assert not [path for path, data in site.items() if path.endswith(".html") and b"strange.example" in data]


def test_an_edited_story_says_so_and_stays_where_it_is() -> None:
    entry = page(edition([story(1, edited=True, updated=NOW)])).css_first("article")
    assert entry.css_first(".edited time").attributes["datetime"] == NOW.isoformat()


def test_a_story_without_a_link_has_a_title_without_one() -> None:
    entry = page(edition([story(1, url="")])).css_first("article")
    assert entry.css_first("h3 a") is None
    assert entry.css_first("h3").text() == "Billet 1"


def test_headings_of_a_text_stand_below_its_title() -> None:
    for written in ("<h2>Un</h2><h3 id='x'>Deux</h3><h6>Trois</h6><p>h2</p>", "<h1>Un</h1><h2>Deux</h2><h3>Trois</h3>"):
        content = page(edition([story(1, html=safe(written))])).css_first(".e-content")
        assert [node.tag for node in content.css("h1, h2, h3, h4, h5, h6")] == ["h4", "h5", "h6"]


def test_pictures_are_local_or_drawn_from_initials() -> None:
    of = edition([story(1, by=WILLIAM), story(2, by=ELODIE)])
    tree = page(of, avatars={"elodie-chene": b"picture"})
    assert [node.attributes["src"] for node in tree.css("img.avatar")] == ["static/avatars/elodie-chene.webp"]
    assert "WD" in [node.text() for node in tree.css("span.avatar")]
    assert (
        made(of, avatars={"elodie-chene": b"picture", "nobody": b"x"})["static/avatars/elodie-chene.webp"] == b"picture"
    )
    assert "static/avatars/nobody.webp" not in made(of, avatars={"nobody": b"x"})


def test_stories_stand_below_the_months_of_the_planets_time_zone() -> None:
    late = story(1, at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    early = story(2, at=datetime(2026, 10, 31, 22, 30, tzinfo=UTC))
    tree = page(edition([late, early]))
    assert [node.text() for node in tree.css(".month > h2")] == ["novembre 2026", "octobre 2026"]
    assert [node.text(strip=True) for node in tree.css(".when b")] == ["1er nov.", "31 oct."]


def test_a_story_of_which_only_the_day_is_known_tells_no_hour() -> None:
    day = story(1, at=datetime(2026, 11, 21, 0, 0, tzinfo=UTC))
    assert page(edition([day])).css_first(".when span") is None
    assert page(edition([story(2)])).css_first(".when span").text() == "07:00"


def test_a_source_that_publishes_much_on_one_day_keeps_every_title_in_little_room() -> None:
    busy = [story(row, at=NOW - timedelta(minutes=row)) for row in range(1, 6)]
    tree = page(edition([*busy, story(9, by=ELODIE, at=NOW - timedelta(minutes=2, seconds=30))]))
    assert len(tree.css(".month > article")) == 2
    assert len(tree.css(".same-day article")) == 4
    assert "Le même jour" in tree.css_first(".same-day > p").text()
    assert [node.text() for node in tree.css(".same-day h3")] == [f"Billet {number}" for number in range(2, 6)]
    assert not page(edition(busy[:3])).css(".same-day")


def test_a_story_that_says_nothing_still_has_a_name_and_a_summary() -> None:
    one = story(1, title="", text="", excerpt="", html=safe(""))
    entry = page(edition([one])).css_first("article")
    assert entry.css_first("h3 a").text() == one.url
    assert entry.css_first("data.p-summary").attributes["value"] == one.url
    assert page(edition([story(1, title="")])).css_first("article h3").text().startswith("Le texte du billet 1")


def test_members_words_cannot_leave_their_place() -> None:
    evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    one = story(1, title=evil, authors=(Person(name=evil),), excerpt=evil, tags=(evil,))
    of = edition(
        [one], [event("Soirée", NOW + timedelta(days=1), title=evil, location=evil, group=evil, organizer=evil)]
    )
    for path, content in made(of).items():
        if path.endswith(".html"):
            tree = Tree(content)
            assert not tree.css("img[onerror]"), path
            assert "alert(1)" not in "".join(node.text() for node in tree.css("script")).replace("\\u003c", "<")[:0]
            for node in tree.css("script"):
                assert "src" in node.attributes or json.loads(node.text())


@settings(max_examples=examples(25))
@given(text=st.text(max_size=60))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    one = story(1, title=text, excerpt=text, authors=(Person(name=text or "x"),))
    tree = page(edition([one]), theme="base")
    shown = tree.css_first("article h3").text()
    assert len(tree.css("article")) == 1
    assert shown.split() == xml_safe(text or one.entry.text).split()


# Lists


def test_pages_are_numbered_from_the_oldest_so_that_old_ones_stay() -> None:
    stories = [story(row) for row in range(1, 46)]
    before = digests(edition(stories))
    after = digests(edition([story(0, at=NOW), *stories]))
    assert before["page/2/index.html"] == after["page/2/index.html"]
    assert before["index.html"] != after["index.html"]


def test_pagination_tells_dates() -> None:
    of = edition([story(row, at=NOW - timedelta(days=row)) for row in range(1, 46)])
    older = page(of).css_first(".pages a[rel=next]")
    assert older.attributes["href"] == "page/3/#s21"
    assert "avant le 3 novembre 2026" in older.text()
    second = page(of, "page/2/index.html")
    assert second.css_first(".pages a[rel=prev]").attributes["href"] == "../../page/3/"
    assert second.css_first(".pages a[rel=next]") is None
    third = page(of, "page/3/index.html")
    assert third.css_first(".pages a[rel=prev]").attributes["href"] == "../../"


OLD = datetime(2025, 3, 1, 9, tzinfo=UTC)


def long_planet(*more: Story, **fields: Any) -> Edition:
    """Two years of stories, of which one month fills two pages."""
    some = [story(row, at=NOW - timedelta(days=9 * row)) for row in range(1, 90)]
    many = [
        story(row, at=OLD + timedelta(hours=row - 100), by=SOURCES[1], technologies=("js",)) for row in range(100, 145)
    ]
    return edition([*some, *many, *more], **fields)


VARIATIONS: dict[str, Callable[[], Edition]] = {
    "a new story": lambda: long_planet(story(0, at=NOW)),
    "one that comes late and moves others to another page of their month": lambda: long_planet(
        story(0, at=OLD - timedelta(hours=1), technologies=("php",))
    ),
    "a month with a first story": lambda: long_planet(story(0, at=datetime(2022, 2, 2, tzinfo=UTC))),
    "a story with another text": lambda: long_planet(story(0, at=OLD, title="Tout autre", rev="other")),
    "a later day": lambda: long_planet(now=NOW + timedelta(days=40)),
    "an event that a story announces": lambda: long_planet(events=[event("Soirée", NOW, stories=(120,))]),
    "another name of the planet": lambda: long_planet(of=config(title="Autre")),
    "fewer stories a page": lambda: long_planet(of=config(page_entries=7)),
}


@pytest.mark.parametrize("name", VARIATIONS)
def test_pages_that_are_not_looked_at_are_those_that_stay_as_they_are(name: str) -> None:
    """A section whose digest is the same has the same pages, made from the same inputs."""

    def sections(of: Edition) -> dict[str, tuple[str, dict[str, str]]]:
        listed = [piece for piece in pages(of, load_theme("clermontech", NOWHERE)) if isinstance(piece, Section)]
        return {one.name: (one.digest, {file.path: file.digest for file in one.files()}) for one in listed}

    before, after = sections(long_planet()), sections(VARIATIONS[name]())
    assert {"page/2", "archive/2025/03/", "digest/2025"} <= before.keys()
    for section, (digest, files) in after.items():
        if before.get(section, ("",))[0] == digest:
            assert before[section][1] == files
    if name in {"a new story", "a later day"}:
        assert before["archive/2025/03/"][0] == after["archive/2025/03/"][0]


def test_menus_show_the_technologies_with_something_to_read(site: dict[str, bytes]) -> None:
    chips = [node.attributes["href"] for node in Tree(site["index.html"]).css(".techs .chip")]
    assert chips == ["php/", "js/", "python/"]
    marked = Tree(site["php/index.html"]).css(".techs [aria-current]")
    assert [node.text(strip=True) for node in marked] == ["PHP"]


def test_months_tell_in_short_what_was_published(site: dict[str, bytes]) -> None:
    tree = Tree(site["archive/2026/10/index.html"])
    assert tree.css_first("h1").text() == "octobre 2026"
    assert tree.css(".h-entry .p-summary")


def test_a_dead_feed_is_explained_on_the_health_page(site: dict[str, bytes]) -> None:
    tree = Tree(site["health/index.html"])
    row = tree.css_first("li.failing")
    assert "ne répond pas" in row.text()
    assert "depuis le samedi 21 novembre 2026" in row.text()
    assert "https://elodie.example/feed.xml" in row.text()
    plot = tree.css_first("svg.plot")
    assert re.search(r"Planet Exemple.: 45 billets de décembre 2024 à novembre 2026", plot.attributes["aria-label"])
    assert next(one for one in artifacts(sample()) if one.path == "health/index.html").volatile


# Other planets


def test_a_planet_can_speak_english() -> None:
    tree = page(edition([story(1)], of=config(language="en", timezone="UTC")))
    assert tree.css_first("html").attributes["lang"] == "en"
    assert tree.css_first(".menu li").text() == "Home"
    assert tree.css_first(".month > h2").text() == "November 2026"


def test_a_planet_can_be_empty_of_everything() -> None:
    bare = config(description="", owner=Owner(), technologies=(), sources=())
    assert "index.html" in made(edition(of=bare))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('<img src="https://a.example/x.png">', '<img src="https://a.example/x.png" alt="">'),
        (
            '<a href="https://b.example/x"><img src="y" alt=""></a>',
            '<a href="https://b.example/x" aria-label="b.example"><img src="y" alt=""></a>',
        ),
        (
            '<a href="https://b.example/x"><img src="y" alt="B"></a>',
            '<a href="https://b.example/x"><img src="y" alt="B"></a>',
        ),
        ('<p>a <a href="https://b.example/"></a>b</p>', "<p>a b</p>"),
        ('<a rel="noopener">mot</a>', "mot"),
        ('<a id="e1-x" rel="noopener"></a>mot', '<span id="e1-x"></span>mot'),
        ("<p>un</p><table></table>", "<p>un</p>"),
        ("<table><tbody><tr><td>1</td></tr></tbody></table>", "<table><tbody><tr><td>1</td></tr></tbody></table>"),
        ("<ul><li>1</li><ul><li>2</li></ul></ul>", '<ul><li>1</li><li class="nested"><ul><li>2</li></ul></li></ul>'),
        ("<ul><br><li>1</li></ul>", '<ul><li class="nested"><br></li><li>1</li></ul>'),
        ("<h6>a</h6><h5>b</h5><h4>c</h4><h6>d</h6>", "<h4>a</h4><h5>b</h5><h4>c</h4><h5>d</h5>"),
        (
            '<h4>a</h4><h5 id="e1-x"> <br></h5><h4></h4><h6>b</h6>',
            '<h4>a</h4><div id="e1-x"> <br></div><div></div><h5>b</h5>',
        ),
        ("<p>rien <b>de</b> tel</p>", "<p>rien <b>de</b> tel</p>"),
    ],
)
def test_what_an_author_left_out_is_mended_on_pages(written: str, shown: str) -> None:
    assert mended(SafeHtml(written), 3) == shown
    assert mended(mended(SafeHtml(written), 3), 3) == shown


def test_headings_of_an_event_follow_the_title_of_its_page() -> None:
    assert mended(SafeHtml("<h4>a</h4><h5>b</h5><h4>c</h4>"), 1) == "<h2>a</h2><h3>b</h3><h2>c</h2>"
