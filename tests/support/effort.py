"""How much the tests try: a share of their examples in `make test`, which is run often; all with PLANET_TESTS=thorough (`.ci/run`)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

THOROUGH = os.environ.get("PLANET_TESTS") == "thorough"


def examples(count: int) -> int:
    """How many of `count` examples (or rounds, or payloads) are tried: all, or a quarter, but two at least."""
    return count if THOROUGH else max(2, count // 4)


def share(values: Sequence[T]) -> Sequence[T]:
    """The values that are tried: all, or every fourth."""
    return values if THOROUGH else values[::4]
