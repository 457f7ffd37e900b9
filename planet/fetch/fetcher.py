"""Request due feeds concurrently; yields each outcome when it is ready."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from planet.fetch.addresses import AddressFilter, Resolver, system_resolver
from planet.fetch.attempt import Attempt, Rules
from planet.fetch.run import Run, SharedState
from planet.fetch.transport import HttpTransport, Transport
from planet.fetch.web import WebClient

if TYPE_CHECKING:
    from planet.model import Due, Fetched, FetchRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Network and clock of a fetcher: the machine's own, unless a test gives others.

    `resolver`: host, port -> what getaddrinfo gives; `transport`: everything below a request; `clock`: seconds that only grow;
    `ca_file`: other authorities for TLS.
    """

    resolver: Resolver = system_resolver
    transport: Transport | None = None
    clock: Callable[[], float] = time.monotonic
    ca_file: str | None = None


class Fetcher:
    """Requests feeds within the limits of each host; never raises for what a server does.

    `user_agent` names the program and the planet; `folder` is where relative paths of local feeds start. `parser_version`: a feed
    that was read by another one is asked for its whole document once. `owners` (URL -> sources that list it): a feed that is
    redirected to a feed of other sources fails. `web` sends every request that is not polling, by the same rules.
    """

    def __init__(
        self,
        rules: FetchRules,
        user_agent: str,
        folder: Path = Path(),
        *,
        parser_version: str = "",
        owners: Callable[[str], frozenset[str]] = lambda _url: frozenset(),
        network: Network | None = None,
    ) -> None:
        network = network or Network()
        addresses = AddressFilter(allow_private=rules.allow_private, resolver=network.resolver)
        self._shared = SharedState(
            rules=rules,
            folder=folder,
            transport=network.transport or HttpTransport(addresses, ca_file=network.ca_file),
            clock=network.clock,
        )
        self.web = WebClient(self._shared, addresses, user_agent)
        self._rules = Rules(
            user_agent=user_agent,
            max_bytes=rules.max_bytes,
            is_listed=addresses.is_listed,
            parser_version=parser_version,
            owners=owners,
        )

    def fetch_all(
        self,
        due: Sequence[Due],
        now: datetime,
        *,
        backoffs: Mapping[str, datetime],
        budget: timedelta | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Fetched]:
        """Every one of `due` gives exactly one outcome, in the order in which they are done.

        `backoffs` (origin -> until) are what servers asked for in earlier runs; they are honoured even with --force. What has not begun when `budget` is over, or `stop` is set, is deferred. Closing the iterator ends the run.
        """
        attempts = [Attempt(due=feed, now=now, rules=self._rules) for feed in due]
        for outcome in Run(self._shared, attempts, now, backoffs=backoffs, budget=budget, stop=stop).outcomes():
            if not isinstance(outcome, Attempt):  # which are those of `fetch_group`
                yield outcome

    def fetch_group(
        self,
        group: str,
        attempts: Sequence[Attempt],
        now: datetime,
        *,
        backoffs: Mapping[str, datetime],
        budget: timedelta | None = None,
    ) -> Iterator[Fetched | Attempt]:
        """Attempts at one host group, begun elsewhere or not yet. One that is redirected to another group is given back."""
        mine = [replace(attempt, rules=self._rules) for attempt in attempts]
        return Run(self._shared, mine, now, backoffs=backoffs, budget=budget).outcomes({group})

    def close(self) -> None:
        """Close idle connections."""
        self._shared.transport.close()
