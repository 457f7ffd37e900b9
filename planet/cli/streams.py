"""Print to terminals and pipes that cannot encode every character, as with a Latin-1 locale."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys

_PLAIN = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "...", "\u2192": "->",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u0153": "oe", "\u0152": "OE", "\u20ac": "EUR", "\u2022": "*", "\u00ab": '"', "\u00bb": '"',
})  # fmt: skip
ERRORS = "planet.plain"
"""Name of the error handler that writes what is nearest."""


def _nearest(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return text.encode(error.encoding, "replace"), error.end


def take_every_character() -> None:
    """Set stdout and stderr to replace characters that they cannot encode."""
    codecs.register_error(ERRORS, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != "backslashreplace":
            stream.reconfigure(errors=ERRORS)


_ACTS_ON_TERMINALS = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that JSON leaves unescaped and a terminal acts on: DEL, the C1 controls, and those that change the direction of text."""


def json_text(value: object, *, indent: int | None = None) -> str:
    """JSON as it can be printed: where stdout is not UTF-8, every other character is escaped, so that no program misreads one."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    utf8 = codecs.lookup(encoding).name.startswith("utf")
    text = json.dumps(value, ensure_ascii=not utf8, indent=indent)
    return _ACTS_ON_TERMINALS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
