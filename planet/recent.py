"""A cache with a limit on the sum of the weights of its values; the oldest values leave it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by key. Beyond `limit` (the sum of the weights that `keep` is given, characters most often) the oldest go."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: dict[K, tuple[V, int]] = {}
        self._weight = 0

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def get(self, key: K) -> V | None:
        """The value of a key, None if it was never stored or was dropped."""
        entry = self._values.get(key)
        return entry[0] if entry else None

    def keep(self, key: K, value: V, weight: int) -> None:
        """Store a value under a new key, and drop the oldest values beyond the limit."""
        self._values[key] = value, weight
        self._weight += weight
        while self._weight > self._limit:
            oldest = next(iter(self._values))
            self._weight -= self._values.pop(oldest)[1]
