"""Limits of a document, checked before it is parsed. Linear: `str.find` only, no regular expression that can backtrack."""

from __future__ import annotations

import re

from planet.model import Message, Unreadable

MAX_DEPTH = 250
"""libxml2 stops at 256 by itself; the liberal reader does not."""
MAX_ELEMENTS = 400_000
MAX_ATTRIBUTES = 200
MAX_LIBERAL_ELEMENTS = 100_000
MAX_LIBERAL_ITEMS = 10_000
MAX_TAG = 2_000_000
"""Characters of a tag: an attribute may contain a whole picture as a `data:` URL."""
MAX_BROKEN_TAG = 100_000
_ITEM = re.compile(r"(?:[\w.-]{1,20}:)?(?:item|entry)[\s>/]", re.IGNORECASE)


def refused(reason: Message) -> Unreadable:
    return Unreadable(error_class="too-large", error=reason)


def cheap(data: bytes) -> bool:
    """Whether a count of bytes already shows that the document is small enough; `check` is only needed where it does not."""
    if len(data) <= 4 * MAX_ELEMENTS:
        return True  # the shortest element has four bytes, the shortest attribute five
    return data.count(b"<") <= MAX_ELEMENTS and data.count(b"=") <= MAX_ELEMENTS


def check(text: str, *, liberal: bool = False) -> Unreadable | None:
    """Why the document is refused: too many elements, items or attributes, nested too deep. None when it is not.

    Comments and CDATA are skipped, so that a post about XML costs nothing. `liberal` sets the limits of the slower reader.
    """
    most = MAX_LIBERAL_ELEMENTS if liberal else MAX_ELEMENTS
    position = depth = elements = items = 0
    find = text.find
    while (position := find("<", position)) >= 0:
        if text.startswith("<!--", position):
            end = find("-->", position + 4) + 2
        elif text.startswith("<![CDATA[", position):
            end = find("]]>", position + 9) + 2
        else:
            end = find(">", position + 1)
        if end <= position:
            return None  # markup that never ends: no parser gets beyond it
        if end - position > (MAX_BROKEN_TAG if liberal else MAX_TAG) and text[position + 1] not in "!?":
            return refused(
                Message.of("a tag of more than {most} characters", most=MAX_BROKEN_TAG if liberal else MAX_TAG)
            )
        kind = text[position + 1]
        if kind == "/":
            depth = max(0, depth - 1)
        elif kind.isalpha() or kind == "_":
            elements += 1
            if text[end - 1] != "/":
                depth += 1
            if elements > most:
                return refused(Message.of("more than {most} elements in one document", most=most))
            if end - position > MAX_ATTRIBUTES * 3 and text.count("=", position, end) > MAX_ATTRIBUTES:
                return refused(Message.of("more than {most} attributes on one element", most=MAX_ATTRIBUTES))
            if liberal:
                items += _ITEM.match(text, position + 1) is not None
                if items > MAX_LIBERAL_ITEMS:
                    return refused(
                        Message.of("more than {most} entries in a document that is not well-formed", most=items - 1)
                    )
            if depth > MAX_DEPTH and not liberal:
                return refused(Message.of("elements are nested more than {most} deep", most=MAX_DEPTH))
        position = end + 1
    return None
