"""`planet add`: groups by name alone, technologies of the catalogue, and whose a feed is."""

from __future__ import annotations

import shlex

import pytest

from planet import catalogue, config
from planet.model import Config
from tests.support.world import World, item, rss


@pytest.fixture
def planet(world: World) -> World:
    (world.folder / "feeds.yaml").write_text(
        "planet:\n  title: Essai\n  url: https://planet.example.org/\n  language: en\n"
        "fetch: {allow_private: true, timeout: 5s, host_pause: 0s}\n"
        "technologies: [php] # and more to come\n"
        "members:\n  - name: Le blog d'Ada\n    url: https://ada.example.org/\n",
        "utf-8",
    )
    return world


def loaded(world: World) -> Config:
    return config.load(world.folder / "feeds.yaml")


def test_a_group_begins_with_one_command_and_no_url(planet: World) -> None:
    result = planet.planet("add", "--group", "clermontech.rust", "--technology", "rust", "--events", "evenings/rust")
    assert result.code == 0, result.err
    group = loaded(planet).sources[-1]
    assert (group.kind, group.name, group.technologies) == ("group", "clermontech.rust", ("rust",))
    assert [(feed.kind, feed.key) for feed in group.feeds] == [("folder", "evenings/rust")]
    assert [technology.slug for technology in loaded(planet).technologies] == ["php", "rust"]
    assert "technologies: [php, rust] # and more to come" in (planet.folder / "feeds.yaml").read_text("utf-8")
    assert (planet.folder / "evenings" / "rust").is_dir()
    again = planet.planet("add", "--group", "clermontech.rust")
    assert again.code == 2
    assert "clermontech.rust is in feeds.yaml already, on line" in again.err


@pytest.mark.parametrize(
    ("name", "technology"),
    [
        ("clermontech.py", "python"),
        ("clermontech.rb", "ruby"),
        ("clermontech.js", "js"),
        ("clermontech.net", "dotnet"),
        ("x.php", "php"),
    ],
)
def test_a_group_that_is_called_by_its_technology_has_it(planet: World, name: str, technology: str) -> None:
    result = planet.planet("add", "--group", name)
    assert result.code == 0, result.err
    entry = catalogue.load(technology)
    assert entry is not None
    assert loaded(planet).sources[-1].technologies == (entry.slug,)
    assert "by its name" in result.out


def test_a_technology_is_named_by_slug_alias_or_name(planet: World) -> None:
    for name in ("JavaScript", "C#", "PHP"):
        assert planet.planet("add", "--group", f"Club {name[:1]}", "--technology", name).code == 0
    names = [technology.name for technology in loaded(planet).technologies]
    assert (len(names), {"PHP", "JavaScript"} <= set(names)) == (3, True)
    refused = planet.planet("add", "--group", "X", "--technology", "brainwaves")
    assert (refused.code, "neither feeds.yaml nor the catalogue" in refused.err) == (2, True)


def test_a_title_never_says_whose_a_feed_is(planet: World) -> None:
    planet.serve("/feed.xml", rss(item("Un", "https://b.example.org/1"), title="Le blog d&apos;Ada"))
    before = (planet.folder / "feeds.yaml").read_text("utf-8")
    refused = planet.planet("add", planet.url("/feed.xml"))
    assert refused.code == 2
    assert "--to 'Le blog d'\"'\"'Ada'" in refused.err  # as a shell takes it
    assert (planet.folder / "feeds.yaml").read_text("utf-8") == before
    assert planet.planet("add", planet.url("/feed.xml"), "--to", "Le blog d'Ada").code == 0
    (ada,) = loaded(planet).sources
    assert [feed.url for feed in ada.feeds] == [planet.url("/feed.xml")]


def test_hints_are_quoted_for_a_shell(planet: World) -> None:
    planet.serve("/feed.xml", rss(item("Un", "https://b.example.org/1"), title="B"))
    planet.serve("/odd", rss(title="C"))
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}">'
        for href in ("/feed.xml", "/odd?a=$(id)&amp;b=`id`;x")
    )
    planet.serve("/", f"<html><head>{links}</head></html>", "text/html")
    result = planet.planet("add", planet.url("/"))
    assert result.code == 0, result.err
    hint = result.out.partition("`planet add ")[2].rpartition("` adds it")[0]
    assert hint.startswith("'")
    assert shlex.split(hint)[1:] == ["--to", "B"]
    assert shlex.split(hint)[0].startswith(planet.url("/odd"))


def test_nothing_to_add_says_what_to_give(planet: World) -> None:
    refused = planet.planet("add")
    assert (refused.code, "planet add --group NAME" in refused.err) == (2, True)
    refused = planet.planet("add", planet.url("/"), "--to", "Le blog d Ad")
    assert (refused.code, "did you mean `Le blog d'Ada`" in refused.err) == (2, True)


def test_an_ordinary_link_is_followed_and_what_was_chosen_is_said(planet: World) -> None:
    planet.serve("/blog/rss.xml", rss(item("Un", "https://c.example.org/1"), title="C", link="https://c.example.org/"))
    page = '<html><body><a href="/about">x</a><!-- <a href="/no.rss">n</a> --><p>Read <a class=x href="blog/rss.xml">RSS</a></body></html>'
    planet.serve("/", page, "text/html")
    result = planet.planet("add", planet.url("/"))
    assert result.code == 0, result.err
    assert planet.url("/blog/rss.xml") in result.out
    assert "only links to it" in result.out
    assert "https://c.example.org/" in result.out

    planet.serve("/other/", "<html><body>nothing</body></html>", "text/html")
    planet.serve("/other/feed/", rss(item("Deux", "https://d.example.org/1"), title="D", link="https://d.example.org/"))
    assert "usual places" in planet.planet("add", planet.url("/other/")).out


def test_advice_keeps_the_options_that_were_given(planet: World) -> None:
    planet.serve("/feed.xml", rss(item("Un", "https://b.example.org/1"), title="Le blog d&apos;Ada"))
    refused = planet.planet("add", planet.url("/feed.xml"), "--technology", "php", "--group")
    assert refused.code == 2
    assert f"planet add {planet.url('/feed.xml')} --group --technology php --name NAME" in refused.err
