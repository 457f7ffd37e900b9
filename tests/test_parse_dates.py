"""Dates of feeds: each spelling that is met, and the reason given for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.parse.dates import LAST_YEAR, read_date
from planet.parse.datewords import MONTHS, ZONES
from planet.when import EARLIEST_YEAR
from tests.support.effort import examples

TEN = "2024-08-05T10:00:00+00:00"
EIGHT = "2024-08-05T08:00:00+00:00"

READ = [
    # zone names have their real offset; IST is Indian, BST British, CST and EST American.
    ("Mon, 05 Aug 2024 10:00:00 CEST", EIGHT),
    ("Mon, 05 Aug 2024 10:00:00 CET", "2024-08-05T09:00:00+00:00"),
    ("Mon, 05 Aug 2024 10:00:00 BST", "2024-08-05T09:00:00+00:00"),
    ("Mon, 05 Aug 2024 10:00:00 WEST", "2024-08-05T09:00:00+00:00"),
    ("Mon, 05 Aug 2024 10:00:00 IST", "2024-08-05T04:30:00+00:00"),
    ("Mon, 05 Aug 2024 10:00:00 JST", "2024-08-05T01:00:00+00:00"),
    ("Mon, 05 Aug 2024 10:00:00 AEST", "2024-08-05T00:00:00+00:00"),
    ("Mon, 05 Aug 2024 10:00:00 MSK", "2024-08-05T07:00:00+00:00"),
    ("Mon, 05 Aug 2024 10:00:00 Europe/Paris", EIGHT),
    # Z, UT and GMT are zero, EDT is four hours behind, the military letters say nothing.
    ("2024-08-05T10:00:00Z", TEN),
    ("2024-08-05t10:00:00z", TEN),
    ("Mon, 05 Aug 2024 10:00:00 UT", TEN),
    ("Mon, 05 Aug 2024 10:00:00 GMT", TEN),
    ("Mon, 05 Aug 2024 10:00:00 +0200", EIGHT),
    ("Mon, 05 Aug 2024 10:00:00 +02:00", EIGHT),
    ("Mon, 05 Aug 2024 10:00:00 GMT+0200", EIGHT),
    ("2024-08-05T10:00:00+02", EIGHT),
    ("2024-08-05T10:00:00+0200", EIGHT),
    ("2024-08-05 10:00:00 +02:00", EIGHT),
    ("2024-08-05 10:00:00 EDT", "2024-08-05T14:00:00+00:00"),
    ("Mon, 05 Aug 2024 10:00:00 EDT", "2024-08-05T14:00:00+00:00"),
    ("Mon, 05 Aug 2024 10:00 A", TEN),
    # two digits of a year are 2000 to 2049 and 1950 to 1999.
    ("Mon, 05 Aug 24 10:00:00 GMT", TEN),
    ("05 Aug 49 10:00:00 GMT", "2049-08-05T10:00:00+00:00"),
    ("05 Aug 99 10:00:00 GMT", "1999-08-05T10:00:00+00:00"),
    # months of nine languages; a wrong weekday is ignored.
    ("lun., 05 août 2024 10:00:00 +0200", EIGHT),
    ("mercredi 5 août 2024 10:00:00 +0200", EIGHT),
    ("Mo, 05 August 2024 10:00:00 +0200", EIGHT),
    ("lunes, 05 agosto 2024 10:00:00 +0200", EIGHT),
    ("5 de agosto de 2024 10:00:00 +0200", EIGHT),
    ("lun, 05 ago 2024 10:00:00 +0200", EIGHT),
    ("maandag 5 augustus 2024 10:00:00 +0200", EIGHT),
    ("Пн, 05 авг 2024 10:00:00 +0200", EIGHT),
    ("5 августа 2024 10:00:00 +0200", EIGHT),
    ("pon, 05 sierpnia 2024 10:00:00 +0200", EIGHT),
    ("Fri, 05 Aug 2024 10:00:00 +0000", TEN),
    ("mar., 05 mars 2024 10:00:00 +0000", "2024-03-05T10:00:00+00:00"),
    ("Mer, 05 nov 2025 10:00:00 +0100", "2025-11-05T09:00:00+00:00"),
    ("05 Sept 2024 10:00:00 GMT", "2024-09-05T10:00:00+00:00"),
    # midnight may be 24:00, and a leap second is the one before it.
    ("2024-08-05T24:00:00Z", "2024-08-06T00:00:00+00:00"),
    ("Mon, 05 Aug 2024 24:00:00 GMT", "2024-08-06T00:00:00+00:00"),
    ("2024-12-31T23:59:60Z", "2024-12-31T23:59:59+00:00"),
    ("Tue, 31 Dec 2024 23:59:60 GMT", "2024-12-31T23:59:59+00:00"),
    # seconds, milliseconds, RFC 850, asctime.
    ("1722844800", EIGHT),
    ("1722844800000", EIGHT),
    ("Monday, 05-Aug-24 10:00:00 GMT", TEN),
    ("Mon Aug  5 10:00:00 2024", TEN),
    ("August 5, 2024 10:00 AM", TEN),
    ("August 5, 2024 12:30 am", "2024-08-05T00:30:00+00:00"),
    ("5 août 2024 à 10h00", TEN),
    ("2024-08-05T10:00Z", TEN),
    ("2024-08-05T10:00:00.123456789Z", "2024-08-05T10:00:00.123456+00:00"),
    ("  2024-08-05T10:00:00Z\n", TEN),
    ("20240805T100000Z", TEN),
    ("Mon, 05 Aug 2024 10:00:00 +0000 (UTC)", TEN),
    # an offset behind GMT or UTC is ahead of Greenwich where it says plus, as people mean it.
    ("Mon, 05 Aug 2024 12:00:00 GMT+2", TEN),
    ("Mon, 05 Aug 2024 07:00 UTC-3", TEN),
    ("2024-08-05 15:30:00 GMT+5:30", TEN),
    ("2024-08-05T12:00:00 UTC+02:00", TEN),
    # what programs print: Go, Hugo, Java, templates that lost their plus sign or put a remark behind.
    ("2024-08-05 12:00:00.123 +0200 CEST", "2024-08-05T10:00:00+00:00"),
    ("2024-08-05 10:00:00 +0000 UTC m=+0.012345", TEN),
    ("2024-08-05T12:00:00+02:00[Europe/Paris]", TEN),
    ("2024-08-05T10:00:00Z[Etc/UTC]", TEN),
    ("2024-08-05 12:00:00 Europe/Paris", TEN),
    ("2024-08-05T12:00:00 02:00", TEN),
    ("2024-08-05 12:00:00 +02:00:00", TEN),
    ("031, Mon 05 Aug 2024 10:00:00 GMT", TEN),
    ('<time datetime="2024-08-05T12:00:00+02:00">5 août</time>', TEN),
    # morning and afternoon.
    ("2024-08-05 10:00:00 AM", TEN),
    ("2024-08-05 10:00 p.m.", "2024-08-05T22:00:00+00:00"),
    ("2024/08/05 12:05am", "2024-08-05T00:05:00+00:00"),
    # numbers: the year first, or a day that can be no month; whatever parts them.
    ("2024/08/05 10:00:00", TEN),
    ("2024.08.05 10:00", TEN),
    ("25/08/2024 10:00", "2024-08-25T10:00:00+00:00"),
    ("le 25.08.2024 à 10h30", "2024-08-25T10:30:00+00:00"),
    ("08/25/2024 10:00", "2024-08-25T10:00:00+00:00"),
    ("08-08-2024 10:00 GMT", "2024-08-08T10:00:00+00:00"),
    ("Mon, 25/08/2024 - 10:00", "2024-08-25T10:00:00+00:00"),
]


@pytest.mark.parametrize(("written", "expected"), READ)
def test_a_date_is_read(written: str, expected: str) -> None:
    found = read_date(written)
    assert found.value is not None, found.reason
    assert (found.value.isoformat(), found.date_only, found.value.tzinfo) == (expected, False, UTC)
    assert found.reason
    assert found.written == written.strip()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-08-05", "2024-08-05"),  # a day is midnight UTC, and marked
        ("20240805", "2024-08-05"),
        ("05 Dezember 2024", "2024-12-05"),
        ("5 мая 2024", "2024-05-05"),
        ("mercredi 5 févr. 2025", "2025-02-05"),
        ("2024-08", "2024-08-01"),
    ],
)
def test_a_day_without_an_hour_is_midnight_utc_and_marked(written: str, expected: str) -> None:
    found = read_date(written, "Asia/Tokyo")
    assert found.date_only
    assert found.value == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        # no post is from before 1990, nor from after 2100.
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "Fri, 31 Dec 9999 24:00:00 GMT",
        "1989-12-31",
        "0",
        "Mon, 05 Aug 10000 10:00:00 GMT",
        "10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        # what no calendar and no clock has.
        "2024-02-30",
        "2024-13-45",
        "Fri, 30 Feb 2024 10:00:00 GMT",
        "Mon, 05 Aug 2024 10:00:00 +2500",
        "2024-08-05T10:00:00+25:00",
        "2024-08-05T10:00:00+14:30",
        "2024-08-05T25:00:00Z",
        "2024-08-05T24:00:01Z",
        "2024-08-05T10:61:00Z",
        "August 5, 2024 15:00 PM",
        # nobody can tell the day from the month.
        "08/05/2024",
        "05/08/24 10:00",
        "5.8.2024 10:00",
        "05-08-2024",
        "05 08 2024 10:00",
        "8-5-2024 10:00 PM",
        "2024-08-05 13:00 PM",
        # no dates.
        "",
        "   ",
        "yesterday",
        "5",
        "2024",
        "10:00",
        "August 2024",
        "Monday",
        "x" * 10_000,
        "1" * 5_000,
        "²⁰²⁴-08-05",
    ],
)
def test_what_is_no_date_has_no_value_and_a_reason(written: str) -> None:
    found = read_date(written)
    assert found.value is None
    assert found.reason


def test_a_time_without_a_zone_is_of_the_zone_that_is_configured() -> None:
    """UTC unless feeds.yaml says where the feed lives."""
    for written in (
        "2024-08-05T10:00:00",
        "Mon, 05 Aug 2024 10:00:00",
        "lun. 5 août 2024 10:00",
        "Mon, 05 Aug 2024 10:00:00 XYZ",
    ):
        assert read_date(written).value == datetime(2024, 8, 5, 10, tzinfo=UTC)
        found = read_date(written, "Europe/Paris")
        assert found.value == datetime(2024, 8, 5, 8, tzinfo=UTC)
        assert "Europe/Paris" in found.reason
    winter = read_date("2024-01-05T10:00:00", "Europe/Paris").value
    assert winter == datetime(2024, 1, 5, 9, tzinfo=UTC)
    assert read_date("2024-01-05T10:00:00", "No/Where").value == datetime(2024, 1, 5, 10, tzinfo=UTC)
    assert read_date("2024-01-05T10:00:00", "../etc/passwd").value == datetime(2024, 1, 5, 10, tzinfo=UTC)


def test_the_word_tables_are_whole() -> None:
    assert set(MONTHS.values()) == set(range(1, 13))
    assert all(-12 * 60 <= minutes <= 14 * 60 for minutes in ZONES.values())


MOMENTS = st.datetimes(
    min_value=datetime(EARLIEST_YEAR, 1, 2), max_value=datetime(LAST_YEAR, 12, 30), timezones=st.just(UTC)
).map(lambda moment: moment.replace(microsecond=0))
OFFSETS = st.integers(-14 * 60, 14 * 60)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@settings(max_examples=examples(150))
@given(MOMENTS, OFFSETS, st.sampled_from(sorted(MONTHS)))
def test_every_spelling_of_a_moment_is_that_moment(moment: datetime, offset: int, word: str) -> None:
    local = moment.astimezone(timezone(timedelta(minutes=offset)))
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}{abs(offset) % 60:02d}"
    clock = f"{local:%H:%M:%S}"
    spellings = [
        local.isoformat(),
        f"{local:%Y-%m-%d} {clock}{zone}",
        f"{DAYS[local.weekday()]}, {local.day:02d} {ENGLISH[local.month - 1]} {local.year} {clock} {zone}",
        f"{local.day} {ENGLISH[local.month - 1]} {local.year} {clock} {zone}",
        f"{moment:%A, %d-%b-%Y %H:%M:%S} GMT",
        f"{DAYS[moment.weekday()]} {ENGLISH[moment.month - 1]} {moment.day:2d} {moment:%H:%M:%S} {moment.year}",
    ]
    if MONTHS[word] == local.month:
        spellings.append(f"{local.day} {word} {local.year} {clock} {zone}")
    for spelling in spellings:
        found = read_date(spelling)
        assert found.value == moment, (spelling, found)


@settings(max_examples=examples(400))
@given(st.text(max_size=60) | st.text(alphabet="0123456789-:/T+Z., ADJMagnprsuy", max_size=40))
def test_any_text_is_a_moment_in_range_or_none(text: str) -> None:
    found = read_date(text, "Europe/Paris")
    assert found.reason
    if found.value is not None:
        assert found.value.tzinfo is UTC
        assert EARLIEST_YEAR - 1 <= found.value.year <= LAST_YEAR + 1
