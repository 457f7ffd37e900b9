"""Feeds asked and read by a Dask cluster: real worker processes, killed in the middle, give what this machine alone would give."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from planet import cluster
from tests.support.servers import Connection, Server, Step, closed_port, reply
from tests.support.world import World, item, rss

if TYPE_CHECKING:
    from distributed import LocalCluster

HOSTS = [f"127.0.0.{number}" for number in range(2, 14)]


@pytest.fixture(scope="module")
def dask() -> Iterator[LocalCluster]:
    """Two processes of two threads. Their own warnings (a slow machine, a worker that was killed) are not the planet's."""
    from distributed import LocalCluster  # 0.6 s, which every process that collects the tests would pay

    with LocalCluster(
        n_workers=2, threads_per_worker=2, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
    ) as started:
        yield started


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    """A server for each host: a cluster gets the feeds of a host as one batch."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Server(host=host)) for host in HOSTS]


def feed(number: int) -> bytes:
    entries = [
        item(
            f"Article {number}.{entry}",
            f"https://m{number}.example/{entry}",
            text=" ".join(f"mot{number}x{entry}x{place}" for place in range(40)),
        )
        for entry in (1, 2)
    ]
    return rss(*entries).encode()


def serve(servers: list[Server]) -> list[dict]:
    for number, server in enumerate(servers):
        server.on("/feed.xml", reply(200, feed(number)))
    return [{"name": f"M{number}", "feeds": [server.url("/feed.xml")]} for number, server in enumerate(servers)]


def address(dask: LocalCluster) -> str:
    return dask.scheduler_address.replace("tcp://", "dask://")


def stories(folder: Path, members: list[dict], executor: str, **fetch: object) -> tuple[str, str]:
    """What a planet of these members holds after one run with this executor, and what the run said."""
    folder.mkdir()
    with World(folder) as world:
        world.configure(members, fetch={"executor": executor, **fetch})
        result = world.run()
        return world.planet("entries", "--json", "--full").out, result.err


def test_a_cluster_gives_what_this_machine_would_and_asks_each_feed_once(
    tmp_path: Path, dask: LocalCluster, servers: list[Server]
) -> None:
    members = serve(servers)
    servers[0].on("/feed.xml", reply(301, Location=servers[1].url("/moved.xml")))
    servers[1].on("/moved.xml", reply(200, feed(0)))
    members[2]["feeds"].append(servers[2].url("/missing.xml"))
    local = stories(tmp_path / "local", members, "local")
    asked = [len(server.seen) for server in servers]
    remote = stories(tmp_path / "remote", members, address(dask))
    assert remote == local
    assert remote[0].count("\n") == 2 * len(servers)
    assert [len(server.seen) for server in servers] == [2 * count for count in asked]


def test_killed_workers_lose_nothing_and_a_feed_is_asked_again_only_for_a_worker_that_was_lost_with_it(
    tmp_path: Path, dask: LocalCluster, servers: list[Server]
) -> None:
    members = serve(servers)
    local = stories(tmp_path / "local", members, "local")
    kills, lock = {3, 7}, threading.Lock()
    answered = itertools.count(1)

    def answer_or_kill(body: bytes) -> Step:
        answer = reply(200, body)

        def step(connection: Connection) -> bool:
            with lock:
                number = next(answered)
            if number in kills:
                os.kill(worker_of(dask, connection.sock.getpeername()[1]), signal.SIGKILL)
                return False
            return answer(connection)

        return step

    for number, server in enumerate(servers):
        server.on("/feed.xml", answer_or_kill(feed(number)))
    assert stories(tmp_path / "remote", members, address(dask)) == local
    # Again only what was with a worker that was killed: asked, or read and not handed over yet.
    assert all(1 <= len(server.seen) - 1 <= 1 + len(kills) for server in servers)


def worker_of(dask: LocalCluster, port: int) -> int:
    """The worker process that holds the connection with this local port."""
    for worker in dask.workers.values():
        if any(
            connection.laddr.port == port
            for connection in psutil.Process(worker.pid).net_connections()
            if connection.laddr
        ):
            return int(worker.pid)
    raise AssertionError("no worker asks")


def test_a_worker_of_another_program_is_refused(
    tmp_path: Path, dask: LocalCluster, servers: list[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    members = serve(servers)
    with World(tmp_path) as world:
        world.configure(members, fetch={"executor": address(dask)})
        monkeypatch.setattr(cluster, "__version__", "0.9.0")
        result = world.run()
    assert result.code == 2
    assert "0.9.0" in result.err
    assert [server.seen for server in servers] == [[] for _ in servers]


def test_where_no_cluster_answers_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "START", 0.2)
    with World(tmp_path) as world:
        world.configure(
            [{"name": "Ada", "feeds": ["http://127.0.0.1:9/a.xml"]}],
            fetch={"executor": f"dask://127.0.0.1:{closed_port()}"},
        )
        result = world.run()
    assert result.code == 2
    assert "executor: local" in result.err


@pytest.mark.parametrize("value", ["dask", "dask://nowhere", "http://127.0.0.1:8786", "dask://user@host:1"])
def test_an_executor_that_is_none_is_named_with_its_line(tmp_path: Path, value: str) -> None:
    with World(tmp_path) as world:
        world.configure([], fetch={"executor": value})
        assert "feeds.yaml:" in world.planet("check").err
