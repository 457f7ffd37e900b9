"""Answer requests for files of the site: status, header fields and bytes (RFC 9110).

    answer = respond(folder, Asked(target="/php/?x=1", fields=headers))

Files are read, never changed. The request line and the fields are a client's: nothing outside the folder is ever answered.
"""

from __future__ import annotations

import gzip
import mimetypes
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from planet.fetch.headers import http_date
from planet.formats import media_type

TYPES = {
    ".ics": "text/calendar", ".js": "text/javascript", ".json": "application/json", ".opml": "text/x-opml", ".webmanifest":
    "application/manifest+json", ".webp": "image/webp", ".woff2": "font/woff2", ".xml": "application/xml", ".xsl": "application/xslt+xml",
    ".m4a": "audio/mp4", ".opus": "audio/ogg", ".vtt": "text/vtt", ".avif": "image/avif", ".wasm": "application/wasm",
}  # fmt: skip
"""By the end of a name, where the machine's own table says nothing, or something else on each machine."""
COMPRESSIBLE = re.compile(
    r"text/|application/(.*\+)?(json|xml|wasm)$|image/svg\+xml|image/x-icon|image/vnd\.microsoft\.icon"
)
WORTH_COMPRESSING = 1_000
"""Bytes below which a compressed answer is no smaller on the wire: it fills one packet either way."""
FOREVER = "public, max-age=31536000, immutable"
"""Cache-Control of addresses with `?v=`, which change with their bytes (RFC 8246)."""
LOOK_AGAIN = "no-cache"
"""Cache-Control of pages: cached, but revalidated each time, so that a rebuilt site shows at the next click."""
CODINGS = (*(("br",) if find_spec("brotli") else ()), "gzip")
"""Content codings that this machine can write, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A GET or HEAD: the request target as sent, and the header fields by lower-case names."""

    target: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response and its content, encoded for the wire."""

    status: HTTPStatus
    fields: Mapping[str, str]
    body: bytes = b""


SHOWN_AS_XML = frozenset({"application/atom+xml", "application/rss+xml", "text/x-opml"})
"""Media types that browsers show as source or save. As `application/xml` they apply the style sheet that the document names."""


def content_type(name: str, accepted: str = "") -> str:
    """The media type of a file of the site by its name, with a charset where its bytes are text.

    `accepted` is the `Accept` of the request: who takes `text/html` is a browser, and shows feeds by their style sheet.
    """
    known = media_type(name) or TYPES.get(Path(name).suffix.lower()) or mimetypes.guess_type(name)[0]
    kind = known or "application/octet-stream"
    if kind in SHOWN_AS_XML and "text/html" in accepted:
        kind = "application/xml"
    text = kind.startswith("text/") or kind.endswith(("xml", "/json", "+json"))
    return f"{kind}; charset=utf-8" if text else kind


def respond(folder: Path, asked: Asked) -> Answer:
    """The answer to a request: the file, a part of it, "not modified", where a folder is, or the site's own page for nothing."""
    parts = urlsplit("/" + asked.target.lstrip("/"))
    path = unquote(parts.path)
    place = _within(folder, path)
    if place is None:
        return _missing(folder)
    if place.is_dir():
        if not (place / "index.html").is_file():
            return _missing(folder)  # nothing lists a folder
        if not path.endswith("/"):
            query = f"?{parts.query}" if parts.query else ""
            return Answer(status=HTTPStatus.MOVED_PERMANENTLY, fields={"Location": f"{quote(path)}/{query}"})
        place /= "index.html"
    elif path.endswith("/") or not place.is_file():
        return _missing(folder)
    versioned = "v" in parse_qs(parts.query)
    return _file(place, asked.fields, FOREVER if versioned else LOOK_AGAIN)


def _within(folder: Path, path: str) -> Path | None:
    """The file or folder below `folder` that a path names, or None: missing, hidden (`.planet/`, `.git/`), or outside.

    Links are followed: who may write into the folder set them.
    """
    names = [name for name in path.split("/") if name]
    if "\0" in path or "\\" in path or any(name.startswith(".") and name != ".well-known" for name in names):
        return None
    place = folder.joinpath(*names)
    try:
        place.stat()
    except OSError:  # nothing there, a name that is too long, a link that leads to itself
        return None
    return place


def _missing(folder: Path) -> Answer:
    page = folder / "404.html"
    body = page.read_bytes() if page.is_file() else b"404"
    kind = content_type(page.name) if page.is_file() else "text/plain; charset=utf-8"
    return Answer(status=HTTPStatus.NOT_FOUND, fields={"Content-Type": kind, "Cache-Control": LOOK_AGAIN}, body=body)


def _file(place: Path, fields: Mapping[str, str], cache: str) -> Answer:
    with place.open("rb") as file:  # a run may put another in its place: all that follows is of this one
        state = os.fstat(file.fileno())
        content = file.read()
    kind = content_type(place.name, fields.get("accept", ""))
    compressible = COMPRESSIBLE.match(kind.partition(";")[0]) is not None
    coding = ""
    if compressible and len(content) >= WORTH_COMPRESSING and "range" not in fields:
        coding = _coding(fields.get("accept-encoding", ""))
    tag = f'"{state.st_mtime_ns:x}-{len(content):x}{"-" + coding if coding else ""}"'
    modified = formatdate(state.st_mtime, usegmt=True)
    common = {"ETag": tag, "Last-Modified": modified, "Cache-Control": cache}
    if compressible:
        by_type = content_type(place.name) != content_type(place.name, "text/html")
        common["Vary"] = "Accept, Accept-Encoding" if by_type else "Accept-Encoding"
    if _unchanged(fields, tag, state.st_mtime):
        return Answer(status=HTTPStatus.NOT_MODIFIED, fields=common)
    common |= {"Content-Type": kind, "Accept-Ranges": "bytes"}
    part = _range(fields, len(content)) if fields.get("if-range", tag) in {tag, modified} else None
    if part is not None:
        return _part(content, part, common)
    if coding:
        return Answer(
            status=HTTPStatus.OK, fields=common | {"Content-Encoding": coding}, body=_encoded(content, coding)
        )
    return Answer(status=HTTPStatus.OK, fields=common, body=content)


def _part(content: bytes, part: range, fields: Mapping[str, str]) -> Answer:
    if not part:
        return Answer(
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, fields={"Content-Range": f"bytes */{len(content)}"}
        )
    where = {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{len(content)}"}
    return Answer(status=HTTPStatus.PARTIAL_CONTENT, fields={**fields, **where}, body=content[part.start : part.stop])


def _unchanged(fields: Mapping[str, str], tag: str, changed: float) -> bool:
    """Whether the client has it: If-None-Match, and If-Modified-Since where that is missing (RFC 9110, 13.2.2)."""
    match = fields.get("if-none-match")
    if match is not None:
        return match.strip() == "*" or tag in (given.strip().removeprefix("W/") for given in match.split(","))
    since = http_date(fields.get("if-modified-since", ""))
    return since is not None and int(changed) <= since.timestamp()


def _range(fields: Mapping[str, str], size: int) -> range | None:
    """The bytes that a `Range` asks for; empty where there are none such, None where the field is missing or asks for several."""
    match = re.fullmatch(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", fields.get("range", ""))
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None  # RFC 9110, 14.1.1: such a field counts as none
    return range(int(first), min(size, int(last) + 1) if last else size)


def _coding(accepted: str) -> str:
    """The best content coding that a client takes, "" for none."""
    weights = {}
    for item in accepted.lower().split(","):
        name, _, parameters = item.partition(";")
        weights[name.strip()] = not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", parameters)
    return next((coding for coding in CODINGS if weights.get(coding, weights.get("*", False))), "")


@lru_cache(maxsize=64)
def _encoded(content: bytes, coding: str) -> bytes:
    """The bytes of a file in a content coding."""
    if coding == "br":
        compressed: bytes = import_module("brotli").compress(content, quality=5)
        return compressed
    return gzip.compress(content, compresslevel=6, mtime=0)
