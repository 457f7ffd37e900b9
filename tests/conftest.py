"""What tests share: the data set beside the project, where there is one, and a world to run a whole planet in."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support.effort import examples
from tests.support.fetching import Feed, fetcher
from tests.support.servers import Authority, Server
from tests.support.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
CHROMIUM = Path("/usr/bin/chromium")

# The same examples in every run, however slow the machine is: a red test means a change. `make fuzz` draws new ones.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=examples(100),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_configure() -> None:
    """Started in the background of a shell, this process ignores Ctrl-C, and so would the commands that tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here, and say so at the end; start with the files that take long."""
    left_out: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("shared") and not SHARED.is_dir():
            left_out.setdefault("the data set beside the project is missing", []).append(item)
        elif (
            item.get_closest_marker("browser") and not CHROMIUM.exists() and not os.environ.get("PLANET_NEEDS_BROWSER")
        ):
            left_out.setdefault(f"{CHROMIUM} is missing (Debian: apt install chromium)", []).append(item)
    gone = {id(item) for group in left_out.values() for item in group}
    if gone:
        items[:] = [item for item in items if id(item) not in gone]
        config.stash[LEFT_OUT] = {reason: len(group) for reason, group in left_out.items()}
    _longest_files_first(items)


def _longest_files_first(items: list[pytest.Item]) -> None:
    """Files with a browser, then files with the most runs of a whole planet, then the rest, each file in its own order.

    pytest-xdist hands out whole files in this order (--no-loadscope-reorder). A long file that starts last would leave one processor
    alone with it.
    """
    ranks: dict[Path, tuple[bool, int]] = {}
    for item in items:
        browser, planets = ranks.get(item.path, (False, 0))
        runs_planet = "world" in getattr(item, "fixturenames", ())
        ranks[item.path] = (browser or item.get_closest_marker("browser") is not None, planets + runs_planet)
    items.sort(key=lambda item: ranks[item.path], reverse=True)  # stable: also between files of one rank


LEFT_OUT: pytest.StashKey[dict[str, int]] = pytest.StashKey()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands on what it left out: it has no terminal of its own."""
    handed_on = getattr(session.config, "workeroutput", None)
    if handed_on is not None:
        handed_on["left_out"] = session.config.stash.get(LEFT_OUT, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Each worker collects all tests, so each says the same."""
    said = getattr(node, "workeroutput", {}).get("left_out")
    if said:
        node.config.stash[LEFT_OUT] = said


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for reason, count in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.write_line(f"left out: {count} tests, because {reason}")


@pytest.fixture
def shared() -> Path:
    """The folder of real feeds, for tests marked `shared`."""
    return SHARED


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A folder for a planet, and a server on loopback for its feeds."""
    with World(tmp_path) as made:
        yield made


@pytest.fixture
def server() -> Iterator[Server]:
    """A scripted server on loopback (see `tests.support.servers`)."""
    with Server() as made:
        yield made


@pytest.fixture
def feed(server: Server) -> Feed:
    """One feed of that server, asked again and again."""
    return Feed(server.url("/feed"), fetcher())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module: each opens pages, or contexts, of its own, and closes them."""
    from tests.support.browsing import chromium  # not for the tests of those who have no browser

    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))
