"""Addresses that are secrets: which they are, and that no output, log, mail or file of the planet names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from planet import config
from planet.config import checked_copy
from planet.errors import ConfigError
from planet.urls import carries_secret
from tests.support.world import World, item, rss
from tests.test_config import HEAD, parsed

GOOGLE = "https://calendar.google.com/calendar/ical/x%40group.calendar.google.com/private-0a1b2c3d/basic.ics"
SECRETS = [
    GOOGLE,
    "https://outlook.office365.com/owa/calendar/0a1b@example.org/2c3d4e5f/calendar.ics",
    "https://outlook.live.com/owa/calendar/0-1/2-3/cid-4/calendar.ics",
    "https://a.example/feed?key=abc",
    "https://a.example/feed?x=1&access_token=abc",
    "https://a.example/feed?API-KEY=abc",
    "https://a.example/f/9f86d081884c7d659a2feaa0c55ad015/atom.xml",
    "https://a.example/f/9f86d081884c7d659a2feaa0c55ad015.ics",
    "https://a.example/private-abc/feed",
]
PUBLIC = [
    "https://a.example/feed.xml",
    "https://a.example/2026/11/une-tres-longue-adresse-avec-des-mots-2026/",
    "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv",
    "https://a.example/f/123e4567-e89b-12d3-a456-426614174000/atom",
    "https://a.example/feed?key=",
    "https://calendar.google.com/calendar/ical/x%40group.calendar.google.com/public/basic.ics",
    "https://user:secret@a.example/feed",
    "https://a.example/abcdefghijklmnopqrstuvwxyzabcdef/feed",
]


@pytest.mark.parametrize("url", SECRETS)
def test_an_address_that_carries_a_secret_is_unlisted(url: str) -> None:
    assert carries_secret(url)
    (source,) = parsed(HEAD + f"groups:\n- name: A\n  calendars: ['{url}']\n").sources
    assert source.feeds[0].unlisted
    assert source.feeds[0].label == "https://" + url.split("/")[2] + "/***"
    assert source.feeds[0].public_url == ""


@pytest.mark.parametrize("url", PUBLIC)
def test_an_ordinary_address_is_listed(url: str) -> None:
    assert not carries_secret(url)


def test_feeds_yaml_has_the_last_word() -> None:
    (source,) = parsed(
        HEAD + f"groups:\n- name: A\n  calendars: [{{url: '{GOOGLE}', unlisted: false}}]\n"
        "  feeds: [{url: 'https://a.example/feed', unlisted: true}]\n"
    ).sources
    assert [feed.unlisted for feed in source.feeds] == [True, False]


def test_a_variable_is_expanded_at_each_load_and_stands_in_no_file(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(HEAD + "groups:\n- name: A\n  calendars: ['${CAL}', 'https://a.example/${TOKEN}/x.ics']\n", "utf-8")
    environ = {"CAL": "webcal://b.example/s3cret.ics", "TOKEN": "t0ken"}
    for _ in range(2):
        (source,) = config.load(path, keep=True, environ=environ).sources
        assert [feed.url for feed in source.feeds] == ["https://b.example/s3cret.ics", "https://a.example/t0ken/x.ics"]
        assert [feed.label for feed in source.feeds] == ["***", "https://a.example/***"]
        assert [feed.key for feed in source.feeds] == ["${CAL}", "https://a.example/${TOKEN}/x.ics"]
    copy = checked_copy.path_of(tmp_path / "planet.db").read_text("utf-8")
    assert "s3cret" not in copy
    assert "t0ken" not in copy


@pytest.mark.parametrize(
    ("environ", "what"),
    [({}, "`${CAL}` is not set"), ({"CAL": ""}, "`${CAL}` is not set"), ({"CAL": "nothing"}, "`${CAL}` gives no URL")],
)
def test_a_variable_that_is_not_set_is_a_mistake_with_its_line_whether_the_file_is_known_or_not(
    tmp_path: Path, environ: dict[str, str], what: str
) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(HEAD + "groups:\n- name: A\n  calendars:\n  - ${CAL}\n", "utf-8")
    for _ in range(2):
        with pytest.raises(ConfigError) as caught:
            config.load(path, keep=True, environ=environ)
        assert str(caught.value).startswith(f"{path}:7: {what}")


def test_no_output_log_or_mail_names_an_unlisted_feed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANET_TEST_TOKEN", "s3cret-of-the-environment")
    world.serve("/f/s3cret-of-the-environment.xml", rss(item("Un", "https://b.example.org/1")), ETag='"1"')
    world.serve("/hidden-address.xml", rss(item("Deux", "https://b.example.org/2")))
    feeds = [world.url("/f/${PLANET_TEST_TOKEN}.xml"), {"url": world.url("/hidden-address.xml"), "unlisted": True}]
    world.configure([{"name": "Ada", "feeds": feeds}], notify=[{"url": "json://127.0.0.1:1/"}])
    done = [world.planet("run", "-v"), world.planet("run", "-v")]
    assert [asked.headers.get("if-none-match") for asked in world.asked if "s3cret" in asked.path] == [None, '"1"']
    kept = b"".join(path.read_bytes() for path in world.folder.glob("planet.db*") if path.is_file())
    assert b"s3cret" not in kept, "what ${NAME} stands for is stored nowhere"
    world.fail("/hidden-address.xml", 301, Location=world.url("/moved-hidden-address.xml"))
    world.fail("/f/s3cret-of-the-environment.xml", 410)
    done += [world.planet("run", "-v", "--force"), world.planet("status"), world.planet("status", "--json")]
    done += [
        world.planet("entries", "--json", "--full"),
        world.planet("export"),
        world.planet("explain", "https://b.example.org/1"),
    ]
    done += [world.planet("check", "--online")]
    texts = {f"{number}": result.out + result.err for number, result in enumerate(done)}
    texts |= {
        str(path.relative_to(world.output)): path.read_bytes().decode("utf-8", "replace")
        for path in world.output.rglob("*")
        if path.is_file()
    }
    assert "Un" in texts["index.html"]
    for name, text in texts.items():
        assert "s3cret" not in text, name
        assert "hidden-address" not in text, name


def test_a_private_planet_asks_search_engines_to_stay_out(world: World) -> None:
    world.serve("/feed.xml", rss(item("Un", "https://b.example.org/1")))
    planet = {"title": "Privée", "url": "https://p.example/", "private": True, "hub": "https://hub.example/"}
    world.configure([{"name": "Ada", "feeds": [world.url("/feed.xml")]}], planet=planet)
    assert world.planet("run").code == 0
    assert (world.output / "robots.txt").read_text() == "User-agent: *\nDisallow: /\n"
    assert not (world.output / "sitemap.xml").exists()
    assert 'content="noindex, nofollow"' in (world.output / "index.html").read_text()
    assert "hub.example" not in (world.output / "atom.xml").read_text()
