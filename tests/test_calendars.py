"""Calendars out: RFC 5545 to the letter, the same bytes for the same events, nothing that a title could break out of."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.model import Artifact, Config, Edition, Event, EventData, ListedTechnology, Site, Technology
from planet.parse.calendar import parse_calendar
from planet.render.calendars import calendars, colour, description, fold, lines_of, parameter, text, uri
from planet.text import one_line, xml_safe
from tests.support.effort import examples
from tests.support.safe import safe

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
START = datetime(2026, 12, 1, 18, tzinfo=UTC)


def evening(**fields: object) -> Event:
    data: dict = {
        "url": "https://x.example/72",
        "title": "APIHour #72",
        "html": safe("<p>Trois conférences</p>"),
        "text": "Trois conférences",
        "start": START,
    }
    named = {field.name for field in dataclasses.fields(EventData)} - {"end"}
    data |= {name: fields.pop(name) for name in named & fields.keys()}
    made: dict = {
        "id": "72@x.example",
        "slug": "2026-12-01-apihour-72-abcd1234",
        "data": EventData(**data),
        "end": START + timedelta(hours=2),
        "changed": NOW,
        "first_seen": NOW - timedelta(days=3),
        "rev": "r1",
    }
    return Event(**(made | fields))


def edition(*events: Event, **site: object) -> Edition:
    technologies = tuple(
        ListedTechnology(
            technology=Technology(slug=slug, name=name), slug=slug, name=name, hue=hue, stories=0, events=0
        )
        for slug, name, hue in (("php", "PHP", 245), ("js", "JavaScript; le vrai", 45))
    )
    told = Site(
        **({"title": "Planète, l'essai", "url": "https://planet.example.org/", "description": "Un; deux"} | site)
    )  # type: ignore[arg-type]
    config = Config(path=Path("feeds.yaml"), folder=Path(), site=told)
    return Edition(
        config=config, now=NOW, technologies=technologies, sources=(), index=(), lists=(), events=tuple(events), health=(),
        load=lambda _rows: [], updated=NOW, settings_rev="b",
    )  # fmt: skip


def files(*events: Event) -> dict[str, bytes]:
    return {artifact.path: artifact.make() for artifact in calendars(edition(*events))}


def read(body: bytes) -> icalendar.Calendar:
    found = icalendar.Calendar.from_ical(body)
    assert isinstance(found, icalendar.Calendar)
    assert not any(component.errors for component in found.walk())
    return found


def lines(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


def test_every_calendar_of_the_contract_is_made() -> None:
    made = files(evening(technologies=("php",)), evening(id="2", slug="2026-12-02-b-00000000", title="B"))
    assert set(made) == {
        "calendar.ics",
        "php/calendar.ics",
        "js/calendar.ics",
        "events/2026-12-01-apihour-72-abcd1234.ics",
        "events/2026-12-02-b-00000000.ics",
    }
    counted = {path: len(read(body).walk("VEVENT")) for path, body in made.items()}
    assert (counted["calendar.ics"], counted["php/calendar.ics"], counted["js/calendar.ics"]) == (2, 1, 0)
    assert all(count == 1 for path, count in counted.items() if path.startswith("events/"))


def test_what_is_written_is_read_back_by_two_readers_with_equal_values() -> None:
    event = evening(
        title='Ada; "Lovelace", \\ et\tmoi',
        location="12, rue X; cour\nAubière",
        geo=(45.7772, 3.087),
        technologies=("php", "js"),
        organizer='Les "amis" d\'Ada',
        organizer_url="https://ada.example/",
        image="https://x.example/i.png",
        status="tentative",
        revision=3,
    )
    body = files(event)["calendar.ics"]
    (found,) = read(body).walk("VEVENT")
    assert str(found["UID"]) == event.id
    assert found["DTSTART"].dt == event.data.start
    assert found["DTEND"].dt == event.end
    assert str(found["SUMMARY"]) == one_line(event.data.title)
    assert str(found["LOCATION"]) == event.data.location
    assert str(found["URL"]) == event.data.url
    assert (found["GEO"].latitude, found["GEO"].longitude) == event.data.geo
    assert [str(name) for name in found["CATEGORIES"].cats] == ["PHP", "JavaScript; le vrai"]
    assert str(found["STATUS"]) == "TENTATIVE"
    assert found["SEQUENCE"] == 3
    assert found["LAST-MODIFIED"].dt == found["DTSTAMP"].dt == NOW
    assert found["CREATED"].dt == event.first_seen
    assert str(found["ORGANIZER"]) == "https://ada.example/"
    assert found["ORGANIZER"].params["CN"] == "Les ”amis” d'Ada"
    assert str(found["IMAGE"]) == "https://x.example/i.png"
    other = vobject.readOne(body.decode()).vevent
    assert other.uid.value == event.id
    assert other.dtstart.value.astimezone(UTC) == event.data.start
    assert other.dtend.value.astimezone(UTC) == event.end
    assert other.summary.value == one_line(event.data.title)
    assert other.location.value == event.data.location
    assert other.description.value == str(found["DESCRIPTION"])
    assert other.status.value == "TENTATIVE"


def test_our_own_reader_reads_what_we_write() -> None:
    event = evening(location="Ici, là", geo=(45.5, 3.25), status="cancelled")
    found = parse_calendar(
        files(event)["calendar.ics"],
        content_type="",
        url="",
        timezone="Europe/Paris",
        window=(NOW, NOW + timedelta(days=1)),
    )
    (again,) = found.events  # type: ignore[union-attr]
    assert (again.uid, again.data.title, again.data.start, again.data.end) == (
        event.id,
        event.data.title,
        event.data.start,
        event.end,
    )
    assert (again.data.location, again.data.geo, again.data.status, again.data.url) == (
        event.data.location,
        event.data.geo,
        "cancelled",
        event.data.url,
    )


def test_all_day_events_are_dates_and_a_missing_end_is_not_invented() -> None:
    day = evening(start=date(2026, 12, 24), end=date(2026, 12, 26))
    (found,) = read(files(day)["calendar.ics"]).walk("VEVENT")
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (date(2026, 12, 24), date(2026, 12, 26))
    assert b"DTSTART;VALUE=DATE:20261224\r\n" in files(day)["calendar.ics"]
    (open_,) = read(files(evening(end=START))["calendar.ics"]).walk("VEVENT")
    assert "DTEND" not in open_


def test_the_calendar_says_what_subscribers_need() -> None:
    said = lines(files(evening())["php/calendar.ics"])
    for line in (
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "NAME:Planète\\, l'essai — PHP",
        "X-WR-CALNAME:Planète\\, l'essai — PHP",
        "X-WR-TIMEZONE:Europe/Paris",
        "URL:https://planet.example.org/php/",
        "SOURCE;VALUE=URI:https://planet.example.org/php/calendar.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "COLOR:slateblue",
        "DESCRIPTION:Un\\; deux",
    ):
        assert line in said
    assert said[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", said[2]]
    assert said[2].startswith("PRODID:")
    assert said[-2:] == ["END:VCALENDAR", ""]


def test_each_event_alone_is_the_event_of_the_calendar() -> None:
    made = files(evening())
    (whole,), (alone,) = (
        read(made["calendar.ics"]).walk("VEVENT"),
        read(made["events/2026-12-01-apihour-72-abcd1234.ics"]).walk("VEVENT"),
    )
    assert whole.to_ical() == alone.to_ical()


def test_a_calendar_without_events_still_holds_a_component() -> None:
    body = files()["calendar.ics"]
    assert [component.name for component in read(body).subcomponents] == ["VTIMEZONE"]
    assert vobject.readOne(body.decode()).version.value == "2.0"


def test_the_same_events_give_the_same_bytes_and_digests_at_any_time() -> None:
    first = {artifact.path: (artifact.digest, artifact.make()) for artifact in calendars(edition(evening()))}
    later = replace(edition(evening()), now=NOW + timedelta(days=30), updated=NOW + timedelta(days=30))
    assert {artifact.path: (artifact.digest, artifact.make()) for artifact in calendars(later)} == first


def test_a_calendar_is_made_again_exactly_when_an_event_in_it_changed() -> None:
    def digests(*events: Event) -> dict[str, str]:
        return {artifact.path: artifact.digest for artifact in calendars(edition(*events))}

    php, js = evening(technologies=("php",)), evening(id="2", slug="b", technologies=("js",))
    before, after = digests(php, js), digests(php, replace(js, rev="r2"))
    assert {path for path in before if before[path] != after[path]} == {
        "calendar.ics",
        "js/calendar.ics",
        "events/b.ics",
    }


def test_artifacts_are_lazy() -> None:
    broken = evening(start="not a date")
    assert all(isinstance(artifact, Artifact) for artifact in calendars(edition(broken)))


def test_subscribing_twice_gives_no_double() -> None:
    """A client knows an event by its UID: the same in every calendar of the site, and another for every event."""
    events = (evening(technologies=("php",)), evening(id="2", slug="b", technologies=("php", "js")))
    seen = [str(found["UID"]) for body in files(*events).values() for found in read(body).walk("VEVENT")]
    assert sorted(set(seen)) == ["2", "72@x.example"]
    again = [str(found["UID"]) for found in read(files(*events)["calendar.ics"]).walk("VEVENT")]
    assert len(again) == len(set(again))


# -- nothing breaks out

NASTY = st.text(
    st.one_of(
        st.sampled_from("\r\n\t\0\x0b\x0c\x1b\x85\u2028\u2029\ufeff\u202e\u200b\\;:,\"'^= é€𝄞<>&"),
        st.characters(),
    ),
    max_size=120,
)


@settings(max_examples=examples(120))
@given(NASTY, NASTY, NASTY, NASTY, NASTY)
def test_nothing_an_event_says_can_begin_a_property_or_another_event(
    title: str, location: str, url: str, organizer: str, uid: str
) -> None:
    attack = "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:x@example.org\r\n"
    event = evening(
        id=uid + attack, title=title + attack, location=attack + location, organizer=organizer + attack,
        url=f"https://x.example/{url}{attack}", organizer_url=f"https://x.example/{url}", image=url + attack,
        html=safe(""), text=attack + title, technologies=("php",),
    )  # fmt: skip
    body = files(event)["calendar.ics"]
    (found,) = read(body).walk("VEVENT")
    allowed = {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "CATEGORIES", "ORGANIZER", "IMAGE",
        "STATUS", "SEQUENCE", "CREATED", "LAST-MODIFIED",
    }  # fmt: skip
    assert set(found.keys()) <= allowed
    assert len(vobject.readOne(body.decode()).vevent_list) == 1
    assert body.count(b"\r\nBEGIN:VEVENT\r\n") == 1
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)


@settings(max_examples=examples(80))
@given(st.text(max_size=300))
def test_lines_fold_between_characters_and_unfold_to_what_they_were(line: str) -> None:
    folded = fold(line)
    parts = folded.removesuffix(b"\r\n").split(b"\r\n ")
    assert b"".join(parts) == line.encode("utf-8", "replace")
    if "\r" not in line and "\n" not in line:
        assert all(len(part.decode().encode()) <= 74 for part in parts[1:])
        assert len(parts[0]) <= 75


@settings(max_examples=examples(80))
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=100))
def test_text_survives_the_way_out_and_in(value: str) -> None:
    (found,) = read(files(evening(location=value))["calendar.ics"]).walk("VEVENT")
    assert str(found["LOCATION"]) == xml_safe(value).replace("\u2028", "\n").replace("\u2029", "\n")


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        ("https://x.example/é?a=1;b,c#d", "https://x.example/%C3%A9?a=1;b,c#d"),
        ("https://x.example/%C3%A9", "https://x.example/%C3%A9"),
        ("javascript:alert(1)", ""),
        ("https://x.example/\r\nATTENDEE:x", ""),
        ("mailto:ada@example.org", ""),
        ("", ""),
    ],
)
def test_addresses(given_: str, written: str) -> None:
    assert uri(given_) == written


def test_an_organizer_without_an_address_is_no_organizer() -> None:
    assert b"ORGANIZER" not in files(evening(organizer="Ada", organizer_url="mailto:ada@example.org"))["calendar.ics"]


def test_small_things() -> None:
    assert text("a\r\nb\rc\nd\\;,") == "a\\nb\\nc\\nd\\\\\\;\\,"
    assert parameter('a"b\nc') == '"a”b c"'
    assert colour(0) == colour(359) == "firebrick"


def test_a_description_keeps_paragraphs_lists_and_links() -> None:
    markup = '<p>Un<br>deux</p><ul><li>a</li><li>b &amp; c</li></ul><p><a href="https://x.example/72">ici</a> <a href="https://y.example/">https://y.example/</a></p>'
    told = "Un\ndeux\n\n- a\n- b & c\n\nici (https://x.example/72) https://y.example/"
    assert lines_of(markup) == told
    assert description(evening(html=safe(markup))) == told
    assert description(evening(html=safe(""), text="Texte")) == "Texte\n\nhttps://x.example/72"
    assert description(evening(html=safe(""), text="", url="")) == ""
