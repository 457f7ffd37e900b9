"""Reduce the picture that a member configured to a small square WebP, which the planet serves itself."""

from __future__ import annotations

import io
import warnings

SIDE = 96
"""Shown at 40 px: enough for screens of twice the density."""
MAX_BYTES = 5_000_000
MAX_PIXELS = 16_000_000
"""Largest picture in pixels (a photograph); each pixel costs some 12 bytes of memory while the picture is reduced."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
"""Formats that are decoded; SVG is not, since it can contain scripts."""


def square(data: bytes) -> bytes | None:
    """A WebP of 96 by 96 px, cut from the middle; None for what is no picture, too big, or when Pillow is not installed."""
    try:
        from PIL import Image, ImageOps  # an extra
    except ImportError:
        return None
    if len(data) > MAX_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    return None
                opened.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG need not be decoded at its full size
                picture = ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGBA"), (SIDE, SIDE))
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=82, method=6)
    except Exception:  # noqa: BLE001 - Pillow has no end of ways to say that a file is broken
        return None
    return buffer.getvalue()
