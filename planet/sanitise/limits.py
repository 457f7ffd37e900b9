"""Limits of markup, checked before it is parsed, in linear time.

Building a tree is quadratic in its depth, and an unclosed formatting element is opened again in every block that follows it
(600 `<b>` and 600 `<p>` make 6 MB): 500 kB of hostile markup could take minutes in a call that nothing interrupts.
"""

from __future__ import annotations

import re

from planet.html_elements import FORMATTING, IMPLIED_END, INLINE, RAW, VOID

MAX_DEPTH = 400
MAX_COPIES = 200_000
"""How many elements reopened formatting may add: 0.3 s of parsing."""
MAX_REFERENCES = 100_000
"""Text grows by a piece at each `&`, and is copied each time: 0.1 s."""
FEW_TAGS = 500
"""So few tags can do no harm, whatever they are."""
_ITEMS = {
    "li": frozenset({"li"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd"})),
    **dict.fromkeys(("rt", "rp"), frozenset({"rt", "rp"})),
}
"""Elements that end an open one of these, unless another stands between (13.2.6.4.7): `<dt><li><dt>` nests."""
_FLAT = (VOID | IMPLIED_END) - _ITEMS.keys()
"""Never open, or closed by the next of their kind, wherever they may stand."""
_FLAT_IN_FOREIGN = _FLAT & {"br", "hr", "img", "embed", "meta", "p"}
"""SVG and MathML know no such rules: only what ends them stays flat there (13.2.6.5)."""
_OPEN_SCOPE = INLINE | {"address", "div", "p"}
"""What may stand between an item and the one that it ends."""
_TOKEN = re.compile(
    # A comment, or a tag as section 13.2.5 of the HTML standard reads one: quotes count only after "=". Possessive throughout: linear.
    r"""<(?:
      !--(?:-?>|.*?(?:--!?>|\Z))
    | [!?][^>]*+(?:>|\Z)
    | /[^a-zA-Z>][^>]*+(?:>|\Z)
    | (/?)([a-zA-Z][^\s/>]*+)
      (?:[\s/]++|(?:=[^\s/>=]*+|[^\s/>=]++)(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+|(?=>|\Z)))?+)*+
      (?:>|\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_OPEN = re.compile(r"<([a-zA-Z][^\s/>]*+)")
_FOREIGN = re.compile(r"<(?:svg|math)", re.IGNORECASE)
_NAME = re.compile(r"<(/?)([a-z][a-z0-9]*)")


def too_much(html: str) -> bool:
    """Whether parsing this would nest deeper than 400 elements or multiply formatting beyond reason."""
    if html.count("&") > MAX_REFERENCES:
        return True
    if html.count("<") <= FEW_TAGS:
        return False
    foreign = _FOREIGN.search(html) is not None
    flat = _FLAT_IN_FOREIGN if foreign else _FLAT
    opened: list[str] = []
    inside = formatting = copies = position = 0
    while match := _TOKEN.search(html, position):
        position = match.end()
        name = match[2]
        if name is None:
            continue
        if not name.islower():
            name = name.lower()
        if name in flat:
            copies += formatting
            continue
        if match[1]:
            formatting -= _close(opened, name) and name in FORMATTING
            continue
        if name in _ITEMS:
            _end_item(opened, name)
        opened.append(name)
        formatting += name in FORMATTING
        copies += formatting
        if name in RAW:
            # What it holds is text, unless it stands in SVG or MathML: no end tag in it counts, every start tag does.
            end = re.compile(f"</{re.escape(name)}(?=[\\s/>])", re.IGNORECASE).search(html, position)
            text = html[position : end.start() if end else len(html)]
            inside += len(_OPEN.findall(text)) if foreign else 0
            position += len(text)
        if len(opened) + inside > MAX_DEPTH or copies > MAX_COPIES:
            return True
    return False


def _close(opened: list[str], name: str) -> bool:
    """Take the last open element of a name away, and no other: a parser may ignore an end tag, and never ends more by it than counts."""
    for place in range(len(opened) - 1, -1, -1):
        if opened[place] == name:
            del opened[place]
            return True
    return False


def _end_item(opened: list[str], name: str) -> None:
    """Take away the open item that the next of its kind ends."""
    if name in {"rt", "rp"} and "ruby" not in opened:
        return
    for place in range(len(opened) - 1, -1, -1):
        if opened[place] in _ITEMS[name]:
            del opened[place]
            return
        if opened[place] not in _OPEN_SCOPE:
            return


def too_deep(clean: str) -> bool:
    """Whether serialised HTML (every element closed, no `<` but in tags) nests deeper than 400 elements."""
    if clean.count("</") <= MAX_DEPTH:
        return False
    depth = 0
    for end, name in _NAME.findall(clean):
        if end:
            depth -= 1
        elif name not in VOID:
            depth += 1
            if depth > MAX_DEPTH:
                return True
    return False
