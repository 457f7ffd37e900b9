"""Evenings on pages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser as Tree

from planet.model import Link, Person, StoryJoin
from planet.render.html.homes import icon
from tests.support.editions import NOW, SOURCES, config, edition, event, sample, story
from tests.support.pages import made, page
from tests.support.safe import safe

WILLIAM, ELODIE, PHP, JS = SOURCES


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    return made(sample())


def test_an_evening_carries_its_microformats() -> None:
    start = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    tree = page(edition((), [event("Soirée PHP", start)]), "events/index.html")
    found = tree.css_first(".h-event")
    assert found.css_first(".p-name").text(strip=True) == "Soirée PHP"
    assert datetime.fromisoformat(found.css_first(".dt-start").attributes["datetime"]) == start
    assert datetime.fromisoformat(found.css_first(".dt-end").attributes["datetime"]) == start + timedelta(hours=2)
    assert found.css_first(".p-location").text() == "Turing 22, 22 allée Alan Turing, Clermont-Ferrand"
    assert found.css_first(".dt-start").text() == "jeudi 26 novembre 2026, 19:00 – 21:00"
    assert "openstreetmap.org/search?query=Turing" in (found.css_first(".place a").attributes["href"] or "")
    assert found.css_first("a.add").attributes["href"] == "../events/soiree-php.ics"
    data = json.loads(tree.css_first('script[type="application/ld+json"]').text())["@graph"][0]
    assert (data["@type"], data["name"], data["startDate"]) == ("Event", "Soirée PHP", start.isoformat())


def test_all_day_events_and_long_ones_are_told_in_days() -> None:
    days = [
        event("Un jour", date(2026, 12, 1)),
        event("Trois jours", date(2026, 12, 4), end=date(2026, 12, 7)),
        event("Une nuit", datetime(2026, 12, 8, 19, tzinfo=UTC), end=datetime(2026, 12, 9, 7, tzinfo=UTC)),
    ]
    tree = page(edition((), days), "events/index.html")
    assert [node.text() for node in tree.css(".dt-start")] == [
        "mardi 1er décembre 2026",
        "vendredi 4 décembre 2026 – dimanche 6 décembre 2026",
        "mardi 8 décembre 2026, 20:00 – mercredi 9 décembre 2026, 08:00",
    ]


def test_the_next_three_evenings_stand_on_home_and_on_their_technology() -> None:
    evenings = [event(f"Soirée {n}", NOW + timedelta(days=n), by=PHP if n % 2 else JS) for n in range(1, 9)]
    of = edition((), [*evenings, event("Hier", NOW - timedelta(days=1))])
    assert [node.text(strip=True) for node in page(of).css("[aria-labelledby=next-events] .p-name")] == [
        "Soirée 1",
        "Soirée 2",
        "Soirée 3",
    ]
    assert [
        node.text(strip=True) for node in page(of, "php/index.html").css("[aria-labelledby=next-events] .p-name")
    ] == [
        "Soirée 1",
        "Soirée 3",
        "Soirée 5",
    ]
    assert len(page(of, "members/clermontech-js/index.html").css("[aria-labelledby=next-events] .p-name")) == 3


def test_an_evening_stays_upcoming_until_midnight() -> None:
    evening = event("Ce soir", datetime(2026, 11, 23, 18, 0, tzinfo=UTC))

    def where(now: datetime) -> str:
        tree = page(edition((), [evening], now=now), "events/index.html")
        return "upcoming" if tree.css(".upcoming .h-event") else "past"

    assert where(datetime(2026, 11, 23, 22, 30, tzinfo=UTC)) == "upcoming"
    assert where(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == "past"


def test_past_evenings_stand_by_year_newest_first(site: dict[str, bytes]) -> None:
    tree = Tree(site["events/index.html"])
    assert [node.text() for node in tree.css(".past > h3")] == ["2026", "2025"]
    names = [node.text(strip=True) for node in tree.css(".past .h-event .p-name")]
    assert names[:2] == ["Soirée passée 1", "Soirée passée 2"]


def test_many_past_evenings_stand_on_pages_of_their_years() -> None:
    old = [event(f"Soirée {n}", NOW - timedelta(days=3 * n)) for n in range(1, 400)]
    site = made(edition((), old))
    years = sorted(path for path in site if re.fullmatch(r"events/\d{4}/index.html", path))
    assert years == [f"events/{year}/index.html" for year in (2023, 2024, 2025)]
    shown = sum(len(Tree(site[path]).css(".h-event")) for path in [*years, "events/index.html"])
    assert shown == 399
    assert [node.text() for node in Tree(site["events/index.html"]).css("nav.pages a")] == ["2025", "2024", "2023"]


def test_two_groups_on_one_day_are_told_of_each_other(site: dict[str, bytes]) -> None:
    marks = [node.text() for node in Tree(site["events/index.html"]).css(".upcoming .mark")]
    assert "Le même jour que clermontech.php" in marks
    assert "Le même jour que clermontech.js" in marks
    assert "Annulée" in marks
    assert len(marks) == 3


def test_the_mail_and_the_page_warn_of_the_same_collisions() -> None:
    """On any day of an all-day event, on the day itself until midnight, never for one that is cancelled or of the same group."""
    days = event("Trois jours", date(2026, 12, 4), end=date(2026, 12, 7), by=PHP)
    second = event("Deuxième jour", datetime(2026, 12, 5, 18, tzinfo=UTC), by=JS)
    begun = event("Ce matin", NOW - timedelta(hours=1), by=PHP)
    tonight = event("Ce soir", NOW + timedelta(hours=9), by=JS)
    cancelled = event("Annulé", datetime(2026, 12, 6, 18, tzinfo=UTC), by=JS, status="cancelled")
    of = edition((), [days, second, begun, tonight, cancelled])
    assert [{one.first.id, one.second.id} for one in of.collisions] == [{begun.id, tonight.id}, {days.id, second.id}]
    marks = page(of, "events/index.html").css(".upcoming .mark")
    assert [node.text() for node in marks if "jour" in node.text()] == [
        f"Le même jour que {name}" for name in (JS.name, PHP.name, JS.name, PHP.name)
    ]


def test_a_story_and_its_evening_lead_to_each_other(site: dict[str, bytes]) -> None:
    link = Tree(site["index.html"]).css_first('article a[href="events/soiree-php/"]')
    assert "Soirée PHP" in link.text()
    back = Tree(site["events/index.html"]).css_first("#e-soiree-php a[href$='/1']")
    assert back.text() == "Billet 1 : les générateurs"


def test_what_goes_on_for_months_hides_no_event_that_is_near() -> None:
    long = [event(f"Exposition {n}", date(2026, 9, n), end=date(2027, 2, 1)) for n in (1, 2, 3)]
    near = [event("Demain", NOW + timedelta(days=1)), event("Ce soir", NOW + timedelta(hours=10))]
    tree = page(edition((), [*long, *near]))
    assert [node.text(strip=True) for node in tree.css("[aria-labelledby=next-events] .p-name")] == [
        "Ce soir",
        "Demain",
    ]
    assert "Exposition 2 (mer. 2 sept. 2026 – dim. 31 janv. 2027)" in tree.css_first(".next-events").text()


def test_an_event_that_ends_at_midnight_ends_on_its_last_day() -> None:
    paris = timedelta(hours=1)
    events = [
        event(
            "Trois jours", datetime(2026, 12, 4, 18, tzinfo=UTC) - paris, end=datetime(2026, 12, 6, tzinfo=UTC) - paris
        ),
        event("Entiers", datetime(2026, 12, 7, tzinfo=UTC) - paris, end=datetime(2026, 12, 9, tzinfo=UTC) - paris),
        event("Soir", datetime(2026, 12, 10, 20, tzinfo=UTC) - paris, end=datetime(2026, 12, 11, tzinfo=UTC) - paris),
    ]
    assert [node.text() for node in page(edition((), events), "events/index.html").css(".dt-start")] == [
        "vendredi 4 décembre 2026, 18:00 – samedi 5 décembre 2026, minuit",
        "lundi 7 décembre 2026 – mardi 8 décembre 2026",
        "jeudi 10 décembre 2026, 20:00 – minuit",
    ]


def test_no_calendar_floods_the_page_of_events() -> None:
    flood = [event(f"Tous les jours {n}", NOW + timedelta(hours=12 * n + 1), by=PHP) for n in range(400)]
    other = event("Une fois", NOW + timedelta(days=150), by=JS)
    names = [
        node.text(strip=True)
        for node in page(edition((), [*flood, other]), "events/index.html").css(".upcoming .p-name")
    ]
    assert len(names) == 51
    assert names[-1] == "Une fois"


def test_an_event_has_its_page_with_facts_data_and_calendars() -> None:
    made_event = event(
        "Soirée PHP",
        datetime(2026, 12, 3, 18, tzinfo=UTC),
        location="Turing 22\nhttps://visio.example/1",
        html=safe('<p>Film : <a href="https://tube.example/videos/watch/1-a">la vidéo</a>, <a href="/x">rien</a></p>'),
    )
    site = made(edition((), [made_event]))
    tree = Tree(site["events/soiree-php/index.html"])
    assert tree.css_first("h1.p-name").text() == "Soirée PHP"
    assert tree.css_first(".p-location a").attributes["href"] == "https://visio.example/1"
    links = [node.attributes["href"] for node in tree.css(".facts a")]
    assert "../soiree-php.ics" in [link.replace("../events/", "") for link in links] or any(
        "soiree-php.ics" in link for link in links
    )
    assert any(
        link.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&text=Soir%C3%A9e%20PHP")
        for link in links
    )
    assert [node.text() for node in tree.css(".materials a")] == ["la vidéo"]
    data = json.loads(tree.css_first('script[type="application/ld+json"]').text())
    assert (data["@type"], data["url"]) == ("Event", "https://planet.example/events/soiree-php/")
    assert (
        tree.css_first('link[rel=alternate][type="text/calendar"]').attributes["href"].endswith("events/soiree-php.ics")
    )


def test_who_plans_an_event_finds_rooms_and_free_weeks() -> None:
    """Spellings of one place are one; a town, an address of the web and a room of a cancelled event are none."""
    places = [
        "Turing 22, 22 allée Alan Turing, Clermont-Ferrand",
        "turing 22 22 Allée Alan Turing 63000 Clermont Ferrand",
        "Turing 22, 22 allée Alan Turing, Clermont-Ferrand",
        "Le Bivouac\n59 boulevard Léon Jouhaux",
        "Clermont-Ferrand",
        "https://visio.example/1",
        "En ligne",
    ]
    past = [event(f"Passé {n}", NOW - timedelta(days=9 * n), location=place) for n, place in enumerate(places, 1)]
    off = event("Annulé", NOW - timedelta(days=200), location="Café Zola, rue X", status="cancelled")
    coming = [event(f"À venir {n}", NOW + timedelta(days=7 * n)) for n in (1, 2, 5)]
    long = event("Exposition", date(2026, 12, 1), end=date(2027, 3, 1))
    tree = page(edition((), [*past, off, *coming, long]), "join/index.html")
    assert [node.text() for node in tree.css(".rooms li")] == [
        "Turing 22, 22 allée Alan Turing, Clermont-Ferrand 3 évènements, le dernier en novembre 2026",
        "Le Bivouac 59 boulevard Léon Jouhaux 1 évènement, le dernier en octobre 2026",
    ]
    assert [node.text() for node in tree.css(".weeks li")] == [
        "14 déc. – 27 déc. 2026",
        "4 janv. – 28 févr. 2027",
    ]
    assert not page(edition(), "join/index.html").css(".rooms, .weeks")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/clermontech", "forge"),
        ("https://git.example/us", "forge"),
        ("https://piaille.example/@clermontech", "fediverse"),
        ("https://matrix.to/#/#clermontech:matrix.org", "matrix"),
        ("https://www.linkedin.com/company/clermontech", "linkedin"),
        ("https://clermontech.slack.com/", "chat"),
        ("https://www.clermontech.org/", "site"),
    ],
)
def test_a_link_of_a_group_has_the_icon_of_what_it_leads_to(url: str, name: str) -> None:
    assert icon(url) == name


def test_the_links_of_a_group_say_that_they_are_its_own() -> None:
    links = (Link(url="https://github.com/clermontech", name="Forge"), Link(url="https://a.example/@us"))
    sources = (*SOURCES[:2], replace(PHP, links=links), JS)
    tree = page(edition(of=config(sources=sources)), "members/clermontech-php/index.html")
    assert [node.text(strip=True) for node in tree.css("a[rel=me]:has(svg.icon)")] == ["Forge", "a.example/@us"]


def test_speakers_who_are_members_lead_to_their_pages_which_name_the_events() -> None:
    """By name, too: the pages of talks stand in the group's feed."""
    talk = story(1, by=PHP, authors=(Person(name="élodie CHÊNE"), Person(name="Ada")))
    join = StoryJoin(story_id=1, kind="talk", rule="address", what="x", speakers=("élodie CHÊNE", "Ada"))
    of = edition([talk], [event("Soirée PHP", NOW - timedelta(days=3), joins=(join,))])
    page_of_event = page(of, "events/soiree-php/index.html")
    assert [node.attributes["href"] for node in page_of_event.css('a[href*="members/elodie-chene"]')]
    assert "Ada" in page_of_event.css_first(".event-page").text()
    assert page(of, "members/elodie-chene/index.html").css('a[href$="events/soiree-php/"]')
    assert not page(of, "members/william-durand/index.html").css('a[href$="events/soiree-php/"]')
    assert "Soirée PHP" not in page(of, "members/clermontech-js/index.html").css_first("main").text()


def test_a_technology_can_be_shown_in_a_frame_without_script(site: dict[str, bytes]) -> None:
    tree = Tree(site["php/embed/index.html"])
    assert not tree.css("script, iframe, img")
    assert "default-src 'none'" in (tree.css_first("meta[http-equiv]").attributes["content"] or "")
    assert all(node.attributes.get("target") == "_top" for node in tree.css("a"))
    assert tree.css(".h-event .dt-start")


def test_the_frame_and_the_script_to_copy_stand_on_the_page_of_subscribing(site: dict[str, bytes]) -> None:
    tree = Tree(site["subscribe/index.html"])
    codes = [node.text() for node in tree.css(".embedding code")]
    assert codes[0] == (
        '<iframe src="https://planet.example/php/embed/" title="PHP" width="400" height="480" loading="lazy"></iframe>'
    )
    assert [node.attributes["data-copy"] for node in tree.css(".embedding button")] == codes
    assert 'fetch("https://planet.example/php/events.json")' in codes[-1]
    assert {"php/embed/index.html", "js/embed/index.html"} <= site.keys()
