"""Whatever a stored value holds, it costs that value: the rest is published."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from tests.support.world import World, item, rss

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1@x\r\nDTSTART:20261203T180000Z\r\nSUMMARY:Soirée\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)
POISON = (
    *(2**62, -(2**62), 0, -1, 253402300799999999, -62135596800000000),
    *("", "{}", "[]", "null", "{", '{"sources":[["x","y"]],"technologies":["nope"]}', '{"etag":5}', '{"start":"9999-12-31"}'),
    *('{"data":{"title":"x","start":"0001-01-01T00:00:00+00:00"}}', "[bold]x[/bold]", "\u202e", "é" * 5000, "https://[::1", "\x1b[31m"),
)  # fmt: skip
COLUMNS = {
    "entries": ("date", "first_seen", "published", "updated", "edited", "classification", "link", "id", "atom_id", "title", "feed_updated"),
    "bodies": ("html", "text", "summary", "details"),
    "feeds": ("state", "next_due", "title", "link", "id", "language"),
    "events": ("start", "data"),
    "stories": ("date", "updated", "technologies", "sources", "why"),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_a_stored_value_that_cannot_be_used_costs_that_value_alone(world: World, seed: int) -> None:
    items = [
        item(f"Billet {n}", f"https://a.example/{n}", f"Mon, {n + 1:02} Nov 2026 10:00:00 GMT", f"Texte {n}.")
        for n in range(8)
    ]
    world.configure(
        [{"name": "Ada", "feeds": [world.serve("/a.xml", rss(*items))]}],
        [{"name": "groupe", "calendars": [world.serve("/a.ics", ICS, "text/calendar")]}],
    )
    assert world.run().code == 0
    rng = random.Random(seed)
    with closing(sqlite3.connect(world.folder / "planet.db", isolation_level=None)) as connection:
        for table, columns in COLUMNS.items():
            key = {"entries": "entry_id = 3", "bodies": "entry_id = 4", "stories": "story_id = 5"}.get(table, "1")
            for column in rng.sample(columns, 2):
                value = rng.choice([one for one in POISON if isinstance(one, int) == (column in {"date", "first_seen", "published", "updated", "edited", "next_due", "feed_updated"})])  # fmt: skip
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key}", (value,))
        connection.execute("DELETE FROM meta WHERE name IN ('published', 'rules_rev')")
    world.serve("/a.xml", rss(item("Neuf", "https://a.example/neuf", "Mon, 23 Nov 2026 07:00:00 GMT"), *items))
    result = world.run("--force", now="2026-11-23T12:00:00Z")
    assert result.code == 0, result.err
    page = (world.output / "index.html").read_text("utf-8")
    assert "Neuf" in page
    assert "Billet 7" in page
    for command in ("status", "events", "entries"):
        assert world.planet(command, "--json").code == 0
    assert world.planet("explain", "https://a.example/3").code in {0, 1, 2}
