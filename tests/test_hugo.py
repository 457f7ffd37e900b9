"""Thirteen years of event posts become one calendar, and nothing is lost without a word."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import pytest

from planet.model import CalendarRead
from planet.normalise.events import normalise_events
from planet.parse.calendar import parse_calendar
from planet.parse.front_matter import front_matter
from planet.sanitise import sanitise
from planet.subscriptions.hugo import import_hugo
from planet.when import window

FOLDER = Path(__file__).parent / "data" / "hugo"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def imported() -> tuple[bytes, tuple[str, ...], int]:
    body, messages, count = import_hugo(FOLDER, host="planet.example.org")
    return body, tuple(map(str, messages)), count


@pytest.fixture(scope="module")
def events(imported) -> dict[str, icalendar.Event]:
    return {
        str(event["UID"]).partition("@")[0]: event for event in icalendar.Calendar.from_ical(imported[0]).walk("VEVENT")
    }


def said(imported, *parts: str) -> bool:
    return any(all(part in message for part in parts) for message in imported[1])


def test_every_post_becomes_an_event_or_a_sentence(imported, events) -> None:
    posts = {path.stem.lower() for path in FOLDER.rglob("*.md")} - {"_index", "readme"}
    kept = {uid.rpartition("-")[0] if uid.startswith("2023-03-14-cafe-logique-7-") else uid for uid in events}
    told = {stem for stem in posts if said(imported, f"{stem}.md: left out")}
    assert kept | told == posts
    assert told == {"2024-10-10-brouillon", "mystere"}
    assert imported[2] == len(events) == 16


def test_what_a_post_says_is_what_the_calendar_says(events) -> None:
    (event,) = (one for one in events.values() if str(one["SUMMARY"]) == "Café logique #7")
    assert event["DTSTART"].dt == datetime(2023, 3, 14, 18, tzinfo=UTC)
    assert str(event["LOCATION"]) == "La Grange, 3 rue des Lilas, 63000 Clermont-Ferrand"
    assert str(event["URL"]) == "https://cafe.example/7"
    assert str(event["ORGANIZER"]) == "https://cafe.example/"
    assert event["ORGANIZER"].params["CN"] == "Café Logique"
    assert str(event["DESCRIPTION"]) == "Trois exposés; du café, du thé.\n\n- Un\n- **Deux**"
    assert "DTEND" not in event


def test_hours_without_a_zone_are_local(events) -> None:
    assert events["2024-07-03-ete"]["DTSTART"].dt == datetime(2024, 7, 3, 17, tzinfo=UTC)
    assert events["2024-12-12-dates-natives"]["DTSTART"].dt == datetime(2024, 12, 12, 18, tzinfo=UTC)
    assert events["journee-sans-nom"]["DTSTART"].dt == date(2025, 2, 2)


def test_spellings_of_tags_and_organisers_are_made_one(imported, events) -> None:
    event = events["2023-06-20-cafe-logique-8"]
    assert [str(tag) for tag in event["CATEGORIES"].cats] == ["Café Logique", "Python"]
    assert event["ORGANIZER"].params["CN"] == "Café Logique"
    assert said(imported, "“cafe-logique”", "“Café Logique”")
    assert said(imported, "“Securite”", "“Sécurité”")


def test_places_that_are_a_zero_are_none(events) -> None:
    assert str(events["2023-06-20-cafe-logique-8"]["LOCATION"]) == "La Grange"


def test_addresses_that_track_go_and_are_told(imported, events) -> None:
    assert str(events["2023-06-20-cafe-logique-8"]["URL"]) == "https://cafe.example/8"
    assert "URL" not in events["2024-01-11-soiree-donnees"]
    assert str(events["2024-01-11-soiree-donnees"]["ORGANIZER"]) == "invalid:nomail"
    assert said(imported, "2 addresses only track", "2024-01-11-soiree-donnees.md")
    assert str(events["2024-02-15-lien-court"]["URL"]) == "https://bit.ly/xyz"
    assert said(imported, "shortened", "https://bit.ly/xyz")
    assert said(imported, "address that is none", "pas une adresse")


def test_events_behind_one_page_stay_apart_and_are_told(imported, events) -> None:
    days = [events[f"2023-10-0{n}-colloque"] for n in (1, 2, 3)]
    assert {str(event["URL"]) for event in days} == {"https://colloque.example/"}
    assert said(imported, "3 events name one page", "colloque.example")
    assert said(imported, "name no organiser", "2023-10-01-colloque.md")


def test_dates_that_disagree_or_are_missing_are_told(imported, events) -> None:
    assert events["2024-05-21-jour-discordant"]["DTSTART"].dt == datetime(2024, 5, 20, 17, tzinfo=UTC)
    assert said(imported, "another day in the file's name", "2024-05-21-jour-discordant.md")
    assert events["2024-09-09-sans-date"]["DTSTART"].dt == date(2024, 9, 9)
    assert said(imported, "no date that can be read", "2024-09-09-sans-date.md")


def test_a_title_is_found_where_none_is_given(imported, events) -> None:
    assert str(events["journee-sans-nom"]["SUMMARY"]) == "journee sans nom"
    assert said(imported, "no title", "journee-sans-nom.md")


def test_front_matter_with_a_fault_is_read_line_by_line(events) -> None:
    toml, yaml = events["2024-11-05-toml-casse"], events["2016-05-03-yaml-casse"]
    assert toml["DTSTART"].dt == datetime(2024, 11, 5, 18, tzinfo=UTC)
    assert str(toml["URL"]) == "https://cafe.example/casse"
    assert yaml["DTSTART"].dt == datetime(2016, 5, 3, 17, tzinfo=UTC)
    assert (str(yaml["SUMMARY"]), str(yaml["LOCATION"]), str(yaml["URL"])) == (
        "YAML cassé",
        "Salle 4, Aubière",
        "https://vieux.example/casse",
    )


def test_posts_of_the_site_before_are_read_too(events) -> None:
    event = events["2016-04-05-en-yaml"]
    assert str(event["LOCATION"]) == "Maison du Peuple, 1, place de la Liberté, 63000 Clermont-Ferrand"
    assert str(event["SUMMARY"]) == "En YAML : l'ancien site"


def test_cancelled_evenings_are_cancelled(events) -> None:
    assert str(events["2023-06-20-cafe-logique-8"]["STATUS"]) == "CANCELLED"
    assert str(events["2024-07-03-ete"]["STATUS"]) == "CONFIRMED"


def test_the_same_folder_gives_the_same_bytes_wherever_it_lies(imported, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "ailleurs")
    assert import_hugo(tmp_path / "ailleurs", host="planet.example.org")[0] == imported[0]
    assert import_hugo(tmp_path, host="planet.example.org")[2] == imported[2]


def test_uids_are_unique_and_name_the_planet(events, imported) -> None:
    assert len(events) == imported[2]
    assert all(str(event["UID"]).endswith("@planet.example.org") for event in events.values())


def test_the_planet_reads_its_archive_without_a_warning(imported) -> None:
    read = parse_calendar(
        imported[0], content_type="text/calendar", url="", timezone="Europe/Paris", window=window(NOW)
    )
    assert isinstance(read, CalendarRead)
    assert (len(read.events), read.warnings) == (imported[2], ())
    found = {
        event.data.title: event for event in normalise_events(read, calendar="archive", sanitise=sanitise, now=NOW)
    }
    assert found["Café logique #7"].data.html == (
        "<p>Trois exposés; du café, du thé.</p><ul><li>Un</li><li><strong>Deux</strong></li></ul>"
    )
    assert found["Soirée données"].data.organizer == "Les Données"
    assert found["Soirée données"].data.organizer_url == ""


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Texte", None),
        ("+++\nsans fin", None),
        ("+++\na = 1\n+++\nTexte", {"a": 1}),
        ("\ufeff---\na: 1\n---\nTexte", {"a": "1"}),
        ("---\n- liste\n---\n", {}),
        ("---\na: 1\na: 2\n---\n", {"a": "2"}),
        ("+++\n[a.b]\nc = 'd\n+++\n", {"a": {"b": {"c": "d"}}}),
        ("---\na:\n  - [\nb: c\n---\n", {"a": {}, "b": "c"}),
    ],
)
def test_front_matter(written: str, found: dict | None) -> None:
    assert front_matter(written)[0] == found


def test_a_folder_without_posts_gives_an_empty_report(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "b.md").write_text("+++\nevent_date = 2024-01-01\n+++\n", "utf-8")
    body, messages, count = import_hugo(tmp_path, host="planet.example.org")
    assert (messages, count) == ((), 0)
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
