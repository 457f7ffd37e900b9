"""Reading lists: whoever an OPML document of others names is read, and stays when the document fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from planet import config
from planet.model import Config, Download, FetchError, ListState, Message, ReadingList
from planet.subscriptions import lists
from planet.subscriptions.opml import import_opml
from tests.support.world import World, item, rss


def opml(*outlines: str) -> str:
    return f'<?xml version="1.0"?><opml version="2.0"><head/><body>{"".join(outlines)}</body></opml>'


def outline(name: str, feed: str, page: str = "") -> str:
    return f'<outline type="rss" text="{name}" xmlUrl="{feed}" htmlUrl="{page}"/>'


def serve_blog(world: World, name: str) -> str:
    return world.serve(f"/{name}.xml", rss(item(f"Bonjour de {name}", f"https://{name}.example.org/1"), title=name))


def titles(world: World) -> list[str]:
    return sorted(story["title"] for story in world.planet("entries", "--json").objects())


def test_whoever_a_list_names_is_read_and_the_last_good_copy_counts_while_it_fails(world: World) -> None:
    ada, zoe, liste = serve_blog(world, "ada"), serve_blog(world, "zoe"), world.url("/liste.opml")
    world.serve("/plus.opml", opml(outline("Zoé", zoe)))
    world.serve(
        "/liste.opml",
        opml(
            f'<outline text="PHP">{outline("Ada", ada)}</outline>',
            f'<outline type="include" text="encore" url="{world.url("/plus.opml")}"/>',
            outline("Disque", "file:///etc/passwd"),
        ),
    )
    world.configure(lists=[{"url": liste, "interval": "0s"}])
    world.run(now="2026-11-23T08:00:00Z")
    assert titles(world) == ["Bonjour de ada", "Bonjour de zoe"]
    assert (world.output / "members" / "zoe" / "index.html").exists()
    assert {
        tech for story in world.planet("entries", "--json").objects() if "ada" in story["title"] for tech in story["technologies"]
    } == {"php"}  # fmt: skip

    said = []
    for day in range(24, 28):
        world.serve("/liste.opml", ["<html>down</html>", opml(), "\0\1\2", "<opml><body>"][day - 24])
        said.append(world.run(now=f"2026-11-{day}T09:00:00Z").out)
        assert titles(world) == ["Bonjour de ada", "Bonjour de zoe"]
    assert [liste in out for out in said] == [False, False, True, False], (
        "three failures over a day: said, and said once"
    )
    assert "dernière bonne copie" in said[2]
    assert "sources\u00a0: 2" in world.planet("status").out

    world.serve("/liste.opml", opml(outline("Zoé", zoe)))
    assert "de nouveau" in world.run(now="2026-11-29T09:00:00Z").out
    assert titles(world) == ["Bonjour de zoe"]


def test_a_list_that_never_could_be_read_is_said_at_once_and_once(world: World) -> None:
    world.configure(lists=[world.url("/none.opml")])
    assert "/none.opml" not in world.run("-q", now="2026-11-22T08:00:00Z").out, "it waits for a run that may print it"
    assert "/none.opml" in world.run(now="2026-11-23T08:00:00Z").out
    assert "/none.opml" not in world.run(now="2026-11-24T09:00:00Z").out


def test_news_of_a_list_goes_to_the_channel_of_health(world: World) -> None:
    world.configure(lists=[world.url("/none.opml")], notify=[{"url": "json://127.0.0.1:9/", "what": ["health"]}])
    assert "/none.opml" not in world.run().out
    assert "en attente\u00a0: 1" in world.planet("status").out


def test_who_is_named_by_without_is_left_out_of_a_list(world: World) -> None:
    names = ("ada", "zoe", "eve", "bob")
    feeds = {name: serve_blog(world, name) for name in names}
    world.serve(
        "/liste.opml", opml(*(outline(name.title(), feeds[name], f"https://{name}.example.org/") for name in names))
    )
    without = ["ADA", "http://zoe.example.org", feeds["eve"]]
    world.configure(lists=[{"url": world.url("/liste.opml"), "without": without}])
    world.run()
    assert titles(world) == ["Bonjour de bob"]


def test_a_list_that_did_not_change_is_not_sent_again_and_asked_once_an_interval(world: World) -> None:
    world.serve("/liste.opml", opml(outline("Ada", serve_blog(world, "ada"))), ETag='"1"')
    world.configure(lists=[world.url("/liste.opml")], fetch={"interval": "60m"})
    for now in ("08:00", "08:30", "09:00"):
        world.run(now=f"2026-11-23T{now}:00Z")
    requests = [request.headers for request in world.asked if request.path == "/liste.opml"]
    assert [headers.get("if-none-match") for headers in requests] == [None, '"1"']
    assert titles(world) == ["Bonjour de ada"]


def test_an_unlisted_list_and_its_feeds_are_named_nowhere(world: World) -> None:
    feed = serve_blog(world, "secret-blog")
    world.serve("/secret-list.opml", opml(outline("Ada", feed)))
    world.configure(lists=[{"url": world.url("/secret-list.opml"), "unlisted": True}])
    result = world.run("-v")
    site = b"".join(path.read_bytes() for path in world.output.rglob("*") if path.is_file())
    assert titles(world) == ["Bonjour de secret-blog"]
    for text in (result.out, result.err, site.decode("utf-8", "replace"), world.planet("status", "--json").out):
        assert "secret-list" not in text
        assert "secret-blog.xml" not in text


def test_feeds_yaml_wins_over_a_list_and_namesakes_stay_two(world: World) -> None:
    ada = serve_blog(world, "ada")
    world.serve(
        "/liste.opml",
        opml(
            outline("Ada L.", ada),
            outline("Ada", serve_blog(world, "zoe"), "https://zoe.example.org/"),
            outline("Ada", serve_blog(world, "eve"), "https://eve.example.org/"),
        ),
    )
    world.configure(members=[{"name": "Ada", "feeds": [ada]}], lists=[world.url("/liste.opml")])
    world.run()
    sources = {feed["source"] for feed in json.loads(world.planet("status", "--json").out)}
    assert sources == {"Ada", "Ada (zoe.example.org)", "Ada (eve.example.org)"}


def test_a_list_is_at_most_so_long_and_no_list_of_lists_of_lists(world: World) -> None:
    many = opml(*(outline(f"N{n}", f"https://{n}.example.org/f") for n in range(lists.MAX_SOURCES + 5)))
    bodies = {"https://l.example.org/": opml(f'<outline type="include" text="x" url="https://l.example.org/{1}"/>'),
              "https://l.example.org/1": many}  # fmt: skip
    asked = []

    def ask(url: str, _validators: lists.Validators) -> Download | FetchError:
        asked.append(url)
        return Download(url=url, body=bodies[url].encode())

    world.configure(lists=["https://l.example.org/"])
    refreshed = lists.refresh(_loaded(world), {}, datetime(2026, 11, 23, tzinfo=UTC), ask, import_opml)
    (state,) = refreshed.states.values()
    assert (len(state.sources), asked) == (lists.MAX_SOURCES, ["https://l.example.org/", "https://l.example.org/1"])


def _loaded(world: World) -> Config:
    return config.load(world.folder / "feeds.yaml")


@pytest.mark.parametrize(("failures", "hours", "due"), [(0, 1, True), (1, 1, False), (1, 2, True), (9, 23, False), (9, 24, True)])  # fmt: skip
def test_a_list_that_fails_is_asked_less_and_less_often(world: World, failures: int, hours: int, due: bool) -> None:
    world.configure(lists=["https://l.example.org/"], fetch={"interval": "60m"})
    now = datetime(2026, 11, 23, tzinfo=UTC)
    state = ListState(last_attempt=now - timedelta(hours=hours), failures=failures, error=Message("x"))
    assert lists.is_due(ReadingList(url="https://l.example.org/"), state, _loaded(world), now) is due


def test_a_list_of_venus_becomes_a_reading_list(world: World) -> None:
    world.configure()
    (world.folder / "config.ini").write_text(
        "[Planet]\nname = X\nlink = https://x.example.org/\n[https://l.example.org/a.opml]\ncontent_type = opml\n"
        "[https://l.example.org/b.rdf]\ncontent_type = foaf\n",
        "utf-8",
    )
    for _ in range(2):
        result = world.planet("import", "config.ini")
        assert result.code == 0, result.err
        assert "https://l.example.org/b.rdf" in result.err
    assert [reading_list.url for reading_list in _loaded(world).lists] == ["https://l.example.org/a.opml"]


def test_a_path_is_no_list_and_a_variable_is_set_or_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure(lists=["liste.opml"])
    assert world.planet("check").code == 2
    world.configure(lists=[world.url("/${PLANET_TEST_LIST}.opml")])
    assert "PLANET_TEST_LIST" in world.planet("check").err
    monkeypatch.setenv("PLANET_TEST_LIST", "liste")
    world.serve("/liste.opml", opml(outline("Ada", serve_blog(world, "ada"))))
    world.run()
    assert titles(world) == ["Bonjour de ada"]
