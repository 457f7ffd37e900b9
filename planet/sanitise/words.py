"""The plain text of what was sanitised."""

from __future__ import annotations

import html as entities
import re

# Patterns for what nh3 wrote: `<` and `>` stand only around tags.
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|dl|dt|dd|blockquote|pre|table|caption|tr|thead|tbody|tfoot|figure|figcaption|details|summary|address"
    r"|hr|br|audio|video)(?: [^>]*)?>",
)
_CELL = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^>]*>")
_BREAKS = re.compile(r" *\n[ \n]*")
_SPACES = re.compile(r"  +")


def plain(html: str) -> str:
    """All the text: one line a block, blanks folded, no markup, nothing escaped."""
    text = " ".join(html.split())
    if "<" in text:
        text = _CELL.sub(" ", _BLOCK.sub("\n", text)) if "<t" in text else _BLOCK.sub("\n", text)
        text = _TAG.sub("", text)
    if "&" in text:
        text = entities.unescape(text).replace("\xa0", " ")
    return _SPACES.sub(" ", _BREAKS.sub("\n", text)).strip()
