"""Colours that are computed can be read; those that are chosen, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from planet.edition.build import HUES
from planet.render.html import colours, load_theme
from planet.render.html.charts import HEIGHT, months_before, plot


def rgb(written: str) -> colours.Rgb:
    return int(written[1:3], 16), int(written[3:5], 16), int(written[5:7], 16)


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert colours.contrast((255, 255, 255), (118, 118, 118)) == pytest.approx(4.54, abs=0.01)
    assert colours.contrast((10, 20, 30), (10, 20, 30)) == 1


def test_every_hue_can_be_read_in_light_and_dark() -> None:
    for hue in range(360):
        for tone in (colours.light(hue), colours.dark(hue)):
            assert colours.contrast(tone.ink, tone.ground) >= colours.RATIO


def test_a_tone_stays_as_near_to_the_middle_as_it_may() -> None:
    assert colours.contrast(colours.light(210).ink, colours.light(210).ground) < 5.2
    assert colours.contrast(colours.dark(210).ink, colours.dark(210).ground) < 5.2


@pytest.mark.parametrize("name", ["base", "clermontech"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_themes_choose_can_be_read_on_paper_and_card(name: str, scheme: str) -> None:
    theme = load_theme(name, Path("/nowhere"))
    chosen = theme.light if scheme == "light" else theme.dark
    grounds = [rgb(chosen["paper"]), rgb(chosen["card"])]
    for ink in ("ink", "soft", "accent", "link"):
        assert min(colours.contrast(rgb(chosen[ink]), ground) for ground in grounds) >= 4.5, ink
    tone = colours.light if scheme == "light" else colours.dark
    for hue in HUES.values():  # headings of technologies stand on paper
        assert colours.contrast(tone(hue).ink, grounds[0]) >= 4.5


def test_a_plot_has_a_bar_for_each_month_with_something() -> None:
    assert months_before(2026, 2, 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    made = plot({"2026-01": 1, "2026-02": 400, "2020-01": 7}, months_before(2026, 2, 4))
    assert [(bar.count, bar.height) for bar in made.bars] == [(0, 0), (0, 0), (1, 2), (400, HEIGHT)]
    assert made.total == 401
    assert plot({}, months_before(2026, 2, 4)).total == 0
