"""Correct accessibility faults of authors where a page shows a text: pictures without `alt`, links without a name, headings and lists.

The text that is stored and sent in feeds stays as its author wrote it. Works on `SafeHtml`, which has no `<` but those of its tags,
and every element of which is closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

from planet.html_elements import VOID
from planet.model import FIRST_HEADING, SafeHtml
from planet.urls import host

_DOUBTFUL = re.compile(
    r"<img(?![^>]*\salt=)|<a(?![^>]*\shref=)|<a\s[^>]*>(?:\s|&nbsp;|<(?!/a>)[^>]*>)*</a>|<table[^>]*>\s*</table>|<h[1-6]"
    r"|<th[^>]*>(?:\s|&nbsp;|<(?!/th>)[^>]*>)*</th>"
)
"""Markup outside of lists that may need a correction; most texts have none."""
_ASTRAY = re.compile(r"<(?:ul|ol)(?:\s[^>]*)?>\s*<(?!li\b|/)|</(?:li|ul|ol)>\s*<(?!li\b|/)")
"""An element in a list that may be no item of it."""
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
_CHANGED = re.compile(r"<(/?)(a|h[1-6]|img|table|th)((?:\s[^>]*)?)>")
"""The tags that a mend may change where lists contain only items; those of highlighted code, which has many, are passed over."""
_NAME = re.compile(r'\s(?:alt|aria-label|title)="[^"]*[^"\s]')
_HREF = re.compile(r'\shref="([^"]*)"')
_ID = re.compile(r'\sid="[^"]*"')
_SCOPE = re.compile(r'\sscope="[^"]*"')
_CELL = re.compile(r"<(?:td|th|caption)\b")
_LISTS = {"ul", "ol"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


@dataclass(slots=True, kw_only=True)
class _Open:
    """An element that is not closed yet: its name as read and as written, where its tag stands in the parts, what follows its end."""

    name: str
    written: str
    at: int
    attributes: str
    after: str = ""
    level: int = 0
    """Of a heading: the level of the heading before it."""


def mended(html: SafeHtml, title: int) -> SafeHtml:
    """The text below its title, a heading of level `title`.

    - A picture without `alt` is decoration; a link whose only content has no words is named by the host that it leads to, and one
      without content or address is none.
    - No heading skips a level; one without words is none.
    - What stands in a list is an item; a table without cells is none, and a heading of its cells without words is a cell.
    """
    if _ASTRAY.search(html):
        return SafeHtml(_Mender(title).of(html, _TOKEN))
    return SafeHtml(_Mender(title).of(html, _CHANGED)) if _DOUBTFUL.search(html) else html


def _says_something(html: str) -> bool:
    """Whether markup has words, or the name of a picture or link."""
    return bool(unescape(_TOKEN.sub("", html)).strip() or _NAME.search(html))


class _Mender:
    def __init__(self, title: int) -> None:
        self._title = self._level = title
        self._parts: list[str] = []
        self._open: list[_Open] = []

    def of(self, html: str, tags: re.Pattern[str]) -> str:
        """The text with its mends; `tags` matches the tags that are looked at."""
        position = 0
        for tag in tags.finditer(html):
            self._parts.append(html[position : tag.start()])
            position = tag.end()
            if tag[1]:
                self._close(tag[2])
            else:
                self._start(tag[2], tag[3])
        self._parts.append(html[position:])
        return "".join(self._parts)

    def _start(self, name: str, attributes: str) -> None:
        element = _Open(name=name, written=name, at=0, attributes=attributes)
        if self._open and self._open[-1].name in _LISTS and name != "li":
            self._parts.append('<li class="nested">')
            element.after = "</li>"
        if name in _HEADINGS:
            element.level = self._level
            self._level = max(self._title + 1, min(int(name[1]) - FIRST_HEADING + 1 + self._title, self._level + 1, 6))
            element.written = f"h{self._level}"
        elif name == "img" and " alt=" not in attributes:
            attributes += ' alt=""'
        element.at = len(self._parts)
        self._parts.append(f"<{element.written}{attributes}>")
        if name in VOID:
            self._parts.append(element.after)
        else:
            self._open.append(element)

    def _close(self, name: str) -> None:
        if not self._open or self._open[-1].name != name:
            self._parts.append(f"</{name}>")  # not nested as promised: left alone
            return
        element = self._open.pop()
        content = "".join(self._parts[element.at + 1 :]) if name in {"a", "table", "th", *_HEADINGS} else ""
        if name == "a":
            self._name_link(element, content)
        elif name in _HEADINGS and not _says_something(content):
            self._level, element.written = element.level, "div"
            place = _ID.search(element.attributes)
            self._parts[element.at] = f"<div{place[0] if place else ''}>"
        elif name == "th" and not _says_something(content):
            element.written = "td"
            self._parts[element.at] = f"<td{_SCOPE.sub('', element.attributes)}>"
        elif name == "table" and not _CELL.search(content):
            del self._parts[element.at :]
            element.written = ""
        self._parts.append((f"</{element.written}>" if element.written else "") + element.after)

    def _name_link(self, element: _Open, content: str) -> None:
        """Rewrite the tag of a link: with a name, as an anchor without address, or not at all."""
        href, place = _HREF.search(element.attributes), _ID.search(element.attributes)
        named = _says_something(content) or _NAME.search(element.attributes)
        if href is not None and (named or _TOKEN.search(content)):
            if not named:
                label = escape(host(unescape(href[1])) or href[1])
                self._parts[element.at] = f'<a{element.attributes} aria-label="{label}">'
            return
        element.written = "span" if place else ""
        self._parts[element.at] = f"<span{place[0]}>" if place else ""
