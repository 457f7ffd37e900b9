"""Content codings undone by hand: bounded in what they give, and refused unless the end of the stream was reached.

`zlib` decodes half a stream without a word, and so do the wrappers that HTTP libraries put around it.
"""

from __future__ import annotations

import importlib
import threading
import zlib
from collections.abc import Generator, Iterator
from typing import Any

from planet.fetch.errors import UndecodableError
from planet.model import Message

MAX_LAYERS = 2
_PIECE = 65536
_KEPT = 1_000_000
# Decoding is work for the processor, not for the network: more at once than this only holds more memory.
_AT_ONCE = threading.BoundedSemaphore(4)


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


_brotli = _library("brotli")
_zstd = _library("compression.zstd") or _library("backports.zstd")
CODINGS: tuple[str, ...] = ("gzip", "deflate", *(("br",) if _brotli else ()), *(("zstd",) if _zstd else ()))
ACCEPT_ENCODING = ", ".join(CODINGS)


def _too_large(limit: int) -> UndecodableError:
    return UndecodableError("too-large", Message.of("the document is larger than {limit} MB", limit=f"{limit / 1e6:g}"))


def _truncated() -> UndecodableError:
    return UndecodableError("truncated", Message.of("the compressed answer was cut off"))


def _broken(coding: str) -> UndecodableError:
    return UndecodableError("protocol", Message.of("the answer says that it is {coding}, and is not", coding=coding))


def _inflated(stream: Any, data: bytes, start: int = 0) -> Generator[bytes, None, int]:
    """What a zlib stream gives for `data` from `start` on, in pieces. Returns where the stream ended, or the data."""
    view = memoryview(data)
    for position in range(start, len(data), _PIECE):
        rest: Any = view[position : position + _PIECE]
        while True:
            piece = stream.decompress(rest, _PIECE)
            rest = stream.unconsumed_tail
            if piece:
                yield piece
            if stream.eof:
                return min(position + _PIECE, len(data)) - len(stream.unused_data)
            if not rest and len(piece) < _PIECE:
                break
    return len(data)


def _gzip(data: bytes) -> Iterator[bytes]:
    """Members are put together; junk behind the last one is ignored."""
    position = 0
    while True:
        member = zlib.decompressobj(31)
        try:
            end = yield from _inflated(member, data, position)
        except zlib.error:
            if position:
                return
            raise _broken("gzip") from None
        if not member.eof:
            raise _truncated()
        position = end
        if not data.startswith(b"\x1f\x8b", position):
            return


def _deflate(data: bytes) -> Iterator[bytes]:
    """The zlib format as RFC 9110 8.4.1.2 wants it, or the raw stream that many send."""
    try:
        zlib.decompressobj().decompress(data[:_PIECE], 1)
        stream = zlib.decompressobj()
    except zlib.error:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        yield from _inflated(stream, data)
    except zlib.error:
        raise _broken("deflate") from None
    if not stream.eof:
        raise _truncated()


def _br(data: bytes) -> Iterator[bytes]:
    stream = _brotli.Decompressor()
    try:
        piece = stream.process(data, output_buffer_limit=_PIECE)
        # It takes more data while it still holds some of the last: only no output at all means that there is none.
        while piece or not stream.can_accept_more_data():
            yield piece
            if stream.is_finished():
                break
            piece = stream.process(b"", output_buffer_limit=_PIECE)
    except _brotli.error:
        raise _broken("br") from None
    if not stream.is_finished():
        raise _truncated()


def _zstandard(data: bytes) -> Iterator[bytes]:
    # RFC 9659: no window above 8 MB in HTTP.
    options = {_zstd.DecompressionParameter.window_log_max: 23}
    rest = data
    while rest:
        stream = _zstd.ZstdDecompressor(options=options)
        try:
            yield stream.decompress(rest, max_length=_PIECE)
            while not stream.eof and not stream.needs_input:
                yield stream.decompress(b"", max_length=_PIECE)
        except _zstd.ZstdError:
            if rest is not data:
                return
            raise _broken("zstd") from None
        if not stream.eof:
            raise _truncated()
        rest = stream.unused_data


_DECODERS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _br, "zstd": _zstandard}


def _undone(name: str, data: bytes, limit: int) -> bytes:
    """One coding undone. What is large is counted first and pieces only the second time: a bomb never fills more than a megabyte."""
    pieces: list[bytes] = []
    size = 0
    for piece in _DECODERS[name](data):
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        if size <= _KEPT:
            pieces.append(piece)
        else:
            pieces.clear()
    if size <= _KEPT:
        return b"".join(pieces)
    return b"".join(_DECODERS[name](data))


def decode(data: bytes, content_encoding: str, limit: int) -> bytes:
    """The body itself, at most `limit` bytes of it. Raises UndecodableError.

    A body that is plainly a document although its coding says otherwise is taken as it is.
    """
    layers = [name for name in (part.strip().lower() for part in content_encoding.split(",")) if name]
    layers = [name for name in layers if name != "identity"]
    if len(layers) > MAX_LAYERS:
        raise UndecodableError(
            "unsupported", Message.of("the answer is compressed {times} times over", times=len(layers))
        )
    for name in layers:
        if name.removeprefix("x-") not in CODINGS:
            raise UndecodableError(
                "unsupported",
                Message.of("the answer is compressed as {coding}, which was not asked for", coding=name[:40]),
            )
    if layers and data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"<", b"{"} and not data.startswith(b"\x1f\x8b"):
        return _within(data, limit)
    if not layers:
        return _within(data, limit)
    with _AT_ONCE:
        for name in reversed(layers):
            data = _undone(name, data, limit)
    return data


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise _too_large(limit)
    return data
