"""Keep and recover: a copy of the whole database, put back; no database beside a copy; all that can be read of a damaged one."""

from __future__ import annotations

import gzip
import random
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from planet.store import Store
from tests.support.effort import examples
from tests.support.world import World, item, rss

LATER = "2026-11-24T08:00:00Z"


def many(count: int) -> str:
    return rss(
        *(
            item(f"Billet {n}", f"https://blog.example/{n}", f"Mon, {1 + n % 28:02} Jun 2026 10:00:00 GMT", f"Texte du billet {n}. " * 40)
            for n in range(count)
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A planet of 300 posts, of which its feed lists three any more. It is not changed: see `planet`."""
    with World(tmp_path_factory.mktemp("published")) as world:
        world.configure([{"name": "Ada", "feeds": [world.serve("/a.xml", many(300))]}])
        assert world.run().code == 0
        world.serve("/a.xml", many(3))
        with closing(sqlite3.connect(world.folder / "planet.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield world


@pytest.fixture
def planet(published: World, tmp_path: Path) -> World:
    """A copy of it."""
    return published.copied(tmp_path)


def titles(world: World) -> set[str]:
    return {story["title"] for story in world.entries()}


def test_a_backup_is_one_checked_file_of_its_owner_and_comes_back_whole(planet: World) -> None:
    before = planet.entries("--full")
    assert planet.planet("backup", "copy.gz").code == 0
    assert stat.S_IMODE((planet.folder / "copy.gz").stat().st_mode) == 0o600
    (planet.folder / "planet.db").unlink()
    result = planet.planet("restore", "copy.gz")
    assert result.code == 0, result.err
    assert planet.entries("--full") == before
    assert planet.run(now=LATER).code == 0
    assert len(titles(planet)) == 300


def test_a_backup_is_taken_while_another_process_writes(planet: World) -> None:
    with closing(sqlite3.connect(planet.folder / "planet.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE entries SET title = 'x'")
        assert planet.planet("backup", "copy.gz").code == 0
        writer.execute("ROLLBACK")
    (planet.folder / "planet.db").unlink()
    planet.planet("restore", "copy.gz")
    assert "Billet 7" in titles(planet)


def test_what_was_there_is_kept_when_a_backup_is_restored(planet: World) -> None:
    planet.planet("backup")
    result = planet.planet("restore")
    assert result.code == 0, result.err
    assert len(list(planet.folder.glob("planet.db.before-restore-*"))) >= 1


@pytest.mark.parametrize(
    "content",
    [b"", b"not gzip", gzip.compress(b"no database" * 100), gzip.compress(b"x" * 9)[:15]],
    ids=["empty", "text", "another-file", "cut-short"],
)
def test_a_file_that_is_no_backup_is_refused_and_nothing_is_lost(planet: World, content: bytes) -> None:
    (planet.folder / "copy.gz").write_bytes(content)
    result = planet.planet("restore", "copy.gz")
    assert result.code in {1, 2}
    assert "copy.gz" in result.err
    assert len(titles(planet)) == 300


@pytest.mark.parametrize("missing", [True, False], ids=["missing", "of-no-bytes"])
def test_a_run_without_a_database_uses_the_backup_beside_it_and_says_so(planet: World, missing: bool) -> None:
    planet.planet("backup")
    if missing:
        (planet.folder / "planet.db").unlink()
    else:  # what a full disk leaves
        (planet.folder / "planet.db").write_bytes(b"")
    result = planet.run(now=LATER)
    assert (result.code, "planet-backup.gz" in result.err) == (0, True)
    assert len(titles(planet)) == 300


def test_a_run_without_a_database_uses_the_state_beside_it_and_says_so(planet: World) -> None:
    assert planet.planet("backup", "--state").code == 0
    published = {story["title"]: story["published"] for story in planet.entries()}
    (planet.folder / "planet.db").unlink()
    shutil.rmtree(planet.output)
    result = planet.run(now=LATER)
    assert (result.code, "planet-state.json" in result.err) == (0, True)
    assert all(published[story["title"]] == story["published"] for story in planet.entries())


@pytest.mark.parametrize("seed", range(examples(8)))
def test_everything_readable_of_a_database_overwritten_at_twenty_places_is_salvaged(planet: World, seed: int) -> None:
    """Posts included, entry by entry; the site stays, and the command says how many are missing."""
    path = planet.folder / "planet.db"
    content = bytearray(path.read_bytes())
    rng = random.Random(seed)
    for page in rng.sample(range(1, len(content) // 4096), 20):
        content[page * 4096 : page * 4096 + 4096] = rng.randbytes(4096)
    path.write_bytes(content)
    Path(f"{path}-wal").touch()
    result = planet.run(now=LATER)
    assert "damaged" in result.err or "endommag" in result.err
    assert len(titles(planet)) >= 150
    assert (planet.output / "index.html").is_file()


def test_a_truncated_database_brings_what_is_left(planet: World) -> None:
    path = planet.folder / "planet.db"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 9 // 10])
    Path(f"{path}-wal").touch()
    planet.run("--force-publish", now=LATER)
    assert len(titles(planet)) >= 3


def test_a_backup_beside_a_damaged_database_brings_back_what_it_lost(planet: World) -> None:
    planet.planet("backup")
    path = planet.folder / "planet.db"
    content = bytearray(path.read_bytes())
    content[4096:] = random.Random(1).randbytes(len(content) - 4096)
    path.write_bytes(content)
    Path(f"{path}-wal").touch()
    result = planet.run(now=LATER)
    assert result.code == 0, result.err
    assert len(titles(planet)) == 300


@pytest.mark.parametrize("place", range(20))
def test_a_page_that_is_lost_costs_only_what_lay_on_it(published: World, tmp_path: Path, place: int) -> None:
    """Whatever page it is, the root of a table too: a page of this planet holds at most twenty entries."""
    content = bytearray((published.folder / "planet.db").read_bytes())
    page = 1 + place * (len(content) // 4096 - 1) // 20 if place > 4 else 1 + place
    content[page * 4096 : page * 4096 + 4096] = b"\xa5" * 4096
    (tmp_path / "damaged.db").write_bytes(content)
    with Store(":memory:") as store:
        salvaged = store.salvage(tmp_path / "damaged.db")
    assert salvaged.entries >= 280
    assert salvaged.entries + salvaged.lost <= 300


@pytest.mark.parametrize("length", [100, 4096], ids=["header", "first-page"])
def test_a_database_without_its_header_is_known_and_salvaged(planet: World, length: int) -> None:
    path = planet.folder / "planet.db"
    with path.open("r+b") as file:
        file.write(b"\xa5" * length)
    result = planet.run(now=LATER)
    assert result.code == 0, result.err
    assert len(titles(planet)) == 300
