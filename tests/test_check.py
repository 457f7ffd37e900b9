"""`planet check`: what it answers to who looks at a change of feeds.yaml before it is public."""

from __future__ import annotations

import json
from pathlib import Path

from planet import config
from planet.cli.unlikely_values import unlikely_values
from planet.errors import located
from tests.support.world import World, item, rss
from tests.test_config import HEAD


def told(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> str:
    made = config.parse(text, tmp_path / "feeds.yaml")
    return "\n".join(located("feeds.yaml", fault) for fault in unlikely_values(made, environ or {}, {}))


def test_what_is_most_likely_not_meant_is_named(tmp_path: Path) -> None:
    text = told(
        tmp_path,
        "planet:\n  title: “Planète”\n  url: https://planet.example.org/\n"
        "members:\n- name: A\n  feeds: ['https://a.invalid/feed', 'http://www.a.invalid/feed/']\n"
        "notify:\n- url: ${HOOK}\n- url: ${OTHER}\n- url: nonsense://x\n",
        {"OTHER": "json://127.0.0.1/"},
    )
    for sentence in (
        "`planet.url` is still an example", "`planet.owner.email` is missing", "“Planète” is in typographic quotes",
        "feeds.yaml:8: `${HOOK}` is not set", "feeds.yaml:10: Apprise does not know", "feeds.yaml:6: this feed is that of line 6",
    ):  # fmt: skip
        assert sentence in text
    assert "OTHER" not in text


def test_a_planet_that_is_ready_has_nothing_to_be_told(tmp_path: Path) -> None:
    text = HEAD.replace("planet.example.org", "planet.invalid") + "  owner: {email: a@b.invalid}\n"
    assert told(tmp_path, text) == ""


def test_what_filters_take_of_what_is_stored_is_counted(world: World) -> None:
    items = [
        item("PHP 9", "https://b.invalid/1"),
        item("Pub", "https://b.invalid/2"),
        item("Autre", "https://b.invalid/3"),
    ]
    world.serve("/feed.xml", rss(*items))
    world.configure([{"name": "Ada", "feeds": [world.url("/feed.xml")]}])
    assert world.run().code == 0
    feed = {"url": world.url("/feed.xml"), "exclude": {"title": "Pub"}}
    world.configure([{"name": "Ada", "feeds": [feed]}], hide=["https://nobody.invalid/"])
    out = world.planet("check").out
    assert "2" in out
    assert "exclude: title: Pub: 1" in out
    assert "https://nobody.invalid/" in out


def test_a_language_filter_on_a_feed_that_names_no_language_is_warned_of(world: World) -> None:
    long = (
        "Un article en français sur les bases de données, assez long pour que sa langue se trouve dans ses mots. " * 3
    )
    feed = world.serve(
        "/a.xml", rss(item("Long", "https://a.example/1", text=long), item("42", "https://a.example/2", text="42"))
    )
    named = world.serve(
        "/b.xml",
        rss(item("Nommé", "https://b.example/1", text=long)).replace("<channel>", "<channel><language>fr</language>"),
    )
    world.configure(
        [
            {"name": name, "feeds": [{"url": url, "include": {"language": ["fr"]}}]}
            for name, url in (("Ada", feed), ("Bob", named))
        ]
    )
    world.run()
    out = world.planet("check").out
    assert (
        f"Ada\u00a0: {feed}\u00a0: 2 articles conservés ne nomment aucune langue\u00a0; celle de 1 a été trouvée" in out
    )
    assert f"Bob\u00a0: {named}\u00a0: 1" in out
    assert out.count("aucune langue") == 1


def test_a_change_is_tried_alone_in_the_order_of_the_file(world: World, tmp_path: Path) -> None:
    world.serve("/old.xml", rss(item("Un", "https://b.invalid/1")))
    world.serve("/new.xml", rss(item("Un", "https://b.invalid/1"), item("Deux", "https://b.invalid/2")))
    members = [{"name": "Ada", "feeds": [world.url("/old.xml")]}]
    before = tmp_path / "before.yaml"
    before.write_text(world.configure(members).read_text("utf-8"), "utf-8")
    world.configure([{"name": "Zoé", "feeds": [world.url("/new.xml"), world.url("/gone.xml")]}, *members])
    result = world.planet("check", "--changed-from", str(before), "--format", "json")
    rows = [json.loads(line) for line in result.out.splitlines()]
    assert [(row["source"], row["url"], row["state"]) for row in rows] == [
        ("Zoé", world.url("/new.xml"), "ok"), ("Zoé", world.url("/gone.xml"), "failing"),
    ]  # fmt: skip
    assert rows[0]["entries"] == ["Un", "Deux"]
    assert result.code == 1
    assert world.planet("check", "--online").code == 0
    assert world.planet("check", "--online", "--strict").code == 1


def test_an_older_file_is_read_as_if_it_lay_where_the_present_one_does(world: World, tmp_path: Path) -> None:
    """As `git show main:feeds.yaml > /tmp/old.yaml` leaves it; one with mistakes counts as one that names no feed."""
    theme = world.folder / "themes" / "own"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text('extends = "base"\n')
    feed = world.serve("/a.xml", rss(item("Un", "https://b.invalid/1")))
    (world.folder / "b.xml").write_text(rss(item("Deux", "https://b.invalid/2")))
    text = world.configure([{"name": "Ada", "feeds": [feed, "b.xml"]}], planet={"theme": "own"}).read_text("utf-8")
    before = tmp_path / "elsewhere" / "before.yaml"
    before.parent.mkdir()
    before.write_text(text, "utf-8")
    result = world.planet("check", "--changed-from", str(before), "--format", "json")
    assert (result.code, result.out, result.err) == (0, "", "")
    before.write_text(text.replace('"own"', '"none"'), "utf-8")
    result = world.planet("check", "--changed-from", str(before), "--format", "json")
    assert (result.code, len(result.out.splitlines())) == (0, 2)
    assert str(before) in result.err


def test_a_comment_for_a_pull_request_calls_nobody_and_says_what_is_doubled(world: World) -> None:
    world.serve("/a.xml", rss(item("@all &lt;b&gt;", "https://b.invalid/1")))
    world.serve("/b.xml", rss(item("@all &lt;b&gt;", "https://b.invalid/1")))
    world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")]}, {"name": "Zoé", "feeds": [world.url("/b.xml")]}])
    out = world.planet("check", "--online", "--format", "markdown").out
    assert out.index("Ada") < out.index("Zoé")
    assert "\\@all" in out
    assert "**2" in out
    assert "Ada" in out.splitlines()[-2]


def test_pictures_that_are_none_and_blocks_that_nothing_shows_are_named(world: World) -> None:
    world.configure(
        members=[
            {"name": "Ada", "avatar": "ada.png", "feeds": [world.url("/a.xml")]},
            {"name": "Zoe", "avatar": "zoe.png", "feeds": [world.url("/z.xml")]},
            {"name": "Eve", "avatar": world.url("/eve.png"), "feeds": [world.url("/e.xml")]},
        ],
        planet={"theme": "mine", "language": "en"},
    )
    (world.folder / "ada.png").write_text("<svg/>")
    (world.folder / "zoe.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    theme = world.folder / "themes" / "mine"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text('extends = "base"\n')
    (theme / "layout.html").write_text(
        '{% extends "base/layout.html" %}\n{% block mark %}{% block ours %}x{% endblock %}{% endblock %}\n{% block footr %}{% endblock %}'
    )
    out = world.planet("check").out
    assert "ada.png is no PNG" in out
    assert "zoe.png" not in out
    assert "eve.png" not in out, "it was not asked yet"
    assert "layout.html:3: no template has a block `footr`" in out
    assert "did you mean `footer`?" in out
    assert "`ours`" not in out
    assert "`mark`" not in out
    world.run()
    assert "eve.png is no PNG" in world.planet("check").out
