"""Errors that end a command.

    PlanetError
    ├── ConfigError          exit 2: every fault of feeds.yaml at once
    ├── UsageError           exit 2: the command was called wrongly
    ├── LockedError          exit 3: another run is at work
    └── NotPublishedError    exit 1: the site stays as it was
        ├── StoreError       the database is locked, newer than this program, or not a database
        │   └── DamagedError it was one, and cannot be read any more
        ├── ThemeError       a theme is missing or one of its templates is wrong
        └── PublishError     output/ cannot be written, or would lose too much

What a feed or a server does wrong is no exception: it is a value (`planet.model.Failed`, `planet.model.Unreadable`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from planet.model import Fault, Message

__all__ = [
    "ConfigError",
    "DamagedError",
    "Fault",
    "LockedError",
    "NotPublishedError",
    "PlanetError",
    "PublishError",
    "StoreError",
    "ThemeError",
    "UsageError",
]


class PlanetError(Exception):
    """Any of these. `message` says what happened and what to do next; `exit_code` is what the program ends with."""

    exit_code = 1

    def __init__(self, message: Message | str) -> None:
        """A plain text is shown as it is, in every language."""
        self.message = message if isinstance(message, Message) else Message(message)
        super().__init__(str(self.message))

    def lines(self, say: Callable[[Message], str] = str) -> Iterator[str]:
        """What to print, translated by `say`."""
        yield say(self.message)


class ConfigError(PlanetError):
    """feeds.yaml cannot be used: it is missing, is not YAML, or holds mistakes. `faults` names them all, in the order of the file.

    Raised before anything else happens, so that nothing is asked and nothing is written. `language` is that of the planet
    where the file names one, "" otherwise.
    """

    exit_code = 2

    def __init__(self, path: str, faults: tuple[Fault, ...], *, language: str = "") -> None:
        self.path = path
        self.faults = faults
        self.language = language
        super().__init__("\n".join(self.lines()))

    def lines(self, say: Callable[[Message], str] = str) -> Iterator[str]:
        """A line for each fault: `feeds.yaml:4: what is wrong`."""
        return (located(self.path, fault, say) for fault in self.faults)


def located(path: object, fault: Fault, say: Callable[[Message], str] = str) -> str:
    """The printed form of a fault: `path:line: sentence`, with the path that the user wrote."""
    where = f"{path}:{fault.line}" if fault.line else f"{path}"
    return f"{where}: {say(fault.message)}"


class UsageError(PlanetError):
    """A command asks for something that cannot be done: a technology that feeds.yaml does not define, a port in use, a missing file."""

    exit_code = 2


class LockedError(PlanetError):
    """Another run holds the lock of this planet's database, and this one did nothing."""

    exit_code = 3


class NotPublishedError(PlanetError):
    """The run ended before the site was up to date. What was published stays; what was read before is kept for the next run."""


class StoreError(NotPublishedError):
    """The database cannot be used: it is locked by another program, written by a newer version, on a full disk, or no database."""


class DamagedError(StoreError):
    """SQLite finds the database file damaged. `planet run` keeps it aside and makes another one from the feeds."""


class ThemeError(NotPublishedError):
    """A theme is missing, or one of its templates raised an error (its file and line are in the text)."""


class PublishError(NotPublishedError):
    """output/ cannot be written, holds files of somebody else, or would lose more than half of its stories.

    Raised before the first file is replaced, or when one cannot be; the site is then complete, and old.
    """
