"""Content codings undone by hand: bounded in what they give, and refused unless the end of the stream was reached (T06 to T12).

`zlib` decodes half a stream without a word, and so do the wrappers that HTTP libraries put around it.
"""

from __future__ import annotations

import importlib
import threading
import zlib
from typing import Any

from planet.model import Message
from planet.model.fetch import ErrorClass

MAX_LAYERS = 2
_PIECE = 65536
# Decoding is work for the processor, not for the network: more at once than this only holds more memory.
_AT_ONCE = threading.BoundedSemaphore(4)


class UndecodableError(ValueError):
    """The body is not what its Content-Encoding says, or is more than was asked for."""

    def __init__(self, error_class: ErrorClass, message: Message) -> None:
        self.error_class: ErrorClass = error_class
        self.message = message
        super().__init__(str(message))


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


def _gzip(data: bytes, limit: int) -> bytes:
    """Members are put together; junk behind the last one is ignored (T07)."""
    out = b""
    rest = data
    while True:
        member = zlib.decompressobj(31)
        try:
            out += member.decompress(rest, limit - len(out) + 1)
        except zlib.error:
            if out:
                return out
            raise _broken("gzip") from None
        if len(out) > limit:
            raise _too_large(limit)
        if not member.eof:
            raise _truncated()
        rest = member.unused_data
        if not rest.startswith(b"\x1f\x8b"):
            return out


def _deflate(data: bytes, limit: int) -> bytes:
    """The zlib format as RFC 9110 8.4.1.2 wants it, or the raw stream that many send (T09)."""
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        stream = zlib.decompressobj(window)
        try:
            out = stream.decompress(data, limit + 1)
        except zlib.error:
            continue
        if len(out) > limit:
            raise _too_large(limit)
        if not stream.eof:
            raise _truncated()
        return out
    raise _broken("deflate")


def _br(data: bytes, limit: int) -> bytes:
    stream = _brotli.Decompressor()
    out = bytearray()
    try:
        out += stream.process(data, output_buffer_limit=_PIECE)
        while len(out) <= limit and not stream.is_finished() and not stream.can_accept_more_data():
            out += stream.process(b"", output_buffer_limit=_PIECE)
    except _brotli.error:
        raise _broken("br") from None
    if len(out) > limit:
        raise _too_large(limit)
    if not stream.is_finished():
        raise _truncated()
    return bytes(out)


def _zstandard(data: bytes, limit: int) -> bytes:
    out = bytearray()
    rest = data
    # RFC 9659: no window above 8 MB in HTTP.
    options = {_zstd.DecompressionParameter.window_log_max: 23}
    while True:
        stream = _zstd.ZstdDecompressor(options=options)
        try:
            out += stream.decompress(rest, max_length=limit - len(out) + 1)
        except _zstd.ZstdError:
            if out:
                return bytes(out)
            raise _broken("zstd") from None
        if len(out) > limit:
            raise _too_large(limit)
        if not stream.eof:
            raise _truncated()
        rest = stream.unused_data
        if not rest:
            return bytes(out)


_DECODERS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _br, "zstd": _zstandard}


def decode(data: bytes, content_encoding: str, limit: int) -> bytes:
    """The body itself, at most `limit` bytes of it. Raises UndecodableError.

    A body that is plainly a document although its coding says otherwise is taken as it is (T08).
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
            data = _DECODERS[name](data, limit)
    return data


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise _too_large(limit)
    return data
