"""A database that a released version wrote opens in this one, and nothing of it is lost (tests/data/released)."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from planet.model import FetchState, Message
from planet.store import Store
from planet.store.migrations import MIGRATIONS
from planet.store.schema import VERSION
from tests.support.world import World

RELEASED = Path(__file__).parent / "data" / "released"


def unpack(folder: Path) -> Path:
    path = folder / "planet.db"
    path.write_bytes(gzip.decompress((RELEASED / "planet-1.0.0.db.gz").read_bytes()))
    return path


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (RELEASED / name).read_text("utf-8").splitlines()]


def without(values: list[dict], name: str) -> list[dict]:
    """Objects without a field that later versions decide otherwise (a language that is found)."""
    return [{key: value for key, value in one.items() if key != name} for one in values]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The planet of release 1.0.0 as its last run left it, but for the servers of its members."""
    for path in RELEASED.iterdir():
        if path.suffix in {".yaml", ".xml", ".ics"}:
            shutil.copy(path, tmp_path)
    unpack(tmp_path)
    with World(tmp_path) as planet:
        yield planet


def test_each_version_has_its_way_to_the_next() -> None:
    assert set(MIGRATIONS) == set(range(1, VERSION))


def test_a_migrated_database_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    def tables(path: Path) -> dict[str, set[str]]:
        Store(path).close()
        with closing(sqlite3.connect(path)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            indexes = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
            columns = {name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} for name in names}
            return columns | {"indexes": indexes}

    assert tables(unpack(tmp_path)) == tables(tmp_path / "new.db")


def test_entries_of_a_released_database_are_shown_as_they_were(world: World) -> None:
    assert world.run("--no-fetch", now="2026-11-23T13:00:00Z").code == 0
    assert world.entries("--full") == lines("entries.jsonl")


def test_events_of_a_released_database_are_shown_as_they_were(world: World) -> None:
    assert world.run("--no-fetch", now="2026-11-23T13:00:00Z").code == 0
    result = world.planet("events", "--json")
    assert result.objects() == lines("events.jsonl")


def test_states_of_a_released_database_keep_every_value(tmp_path: Path) -> None:
    path = unpack(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        before = {key: json.loads(state) for key, state in connection.execute("SELECT key, state FROM feeds")}
    with Store(path) as store:
        states = {key: row.state for key, row in store.feeds().items()}
    assert states["perdu.xml"] == FetchState()
    failing = states["http://127.0.0.1:48211/cleo.xml"]
    assert (failing.failures, failing.announced, failing.error_class) == (3, "failing", "server")
    assert failing.error == Message.of("the server has an error of its own ({status})", status=500)
    with closing(sqlite3.connect(path)) as connection:
        after = {key: json.loads(state) for key, state in connection.execute("SELECT key, state FROM feeds")}
    dropped = {"moved_count", "entries_last", "hubs"}
    for key, state in before.items():
        kept = {name: value for name, value in state.items() if name not in dropped and name != "error"}
        assert (
            kept.items() <= {name: value for name, value in after[key].items() if not isinstance(value, list)}.items()
        )


def test_nothing_of_a_released_database_returns_as_new(world: World) -> None:
    """Local feeds are read again by this program: entries keep their dates and ids, and none is edited."""
    world.run("--force", now="2026-11-23T13:00:00Z")
    assert without(world.entries("--full"), "language") == without(lines("entries.jsonl"), "language")


def test_a_database_that_cannot_be_migrated_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = unpack(tmp_path)
    before = path.read_bytes()

    def stop(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE entries RENAME COLUMN row TO entry_id")
        raise KeyboardInterrupt

    monkeypatch.setitem(MIGRATIONS, 1, stop)
    with pytest.raises(KeyboardInterrupt):
        Store(path)
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert "row" in {row[1] for row in connection.execute("PRAGMA table_info(entries)")}
    assert before
    with Store(path) as store:
        assert len(list(store.stored_entries())) == 16
