"""`${NAME}` in addresses of feeds: replaced when feeds.yaml is loaded, so that a secret is in no file and in no checked copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from planet.errors import ConfigError
from planet.model import Config, Fault, FeedConfig, Message, ReadingList
from planet.urls import https_of_webcal

Addressed = TypeVar("Addressed", FeedConfig, ReadingList)

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_URL = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


def expanded(config: Config, path: object, environ: Mapping[str, str]) -> Config:
    """The configuration with the values of its variables. Raises ConfigError for those that are not set, each with its line."""
    addresses = [feed.url for source in config.sources for feed in source.feeds]
    if not any("${" in url for url in (*addresses, *(reading_list.url for reading_list in config.lists))):
        return config
    faults: list[Fault] = []
    sources = tuple(
        replace(source, feeds=tuple(_expanded(feed, environ, faults) for feed in source.feeds))
        for source in config.sources
    )
    lists = tuple(_expanded(reading_list, environ, faults) for reading_list in config.lists)
    if faults:
        raise ConfigError(str(path), tuple(faults), language=config.site.language)
    return replace(config, sources=sources, lists=lists)


def _expanded(feed: Addressed, environ: Mapping[str, str], faults: list[Fault]) -> Addressed:
    names = dict.fromkeys(VARIABLE.findall(feed.url))
    unset = [name for name in names if not environ.get(name)]
    if unset:
        faults += [
            Fault(
                feed.line,
                Message.of(
                    "`{variable}` is not set: give it a value in the environment of the planet", variable=f"${{{name}}}"
                ),
            )
            for name in unset
        ]
        return feed
    url = VARIABLE.sub(lambda match: environ[match[1]], feed.url)
    url = https_of_webcal(url).partition("#")[0]
    if names and not _URL.fullmatch(url):
        variables = ", ".join(f"${{{name}}}" for name in names)
        faults.append(
            Fault(feed.line, Message.of("`{variable}` gives no URL: it must begin with https://", variable=variables))
        )
    return replace(feed, url=url)
