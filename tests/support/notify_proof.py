"""Announcing while processes are killed, channels fail, clocks jump and rules come and go: what is promised, looked at after every step.

Once: nothing is delivered twice to a channel. And nothing is lost but by a kill, which loses one message of one channel at most: the
one that was taken off the queue and was not delivered yet. That is asserted exactly, by comparing what is delivered, waiting or not
collected yet before each kill and after it.
"""

from __future__ import annotations

import functools
import json
import os
import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from planet.model import Edition, NotifyRule
from planet.notify import Notification, Notifications, Outside, Refusal, Service
from planet.notify.channel import read_channel, rule_key
from planet.store import Store, meta
from tests.support import editions
from tests.support.editions import NOW

ALWAYS = (
    NotifyRule(url="all://x", line=1),
    NotifyRule(url="each://x", line=2, style="each"),
    NotifyRule(url="down://x", line=3),
    NotifyRule(url="day://x", line=4, every="day"),
    NotifyRule(url="week://x", line=5, every="week"),
)
AWAY = NotifyRule(url="away://x", line=6)
LATE = NotifyRule(url="late://x", line=7)
RUNS = 24
WEEK = range(1, 8)
"""The runs (one a day) in which the channel `down` does not answer."""
GONE = range(6, 12)
"""The runs in which feeds.yaml does not name `away`."""
BEGINS = 5
"""The first run that knows of `late`."""
JUMPS = {9: timedelta(days=400), 14: timedelta(days=-90)}
"""Runs whose clock is wrong."""
MEMORY = Path("/dev/shm")
"""A process that is killed needs no disk that keeps its promises."""
A_RUN = 3
"""New stories in each run; one new event, too."""


def rules(number: int) -> tuple[NotifyRule, ...]:
    """The channels of feeds.yaml at a run."""
    return (*ALWAYS, *((AWAY,) if number not in GONE else ()), *((LATE,) if number >= BEGINS else ()))


def newest(number: int) -> int:
    """The number of the newest story at a run."""
    return A_RUN * (number + 1)


def edition_of(number: int) -> Edition:
    """The planet at a run."""
    moment = NOW + timedelta(days=number)
    stories = [
        editions.story(row, by=editions.SOURCES[row % 2], at=NOW - timedelta(days=200 - row))
        for row in range(1, newest(number) + 1)
    ]
    events = [editions.event(f"Soir {n}", NOW + timedelta(days=60 + n)) for n in range(number + 1)]
    return editions.edition(stories, events, of=editions.config(notify=rules(number)), now=moment + _jump(number))


def _jump(number: int) -> timedelta:
    return JUMPS.get(number, timedelta())


def announce(folder: Path, number: int, step: Callable[[str], None]) -> None:
    """Run `number` of the planet. `step` is called before and after all that could be half done."""
    edition = edition_of(number)

    def send(url: str, notification: Notification) -> Refusal | None:
        step("send")
        if url.startswith("down") and number in WEEK:
            return Refusal(reason="HTTP 503")
        titles = [line.title for line in (*notification.stories, *notification.events)]
        with (folder / "delivered").open("a") as log:
            log.write("".join(f"{url} {title}\n" for title in titles))
        step("sent")
        return None

    with Store(folder / "planet.db") as store:

        def save(key: str, text: str) -> None:
            step("save")
            store.set_meta({meta.NOTIFY + key: text})
            step("saved")

        outside = Outside(environ={}, save=save, send=send, service=lambda _url: Service(name="x", form="machine"))
        notifications = Notifications(edition.config, store.metas(meta.NOTIFY), edition.now, outside)
        notifications.run(lambda: edition, changed=True)


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


@dataclass
class Life:
    """One planet: what its channels were told, and what kills took from them."""

    folder: Path
    lost: dict[str, set[str]] = field(default_factory=dict)
    kills: int = 0
    faults: list[str] = field(default_factory=list)

    def delivered(self) -> Counter[str]:
        """What was delivered: `channel title`, and how often."""
        log = self.folder / "delivered"
        return Counter(log.read_text().splitlines()) if log.exists() else Counter()

    def gone(self) -> dict[str, set[str]]:
        """Channel -> stories that it collected, and that are neither delivered nor in its queue."""
        delivered = self.delivered()
        states = _states(self.folder / "planet.db")
        gone = {}
        for rule in (*ALWAYS, AWAY, LATE):
            channel = read_channel(states.get(rule_key(rule), ""))
            if channel is None or channel.story_id is None:
                continue
            waiting = {item.story for item in channel.queue} | set(channel.later)
            numbers = range(_first(rule), channel.story_id + 1)
            gone[rule.url] = {
                f"Billet {n}" for n in numbers if n not in waiting and f"{rule.url} Billet {n}" not in delivered
            }
        return gone

    def kill(self, number: int, point: int) -> None:
        """A kill, and what it lost: nothing, or one message of one channel."""
        before = self.gone()
        if not killed_at(self.folder, number, point):
            return
        self.kills += 1
        after = self.gone()
        losses = {url: titles - before.get(url, set()) for url, titles in after.items()}
        losses = {url: titles for url, titles in losses.items() if titles}
        if len(losses) > 1 or any(url.startswith("each") and len(titles) > 1 for url, titles in losses.items()):
            self.faults.append(f"a kill at step {point} of run {number} lost more than a message: {losses}")
        for url, titles in losses.items():
            self.lost.setdefault(url, set()).update(titles)


def _first(rule: NotifyRule) -> int:
    """The number of the first story that is new to a rule: it is silent about what there was."""
    return newest(BEGINS if rule is LATE else 0) + 1


def _states(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, value FROM meta WHERE name LIKE ?", (f"{meta.NOTIFY}%",)).fetchall()
    connection.close()
    return {name.removeprefix(meta.NOTIFY): value for name, value in rows}


def live(folder: Path, dice: random.Random, *, kills: bool = True) -> Life:
    """All runs of a planet."""
    life = Life(folder)
    for number in range(RUNS):
        # The first run of a channel has nothing to lose, and the harness nothing to compare.
        while kills and number not in {0, BEGINS} and dice.random() < 0.25:
            life.kill(number, dice.randrange(30))
        assert in_a_child(functools.partial(announce, folder, number, lambda _name: None)), f"run {number} raised"
    return life


def faults_of(life: Life) -> list[str]:
    """What was told twice, told to a channel that it was no news to, or lost otherwise than by a kill."""
    delivered = life.delivered()
    faults = [*life.faults, *(f"told {times} times: {line}" for line, times in delivered.items() if times > 1)]
    for rule in (*ALWAYS, AWAY, LATE):
        told = {line.removeprefix(f"{rule.url} ") for line in delivered if line.startswith(rule.url)}
        stories = {title for title in told if title.startswith("Billet")}
        # The digest of the last day is still to come, that of the week holds what is older than it.
        last = RUNS - 1 if rule.every == "run" else RUNS - 2 if rule.every == "day" else 20
        wanted = {f"Billet {n}" for n in range(_first(rule), newest(last) + 1)}
        missing = wanted - stories - life.lost.get(rule.url, set())
        if missing:
            faults.append(f"{rule.url}: lost without a kill: {sorted(missing)[:5]}")
        early = stories - {f"Billet {n}" for n in range(_first(rule), newest(RUNS) + 1)}
        if early:
            faults.append(f"{rule.url}: told although it was no news: {sorted(early)[:5]}")
    return faults


def rounds(count: int, seed: int) -> list[str]:
    """The faults of a life without a kill, and of `count` lives of a planet that is killed now and then."""
    dice = random.Random(seed)
    faults: list[str] = []
    for number in range(count + 1):
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
            life = live(Path(name), dice, kills=number > 0)
            faults += [f"life {number}: {fault}" for fault in faults_of(life)]
            if not number and life.lost:
                faults.append(f"lost without a kill: {json.dumps({url: sorted(t) for url, t in life.lost.items()})}")
    return faults
