"""The published site and what happens to entries, seen from outside: a folder, a server, the command line."""

from __future__ import annotations

from tests.world import World, item, rss


def calendar(*events: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//essai//FR", *events, "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def vevent(uid: str, start: str, *lines: str, summary: str = "Soirée") -> str:
    return "\r\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", start, f"SUMMARY:{summary}", *lines, "END:VEVENT"]
    )


def events(world: World, *arguments: str) -> list[dict]:
    result = world.planet("events", "--json", *arguments)
    assert result.code == 0, result.err
    return result.objects()


def test_evenings_that_recur_for_ever_never_run_out_though_their_calendar_never_changes(world: World) -> None:
    monthly = vevent("m", "DTSTART;TZID=Europe/Paris:20260105T190000", "RRULE:FREQ=MONTHLY")
    url = world.serve("/c.ics", calendar(monthly), "text/calendar", ETag='"1"')
    world.configure(groups=[{"name": "Le groupe", "calendars": [url]}])
    world.run()
    assert max(event["start"] for event in events(world)) == "2027-11-05T18:00:00Z"
    for month in ("2026-12", "2027-01", "2027-08"):
        world.run(now=f"{month}-02T08:00:00Z")
    assert max(event["start"] for event in events(world)) == "2028-07-05T17:00:00Z"
    asked = len(world.asked)
    world.run(now="2027-08-03T08:00:00Z")
    assert world.asked[asked].headers["if-none-match"] == '"1"'


def test_an_evening_that_leaves_its_calendar_is_withdrawn_and_one_that_was_held_stays(world: World) -> None:
    held = vevent("held", "DTSTART:20261101T180000Z", summary="Tenue")
    url = world.serve(
        "/c.ics", calendar(held, vevent("off", "DTSTART:20261201T180000Z", summary="Annulée")), "text/calendar"
    )
    feed = world.serve(
        "/e.xml", rss(item("Du flux", "https://g.example.org/1", date="Tue, 15 Dec 2026 19:00:00 +0100"))
    )
    world.configure(groups=[{"name": "G", "calendars": [url], "feeds": [{"url": feed, "kind": "events"}]}])
    world.run()
    assert [event["title"] for event in events(world)] == ["Annulée", "Du flux", "Tenue"]
    world.serve("/c.ics", calendar(vevent("bad", "DTSTART:20XX")), "text/calendar")
    world.serve("/e.xml", rss())
    world.run(now="2026-11-23T09:00:00Z")
    assert [event["title"] for event in events(world)] == ["Annulée", "Du flux", "Tenue"]
    world.serve("/c.ics", calendar(), "text/calendar")
    world.run(now="2026-11-23T10:00:00Z")
    assert [event["title"] for event in events(world)] == ["Du flux", "Tenue"]
