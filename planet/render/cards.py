"""Pictures for social networks (Open Graph): the name of a page in large letters, 1200 by 630 px. They need the extra `images`.

The font is part of the package (`fonts/`), so that a card has the same bytes on every machine with the same Pillow.
"""

from __future__ import annotations

import colorsys
import hashlib
import importlib.util
import io
import re
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Pillow is an extra
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT, MARGIN = 1200, 630, 90
TITLES, LINE = (76, 64, 54), 36
"""Sizes of the letters, in pixels: the title has the largest in which it fits on `TITLE_LINES`."""
TITLE_LINES = 4
LONGEST = 300
"""Characters of a title, or of a line, that are looked at."""
BAR = 120, 8
LEVELS = 14
"""Steps between the ground and the ink: with the bar 16 colours, a PNG of 4 bits a pixel."""
PAPER, SOFT = 255, 205
"""Brightness (0 to 255) of the title and of the lines below it."""
FONTS = Path(__file__).parent / "fonts"
BOLD, REGULAR = "DejaVuSans-Bold-subset.ttf", "DejaVuSans-subset.ttf"
DRAWABLE = (
    "\u0020-\u007e\u00a0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e80-\u1ef9\u2010-\u2027\u2030-\u203a\u20ac\u2116\u2122"
    "\u2190-\u2193\u2212\u2260-\u2265"
)
"""Characters that the font has (`fonts/LICENSE.txt`), as the inside of a class of a regular expression."""
_OTHER = re.compile(f"[^{DRAWABLE}]+")


@cache
def available() -> bool:
    """Whether cards can be drawn: Pillow is installed."""
    return importlib.util.find_spec("PIL") is not None


@cache
def rev() -> str:
    """A text that changes with the look of cards: this module, the fonts, the release of Pillow."""
    hashed = hashlib.sha256(version("pillow").encode())
    for path in (Path(__file__), FONTS / BOLD, FONTS / REGULAR):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:32]


def drawable(text: str) -> str:
    """The text without what the font lacks (pictograms); "" where that is most of it (other scripts)."""
    rest = " ".join(part for part in _OTHER.sub(" ", text.replace("\u202f", "\u00a0")).split(" ") if part)
    letters, kept = (sum(map(str.isalnum, words)) for words in (text, rest))
    return rest if kept * 2 > letters else ""


def card(title: str, lines: Sequence[str], hue: int | None) -> bytes:
    """A PNG with `title`, lines below it, each cut where it is too long, and a ground of the hue of a technology (None: dark)."""
    from PIL import Image, ImageDraw

    width = WIDTH - 2 * MARGIN
    size, wrapped = _fitting((drawable(title) or title)[:LONGEST], width)
    small = _font(REGULAR, LINE)
    below = [_cut(drawable(line), small, width) for line in lines if drawable(line)]
    top = (HEIGHT - len(wrapped) * size * 1.25 - LINE * 1.2 - len(below) * LINE * 1.5) / 2
    ink = Image.new("L", (WIDTH, HEIGHT), 0)
    draw = ImageDraw.Draw(ink)
    for number, text in enumerate(wrapped):
        draw.text((MARGIN, top + number * size * 1.25), text, font=_font(BOLD, size), fill=PAPER)
    bar = round(top + len(wrapped) * size * 1.25 + LINE * 0.6)
    for number, text in enumerate(below):
        draw.text((MARGIN, bar + LINE * (1 + 1.5 * number)), text, font=small, fill=SOFT)
    picture = ink.point([level * LEVELS // 255 for level in range(256)])
    ImageDraw.Draw(picture).rectangle((MARGIN, bar, MARGIN + BAR[0], bar + BAR[1]), fill=LEVELS + 1)
    picture.putpalette(_palette(hue))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", bits=4)
    return buffer.getvalue()


@cache
def _font(name: str, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    # The basic layout: the other one depends on a library of the system.
    return ImageFont.truetype(str(FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)


def _fitting(title: str, width: int) -> tuple[int, list[str]]:
    """The size of the letters of a title, and its lines."""
    for size in TITLES:
        font = _font(BOLD, size)
        lines = _wrapped(title, font, width)
        if len(lines) <= TITLE_LINES and all(font.getlength(line) <= width for line in lines):
            return size, lines
    kept = [*lines[: TITLE_LINES - 1], " ".join(lines[TITLE_LINES - 1 :])]
    return size, [_cut(line, font, width) for line in kept if line]


def _wrapped(text: str, font: FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(text: str, font: FreeTypeFont, width: int) -> str:
    """The text, ended with « … » where it is wider than `width` pixels."""
    text = text[:LONGEST]
    if font.getlength(text) <= width:
        return text
    end = next(end for end in range(len(text), -1, -1) if font.getlength(f"{text[:end]}…") <= width)
    return f"{text[:end].rstrip()}…"


def _palette(hue: int | None) -> list[int]:
    """16 colours as a flat list: from the ground to the ink in `LEVELS` steps, and the bar."""
    if hue is None:
        ground, bar = (28, 29, 32), (255, 138, 92)
    else:
        red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue / 360, 0.2, 0.35))
        ground, bar = (red, green, blue), (255, 255, 255)
    paper = (236, 235, 230)
    steps = [
        round(low + (high - low) * level / LEVELS)
        for level in range(LEVELS + 1)
        for low, high in zip(ground, paper, strict=True)
    ]
    return [*steps, *bar]
