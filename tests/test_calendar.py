"""Calendars in: every event at its true instant, whatever its calendar is like, at a bounded price."""

from __future__ import annotations

import html
import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.model import CalendarRead, ParsedDate, RawEntry, RawEvent, RawFeed, RawLink, Text, Unreadable
from planet.parse.calendar import events_from_feed, parse_calendar
from planet.parse.icaltimes import read_duration
from planet.parse.recurrence import RuleError, check_rule, may_never_come, price
from planet.parse.zones import named
from planet.text import one_line
from planet.when import window
from tests.support.effort import examples

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WINDOW = window(NOW)

SUMMER_RULES = """BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:16010101T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD"""


def event(*lines: str, uid: str = "1@example.org", title: str = "Soirée") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT"])


def document(*parts: str, head: str = "VERSION:2.0\r\nPRODID:-//test//fr") -> bytes:
    return (
        "\r\n".join(["BEGIN:VCALENDAR", head, *parts, "END:VCALENDAR", ""])
        .replace("\r\n", "\n")
        .replace("\n", "\r\n")
        .encode()
    )


def parsed(body: bytes, **settings_: object) -> CalendarRead:
    given_: dict = {
        "content_type": "text/calendar",
        "url": "https://x.example/c.ics",
        "timezone": "Europe/Paris",
        "window": WINDOW,
    }
    found = parse_calendar(body, **(given_ | settings_))
    assert isinstance(found, CalendarRead), found
    return found


def read(*parts: str, **settings_: object) -> list[RawEvent]:
    return list(parsed(document(*parts), **settings_).events)


def one(*lines: str) -> RawEvent:
    (found,) = read(event(*lines))
    return found


def paris(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=PARIS).astimezone(UTC)


# -- the calendar itself


def test_name_and_pace_are_read() -> None:
    found = parsed(
        document(head="VERSION:2.0\r\nX-WR-CALNAME:Les soirées\\, tout\r\nREFRESH-INTERVAL;VALUE=DURATION:PT12H")
    )
    assert (found.name, found.delay_hint, found.events) == ("Les soirées, tout", 43200, ())
    assert parsed(document(head="NAME:Neuf\r\nX-WR-CALNAME:Vieux\r\nX-PUBLISHED-TTL:P1D")).name == "Neuf"
    assert parsed(document(head="X-PUBLISHED-TTL:P1D")).delay_hint == 86400
    assert parsed(document(head="X-PUBLISHED-TTL:jamais")).delay_hint is None


@pytest.mark.parametrize(
    ("body", "error_class"),
    [
        (b"", "not-a-feed"),
        (b"<!doctype html><title>Meetup</title>", "not-a-feed"),
        (b"<rss version='2.0'><channel/></rss>", "not-a-feed"),
        (b"bonjour", "not-a-feed"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "not-a-feed"),
        (b"\xff\xfe\x00\x00", "not-a-feed"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "truncated"),
        (
            b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T180000Z\r\nEND:VEVENT\r\nEND:VCAL",
            "truncated",
        ),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:2026", "truncated"),
    ],
)
def test_what_is_no_calendar_is_told_apart_from_one_that_breaks_off(body: bytes, error_class: str) -> None:
    found = parse_calendar(body, content_type="text/plain", url="", timezone="Europe/Paris", window=WINDOW)
    assert isinstance(found, Unreadable)
    assert found.error_class == error_class
    assert str(found.error)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"\r\n", b"\n"),
        lambda body: body.replace(b"\r\n", b"\r"),
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: b"\r\n \r\n" + body,
        lambda body: body.replace(b"BEGIN", b"Begin").replace(b"END", b"end"),
        lambda body: body.rstrip(),
        lambda body: body + b"\r\n\r\n",
        lambda body: body.decode().encode("cp1252"),
        lambda body: body.decode().encode("utf-16"),
        lambda body: body.replace("é".encode(), b"\xc3\r\n \xa9"),
        lambda body: body.replace(b"Soir", b"So\r\n ir"),
        lambda body: body.replace(b"Soir", b"So\r\n\tir"),
    ],
)
def test_line_ends_folds_and_character_sets_of_all_kinds(change) -> None:
    body = change(document(event("DTSTART:20261201T180000Z")))
    (found,) = parsed(body, content_type="text/plain").events
    assert (found.data.title, found.data.start) == ("Soirée", datetime(2026, 12, 1, 18, tzinfo=UTC))


def test_two_calendars_in_one_document_are_one() -> None:
    body = document(event("DTSTART:20261201T180000Z")) + document(event("DTSTART:20261202T180000Z", uid="2"))
    assert len(parsed(body).events) == 2


def test_escapes_lists_and_unescaped_commas() -> None:
    found = one(
        "DTSTART:20261201T180000Z",
        r"LOCATION:12\, rue X\; fond de cour, Aubière",
        r"DESCRIPTION:Un\nDeux\\n\NTrois; quatre",
        r"CATEGORIES:PHP,Un\, deux",
        "CATEGORIES:Symfony,PHP",
    )
    assert found.data.location == "12, rue X; fond de cour, Aubière"
    assert found.description == "Un\nDeux\\n\nTrois; quatre"
    assert found.data.tags == ("PHP", "Un, deux", "Symfony")


def test_a_template_that_folds_in_place_of_line_ends_keeps_its_lines() -> None:
    found = one("DTSTART:20261201T180000Z", "DESCRIPTION:", " Un", " ", " - deux, trois \\n")
    assert found.description == "Un\n\n- deux, trois \\n"


def test_parameters_may_hold_anything() -> None:
    found = one(
        'DTSTART;X-A="a:b;c";TZID=Europe/Paris:20261201T190000',
        "ORGANIZER;CN=\"Ada; Lovelace: ^'x^'\":mailto:ada@example.org",
    )
    assert found.data.start == paris(2026, 12, 1, 19)
    assert found.data.organizer == 'Ada; Lovelace: "x"'


def test_everything_else_an_event_says() -> None:
    found = one(
        "DTSTART:20261201T180000Z",
        "URL:https://x.example/soiree",
        "GEO:45.7772;3.087",
        "STATUS:TENTATIVE",
        "SEQUENCE:4",
        "LAST-MODIFIED:20261101T100000Z",
        "ORGANIZER;CN=LavaJUG:https://lavajug.example/",
        "ATTACH:https://x.example/a.pdf",
        "ATTACH;FMTTYPE=image/png:https://x.example/a.png",
        "DESCRIPTION:Texte",
        "X-ALT-DESC;FMTTYPE=text/html:<p>Texte <b>riche</b></p>",
    )
    assert found.data.url == "https://x.example/soiree"
    assert found.data.geo == (45.7772, 3.087)
    assert (found.data.status, found.sequence) == ("tentative", 4)
    assert found.modified == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert (found.data.organizer, found.data.organizer_url) == ("LavaJUG", "https://lavajug.example/")
    assert found.data.image == "https://x.example/a.png"
    assert (found.description, found.description_is_html) == ("<p>Texte <b>riche</b></p>", True)


@pytest.mark.parametrize(
    ("line", "organizer"),
    [
        ("ORGANIZER:Clermont'ech", "Clermont'ech"),
        ("ORGANIZER:mailto:ada@example.org", ""),
        ("ORGANIZER;CN=ada@example.org:mailto:ada@example.org", ""),
        ("ORGANIZER;CN=Ada:invalid:nomail", "Ada"),
    ],
)
def test_an_organizer_is_a_name_never_a_mail_address(line: str, organizer: str) -> None:
    assert one("DTSTART:20261201T180000Z", line).data.organizer == organizer


@pytest.mark.parametrize("geo", ["91;0", "0;0", "a;b", "45", "45;181", "NaN;3"])
def test_a_place_that_is_nowhere_is_none(geo: str) -> None:
    assert one("DTSTART:20261201T180000Z", f"GEO:{geo}").data.geo is None


# -- times


@pytest.mark.parametrize(
    "tzid",
    [
        "Europe/Paris",
        "europe/paris",
        "/mozilla.org/20050126_1/Europe/Paris",
        "/freeassociation.sourceforge.net/Europe/Paris",
        "Romance Standard Time",
        '"(UTC+01:00) Brussels, Copenhagen, Madrid, Paris"',
        "W. Europe Standard Time",
        "CET",
        '"Paris, Madrid"',
        "Inconnu/Ville",
    ],
)
def test_a_zone_by_any_name(tzid: str) -> None:
    winter, summer = read(
        event(f"DTSTART;TZID={tzid}:20261201T190000", uid="a"), event(f"DTSTART;TZID={tzid}:20270701T190000", uid="b")
    )
    assert (winter.data.start, summer.data.start) == (paris(2026, 12, 1, 19), paris(2027, 7, 1, 19))


def test_an_unknown_zone_is_told() -> None:
    found = parsed(document(event("DTSTART;TZID=Mars/Olympus:20261201T190000")))
    assert ["Mars/Olympus" in str(warning) for warning in found.warnings] == [True]


@pytest.mark.parametrize("tzid", ["Personnalisé 1", "Customized Time Zone", "tzone://Microsoft/Custom"])
def test_a_zone_that_the_calendar_defines(tzid: str) -> None:
    zone = f"BEGIN:VTIMEZONE\r\nTZID:{tzid}\r\nX-LIC-LOCATION:x\r\n{SUMMER_RULES}\r\nEND:VTIMEZONE"
    for place in ("before", "behind"):
        events = [
            event(f'DTSTART;TZID="{tzid}":20261201T190000'),
            event(f'DTSTART;TZID="{tzid}":20270701T190000', uid="b"),
        ]
        winter, summer = read(*([zone, *events] if place == "before" else [*events, zone]), timezone="UTC")
        assert (winter.data.start, summer.data.start) == (paris(2026, 12, 1, 19), paris(2027, 7, 1, 19))


def test_a_zone_with_single_transitions_and_a_fixed_offset() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Ici\nBEGIN:STANDARD\nDTSTART;VALUE=DATE:19700101\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\n"
        "END:STANDARD\nEND:VTIMEZONE"
    )
    (found,) = read(zone, event("DTSTART;TZID=Ici:20261201T190000"))
    assert found.data.start == datetime(2026, 12, 1, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=DAILY",
        "FREQ=YEARLY;BYSECOND=1,2,3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYDAY=6SU",
        "n'importe quoi",
    ],
)
def test_a_zone_that_would_cost_dear_is_not_followed(rule: str) -> None:
    zone = f"BEGIN:VTIMEZONE\nTZID:Piège\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0500\nRRULE:{rule}\nEND:STANDARD\nEND:VTIMEZONE"
    (found,) = read(zone, event("DTSTART;TZID=Piège:20261201T190000"))
    assert found.data.start == paris(2026, 12, 1, 19)


def test_floating_times_are_local_and_the_calendar_may_name_its_zone() -> None:
    assert one("DTSTART:20261201T190000").data.start == paris(2026, 12, 1, 19)
    (found,) = parsed(document(event("DTSTART:20261201T190000"), head="X-WR-TIMEZONE:America/Montreal")).events
    assert found.data.start == datetime(2026, 12, 2, 0, tzinfo=UTC)
    (found,) = parsed(document(event("DTSTART:20261201T190000"), head="X-WR-TIMEZONE:Nulle/Part")).events
    assert found.data.start == paris(2026, 12, 1, 19)


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        (["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203"], date(2026, 12, 1), date(2026, 12, 3)),
        (["DTSTART:20261201"], date(2026, 12, 1), None),
        (["DTSTART;VALUE=DATE:20261201T000000"], date(2026, 12, 1), None),
        (["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261201"], date(2026, 12, 1), None),
        (["DTSTART;VALUE=DATE:20261201", "DURATION:P2D"], date(2026, 12, 1), date(2026, 12, 3)),
        (
            ["X-MICROSOFT-CDO-ALLDAYEVENT:TRUE", "DTSTART:20261201T000000", "DTEND:20261202T000000"],
            date(2026, 12, 1),
            date(2026, 12, 2),
        ),
    ],
)
def test_all_day_events_are_days(lines: list[str], start: date, end: date | None) -> None:
    found = one(*lines)
    assert (found.data.start, found.data.end) == (start, end)
    assert not isinstance(found.data.start, datetime)


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (["DTEND;TZID=Europe/Paris:20261201T213000"], paris(2026, 12, 1, 21, 30)),
        (["DURATION:PT2H30M"], paris(2026, 12, 1, 21, 30)),
        (["DURATION:P1W"], paris(2026, 12, 8, 19)),
        ([], None),
        (["DTEND;TZID=Europe/Paris:20261201T180000"], None),
        (["DTEND;TZID=Europe/Paris:20261201T190000"], None),
        (["DTEND;VALUE=DATE:20261202"], None),
        (["DTEND:demain"], None),
        (["DURATION:-PT1H"], None),
        (["DURATION:PT"], None),
        (["DURATION:P999999D"], None),
    ],
)
def test_ends_and_missing_ends(lines: list[str], end: datetime | None) -> None:
    assert one("DTSTART;TZID=Europe/Paris:20261201T190000", *lines).data.end == end


def test_a_duration_in_days_is_by_the_calendar_and_in_hours_by_the_clock() -> None:
    start = "DTSTART;TZID=Europe/Paris:20261024T190000"
    assert one(start, "DURATION:P1D").data.end == paris(2026, 10, 25, 19)
    assert one(start, "DURATION:PT24H").data.end == paris(2026, 10, 25, 18)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("20261201T180000Z", datetime(2026, 12, 1, 18, tzinfo=UTC)),
        ("20261201T1800Z", datetime(2026, 12, 1, 18, tzinfo=UTC)),
        ("2026-12-01T18:00:00Z", datetime(2026, 12, 1, 18, tzinfo=UTC)),
        ("2026-12-01T19:00:00+01:00", datetime(2026, 12, 1, 18, tzinfo=UTC)),
        ("20261201T240000Z", datetime(2026, 12, 2, tzinfo=UTC)),
        ("20261201T175960Z", datetime(2026, 12, 1, 17, 59, 59, tzinfo=UTC)),
        ("20260329T023000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("20261025T023000", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("19010102T000000Z", datetime(1901, 1, 2, tzinfo=UTC)),
    ],
)
def test_moments_as_people_write_them(written: str, moment: datetime) -> None:
    """An hour that does not exist is read with the offset before the gap, one that comes twice is the first (3.3.5)."""
    assert one(f"DTSTART:{written}").data.start == moment


@pytest.mark.parametrize(
    "line",
    [
        "DTSTART:demain",
        "DTSTART:20261301T000000Z",
        "DTSTART:20260230",
        "DTSTART:00010101T000000",
        "DTSTART:",
        "X-DTSTART:1",
    ],
)
def test_one_bad_event_among_good_ones_is_left_out_and_told(line: str) -> None:
    found = parsed(document(event(line, uid="b", title="Mauvais"), event("DTSTART:20261201T180000Z")))
    assert [good.data.title for good in found.events] == ["Soirée"]
    assert ["Mauvais" in str(warning) for warning in found.warnings] == [True]


def test_many_bad_events_are_told_in_few_sentences() -> None:
    found = parsed(document(*(event("DTSTART:x", uid=str(n)) for n in range(500))))
    assert found.events == ()
    assert len(found.warnings) == 4
    assert "497" in str(found.warnings[-1])


def test_alarms_and_other_components_say_nothing_of_their_event() -> None:
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT1H\r\nSUMMARY:Réveil\r\nDESCRIPTION:bip\r\nEND:VALARM"
    todo = "BEGIN:VTODO\r\nUID:t\r\nDTSTART:20261201T180000Z\r\nEND:VTODO"
    (found,) = read(todo, event("DTSTART:20261201T180000Z", alarm, "LOCATION:Ici"))
    assert (found.data.title, found.description, found.data.location) == ("Soirée", "", "Ici")


def test_an_event_whose_end_line_is_missing_is_still_one() -> None:
    parts = event("DTSTART:20261201T180000Z").replace("END:VEVENT", "X:1"), event("DTSTART:20261202T180000Z", uid="2")
    assert [found.data.start.day for found in read(*parts)] == [1, 2]


def test_events_are_read_whatever_their_date() -> None:
    old, far = read(event("DTSTART:19990101T180000Z", uid="a"), event("DTSTART:20991231T180000Z", uid="b"))
    assert (old.data.start.year, far.data.start.year) == (1999, 2099)


def test_private_events_stay_private() -> None:
    found = parsed(
        document(event("DTSTART:20261201T180000Z", "CLASS:PRIVATE"), event("DTSTART:20261201T180000Z", uid="2"))
    )
    assert len(found.events) == 1
    assert len(found.warnings) == 1


def test_an_event_without_a_uid_has_the_same_one_at_every_reading() -> None:
    body = document("BEGIN:VEVENT\r\nSUMMARY:A\r\nDTSTART:20261201T180000Z\r\nEND:VEVENT")
    assert parsed(body).events[0].uid == parsed(body).events[0].uid != ""


def test_a_calendar_that_cancels_cancels() -> None:
    (found,) = parsed(document(event("DTSTART:20261201T180000Z"), head="METHOD:CANCEL")).events
    assert found.data.status == "cancelled"


def test_of_revisions_the_latest_counts_and_a_shared_uid_loses_nobody() -> None:
    revised = read(event("DTSTART:20261201T180000Z", "SEQUENCE:1"), event("DTSTART:20261202T180000Z", "SEQUENCE:2"))
    assert [found.data.start.day for found in revised] == [2]
    shared = read(event("DTSTART:20261201T180000Z"), event("DTSTART:20270102T180000Z", title="Autre"))
    assert len({(found.uid, found.recurrence_id) for found in shared}) == 2


# -- recurrences


def starts(*lines: str, more: tuple[str, ...] = (), **settings_: object) -> list[datetime | date]:
    return [found.data.start for found in read(event(*lines), *more, **settings_)]


def test_a_series_keeps_its_hour_over_both_changes_of_hour() -> None:
    autumn = starts("DTSTART;TZID=Europe/Paris:20261020T190000", "RRULE:FREQ=WEEKLY;COUNT=3")
    assert autumn == [paris(2026, 10, 20, 19), paris(2026, 10, 27, 19), paris(2026, 11, 3, 19)]
    assert [moment.hour for moment in autumn] == [17, 18, 18]
    spring = starts("DTSTART;TZID=Europe/Paris:20270323T190000", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert [moment.hour for moment in spring] == [18, 17]


def test_ends_follow_their_starts_over_a_change_of_hour() -> None:
    found = read(
        event(
            "DTSTART;TZID=Europe/Paris:20261020T190000",
            "DTEND;TZID=Europe/Paris:20261020T210000",
            "RRULE:FREQ=WEEKLY;COUNT=2",
        )
    )
    assert [one_.data.end for one_ in found] == [paris(2026, 10, 20, 21), paris(2026, 10, 27, 21)]


def test_a_series_in_its_own_zone_with_outlooks_name() -> None:
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Ma zone\r\n{SUMMER_RULES}\r\nEND:VTIMEZONE"
    found = starts("DTSTART;TZID=Ma zone:20261020T190000", "RRULE:FREQ=WEEKLY;COUNT=2", more=(zone,), timezone="UTC")
    assert found == [paris(2026, 10, 20, 19), paris(2026, 10, 27, 19)]


@pytest.mark.parametrize(
    ("until", "days"),
    [
        ("20261103T180000Z", [20, 27, 3]),
        ("20261103T175959Z", [20, 27]),
        ("20261103", [20, 27, 3]),
        ("20261103T190000", [20, 27, 3]),
        ("20261103T185959", [20, 27]),
    ],
)
def test_until_includes_its_moment_and_a_day_its_whole_day(until: str, days: list[int]) -> None:
    found = starts("DTSTART;TZID=Europe/Paris:20261020T190000", f"RRULE:FREQ=WEEKLY;UNTIL={until}")
    assert [moment.day for moment in found] == days


def test_until_of_all_day_series() -> None:
    found = starts("DTSTART;VALUE=DATE:20261020", "RRULE:FREQ=WEEKLY;UNTIL=20261103T235959Z")
    assert found == [date(2026, 10, 20), date(2026, 10, 27), date(2026, 11, 3)]


@pytest.mark.parametrize(
    "line",
    [
        "EXDATE;TZID=Europe/Paris:20261027T190000",
        "EXDATE:20261027T180000Z",
        "EXDATE;VALUE=DATE:20261027",
        "EXDATE:20261027T190000",
    ],
)
def test_excepted_dates_are_left_out_however_they_are_written(line: str) -> None:
    found = starts("DTSTART;TZID=Europe/Paris:20261020T190000", "RRULE:FREQ=WEEKLY;COUNT=3", line)
    assert [moment.day for moment in found] == [20, 3]


def test_further_dates_and_excepted_lists() -> None:
    found = starts(
        "DTSTART;TZID=Europe/Paris:20261201T190000",
        "RDATE;TZID=Europe/Paris:20261203T200000,20261205T200000",
        "RDATE;VALUE=PERIOD:20261207T190000Z/PT1H",
        "EXDATE;TZID=Europe/Paris:20261203T200000,20261205T200000",
    )
    assert found == [paris(2026, 12, 1, 19), datetime(2026, 12, 7, 19, tzinfo=UTC)]


def test_an_override_moves_one_occurrence_and_keeps_its_identity() -> None:
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Paris:20261027T190000", "DTSTART;TZID=Europe/Paris:20261028T200000", title="Déplacée"
    )
    found = read(event("DTSTART;TZID=Europe/Paris:20261020T190000", "RRULE:FREQ=WEEKLY;COUNT=3"), moved)
    assert [(one_.data.start, one_.data.title) for one_ in found] == [
        (paris(2026, 10, 20, 19), "Soirée"),
        (paris(2026, 10, 28, 20), "Déplacée"),
        (paris(2026, 11, 3, 19), "Soirée"),
    ]
    assert [one_.recurrence_id for one_ in found] == ["20261020T170000Z", "20261027T180000Z", "20261103T180000Z"]
    assert len({one_.uid for one_ in found}) == 1


def test_an_override_before_its_master_and_one_that_cancels() -> None:
    off = event("RECURRENCE-ID:20261027T180000Z", "DTSTART:20261027T180000Z", "STATUS:CANCELLED")
    found = read(off, event("DTSTART;TZID=Europe/Paris:20261020T190000", "RRULE:FREQ=WEEKLY;COUNT=3"))
    assert [one_.data.status for one_ in found] == ["confirmed", "cancelled", "confirmed"]


def test_this_and_future() -> None:
    later = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20261027T190000",
        "DTSTART;TZID=Europe/Paris:20261027T200000",
        title="Plus tard",
    )
    found = read(event("DTSTART;TZID=Europe/Paris:20261020T190000", "RRULE:FREQ=WEEKLY;COUNT=3"), later)
    assert [(one_.data.start.astimezone(PARIS).hour, one_.data.title) for one_ in found] == [
        (19, "Soirée"),
        (20, "Plus tard"),
        (20, "Plus tard"),
    ]


def test_an_override_without_its_master_is_an_event() -> None:
    (found,) = read(event("RECURRENCE-ID:20261027T180000Z", "DTSTART:20261028T180000Z"))
    assert (found.data.start.day, found.recurrence_id) == (28, "20261027T180000Z")


def test_the_window_bounds_recurring_events_only() -> None:
    found = starts("DTSTART;TZID=Europe/Paris:20130101T190000", "RRULE:FREQ=MONTHLY;BYDAY=1TU")
    assert min(found) >= WINDOW[0] - timedelta(days=1)
    assert max(found) <= WINDOW[1]
    assert len(found) == 30
    assert starts("DTSTART:20130101T190000Z", "RRULE:FREQ=DAILY;UNTIL=20140101T000000Z") == []


def test_windows_are_eighteen_months_back_and_twelve_ahead() -> None:
    assert window(NOW) == (datetime(2025, 5, 23, 8, tzinfo=UTC), datetime(2027, 11, 23, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=5",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5",
        "FREQ=DAILY;BYHOUR=1,2;BYMINUTE=1,2,3",
        "FREQ=FORTNIGHTLY",
        "INTERVAL=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=WEEKLY;BYDAY=LU",
        "FREQ=DAILY;UNTIL=demain",
        "n'importe quoi",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYSETPOS=300",
    ],
)
def test_a_rule_that_is_not_followed_leaves_its_first_date_and_a_sentence(rule: str) -> None:
    found = parsed(document(event("DTSTART:20261201T180000Z", f"RRULE:{rule}")))
    assert [one_.data.start for one_ in found.events] == [datetime(2026, 12, 1, 18, tzinfo=UTC)]
    assert len(found.warnings) <= 1


def test_the_first_date_of_a_refused_rule_is_shown_once() -> None:
    moved = event("RECURRENCE-ID:20261201T180000Z", "DTSTART:20261201T190000Z", title="Déplacée")
    found = read(event("DTSTART:20261201T180000Z", "RRULE:FREQ=HOURLY"), moved)
    assert [one_.data.title for one_ in found] == ["Déplacée"]


def test_rules_that_would_be_walked_to_the_end_of_time_are_bounded_together() -> None:
    bombs = [
        event("DTSTART:20200101T180000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", uid=str(n)) for n in range(300)
    ]
    found = parsed(document(*bombs))
    assert len(found.events) == 300
    assert any("too long" in str(warning) for warning in found.warnings)
    assert len(found.warnings) <= 7


@pytest.mark.parametrize(
    ("rule", "never"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU", False),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", False),
        ("FREQ=MONTHLY;BYDAY=-1FR", False),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=23", False),
        ("FREQ=MONTHLY;BYMONTHDAY=31", False),
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", True),
        ("FREQ=DAILY;BYMONTH=4;BYMONTHDAY=-31", True),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5", True),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", True),
        ("FREQ=MONTHLY;BYDAY=6MO", True),
        ("FREQ=YEARLY;BYWEEKNO=1;BYMONTH=6", True),
    ],
)
def test_rules_that_may_never_come_are_known(rule: str, never: bool) -> None:
    start = datetime(2026, 12, 1, 18, tzinfo=UTC)
    parts = check_rule(rule, start)
    assert may_never_come(parts) is never
    assert (price(parts, start, WINDOW[1]) > 100_000) is never


def test_sub_daily_rules_are_told_from_bad_ones() -> None:
    start = datetime(2026, 12, 1, 18, tzinfo=UTC)
    with pytest.raises(RuleError) as refused:
        check_rule("FREQ=HOURLY", start)
    assert refused.value.sub_daily
    with pytest.raises(RuleError) as bad:
        check_rule("FREQ=TOUJOURS", start)
    assert not bad.value.sub_daily


# -- bombs


def test_many_thousand_events_are_bounded_and_the_latest_stay() -> None:
    blocks = (f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:{1900 + n // 100}0101T000000Z\r\nEND:VEVENT" for n in range(12_500))
    found = parsed(document(*blocks), max_events=100)
    assert len(found.events) == 100
    assert {one_.data.start.year for one_ in found.events} == {2024}
    assert ["12500" in str(warning) and "100" in str(warning) for warning in found.warnings] == [True]


def test_occurrences_count_against_the_same_bound() -> None:
    series = [event("DTSTART:20260101T180000Z", "RRULE:FREQ=DAILY", uid=str(n)) for n in range(3)]
    found = parsed(document(*series), max_events=1000)
    assert len(found.events) == 1000
    assert len(found.warnings) == 1


def test_nested_components_are_bounded() -> None:
    deep = "BEGIN:X\r\n" * 20_000 + event("DTSTART:20261201T180000Z") + "\r\nEND:X" * 20_000
    assert read(deep) == []
    found = parsed(
        document("BEGIN:VEVENT\r\n" * 5_000 + "UID:1\r\nDTSTART:20261201T180000Z\r\n" + "END:VEVENT\r\n" * 5_000)
    )
    assert len(found.events) == 1
    assert len(found.warnings) == 4


def test_lists_of_dates_are_bounded() -> None:
    dates = ",".join(f"{20260101 + n % 28}T{n % 24:02}{n % 60:02}00Z" for n in range(20_000))
    found = parsed(document(event("DTSTART:20260101T000000Z", f"RDATE:{dates}")))
    assert 0 < len(found.events) <= 1000
    many = parsed(document(*(event("DTSTART:20260101T000000Z", f"RDATE:{dates}", uid=str(n)) for n in range(12))))
    assert any("too long" in str(warning) for warning in many.warnings)


@settings(max_examples=examples(60))
@given(st.binary(max_size=300), st.integers(0, 2000))
def test_no_bytes_make_the_reader_stumble(noise: bytes, position: int) -> None:
    body = document(
        event("DTSTART;TZID=Europe/Paris:20261020T190000", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20261027T180000Z")
    )
    position = min(position, len(body))
    found = parse_calendar(
        body[:position] + noise + body[position:], content_type="", url="", timezone="Europe/Paris", window=WINDOW
    )
    assert isinstance(found, CalendarRead | Unreadable)


@settings(max_examples=examples(60))
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80),
    st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)).map(lambda moment: moment.replace(microsecond=0, fold=0)),
    st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC"]),
    st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12), max_size=3),
)
def test_what_icalendar_writes_is_read_as_it_was_meant(title: str, start: datetime, zone: str, tags: list[str]) -> None:
    made = icalendar.Event()
    made.add("uid", "u")
    made.add("dtstart", start.replace(tzinfo=ZoneInfo(zone)))
    made.add("summary", title)
    made.add("description", f"{title}\n;,\\ {title}")
    made.add("location", f"Ici; {title}, là\\")
    if tags:
        made.add("categories", tags)
    calendar = icalendar.Calendar()
    calendar.add_component(made)
    (found,) = parsed(calendar.to_ical()).events
    again = icalendar.Calendar.from_ical(calendar.to_ical()).walk("VEVENT")[0]
    assert found.data.start == start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert found.data.title == one_line(str(again["SUMMARY"]))
    assert found.description.split() == str(again["DESCRIPTION"]).split()


def test_durations() -> None:
    assert read_duration("P1DT2H3M4S") == timedelta(days=1, hours=2, minutes=3, seconds=4)
    assert read_duration("+PT15M") == timedelta(minutes=15)
    assert read_duration("1H") is None


def test_names_of_zones_that_outlook_shows() -> None:
    assert named("(UTC+01:00) Amsterdam, Berlin, Bern, Rome") == ZoneInfo("Europe/Amsterdam")
    assert named("(UTC-03:30) Nulle part") == ZoneInfo("America/St_Johns")
    assert named("(UTC+04:30) Nulle part") == timezone(timedelta(hours=4, minutes=30))
    assert named("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris") == ZoneInfo("Europe/Paris")
    assert named("GMT") is UTC
    assert named("GMT+0100") == timezone(timedelta(hours=1))


def test_a_calendar_defines_a_few_zones_not_hundreds() -> None:
    zones = [f"BEGIN:VTIMEZONE\r\nTZID:Z{n}\r\n{SUMMER_RULES}\r\nEND:VTIMEZONE" for n in range(40)]
    events = [event(f"DTSTART;TZID=Z{n}:20261201T190000", uid=str(n)) for n in range(40)]
    found = parsed(document(*zones, *events), timezone="UTC")
    assert len({one_.data.start for one_ in found.events}) == 2
    assert len(found.warnings) == 3


def test_names_of_zones_that_say_nothing() -> None:
    assert named("") is None
    assert named("x" * 300) is None
    assert named("../../etc/passwd") is None
    assert named("UTC+25") is None


# -- feeds of events


def entry(title: str, moment: ParsedDate | None = None, **fields: object) -> RawEntry:
    return RawEntry(position=0, title=Text(value=title), published=moment, **fields)


def from_feed(*entries: RawEntry) -> CalendarRead:
    return events_from_feed(
        RawFeed(format="rss20", reader="strict", title="Agenda", entries=entries), timezone="Europe/Paris"
    )


def test_a_title_that_begins_with_a_date_is_believed_before_the_publication_date() -> None:
    wrong = ParsedDate(written="Mon, 29 Jun 2026 19:00:00 +0000", value=datetime(2026, 6, 29, 19, tzinfo=UTC))
    (found,) = from_feed(
        entry(
            "29/06/2026 19:00 : Clermont&#39;ech - APIHour #72 - Amphi A de l&#39;IUT",
            wrong,
            id="https://p.example/72",
            links=(RawLink(element="link", href="https://p.example/72"),),
            summary=Text(value="Au menu :\n\n- un &amp;amp; deux"),
        )
    ).events
    assert found.data.start == paris(2026, 6, 29, 19)
    assert (found.data.title, found.data.location, found.date_reason) == (
        "Clermont'ech - APIHour #72",
        "Amphi A de l'IUT",
        "title",
    )
    assert (found.uid, found.data.url) == ("https://p.example/72", "https://p.example/72")
    assert (found.description_is_html, found.description) == (False, "Au menu :\n\n- un &amp; deux")


@pytest.mark.parametrize(
    ("title", "start", "name", "place"),
    [
        ("05/11/2026 : Journée du libre", date(2026, 11, 5), "Journée du libre", ""),
        ("5/11/2026 18h30 : Apéro - Bar", paris(2026, 11, 5, 18, 30), "Apéro", "Bar"),
        ("05/11/2026 18:30 : Micronaut - Annulé", paris(2026, 11, 5, 18, 30), "Micronaut - Annulé", ""),
    ],
)
def test_titles_with_dates(title: str, start: datetime | date, name: str, place: str) -> None:
    (found,) = from_feed(entry(title)).events
    assert (found.data.start, found.data.title, found.data.location) == (start, name, place)
    assert found.data.status == ("cancelled" if "Annulé" in title else "confirmed")


def test_an_hour_that_only_the_date_knows_is_local_where_the_title_names_the_day() -> None:
    moment = ParsedDate(written="x", value=datetime(2026, 6, 29, 19, tzinfo=UTC))
    (found,) = from_feed(entry("29/06/2026 : APIHour", moment)).events
    assert found.data.start == paris(2026, 6, 29, 19)


def test_without_a_date_in_the_title_the_entrys_date_is_the_events() -> None:
    moment = ParsedDate(written="x", value=datetime(2026, 6, 29, 17, tzinfo=UTC))
    found = from_feed(
        entry("99/99/2026 : Mystère", moment),
        entry("Sans date"),
        entry("Jour", ParsedDate(written="x", value=moment.value, date_only=True)),
    )
    assert [(one_.data.title, one_.data.start) for one_ in found.events] == [
        ("99/99/2026 : Mystère", moment.value),
        ("Jour", date(2026, 6, 29)),
    ]
    assert found.events[0].date_reason == "date of the entry"
    assert len(found.warnings) == 1


# -- the data set


@pytest.mark.shared
def test_every_event_of_the_data_set_is_at_its_true_instant(shared: Path) -> None:
    folder = shared / "clermontech"
    paths = [*sorted((folder / "feeds").rglob("*.ics")), folder / "as-published" / "planet-index.ics"]
    assert len(paths) == 22
    for path in paths:
        body = path.read_bytes()
        truth = {
            str(one_["UID"]): one_["DTSTART"].dt.replace(tzinfo=None).replace(tzinfo=PARIS).astimezone(UTC)
            for one_ in icalendar.Calendar.from_ical(body).walk("VEVENT")
        }
        found = parsed(body)
        assert {one_.uid: one_.data.start for one_ in found.events} == truth, path
        assert found.warnings == ()


@pytest.mark.shared
def test_titles_places_and_texts_of_the_data_set_are_those_that_icalendar_reads(shared: Path) -> None:
    body = (shared / "clermontech" / "feeds" / "planet.ics").read_bytes()
    truth = {str(one_["UID"]): one_ for one_ in icalendar.Calendar.from_ical(body).walk("VEVENT")}
    for found in parsed(body).events:
        said = truth[found.uid]
        assert found.data.title == " ".join(str(said["SUMMARY"]).split())
        assert found.description == html.unescape(str(said.get("DESCRIPTION", ""))).strip()
        assert found.data.location == " ".join(str(said.get("LOCATION", "")).split())
        assert found.data.status.upper() == str(said.get("STATUS", "CONFIRMED"))
        assert json.dumps(found.data.tags) == json.dumps(
            [str(tag) for tag in said["CATEGORIES"].cats] if "CATEGORIES" in said else []
        )
