"""A planet in the environment of this process: its variables and its random numbers enter here."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from planet import assemble

if TYPE_CHECKING:
    from planet.fetch.fetcher import Fetcher  # see assemble.fetcher
    from planet.model import Config
    from planet.ports import Planet
    from planet.store import Store


def planet_of(config: Config, store: Store) -> Planet:
    """The planet that feeds.yaml describes, ready to run."""
    jitter = random.Random()  # noqa: S311 - it spreads requests, it guards nothing
    return assemble.assemble(config, store, os.environ, jitter)


def fetcher_of(config: Config) -> Fetcher:
    """What asks feeds and pages, by the rules of feeds.yaml."""
    return assemble.fetcher(config, os.environ)
