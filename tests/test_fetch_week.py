"""A simulated week of cron runs against feeds of mixed behaviour (the month is `make politeness`)."""

from __future__ import annotations

from tests.support.politeness import simulate


def test_in_a_week_of_runs_no_promise_to_a_server_is_broken() -> None:
    world = simulate(feeds=21, days=7)
    assert world.faults == []
    assert world.counts["304"] > world.counts["200"]
    assert {"200", "301", "302", "304", "404", "410", "429", "500", "503", "timeout"} <= set(world.counts)


def test_the_judge_sees_a_planet_that_asks_at_every_run() -> None:
    world = simulate(feeds=21, days=0.25, force=True)
    for kind in ("asked 0:05:00 after the last time", "as it was told", "after its third 410"):
        assert any(kind in fault for fault in world.faults)
    assert not any("left alone" in fault or "validators" in fault for fault in world.faults)
