"""Colours that are computed: from the hue of a technology to a text and a ground that can be read in light and in dark."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

RATIO = 4.8
"""WCAG 2.2 asks for 4.5:1 (1.4.3); some is kept for what rounding and screens take."""
INITIALS = 12
"""How many colours the initials of those without a picture share."""

Rgb = tuple[int, int, int]


def from_hsl(hue: float, saturation: float, lightness: float) -> Rgb:
    """Hue in degrees, the others in percent -> the 8-bit colour that a browser paints."""
    parts = colorsys.hls_to_rgb(hue % 360 / 360, lightness / 100, saturation / 100)
    red, green, blue = (round(part * 255) for part in parts)
    return red, green, blue


def luminance(colour: Rgb) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def written(colour: Rgb) -> str:
    """#rrggbb"""
    return "#{:02x}{:02x}{:02x}".format(*colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """Text (`ink`) on `ground`."""

    ink: Rgb
    ground: Rgb


def light(hue: float) -> Tone:
    """For paper: a pale ground, and a text as light as `RATIO` allows."""
    ground = from_hsl(hue, 60, 93)
    lightness = 50.0
    while contrast(from_hsl(hue, 65, lightness), ground) < RATIO:
        lightness -= 0.5
    return Tone(ink=from_hsl(hue, 65, lightness), ground=ground)


def dark(hue: float) -> Tone:
    """For basalt: a deep ground, and a text as dark as `RATIO` allows."""
    ground = from_hsl(hue, 30, 17)
    lightness = 50.0
    while contrast(from_hsl(hue, 65, lightness), ground) < RATIO:
        lightness += 0.5
    return Tone(ink=from_hsl(hue, 65, lightness), ground=ground)


def rules(hues: dict[str, float]) -> tuple[str, str]:
    """CSS for light and for dark: each class sets `--tone` and `--ground`."""

    def rule(name: str, tone: Tone) -> str:
        return f".{name}{{--tone:{written(tone.ink)};--ground:{written(tone.ground)}}}"

    return (
        "\n".join(rule(name, light(hue)) for name, hue in hues.items()),
        "\n".join(rule(name, dark(hue)) for name, hue in hues.items()),
    )
