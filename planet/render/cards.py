"""Pictures for social networks (Open Graph): the name of a page in large letters, 1200 by 630 px. They need the extra `images`."""

from __future__ import annotations

import colorsys
import importlib.util
import io
import textwrap
from functools import cache

WIDTH, HEIGHT, MARGIN = 1200, 630, 90
TITLE, LINE = 68, 34
"""Sizes of the letters, in pixels."""


FONTS = (
    "DejaVuSans.ttf",
    "LiberationSans-Regular.ttf",
    "NotoSans-Regular.ttf",
    "Arial.ttf",
    "arial.ttf",
    "Helvetica.ttc",
)
"""Fonts of usual systems, the first that is there: the one inside Pillow has no accents."""


@cache
def available() -> bool:
    """Whether cards can be drawn: Pillow is installed, and one of the fonts."""
    return importlib.util.find_spec("PIL") is not None and bool(_font())


@cache
def _font() -> str:
    from PIL import ImageFont

    for name in FONTS:
        try:
            ImageFont.truetype(name, LINE)
        except OSError:
            continue
        return name
    return ""


def card(title: str, line: str, hue: int | None) -> bytes:
    """A PNG with `title`, a line below it, and a ground of the hue of a technology (None: dark)."""
    from PIL import Image, ImageDraw, ImageFont

    if hue is None:
        ground, ink = (28, 29, 32), (255, 138, 92)
    else:
        red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue / 360, 0.2, 0.35))
        ground, ink = (red, green, blue), (255, 255, 255)
    picture = Image.new("RGB", (WIDTH, HEIGHT), ground)
    draw = ImageDraw.Draw(picture)
    large, small = ImageFont.truetype(_font(), TITLE), ImageFont.truetype(_font(), LINE)
    lines = textwrap.wrap(title, 25, max_lines=4, placeholder="…") or [title]
    top = (HEIGHT - len(lines) * TITLE * 1.2 - 2 * LINE) / 2
    for number, text in enumerate(lines):
        draw.text((MARGIN, top + number * TITLE * 1.2), text, font=large, fill=(236, 235, 230))
    below = top + len(lines) * TITLE * 1.2 + LINE * 0.8
    draw.rectangle((MARGIN, below, MARGIN + 120, below + 8), fill=ink)
    for number, text in enumerate(textwrap.wrap(line, 56, max_lines=2, placeholder="…")):
        draw.text((MARGIN, below + LINE * (0.9 + 1.3 * number)), text, font=small, fill=(200, 200, 196))
    buffer = io.BytesIO()
    picture.quantize(32).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
