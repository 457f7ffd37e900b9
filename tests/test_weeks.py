"""The digest as pages and as a feed: one week after the other, made from what is stored."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from lxml import etree

from planet.edition.weeks import arrivals, weeks
from planet.formats import RESERVED, with_hub
from planet.model import Edition, Story
from planet.model.shares import DIGEST_SHARE
from planet.model.weeks import by_subject, week_path
from planet.render.syndicate import feeds
from tests.support.editions import NOW, SOURCES, config, edition, event, index_row, story
from tests.support.pages import digests, made, page

WILLIAM, ELODIE, PHP, JS = SOURCES
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


def stories(count: int = 9) -> list[Story]:
    """One every third day, the newest on the day before `MONDAY`."""
    return [
        story(number, at=MONDAY - timedelta(days=3 * number - 2), technologies=("php",) if number % 2 else ())
        for number in range(1, count + 1)
    ]


def feed(of: Edition) -> bytes:
    return next(artifact for artifact in feeds(of) if artifact.path == "digest/atom.xml").make()


def test_each_week_that_is_over_has_a_page_and_the_week_of_now_has_none() -> None:
    of = edition([*stories(), story(100, at=MONDAY - timedelta(hours=2))], now=MONDAY)
    assert [week.path for week in of.weeks] == [f"digest/2026-W{number}/" for number in (47, 46, 45, 44)]
    assert {path for path in made(of) if path.startswith("digest/")} == {
        "digest/index.html",
        *(f"{week.path}index.html" for week in of.weeks),
    }
    assert {row.story_id for row in of.weeks[0].rows} == {1, 2, 3}


@pytest.mark.parametrize(
    ("moment", "path"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), "digest/2026-W47/"),
        (datetime(2026, 11, 22, 23, 1, tzinfo=UTC), "digest/2026-W48/"),
        (datetime(2027, 1, 2, 12, 0, tzinfo=UTC), "digest/2026-W53/"),
        (datetime(2025, 12, 29, 12, 0, tzinfo=UTC), "digest/2026-W01/"),
    ],
)
def test_a_week_is_that_of_iso_8601_in_the_time_zone_of_the_planet(moment: datetime, path: str) -> None:
    (week,) = edition([story(1, at=moment)], now=moment + timedelta(days=9)).weeks
    assert week.path == path
    assert week_path(week.last) == path


def test_a_page_shows_stories_by_technology_the_events_of_the_week_after_and_who_is_new() -> None:
    coming = event("Soirée PHP", MONDAY + timedelta(days=2))
    too_far, cancelled = event("Plus tard", MONDAY + timedelta(days=8)), event("Non", MONDAY, status="cancelled")
    of = edition(stories(), [coming, too_far, cancelled], now=MONDAY)
    of = replace(of, weeks=(replace(of.weeks[0], newcomers=(ELODIE.slug,)), *of.weeks[1:]))
    tree = page(of, "digest/2026-W47/index.html")
    assert [heading.text(strip=True) for heading in tree.css("section.month > h2")] == ["PHP", "Autres sujets"]
    assert [len(section.css("article.h-entry")) for section in tree.css("section.month")] == [2, 1]
    assert [link.text() for link in tree.css(".side .p-name")] == ["Soirée PHP"]
    assert [link.attributes["href"] for link in tree.css("#new ~ ul a")] == ["../../members/elodie-chene/"]
    assert tree.css_first("h1").text() == "La semaine en bref\u00a0: 16–22 nov. 2026"
    assert tree.css_first("nav.pages a").attributes["href"] == "../../digest/2026-W46/"
    assert "digest/atom.xml" in tree.css_first("link[rel=alternate]").attributes["href"]


def test_a_story_is_told_once_in_the_largest_parts_first() -> None:
    items = [("a", ("js", "php")), ("b", ()), ("c", ("js",)), ("d", ("php",)), ("e", ("js",)), ("f", ())]
    parts = by_subject(items, lambda item: item[1], ["php", "js"])
    assert [(slug, [name for name, _ in of_part]) for slug, of_part in parts] == [
        ("php", ["a", "d"]),
        ("js", ["c", "e"]),
        ("", ["b", "f"]),
    ]


def test_a_source_is_new_in_the_week_of_its_first_post_and_nobody_is_on_the_first_day_of_a_planet() -> None:
    born = NOW - timedelta(days=30)
    arrived = {
        WILLIAM.feeds[0].key: born,
        ELODIE.feeds[0].key: NOW - timedelta(days=9),
    }
    first_event = event("Première", NOW + timedelta(days=3), by=JS, first_seen=NOW - timedelta(days=8))
    since = arrivals(SOURCES, arrived, [first_event], born, "Europe/Paris")
    assert since == {ELODIE.slug: NOW - timedelta(days=9), JS.slug: NOW - timedelta(days=8)}
    newest = weeks(config(), (), (), since, NOW)
    assert [(week.first, week.newcomers) for week in newest] == [(date(2026, 11, 9), (ELODIE.slug, JS.slug))]
    assert arrivals(SOURCES, arrived, [], None, "UTC") == {}


def test_an_archive_that_a_newcomer_brings_is_no_news_of_old_weeks() -> None:
    rows = [index_row(one, in_feeds=one.story_id == 1) for one in stories()]
    assert [week.path for week in weeks(config(), rows, (), {}, MONDAY)] == ["digest/2026-W47/"]


def test_a_week_of_very_many_stories_shows_some_of_everybody_and_leads_to_the_archive() -> None:
    many = [story(number, at=MONDAY - timedelta(minutes=5000 + number), by=ELODIE) for number in range(1, 301)]
    of = edition([*many, story(1000, at=MONDAY - timedelta(days=6))], now=MONDAY)
    tree = page(of, "digest/2026-W47/index.html")
    assert len(tree.css("article.h-entry")) == DIGEST_SHARE + 1
    assert tree.css_matches("article#s1000")
    rest = tree.css_first("#stories > p.soft a")
    assert (rest.text(), rest.attributes["href"]) == ("et 280 de plus de Élodie Chêne", "../../members/elodie-chene/")
    entry = feed(of).decode()
    assert "et 280 de plus de Élodie Chêne" in entry


def test_a_week_of_very_many_events_shows_some_of_everybody_and_leads_to_the_rest() -> None:
    many = [event(f"Vente {number}", MONDAY + timedelta(hours=number), by=PHP) for number in range(90)]
    of = edition(
        [story(1, at=MONDAY - timedelta(days=2))],
        [*many, event("Soirée", MONDAY + timedelta(days=3), by=JS)],
        now=MONDAY,
    )
    for text in (made(of)["digest/2026-W47/index.html"].decode(), feed(of).decode()):
        assert text.count("et 70 de plus de clermontech.php") == 1
        assert "Soirée" in text
        assert "Vente 19" in text
        assert "Vente 20" not in text


def test_the_page_of_a_full_week_weighs_at_most_60_kb_as_sent() -> None:
    words = " ".join(f"mot{number}" for number in range(60))
    many = [
        story(number, at=MONDAY - timedelta(hours=2 * number), by=SOURCES[number % 2], excerpt=f"{words} {number}" * 2)
        for number in range(1, 70)
    ]
    content = made(edition(many, now=MONDAY))["digest/2026-W47/index.html"]
    assert len(gzip.compress(content)) < 60_000


def test_a_new_story_changes_no_page_of_the_digest_and_one_that_comes_late_its_own_week_and_the_feed() -> None:
    def state(*more: Story) -> dict[str, str]:
        of = edition([*stories(), *more], now=MONDAY)
        return {**digests(of), **{artifact.path: artifact.digest for artifact in feeds(of)}}

    def changed(*more: Story) -> set[str]:
        after = state(*more)
        return {path for path in after if path.startswith("digest/") and before.get(path) != after[path]}

    before = state()
    assert changed(story(100, at=MONDAY - timedelta(minutes=1))) == set()
    assert changed(story(100, at=MONDAY - timedelta(days=10))) == {"digest/2026-W46/index.html", "digest/atom.xml"}


def test_old_weeks_stay_as_they_are_when_a_week_turns() -> None:
    before = digests(edition(stories(), now=MONDAY + timedelta(days=6)))
    later = [*stories(), story(100, at=MONDAY + timedelta(hours=5))]
    after = digests(edition(later, now=MONDAY + timedelta(days=7)))
    changed = {path for path in after if path.startswith("digest/") and before.get(path) != after[path]}
    assert changed == {"digest/index.html", "digest/2026-W47/index.html", "digest/2026-W48/index.html"}


def test_the_feed_has_an_entry_for_each_week_with_every_link_absolute() -> None:
    coming = event("Soirée <PHP>", MONDAY + timedelta(days=2))
    of = edition(stories(), [coming], of=config(hub="https://hub.example/"), now=MONDAY)
    root = etree.fromstring(feed(of))
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"https://planet.example/{week.path}" for week in of.weeks
    ]
    assert entries[0].findtext(f"{ATOM}updated") == "2026-11-22T23:00:00Z"
    assert entries[0].find(f"{ATOM}source") is None
    content = entries[0].findtext(f"{ATOM}content") or ""
    assert "Soirée &lt;PHP&gt;" in content
    assert 'href="https://william-durand.example/1"' in content
    assert "https://planet.example/events/soiree-php/" in content
    assert root.find(f"{ATOM}link[@rel='hub']") is not None
    assert with_hub(["digest/atom.xml"]) == ("digest/atom.xml",)


def test_a_planet_whose_first_week_is_not_over_has_an_empty_archive_and_a_valid_feed() -> None:
    of = edition([story(1)], now=NOW)
    assert page(of, "digest/index.html").css_first(".empty") is not None
    assert etree.fromstring(feed(of)).find(f"{ATOM}entry") is None
    assert "digest" in RESERVED
