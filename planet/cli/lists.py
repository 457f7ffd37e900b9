"""Request the reading lists of feeds.yaml, as `planet run` does before it requests feeds."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from planet.cli.environment import fetcher_of
from planet.cli.logs import mask_unlisted
from planet.limited import FunctionFailedError, LimitedProcess
from planet.model import Config, Download, FetchError, Message, News
from planet.store import Store
from planet.subscriptions import lists
from planet.subscriptions.opml import import_opml
from planet.subscriptions.subscription import Imported

if TYPE_CHECKING:  # see assemble.fetcher
    from planet.fetch.fetcher import Fetcher

ACCEPT = "text/x-opml, application/xml, text/xml;q=0.9, */*;q=0.5"
_SECONDS = 20.0
_MEMORY = 500_000_000


def with_lists(
    config: Config, store: Store, now: datetime, *, fetch: bool, announce: bool = False
) -> tuple[Config, tuple[News, ...]]:
    """The configuration with the sources of its reading lists, and news of these; with `fetch`, lists that are due are asked first.

    Without `announce` news waits for a later run.
    """
    if not config.lists:
        return config, ()
    states = store.lists()
    news: tuple[News, ...] = ()
    if fetch:
        with contextlib.ExitStack() as opened:
            refreshed = lists.refresh(config, states, now, _ask(config, now, opened), _read(opened), announce=announce)
        states, news = dict(refreshed.states), refreshed.news
        store.save_lists(states)
    extended = lists.with_listed(config, states)
    mask_unlisted(extended)
    return extended, news


def _ask(config: Config, now: datetime, opened: contextlib.ExitStack) -> lists.Ask:
    """The function that requests a list; its client is made with the first list that is due."""

    @functools.cache
    def fetcher() -> Fetcher:
        return opened.enter_context(contextlib.closing(fetcher_of(config)))

    def ask(url: str, validators: lists.Validators) -> Download | FetchError:
        return fetcher().web.get(url, max_bytes=lists.MAX_BYTES, accept=ACCEPT, now=now, validators=validators)

    return ask


def _read(opened: contextlib.ExitStack) -> lists.Read:
    """The function that reads an untrusted list in a separate process, with limits of processor time and memory."""

    @functools.cache
    def process() -> LimitedProcess[bytes, Imported]:
        def make() -> Callable[[bytes], Imported]:
            return import_opml

        return opened.enter_context(contextlib.closing(LimitedProcess(make, cpu_seconds=_SECONDS, memory=_MEMORY)))

    def read(body: bytes) -> Imported | Message:
        try:
            return process().call(body)
        except (TimeoutError, MemoryError, FunctionFailedError):
            return Message.of("it cannot be read as OPML")

    return read
