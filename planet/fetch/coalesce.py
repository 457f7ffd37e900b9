"""Feeds that turn out to have one address: it is requested once in a run, and each of them gets the answer."""

from __future__ import annotations

import threading

from planet.fetch.attempt import Attempt
from planet.fetch.limiter import QueuedRequest
from planet.model import Fetched, Fresh

_KEPT = 16_000_000
"""Bytes of answers that are kept for feeds that are redirected to them later in the run."""

AttemptRequest = QueuedRequest[Attempt]


class Coalescer:
    """The attempt that requests each address, its outcome, and the attempts that wait for it. Thread-safe."""

    def __init__(self) -> None:
        self._owners: dict[str, Attempt] = {}
        self._outcomes: dict[str, Fetched] = {}
        self._waiting: dict[str, list[AttemptRequest]] = {}
        self._kept = 0
        self._lock = threading.Lock()

    def register(self, attempt: Attempt) -> None:
        """Record that an attempt starts at an address of its own."""
        if attempt.request is not None:
            self._owners.setdefault(attempt.request.target.url, attempt)

    def join(self, attempt: Attempt, request: AttemptRequest) -> Fetched | bool:
        """What a redirected attempt does: takes the returned outcome of another feed, waits for one (True), or goes on (False).

        What is answered to a password is not shared.
        """
        if attempt.request is None or not attempt.chain:
            return False
        url = attempt.request.target.url
        with self._lock:
            owner = self._owners.get(url)
            if owner is None or owner is attempt or owner.authorization:
                return False
            outcome = self._outcomes.get(url)
            if outcome is not None:
                return attempt.share(outcome) or False
            # Only one that has not been redirected itself is waited for, so that no two ever wait for each other.
            if owner.chain or owner.ended:
                return False
            self._waiting.setdefault(url, []).append(request)
            return True

    def release(self, attempt: Attempt, outcome: Fetched | None) -> list[tuple[AttemptRequest, Fetched | None]]:
        """The waiters of an attempt that ended or was redirected (None): each with its outcome, None where it continues with its own request."""
        url = attempt.first_url
        with self._lock:
            if self._owners.get(url) is not attempt:
                return []
            if outcome is not None and not attempt.chain:
                size = len(outcome.body) if isinstance(outcome, Fresh) else 0
                if self._kept + size <= _KEPT:
                    self._kept += size
                    self._outcomes[url] = outcome
            waiting = self._waiting.pop(url, [])
        if outcome is None or attempt.chain:
            return [(request, None) for request in waiting]
        return [(request, request.item.share(outcome)) for request in waiting]

    def drain(self) -> list[AttemptRequest]:
        """Release all waiters."""
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        return [request for requests in waiting for request in requests]
