"""What one feed may cost: text that is kept, text that feeds carry, events on a page; honest ones do not feel it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from planet import update
from planet.model import Changes, Insert
from planet.render.syndicate import document, items
from planet.update import MOST_TEXT, within_budget
from tests.support.editions import SOURCES, edition, story
from tests.support.neighbours import calendar
from tests.support.safe import safe
from tests.support.world import World, item, rss
from tests.test_neighbours import entry

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def insert(number: int, size: int) -> Insert:
    written = entry(f"https://m.example/{number}", f"Billet {number}", "mots & " * (size // 7), NOW)
    date = NOW.replace(day=1 + number % 20)
    return Insert(entry=written, date=date, date_reason="published", first_seen=NOW, in_feeds=True)


def test_of_a_feed_beyond_its_budget_a_summary_is_kept_and_it_is_said() -> None:
    changes = Changes(inserts=tuple(insert(number, 300_000) for number in range(5)))
    kept, said = within_budget(changes, MOST_TEXT - 1_700_000)
    sizes = {one.entry.uid: len(one.entry.html) for one in kept.inserts}
    assert [one.entry.uid for one in kept.inserts] == [one.entry.uid for one in changes.inserts]
    assert sorted(size > 100_000 for size in sizes.values()) == [False] * 3 + [True] * 2
    assert sizes["https://m.example/4"] > 100_000  # the newest
    short = min(kept.inserts, key=lambda one: len(one.entry.html)).entry
    assert short.html == safe(str(short.html))
    assert len(short.text) <= update.SUMMARY
    assert "3 entries" in str(said[0])
    assert within_budget(changes, 0) == (changes, ())


def test_one_source_fills_no_feed_with_its_texts() -> None:
    """Beyond its share its stories have a summary and the link, and the others keep their whole texts."""
    big = safe("<p>" + "mots " * 50_000 + "</p>")
    stories = [story(number, by=SOURCES[number % 2]) for number in range(1, 40)]
    stories = [
        replace(one, entry=replace(one.entry, html=big)) if one.source.slug == SOURCES[1].slug else one
        for one in stories
    ]
    site = edition(stories)
    feed = document.document(site.lists[0], site, items.Items(site), str)
    whole = {
        slug: [len(one.html) for one in feed.items if one.sources[0].slug == slug]
        for slug in (SOURCES[1].slug, SOURCES[0].slug)
    }
    assert sum(whole[SOURCES[1].slug]) <= document.FEED_SHARE
    assert 0 in whole[SOURCES[1].slug]
    assert all(whole[SOURCES[0].slug])
    assert all(one.summary for one in feed.items if not one.html)


def test_a_calendar_of_many_events_floods_neither_mail_nor_pages(world: World) -> None:
    """Each under another organiser's name: the share is that of who lists them."""
    events = [
        {"UID": f"{n}@m", "DTSTART": f"202612{1 + n % 27:02}T{8 + n % 12:02}0000Z", "SUMMARY": f"Vente {n}", "ORGANIZER;CN=Boutique " + str(n): "mailto:a@m.example"}
        for n in range(120)
    ]  # fmt: skip
    honest = [{"UID": f"{n}@g", "DTSTART": f"202612{n:02}T180000Z", "SUMMARY": f"Soirée {n}"} for n in range(1, 28, 4)]
    world.configure(
        [{"name": "Mallory", "calendars": [world.serve("/m.ics", calendar(events), "text/calendar")]}],
        [
            {"name": "boutiques", "calendars": [world.url("/m.ics")]},
            {"name": "groupe", "calendars": [world.serve("/g.ics", calendar(honest), "text/calendar")]},
        ],
    )
    result = world.run()
    assert result.code == 0
    assert len(result.out.splitlines()) <= 12
    page = (world.output / "events/index.html").read_text("utf-8")
    assert page.count("Vente") <= 4 * 50
    assert "Soirée 25" in page
    assert len(page) < 300_000


def test_a_document_of_megabytes_makes_no_site_of_hundreds(world: World) -> None:
    paragraph = "<p>" + "Encore des mots PHP. " * 400 + "</p>"
    items = [
        item(f"Billet {n}", f"https://m.example/{n}", f"Mon, {1 + n % 27:02} Oct 2026 10:00:00 GMT", f"n{n} " + paragraph * 40)
        for n in range(12)
    ]  # fmt: skip
    body = rss(*items)
    assert len(body) > 4_000_000
    technologies = {f"t{n}": {"name": f"T{n}", "words": ["mots"]} for n in range(8)}
    world.configure([{"name": "Mallory", "feeds": [world.serve("/m.xml", body)]}], technologies=technologies)
    assert world.run().code == 0
    size = sum(path.stat().st_size for path in world.output.rglob("*") if path.is_file())
    assert size < 12 * len(body)
    assert (world.output / "index.html").stat().st_size < 250_000
    health = (world.output / "health/index.html").read_text("utf-8")
    assert health.count("trop long pour les flux") == 2
