"""Descriptions of events: plain text, or the little Markdown that organisers write -> HTML for the allow-list."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

_URL = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_LINK = re.compile(
    r"!?\[([^\[\]\n]{1,300})\]\(\s*(https?://[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)[^()\n]{0,200}\)", re.IGNORECASE
)
_STRONG = re.compile(r"(?<![\w*])\*\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*\*(?![\w*])")
_HEADING = re.compile(r"#{1,6}[ \t]+(\S.*)")
_ITEM = re.compile(r"[ \t]{0,4}(?:[-*•+]|(\d{1,2})[.)])[ \t]+(\S.*)")
_HEADING_END = " \t#"
_STRUCTURE = re.compile(r"<(?:p|br|div|ul|ol|li|h[1-6]|table|tr|pre|blockquote)[\s/>]", re.IGNORECASE)
_RULE = re.compile(r"[ \t]*(?:[-*_][ \t]*){3,}")
_TRAILING = ".,;:!?…»)]"


def html_of(text: str) -> str:
    """The HTML of a description that contains tags; line ends become <br> or paragraphs where no tag structures the text."""
    return text if _STRUCTURE.search(text) else to_html(text, escape=False)


def to_html(text: str, *, escape: bool = True) -> str:
    """HTML of a plain text: paragraphs, lists (numbered ones keep their numbers), headings, links and bold.

    All else is escaped: what looks like a tag is text, unless `escape` is off (then lines are HTML already).
    """
    inline = _inline if escape else str
    blocks: list[str] = []
    block = _Block()
    for line in text.splitlines():
        bare = line.strip()
        if not bare or (bare[0] in "-*_" and _RULE.fullmatch(line)):
            block = block.close(blocks)
        elif bare[0] == "#" and (heading := _HEADING.fullmatch(line)):
            block = block.close(blocks)
            blocks.append(f"<h3>{inline(heading[1].rstrip(_HEADING_END))}</h3>")
        elif (bare[0] in "-*•+" or bare[0].isdigit()) and (item := _ITEM.fullmatch(line)):
            number = int(item[1]) if item[1] else None
            if not block.continues_with(number):
                block = block.close(blocks)
                block.start = number
                block.is_list = True
            block.lines.append(inline(item[2].rstrip()))
        else:
            if block.is_list:
                block = block.close(blocks)
            block.lines.append(inline(bare))
    block.close(blocks)
    return "".join(blocks)


@dataclass(slots=True)
class _Block:
    """A paragraph or list that is being read. `start`: the first number of a numbered list."""

    lines: list[str] = field(default_factory=list)
    is_list: bool = False
    start: int | None = None

    def continues_with(self, number: int | None) -> bool:
        """Whether an item of this number (None: a bullet) is the next of this list; lists that repeat "1." count by themselves."""
        if not self.is_list or (number is None) != (self.start is None):
            return False
        return number is None or self.start is None or number in {self.start, self.start + len(self.lines)}

    def close(self, blocks: list[str]) -> _Block:
        """Add the HTML of this block; returns the next, empty one."""
        if not self.lines:
            return self
        if self.is_list:
            items = "".join(f"<li>{line}</li>" for line in self.lines)
            tag, start = (
                ("ul", "") if self.start is None else ("ol", f' start="{self.start}"' if self.start != 1 else "")
            )
            blocks.append(f"<{tag}{start}>{items}</{tag}>")
        else:
            blocks.append(f"<p>{'<br>'.join(self.lines)}</p>")
        return _Block()


def _inline(line: str) -> str:
    """One line: `[text](address)`, bare addresses and `**bold**`."""
    parts: list[str] = []
    position = 0
    if "](" in line:
        for match in _LINK.finditer(line):
            parts += (_bare(line[position : match.start()]), _anchor(match[2], match[1]))
            position = match.end()
    parts.append(_bare(line[position:]))
    markup = "".join(parts)
    return _STRONG.sub(r"<strong>\1</strong>", markup) if "**" in markup else markup


def _bare(text: str) -> str:
    if "://" not in text:
        return html.escape(text, quote=False)
    parts: list[str] = []
    position = 0
    for match in _URL.finditer(text):
        address = match[0].rstrip(_TRAILING)
        if match[0][len(address) :].startswith(")") and "(" in address:
            address += ")"
        parts += (html.escape(text[position : match.start()], quote=False), _anchor(address, address))
        position = match.start() + len(address)
    parts.append(html.escape(text[position:], quote=False))
    return "".join(parts)


def _anchor(address: str, shown: str) -> str:
    return f'<a href="{html.escape(address)}">{html.escape(shown, quote=False)}</a>'
