"""What can go wrong so that a run cannot go on.

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

from dataclasses import dataclass


class PlanetError(Exception):
    """The root: its text is for a person and says what to do next; `exit_code` is the program's."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake of feeds.yaml: `line` counts from 1, 0 when the whole file is meant."""

    line: int
    text: str


class ConfigError(PlanetError):
    """feeds.yaml cannot be used; `faults` holds all that is wrong with it, in the order of the file."""

    exit_code = 2

    def __init__(self, path: str, faults: tuple[Fault, ...]) -> None:
        self.path = path
        self.faults = faults
        super().__init__(
            "\n".join(
                f"{path}:{fault.line}: {fault.text}" if fault.line else f"{path}: {fault.text}" for fault in faults
            )
        )


class UsageError(PlanetError):
    """The command line asks for something that cannot be done as it is written."""

    exit_code = 2


class LockedError(PlanetError):
    """Another run of the same planet holds the lock."""

    exit_code = 3


class NotPublishedError(PlanetError):
    """The run ended before the site could be brought up to date; what was published stays."""


class StoreError(NotPublishedError):
    """The database cannot be used."""


class DamagedError(StoreError):
    """The database is broken: `planet run` keeps it aside and makes another from the feeds."""


class ThemeError(NotPublishedError):
    """A theme is missing, or a template of it is wrong (file and line are in the text)."""


class PublishError(NotPublishedError):
    """The site cannot be written, or writing it would lose too much."""
