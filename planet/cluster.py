"""Feeds asked and read by the workers of a Dask cluster: `fetch.executor: dask://host:8786`.

    due feeds -> batches of one host group -> a worker asks and reads each -> outcomes -> the database of this machine
    a redirect to another host group ends a batch's part: the next round asks it with that group

What a server may expect of one program (so many requests at once, pauses, Retry-After) holds, because a host group is in one batch at
a time. Bodies stay on the workers; only what was read in them comes back. Schedule, back-off, grouping, publishing and the lock stay on this machine.
Security and limits: docs/scale.md.
"""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from distributed import Client, Future, WorkerPlugin, as_completed, get_worker

from planet import __version__, plugins
from planet.assemble import LateFetcher, document_reader, execute, fetcher
from planet.edition.fingerprints import program_rev
from planet.errors import UsageError
from planet.fetch.attempt import BARE, Attempt, start_group
from planet.model import Config, Due, Failed, Fetched, FetchError, Fresh, Message, Outcome, Task
from planet.workers import MEMORY, PRELOADED, DocumentReader

if TYPE_CHECKING:
    from planet.fetch.web import WebClient

START = 30.0
"""Seconds that the scheduler has to answer, and a first worker to be there."""
AHEAD = 4
"""Batches that are handed to the cluster for each of its threads: enough to keep them busy, few enough to bound what is held."""
READING = (
    "classify",
    "fetch",
    "limited.py",
    "model",
    "normalise",
    "parse",
    "reading.py",
    "sanitise",
    "text.py",
    "urls",
)
"""The modules whose code determines the result of a worker."""


_filters_rev = functools.cache(plugins.rev)
"""Looks into every installed package: once in a process, not for each batch."""


def program() -> str:
    """The version of the program, a digest of what asks and reads, and the filters that are installed: equal where a worker gives what this machine would."""
    return f"{__version__} ({program_rev(READING)[:12]}{_filters_rev()})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The feeds of one host group that are asked together. `known`: feed key -> uid -> raw hash of what is stored of it."""

    group: str
    attempts: tuple[Attempt, ...]
    known: Mapping[str, Mapping[str, str]]
    backoffs: Mapping[str, datetime]
    now: datetime
    budget: timedelta
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result for one feed: `content` is what was read of a document, whose body stays on the worker."""

    fetched: Fetched
    content: Outcome | None = None


class _Machine:
    """The fetcher and reader of one planet in a worker process: made once, shared by its threads."""

    def __init__(self, config: Config) -> None:
        # Dask's workers are daemons, which may not start the process that reads under limits.
        multiprocessing.current_process().daemon = False
        for name in PRELOADED:
            importlib.import_module(name)  # once here, not in each process that is forked
        self.fetcher = fetcher(config, {})
        self._reader = DocumentReader(lambda: document_reader(config), memory=MEMORY)
        self._lock = threading.Lock()

    def read(self, task: Task) -> Outcome:
        """The content of a document, within the deadline and the memory of any run."""
        with self._lock:
            return self._reader.read(task)

    def close(self) -> None:
        """Stop the fetcher and the reading process."""
        self.fetcher.close()
        self._reader.close()


_machines: dict[str, _Machine] = {}
_starting = threading.Lock()


class PlanetPlugin(WorkerPlugin):
    """Brings the settings of a planet to each worker of a cluster, also to those that come later."""

    idempotent = True

    def __init__(self, name: str, config: Config) -> None:
        self.name = name
        self._config = config

    def machine(self) -> _Machine:
        """The fetcher and reader of this planet in this process; made at the first call."""
        with _starting:
            if self.name not in _machines:
                _machines[self.name] = _Machine(self._config)
            return _machines[self.name]

    def teardown(self, worker: object) -> None:  # noqa: ARG002 - given by its name
        """Dask calls this when the run is over, or the worker."""
        with _starting:
            machine = _machines.pop(self.name, None)
        if machine is not None:
            machine.close()


def run_batch(name: str, batch: Batch) -> list[Answer | Attempt] | str:
    """In a worker: ask the feeds of a batch and read what they say. The version of this program where it is another one."""
    if batch.program != program():
        return program()
    plugin = cast("PlanetPlugin", get_worker().plugins[name])
    machine = plugin.machine()
    answers: list[Answer | Attempt] = []
    for outcome in machine.fetcher.fetch_group(
        batch.group, batch.attempts, batch.now, backoffs=batch.backoffs, budget=batch.budget
    ):
        match outcome:
            case Attempt():
                answers.append(outcome.bare())
            case Fresh():
                content = machine.read(Task(fresh=outcome, known=batch.known.get(outcome.due.key, {}), now=batch.now))
                answers.append(Answer(fetched=replace(outcome, body=b""), content=content))
            case _:
                answers.append(Answer(fetched=outcome))
    return answers


class ClusterFetcher:
    """Asks feeds through a cluster, and reads there: `execute` gives what the workers read. Files are read on this machine.

    `known` gives uid -> raw hash of what is stored of a feed.
    """

    def __init__(self, config: Config, local: LateFetcher, known: Callable[[str], Mapping[str, str]]) -> None:
        self._config = config
        self._local = local
        self._known = known
        self._name = f"planet-{uuid4().hex}"
        self._client: Client | None = None
        self._contents: dict[str, Outcome] = {}

    @property
    def web(self) -> WebClient:
        """The client for every request that is not for a feed; it sends from this machine."""
        return self._local.web

    def fetch_all(
        self, due: Sequence[Due], now: datetime, *, backoffs: Mapping[str, datetime], budget: timedelta | None = None
    ) -> Iterator[Fetched]:
        """Every one of `due` gives exactly one outcome, in the order in which they are done. Raises UsageError without a cluster."""
        if files := [feed for feed in due if feed.local]:
            yield from self._local.fetch_all(files, now, backoffs=backoffs, budget=budget)
        attempts = [Attempt(due=feed, now=now, rules=BARE) for feed in due if not feed.local]
        ends = time.monotonic() + (budget or timedelta(days=1)).total_seconds()
        while attempts:
            elsewhere: list[Attempt] = []
            for answer in self._ask(self._batches(attempts, now, backoffs, ends)):
                if isinstance(answer, Attempt):
                    elsewhere.append(answer)
                    continue
                if answer.content is not None:
                    self._contents[answer.fetched.due.key] = answer.content
                yield answer.fetched
            attempts = elsewhere

    def execute(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Each document with what a worker read in it; a file is read by this machine."""
        for task in tasks:
            content = self._contents.pop(task.fresh.due.key, None)
            if content is None:
                yield from execute(self._config, [task])
            else:
                yield task, content

    def close(self) -> None:
        """Take the settings of this planet from the cluster, and leave it."""
        self._local.close()
        if self._client is not None:
            self._client.unregister_worker_plugin(self._name)
            self._client.close()
            self._client = None

    def _batches(
        self, attempts: Iterable[Attempt], now: datetime, backoffs: Mapping[str, datetime], ends: float
    ) -> Iterator[Batch]:
        groups: dict[str, list[Attempt]] = defaultdict(list)
        for attempt in attempts:
            groups[attempt.host_group or start_group(attempt.due, now)].append(attempt)
        feeds = self._config.feeds_by_key()
        for group, mine in groups.items():
            posts = [attempt.due.key for attempt in mine if feeds[attempt.due.key][1].kind == "posts"]
            yield Batch(
                group=group,
                attempts=tuple(mine),
                known={key: known for key in posts if (known := self._known(key))},
                backoffs=backoffs,
                now=now,
                budget=timedelta(seconds=max(0.0, ends - time.monotonic())),
                program=program(),
            )

    def _ask(self, batches: Iterator[Batch]) -> Iterator[Answer | Attempt]:
        """The answers of all batches, as they come. No more than the cluster can take are made at a time."""
        client = self._connected()
        threads = sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        pending: dict[object, Batch] = {}

        def submitted(batch: Batch) -> Future[Any]:
            future = client.submit(run_batch, self._name, batch, pure=False)
            pending[future.key] = batch
            return future

        completed = as_completed(
            [submitted(batch) for batch in islice(batches, AHEAD * max(1, threads))],
            loop=client.loop,
            with_results=True,
            raise_errors=False,
        )
        for future, result in completed:
            batch = pending.pop(future.key)
            if next_batch := next(batches, None):
                completed.add(submitted(next_batch))
            yield from _answers(future, result, batch)

    def _connected(self) -> Client:
        if self._client is None:
            address = self._config.fetch.executor
            scheme = "tls" if address.startswith("dask+tls:") else "tcp"
            try:
                client = Client(f"{scheme}://{address.partition('://')[2]}", timeout=START, set_as_default=False)
                client.wait_for_workers(1, timeout=START)
            except (OSError, TimeoutError) as error:
                raise UsageError(
                    Message.of(
                        "no Dask cluster with workers answers at {address} ({reason}): start one (docs/scale.md), or write `executor: local`",
                        address=address,
                        reason=str(error) or type(error).__name__,
                    )
                ) from error
            client.register_plugin(PlanetPlugin(self._name, self._config))
            self._client = client
        return self._client


def _answers(future: Future[Any], result: Any, batch: Batch) -> Iterator[Answer | Attempt]:
    """The answers of one batch. A batch that ended its workers, again and again, is a failure of its feeds."""
    if future.status == "error":
        error = future.exception()
        if type(error).__name__ != "KilledWorker":
            raise error
        lost = FetchError(
            "timeout",
            Message.of("the machines that asked it were lost again and again; see the log of the cluster"),
            reached=False,
        )
        for attempt in batch.attempts:
            yield Answer(fetched=Failed(due=attempt.due, error=lost))
    elif isinstance(result, str):
        raise UsageError(
            Message.of(
                "a worker of the cluster runs another program, {theirs}, than this machine, {mine}: install the same version on all, and start the workers again",
                theirs=result,
                mine=batch.program,
            )
        )
    else:
        yield from result
