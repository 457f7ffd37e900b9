"""As much of CBOR (RFC 8949) as Pagefind's index files hold: whole numbers, texts, arrays. Written the shortest way (section 4.2)."""

from __future__ import annotations

Value = int | str | list["Value"]
_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def read(data: bytes) -> Value:
    """The one value that `data` is. Raises ValueError for anything else."""
    value, end = _read(data, 0)
    if end != len(data):
        raise ValueError("more than one value")
    return value


def _read(data: bytes, at: int) -> tuple[Value, int]:
    if at >= len(data):
        raise ValueError("cut off")
    major, count = data[at] >> 5, data[at] & 31
    at += 1
    if count in _LENGTHS:
        size = _LENGTHS[count]
        count = int.from_bytes(data[at : at + size])
        at += size
    elif count > 27:
        raise ValueError("indefinite length")
    match major:
        case 0:
            return count, at
        case 1:
            return -1 - count, at
        case 3:
            if at + count > len(data):
                raise ValueError("cut off")
            return data[at : at + count].decode(), at + count
        case 4:
            items: list[Value] = []
            for _ in range(count):
                item, at = _read(data, at)
                items.append(item)
            return items, at
        case _:
            raise ValueError(f"type {major} is not known")


def write(value: Value) -> bytes:
    """The shortest form."""
    match value:
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case str():
            encoded = value.encode()
            return _head(3, len(encoded)) + encoded
        case list():
            return _head(4, len(value)) + b"".join(write(item) for item in value)


def _head(major: int, count: int) -> bytes:
    if count < 24:
        return bytes([major << 5 | count])
    for info, size in _LENGTHS.items():
        if count < 1 << 8 * size:
            return bytes([major << 5 | info]) + count.to_bytes(size)
    raise ValueError("too large")
