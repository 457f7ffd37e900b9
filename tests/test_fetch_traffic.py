"""Who may go when, with a clock that is moved by hand."""

from __future__ import annotations

import itertools
import random
import threading

from planet.fetch.traffic import Passage, Traffic


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def traffic(clock: Clock, **options: float) -> Traffic:
    settings = {"workers": 2, "per_host": 2, "pause": 1.0, "patience": 5.0, **options}
    made = Traffic(clock=clock, open_at={}, **settings)  # type: ignore[arg-type]
    for _ in range(int(settings["workers"])):
        made.enlist()
    return made


def taken(made: Traffic) -> Passage:
    passage = made.take(30)
    assert passage is not None
    return passage


def test_flights_go_in_their_order_and_one_host_waits_for_its_pause() -> None:
    clock = Clock()
    made = traffic(clock)
    for order, lane in enumerate(("a", "a", "b", "c")):
        made.add(Passage(order, lane, order))
    assert [taken(made).flight for _ in range(3)] == [0, 2, 3]
    clock.now += 1
    assert taken(made).flight == 1


def test_a_host_that_has_enough_waits_until_one_leaves() -> None:
    clock = Clock()
    made = traffic(clock, pause=0, per_host=1)
    for order in range(2):
        made.add(Passage(order, "a", order))
    first = taken(made)
    second: list[Passage] = []
    waiting = threading.Thread(target=lambda: second.append(taken(made)))
    waiting.start()
    assert made.leave(first)
    waiting.join(5)
    assert [passage.flight for passage in second] == [1]


def test_the_next_hop_goes_before_the_other_feeds_of_its_host() -> None:
    made = traffic(Clock(), pause=0)
    for order in range(3):
        made.add(Passage(order, "a", order))
    first = taken(made)
    made.leave(first)
    made.add(Passage("hop", "a", 0), first=True)
    made.done()
    assert taken(made).flight == "hop"


def test_a_flight_that_drags_along_gives_its_place_to_another() -> None:
    clock = Clock()
    made = traffic(clock, workers=1)
    for order in range(4):
        made.add(Passage(order, f"host{order}", order))
    pit = taken(made)
    assert made.overdue()[1] == 0
    clock.now += 5
    assert made.overdue()[:2] == ([], 1)
    made.enlist()
    assert made.overdue()[1] == 0
    other = taken(made)
    assert made.leave(other)
    made.done()
    made.leave(pit)
    made.done()
    made.enlist()
    assert made.take(30) is None  # three threads for one place: this one goes


def test_a_flight_that_is_late_for_good_is_given_up_and_its_thread_replaced() -> None:
    clock = Clock()
    made = traffic(clock, workers=1, patience=99.0)
    made.add(Passage("hung", "a", 0))
    made.add(Passage("next", "b", 1))
    hung = taken(made)
    clock.now += 31
    late, missing, _ = made.overdue()
    assert (late, missing) == ([hung], 1)
    assert not made.leave(hung)
    made.enlist()
    made.done()
    assert taken(made).flight == "next"


def test_what_has_not_begun_can_be_withdrawn() -> None:
    made = traffic(Clock())
    for order in range(5):
        made.add(Passage(order, f"host{order % 2}", order))
    taken(made)
    assert [passage.flight for passage in made.withdraw()] == [1, 2, 3, 4]


def test_at_any_time_no_rule_is_broken() -> None:
    """Many flights, random lengths, time moved step by step: never too many at a host, never two starts too close, none lost."""
    dice = random.Random(7)
    clock = Clock()
    made = traffic(clock, workers=1000, pause=1.0, per_host=2, patience=10**9)
    expected = 300
    for order in range(expected):
        made.add(Passage(order, f"host{dice.randrange(9)}", order))
    active: dict[str, list[tuple[float, Passage]]] = {}
    starts: dict[str, list[float]] = {}
    done = 0
    while done < expected:
        while made._open and made._open[0][0] <= clock.now:
            passage = taken(made)
            starts.setdefault(passage.lane, []).append(clock.now)
            active.setdefault(passage.lane, []).append((clock.now + dice.random() * 3, passage))
            assert len(active[passage.lane]) <= 2
        clock.now += 0.1
        for flights in active.values():
            for end, passage in list(flights):
                if end <= clock.now:
                    flights.remove((end, passage))
                    assert made.leave(passage)
                    made.done()
                    done += 1
    for moments in starts.values():
        assert all(later - earlier > 0.999 for earlier, later in itertools.pairwise(moments))
    assert sum(map(len, starts.values())) == expected
    assert made.take(30) is None
