"""What a command imports: cron starts one every few minutes, and nobody waits for what is not used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from planet.cli import COMMANDS, cli
from tests.support.world import World, item, rss

ROOT = Path(__file__).parent.parent
PROGRAM = """
import json, sys
from planet.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
PARSERS = {"lxml", "feedparser", "nh3", "planet.parse.reader", "planet.normalise", "planet.sanitise"}
RENDERERS = {"jinja2", "planet.site", "planet.edition.build", "planet.render.html", "babel", "PIL"}
STORIES = {
    "planet.model.entry",
    "planet.model.story",
    "planet.model.event",
    "planet.store.entries",
    "planet.store.stories",
}
NETWORK = {"urllib3", "requests", "ssl", "http.client"}


def modules(*arguments: str, folder: Path) -> set[str]:
    """The modules that a command has imported when it ends."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return set(json.loads(ended.stderr.splitlines()[-1]))


def test_help_imports_no_command(tmp_path: Path) -> None:
    imported = modules("--help", folder=tmp_path)
    assert not {name for name in imported if name.startswith("planet.") and name not in LEAST}
    assert not imported & {"yaml", "sqlite3", "pydantic", "msgspec", *PARSERS, *RENDERERS, *NETWORK}


LEAST = {
    *("planet.cli", "planet.cli.help", "planet.cli.streams", "planet.cli.usage", "planet.errors", "planet.i18n"),
    *("planet.model", "planet.model.base"),
}


def test_the_list_of_commands_says_what_each_says_itself() -> None:
    import click

    for name, (_place, sentence) in COMMANDS.items():
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.get_short_help_str(200) == sentence


def test_a_run_with_nothing_due_imports_no_parser_no_template_and_no_network(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", "https://a.example.org/1")))
    world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")]}], fetch={"interval": "1h"})
    assert world.run(now="2026-11-24T08:00:00Z").code == 0
    asked = len(world.asked)
    imported = modules("run", "--now", "2026-11-24T08:10:00Z", folder=world.folder)
    assert len(world.asked) == asked
    unused = {"pydantic", "yaml", "rich", "rapidfuzz", "pebble", *PARSERS, *RENDERERS, *NETWORK, *STORIES}
    assert imported & unused == set()


def test_looking_at_what_is_stored_needs_no_network_and_no_parser(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", "https://a.example.org/1")))
    world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")]}])
    world.run()
    for command in (("entries", "--json"), ("status", "--json"), ("events", "--json")):
        imported = modules(*command, folder=world.folder)
        assert not imported & {"pydantic", "jinja2", "feedparser", "lxml", *NETWORK}, command


def test_reading_a_blog_imports_no_library_for_calendars_and_none_for_rules_that_nobody_wrote(tmp_path: Path) -> None:
    program = "import json, sys, planet.reading; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    assert not set(json.loads(ended.stdout)) & {"icalendar", "recurring_ical_events", "regex", "yaml", "pydantic"}
