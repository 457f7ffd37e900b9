"""Bytes to text: which character set a document is in, whatever its labels say. One bad byte costs one character.

The order (fetching 1f): byte order mark; UTF-8 that is valid and not plain ASCII; the charset of Content-Type if it decodes strictly;
that of the XML declaration (or of an HTML page's meta); UTF-8 with a few bad bytes; windows-1252, which stands for ISO-8859-1 and
US-ASCII as everywhere on the web.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import webencodings
from webencodings.labels import LABELS

# Python knows codecs that are no character sets (`unicode_escape`, `zlib_codec`) and some that hide markup (`utf-7`): only those
# that the WHATWG Encoding Standard names are used, under any spelling of theirs or of Python's (`latin-9`, `cp936`).
_NAMES = {
    re.sub("[^a-z0-9]", "", label): name
    for label, name in LABELS.items()
    if name not in {"replacement", "x-user-defined"}
} | {"cp874": "windows-874", "cp949": "euc-kr"}
_WIDE = frozenset({"gb18030", "big5hkscs", "cp932", "euc_jp", "iso2022_jp", "cp949"})
"""Of more than one byte a character."""
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']\s*([\w.:+-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]+")
_FEW = 4
"""Legacy double-byte text of fewer characters than this may be valid UTF-8 by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text, what it was read as, and how many characters had to be replaced. `label` is a declared charset that is unknown."""

    text: str
    charset: str
    replaced: int = 0
    label: str = ""


def decode(body: bytes, content_type: str = "") -> Decoded | None:
    """The text of a document; None for UTF-32, which no feed uses and which hides markup from simple checks."""
    marked = _by_mark(body)
    if marked is not None:
        return marked if marked.charset else None
    if not body.isascii():
        return _not_ascii(body, content_type)
    labels, unknown = _labels(body, content_type)
    if b"\x00" in body[:64] and (wide := _without_mark(body)):
        return _lossy(body, wide, unknown)
    if b"\x1b" in body and "iso2022_jp" in labels:
        return _lossy(body, "iso2022_jp", unknown)
    return Decoded(text=body.decode("ascii"), charset="utf-8", label=unknown)


def _by_mark(body: bytes) -> Decoded | None:
    """What the byte order mark says. A mark is no part of the text, however often it stands there."""
    if body.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return Decoded(text="", charset="")
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if body.startswith(mark):
            if codec == "utf-8":
                try:
                    return Decoded(text=body.decode().lstrip("\ufeff"), charset=codec)
                except UnicodeDecodeError:
                    return _not_ascii(body.lstrip(mark), "")
            read = _lossy(body[len(mark) :], codec, "")
            return Decoded(text=read.text.lstrip("\ufeff"), charset=codec, replaced=read.replaced)
    return None


def _without_mark(body: bytes) -> str:
    """UTF-16 without a mark shows by its zeros: a document begins with a blank or `<`, both below 128."""
    head = body[:4]
    if len(head) == 4 and head[0] and not head[1] and head[2] and not head[3]:
        return "utf-16-le"
    if len(head) == 4 and not head[0] and head[1] and not head[2] and head[3]:
        return "utf-16-be"
    return ""


def _not_ascii(body: bytes, content_type: str) -> Decoded:
    labels, unknown = _labels(body, content_type)
    if b"\x00" in body[:64] and (wide := _without_mark(body)):
        return _lossy(body, wide, unknown)
    doublebyte = next((codec for codec in labels if codec in _WIDE), "")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        pass
    else:
        if not doublebyte or sum(len(run) for run in _HIGH.findall(body)) >= 2 * _FEW:
            return Decoded(text=text, charset="utf-8", label=unknown)
    almost = _almost_utf8(body)
    if almost is not None and not doublebyte:
        return Decoded(text=almost[0], charset="utf-8", replaced=almost[1], label=unknown)
    for codec in labels:
        if codec not in {"utf-8", "utf-16-le", "utf-16-be"}:
            try:
                return Decoded(text=body.decode(codec), charset=codec, label=unknown)
            except UnicodeDecodeError:
                continue
    if doublebyte:
        read = _lossy(body, doublebyte, unknown)
        if read.replaced * 8 <= len(body) - len(body.translate(None, bytes(range(128, 256)))):
            return read
    if almost is not None:
        return Decoded(text=almost[0], charset="utf-8", replaced=almost[1], label=unknown)
    return _lossy(body, "cp1252", unknown)


def _almost_utf8(body: bytes) -> tuple[str, int] | None:
    """UTF-8 with a few bad bytes: more characters are spelled rightly than bytes are wrong, which no other charset gives."""
    text = body.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(1 for run in _HIGH.findall(body) for byte in run if byte >= 0xC2) - wrong
    return (text, wrong) if right >= wrong else None


def _lossy(body: bytes, codec: str, label: str) -> Decoded:
    text = body.decode(codec, "replace")
    return Decoded(text=text, charset=codec, replaced=text.count("\ufffd"), label=label)


def _codec(label: str) -> str:
    """The codec that a label means, "" for none that may be used."""
    name = _NAMES.get(_letters(label))
    if name is None:
        try:
            name = _NAMES.get(_letters(codecs.lookup(_letters(label)).name))
        except LookupError:
            return ""
    encoding = webencodings.lookup("gb18030" if name == "gbk" else name) if name else None
    return encoding.codec_info.name if encoding else ""


def _letters(label: str) -> str:
    return re.sub("[^a-z0-9]", "", label.lower())


def _labels(body: bytes, content_type: str) -> tuple[list[str], str]:
    """The codecs that the labels name, header first, and the first label that names none."""
    labels = [match[1] for match in (_HEADER.search(content_type),) if match]
    declared = _DECLARATION.search(body[:1024]) or _META.search(body[:4096])
    if declared:
        labels.append(declared[1].decode("ascii", "replace"))
    names = [name.lower() for name in labels]
    return (
        [codec for name in names if (codec := _codec(name))],
        next((name for name in names if not _codec(name)), ""),
    )
