"""Disjoint clusters of items, joined link by link; a join against a contradiction is refused. Pure, for posts and events alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Link = TypeVar("Link")


@dataclass(slots=True)
class Cluster(Generic[Link]):
    """A set of joined items (by position), and the links that joined them, in the order of joining."""

    members: list[int]
    links: list[Link] = field(default_factory=list)


class Clusters(Generic[Link]):
    """Disjoint sets of the positions 0 to size - 1 (union by size: relabelling n items costs O(n log n) in all).

    Refusing costs one comparison for each pair of members, so give the surest links first: what they join is not compared again.
    """

    def __init__(self, size: int) -> None:
        self._clusters = [Cluster[Link](members=[item]) for item in range(size)]
        """By item: the cluster it is in."""

    def same(self, a: int, b: int) -> bool:
        """Whether two items are in one cluster."""
        return self._clusters[a] is self._clusters[b]

    def cluster(self, item: int) -> Cluster[Link]:
        """The cluster of an item."""
        return self._clusters[item]

    def join(self, a: int, b: int, link: Link, *, contradict: Callable[[int, int], bool]) -> bool:
        """Make the clusters of `a` and `b` one, unless a member of one contradicts a member of the other.

        Returns whether they are one now. A link within a cluster is not kept.
        """
        first, second = self._clusters[a], self._clusters[b]
        if first is second:
            return True
        if any(contradict(own, other) for own in first.members for other in second.members):
            return False
        if len(first.members) < len(second.members):
            first, second = second, first
        for member in second.members:
            self._clusters[member] = first
        first.members += second.members
        first.links += [*second.links, link]
        return True

    def __iter__(self) -> Iterator[Cluster[Link]]:
        """Each cluster once, by its first item."""
        seen: set[int] = set()
        for cluster in self._clusters:
            if id(cluster) not in seen:
                seen.add(id(cluster))
                yield cluster
