"""The usual faults of XML that a template wrote, repaired in the text, so that the strict reader can read it with its exact meaning.

Repaired: what stands before `<?xml` or after the root, document types, comments that are none, bare `&` and `<`, HTML's entities,
characters that XML cannot hold, prefixes that nobody declared.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

from planet import text as plain
from planet.html_elements import VOID
from planet.parse.namespaces import PREFIXES

_SPECIAL = re.compile(r"<!(?:\[CDATA\[|--)")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,8});|#[xX]([0-9a-fA-F]{1,7});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_LAST_TAG = re.compile(r"<([A-Za-z_][\w.:-]{0,60})(?:\s[^<>]*)?>\s*\Z")
_BARE = re.compile(r"<(?![A-Za-z_/?])")
_USED = re.compile(r"</?([A-Za-z_][\w.-]{0,40}):|\s([A-Za-z_][\w.-]{0,40}):[A-Za-z_][\w.-]{0,60}\s*=")
_DECLARED = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,40})\s*=")
_START = re.compile(r"<([A-Za-z_][\w.:-]{0,60})(\s[^<>]{0,5000}?)?(/?)>")
_ATTRIBUTE = re.compile(r"([A-Za-z_:][\w.:-]{0,60})(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?")
_VOID = VOID - {"link", "source"}  # feeds have elements of these names
_C1_REFERENCE = re.compile(r"&#(?:0*(1[2-5][0-9])|[xX]0*([89][0-9a-fA-F]));")
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_C1_REFERENCE_BYTES = re.compile(rb"&#(?:0*1[2-5][0-9]|[xX]0*[89][0-9a-fA-F]);")
_C1_BYTES = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})


def has_c1(data: bytes) -> bool:
    """Whether UTF-8 XML spells characters of windows-1252 with their byte value (`&#146;` for ’): legal, and never meant."""
    # Two patterns that each begin with fixed bytes: several times faster than one with a choice.
    return _C1_REFERENCE_BYTES.search(data) is not None or (not data.isascii() and _C1_BYTES.search(data) is not None)


def without_c1(text: str) -> str:
    """The same with the characters that were meant, as HTML reads them (13.2.5.80, numeric character reference end state)."""
    text = _C1_REFERENCE.sub(lambda match: _meant(int(match[1]) if match[1] else int(match[2], 16), match[0]), text)
    return _C1.sub(lambda match: _meant(ord(match[0]), ""), text)


def _meant(code: int, otherwise: str) -> str:
    if not 0x80 <= code <= 0x9F:
        return otherwise
    try:
        return bytes([code]).decode("cp1252")
    except UnicodeDecodeError:
        return ""


def tags(text: str) -> str:
    """Repaired text whose tags are written as in HTML: values without quotes or missing, attributes twice, `<br>` never closed."""
    pieces: list[str] = []
    position = 0
    while (opened := text.find("<![CDATA[", position)) >= 0:
        pieces.append(_START.sub(_start, text[position:opened]))
        position = text.find("]]>", opened) + 3
        pieces.append(text[opened:position])
    pieces.append(_START.sub(_start, text[position:]))
    return "".join(pieces)


def _start(match: re.Match[str]) -> str:
    name, attributes, closed = match[1], match[2] or "", match[3]
    kept: dict[str, str] = {}
    for attribute, quoted in _ATTRIBUTE.findall(attributes):
        value = quoted if quoted[:1] in {'"', "'"} else f'"{quoted or attribute}"'
        kept.setdefault(attribute, value)
    closed = closed or ("/" if name.lower() in _VOID else "")
    return f"<{name}" + "".join(f" {attribute}={value}" for attribute, value in kept.items()) + f"{closed}>"


def repair(text: str, root: str, begin: int, end: int) -> str:
    """The root element of `text[begin:end]` with the usual faults repaired, as text that needs no declaration."""
    text = plain.xml_safe(without_c1(plain.join_surrogates(text[begin:end]).replace("\r\n", "\n").replace("\r", "\n")))
    pieces: list[str] = []
    used: set[str] = set()
    position = 0
    while match := _SPECIAL.search(text, position):
        pieces.append(_markup(text[position : match.start()], used))
        closing = "]]>" if match[0] != "<!--" else "-->"
        stop = text.find(closing, match.end())
        if stop >= 0 and closing == "]]>" and (section := _box(text, match.start(), stop)):
            position = section[0]
            pieces.append(section[1])
            continue
        if stop < 0:
            position = match.end()
            pieces.append(html.escape(match[0], quote=False))
            break
        position = stop + 3
        if closing == "]]>":
            pieces.append(text[match.start() : position])
    pieces.append(_markup(text[position:], used))
    whole = "".join(pieces)
    missing = sorted(used - set(_DECLARED.findall(whole)) - {"xml", "xmlns"})
    if missing:
        declarations = "".join(
            f' xmlns:{prefix}="{PREFIXES.get(prefix, f"urn:undeclared:{prefix}")}"' for prefix in missing
        )
        cut = len(root) + 1
        whole = whole[:cut] + declarations + whole[cut:]
    return whole


def _box(text: str, opened: int, closed: int) -> tuple[int, str] | None:
    """The CDATA section that is all the text of its element but holds `]]>` itself: where it ends, and how it is written rightly.

    None for a section that ends with its element, or is a part of its text only.
    """
    tag = _LAST_TAG.search(text, max(0, opened - 300), opened)
    if tag is None or text.startswith("</" + tag[1], _after_blanks(text, closed + 3)):
        return None
    end = text.find(f"</{tag[1]}", closed)
    if end < 0 or not (content := text[opened + 9 : end].rstrip()).endswith("]]>"):
        return None
    content = content[:-3].replace("]]]]><![CDATA[>", "]]>").replace("]]><![CDATA[", "")
    return end, "<![CDATA[" + content.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _after_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _markup(piece: str, used: set[str]) -> str:
    if "&" in piece:
        piece = _REFERENCE.sub(_reference, piece)
    piece = _BARE.sub("&lt;", piece)
    for first, other in _USED.findall(piece):
        used.add(first or other)
    return piece


def _reference(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return match[0] if code < 0x110000 and plain.xml_safe(chr(code)) else ""
    if name in _PREDEFINED:
        return match[0]
    if name:
        # html5 has some names twice, with and without `;`: only the whole one counts here.
        value = html5.get(name + ";")
        return html.escape(value, quote=True) if value else f"&amp;{name};"
    return "&amp;" + match[0][1:]
