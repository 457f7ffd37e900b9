"""Pictures of sources: made small and square, or refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from planet.render.avatars import MAX_BYTES, SIDE, square


def picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB", **options) -> bytes:
    made = io.BytesIO()
    Image.new(mode, (width, height), "red" if mode != "P" else 1).save(made, kind, **options)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_becomes_a_small_square(kind: str) -> None:
    made = square(picture(640, 200, kind))
    assert made is not None
    with Image.open(io.BytesIO(made)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (SIDE, SIDE))
    assert len(made) < 10_000


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = picture(300, 300)
    assert square(data) == square(data)


def test_transparency_stays() -> None:
    made = square(picture(50, 50, mode="RGBA"))
    assert made is not None
    assert Image.open(io.BytesIO(made)).mode in {"RGBA", "RGB"}


def test_a_turned_photograph_stands_upright() -> None:
    image = Image.new("RGB", (100, 100), "red")
    image.paste("blue", (0, 0, 100, 50))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    data = io.BytesIO()
    image.save(data, "JPEG", exif=exif)
    made = square(data.getvalue())
    assert made is not None
    red, _, blue, *_ = Image.open(io.BytesIO(made)).convert("RGB").getpixel((SIDE // 2, 5))
    assert red > blue


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is very large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html>",
        picture(64, 64)[:60],
        bomb(50_000, 50_000),
        bomb(8_000, 8_000),
        bomb(0, 0),
        b"\x89PNG" + b"\0" * MAX_BYTES,
        picture(32, 32, "BMP"),
        picture(32, 32, "TIFF"),
    ],
    ids=["empty", "text", "svg", "html", "cut", "bomb", "large", "nothing", "heavy", "bmp", "tiff"],
)
def test_what_is_no_fit_picture_is_refused(data: bytes) -> None:
    assert square(data) is None
