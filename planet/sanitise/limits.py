"""Markup that would cost more than it is worth: recognised before it is parsed, in linear time.

Building a tree is quadratic in its depth, and an unclosed formatting element is opened again in every block that follows it
(600 `<b>` and 600 `<p>` make 6 MB): 500 kB of hostile markup could take minutes in a call that nothing interrupts.
"""

from __future__ import annotations

import re
from collections import Counter

from planet.html_elements import FORMATTING, IMPLIED_END, RAW, VOID

MAX_DEPTH = 400
MAX_COPIES = 200_000
"""How many elements reopened formatting may add: 0.3 s of parsing."""
MAX_REFERENCES = 100_000
"""Text grows by a piece at each `&`, and is copied each time: 0.1 s."""
FEW_TAGS = 500
"""So few tags can do no harm, whatever they are."""
_NOT_NESTING = VOID | IMPLIED_END
"""Never open, or closed by the next of its kind."""
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
    opened: Counter[str] = Counter()
    depth = formatting = copies = position = 0
    while found := _TOKEN.search(html, position):
        position = found.end()
        name = found[2]
        if name is None:
            continue
        if not name.islower():
            name = name.lower()
        if name in _NOT_NESTING:
            copies += formatting
            continue
        if found[1]:
            if opened[name]:
                opened[name] -= 1
                depth -= 1
                formatting -= name in FORMATTING
            continue
        opened[name] += 1
        depth += 1
        formatting += name in FORMATTING
        copies += formatting
        if name in RAW:
            # What it holds is text, unless it stands in SVG or MathML: no end tag in it counts, every start tag does.
            end = re.compile(f"</{re.escape(name)}(?=[\\s/>])", re.IGNORECASE).search(html, position)
            held = html[position : end.start() if end else len(html)]
            depth += len(_OPEN.findall(held)) if foreign else 0
            position += len(held)
        if depth > MAX_DEPTH or copies > MAX_COPIES:
            return True
    return False


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
