"""Per-host scheduling, with a clock that is moved by hand."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import threading

from planet.fetch.limiter import HostLimiter, QueuedRequest
from tests.support.servers import Clock


def limiter(clock: Clock, **options: float) -> HostLimiter[object]:
    settings = {"workers": 2, "per_host": 2, "pause": 1.0, "patience": 5.0, **options}
    limits: HostLimiter[object] = HostLimiter(clock=clock, open_at={}, **settings)  # type: ignore[arg-type]
    for _ in range(int(settings["workers"])):
        limits.register_thread()
    return limits


def taken(limits: HostLimiter[object]) -> QueuedRequest[object]:
    queued = limits.take(30)
    assert queued is not None
    return queued


def test_requests_start_in_their_order_and_one_host_waits_for_its_pause() -> None:
    clock = Clock()
    limits = limiter(clock)
    for order, host in enumerate(("a", "a", "b", "c")):
        limits.add(QueuedRequest(order, host, order))
    assert [taken(limits).item for _ in range(3)] == [0, 2, 3]
    clock.now += 1
    assert taken(limits).item == 1


def test_a_host_that_has_enough_waits_until_one_finishes() -> None:
    clock = Clock()
    limits = limiter(clock, pause=0, per_host=1)
    for order in range(2):
        limits.add(QueuedRequest(order, "a", order))
    first = taken(limits)
    second: list[QueuedRequest[object]] = []
    waiting = threading.Thread(target=lambda: second.append(taken(limits)))
    waiting.start()
    assert limits.finish(first)
    waiting.join(5)
    assert [queued.item for queued in second] == [1]


def test_the_next_hop_goes_before_the_other_feeds_of_its_host() -> None:
    limits = limiter(Clock(), pause=0)
    for order in range(3):
        limits.add(QueuedRequest(order, "a", order))
    first = taken(limits)
    limits.finish(first)
    limits.add(QueuedRequest("hop", "a", 0), first=True)
    limits.done()
    assert taken(limits).item == "hop"


def test_a_slow_request_frees_its_slot_for_another() -> None:
    clock = Clock()
    limits = limiter(clock, workers=1)
    for order in range(4):
        limits.add(QueuedRequest(order, f"host{order}", order))
    pit = taken(limits)
    assert limits.overdue()[1] == 0
    clock.now += 5
    assert limits.overdue()[:2] == ([], 1)
    limits.register_thread()
    assert limits.overdue()[1] == 0
    other = taken(limits)
    assert limits.finish(other)
    limits.done()
    limits.finish(pit)
    limits.done()
    limits.register_thread()
    assert limits.take(30) is None  # three threads for one place: this one goes


def test_a_request_that_cannot_be_interrupted_is_abandoned_and_its_thread_replaced() -> None:
    clock = Clock()
    limits = limiter(clock, workers=1, patience=99.0)
    limits.add(QueuedRequest("hung", "a", 0))
    limits.add(QueuedRequest("next", "b", 1))
    hung = taken(limits)
    clock.now += 31
    late, missing, _ = limits.overdue()
    assert (late, missing) == ([hung], 1)
    assert not limits.finish(hung)
    limits.register_thread()
    limits.done()
    assert taken(limits).item == "next"


def test_requests_that_have_not_started_can_be_drained() -> None:
    limits = limiter(Clock())
    for order in range(5):
        limits.add(QueuedRequest(order, f"host{order % 2}", order))
    taken(limits)
    assert [queued.item for queued in limits.drain()] == [1, 2, 3, 4]


def test_at_any_time_no_rule_is_broken() -> None:
    """Many requests, random lengths, time moved step by step: never too many at a host, never two starts too close, none lost."""
    dice = random.Random(7)
    clock = Clock()
    limits = limiter(clock, workers=1000, pause=1.0, per_host=2, patience=10**9)
    expected = 300
    for order in range(expected):
        limits.add(QueuedRequest(order, f"host{dice.randrange(9)}", order))
    active: dict[str, list[tuple[float, QueuedRequest[object]]]] = {}
    starts: dict[str, list[float]] = {}
    done = 0
    while done < expected:
        while limits._open and limits._open[0][0] <= clock.now:
            queued = taken(limits)
            starts.setdefault(queued.host, []).append(clock.now)
            active.setdefault(queued.host, []).append((clock.now + dice.random() * 3, queued))
            assert len(active[queued.host]) <= 2
        clock.now += 0.1
        for running in active.values():
            for end, queued in list(running):
                if end <= clock.now:
                    running.remove((end, queued))
                    assert limits.finish(queued)
                    limits.done()
                    done += 1
    for moments in starts.values():
        assert all(later - earlier > 0.999 for earlier, later in itertools.pairwise(moments))
    assert sum(map(len, starts.values())) == expected
    assert limits.take(30) is None


def test_a_request_that_hangs_for_ever_does_not_keep_the_program_from_ending() -> None:
    program = """
import threading
from datetime import UTC, datetime, timedelta
from planet.fetch.fetcher import Fetcher, Network
from planet.model import Due, Failed, FetchRules
def resolver(host, port):
    threading.Event().wait()
rules = FetchRules(timeout=timedelta(seconds=0.1))
asker = Fetcher(rules, "planet/1", network=Network(resolver=resolver))
(outcome,) = asker.fetch_all([Due(key="x", url="http://slow.example/")], datetime(2026, 11, 24, tzinfo=UTC), backoffs={})
assert isinstance(outcome, Failed)
print(outcome.error.kind)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600, check=False)
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("dns", "", 0)
