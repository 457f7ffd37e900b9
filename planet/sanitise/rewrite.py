"""Rewriting beyond the allow-list: frames become links, lazy pictures load, counters are removed, headings move down.

All patterns work on what nh3 wrote: every value in double quotes, `<` and `>` only around tags. None of them works on a member's markup.
"""

from __future__ import annotations

import html as entities
import re

from planet.model import FIRST_HEADING
from planet.sanitise import policy
from planet.sanitise.attributes import Attributes
from planet.sanitise.embeds import is_dot

_ATTRIBUTES = r'((?: [\w:-]+="[^"]*")*)'
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
_IMAGE = re.compile(rf"<img{_ATTRIBUTES}>")
_MEDIA = re.compile(rf"<(video|audio){_ATTRIBUTES}>")
_SOURCE = re.compile(rf"<source{_ATTRIBUTES}>")
_HEADING = re.compile(r"(</?h)([1-6])")
_FRAGMENT = re.compile(r'(<a(?: [\w:-]+="[^"]*")*?) href="#([^"]*)"')
_LINK = re.compile(r'<a(?: [\w:-]+="[^"]*")*? href="(http[^"]*)"', re.IGNORECASE)
_ID = re.compile(r' id="([^"]*)"')
_WITH_ID = re.compile(r'(<\w+(?: [\w:-]+="[^"]*")*?) id="([^"]*)"')
_FORMULA = re.compile(r'<math(?: [\w:-]+="[^"]*")*? alttext="([^"]*)"[^>]*>.*?</math>', re.DOTALL)
_ALT = re.compile(r'<img(?: [\w:-]+="[^"]*")*? alt="([^"]*)"')
_CELL = re.compile(r'<(t[dh])((?: [\w:-]+="[^"]*")*?) style="(\w+)"')
_EMOJI = re.compile(
    r"s\.w\.org/images/core/emoji|/twemoji|/emoji/|/images/smilies/|fonts\.gstatic\.com/s/e/notoemoji", re.IGNORECASE
)
"""Addresses of pictures that show one character."""
_EMOJI_LENGTH = 20


def _parsed(attributes: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(attributes))


def _attributes_html(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())


def _is_small(attributes: dict[str, str]) -> bool:
    """Whether a picture is a smiley, a badge or a portrait, which is not shown as the picture of a story."""
    sizes = [int(attributes[name]) for name in ("width", "height") if name in attributes]
    return bool(sizes) and max(sizes) < 100


def images(html: str, seen: dict[str, None]) -> str:
    """Pictures load lazily and without a referrer; counters are removed. `seen` gets their addresses in order."""

    def image(match: re.Match[str]) -> str:
        source_text = match[1]
        attributes = _parsed(source_text)
        if "style" in attributes or is_dot(attributes):
            return ""
        if " data-" in source_text:
            _wake(attributes)
        src = attributes.get("src", "")
        if not src and "srcset" in attributes:
            src = attributes["src"] = attributes["srcset"].split()[0].rstrip(",")
        if not src:
            return ""
        plain = entities.unescape(src) if "&" in src else src
        if policy.TRACKERS.match(plain):
            return ""
        if _EMOJI.search(plain) and (character := attributes.get("alt", ""))[:_EMOJI_LENGTH]:
            return character.replace("&quot;", '"')
        if not _is_small(attributes):
            seen[plain] = None
        return f"<img{_attributes_html(attributes)}{policy.IMAGE_FORCED}>"

    def source(match: re.Match[str]) -> str:
        attributes = _parsed(match[1])
        _wake(attributes)
        return f"<source{_attributes_html(attributes)}>" if "src" in attributes or "srcset" in attributes else ""

    html = _IMAGE.sub(image, html)
    return _SOURCE.sub(source, html) if "<source" in html else html


def _wake(attributes: dict[str, str]) -> None:
    """A lazy picture names itself where only a script looks: put the name where a browser looks."""
    waiting = [attributes.pop(name) for name in policy.LAZY_SRC if name in attributes]
    sets = [attributes.pop(name) for name in policy.LAZY_SRCSET if name in attributes]
    src = attributes.get("src", "")
    if waiting and (not src or policy.PLACEHOLDER.search(src)):
        attributes["src"] = waiting[0]
    if sets and "srcset" not in attributes:
        attributes["srcset"] = sets[0]


def formulas_as_text(html: str) -> str:
    """The formulas that have a text as that text: for plain text only."""
    return _FORMULA.sub(r"\1", html)


def alts(html: str) -> str:
    """The alternative texts of the pictures, one per line."""
    return "\n".join(dict.fromkeys(entities.unescape(alt).strip() for alt in _ALT.findall(html) if alt.strip()))


def cells(html: str) -> str:
    """Cells with the alignment that their style gave them, as the attribute that says the same."""
    return _CELL.sub(r'<\1\2 align="\3"', html)


def media(html: str) -> str:
    """Sound and film wait for a click, and show their controls."""
    return _MEDIA.sub(lambda match: f"<{match[1]}{match[2]}{policy.MEDIA_FORCED}>", html)


def headings(html: str) -> str:
    """Headings begin one below the title of their story, and keep their order: of four levels or more the lowest become one."""
    levels = sorted({int(level) for start, level in _HEADING.findall(html) if start == "<h"})
    moved = {str(level): str(min(6, FIRST_HEADING + rank)) for rank, level in enumerate(levels)}
    return _HEADING.sub(lambda heading: f"{heading[1]}{moved.get(heading[2], heading[2])}", html)


def ids(html: str) -> str:
    """Each id names one place, the first that has it (HTML standard, 3.2.6): a parser doubles those of elements that it splits."""
    seen: set[str] = set()

    def first(match: re.Match[str]) -> str:
        if match[2] in seen:
            return match[1]
        seen.add(match[2])
        return match[0]

    return _WITH_ID.sub(first, html)


def links(html: str) -> tuple[str, ...]:
    """The targets of the links, in order, each once."""
    return tuple(dict.fromkeys(url.replace("&amp;", "&") for url in _LINK.findall(html)))


def fragments(html: str, attributes: Attributes) -> str:
    """Links to places that this entry does not hold lead to the author's page, if that is known."""
    here = set(_ID.findall(html))

    def link(match: re.Match[str]) -> str:
        if match[2] in here:
            return match[0]
        name = match[2].removeprefix(attributes.prefix)
        return f'{match[1]} href="{entities.escape(attributes.own)}#{name}"' if attributes.own else match[1]

    return _FRAGMENT.sub(link, html)
