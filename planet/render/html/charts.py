"""Small plots as values: a template draws them in SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 40
STEP = 8
WIDTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One month. `x`, `y`, `height` are in the units of the plot's viewBox; `month` is "2026-11"."""

    month: str
    count: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Posts a month: bars from the oldest month to the newest."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    total: int


def months_before(year: int, month: int, count: int) -> list[str]:
    """The last `count` months up to and with that one, oldest first: "2026-11"."""
    last = year * 12 + month - 1
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(last - count + 1, last + 1)]


def plot(counted: dict[str, int], months: Sequence[str]) -> Plot:
    """The plot of `counted` ("2026-11" -> stories) over `months`. A month with something has a bar that can be seen."""
    counts = [counted.get(month, 0) for month in months]
    most = max(counts, default=0) or 1
    bars = []
    for position, (month, count) in enumerate(zip(months, counts, strict=True)):
        height = max(2, round(count / most * HEIGHT)) if count else 0
        bars.append(Bar(month=month, count=count, x=position * STEP, y=HEIGHT - height, height=height))
    return Plot(bars=tuple(bars), width=len(months) * STEP, height=HEIGHT, total=sum(counts))
