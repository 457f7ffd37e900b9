"""The table of HTML's elements: what each line promises to the rules that read it."""

from __future__ import annotations

import itertools

import html5lib

from planet import html_elements
from planet.sanitise import plaintext
from planet.sanitise.nesting import plainly_nested

KEPT = sorted(html_elements.KEPT - html_elements.MATH)


def written(*elements: str) -> str:
    """The elements one in the other, each with a word, void ones without."""
    outer, *inner = elements
    if outer in html_elements.VOID:
        return f"<{outer}>"
    return f"<{outer}>a{written(*inner) if inner else ''}b</{outer}>"


def reparsed(html: str) -> str:
    tree = html5lib.parseFragment(html, container="div")
    serializer = html5lib.serializer.HTMLSerializer(omit_optional_tags=False)
    return str(serializer.render(html5lib.getTreeWalker("etree")(tree))).replace("</wbr>", "")


def test_what_is_called_plainly_nested_is_the_same_tree_when_it_is_parsed_again() -> None:
    """Each pair of allowed elements, so that one more line of the table cannot break the proof."""
    judged = 0
    for pair in itertools.product(KEPT, KEPT):
        html = f"<div>{written(*pair)}</div>"
        if plainly_nested(plaintext.split(html)[1::2]):
            judged += 1
            assert reparsed(html) == html, pair
    assert judged > len(KEPT) ** 2 / 2


def test_an_element_is_kept_framed_or_dropped() -> None:
    sets = (html_elements.KEPT, html_elements.FRAMES, html_elements.DROPPED)
    assert not any(one & other for one, other in itertools.combinations(sets, 2))
    assert not html_elements.INLINE & html_elements.BLOCKS
