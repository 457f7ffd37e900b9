"""Colours of technologies: a text and a ground made from a hue, legible at every hue (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from planet.edition.build import HUES
from planet.render.html import load_theme
from planet.render.html.charts import HEIGHT, months_before, plot
from planet.render.html.theme import oklch_hue

STYLE = Path("themes/base/style.css").read_text("utf-8")
LIGHT = {"tone": (0.45, 0.10), "ground": (0.95, 0.03)}
DARK = {"tone": (0.80, 0.10), "ground": (0.27, 0.03)}


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """Relative luminance of an OKLCH colour, clipped to sRGB as browsers paint it (CSS Color 4, sections 9 and 18)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long, medium, short = (
        (lightness + first * a + second * b) ** 3
        for first, second in (
            (0.3963377774, 0.2158037573),
            (-0.1055613458, -0.0638541728),
            (-0.0894841775, -1.2914855480),
        )
    )
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (min(1, max(0, part)) for part in linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    light, dark = max(one, other), min(one, other)
    return (light + 0.05) / (dark + 0.05)


def test_the_style_has_these_colours() -> None:
    assert "--tone: oklch(var(--tone-light) .1 var(--hue))" in STYLE
    assert re.search(r"--tone-light: \.45; --ground-light: \.95; --ground-chroma: \.03", STYLE)
    assert re.search(r"prefers-color-scheme: dark\).*--tone-light: \.8; --ground-light: \.27", STYLE)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_hue_is_legible(scheme: dict[str, tuple[float, float]]) -> None:
    least = min(contrast(luminance(*scheme["tone"], hue), luminance(*scheme["ground"], hue)) for hue in range(360))
    assert least >= 5


def test_hues_keep_their_names() -> None:
    """The primary colours of HSL are those of OKLCH (CSS Color 4, table of named colours), and order is kept between them."""
    assert [oklch_hue(hue) for hue in (0, 120, 240, 360)] == [29, 142, 264, 29]
    around = [(oklch_hue(hue) - 29) % 360 for hue in range(360)]
    assert around == sorted(around)
    assert all(0 <= oklch_hue(hue) < 360 for hue in HUES.values())


def painted(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["base", "clermontech"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_themes_choose_can_be_read_on_paper_and_card(name: str, scheme: str) -> None:
    theme = load_theme(name, Path("/nowhere"))
    chosen = theme.light if scheme == "light" else theme.dark
    grounds = [painted(chosen["paper"]), painted(chosen["card"])]
    for ink in ("ink", "soft", "accent", "link"):
        assert min(contrast(painted(chosen[ink]), ground) for ground in grounds) >= 4.5, ink
    tone = (LIGHT if scheme == "light" else DARK)["tone"]
    for hue in HUES.values():  # headings of technologies stand on paper
        assert contrast(luminance(*tone, oklch_hue(hue)), grounds[0]) >= 4.5


def test_a_plot_has_a_bar_for_each_month_with_something() -> None:
    assert months_before(2026, 2, 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    made = plot({"2026-01": 1, "2026-02": 400, "2020-01": 7}, months_before(2026, 2, 4))
    assert [(bar.count, bar.height) for bar in made.bars] == [(0, 0), (0, 0), (1, 2), (400, HEIGHT)]
    assert made.total == 401
    assert plot({}, months_before(2026, 2, 4)).total == 0
