"""Sanitise the HTML of posts for the planet's pages and feeds: once, before it is stored.

`sanitise` is the only function of the planet that makes a `SafeHtml`. nh3 (ammonia, html5ever) parses as browsers do and keeps what
`policy` lists; links are resolved in the same pass; `rewrite` does the rest on nh3's own serialisation. What comes out is a fixed
point: parsed again it is the same tree, so that nothing can leave the element that it is put into.
"""

from __future__ import annotations

import html as entities
import re
import threading
from typing import Literal

import nh3

from planet.html_elements import DROPPED, KEPT
from planet.model import SafeHtml, Sanitised
from planet.sanitise import embeds, limits, nesting, plaintext, policy, rewrite
from planet.sanitise.attributes import Attributes
from planet.text import xml_safe
from planet.urls import http_url

__all__ = ["MAX_INPUT", "MAX_OUTPUT", "sanitise"]

MAX_INPUT = 500_000
MAX_OUTPUT = 1_000_000
FLAT_LENGTH = 20_000
_HIDDEN = re.compile(r"<(script|style)(?=[\s/>])", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
_LEADING_BREAKS = re.compile(r"(<pre(?: [^>]*)?>)\n+")
_ROUNDS = 4


class _Cleaners(threading.local):
    """nh3's cleaners are made once a thread; which entry they work on is set before each call."""

    def __init__(self) -> None:
        self.attributes = Attributes("", "", "")
        attributes = {tag: set(names) for tag, names in policy.ATTRIBUTES.items()}
        self.first = self._cleaner(set(KEPT), attributes, filtered=True)
        self.wide = nh3.Cleaner(
            tags=set(embeds.TAGS),
            clean_content_tags=set(DROPPED - embeds.TAGS),
            attributes=embeds.ATTRIBUTES,
            url_schemes=set(policy.SCHEMES),
            generic_attribute_prefixes=None,
            strip_comments=True,
            link_rel=None,
        )
        for tag, names in policy.FORCED.items():
            attributes[tag] = attributes.get(tag, set()) | names
        self.again = self._cleaner(set(KEPT), attributes, filtered=False)

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        return self.attributes(tag, name, value)

    def _cleaner(self, tags: set[str], attributes: dict[str, set[str]], *, filtered: bool) -> nh3.Cleaner:
        return nh3.Cleaner(
            tags=tags,
            clean_content_tags=set(DROPPED),
            attributes=attributes,
            attribute_filter=self._attribute if filtered else None,
            url_schemes=set(policy.SCHEMES),
            generic_attribute_prefixes=None,
            strip_comments=True,
            link_rel=policy.LINK_REL if filtered else None,
        )


_cleaners = _Cleaners()


def sanitise(html: str, *, base: str, prefix: str, page: str = "") -> Sanitised:
    """One entry's HTML through the allow-list, with its links absolute and its plain text beside it.

    `base` is the absolute URL that relative links start from; `prefix` (letters, digits, `-`) comes before every id; `page` is the
    entry's own link: `#place` leads to that place of this entry where it is here, else to that place of `page`. Only http, https and
    mailto links stay. At most 500,000 characters are read and 1,000,000 written; what nests deeper than 400 elements, or would cost
    minutes to parse, is kept as plain text. Never raises, whatever the input.
    """
    if "<" not in html and "&" not in html:
        text = xml_safe(html[:MAX_INPUT]).replace("\r\n", "\n").replace("\r", "\n")
        escaped = entities.escape(text, quote=False).replace("\xa0", "&nbsp;")
        return Sanitised(
            html=SafeHtml(escaped), text=" ".join(text.split()), shortened="long" if len(html) > MAX_INPUT else ""
        )
    attributes = Attributes(http_url(base), prefix, http_url(page))
    seen: dict[str, None] = {}
    shortened: Literal["", "long", "deep"] = "long" if len(html) > MAX_INPUT else ""
    html = _cut(html)
    try:
        cleaned = None if limits.too_much(html) else _clean(html, attributes, seen)
    except UnicodeEncodeError:  # lone surrogates
        html = xml_safe(html)
        cleaned = _clean(html, attributes, seen)
    if cleaned is None:
        flat = _flat(html)
        cleaned, attributes, seen = (flat, plaintext.split(flat)), Attributes("", "", ""), {}
        shortened = "deep"
    clean, parts = cleaned
    return Sanitised(
        html=SafeHtml(clean),
        text=plaintext.plain(parts if "<math" not in clean else plaintext.split(rewrite.formulas_as_text(clean)))
        or rewrite.alts(clean),
        links=rewrite.links(clean) if "<a" in clean else (),
        code=tuple(attributes.code),
        images=tuple(seen),
        shortened=shortened,
    )


def _cut(html: str) -> str:
    """At most MAX_INPUT characters, never half a tag, marked where it was cut."""
    if len(html) > MAX_INPUT:
        html = html[:MAX_INPUT]
        html = html[: html.rfind("<")] if html.rfind("<") > html.rfind(">") else html
        html += "…"
    return html


def _clean(html: str, attributes: Attributes, seen: dict[str, None]) -> tuple[str, list[str]] | None:
    """The allow-list, the rewriting, and the proof that another parser would see the same: the HTML and its parts.

    None for what cannot be settled, or has grown out of bounds.
    """
    _cleaners.attributes = attributes
    if embeds.needed(html):
        html = embeds.in_words(_cleaners.wide.clean(html), attributes.resolve)
        if limits.too_much(html):
            return None
    clean = xml_safe(_cleaners.first.clean(html))
    if "\r" in clean:
        clean = clean.replace("\r", "\n")  # written as a reference: a parser makes it a line end
    if len(clean) > MAX_OUTPUT or limits.too_deep(clean):
        return None
    if "<img" in clean or "<source" in clean:
        clean = rewrite.images(clean, seen)
    if "<td" in clean or "<th" in clean:
        clean = rewrite.cells(clean)
    if "<video" in clean or "<audio" in clean:
        clean = rewrite.media(clean)
    if "<h" in clean:
        clean = rewrite.headings(clean)
    if ' id="' in clean:
        clean = rewrite.ids(clean)
    if attributes.fragments:
        clean = rewrite.fragments(clean, attributes)
    if "<pre" in clean:
        clean = _LEADING_BREAKS.sub(r"\1", clean)  # a parser drops the first of them, each time
    parts = plaintext.split(clean)
    if nesting.plainly_nested(parts[1::2]):
        return clean, parts
    for _ in range(_ROUNDS):
        once_more = _cleaners.again.clean(clean)
        if once_more == clean:
            return (clean, plaintext.split(clean)) if len(clean) <= MAX_OUTPUT else None
        clean = rewrite.ids(_LEADING_BREAKS.sub(r"\1", once_more))
    return None


def _flat(html: str) -> str:
    """The text of markup that would cost too much to parse, in one paragraph. Linear."""
    parts: list[str] = []
    position = 0
    while opened := _HIDDEN.search(html, position):
        parts.append(html[position : opened.start()])
        end = html.find(f"</{opened[1]}", opened.end())
        position = end if end >= 0 else len(html)
    parts.append(html[position:])
    text = entities.unescape(_ANY_TAG.sub(" ", " ".join(parts)))
    text = " ".join(xml_safe(text).split())[:FLAT_LENGTH]
    return f"<p>{entities.escape(text, quote=False)}</p>" if text else ""
