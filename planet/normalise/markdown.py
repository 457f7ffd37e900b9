"""Descriptions of events: plain text, or the little Markdown that organisers write -> HTML for the allow-list."""

from __future__ import annotations

import html
import re

_URL = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_LINK = re.compile(
    r"!?\[([^\[\]\n]{1,300})\]\(\s*(https?://[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)[^()\n]{0,200}\)", re.IGNORECASE
)
_STRONG = re.compile(r"(?<![\w*])\*\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*\*(?![\w*])")
_HEADING = re.compile(r"#{1,6}[ \t]+(\S.*)")
_ITEM = re.compile(r"[ \t]{0,4}(?:[-*•+]|\d{1,2}[.)])[ \t]+(\S.*)")
_RULE = re.compile(r"[ \t]*(?:[-*_][ \t]*){3,}")
_TRAILING = ".,;:!?…»)]"


def to_html(text: str) -> str:
    """Paragraphs, lists, headings, links and bold of a plain text. All else is escaped: what looks like a tag is text."""
    blocks: list[str] = []
    paragraph: list[str] = []
    items: list[str] = []

    def close() -> None:
        if paragraph:
            blocks.append(f"<p>{'<br>'.join(paragraph)}</p>")
            paragraph.clear()
        if items:
            blocks.append(f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>")
            items.clear()

    for line in text.splitlines():
        bare = line.strip()
        if not bare or (bare[0] in "-*_" and _RULE.fullmatch(line)):
            close()
        elif bare[0] == "#" and (heading := _HEADING.fullmatch(line)):
            close()
            title = heading[1].rstrip(" \t#")
            blocks.append(f"<h3>{_inline(title)}</h3>")
        elif (bare[0] in "-*•+" or bare[0].isdigit()) and (item := _ITEM.fullmatch(line)):
            if paragraph:
                close()
            items.append(_inline(item[1].rstrip()))
        else:
            if items:
                close()
            paragraph.append(_inline(bare))
    close()
    return "".join(blocks)


def _inline(line: str) -> str:
    """One line: `[text](address)`, bare addresses and `**bold**`."""
    parts: list[str] = []
    position = 0
    if "](" in line:
        for found in _LINK.finditer(line):
            parts += (_bare(line[position : found.start()]), _anchor(found[2], found[1]))
            position = found.end()
    parts.append(_bare(line[position:]))
    made = "".join(parts)
    return _STRONG.sub(r"<strong>\1</strong>", made) if "**" in made else made


def _bare(text: str) -> str:
    if "://" not in text:
        return html.escape(text, quote=False)
    parts: list[str] = []
    position = 0
    for found in _URL.finditer(text):
        address = found[0].rstrip(_TRAILING)
        if found[0][len(address) :].startswith(")") and "(" in address:
            address += ")"
        parts += (html.escape(text[position : found.start()], quote=False), _anchor(address, address))
        position = found.start() + len(address)
    parts.append(html.escape(text[position:], quote=False))
    return "".join(parts)


def _anchor(address: str, shown: str) -> str:
    return f'<a href="{html.escape(address)}">{html.escape(shown, quote=False)}</a>'
