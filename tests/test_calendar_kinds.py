"""What calendars of the wild do to readers, each fault's whole kind: nothing is lost, hours and days are right, texts are whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from planet.merge.event_changes import diff_events
from planet.model import CalendarRead, RawEvent
from planet.normalise.events import normalise_events
from planet.parse.calendar import parse_calendar
from planet.parse.contentlines import components, unfold
from planet.parse.recurrence import RuleError, check_rule, price
from planet.parse.vtimezone import DefinedZone, read_vtimezone
from planet.parse.zones import named
from planet.sanitise import sanitise
from planet.when import window

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def calendar(*lines: str) -> CalendarRead:
    body = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""])
    read = parse_calendar(
        body.encode(), content_type="text/calendar", url="", timezone="Europe/Paris", window=window(NOW)
    )
    assert isinstance(read, CalendarRead)
    return read


def vevent(*lines: str, uid: str = "1", title: str = "Titre") -> tuple[str, ...]:
    return ("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT")


def starts(*lines: str) -> list[str]:
    return sorted(event.data.start.isoformat() for event in calendar(*lines).events)


def only(*lines: str, title: str = "Titre") -> RawEvent:
    (event,) = calendar(*vevent(*lines, title=title)).events
    return event


# -- none lost


def test_a_change_for_this_and_future_dates_holds_for_each_of_them() -> None:
    events = calendar(
        *vevent("DTSTART;TZID=Europe/Paris:20261203T190000", "RRULE:FREQ=WEEKLY;COUNT=5"),
        *vevent(
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20261217T190000",
            "DTSTART;TZID=Europe/Paris:20261217T200000",
            "LOCATION:Ailleurs",
        ),
    ).events
    assert [(f"{event.data.start:%m-%d %H}", event.data.location) for event in events] == [
        ("12-03 18", ""), ("12-10 18", ""), ("12-17 19", "Ailleurs"), ("12-24 19", "Ailleurs"), ("12-31 19", "Ailleurs"),
    ]  # fmt: skip
    assert len({event.recurrence_id for event in events}) == 5


def test_different_series_of_one_uid_all_stay_each_with_its_own_changes() -> None:
    events = calendar(
        *vevent("DTSTART;TZID=Europe/Paris:20261203T190000", "RRULE:FREQ=WEEKLY;COUNT=2", title="PHP"),
        *vevent("DTSTART;TZID=Europe/Paris:20261203T090000", "RRULE:FREQ=WEEKLY;COUNT=2", title="JS"),
        *vevent("DTSTART;VALUE=DATE:20270101", title="Une fois"),
        *vevent(
            "RECURRENCE-ID;TZID=Europe/Paris:20261210T090000", "DTSTART;TZID=Europe/Paris:20261211T090000", title="JS, vendredi"
        ),
    ).events  # fmt: skip
    assert sorted(event.data.title for event in events) == ["JS", "JS, vendredi", "PHP", "PHP", "Une fois"]
    assert len({event.recurrence_id for event in events}) == 5


def test_of_revisions_of_one_event_the_newest_stays() -> None:
    assert starts(
        *vevent("DTSTART:20261203T180000Z", "SEQUENCE:1"), *vevent("DTSTART:20261204T180000Z", "SEQUENCE:2")
    ) == ["2026-12-04T18:00:00+00:00"]


def test_a_second_rule_adds_its_dates() -> None:
    assert starts(
        *vevent("DTSTART:20261201T180000Z", "RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2")
    ) == [f"2026-12-0{day}T18:00:00+00:00" for day in (1, 2, 8)]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "rule", "days"),
    [
        ("DTSTART:20261201T180000Z", "FREQ=WEEKLY;BYDAY=TH;COUNT=3", ["12-01", "12-03", "12-10"]),
        ("DTSTART;VALUE=DATE:20261201", "FREQ=MONTHLY;BYDAY=1TH;COUNT=3", ["12-01", "12-03", "01-07"]),
        ("DTSTART;TZID=Europe/Paris:20261201T180000", "FREQ=WEEKLY;BYDAY=TH;COUNT=1", ["12-01"]),
        ("DTSTART:20261201T180000Z", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", ["12-01", "12-03", "12-08"]),
    ],
)
def test_the_first_date_counts_also_where_the_rule_does_not_give_it(start: str, rule: str, days: list[str]) -> None:
    assert [day[5:10] for day in starts(*vevent(start, f"RRULE:{rule}"))] == days


def _arrived(known: tuple, now: datetime, *events: tuple[str, str]) -> tuple:
    """What is stored after a calendar listed these events (start, title) under UIDs 0, 1, …"""
    lines = [
        line
        for uid, (start, title) in enumerate(events)
        for line in vevent(f"DTSTART:{start}T180000Z", uid=str(uid), title=title)
    ]
    incoming = normalise_events(calendar(*lines), calendar="c", sanitise=sanitise, now=now)
    changes = diff_events(known, incoming, now)
    stored = {(event.uid, event.recurrence_id): event for event in known}
    for key in changes.withdrawn:
        del stored[key]
    return tuple((stored | {(event.uid, event.recurrence_id): event for event in changes.upserts}).values())


def test_a_past_event_is_never_overwritten_by_another_that_was_given_its_uid() -> None:
    autumn = _arrived((), NOW - timedelta(days=30), ("20261110", "Intro à Go"), ("20261117", "Soirée Rust"))
    spring = _arrived(autumn, NOW, ("20270209", "Atelier Kubernetes"), ("20270216", "Quiz Java"))
    titles = ["Atelier Kubernetes", "Intro à Go", "Quiz Java", "Soirée Rust"]
    assert sorted(event.data.title for event in spring) == titles
    assert len({event.slug for event in spring}) == 4
    assert all(event.slug.startswith(event.data.start.date().isoformat()) for event in spring)
    moved = _arrived(spring, NOW, ("20270210", "Atelier Kubernetes"), ("20270216", "Quiz Java"))
    assert sorted(event.data.title for event in moved) == titles
    assert {event.data.start.date() for event in moved} >= {date(2027, 2, 10), date(2026, 11, 10)}


def test_an_event_that_was_put_off_on_its_own_evening_is_still_itself() -> None:
    begun = _arrived((), NOW - timedelta(days=9), ("20261122", "Soirée PHP"))
    (event,) = _arrived(begun, NOW, ("20261206", "Soirée PHP (reportée)"))
    assert (event.data.start.date(), event.revision) == (date(2026, 12, 6), 1)


def test_a_colon_that_nobody_quoted_is_part_of_the_zones_name() -> None:
    for name, expected in (("tzone://Microsoft/Utc", 19), ("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", 18)):
        assert only(f"DTSTART;TZID={name}:20261203T190000").data.start == datetime(2026, 12, 3, expected, tzinfo=UTC)
        assert only(f"DTSTART;VALUE=DATE-TIME;TZID={name}:20261203T190000").data.start.hour == expected


def test_lines_that_nobody_folded_continue_the_text_before_them() -> None:
    event = only(
        "DTSTART:20261203T180000Z",
        "DESCRIPTION:On se retrouve.",
        "Location: voir le fil",
        "https://forum.example/t/1",
        "",
        "NOTE: venez nombreux",
        "LOCATION:Amphi A",
    )
    assert event.data.location == "Amphi A"
    assert event.description.split("\n") == [
        "On se retrouve.", "Location: voir le fil", "https://forum.example/t/1", "", "NOTE: venez nombreux",
    ]  # fmt: skip
    assert only("et la suite", "DTSTART:20261203T180000Z", title="Titre :").data.title == "Titre : et la suite"


# -- hours and days

EXCHANGE = """\
BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;{extra}BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T000000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;{extra}BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""


@pytest.mark.parametrize("extra", ["INTERVAL=1;", "BYHOUR=2;BYMINUTE=0;", "INTERVAL=1;BYHOUR=2;BYSECOND=0;WKST=MO;"])
def test_a_zone_that_the_calendar_defines_follows_its_rules(extra: str) -> None:
    zone = EXCHANGE.format(name="Customized Time Zone", extra=extra).split("\n")
    for local, utc in (("20261208T103500", "2026-12-08T15:35"), ("20270706T103500", "2027-07-06T14:35")):
        (start,) = starts(*zone, *vevent(f"DTSTART;TZID=Customized Time Zone:{local}"))
        assert start.startswith(utc)


def test_a_defined_zone_reads_gaps_and_folds_as_the_worlds_do() -> None:
    zone = EXCHANGE.format(name="Z", extra="BYHOUR=2;").split("\n")
    (component,) = components(unfold("\n".join(["BEGIN:VCALENDAR", *zone, "END:VCALENDAR"])), frozenset({"VTIMEZONE"}))
    own, world = read_vtimezone(component), ZoneInfo("America/New_York")
    assert isinstance(own, DefinedZone)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year == 2026:
        here = moment.astimezone(own)
        assert (here.replace(tzinfo=None), here.fold) == (
            (there := moment.astimezone(world)).replace(tzinfo=None),
            there.fold,
        )
        assert here.astimezone(UTC) == moment
        naive = moment.replace(tzinfo=None)
        assert naive.replace(tzinfo=own).utcoffset() == naive.replace(tzinfo=world).utcoffset()
        moment += timedelta(minutes=30)


@pytest.mark.parametrize(
    ("name", "july"),
    [
        ("(UTC) Temps universel coordonné", 13),
        ("(UTC) Koordinerad universell tid", 13),
        ("(UTC-05:00) Eastern Time (US & Canada)", 17),
        ("(UTC-05:00) Est (É.-U. et Canada)", 17),
        ("(UTC-08:00) Pacific Time (US & Canada)", 20),
        ("(UTC+01:00) Amsterdam/Berlin/Bern/Rom", 11),
        ("(UTC+00:00) Dublin, Édimbourg, Lisbonne, Londres", 12),
        ("(UTC-07:00) Arizona", 20),
        ("(UTC+01:00) quelque part", 11),
        ("Romance Standard Time", 11),
        ("UTC+1", 12),
    ],
)
def test_displayed_names_have_the_summer_time_of_their_zone(name: str, july: int) -> None:
    zone = named(name)
    assert zone is not None
    assert datetime(2027, 7, 6, 13, tzinfo=zone).astimezone(UTC).hour == july


def test_until_and_exceptions_in_utc_name_days_of_an_all_day_series() -> None:
    assert starts(
        *vevent("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;UNTIL=20261203T230000Z", "EXDATE:20261201T230000Z")
    ) == ["2026-12-01", "2026-12-03", "2026-12-04"]


def test_a_recurrence_id_of_another_kind_names_its_date() -> None:
    assert starts(
        *vevent("DTSTART:20261201T180000Z", "RRULE:FREQ=WEEKLY;COUNT=2"),
        *vevent("RECURRENCE-ID;VALUE=DATE:20261208", "DTSTART:20261209T180000Z"),
    ) == ["2026-12-01T18:00:00+00:00", "2026-12-09T18:00:00+00:00"]


def test_a_period_has_its_own_end() -> None:
    events = calendar(
        *vevent(
            "DTSTART:20261201T180000Z", "DTEND:20261201T200000Z",
            "RDATE;VALUE=PERIOD:20261202T180000Z/PT30M,20261203T180000Z/20261203T220000Z",
        )
    ).events  # fmt: skip
    assert [event.data.end - event.data.start for event in events] == [
        timedelta(hours=2), timedelta(minutes=30), timedelta(hours=4),
    ]  # fmt: skip


# -- texts


def test_an_html_alternative_without_a_word_is_none() -> None:
    for empty in (
        "<html><body id='x'></body></html>",
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN">',
        "<p>&nbsp;</p>",
    ):
        event = only("DTSTART:20261203T180000Z", "DESCRIPTION:Le texte", f"X-ALT-DESC;FMTTYPE=text/html:{empty}")
        assert (event.description, event.description_is_html) == ("Le texte", False)
    assert only("DTSTART:20261203T180000Z", "X-ALT-DESC;FMTTYPE=text/html:<p><b>R</b>").description == "<p><b>R</b>"


def test_one_link_in_a_text_keeps_its_lines_and_lists() -> None:
    text = r"Bonjour\n\nProgramme :\n- un\n- deux\n\nVoir <a href=" "https://x.example/" ">ici</a>\nÀ bientôt".replace(
        '""', '"'
    )
    read = calendar(*vevent("DTSTART:20261203T180000Z", f"DESCRIPTION:{text}"))
    (event,) = normalise_events(read, calendar="c", sanitise=sanitise, now=NOW)
    assert "<li>un</li>" in event.data.html
    assert "<p>Bonjour</p>" in event.data.html
    assert "ici</a><br" in event.data.html


def test_entities_are_characters_everywhere() -> None:
    event = only(
        "DTSTART:20261203T180000Z", "LOCATION:Caf&eacute; &amp; bar", "DESCRIPTION:R&amp;D &#233;t&#xE9; &inconnu;",
        title="L&rsquo;atelier",
    )  # fmt: skip
    assert (event.data.title, event.data.location, event.description) == (
        "L’atelier", "Café & bar", "R&D été &inconnu;",
    )  # fmt: skip
    assert only("DTSTART:20261203T180000Z", r"LOCATION:Turing 22\n22 allée Turing").data.location == (
        "Turing 22\n22 allée Turing"
    )


# -- no calendar starves the run


def test_a_zone_of_thousands_of_observances_is_not_followed() -> None:
    observance = (
        "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY\nEND:STANDARD"
    )
    bomb = ["BEGIN:VTIMEZONE", "TZID:B", *(observance.split("\n") * 1000), "END:VTIMEZONE"]
    read = calendar(*bomb, *vevent("DTSTART;TZID=B:20261203T190000"))
    assert [event.data.start for event in read.events] == [datetime(2026, 12, 3, 18, tzinfo=UTC)]
    assert len(read.warnings) == 1


@pytest.mark.parametrize("offset", ["+9999", "-2400", "+2359", "x", "", "+01"])
def test_an_impossible_offset_makes_no_zone(offset: str) -> None:
    zone = f"BEGIN:VTIMEZONE\nTZID:B\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE"
    assert starts(*zone.split("\n"), *vevent("DTSTART;TZID=B:20261203T190000")) == ["2026-12-03T18:00:00+00:00"]


@pytest.mark.parametrize(
    "moment",
    [
        "00010101T000000Z", "00010101", "99991231T235959Z", "99991231", "00010101T000000", "99991231T235959",
        "00010101T000000+1459", "99991231T235959-1459",
    ],
)  # fmt: skip
def test_dates_at_the_ends_of_time_are_left_out_and_named(moment: str) -> None:
    read = calendar(*vevent(f"DTSTART:{moment}", title="Fin"), *vevent("DTSTART:20261203T180000Z", uid="2"))
    assert [event.uid for event in read.events] == ["2"]
    assert "Fin" in str(read.warnings[0])
    (event,) = calendar(*vevent("DTSTART:20261203T180000Z", f"DTEND:{moment}")).events
    assert event.data.end is None
    (event,) = calendar(*vevent("DTSTART:20261203T180000Z", "DURATION:P999999W")).events
    assert event.data.end is None


def _dear(rule: str, start: datetime = datetime(2020, 1, 1, 18, tzinfo=UTC)) -> bool:
    try:
        return price(check_rule(rule, start), start, window(NOW)[1]) > 5_000_000
    except RuleError:
        return True


def test_rules_that_cost_dear_are_priced_so() -> None:
    positions = ",".join(str(-n) for n in range(1, 367))
    days = "MO,TU,WE,TH,FR,SA,SU"
    assert _dear(f"FREQ=YEARLY;BYDAY={days};BYSETPOS={positions}")
    assert _dear(f"FREQ=YEARLY;BYDAY={days};BYSETPOS={positions};BYHOUR=1,2;BYMINUTE=1,2")
    assert _dear(f"FREQ=MONTHLY;BYDAY={days};BYSETPOS={positions}")
    assert _dear("FREQ=MONTHLY;BYDAY=5SA;BYMONTHDAY=1")
    assert _dear("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    for usual in (
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=3TH",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
        "FREQ=YEARLY",
    ):
        assert not _dear(usual)
