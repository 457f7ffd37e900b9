"""What one feed may cost: text that is kept, text that feeds carry, events on a page; honest ones do not feel it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from planet import update
from planet.edition.shares import share_notes
from planet.model import Changes, IndexRow, Insert, StoryList, Technology
from planet.model.shown import FEED_SHARE, WHOLE_FEEDS
from planet.render.syndicate import document, items
from planet.render.syndicate.atom import atom
from planet.update import MOST_TEXT, within_budget
from tests.support.editions import SOURCES, config, edition, story
from tests.support.neighbours import calendar
from tests.support.pages import made
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
    assert sum(whole[SOURCES[1].slug]) <= FEED_SHARE
    assert 0 in whole[SOURCES[1].slug]
    assert all(whole[SOURCES[0].slug])
    assert all(one.summary for one in feed.items if not one.html)


def test_a_story_of_many_technologies_is_whole_in_the_feeds_of_the_first_only() -> None:
    slugs = tuple(f"t{n}" for n in range(8))
    of = config(technologies=tuple(Technology(slug=slug, name=slug.upper(), line=1) for slug in slugs))
    site = edition([story(1, technologies=slugs), story(2, technologies=("t7",))], of=of)
    made_once = items.Items(site)
    for number, slug in enumerate(slugs):
        (story_list,) = (part for part in site.lists if part.slug == slug)
        text = "".join(atom(document.document(story_list, site, made_once, str)).decode().split())
        assert ("Letextedubillet1,assezlong" in text.partition("<content")[2]) is (number < WHOLE_FEEDS), slug
        assert "https://william-durand.example/1" in text
    assert "Le texte du billet 2" in atom(document.document(story_list, site, made_once, str)).decode()


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
    assert re.search(r'href="../members/(mallory|boutiques)/">et 70 de plus de', page)
    health = (world.output / "health/index.html").read_text("utf-8")
    assert "les 50 prochains d’une source\u00a0: 70 autres" in health
    assert len(list(world.output.glob("events/*/index.html"))) >= 120


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
    assert "trop long pour les flux" in health
    assert "relèvent de plus de 5 technologies" in health


def test_what_one_source_has_beyond_its_share_of_lists_and_feeds_is_said_of_it() -> None:
    flood, honest = SOURCES[0].slug, SOURCES[1].slug
    rows = tuple(
        IndexRow(story_id=n, date=NOW, technologies=(), sources=(flood if n < 45 else honest,), rev="", size=153_000 if n < 45 else 900)
        for n in range(75)
    )  # fmt: skip
    notes = share_notes(config(), StoryList(kind="all", path="", slug="", name="", rows=rows), (), NOW)
    assert set(notes) == {flood}
    half, texts = map(str, notes[flood])
    assert "at most half of the first page and of each feed while others have stories: 15 newer ones" in half
    assert "carries 2 MB of text of one source: 17 of its newest stories have a summary" in texts
    of = replace(edition([story(1)]), notes=notes)
    page = made(of)["health/index.html"].decode()
    assert page.count("la moitié de la première page et de chaque flux") == page.count("n flux porte 2") == 1
