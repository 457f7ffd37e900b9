"""Documents read beside each other: each within its limits, and none can stop the others."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from planet import workers
from planet.model import Due, FetchState, Fresh, Outcome, ReadFacts, Task
from planet.workers import map_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SHORT = 0.3
"""Seconds of the processor that a document has in these tests. By the clock it has ten times as many."""
ENOUGH = b" " * (workers.LARGE + 1)


def task(name: str, body: bytes = ENOUGH) -> Task:
    due = Due(key=name, url=f"https://{name}.example/", state=FetchState())
    fresh = Fresh(due=due, elapsed=0.0, body=body, sha256="", url=due.url, http_status=200)
    return Task(fresh=fresh, known={}, now=NOW)


def count(given: Task) -> Outcome:
    """Reads anything: how long it is."""
    return Outcome(facts=ReadFacts(ok=True, entries=len(given.fresh.body)))


def where(given: Task) -> Outcome:
    """Reads anything: the process that does."""
    del given
    return Outcome(facts=ReadFacts(ok=True, entries=os.getpid()))


def troubled(given: Task) -> Outcome:
    """Hangs, raises, eats memory or dies, as the name of the feed says."""
    match given.fresh.due.key:
        case "loops":
            while True:
                time.monotonic()
        case "hangs":
            time.sleep(3600)
        case "waits":
            time.sleep(2 * SHORT)
        case "raises":
            raise ValueError("no such thing")
        case "recursion":
            return troubled_again(given)
        case "memory":
            raise MemoryError
        case "overflow":
            raise OverflowError("date value out of range")
        case "needs":
            return Outcome(facts=ReadFacts(ok=True, entries=len(bytearray(50_000_000))))
        case "eats":
            return Outcome(facts=ReadFacts(ok=True, entries=len(bytearray(3_000_000_000))))
        case "dies":
            os._exit(3)
    return count(given)


def troubled_again(given: Task) -> Outcome:
    return troubled_again(given)


class Unwilling:
    """Work that no other process can take up: a worker dies of it, or hangs, before it begins."""

    def __init__(self, then: str) -> None:
        self.then = then

    def __reduce__(self) -> tuple[object, ...]:
        return (os._exit, (1,)) if self.then == "dies" else (time.sleep, (3600,))

    def __call__(self, given: Task) -> Outcome:
        return where(given)


def outcomes(work: Callable[[Task], Outcome], *tasks: Task, **options: float) -> dict[str, ReadFacts]:
    found = map_tasks(lambda: work, tasks, processes=2, **options)  # type: ignore[arg-type]
    return {done.fresh.due.key: outcome.facts for done, outcome in found}


def test_little_work_is_read_by_one_other_process() -> None:
    processes = {facts.entries for facts in outcomes(where, task("a", b"x"), task("b", b"y")).values()}
    assert len(processes) == 1
    assert processes != {os.getpid()}


def test_much_work_is_read_by_others() -> None:
    assert os.getpid() not in {facts.entries for facts in outcomes(where, task("a"), task("b")).values()}


def test_the_same_comes_back_wherever_it_is_read() -> None:
    tasks = [task(f"f{number}", bytes(number)) for number in range(20)]
    here = outcomes(count, *tasks)
    assert len(here) == 20
    assert outcomes(count, task("large"), *tasks) == here | {"large": ReadFacts(ok=True, entries=len(ENOUGH))}


def test_a_run_without_a_document_makes_no_reader() -> None:
    def never() -> Callable[[Task], Outcome]:
        raise AssertionError("nothing is to be read")

    assert list(map_tasks(never, [])) == []


def test_a_reader_that_raises_is_alone_in_that() -> None:
    for others in ([task("fine")], [task("fine", b"")]):
        found = outcomes(troubled, task("raises", others[0].fresh.body), *others)
        assert found["fine"].ok
        assert not found["raises"].ok
        assert "ValueError: no such thing" in str(found["raises"].error)


@pytest.mark.parametrize("body", [ENOUGH, b"small"], ids=["large", "small"])
@pytest.mark.parametrize("how", ["loops", "hangs"])
def test_a_document_that_takes_too_long_is_stopped_alone(how: str, body: bytes) -> None:
    names = ("before", how, "after", "later")
    documents = outcomes(troubled, *(task(name, body) for name in names), cpu_seconds=SHORT)
    assert documents[how].error_class == "too-large"
    assert "too long" in str(documents[how].error)
    assert all(documents[name].ok for name in ("before", "after", "later"))


@pytest.mark.parametrize("body", [ENOUGH, b"small"], ids=["large", "small"])
def test_a_document_has_its_time_of_the_processor_however_long_it_waits_for_it(body: bytes) -> None:
    """A busy machine leaves a process without a processor: by the clock it is over the limit, and it is read."""
    assert outcomes(troubled, task("waits", body), cpu_seconds=SHORT)["waits"].ok


def test_a_program_that_holds_much_leaves_each_document_as_much_as_any() -> None:
    held = bytearray(2 * workers.SMALL_MEMORY)
    ((_task, outcome),) = map_tasks(lambda: troubled, [task("needs", b"small")])
    assert outcome.facts.ok, outcome.facts.error
    assert len(held) > workers.SMALL_MEMORY


@pytest.mark.parametrize("body", [ENOUGH, b"small"], ids=["large", "small"])
@pytest.mark.parametrize("name", ["eats", "dies", "memory"])
def test_a_document_that_takes_too_much_memory_is_stopped_alone(name: str, body: bytes) -> None:
    documents = outcomes(troubled, task("before", body), task(name, body), task("after", body))
    assert documents[name].error_class == "too-large"
    assert "memory" in str(documents[name].error)
    assert documents["before"].ok
    assert documents["after"].ok


@pytest.mark.parametrize("name", ["recursion", "overflow", "raises"])
def test_whatever_a_document_makes_the_reader_raise_costs_that_document(name: str) -> None:
    documents = outcomes(troubled, task("before", b""), task(name, b""), task("after", b""))
    assert not documents[name].ok
    assert "please report" in str(documents[name].error)
    assert documents["before"].ok
    assert documents["after"].ok


@pytest.mark.parametrize("then", ["dies", "hangs"])
def test_workers_that_never_get_ready_are_given_up(then: str) -> None:
    found = outcomes(Unwilling(then), *(task(f"f{number}") for number in range(12)), start=0.5)
    assert len(found) == 12
    assert os.getpid() not in {facts.entries for facts in found.values()}


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to a CPU")
def test_no_more_workers_than_the_process_may_use_cpus() -> None:
    program = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from planet import workers; print(workers.cpus())"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "1\n"
