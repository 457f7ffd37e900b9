"""Announcing while processes are killed: nothing is told twice, and a kill loses the message that was on its way and nothing else."""

from __future__ import annotations

import functools
import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from planet.model import NotifyRule
from planet.notify import Notification, Notifications, Outside, Refusal, Service
from planet.store import Store, meta
from tests.support import editions
from tests.support.editions import NOW

RULES = (
    NotifyRule(url="all://x", line=1),
    NotifyRule(url="each://x", line=2, style="each"),
    NotifyRule(url="down://x", line=3),
    NotifyRule(url="day://x", line=4, every="day"),
)
WEEK = 7


def announce(folder: Path, number: int, step: Callable[[str], None]) -> None:
    """Run `number` of a planet that has three new stories and an event at each; one channel is down for the first week."""
    moment = NOW + timedelta(days=number)
    of = editions.config(notify=RULES)
    stories = [editions.story(row, at=NOW - timedelta(days=100 - row)) for row in range(1, 3 * number + 4)]
    events = [editions.event(f"Soir {n}", NOW + timedelta(days=60 + n)) for n in range(number + 1)]
    edition = editions.edition(stories, events, of=of, now=moment)

    def send(url: str, notification: Notification) -> Refusal | None:
        step("send")
        if url.startswith("down") and number <= WEEK:
            return Refusal(reason="HTTP 503")
        with (folder / "delivered").open("a") as log:
            for line in (*notification.stories, *notification.events):
                log.write(f"{url} {line.title}\n")
        step("sent")
        return None

    with Store(folder / "planet.db") as store:

        def save(key: str, text: str) -> None:
            step("save")
            store.set_meta({meta.NOTIFY + key: text})
            step("saved")

        outside = Outside(environ={}, save=save, send=send, service=lambda _url: Service(name="x", form="machine"))
        Notifications(of, store.metas(meta.NOTIFY), moment, outside).run(lambda: edition, changed=True)


def in_a_child(work: Callable[[], None]) -> bool:
    """Whether a forked child did the work to its end."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - a child must never come back
            print(f"raised {error!r}", flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def killed_at(folder: Path, number: int, point: int) -> bool:
    """A run whose process dies at the `point`-th step. Whether it was there."""

    def work() -> None:
        left = point

        def step(_name: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(9)

        announce(folder, number, step)

    return not in_a_child(work)


def life(folder: Path, dice: random.Random, runs: int) -> tuple[Counter[str], int]:
    """What was told in the runs of one planet, and how many kills there were."""
    kills = 0
    for number in range(runs):
        while number and dice.random() < 0.3 and killed_at(folder, number, dice.randrange(12)):
            kills += 1
        assert in_a_child(functools.partial(announce, folder, number, lambda _name: None)), f"run {number} raised"
    return Counter((folder / "delivered").read_text().splitlines()), kills


def rounds(count: int, seed: int, runs: int = 10) -> list[str]:
    """What was told twice, or lost without a message on its way, in `count` lives of a planet that is killed now and then."""
    dice = random.Random(seed)
    faults: list[str] = []
    for number in range(count):
        with tempfile.TemporaryDirectory() as name:
            told, kills = life(Path(name), dice, runs)
        faults += [f"life {number}: told {times} times: {line}" for line, times in told.items() if times > 1]
        # The digest of the last day is still to come.
        wanted = {f"{rule.url} Billet {n}" for rule in RULES for n in range(4, 3 * runs - 2)}
        lost = wanted - told.keys()
        # A message that was on its way holds the stories of a run, or of a week for the channel that was down.
        if len(lost) > kills * 3 * (WEEK + 1):
            faults.append(f"life {number}: {len(lost)} lost by {kills} kills: {sorted(lost)[:5]}")
    return faults
