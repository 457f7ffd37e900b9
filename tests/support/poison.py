"""A planet whose stored values are poisoned: whatever a database holds, it costs that value, and the rest is published."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support import outputs
from tests.support.world import World, item, rss

LATER = "2026-11-23T12:00:00Z"
ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1@x\r\nDTSTART:20261203T180000Z\r\nSUMMARY:Soirée\r\n"
    "DESCRIPTION:Un *soir*\\, deux <b>talks</b>.\r\nLOCATION:Epicentre\\, Clermont\r\nURL:https://groupe.example/1\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:2@x\r\nDTSTART;VALUE=DATE:20261210\r\nDTEND;VALUE=DATE:20261212\r\nSUMMARY:Congrès\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:3@x\r\nDTSTART:20251203T180000Z\r\nSUMMARY:Passé\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
NUMBERS = (2**62, -(2**62), 2**63 - 1, -(2**63), 0, -1, 1, 253402300799999999, -62135596800000000)
TEXTS = (
    *("", "{}", "[]", "null", "{", '{"sources":[["x","y"]],"technologies":["nope"]}', '{"etag":5}', '{"start":"9999-12-31"}'),
    *('{"data":{"title":"x","start":"0001-01-01T00:00:00+00:00"}}', "[bold]x[/bold]", "[/]", "\u202e", "é" * 5000, "https://[::1"),
    *("\x1b[31m", "\x9b2J", "a\r\nb", "\0", "9999-12-31T23:59:59+00:00", "0001-01-01", "<script>alert(1)</script>", "[" * 3000, "1e999"),
    *("http://127.0.0.1:1/x", "javascript:alert(1)", "../../etc/passwd", "%s{0}{x}", "NaN", "'\"><img src=x onerror=alert(1)>"),
)  # fmt: skip
SPARED = frozenset({"merge_keys", "common_keys"})
"""Only tell which stories to compare."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def document(*more: str) -> str:
    items = [
        item(
            f"Billet {n}",
            f"https://a.example/{n}",
            f"Mon, {n + 1:02} Nov 2026 10:00:00 GMT",
            f"<p>Texte {n} en <b>PHP</b> <img src='https://a.example/{n}.png'></p><h2 id='x'>Suite</h2>"
            + "Encore des mots. " * 20,
            author="a@example.org (Ada)",
            category="php",
            comments=f"https://a.example/{n}#c",
        )
        for n in range(8)
    ]
    return rss(*more, *items)


class Poisoned:
    """One planet, made once and poisoned again and again. The feed of Bea is spared: her stories are always shown."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.database = world.folder / "planet.db"
        a = world.serve("/a.xml", document())
        b = world.serve("/b.xml", rss(*[item(f"Sain {n}", f"https://b.example/{n}", f"Mon, {n + 1:02} Nov 2026 11:00:00 GMT", f"Sain et sauf, {n}.") for n in range(3)]))  # fmt: skip
        world.configure(
            [{"name": "Ada", "feeds": [a]}, {"name": "Bea", "feeds": [b]}],
            [{"name": "groupe", "calendars": [world.serve("/a.ics", ICS, "text/calendar")]}],
        )
        result = world.run()
        assert result.code == 0, result.err
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.bytes = self.database.read_bytes()
        self.site = world.folder / "site"
        shutil.copytree(world.output, self.site)

    def restore(self) -> None:
        """The planet as it was before it was poisoned."""
        for side in ("-wal", "-shm"):
            Path(f"{self.database}{side}").unlink(missing_ok=True)
        self.database.write_bytes(self.bytes)
        shutil.rmtree(self.world.output, ignore_errors=True)
        shutil.copytree(self.site, self.world.output)
        self.world.serve("/a.xml", document())

    def try_once(self, seed: int) -> None:
        """Poison one to six values, run, and read all that is published and printed. Raises AssertionError."""
        rng = random.Random(seed)
        self.restore()
        changed = poison(self.database, rng, rng.randrange(1, 7))
        world = self.world
        world.serve("/a.xml", document(item("Neuf", "https://a.example/neuf", "Mon, 23 Nov 2026 07:00:00 GMT")))
        result = world.run(*rng.choice((("--force",), ("--no-fetch",), ("--force", "--force-publish"))), now=LATER)
        assert result.code == 0, (changed, result.err)
        page = (world.output / "index.html").read_text("utf-8")
        for title in ("Sain 0", "Sain 1", "Sain 2"):
            assert title in page, (changed, title)
        faults = outputs.whole(world.output, strict=False)
        assert faults == [], (changed, faults)
        printed = [result]
        for command in (("status",), ("status", "--json"), ("events", "--json"), ("entries", "--json"), ("explain", "https://a.example/3")):  # fmt: skip
            result = world.planet(*command)
            assert result.code in {0, 1, 2}, (changed, command, result.err)
            printed.append(result)
        for result in printed:
            for text in (result.out, result.err):
                assert CONTROL.search(text) is None, (changed, text)
                assert "Traceback" not in text, (changed, text)


def poison(database: Path, rng: random.Random, count: int) -> list[str]:
    """Overwrite so many values of a database, none of Bea's; gives what was changed."""
    changed = []
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in tables if name not in SPARED]
        for _ in range(count):
            table = rng.choice(tables)
            columns = list(connection.execute(f"PRAGMA table_info({table})"))
            keys = [column[1] for column in columns if column[5]]
            rows = [
                row
                for row in connection.execute(f"SELECT * FROM {table}")
                if not _spared(connection, table, columns, row)
            ]
            if not rows:
                continue
            row = rng.choice(rows)
            column = rng.choice(columns)
            at = [name for *_, name in [(c[0], c[1]) for c in columns]].index(column[1])
            value = _poisoned(rng, row[at], str(column[2]))
            where = " AND ".join(f"{key} = ?" for key in keys)
            values = [row[[c[1] for c in columns].index(key)] for key in keys]
            try:
                connection.execute(f"UPDATE {table} SET {column[1]} = ? WHERE {where}", (value, *values))
            except sqlite3.Error:  # a constraint of the schema: such a value is never stored
                continue
            changed.append(f"{table}.{column[1]} of {values}: {value!r:.200}")
    return changed


def _spared(connection: sqlite3.Connection, table: str, columns: list[Any], row: tuple[Any, ...]) -> bool:
    """Whether a row is Bea's."""
    values = dict(zip([column[1] for column in columns], row, strict=True))
    if table == "meta":
        return False
    if entry_id := values.get("primary_id") or values.get("entry_id"):
        feed = connection.execute("SELECT feed FROM entries WHERE entry_id = ?", (entry_id,)).fetchone()
        return feed is not None and str(feed[0]).endswith("/b.xml")
    return any(str(values.get(name, "")).endswith("/b.xml") for name in ("key", "feed"))


def _poisoned(rng: random.Random, value: Any, kind: str) -> Any:
    if kind == "INTEGER":
        return rng.choice(NUMBERS)
    if isinstance(value, str) and value[:1] in {"{", "["} and rng.random() < 0.6:
        try:
            return json.dumps(_mutated(rng, json.loads(value)))
        except (ValueError, RecursionError):  # it is poisoned already
            pass
    return rng.choice(TEXTS)


def _mutated(rng: random.Random, value: Any) -> Any:
    """JSON with one value, wherever it is, in the place of another."""
    if isinstance(value, dict) and value:
        key = rng.choice(list(value))
        return value | {key: _mutated(rng, value[key])}
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], _mutated(rng, value[at]), *value[at + 1 :]]
    return rng.choice((*NUMBERS, *TEXTS, None, True, [], {}, 1.5, ["x"], {"x": 1}))
