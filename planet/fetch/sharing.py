"""Two feeds of one planet that turn out to be one address: it is asked once in a run, and both get the answer (R13)."""

from __future__ import annotations

import threading

from planet.fetch.flight import Flight
from planet.fetch.traffic import Passage
from planet.model import Fetched, Fresh

_KEPT = 16_000_000
"""Bytes of answers that are kept for a feed that may be redirected to them later in the run."""


class Sharing:
    """Who asks for which address first, what came of it, and who waits for that. Thread-safe."""

    def __init__(self) -> None:
        self._owners: dict[str, Flight] = {}
        self._outcomes: dict[str, Fetched] = {}
        self._waiting: dict[str, list[Passage]] = {}
        self._kept = 0
        self._lock = threading.Lock()

    def own(self, flight: Flight) -> None:
        """A flight sets out to an address of its own."""
        if flight.ask is not None:
            self._owners.setdefault(flight.ask.target.url, flight)

    def meet(self, flight: Flight, passage: Passage) -> Fetched | bool:
        """A flight was redirected. Its outcome, if another feed brought it already; True: it waits for that one; False: it goes on."""
        if flight.ask is None or not flight.chain:
            return False
        url = flight.ask.target.url
        with self._lock:
            owner = self._owners.get(url)
            if owner is None or owner is flight:
                return False
            known = self._outcomes.get(url)
            if known is not None:
                return flight.share(known) or False
            # Only one that has not been redirected itself is waited for, so that no two ever wait for each other.
            if owner.chain or owner.ended:
                return False
            self._waiting.setdefault(url, []).append(passage)
            return True

    def settle(self, flight: Flight, outcome: Fetched | None) -> list[tuple[Passage, Fetched | None]]:
        """A flight ended, or was redirected (None): those who waited for it, each with its outcome, or None if it goes on itself."""
        url = flight.first
        with self._lock:
            if self._owners.get(url) is not flight:
                return []
            if outcome is not None and not flight.chain:
                size = len(outcome.body) if isinstance(outcome, Fresh) else 0
                if self._kept + size <= _KEPT:
                    self._kept += size
                    self._outcomes[url] = outcome
            waiting = self._waiting.pop(url, [])
        alone = outcome is None or bool(flight.chain)
        return [(passage, None if alone or outcome is None else _flight(passage).share(outcome)) for passage in waiting]

    def withdraw(self) -> list[Passage]:
        """Everyone who waits, sent home."""
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        return [passage for passages in waiting for passage in passages]


def _flight(passage: Passage) -> Flight:
    assert isinstance(passage.flight, Flight)
    return passage.flight
