"""What befalls a planet that runs for years: damaged files, full disks, clocks that jump, two runs at once, signals."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from planet import config as configuration
from planet import pipeline
from planet.cli.environment import planet_of
from planet.errors import StoreError
from planet.store import Store
from tests.support import outputs
from tests.support.servers import Server, hang, reply
from tests.support.world import World, item, rss

A = "https://a.example"


@pytest.fixture
def world(world: World) -> World:
    """A planet that speaks English: most of these tests read what it says."""
    world.language = "en"
    return world


def blog(world: World, count: int = 12, path: str = "/a.xml", host: str = A) -> dict:
    """A member with `count` posts, the newest first."""
    days = range(count, 0, -1)
    items = [item(f"Billet {n}", f"{host}/{n}", date=f"Sun, {n:02} Nov 2026 10:00:00 GMT") for n in days]
    return {"name": f"Membre {path}", "feeds": [world.serve(path, rss(*items))]}


def command(world: World, *arguments: str, now: str = "2026-11-24T08:00:00Z") -> list[str]:
    return [
        sys.executable,
        "-m",
        "planet",
        "run",
        "--now",
        now,
        "--config",
        str(world.folder / "feeds.yaml"),
        *arguments,
    ]


def damage(database: Path) -> None:
    """Write over pages in the middle, as a failing disk does; the header stays."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = database.stat().st_size
    with database.open("r+b") as file:
        for place in range(4096, size, 3 * 4096):
            file.seek(place)
            file.write(b"\xa5" * 4096)


# --- a database that is damaged, lost, or none ---------------------------------------------------------------------------------------


def test_a_damaged_database_is_kept_aside_and_rebuilt_from_the_feeds_in_the_same_run(world: World) -> None:
    world.configure([blog(world)])
    world.run()
    before, stories = world.site(), world.entries()
    damage(world.folder / "planet.db")
    broken = (world.folder / "planet.db").read_bytes()
    assert "is damaged" in world.planet("entries").err
    result = world.run(now="2026-11-24T08:00:00Z")
    assert result.code == 0
    assert "planet.db.damaged-20261124T080000Z" in result.err
    assert (world.folder / "planet.db.damaged-20261124T080000Z").read_bytes() == broken
    assert world.site() == before
    assert [story["title"] for story in world.entries()] == [story["title"] for story in stories]
    assert world.run(now="2026-11-25T08:00:00Z").err == ""


def test_a_state_file_beside_a_damaged_database_brings_the_dates_back(world: World) -> None:
    undated = [item(f"Sans date {n}", f"{A}/{n}", date="") for n in range(12)]
    world.configure([{"name": "M", "feeds": [world.serve("/a.xml", rss(*undated))]}])
    world.run()
    world.serve("/a.xml", rss(item("Nouveau", f"{A}/neuf", date=""), *undated))
    world.run(now="2026-11-24T08:00:00Z")
    stories, feed = world.entries(), (world.output / "atom.xml").read_bytes()
    assert world.planet("export", "--state", "planet-state.json").code == 0
    assert stat.S_IMODE((world.folder / "planet-state.json").stat().st_mode) == 0o600
    database = world.folder / "planet.db"
    database.write_bytes(database.read_bytes()[:4096] + b"\xa5" * 40_000)  # nothing of it can be read any more
    result = world.run(now="2026-11-30T08:00:00Z")
    assert (result.code, "13" in result.err) == (0, True)
    assert world.entries() == stories
    assert (world.output / "atom.xml").read_bytes() == feed


def test_a_state_can_be_taken_to_a_new_database_and_one_that_is_no_state_is_refused(world: World) -> None:
    world.configure([{"name": "M", "feeds": [world.serve("/a.xml", rss(item("Un", f"{A}/1", date="")))]}])
    world.run()
    stories = world.entries()
    world.planet("export", "--state", "kept.json")
    for name in ("planet.db", "planet.db-wal", "planet.db-shm"):
        (world.folder / name).unlink(missing_ok=True)
    assert world.planet("import", "--state", "kept.json").code == 0
    again = json.loads((world.folder / "kept.json").read_text("utf-8"))
    world.planet("export", "--state", "again.json")
    assert json.loads((world.folder / "again.json").read_text("utf-8")) == again
    world.run(now="2027-02-01T08:00:00Z")
    assert world.entries() == stories
    again["entries"][0][2] = "hier"
    for wrong in ("[]", "{}", "x", json.dumps(again)):
        (world.folder / "wrong.json").write_text(wrong, "utf-8")
        result = world.planet("import", "--state", "wrong.json")
        assert (result.code, result.out) == (2, "")
        assert "state file" in result.err


def test_a_file_that_is_no_database_is_left_alone(world: World) -> None:
    world.configure([blog(world)])
    (world.folder / "planet.db").write_bytes(b"the only copy of my thesis " * 1000)
    result = world.run()
    assert result.code == 1
    assert "not a database" in result.err
    assert world.asked == []
    assert (world.folder / "planet.db").read_bytes().startswith(b"the only copy")
    assert sorted(path.name for path in world.folder.iterdir() if "thesis" in path.name or "damaged" in path.name) == []


def test_a_lost_database_never_empties_the_site(world: World) -> None:
    world.configure([blog(world, 20)])
    world.run()
    blog(world, 20)
    before = world.site()
    (world.folder / "planet.db").unlink()
    world.serve("/a.xml", rss(item("Seul", f"{A}/20", date="Fri, 20 Nov 2026 10:00:00 GMT")))
    result = world.run(now="2026-11-24T08:00:00Z")
    assert result.code == 1
    assert "19 would go" in result.err
    assert "--force-publish" in result.err
    assert world.site() == before
    assert world.run("--force-publish", now="2026-11-24T09:00:00Z").code == 0
    assert len(world.entries()) == 1


def test_a_busy_database_is_a_sentence_and_loses_nothing(world: World) -> None:
    config = configuration.load(world.configure([blog(world)]))
    world.run()
    before = world.site()
    blog(world, 13)
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    with Store(config.site.database) as store, closing(sqlite3.connect(config.site.database)) as other:
        store._connection.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked by another program"):
            pipeline.run(planet_of(config, store), now)
        other.execute("ROLLBACK")
    assert world.site() == before
    assert world.run(now="2026-11-24T09:00:00Z").code == 0
    assert len(world.entries()) == 13


# --- disks --------------------------------------------------------------------------------------------------------------------------


def child(world: World, prepare: Callable[[], None]) -> subprocess.CompletedProcess[str]:
    """`planet run` in a process of its own that is prepared so."""
    return subprocess.run(command(world), preexec_fn=prepare, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.parametrize("room", [2_000, 40_000, 150_000, 400_000])
def test_a_full_disk_is_a_sentence_and_the_site_stays_whole(world: World, room: int) -> None:
    """A limit on the size of files refuses writes as a full disk does, for every user."""
    world.configure([blog(world), blog(world, 20, "/b.xml", "https://b.example")])
    world.run()
    before, stories = world.site(), world.entries()
    long = "<p>" + "Une longue phrase. " * 3000 + "</p>"
    new = [item(f"Long {n}", f"{A}/long{n}", date="Sun, 22 Nov 2026 10:00:00 GMT", text=long) for n in range(8)]
    world.serve("/a.xml", rss(*new))

    def full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    result = child(world, full)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "run again" in result.stderr
    assert outputs.whole(world.output, strict=False) == []
    assert world.site() == before
    assert world.run(now="2026-11-24T09:00:00Z").code == 0
    assert len(world.entries()) == len(stories) + 8
    assert outputs.whole(world.output, strict=False) == []


def test_an_output_that_may_not_be_written_is_a_sentence_and_nothing_is_lost(world: World) -> None:
    """A file where the folder must be stops every user, root too."""
    world.configure([blog(world)])
    world.output.write_text("mine")
    result = world.run()
    assert result.code == 1
    assert "output" in result.err
    assert world.output.read_text() == "mine"
    world.output.unlink()
    assert world.run("--no-fetch").code == 0
    assert len(world.entries()) == 12


# --- clocks -------------------------------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_back_and_forth_moves_and_doubles_nothing(world: World) -> None:
    world.configure([blog(world)], fetch={"interval": "1h"})
    world.run()
    stories, site = world.entries(), world.site()
    for now in ("2026-11-10T08:00:00Z", "2019-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2026-11-23T09:30:00Z"):
        assert world.run(now=now).code == 0
        assert world.entries() == stories
    blog(world, 13)
    assert world.run(now="2026-11-25T11:00:00Z").code == 0
    assert [story["title"] for story in world.entries()][1:] == [story["title"] for story in stories]
    assert {path for path, body in site.items() if path.startswith("archive/2026/10")} <= world.site().keys()


def test_a_post_that_came_while_the_clock_was_wrong_is_never_in_the_future(world: World) -> None:
    world.configure([blog(world, 3)], fetch={"interval": "1h"})
    world.run(now="2031-01-01T00:00:00Z")
    blog(world, 4)
    assert world.run(now="2026-11-23T08:00:00Z").code == 0
    assert [story["title"] for story in world.entries()] == ["Billet 4", "Billet 3", "Billet 2", "Billet 1"]


# --- two runs, signals, edits -------------------------------------------------------------------------------------------------------


def test_the_second_of_two_runs_leaves_with_3_and_asks_nothing(world: World) -> None:
    with Server() as server:
        arrived = threading.Event()
        gate = threading.Event()

        def slow(connection: object) -> bool:
            arrived.set()
            gate.wait(300)
            return reply(200, rss(item("Un", f"{A}/1")).encode())(connection)  # type: ignore[arg-type]

        server.on("/a.xml", slow)
        world.configure([{"name": "M", "feeds": [server.url("/a.xml")]}], fetch={"timeout": "300s"})
        first = threading.Thread(target=lambda: results.append(subprocess.run(command(world), check=False).returncode))
        results: list[int] = []
        first.start()
        assert arrived.wait(300)
        second = world.run()
        gate.set()
        first.join()
        assert (second.code, second.out) == (3, "")
        assert "another run" in second.err
        assert results == [0]
        assert len(server.seen) == 1
    assert len(world.entries()) == 1


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_with_130_keeps_what_was_read_and_publishes_nothing_half(world: World, sent: int) -> None:
    with Server() as server:
        gate = threading.Event()

        def gated(connection: object) -> bool:
            gate.wait(300)
            return reply(200, rss(item("Gardé", f"{A}/g")).encode())(connection)  # type: ignore[arg-type]

        server.on("/gated.xml", gated)
        server.on("/never.xml", hang())
        world.configure([blog(world, 2)])
        world.run()
        before = world.site()
        others = {"name": "Autres", "feeds": [server.url("/gated.xml"), server.url("/never.xml")]}
        world.configure([blog(world, 3), others], fetch={"timeout": "300s", "per_host": 8})
        running = subprocess.Popen(command(world, "-v"), stderr=subprocess.PIPE, text=True)
        assert running.stderr is not None
        assert any("/a.xml" in line for line in running.stderr)
        gate.set()
        # The next answer is taken when the one before is stored.
        assert any("/gated.xml" in line for line in running.stderr)
        running.send_signal(sent)
        _out, err = running.communicate(timeout=600)
    assert running.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert world.site() == before
    asked = len(world.asked)
    world.configure([blog(world, 3)], fetch={"timeout": "300s"})
    assert world.run("--no-fetch", now="2026-11-24T09:00:00Z").code == 0
    assert len(world.asked) == asked
    assert b"Billet 3" in world.site()["index.html"]


def test_feeds_yaml_edited_during_a_run_is_read_by_the_next(world: World) -> None:
    with Server() as server:
        arrived, gate = threading.Event(), threading.Event()

        def slow(connection: object) -> bool:
            arrived.set()
            gate.wait(300)
            return reply(200, rss(item("Un", f"{A}/1")).encode())(connection)  # type: ignore[arg-type]

        server.on("/a.xml", slow)
        both = [{"name": "Un", "feeds": [server.url("/a.xml")]}, {**blog(world, 2, "/b.xml"), "name": "Deux"}]
        world.configure(both, fetch={"timeout": "300s"})
        running = subprocess.Popen(command(world))
        assert arrived.wait(300)
        for broken in ("members: [", "", None):
            if broken is None:
                world.configure(both[1:])
            else:
                (world.folder / "feeds.yaml").write_text(broken)
        gate.set()
        assert running.wait(300) == 0
    assert (world.output / "members/un/index.html").is_file()
    assert world.run(now="2026-11-24T09:00:00Z").code == 0
    assert not (world.output / "members/un/index.html").exists()
    assert {story["source"] for story in world.entries()} == {"Deux"}


def test_a_lock_that_a_killed_run_left_is_no_lock(world: World) -> None:
    world.configure([blog(world)])
    lock = FileLock(world.folder / "planet.db.lock")
    with lock:
        assert world.run().code == 3
    assert world.run().code == 0


# --- a planet never goes blank ------------------------------------------------------------------------------------------------------


def test_when_everything_fails_for_days_the_published_site_stays(world: World) -> None:
    paths = [f"/{name}.xml" for name in "abcdef"]
    world.configure([blog(world, 12, path, f"https://{path[1]}.example") for path in paths])
    world.run()
    before, stories = world.site(), world.entries()
    broken: list[Callable[[str], object]] = [
        lambda path: world.fail(path, 500),
        lambda path: world.serve(path, "<html>Domaine à vendre</html>", "text/html"),
        lambda path: world.fail(path, 410),
        lambda path: world.serve(path, ""),
        lambda path: world.serve(path, rss()),
        world.replies.pop,
    ]
    for day in range(24, 31):
        for place, path in enumerate(paths):
            broken[(place + day) % len(broken)](path)
        assert world.run("--force", now=f"2026-11-{day}T08:00:00Z").code in {0, 4}
        assert world.entries() == stories
        assert world.site() == before


def test_the_database_is_its_owners_alone(world: World) -> None:
    before = os.umask(0)
    try:
        world.configure([blog(world)])
        world.run()
        world.planet("export", "--state", "state.json")
    finally:
        os.umask(before)
    for name in ("planet.db", "state.json"):
        assert stat.S_IMODE((world.folder / name).stat().st_mode) == 0o600, name
