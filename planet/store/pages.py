"""Read rows from the leaf pages of a database file whose inner pages are lost.

After https://www.sqlite.org/fileformat2.html: leaf pages of tables (1.6), records (2.1), overflow pages (1.6). Text is UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

Value = int | float | bytes | None
_LEAF = 13
"""The first byte of a leaf page of a table."""
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Serial type -> bytes of an integer."""


def rows(path: Path, page_size: int) -> Iterator[tuple[int, list[Value]]]:
    """(row number, values) of every row that is whole, in the order of the pages. Texts and blobs are bytes."""
    content = path.read_bytes()
    for start in range(0, len(content) - page_size + 1, page_size):
        header = start + (100 if start == 0 else 0)
        if content[header] != _LEAF:
            continue
        for cell in range(int.from_bytes(content[header + 3 : header + 5], "big")):
            place = header + 8 + 2 * cell
            offset = int.from_bytes(content[place : place + 2], "big")
            try:
                if place + 2 > start + page_size or not 0 < offset < page_size:
                    break
                yield _row(content, start + offset, page_size)
            except (IndexError, ValueError):
                continue


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for place in range(at, at + 8):
        value = value << 7 | content[place] & 0x7F
        if content[place] < 0x80:
            return value, place + 1
    return value << 8 | content[at + 8], at + 9


def _row(content: bytes, at: int, page_size: int) -> tuple[int, list[Value]]:
    size, at = _varint(content, at)
    number, at = _varint(content, at)
    return number, _record(_payload(content, at, size, page_size))


def _payload(content: bytes, at: int, size: int, page_size: int) -> bytes:
    """`size` bytes, of which those that have no room here are on a chain of overflow pages. Raises ValueError: the chain is broken."""
    most, least = page_size - 35, (page_size - 12) * 32 // 255 - 23
    local = size
    if size > most:
        local = least + (size - least) % (page_size - 4)
        local = local if local <= most else least
    parts = [content[at : at + local]]
    missing, following = size - local, int.from_bytes(content[at + local : at + local + 4], "big")
    while missing:
        page = (following - 1) * page_size
        if following < 2 or page + page_size > len(content):
            raise ValueError("an overflow page that is not there")
        parts.append(content[page + 4 : page + 4 + min(missing, page_size - 4)])
        missing -= len(parts[-1])
        following = int.from_bytes(content[page : page + 4], "big")
    return b"".join(parts)


def _record(payload: bytes) -> list[Value]:
    """The values of a record. Raises ValueError where it is not as long as it says."""
    end, at = _varint(payload, 0)
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[Value] = []
    for kind in kinds:
        length = _INTEGERS.get(kind, 8 if kind == 7 else (kind - 12) // 2 if kind >= 12 else 0)
        piece = payload[at : at + length]
        if len(piece) != length or kind in {7, 10, 11}:
            raise ValueError("not a record of ours: cut short, or a number with a point")
        values.append(
            piece
            if kind >= 12
            else None
            if kind == 0
            else kind - 8
            if kind >= 8
            else int.from_bytes(piece, "big", signed=True)
        )
        at += length
    return values
