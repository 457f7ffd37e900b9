"""Request what is due: many feeds at once, each outcome as it comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from planet.fetch.addresses import AddressFilter, Resolver, system_resolver
from planet.fetch.attempt import Attempt, Rules, one_off, without_credentials
from planet.fetch.errors import BadUrlError
from planet.fetch.request import default_headers, target
from planet.fetch.run import Run, SharedState
from planet.fetch.transport import HttpTransport, Request, Response, Transport
from planet.model import Due, Failed, Fetched, FetchError, FetchRules, Fresh, Message


class Fetcher:
    """Asks feeds, politely, and never raises for what a server does.

    `user_agent` names the program and the planet; `folder` is where relative paths of local feeds start. `parser_version`: a feed
    that was read by another one is asked for its whole document once. The seams: `resolver` (host, port -> what getaddrinfo
    gives), `transport` (everything below a request), `clock` (seconds that only grow), `ca_file` (other authorities for TLS).
    """

    def __init__(
        self,
        rules: FetchRules,
        user_agent: str,
        folder: Path = Path(),
        *,
        parser_version: str = "",
        resolver: Resolver | None = None,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        ca_file: str | None = None,
    ) -> None:
        self._filter = AddressFilter(allow_private=rules.allow_private, resolver=resolver or system_resolver)
        self._shared = SharedState(
            rules=rules,
            folder=folder,
            transport=transport or HttpTransport(self._filter, ca_file=ca_file),
            clock=clock,
        )
        self._user_agent = user_agent
        self._rules = Rules(
            user_agent=user_agent,
            max_bytes=rules.max_bytes,
            is_listed=self._filter.is_listed,
            parser_version=parser_version,
        )

    def fetch_all(
        self,
        due: Sequence[Due],
        now: datetime,
        *,
        backoffs: Mapping[str, datetime],
        force: bool = False,
        budget: timedelta | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Fetched]:
        """Every one of `due` gives exactly one outcome, in the order in which they are done.

        `backoffs` (origin -> until) are what servers asked for in earlier runs; they hold for `force` too, which is why it changes
        nothing here. What has not begun when `budget` is over, or `stop` is set, is deferred. Closing the iterator ends the run.
        """
        del force
        attempts = [Attempt(due=feed, now=now, rules=self._rules) for feed in due]
        return Run(self._shared, attempts, now, backoffs=backoffs, budget=budget, stop=stop).outcomes()

    def download(self, url: str, *, max_bytes: int, accept: str, now: datetime) -> Fresh | Failed:
        """One document that is no feed (an avatar, a page to search), under all the rules but the schedule's."""
        rules = Rules(user_agent=self._user_agent, max_bytes=max_bytes, is_listed=self._filter.is_listed)
        rules.default_headers[False] = default_headers(self._user_agent, accept)
        attempt = Attempt(due=one_off(url), now=now, rules=rules)
        (outcome,) = Run(self._shared, [attempt], now, backoffs={}).outcomes()
        if isinstance(outcome, Fresh | Failed):
            return outcome
        return attempt.failed(FetchError("rate-limited", Message.of("the server asks to come back later")))

    def post(self, url: str, data: Mapping[str, str], *, now: datetime) -> int | Failed:
        """The status that a form sent to `url` is answered with (WebSub 7.1). Redirects are not followed."""
        attempt = Attempt(due=one_off(url), now=now, rules=self._rules)
        try:
            where = target(without_credentials(url))
        except BadUrlError as error:
            return attempt.failed(error.error)
        payload = urlencode(data).encode("ascii")
        request = Request(
            target=where,
            default_headers=default_headers(self._user_agent, "*/*"),
            fields=(("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(payload)))),
            limit=64_000,
            private=True,
            configured_port=where.port,
            method="POST",
            payload=payload,
        )
        answer = self._shared.transport(request, self._shared.deadline(self._shared.clock() + self._shared.timeout))
        self._shared.transport.close()
        return answer.status if isinstance(answer, Response) else attempt.failed(answer)

    def close(self) -> None:
        """Close idle connections."""
        self._shared.transport.close()
