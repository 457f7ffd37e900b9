"""The published site and what happens to entries, seen from outside: a folder, a server, the command line."""

from __future__ import annotations

import json
import shutil
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

from tests.support.world import World, item, rss


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


def test_a_moved_feed_whose_address_is_edited_as_advised_is_the_feed_that_it_was(world: World) -> None:
    posts = [
        item(f"T{n}", f"https://m1.example.org/{n}", guid=f"g{n}", date=f"{n:02} Nov 2026 10:00:00 GMT")
        for n in range(1, 9)
    ]
    undated = item("Sans date", "https://m1.example.org/u", guid="u", date="")
    world.serve("/new.xml", rss(*posts, undated))
    other = {"name": "Autre", "feeds": [world.serve("/b.xml", rss())]}
    world.configure([{"name": "Un", "feeds": [world.fail("/old.xml", 301, Location="/new.xml")]}, other])
    world.run(now="2026-11-20T08:00:00Z")
    world.run(now="2026-11-22T08:00:00Z")
    told = ("title", "published", "first_seen", "id")
    before = [[story[key] for key in told] for story in world.entries()]
    feed = (world.output / "rss.xml").read_bytes().count(b"<item>")
    world.configure([{"name": "Un", "feeds": [world.url("/new.xml")]}, other])
    result = world.run(now="2026-11-24T08:00:00Z")
    assert (result.code, result.out) == (0, "")
    assert [[story[key] for key in told] for story in world.entries()] == before
    assert (world.output / "rss.xml").read_bytes().count(b"<item>") == feed == 9
    (row, _) = json.loads(world.planet("status", "--json").out)
    assert (row["url"], row["state"], row["entries"]) == (world.url("/new.xml"), "ok", 9)


HOME = "https://planet.example.org/"


def full(world: World) -> None:
    """A planet with several pages of everything."""
    months = ("Sep", "Oct", "Nov")
    posts = [
        item(f"PHP {n}", f"https://m1.example.org/{n}", date=f"{n + 1:02} {months[n % 3]} 2026 10:00:00 GMT")
        for n in range(12)
    ]
    evenings = (
        vevent("1", "DTSTART:20261201T180000Z", summary="Soirée PHP"),
        vevent("2", "DTSTART;VALUE=DATE:20260301"),
    )
    world.serve("/c.ics", calendar(*evenings), "text/calendar")
    (world.folder / "here.xml").write_text(rss(item("Ici", "https://here.example.org/1")), "utf-8")
    world.configure(
        [
            {"name": "Ada", "url": "https://m1.example.org/", "feeds": [world.serve("/a.xml", rss(*posts))]},
            {"name": "Élodie", "feeds": ["here.xml"]},
            {"name": "Personne"},
        ],
        [{"name": "clermontech.php", "technology": "php", "calendars": [world.url("/c.ics")]}],
        planet={"page_entries": 3, "feed_entries": 5},
    )
    assert world.run().code == 0


def references(path: str, body: bytes) -> list[str]:
    """Every address of the site that one of its files names."""
    if path.endswith(".xml"):
        tree = etree.fromstring(body)
        return [
            *tree.xpath("//@href | //@xmlUrl | //@htmlUrl"),
            *tree.xpath("//*[local-name()='loc' or local-name()='id']/text()"),
        ]
    tree = html.fromstring(body)
    found = tree.xpath("//@href | //@src | //@poster | //meta[@property='og:url' or @property='og:image']/@content")
    return found + [
        text[text.index(HOME) :].split('"')[0]
        for script in tree.xpath("//script[@type='application/ld+json']/text()")
        for text in script.split('":"')
        if text.startswith(HOME)
    ]


def test_every_address_that_a_page_or_feed_names_is_there_in_any_sub_folder(world: World) -> None:
    full(world)
    missing = []
    for path, body in world.site().items():
        if not path.endswith((".html", ".xml")):
            continue
        for reference in references(path, body):
            address = urljoin(HOME + path.removesuffix("index.html"), reference.replace("webcal:", "https:"))
            assert path == "404.html" or not reference.startswith("/"), (path, reference)
            if not address.startswith(HOME):
                continue
            parts = urlsplit(address)
            target = world.output / unquote(parts.path).removeprefix("/")
            if parts.path.endswith("/"):
                target /= "index.html"
            if not target.is_file():
                missing.append((path, reference))
            elif parts.fragment and target.suffix == ".html":
                assert html.fromstring(target.read_bytes()).xpath("//*[@id=$id]", id=parts.fragment), (path, reference)
    assert not missing


def test_the_same_database_and_configuration_give_the_same_bytes(world: World) -> None:
    full(world)
    before = world.site()
    shutil.rmtree(world.output)
    assert world.run("--no-fetch", now="2026-11-23T20:00:00Z").code == 0
    assert world.site() == before


def test_the_archives_follow_each_other_from_the_feed_to_the_oldest_month(world: World) -> None:
    full(world)
    space = {"a": "http://www.w3.org/2005/Atom"}
    seen, address = [], HOME + "atom.xml"
    while address:
        feed = etree.fromstring((world.output / address.removeprefix(HOME)).read_bytes())
        seen.append((address.removeprefix(HOME), len(feed.findall("a:entry", space))))
        address = next(iter(feed.xpath("a:link[@rel='prev-archive']/@href", namespaces=space)), "")
    assert seen == [("atom.xml", 5), ("archive/2026/10/atom.xml", 4), ("archive/2026/09/atom.xml", 4)]


def test_headings_and_footnotes_of_a_post_work_on_pages_and_in_feeds(world: World) -> None:
    """Headings keep their order below the title; each `#` link reaches its target: here on pages, at the author's in feeds."""
    text = "<h1>Un</h1><p>Note<a href='#fn:1' id='ref'>1</a></p><h2>Deux</h2><h3>Trois</h3><p id='fn:1'>Oui <a href='#ref'>^</a></p>"
    own = "https://blog.example.org/1"
    url = world.serve("/f.xml", rss(item("Titre", own, text=text)))
    world.configure(members=[{"name": "Ada", "feeds": [url]}])
    assert world.run().code == 0
    page = html.fromstring(world.site()["index.html"])
    content = page.xpath("//div[contains(@class, 'e-content')]")[0]
    assert [node.tag for node in content.iter("h1", "h2", "h3", "h4", "h5", "h6")] == ["h4", "h5", "h6"]
    assert page.xpath("//article//*[contains(@class, 'p-name')]")[0].tag == "h3"
    targets = [link[1:] for link in content.xpath(".//a/@href")]
    assert len(targets) == 2
    assert all(page.xpath("//*[@id=$name]", name=target) for target in targets)
    contents = [
        etree.fromstring(world.site()["atom.xml"]).findtext(".//{*}entry/{*}content"),
        etree.fromstring(world.site()["rss.xml"]).findtext(".//{*}encoded"),
        json.loads(world.site()["feed.json"])["items"][0]["content_html"],
    ]
    for content in contents:
        assert html.fromstring(f"<div>{content}</div>").xpath("//a/@href") == [f"{own}#fn:1", f"{own}#ref"]
