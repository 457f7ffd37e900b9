"""Whether serialised HTML is plainly the same tree when it is parsed again.

A parser's tree can hold what no markup can say: a paragraph in a paragraph, once what stood between them was taken away. Written down
and parsed again it is another tree, and its end tags may close elements of the page around it. Markup that follows the simple rules
below is safe from that; all other markup is parsed again until it stays the same (`planet.sanitise`).
"""

from __future__ import annotations

from collections.abc import Iterable

from planet.html_elements import CLOSES_P, HEADINGS, MATH, VOID

_PARENTS = {
    "li": frozenset({"ul", "ol"}),
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
}
_INVOLVED = (
    frozenset({"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th", "ruby", "rt", "rp"})
    | MATH
)
"""Tables, ruby and formulas have rules of their own (13.2.6.4.9 and following): not judged here."""


def plainly_nested(tags: Iterable[str]) -> bool:
    """For tag names in order, end tags with `/`: every element is closed by its own tag, and no start tag closes another element.

    Section 13.2.6.4.7 of the HTML standard. False means "perhaps not".
    """
    stack = [""]
    paragraphs = links = 0
    for tag in tags:
        if tag[0] == "/":
            name = tag[1:]
            if stack.pop() != name:
                return False
            if name == "p":
                paragraphs -= 1
            elif name == "a":
                links -= 1
            continue
        if tag in CLOSES_P:
            if paragraphs or tag in _INVOLVED:
                return False
            if tag in _PARENTS and stack[-1] not in _PARENTS[tag]:
                return False
            if tag in HEADINGS and stack[-1] in HEADINGS:
                return False
            if tag == "p":
                paragraphs += 1
        elif tag == "a":
            if links:
                return False
            links += 1
        elif tag in _INVOLVED:
            return False
        if tag not in VOID:
            stack.append(tag)
    return len(stack) == 1
