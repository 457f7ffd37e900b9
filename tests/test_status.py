"""`planet status`: what needs a hand, for people, scripts and monitoring; and when a run says that everything failed."""

from __future__ import annotations

import pytest

from planet.cli.screen import Screen, cut_middle
from tests.support.world import World, item, rss

A = "https://a.example.org"


@pytest.fixture
def world(world: World) -> World:
    """A planet with a feed that works and one that is not there, a day of runs ago."""
    world.language = "en"
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure(
        [{"name": "Ada", "feeds": [world.url("/a.xml")]}, {"name": "[red]Bob[/]", "feeds": [world.url("/gone.xml")]}],
        fetch={"interval": "1h"},
    )
    assert world.run(now="2026-11-24T08:00:00Z").code == 0
    return world


def test_a_run_that_fails_says_so_once_a_day_with_the_same_exit_code(world: World) -> None:
    good = world.configure().read_text("utf-8")
    assert world.run(now="2026-11-23T08:00:00Z").code == 0
    for fault, other in (("timezon", "languag"), ("Europe/Pariss", "x-y")):
        wrong = good.replace('"title"', f'"{fault}": 1, "title"')
        (world.folder / "feeds.yaml").write_text(wrong, "utf-8")
        runs = [
            world.run(now=f"2026-11-{now}:00Z") for now in ("23T08:17", "23T08:47", "23T22:17", "24T08:17", "24T08:47")
        ]
        assert [run.code for run in runs] == [2] * 5
        assert [fault in run.err for run in runs] == [True, False, False, True, False]
        assert [run.err for run in runs if not run.err] == [""] * 3
        (world.folder / "feeds.yaml").write_text(wrong.replace(fault, other), "utf-8")
        assert other in world.run(now="2026-11-24T09:17:00Z").err, "another fault is said at once"
        (world.folder / "feeds.yaml").write_text(good, "utf-8")
        assert world.run(now="2026-11-24T09:47:00Z").code == 0
    (world.folder / "feeds.yaml").write_text(wrong, "utf-8")
    assert fault in world.run(now="2026-11-24T10:17:00Z").err, "it went well in between: said again"
    assert fault in world.run("-v", now="2026-11-24T10:47:00Z").err


def test_failing_feeds_come_with_what_to_do_and_no_cut_address(world: World) -> None:
    shown = world.planet("status", "--failing")
    assert shown.out.startswith("2 feeds: 1 answers, 1 does not answer\n")
    assert "▲ [red]Bob[/]: does not answer, since November 24, 2026 at" in shown.out
    assert world.url("/gone.xml") in shown.out
    assert "Ada" not in shown.out


def test_a_name_that_looks_like_markup_is_shown_as_it_is(world: World) -> None:
    shown = world.planet("status", "--all")
    assert (shown.code, shown.err) == (0, "")
    assert "[red]Bob[/]" in shown.out


def test_monitoring_reads_numbers_and_an_exit_code(world: World) -> None:
    lines = world.planet("status", "--metrics").out.splitlines()
    (seconds,) = [line.split()[1] for line in lines if line.startswith("planet_last_run_duration_seconds ")]
    assert float(seconds) > 0
    assert 'planet_feeds{state="ok"} 1' in lines
    assert 'planet_feeds{state="failing"} 1' in lines
    assert "planet_stories 1" in lines
    assert all(line.startswith(("# HELP ", "# TYPE ", "planet_")) for line in lines)


def test_two_options_at_once_are_a_mistake(world: World) -> None:
    assert world.planet("status", "--json", "--check").code == 2


def test_a_dead_feed_that_is_due_alone_is_no_failure_of_the_run(world: World) -> None:
    """The other feed is not due yet, so that all that was asked failed."""
    world.configure(
        [
            {"name": "Ada", "feeds": [world.url("/a.xml")]},
            {"name": "Bob", "feeds": [{"url": world.url("/gone.xml"), "interval": "0s"}]},
        ],
        fetch={"interval": "12h"},
    )
    assert world.run(now="2026-11-24T08:30:00Z").code == 0
    world.configure([{"name": "Bob", "feeds": [world.url("/gone.xml")]}])
    assert world.run("--force", now="2026-11-25T09:00:00Z").code == 4


def test_quiet_runs_leave_the_news_to_a_run_that_may_print_it(world: World) -> None:
    for day in range(25, 29):
        assert world.run("--force", "--quiet", now=f"2026-11-{day}T09:00:00Z").out == ""
    assert "has failed since" in world.run("--force", now="2026-11-29T09:00:00Z").out


def test_what_a_server_says_cannot_steer_a_terminal(world: World) -> None:
    from planet.cli.context import Context
    from planet.model import Message

    said = Context(config_path=world.folder / "feeds.yaml").say(Message.of("{name} answers", name="a\x1b[2Jb\u202ec"))
    assert said == "a [2Jb c answers"


def test_a_run_that_went_well_is_told_to_a_heartbeat(world: World) -> None:
    world.serve("/alive", "ok")
    world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")]}], planet={"heartbeat": world.url("/alive")})
    assert world.run(now="2026-11-25T08:00:00Z").code == 0
    assert [asked.path for asked in world.asked].count("/alive") == 1
    world.run("--no-publish", now="2026-11-25T09:00:00Z")
    assert [asked.path for asked in world.asked].count("/alive") == 1


def test_the_summary_of_a_run_has_no_zeros_agrees_with_itself_and_names_what_failed(world: World) -> None:
    world.serve("/page.xml", "<html><body>Nothing</body></html>")
    world.configure(
        [
            {"name": "Ada", "feeds": [world.url("/a.xml")]},
            {"name": "Page", "feeds": [world.url("/page.xml")]},
            {"name": "Zoe", "feeds": [world.url("/none.xml")]},
        ]
    )
    for expected in ({"feeds asked": 3, "unchanged": 1, "failed": 2}, {"feeds asked": 3, "unchanged": 1, "failed": 2}):
        lines = world.run("--force", "--verbose", now="2026-11-26T08:00:00Z").err.splitlines()
        counted = {
            name.strip(): int(number)
            for name, _, number in (line.rpartition("  ") for line in lines)
            if number.isdigit()
        }
        assert {name: counted.get(name, 0) for name in expected} == expected
        assert 0 not in counted.values()
        assert any(line.startswith("▲ Page: ") for line in lines)
        assert any(line.startswith("▲ Zoe: ") for line in lines)


def test_a_screen_wraps_with_an_indent_and_colours_only_where_they_show() -> None:
    narrow = Screen(terminal=True, width=30, colour=True)
    assert narrow.hang("  one two three four five six seven").splitlines() == [
        "  one two three four five six",
        "      seven",
    ]
    assert narrow.wrap("see https://example.org/a/very/long/address").splitlines()[1].strip().startswith("https://")
    assert narrow.paint("fails", "bad") != "fails"
    pipe = Screen(terminal=False, width=200, colour=False)
    assert pipe.hang("  one two three four five six seven") == "  one two three four five six seven"
    assert pipe.paint("fails", "bad") == "fails"
    assert cut_middle("https://example.org/atom.xml", 15) == "https:/…tom.xml"
