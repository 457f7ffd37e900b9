"""Recognise the format of a document by its beginning and its end, whatever its Content-Type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from planet.html_elements import PAGE_STARTS

Kind = Literal["feed", "json", "html", "calendar", "empty", "xml", "other"]
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_LATER = re.compile(r"<(rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_FEEDS = frozenset({"rss", "feed", "rdf", "channel"})
_LOOK = 20_000
"""Characters of anything else (a script's complaints) that may stand before the markup."""
_STEPS = 1000
"""Comments and processing instructions that may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`root` is the name of the root as written, `at` where it begins; `doctype` and `junk` say what stands before it."""

    kind: Kind
    root: str = ""
    at: int = 0
    doctype: bool = False
    junk: bool = False


def start(text: str) -> Start:
    """What the text is, and where its root begins."""
    position = _skip_blanks(text, 0)
    if position == len(text):
        return Start(kind="empty")
    if text[position] in "{[":
        return Start(kind="json", at=position)
    if text.startswith("BEGIN:VCALENDAR", position):
        return Start(kind="calendar", at=position)
    doctype = junk = page = False
    for _ in range(_STEPS):
        if text.startswith("<?", position):
            position = _after(text, "?>", position)
        elif text.startswith("<!--", position):
            position = _after(text, "-->", position)
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            doctype, page = True, page or text[position + 9 : position + 20].strip().lower().startswith("html")
            position = _after_doctype(text, position)
        elif match := _ROOT.match(text, position):
            return _rooted(text, match, doctype=doctype, junk=junk, page=page)
        else:
            junk = True
            position = text.find("<", position + 1, _LOOK)
            if position < 0:
                break
            continue
        position = _skip_blanks(text, position)
    return Start(kind="html" if page else "other", doctype=doctype, junk=junk)


def _rooted(text: str, match: re.Match[str], *, doctype: bool, junk: bool, page: bool) -> Start:
    name = match[1]
    local = name.rpartition(":")[2].lower()
    kind: Kind
    if local in _FEEDS:
        kind = "feed"
    elif local in PAGE_STARTS or page:
        # A script that complained in HTML before it wrote its feed: `<br /><b>Warning</b>… <rss>`.
        later = _LATER.search(text, match.start(), _LOOK)
        if later and local not in {"html", "head", "body"} and not page:
            return Start(kind="feed", root=later[1], at=later.start(), doctype=doctype, junk=True)
        kind = "html"
    else:
        kind = "xml"
    return Start(kind=kind, root=name, at=match.start(), doctype=doctype, junk=junk)


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and (text[position].isspace() or text[position] in "\ufeff\x00"):
        position += 1
    return position


def _after(text: str, end: str, position: int) -> int:
    index = text.find(end, position)
    return len(text) if index < 0 else index + len(end)


def _after_doctype(text: str, position: int) -> int:
    """Behind the document type, its internal subset included."""
    end = text.find(">", position)
    subset = text.find("[", position)
    if 0 <= subset < end:
        closed = text.find("]", subset)
        # A `]` in an entity's value is not the end: the end is a `]` that `>` follows.
        while closed >= 0 and text[closed + 1 : closed + 50].lstrip()[:1] != ">":
            closed = text.find("]", closed + 1)
        end = text.find(">", closed) if closed >= 0 else -1
    return len(text) if end < 0 else end + 1


def root_end(text: str, root: str) -> int:
    """Where the end tag of the root ends; -1 when the document was cut before it."""
    position = text.rfind(f"</{root}")
    while position >= 0:
        after = position + len(root) + 2
        end = _skip_blanks(text, after)
        if end < len(text) and text[end] == ">":
            opened = text.rfind("<![CDATA[", 0, position)
            return -1 if opened >= 0 and text.find("]]>", opened, position) < 0 else end + 1
        position = text.rfind(f"</{root}", 0, position)
    return -1
