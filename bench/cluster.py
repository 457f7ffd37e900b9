"""Many feeds on a real cluster of processes, of which two are killed in the middle: `python -m bench.cluster [--feeds 1000]`.

The same feeds are asked by this machine alone first. Printed: whether the database says the same, how often feeds were asked again, and
the CPU of the coordinator (the process of `planet run`; not that of workers) for each feed, of a first run and of an unchanged one, and
how much of the latter is starting.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from distributed import LocalCluster

from bench.corpus import Server, server_of
from bench.goals import additions
from bench.whole import configuration

HOSTS = 200
NOW, LATER = "2026-11-25T08:00:00Z", "2026-11-25T09:00:00Z"
LATEST = ("2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z")


def run(folder: Path, *arguments: str) -> tuple[float, str]:
    """CPU seconds of one command of the planet, without those of its workers, and what it printed."""
    with (folder / "out").open("w+") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "planet", *arguments], cwd=folder, stdout=out, stderr=sys.stderr
        )
        _, _, used = os.wait4(process.pid, 0)
        out.seek(0)
        return used.ru_utime + used.ru_stime, out.read()


def planet_of(folder: Path, server: Server, feeds: int, executor: str) -> None:
    """A feeds.yaml whose feeds are on some two hundred hosts of loopback: a cluster takes the feeds of a host as one batch."""
    folder.mkdir()
    port = server.server_address[1]
    configuration(folder, [f"http://127.0.1.{2 + number % HOSTS}:{port}/feed/{number}.xml" for number in range(feeds)])
    path = folder / "feeds.yaml"
    content = json.loads(path.read_text())
    content["fetch"]["executor"] = executor
    path.write_text(json.dumps(content))


def starting(folder: Path) -> float:
    """CPU seconds of an unchanged run with the first feed alone: Python, the planet, and opening and closing Dask."""
    path = folder / "feeds.yaml"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "members": content["members"][:1]}))
    run(folder, "run", "--no-publish", "--now", LATEST[0])
    return run(folder, "run", "--no-publish", "--now", LATEST[1])[0]


def kill_two(cluster: LocalCluster, server: Server, feeds: int) -> None:
    """End a worker process when a third of the feeds were asked, and another when two thirds were."""
    for share in (1, 2):
        while sum(server.asked.values()) < share * feeds // 3:
            time.sleep(0.01)  # the server is watched from outside: it has no event for a number of requests
        victim = next(worker.pid for worker in list(cluster.workers.values()) if worker.pid)
        os.kill(victim, signal.SIGKILL)
        print(f"worker {share} killed after {sum(server.asked.values())} requests", flush=True)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1000)
    feeds = parser.parse_args(arguments).feeds
    with tempfile.TemporaryDirectory() as name, server_of(host="0.0.0.0") as server:
        local, remote = Path(name) / "local", Path(name) / "remote"
        planet_of(local, server, feeds, "local")
        alone, _ = run(local, "run", "--no-publish", "--now", NOW)
        expected = run(local, "entries", "--json", "--full")[1]
        server.asked.clear()
        with LocalCluster(
            n_workers=2, threads_per_worker=8, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
        ) as cluster:
            planet_of(remote, server, feeds, cluster.scheduler_address.replace("tcp://", "dask://"))
            killing = threading.Thread(target=kill_two, args=(cluster, server, feeds), daemon=True)
            killing.start()
            first, _ = run(remote, "run", "--no-publish", "--now", NOW)
            killing.join()
            again = sum(count - 1 for count in server.asked.values())
            same = run(remote, "entries", "--json", "--full")[1] == expected
            unchanged, _ = run(remote, "run", "--no-publish", "--now", LATER)
            fixed = starting(remote)
    print(f"{feeds} feeds, {expected.count(chr(10))} entries: the database says the same as without a cluster: {same}")
    print(f"asked more than once, since a worker was lost with them: {again}")
    print(
        f"coordinator: {1000 * first / feeds:.2f} ms a feed, unchanged {1000 * unchanged / feeds:.2f}; alone {1000 * alone / feeds:.2f}"
    )
    print(
        f"of an unchanged run {fixed:.2f} s are starting, with one feed to ask; then {1000 * (unchanged - fixed) / (feeds - 1):.2f} ms a feed. "
        f"Ten million additions take {additions():.2f} s"
    )
    if not same:
        sys.exit(1)


if __name__ == "__main__":
    main()
