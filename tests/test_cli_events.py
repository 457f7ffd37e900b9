"""`planet events`, and evenings from calendar to site, seen from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from planet.config import parse
from planet.subscriptions.event_writing import with_folder
from tests.support.world import World, item, rss

NOW = datetime.now(UTC).replace(microsecond=0)
"""`planet events` reads the clock: what is to come is written from now."""
NOON = NOW.replace(hour=12, minute=0, second=0)


KEYS = {"id", "url", "title", "start", "end", "location", "group", "technologies", "status", "sources"}


def ical(*events: str, head: str = "") -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *filter(None, [head]), *events, "END:VCALENDAR", ""])


def vevent(uid: str, title: str, start: datetime | str, *lines: str) -> str:
    when = start if isinstance(start, str) else f"DTSTART:{start:%Y%m%dT%H%M%SZ}"
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", when, *lines, "END:VEVENT"])


@pytest.fixture
def agenda(world: World) -> World:
    """Two groups with calendars, a feed of events, and a member."""
    return with_calendars(world)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same after a run, for those who only look."""
    with World(tmp_path_factory.mktemp("agenda")) as world:
        run(with_calendars(world))
        yield world


def with_calendars(world: World) -> World:
    soon, later, past = NOON + timedelta(days=3), NOON + timedelta(days=9), NOON - timedelta(days=40)
    php = world.serve(
        "/php.ics",
        ical(
            vevent("1@php", "Soirée Symfony", soon, "LOCATION:12 rue X\\, Aubière", "URL:https://php.example/1"),
            vevent("2@php", "Atelier", later, "STATUS:TENTATIVE"),
            vevent("3@php", "Il y a longtemps", past, "STATUS:CANCELLED"),
        ),
        "text/plain",
    )
    tout = world.serve(
        "/tout.ics",
        ical(
            vevent("z@tout", "Soirée Symfony", soon, f"DTEND:{soon + timedelta(hours=2):%Y%m%dT%H%M%SZ}"),
            vevent("j@tout", "Journée libre", f"DTSTART;VALUE=DATE:{later:%Y%m%d}"),
        ),
        "text/calendar",
    )
    blog = world.serve("/blog.xml", rss(item("Un billet", "https://m.example/1")))
    world.configure(
        members=[{"name": "Membre", "feeds": [blog]}],
        groups=[
            {"name": "Les PHP", "technology": "php", "calendars": [php]},
            {"name": "Tout le monde", "calendars": [tout]},
        ],
    )
    return world


def run(world: World, now: datetime = NOW):
    result = world.run(now=now.isoformat())
    assert result.code == 0, result.err
    return result


def listed(world: World, *arguments: str) -> list[dict]:
    result = world.planet("events", "--json", *arguments)
    assert result.code == 0, result.err
    return result.objects()


def test_events_are_told_upcoming_first_with_the_keys_of_the_contract(published: World) -> None:
    events = listed(published)
    assert [event["title"] for event in events] == ["Soirée Symfony", "Journée libre", "Atelier", "Il y a longtemps"]
    assert all(set(event) == KEYS for event in events)
    first, day, workshop, past = events
    assert first["start"] == f"{NOON + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    assert first["end"] == f"{NOON + timedelta(days=3, hours=2):%Y-%m-%dT%H:%M:%SZ}"
    assert (first["group"], first["technologies"], first["location"]) == ("Les PHP", ["php"], "12 rue X, Aubière")
    assert [(source["source"], source["id"]) for source in first["sources"]] == [
        ("Les PHP", "1@php"),
        ("Tout le monde", "z@tout"),
    ]
    assert first["sources"][0]["feed"] == published.url("/php.ics")
    assert (len(day["start"]), day["end"] > day["start"]) == (10, True)
    assert (workshop["status"], past["status"]) == ("tentative", "cancelled")


def test_events_can_be_filtered_and_limited(published: World) -> None:
    assert [event["title"] for event in listed(published, "--technology", "php", "--limit", "2")] == [
        "Soirée Symfony",
        "Atelier",
    ]
    assert listed(published, "--limit", "0") == []
    assert published.planet("events", "--technology", "cobol").code == 2


def test_events_read_well(published: World) -> None:
    out = published.planet("events").out
    assert "Les PHP\N{NO-BREAK SPACE}: Soirée Symfony [php]" in out
    assert "12 rue X, Aubière · https://php.example/1" in out


def test_a_future_event_that_leaves_goes_and_an_empty_or_failing_calendar_takes_nothing(agenda: World) -> None:
    run(agenda)
    left = ical(vevent("1@php", "Soirée Symfony", NOON + timedelta(days=3)))
    agenda.serve("/php.ics", left, "text/calendar")
    run(agenda, NOW + timedelta(hours=1))
    assert [event["title"] for event in listed(agenda)] == ["Soirée Symfony", "Journée libre", "Il y a longtemps"]
    agenda.serve("/php.ics", ical(), "text/calendar")
    run(agenda, NOW + timedelta(hours=2))
    agenda.fail("/tout.ics", 500)
    run(agenda, NOW + timedelta(hours=3))
    agenda.serve("/php.ics", left[:-20], "text/calendar")
    run(agenda, NOW + timedelta(hours=4))
    assert len(listed(agenda)) == 3


def test_a_moved_event_is_the_same_with_its_next_sequence(agenda: World) -> None:
    run(agenda)

    def published() -> icalendar.Event:
        calendar = icalendar.Calendar.from_ical((agenda.output / "php" / "calendar.ics").read_bytes())
        (found,) = (event for event in calendar.walk("VEVENT") if str(event["UID"]) == "2@php")
        return found

    before = published()
    agenda.serve("/php.ics", ical(vevent("2@php", "Atelier déplacé", NOON + timedelta(days=16))), "text/calendar")
    later = NOW + timedelta(hours=1)
    run(agenda, later)
    after = published()
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["DTSTART"].dt == NOON + timedelta(days=16)
    assert after["LAST-MODIFIED"].dt == after["DTSTAMP"].dt == later


def test_an_unchanged_run_writes_nothing(agenda: World) -> None:
    run(agenda)
    before = {path: path.stat().st_mtime_ns for path in agenda.output.rglob("*") if path.is_file()}
    run(agenda, NOW + timedelta(minutes=5))
    after = {path: path.stat().st_mtime_ns for path in agenda.output.rglob("*") if path.is_file()}
    assert {path.name for path in after if after[path] != before.get(path)} <= {"health.json", "index.html"}
    assert after.keys() == before.keys()
    assert all("health" in str(path) for path in after if after[path] != before[path])


def test_two_groups_on_one_day_are_news_once(agenda: World) -> None:
    agenda.serve(
        "/tout.ics",
        ical(vevent("q@tout", "Autre chose", NOON + timedelta(days=3, minutes=20), "LOCATION:Bar Y")),
        "text/calendar",
    )
    first = run(agenda)
    assert len(first.out.splitlines()) == 1
    assert "Soirée Symfony" in first.out
    assert "Autre chose" in first.out
    assert run(agenda, NOW + timedelta(hours=1)).out == ""


def test_a_feed_of_events_is_no_feed_of_posts(world: World) -> None:
    feed = world.serve(
        "/e.xml",
        rss(item("01/12/2031 19:00 : APIHour - IUT", "https://x.example/1", "Mon, 01 Dec 2031 19:00:00 +0000")),
    )
    blog = world.serve("/blog.xml", rss(item("Un billet", "https://m.example/1")))
    groups = [{"name": "G", "feeds": [{"url": feed, "kind": "events", "timezone": "Europe/Paris"}]}]
    world.configure(members=[{"name": "M", "feeds": [blog]}], groups=groups)
    run(world)
    (event,) = listed(world)
    assert (event["title"], event["location"], event["start"]) == ("APIHour", "IUT", "2031-12-01T18:00:00Z")
    assert [entry["title"] for entry in world.entries()] == ["Un billet"]


def test_a_local_calendar_is_read(world: World) -> None:
    Path(world.folder / "archive.ics").write_text(
        ical(vevent("a", "Il y a dix ans", "DTSTART:20160101T180000Z")), "utf-8"
    )
    blog = world.serve("/blog.xml", rss(item("Un billet", "https://m.example/1")))
    world.configure(members=[{"name": "M", "feeds": [blog]}], groups=[{"name": "G", "calendars": ["archive.ics"]}])
    run(world)
    assert [event["title"] for event in listed(world)] == ["Il y a dix ans"]


def test_a_calendar_that_left_keeps_its_past_for_a_month_and_then_leaves_the_database(agenda: World) -> None:
    run(agenda)
    php, tout = (
        {"name": "Les PHP", "calendars": [agenda.url("/php.ics")]},
        {"name": "Autre", "calendars": [agenda.url("/tout.ics")]},
    )
    agenda.configure(groups=[tout])
    run(agenda, NOW + timedelta(days=29))
    assert "Il y a longtemps" not in [event["title"] for event in listed(agenda)]
    agenda.serve("/php.ics", ical(), "text/calendar")
    agenda.configure(groups=[php, tout])
    run(agenda, NOW + timedelta(days=29, hours=2))
    assert "Il y a longtemps" in [event["title"] for event in listed(agenda)]
    agenda.configure(groups=[tout])
    run(agenda, NOW + timedelta(days=60))
    agenda.configure(groups=[php, tout])
    run(agenda, NOW + timedelta(days=61))
    assert "Il y a longtemps" not in [event["title"] for event in listed(agenda)]


POST = """---
title: "{title}"
date: 2026-12-03 18:30
end: 2026-12-03 21:00
location: "Turing 22, Clermont-Ferrand"
organizer: {{name: "{organizer}", website: "https://jug.example/"}}
tags: [php]
---

Au programme :

1. Accueil
2. Débat
"""


def test_a_folder_of_posts_is_read_live_and_each_event_keeps_its_own_organiser(world: World) -> None:
    folder = world.folder / "evenements"
    folder.mkdir()
    world.configure(
        groups=[
            {"name": "Les PHP", "technology": "php", "events": "evenements/"},
            {"name": "Lava JUG", "url": "https://jug.example/"},
        ]
    )
    for name, organizer in (("a", "Les PHP"), ("b", "Lava JUG"), ("c", "Une autre association")):
        (folder / f"2026-12-03-{name}.md").write_text(POST.format(title=f"Soirée {name}", organizer=organizer), "utf-8")
    (folder / "2026-12-10-d.md").write_text("---\ntitle: Sans organisateur\nevent_date: 2026-12-10\n---\n", "utf-8")
    run(world)
    groups = {event["title"]: event["group"] for event in listed(world)}
    assert groups == {"Soirée a": "Les PHP", "Soirée b": "Lava JUG", "Soirée c": "", "Sans organisateur": "Les PHP"}
    first = listed(world)[0]
    assert (first["start"], first["end"]) == ("2026-12-03T17:30:00Z", "2026-12-03T20:00:00Z")
    (folder / "2026-12-03-b.md").unlink()
    (folder / "2026-12-03-a.md").write_text(POST.format(title="Soirée A, salle changée", organizer="Les PHP"), "utf-8")
    run(world, NOW + timedelta(hours=2))
    assert {event["title"] for event in listed(world)} == {"Soirée A, salle changée", "Soirée c", "Sans organisateur"}
    site = world.site()
    page = next(
        body
        for path, body in site.items()
        if path.startswith("events/2026-12-03-soiree-a") and path.endswith("index.html")
    )
    assert "<ol><li>Accueil</li><li>Débat</li></ol>" in page.decode()
    data = json.loads(site["events.json"])["events"]
    assert [event["organizer"] for event in data if event["title"] == "Soirée c"] == ["Une autre association"]
    assert b"BEGIN:VEVENT" in site["members/les-php/calendar.ics"]
    assert b"BEGIN:VEVENT" not in site["members/lava-jug/calendar.ics"]


def test_add_event_writes_the_post_that_the_next_run_shows(world: World) -> None:
    world.configure(groups=[{"name": "clermontech.rust", "events": "evenements/"}])
    (world.folder / "evenements").mkdir()
    arguments = ("add", "--event", 'Première « soirée » : "Rust"', "--date", "2026-12-03 18:30", "--place", "Turing 22")
    assert world.planet(*arguments).code == 0
    assert world.planet(*arguments).code == 2, "an event that is there is not written over"
    assert world.planet("add", "--event", "x", "--date", "demain").code == 2
    assert world.planet("add", "--event", "x", "--group", "Autre", "--date", "2026-12-03").code == 2
    run(world)
    (event,) = listed(world)
    assert (event["title"], event["group"], event["location"], event["start"]) == (
        'Première « soirée » : "Rust"', "clermontech.rust", "Turing 22", "2026-12-03T17:30:00Z",
    )  # fmt: skip


def test_a_group_without_a_folder_is_given_one_by_its_first_event(world: World) -> None:
    """The whole story of a new group: one command, a first event, a page to share; a post about it is found on the page."""
    world.configure(technologies={"php": None})
    added = world.planet("add", "--group", "clermontech.rust", "--technology", "rust")
    assert added.code == 0
    assert "planet add --event" in added.out
    when = f"{NOON + timedelta(days=9):%Y-%m-%d} 18:30"
    new = ("--group", "clermontech.rust", "--date", when, "--place", "Turing 22, Clermont-Ferrand")
    before = (world.folder / "feeds.yaml").read_text("utf-8")
    assert world.planet("add", "--event", "X", "--group", "clermontech.rust", "--date", "demain").code == 2
    assert (world.folder / "feeds.yaml").read_text("utf-8") == before, "a date that is none adds no folder"
    first = world.planet("add", "--event", "Première soirée Rust", *new)
    assert (first.code, first.err) == (0, "")
    assert "dossier d’évènements\xa0: evenements/clermontech-rust/" in first.out
    assert "maintenant" not in world.planet("add", "--event", "Autre chose", *new).out
    assert world.planet("add", "--event", "X", "--group", "nobody", "--date", when).code == 2
    run(world)
    (path,) = (path for path in world.site() if "premiere-soiree-rust" in path and path.endswith("index.html"))
    link = f'<a href="https://planet.example.org/{path.removesuffix("index.html")}">La soirée</a>, en bref.'
    date = f"{NOON + timedelta(days=10):%a, %d %b %Y %H:%M:%S GMT}"
    blog = world.serve("/ada.xml", rss(item("J'y étais", "https://ada.example/1", date, link)))
    assert world.planet("add", blog, "--name", "Ada").code == 0
    run(world, NOW + timedelta(days=11))
    assert "https://ada.example/1" in world.site()[path].decode()
    assert "clermontech.rust" in world.site()["rust/index.html"].decode()


@pytest.mark.parametrize(
    "written", ["  - {name: Rust, technology: rust}", "  - name: Rust\n    technology: rust   # nous\n"]
)
def test_the_folder_is_written_as_the_file_is_written(tmp_path: Path, written: str) -> None:
    text = f"planet: {{title: P, url: https://p.example/}}\ngroups:\n{written}\n# fin\ntechnologies: [rust]\n"
    new_text, folder = with_folder(text, parse(text, tmp_path / "feeds.yaml"), "rust")
    assert folder == "evenements/rust/"
    assert [line for line in text.splitlines() if line not in new_text] == ([] if "\n" in written else [written])
    (source,) = parse(new_text, tmp_path / "feeds.yaml").sources
    assert [feed.kind for feed in source.feeds] == ["folder"]
    assert with_folder(new_text, parse(new_text, tmp_path / "feeds.yaml"), "rust") == ("", "")
