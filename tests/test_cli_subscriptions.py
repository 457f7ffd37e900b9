"""`planet add`, `import`, `export`, `new`, `schema` as they are called."""

from __future__ import annotations

import json
from pathlib import Path

import listparser
import pytest

from planet import config
from planet.config.document import Document
from planet.model import Config
from planet.subscriptions import editing
from tests.support.world import World, item, rss

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//essai//FR\r\nX-WR-CALNAME:Les soirées\r\nBEGIN:VEVENT\r\nUID:1@essai\r\n"
    "DTSTAMP:20261101T000000Z\r\nDTSTART:20261201T180000Z\r\nSUMMARY:Apéro\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def planet(world: World) -> World:
    """A planet with nobody in it, whose file has a comment to keep."""
    (world.folder / "feeds.yaml").write_text(
        "planet:\n  title: Essai\n  url: https://planet.example.org/\n  language: en\n"
        "fetch: {allow_private: true, timeout: 5s, host_pause: 0s}\n"
        "technologies:\n  php: {name: PHP, tags: [php]}\n"
        "members:\n  # who writes\n",
        "utf-8",
    )
    return world


def loaded(world: World) -> Config:
    return config.load(world.folder / "feeds.yaml")


def page(*links: str) -> str:
    return f"<!doctype html><html><head><title>Une page</title>{''.join(links)}</head><body>Bonjour</body></html>"


def link(href: str, kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" href="{href}">'


def test_add_finds_the_feed_that_a_page_names(planet: World) -> None:
    planet.serve(
        "/feed.xml",
        rss(item("Un", "https://b.example.org/1"), title="Le blog d&apos;Ada", link="https://b.example.org/"),
    )
    planet.serve("/comments.xml", rss(title="Comments"))
    planet.serve("/", page(link("/comments.xml"), link("feed.xml")), "text/html")
    result = planet.planet("add", planet.url("/"), "--technology", "php")
    assert result.code == 0, result.err
    assert "Le blog d'Ada" in result.out
    assert f"planet add {planet.url('/comments.xml')}" in result.out
    (source,) = loaded(planet).sources
    assert (source.kind, source.name, source.url, source.technologies) == (
        "member",
        "Le blog d'Ada",
        "https://b.example.org/",
        ("php",),
    )
    assert [feed.url for feed in source.feeds] == [planet.url("/feed.xml")]
    assert "# who writes" in (planet.folder / "feeds.yaml").read_text("utf-8")


def test_add_takes_a_feed_itself_under_the_name_given(planet: World) -> None:
    planet.serve("/feed.xml", rss(item("Un", "https://b.example.org/1")))
    assert planet.planet("add", planet.url("/feed.xml"), "--name", "Ada: 1", "--group").code == 0
    (source,) = loaded(planet).sources
    assert (source.kind, source.name) == ("group", "Ada: 1")


def test_add_takes_a_calendar(planet: World) -> None:
    planet.serve("/events.ics", CALENDAR, "text/calendar")
    assert planet.planet("add", planet.url("/events.ics"), "--group").code == 0
    (source,) = loaded(planet).sources
    assert (source.name, [(feed.url, feed.kind) for feed in source.feeds]) == (
        "Les soirées", [(planet.url("/events.ics"), "calendar")],
    )  # fmt: skip


def test_add_looks_at_the_usual_places_where_a_page_names_no_feed(planet: World) -> None:
    planet.serve("/blog/", page(), "text/html")
    planet.serve("/atom.xml", rss(item("Un", "https://b.example.org/1"), title="Caché"))
    assert planet.planet("add", planet.url("/blog/")).code == 0
    assert loaded(planet).sources[0].feeds[0].url == planet.url("/atom.xml")


def test_add_follows_a_feed_that_moved_for_good(planet: World) -> None:
    planet.serve("/new.xml", rss(item("Un", "https://b.example.org/1")))
    planet.fail("/old.xml", 301, Location="/new.xml")
    planet.fail("/now.xml", 302, Location="/other.xml")
    planet.serve("/other.xml", rss(item("Deux", "https://b.example.org/2")))
    assert planet.planet("add", planet.url("/old.xml"), "--name", "A").code == 0
    assert planet.planet("add", planet.url("/now.xml"), "--name", "B").code == 0
    assert [source.feeds[0].url for source in loaded(planet).sources] == [
        planet.url("/new.xml"),
        planet.url("/now.xml"),
    ]


@pytest.mark.parametrize(
    ("path", "what"),
    [("/empty", "no feed was found there"), ("/missing", "404"), ("/dead-link", "cannot be read as a feed")],
)
def test_add_says_why_there_is_nothing_and_changes_nothing(planet: World, path: str, what: str) -> None:
    before = (planet.folder / "feeds.yaml").read_bytes()
    planet.serve("/empty", page(), "text/html")
    planet.serve("/dead-link", page(link("/missing")), "text/html")
    result = planet.planet("add", planet.url(path))
    assert result.code == 2
    assert what in result.err
    assert (planet.folder / "feeds.yaml").read_bytes() == before


def test_add_refuses_what_is_there_and_a_technology_that_is_not(planet: World) -> None:
    planet.serve("/feed.xml", rss(item("Un", "https://b.example.org/1")))
    planet.planet("add", planet.url("/feed.xml"))
    again = planet.planet("add", planet.url("/feed.xml"))
    assert (again.code, "already, on line 12" in again.err) == (2, True)
    unknown = planet.planet("add", planet.url("/feed.xml"), "--technology", "brainfuck")
    assert (unknown.code, "feeds.yaml has: php" in unknown.err) == (2, True)


def test_a_technology_of_the_catalogue_is_added_by_its_name(planet: World) -> None:
    assert planet.planet("add", "--technology", "rust").code == 0
    assert [technology.name for technology in loaded(planet).technologies] == ["PHP", "Rust"]
    planet.serve("/feed.xml", rss(item("Un", "https://b.example.org/1")))
    assert planet.planet("add", planet.url("/feed.xml"), "--technology", "go").code == 0
    assert [technology.slug for technology in loaded(planet).technologies] == ["php", "rust", "go"]
    assert loaded(planet).sources[-1].technologies == ("go",)
    assert planet.planet("add").code == 2


@pytest.mark.parametrize(
    ("section", "slugs"),
    [("", ["go"]), ("technologies: [php]\n", ["php", "go"]), ("technologies:\n  - php # un\n", ["php", "go"]), ("technologies: {php: {}}\n", ["php", "go"]), ("technologies:\n  php:\n    tags: [x]\n# fin\n", ["php", "go"])],
)  # fmt: skip
def test_a_technology_is_added_however_the_file_is_written(section: str, slugs: list[str]) -> None:
    edited = editing.insert_technology(f"planet: {{title: A}}\n{section}", "go")
    assert list(Document(edited).value["technologies"]) == slugs
    for comment in ("# un", "# fin"):
        assert (comment in section) == (comment in edited)


def test_the_catalogue_is_listed_and_explained(planet: World) -> None:
    listed = planet.planet("technologies")
    assert listed.code == 0
    assert len(listed.out.splitlines()) > 60
    assert "goroutine" in planet.planet("technologies", "golang").out
    assert planet.planet("technologies", "rust", "--json").objects()[0]["slug"] == "rust"
    near = planet.planet("technologies", "pyhton")
    assert (near.code, "python" in near.err) == (2, True)


def test_a_wrong_feeds_yaml_is_never_edited(planet: World) -> None:
    path = planet.folder / "feeds.yaml"
    path.write_text(path.read_text("utf-8") + "hidden: []\n", "utf-8")
    for command in (["add", planet.url("/feed.xml")], ["import", "list.opml"], ["export"]):
        (planet.folder / "list.opml").write_text('<opml><outline xmlUrl="https://a.example.org/"/></opml>', "utf-8")
        result = planet.planet(*command)
        assert (result.code, "did you mean `hide`" in result.err) == (2, True)
    assert path.read_text("utf-8").endswith("hidden: []\n")


def test_an_export_can_be_imported_into_another_planet(planet: World, tmp_path: Path) -> None:
    path = planet.folder / "feeds.yaml"
    path.write_text(
        path.read_text("utf-8") + "  - name: Zoé & Co\n    url: https://zoe.example.org/\n    technologies: [php]\n"
        "    feeds: ['https://u:secret@zoe.example.org/a', https://zoe.example.org/b, local.xml]\n"
        "  - {name: Ada, feeds: [https://ada.example.org/f]}\n",
        "utf-8",
    )
    opml = planet.planet("export").out
    assert "secret" not in opml
    assert "local.xml" not in opml
    assert [(feed.url, feed.title) for feed in listparser.parse(opml).feeds] == [
        ("https://zoe.example.org/a", "Zoé & Co"),
        ("https://zoe.example.org/b", "Zoé & Co"),
        ("https://ada.example.org/f", "Ada"),
    ]
    assert planet.planet("export", "list.opml").code == 0
    assert (planet.folder / "list.opml").read_text("utf-8") == opml
    with World(tmp_path / "other") as other:
        assert planet.planet("new", str(other.folder), "--title", "Autre", "--language", "fr").code == 0
        text = (
            (other.folder / "feeds.yaml")
            .read_text("utf-8")
            .replace("technologies: [python, js]", "technologies: [python, js, php]")
        )
        (other.folder / "feeds.yaml").write_text(text, "utf-8")
        (other.folder / "list.opml").write_text(opml, "utf-8")
        result = other.planet("import", "list.opml")
        assert result.code == 0, result.err
        assert [
            (source.name, source.url, source.technologies, len(source.feeds)) for source in loaded(other).sources
        ] == [
            ("Zoé & Co", "https://zoe.example.org/", ("php",), 2),
            ("Ada", "", (), 1),
        ]
        assert other.planet("import", "list.opml").code == 0
        assert len(loaded(other).sources) == 2


def test_a_planet_venus_becomes_a_planet_where_there_is_none_yet(world: World) -> None:
    (world.folder / "config.ini").write_text(
        "[Planet]\nname = Ancienne\nlink = https://old.example.org/\nowner_name = Ada\nnew_feed_items = 3\nfeed_timeout = 20\nspider_threads = 4\npubsubhubbub_hub = https://hub.example.org/\noutput_dir = www\n[https://a.example.org/f]\nname = A\n",
        "utf-8",
    )
    result = world.planet("import", "config.ini")
    assert result.code == 0, result.err
    made = loaded(world)
    assert (made.site.title, made.site.url, [source.name for source in made.sources]) == (
        "Ancienne",
        "https://old.example.org/",
        ["A"],
    )
    assert (made.site.owner.name, made.site.newcomer_entries, made.site.hub) == ("Ada", 3, "https://hub.example.org/")
    assert (made.fetch.timeout.total_seconds(), made.fetch.workers, made.site.output.name) == (20, 4, "www")


def test_an_opml_list_alone_makes_no_planet(world: World) -> None:
    (world.folder / "list.opml").write_text('<opml><outline xmlUrl="https://a.example.org/"/></opml>', "utf-8")
    result = world.planet("import", "list.opml")
    assert (result.code, "planet new" in result.err) == (2, True)
    assert not (world.folder / "feeds.yaml").exists()


def test_what_is_no_list_is_refused(planet: World) -> None:
    (planet.folder / "notes.txt").write_text("bonjour\n", "utf-8")
    result = planet.planet("import", "notes.txt")
    assert (result.code, "neither OPML nor" in result.err) == (2, True)


def test_a_folder_of_hugo_posts_becomes_a_calendar_that_feeds_yaml_lists(planet: World) -> None:
    posts = planet.folder / "Soirées"
    posts.mkdir()
    assert planet.planet("import", "Soirées").code == 2
    (posts / "2024-05-06-apero.md").write_text(
        '+++\ntags = ["PHP"]\n[params.event]\nname = "Apéro"\ndate = 2024-05-06T19:00:00\n[params.organizer]\nname = "A"\n+++\nVenez.\n',
        "utf-8",
    )
    for _time in range(2):
        result = planet.planet("import", "Soirées", "--name", "Groupe")
        assert result.code == 0, result.err
        assert "calendars/soirees.ics, which feeds.yaml lists: 1" in result.out
    (source,) = loaded(planet).sources
    assert (source.kind, source.name, source.feeds[0].key) == ("group", "Groupe", "calendars/soirees.ics")
    assert b"SUMMARY:Ap\xc3\xa9ro" in (planet.folder / "calendars" / "soirees.ics").read_bytes()


def test_new_begins_a_planet_that_can_run(world: World) -> None:
    result = world.planet("new", "ici", "--title", "Nous", "--url", "https://nous.example.org", "--language", "en")
    assert (result.code, result.err) == (0, "")
    assert config.load(world.folder / "ici" / "feeds.yaml").site.url == "https://nous.example.org/"
    assert world.planet("new", "ici").code == 2
    for wrong in (("--url", "nous"), ("--language", "xx")):
        assert world.planet("new", "là", *wrong).code == 2
    assert not (world.folder / "là").exists()


def test_schema_prints_the_schema_that_ships(world: World) -> None:
    assert json.loads(world.planet("schema").out) == json.loads(config.SCHEMA.read_text("utf-8"))


def test_add_takes_a_file_beside_feeds_yaml(planet: World) -> None:
    (planet.folder / "local.xml").write_text(rss(item("Un", "https://b.example.org/1")), "utf-8")
    assert planet.planet("add", "local.xml", "--name", "Archives").code == 0
    (source,) = loaded(planet).sources
    assert (source.name, source.feeds[0].local, source.feeds[0].key) == ("Archives", True, "local.xml")


def test_add_refuses_what_makes_no_sense(planet: World) -> None:
    before = (planet.folder / "feeds.yaml").read_bytes()
    planet.serve("/feed.xml", rss(item("Un", "https://b.example.org/1")))
    for arguments, what in (
        (["gopher://a.example.org/"], "https://"),
        (["https://"], "no URL"),
        (
            [planet.url("/feed.xml"), "--group", "--technology", "php", "--technology", "php"],
            "one technology or to none",
        ),
    ):
        result = planet.planet("add", *arguments)
        assert (result.code, what in result.err) == (2, True), result.err
    assert (planet.folder / "feeds.yaml").read_bytes() == before


def test_groups_can_be_imported_too(planet: World) -> None:
    (planet.folder / "list.opml").write_text(
        '<opml><outline text="G" xmlUrl="https://g.example.org/"/></opml>', "utf-8"
    )
    assert planet.planet("import", "list.opml", "--group").code == 0
    assert [(source.kind, source.name) for source in loaded(planet).sources] == [("group", "G")]


def test_what_cannot_be_written_is_said(planet: World) -> None:
    for command in (["export", "nowhere/list.opml"], ["new", "feeds.yaml/here"]):
        result = planet.planet(*command)
        assert (result.code, "cannot be written" in result.err) == (2, True), result.err


def test_quiet_says_nothing(planet: World) -> None:
    planet.serve("/feed.xml", rss(item("Un", "https://b.example.org/1")))
    result = planet.planet("add", planet.url("/feed.xml"), "-q")
    assert (result.code, result.out, result.err) == (0, "", "")
