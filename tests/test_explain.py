from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.world import World, item, rss

A = "https://ada.example"
LONG = (
    "Hier soir nous étions quarante pour parler de files de messages, de ce qu'elles règlent et de ce qu'elles compliquent : ordre, "
    "doublons, reprise sur erreur. Voici les notes, les liens et les questions qui restent."
)


def sources(world: World, **ada: Any) -> dict[str, list[dict[str, Any]]]:
    """Ada, whose own site it is, and a group that carries her."""
    return {
        "members": [{"name": "Ada", "url": f"{A}/", "feeds": [{"url": world.url("/ada.xml"), **ada}]}],
        "groups": [{"name": "Groupe", "feeds": [world.url("/group.xml")]}],
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("published")) as world:
        serve(world)
        world.configure(**sources(world))
        assert world.run().code == 0
        yield world


@pytest.fixture
def told(published: World, tmp_path: Path) -> World:
    """A copy of a planet after a run over two feeds that carry one post, and one that only Ada has."""
    serve(published)
    return published.copied(tmp_path)


def serve(world: World) -> None:
    world.serve(
        "/ada.xml",
        rss(
            item("Des files en PHP", f"{A}/2026/files", text=f"{LONG} Un mot de JavaScript.", category="messages"),
            item("Une tarte", f"{A}/tarte", text="Du beurre.", guid="tag:ada.example,2026:tarte"),
        ),
    )
    world.serve(
        "/group.xml",
        rss(item("Des files en PHP", "http://www.ada.example/2026/files.html?utm_source=g", text=LONG)),
    )


def explained(world: World, asked: str) -> dict[str, Any]:
    result = world.planet("explain", "--json", asked)
    assert result.code in {0, 1}, result.err
    made = json.loads(result.out)
    assert isinstance(made, dict)
    return made


@pytest.mark.parametrize(
    "asked",
    [
        f"{A}/2026/files",
        "http://ada.example/2026/files.html#suite",
        "https://www.ada.example/2026/files/?utm_medium=x",
    ],
)
def test_a_story_is_explained_by_its_address_in_any_spelling(told: World, asked: str) -> None:
    (story,) = explained(told, asked)["stories"]
    assert story["title"] == "Des files en PHP"
    assert [copy["sources"] for copy in story["copies"]] == [["Ada"], ["Groupe"]]
    assert story["lead"]["rank"] == "own site"
    assert story["date_rule"] == "published"
    (join,) = story["merged"]
    assert join["rule"] == "link"
    assert join["score"] >= 90
    scores = {one["technology"]: one for one in story["scores"]}
    assert story["technologies"] == ["php"]
    assert (
        scores["php"]["reasons"][0] == {"rule": "tag", "what": "symfony", "where": "", "score": 100}
        or scores["php"]["score"] >= 100
    )


def test_an_id_is_an_address_too(told: World) -> None:
    for asked in ("tag:ada.example,2026:tarte", told.entries()[-1]["id"], told.entries()[0]["id"]):
        assert explained(told, asked)["shown"], asked


def test_a_person_reads_what_carries_what_joins_and_what_it_is_about(told: World) -> None:
    out = told.planet("explain", f"{A}/2026/files").out
    for part in ("Des files en PHP", "Ada", "Groupe", "/ada.xml", "/group.xml", "%"):
        assert part in out


@pytest.mark.parametrize(
    ("settings", "hide", "why"),
    [
        ({"exclude": {"title": "tarte"}}, [], "exclude: title: tarte"),
        ({"include": {"tags": ["dev"]}}, [], "include: nothing of it matches"),
        ({}, [f"{A}/tarte/"], f"hide: {A}/tarte/"),
    ],
)
def test_what_a_rule_hides_is_said_with_the_rule(
    told: World, settings: dict[str, Any], hide: list[str], why: str
) -> None:
    told.configure(**sources(told, **settings), hide=hide)
    assert told.run("--no-fetch").code == 0
    answer = explained(told, f"{A}/tarte")
    assert not answer["shown"]
    assert [copy["why_not"] for copy in answer["not_shown"]] == [why]
    assert "feeds.yaml" in told.planet("explain", f"{A}/tarte").out or not hide


def test_a_rule_that_changed_since_the_last_run_is_said(told: World) -> None:
    told.configure(**sources(told, technologies=["js"]))
    (story,) = explained(told, f"{A}/tarte")["stories"]
    assert story["lead"]["rules_changed"]
    assert story["technologies"] == ["js"]


def test_what_is_unknown_is_said_with_what_is_near(told: World) -> None:
    answer = explained(told, f"{A}/2026/file")
    assert (answer["shown"], answer["stories"]) == (False, [])
    assert f"{A}/2026/files" in answer["near"]
    assert f"{A}/2026/files" in told.planet("explain", f"{A}/2026/file").out
    assert explained(told, "tag:planet.example.org,2026:0123")["near"] == []


def test_a_feed_is_no_story(told: World) -> None:
    assert explained(told, told.url("/ada.xml"))["feed"] == told.url("/ada.xml")
    assert "planet status" in told.planet("explain", told.url("/ada.xml")).out


def test_an_id_that_the_planet_made_is_found(world: World) -> None:
    world.serve("/ada.xml", rss(item("Le vrai", f"{A}/1", guid=f"{A}/1", text="Le texte de l'auteur, long et bon.")))
    world.serve(
        "/group.xml", rss(item("Achetez", "https://x.example/1", guid=f"{A}/1", text="Des montres pas chères, ici."))
    )
    world.configure(**sources(world))
    world.run()
    by_title = {story["title"]: story["id"] for story in world.entries()}
    assert by_title["Achetez"].startswith("tag:planet.example.org,")
    assert "Achetez" in {story["title"] for story in explained(world, by_title["Achetez"])["stories"]}


CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//essai//FR\r
BEGIN:VEVENT\r
UID:soiree-7@asso.example\r
DTSTAMP:20261101T000000Z\r
DTSTART:20261210T180000Z\r
DTEND:20261210T200000Z\r
SUMMARY:Soirée PHP\r
URL:https://asso.example/soirees/7\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.mark.parametrize("asked", ["https://asso.example/soirees/7.html", "soiree-7@asso.example"])
def test_an_event_is_explained_too(world: World, asked: str) -> None:
    world.serve("/agenda.ics", CALENDAR, "text/calendar")
    world.configure(groups=[{"name": "L'Asso", "calendars": [world.url("/agenda.ics")]}])
    assert world.run().code == 0
    (event,) = explained(world, asked)["events"]
    assert event["title"] == "Soirée PHP"
    assert event["shown"]
    assert "php" in {reason["what"] for reason in event["reasons"]}
    assert "Soirée PHP" in world.planet("explain", asked).out


def test_an_event_and_its_stories_are_explained_from_either_side(world: World) -> None:
    world.serve("/agenda.ics", CALENDAR.replace("Soirée PHP", "Apéro PHP #7"), "text/calendar")
    talk, text = "https://asso.example/talks/apero-php-7/files.html", "Une conférence sur les files."
    world.serve(
        "/ada.xml", rss(item("Apéro PHP #7", "https://asso.example/soirees/7"), item("Les files", talk, text=text))
    )
    feeds = {"calendars": [world.url("/agenda.ics")], "feeds": [world.url("/ada.xml")]}
    world.configure(groups=[{"name": "L'Asso", **feeds}])
    assert world.run().code == 0
    answer = explained(world, "https://asso.example/soirees/7")
    (event,) = answer["events"]
    assert {(story["title"], story["kind"], story["rule"]) for story in event["stories"]} == {
        ("Apéro PHP #7", "announcement", "page"),
        ("Les files", "talk", "address"),
    }
    (story,) = explained(world, talk)["stories"]
    assert [(join["title"], join["rule"], join["what"]) for join in story["events"]] == [
        ("Apéro PHP #7", "address", "apero-php-7")
    ]
    out = world.planet("explain", talk).out
    assert "conférence de Apéro PHP #7, 10 décembre 2026 (son adresse nomme apero-php-7)" in out
    slug = next(path.split("/")[1] for path in world.site() if path.startswith("events/2026") and "html" in path)
    assert talk in world.planet("explain", f"https://planet.example.org/events/{slug}/").out


def test_a_recurring_event_is_explained_once(world: World) -> None:
    world.serve("/agenda.ics", CALENDAR.replace("URL:", "RRULE:FREQ=MONTHLY;COUNT=5\r\nURL:"), "text/calendar")
    world.configure(groups=[{"name": "L'Asso", "calendars": [world.url("/agenda.ics")]}])
    world.run()
    assert len(explained(world, "soiree-7@asso.example")["events"]) == 5
    out = world.planet("explain", "soiree-7@asso.example").out
    assert out.count("Soirée PHP") == 1
    assert "10 avril 2027" in out


def test_an_event_that_a_filter_drops_is_said_with_the_rule(world: World) -> None:
    world.serve("/agenda.ics", CALENDAR, "text/calendar")
    world.configure(
        groups=[{"name": "L'Asso", "calendars": [{"url": world.url("/agenda.ics"), "exclude": {"title": "PHP"}}]}]
    )
    world.run()
    (event,) = explained(world, "https://asso.example/soirees/7")["events"]
    assert not event["shown"]
    assert event["why_not"] == "exclude: title: PHP"
    assert "exclude" in world.planet("explain", "https://asso.example/soirees/7").out


def test_a_page_says_which_of_its_inputs_changed(told: World) -> None:
    def page(path: str) -> str:
        result = told.planet("explain", "--page", path)
        assert result.code == 0, result.err
        return str(result.out)

    assert "à jour" in page("index.html")
    assert "à jour" in page("")
    assert "members/ada/index.html" in page("members/ada/")
    (told.output / "atom.xml").write_text("mine")
    assert "n’est plus tel" in page("atom.xml")
    told.configure(**sources(told), planet={"description": "Autre chose"})
    assert "settings" in page("index.html")
    assert "frame" in page("index.html")
    assert "heures" in page("health/index.html")
    missing = told.planet("explain", "--page", "nowhere.html")
    assert missing.code == 2
    assert "nowhere.html" in missing.err
    assert told.planet("explain").code == 2


def test_words_of_a_title_and_the_name_of_a_source_are_understood(told: World) -> None:
    assert told.planet("explain", "Tarte").code == 0
    named = told.planet("explain", "Ada")
    assert (named.code, told.url("/ada.xml") in named.out) == (0, True)


def test_what_nothing_is_known_of_is_exit_code_1_and_three_addresses_at_most(told: World) -> None:
    unknown = told.planet("explain", f"{A}/2026/file")
    assert unknown.code == 1
    assert 1 <= unknown.out.count(f"    {A}/") <= 3
    assert told.planet("explain", "rien de tel nulle part").code == 1


def test_a_feed_says_how_it_is_and_what_became_of_its_entries(told: World) -> None:
    told.configure(**sources(told), fetch={"max_entries": 1})
    told.serve("/ada.xml", rss(item("Trois", f"{A}/3"), item("Deux", f"{A}/2")))
    told.run(now="2026-11-23T09:00:00Z")
    out = told.planet("explain", told.url("/ada.xml")).out
    assert "max_entries" in out
    assert "sont affichées" in out
    told.fail("/ada.xml", 500)
    told.run(now="2026-11-23T10:00:00Z")
    out = told.planet("explain", told.url("/perdu")).out
    assert "23 novembre 2026" in out
    assert "500" in out


def test_words_that_nothing_bears_give_the_three_nearest_titles_and_names(told: World) -> None:
    result = told.planet("explain", "Une tartine")
    assert result.code == 1
    assert "Une tarte" in result.out
    assert "Groupe" in told.planet("explain", "Grouppe").out


def test_an_event_is_told_in_sentences(world: World) -> None:
    world.serve("/agenda.ics", CALENDAR, "text/calendar")
    world.configure(groups=[{"name": "L'Asso", "technology": "php", "calendars": [world.url("/agenda.ics")]}])
    world.run()
    out = world.planet("explain", "soiree-7@asso.example").out.replace("\N{NO-BREAK SPACE}", " ")
    assert "PHP : « PHP » dans le titre" in out or "PHP: « PHP » dans le titre" in out
    assert "tout ce que publie" in out
