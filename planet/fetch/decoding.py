"""Decode content codings with a limit of output; a stream that does not end properly is refused.

`zlib` decodes half a stream without a word, and so do the wrappers that HTTP libraries put around it.
"""

from __future__ import annotations

import importlib
import threading
import time
import zlib
from collections.abc import Generator, Iterator
from typing import Any

from planet.fetch.errors import UndecodableError
from planet.model import Message

MAX_LAYERS = 2
_PIECE = 65536
_KEPT = 1_000_000
_MOST_PARTS = 256
"""Members of gzip, frames of zstd: an honest answer has one, and thousands of empty ones cost seconds for some hundred bytes."""
SECONDS = 5.0
"""Limit of processor time (seconds) for decoding one answer."""
_GZIP = b"\x1f\x8b"
_ZSTD_FRAMES = (b"\x28\xb5\x2f\xfd", *(bytes([number]) + b"\x2a\x4d\x18" for number in range(0x50, 0x60)))
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


def _too_many_parts() -> UndecodableError:
    return UndecodableError("too-large", Message.of("the answer is compressed in too many pieces"))


def _inflated(stream: Any, data: bytes, start: int = 0) -> Generator[bytes, None, int]:
    """Yield the decoded pieces of a zlib stream in `data` from `start` on. Returns the position where the stream or the data ended."""
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
    for _ in range(_MOST_PARTS):
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
        if not data.startswith(_GZIP, position):
            return
    raise _too_many_parts()


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
    """Frames are put together; junk behind the last one is ignored."""
    # RFC 9659: no window above 8 MB in HTTP.
    options = {_zstd.DecompressionParameter.window_log_max: 23}
    view = memoryview(data)
    position = 0
    for _ in range(_MOST_PARTS):
        stream = _zstd.ZstdDecompressor(options=options)
        try:
            while not stream.eof and (position < len(data) or not stream.needs_input):
                piece = view[position : position + _PIECE] if stream.needs_input else b""
                position += len(piece)
                yield stream.decompress(piece, max_length=_PIECE)
        except _zstd.ZstdError:
            raise _broken("zstd") from None
        if not stream.eof:
            raise _truncated()
        position -= len(stream.unused_data)
        if not data.startswith(_ZSTD_FRAMES, position):
            return
    raise _too_many_parts()


_DECODERS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _br, "zstd": _zstandard}


def _undone(name: str, data: bytes, limit: int, ends: float) -> bytes:
    """One coding undone. What is large is counted first and kept only the second time: a bomb never fills more than a megabyte."""
    pieces: list[bytes] = []
    size = 0
    for piece in _DECODERS[name](data):
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        if time.thread_time() > ends:
            raise UndecodableError("too-large", Message.of("the answer takes too long to decompress"))
        if size <= _KEPT:
            pieces.append(piece)
        else:
            pieces.clear()
    if size <= _KEPT:
        return b"".join(pieces)
    return b"".join(_DECODERS[name](data))


def _is_document(data: bytes) -> bool:
    """Whether a body is plainly no compressed one: markup, JSON, a calendar, with or without a byte order mark."""
    if data.startswith((b"\xff\xfe<", b"\xfe\xff\0<")):
        return True
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start[:1] in {b"<", b"{", b"["} or start[:6].upper() == b"BEGIN:"


def _coding_of(data: bytes) -> str:
    """The coding that the first bytes show, whatever was announced; "" for none."""
    if data.startswith(_GZIP):
        return "gzip"
    # A zlib header (RFC 1950 2.2): no document begins so.
    return "deflate" if data[:1] == b"\x78" and len(data) > 1 and int.from_bytes(data[:2], "big") % 31 == 0 else ""


def decode(data: bytes, content_encoding: str, limit: int, seconds: float = SECONDS) -> bytes:
    """The body itself, at most `limit` bytes of it, for `seconds` of this thread's processor. Raises UndecodableError.

    Servers write names that are no codings (aws-chunked, utf-8, none), announce one twice, or do not announce it: what the bytes are
    decides. A body that is plainly a document is taken as it is, and gzip and zlib are recognised by their first bytes.
    """
    names = [name for name in (part.strip().lower() for part in content_encoding.split(",")) if name]
    names = [name for name in names if name != "identity"]
    codings = [name for name in names if name.removeprefix("x-") in CODINGS]
    if len(codings) > MAX_LAYERS:
        raise UndecodableError(
            "unsupported", Message.of("the answer is compressed {times} times over", times=len(codings))
        )
    layers = len(codings)
    with _AT_ONCE:
        ends = time.thread_time() + seconds
        while codings and not _is_document(data):
            data = _undone(codings.pop(), data, limit, ends)
        while (unannounced := _coding_of(data)) and layers < MAX_LAYERS:
            data = _undone(unannounced, data, limit, ends)
            layers += 1
    foreign = [name for name in names if name.removeprefix("x-") not in CODINGS]
    if foreign and not _is_document(data):
        raise UndecodableError(
            "unsupported",
            Message.of("the answer is compressed as {coding}, which was not asked for", coding=foreign[0][:40]),
        )
    if len(data) > limit:
        raise _too_large(limit)
    return data
