"""What a user of the command line relies on: a folder, a server, the program as cron calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.world import Reply, World, item, rss

A = "https://ada.example.org"
HOLD = "2026-11-23T09:00:00Z"


def member(name: str, *feeds: object, **keys: object) -> dict:
    return {"name": name, "feeds": list(feeds), **keys}


def status(world: World) -> dict[str, dict]:
    return {row["url"]: row for row in json.loads(world.planet("status", "--json").out)}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def called(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """The program in a process of its own, with its real logging, its stdout no terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "planet", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_the_program_is_silent_where_cron_calls_it_from_another_folder(world: World, tmp_path: Path) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    path = world.configure([member("Ada", world.url("/a.xml"))], planet={"output": "site/www", "database": "d/p.db"})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for arguments in (["--config", str(path), "run"], ["run", "--config", os.path.relpath(path, elsewhere)]):
        assert called(elsewhere, *arguments, "--now", HOLD) == (0, "", "")
    assert (world.folder / "site/www/index.html").is_file()
    assert (world.folder / "d/p.db").is_file()
    assert names(elsewhere) == set()


@pytest.mark.parametrize(
    "arguments",
    ["status --json", "entries --json", "events --json", "explain https://x.example/", "check", "check --online", "export",
     "run --dry-run"],
)  # fmt: skip
def test_what_only_looks_makes_no_file(world: World, arguments: str) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure([member("Ada", world.url("/a.xml"))])
    result = world.planet(*arguments.split())
    assert (result.code, result.err) == (int("explain" in arguments), "")  # nothing is known of that address
    assert names(world.folder) == {"feeds.yaml"}


def test_a_network_that_is_down_is_nobodys_news(world: World) -> None:
    world.configure([member("Ada", "http://no-such-1.invalid/feed"), member("Bob", "http://no-such-2.invalid/feed")])
    result = world.run()
    assert (result.code, result.out, result.err) == (4, "", "")
    assert {(row["state"], row["failures"]) for row in status(world).values()} == {("new", 0)}
    assert "network" in world.planet("-v", "run", "--now", HOLD).err or "réseau" in world.planet("-v", "run").err


def test_a_picture_that_is_missing_is_told_by_check_and_not_by_every_run(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure([member("Ada", world.url("/a.xml"), avatar="ada.png")])
    assert called(world.folder, "run", "--now", HOLD) == (0, "", "")
    assert "ada.png" in world.planet("check").err


def test_check_asks_nobody_who_wants_peace_and_says_until_when(world: World) -> None:
    world.fail("/a.xml", 429, Retry_After="864000")
    world.configure([member("Ada", world.url("/a.xml"))])
    assert world.planet("run").code in {0, 4}
    world.asked.clear()
    for arguments in (["check", "--online"], ["check", world.url("/a.xml")]):
        told = world.planet(*arguments)
        assert (told.code, told.err) == (0, "")
        assert told.out.startswith("… Ada")
        assert len(told.out.splitlines()) == 3
    assert world.asked == []


def test_check_follows_a_page_to_its_feed_as_a_run_does(world: World) -> None:
    world.serve("/feed.xml", rss(item("Un billet", f"{A}/1")))
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body></body></html>'
    world.serve("/", page, "text/html")
    world.configure([member("Ada", world.url("/"))])
    told = world.planet("check", "--online")
    assert told.code == 0
    assert told.out.startswith("✓ Ada")
    assert world.url("/feed.xml") in told.out
    assert "Un billet" in told.out


def test_check_names_no_line_for_an_address_that_is_not_in_feeds_yaml(world: World) -> None:
    world.configure([])
    told = world.planet("check", world.url("/missing.xml"))
    assert told.code == 4
    assert "(404)" in told.out
    assert "feeds.yaml" not in told.out


def test_the_status_of_an_answer_that_broke_off_is_told(world: World) -> None:
    big = rss(item("Un", f"{A}/1", text="x" * 20_000)).encode()
    world.replies["/big.xml"] = Reply(big, 200, {"Content-Type": "application/xml"})
    world.replies["/odd.xml"] = Reply(b"not gzip", 200, {"Content-Encoding": "gzip"})
    world.configure(
        [member("Ada", world.url("/big.xml")), member("Bob", world.url("/odd.xml")), member("Cid", "flux/cid.xml")],
        fetch={"max_bytes": "10kB"},
    )
    assert world.run().code == 4
    rows = status(world)
    assert (rows[world.url("/big.xml")]["error_class"], rows[world.url("/big.xml")]["http_status"]) == (
        "too-large",
        200,
    )
    assert (rows[world.url("/odd.xml")]["error_class"], rows[world.url("/odd.xml")]["http_status"]) == ("protocol", 200)
    assert rows["flux/cid.xml"]["error_class"] == "not-found"
    assert str(world.folder) not in (world.output / "health.json").read_text("utf-8")


def test_a_source_that_was_just_taken_out_is_no_fault_of_any_list(world: World) -> None:
    """Between the edit of feeds.yaml and the next run its stories have no source any more."""
    ada = {"name": "Ada", "feeds": [world.serve("/a.xml", rss(item("Un", "https://a.example/1")))]}
    bob = {"name": "Bob", "feeds": [world.serve("/b.xml", rss(item("Deux", "https://b.example/1")))]}
    world.configure([ada, bob])
    world.run()
    world.configure([ada])
    assert [story["title"] for story in world.entries("--full")] == ["Un"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("nope", "Il n’y a pas de commande 'nope'."),
        ("run --nwo", "Vouliez-vous dire '--now'\u00a0?"),
        ("run --now", "L’option '--now' veut une valeur."),
        ("entries --limit -3", "Valeur incorrecte pour '--limit'\u00a0: -3 n’est pas dans l’intervalle"),
        ("check --format xml", "n’est aucun de ceux-ci\u00a0: 'text', 'json', 'markdown'."),
        ("restore nothere.gz", "n’existe pas."),
        ("new", "Il manque l’argument 'DIR'."),
        ("status one two", "Des arguments sont de trop (one two)"),
    ],
)
def test_a_wrong_command_line_is_told_in_the_language_of_the_planet(world: World, arguments: str, said: str) -> None:
    world.configure([])
    result = world.planet(*arguments.split())
    assert result.code == 2
    assert said in result.err
    assert not {"Error:", "Try", "Usage:", "Invalid"} & set(result.err.split())
