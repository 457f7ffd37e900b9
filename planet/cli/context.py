"""What every command shares: the configuration, its language, the current time."""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from planet import config as configuration
from planet.assemble import open_store
from planet.cli.help import language_of
from planet.cli.logs import mask_unlisted
from planet.cli.screen import Screen
from planet.errors import ConfigError, PlanetError
from planet.i18n import Translator
from planet.store import Store

if TYPE_CHECKING:
    from planet.model import Config, Message


def utc_now() -> datetime:
    """The only place where the clock of the day is read."""
    return datetime.now(UTC)


@dataclass
class Context:
    """Made once for a command. `terminal` is true when a person reads stdout."""

    config_path: Path = Path("feeds.yaml")
    verbose: bool = False
    quiet: bool = False
    keep_copy: bool = False
    """Whether the command may leave a checked copy of feeds.yaml beside the database."""

    @functools.cached_property
    def config(self) -> Config:
        """feeds.yaml; raises ConfigError with all its faults."""
        config = configuration.load(self.config_path, keep=self.keep_copy, environ=os.environ)
        mask_unlisted(config)
        return config

    @functools.cached_property
    def everybody(self) -> Config:
        """The configuration with the sources of its reading lists, as they were last read."""
        if not self.config.lists:
            return self.config
        from planet.cli.lists import with_lists  # OPML is for planets with lists

        with self.store() as store:
            return with_lists(self.config, store, self.now, fetch=False)[0]

    @functools.cached_property
    def translator(self) -> Translator:
        """Of the planet's language; before there is a configuration, of the user's."""
        if "config" in self.__dict__:
            site = self.config.site
            return Translator(site.language, site.timezone, site.catalogue)
        return Translator(language_of(self.config_path, os.environ))

    def translator_for(self, error: PlanetError) -> Translator:
        """Of the language that feeds.yaml names, even where it is wrong elsewhere."""
        named = error.language if isinstance(error, ConfigError) else ""
        return Translator(named) if named else self.translator

    @functools.cached_property
    def screen(self) -> Screen:
        """What stdout shows: its width, whether it has colours."""
        return Screen.of_stdout()

    @property
    def terminal(self) -> bool:
        return sys.stdout.isatty()

    @functools.cached_property
    def now(self) -> datetime:
        """The time of the command: the same however long it takes."""
        return utc_now()

    def say(self, message: Message) -> str:
        """A sentence in the language of the planet. What a server put into it (a name, a reason) cannot steer a terminal."""
        return self.translator.say(message)

    def store(self) -> Store:
        """What the planet knows, for reading. One that never ran knows nothing, and no file is made to say so."""
        return open_store(self.config) if self.config.site.database.exists() else Store(":memory:")
