"""The plain text of sanitised HTML."""

from __future__ import annotations

import re

from planet.html_elements import BLOCKS, CELLS, KEPT

_TAG = re.compile(r"<(/?[a-z0-9]+)[^>]*>")
"""For what nh3 wrote: `<` and `>` stand only around tags."""
_BREAK = "\x01"
"""Marks the end of a line: no legal text contains this character."""
_SPACES = ("\n", "\t", "\xa0", "\u2028", "\u2029")
_BETWEEN = {tag: _BREAK for name in BLOCKS & KEPT for tag in (name, f"/{name}")} | {f"/{name}": " " for name in CELLS}


def split(html: str) -> list[str]:
    """Text and tag names in turn, the first and the last a text: `["", "p", "one", "/p", ""]`."""
    return _TAG.split(html)


def plain(parts: list[str]) -> str:
    """All the text: one line a block, blanks folded, no markup, nothing escaped."""
    between = _BETWEEN.get
    joined = list(parts)
    joined[1::2] = [between(tag, "") for tag in parts[1::2]]
    text = "".join(joined)
    if "&" in text:  # nh3 escapes these four in text, and no other
        text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for space in _SPACES:
        if space in text:
            text = text.replace(space, " ")
    lines = [line.strip() for line in text.split(_BREAK)]
    # Taking a line apart into words costs most of this: only where there is something to fold.
    return "\n".join([" ".join(line.split()) if "  " in line else line for line in lines if line])
