"""What the allow-list cannot do by itself: frames become links, lazy pictures load, counters go, headings move down.

All patterns work on what nh3 wrote: every value in double quotes, `<` and `>` only around tags. None of them works on a member's markup.
"""

from __future__ import annotations

import html as entities
import re
from urllib.parse import urlsplit

from planet.model import FIRST_HEADING
from planet.sanitise import policy
from planet.sanitise.attributes import Attributes

_ATTRIBUTES = r'((?: [\w:-]+="[^"]*")*)'
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
_IMAGE = re.compile(rf"<img{_ATTRIBUTES}>")
_MEDIA = re.compile(rf"<(video|audio){_ATTRIBUTES}>")
_SOURCE = re.compile(rf"<source{_ATTRIBUTES}>")
_IFRAME = re.compile(rf"<iframe{_ATTRIBUTES}>.*?</iframe>", re.DOTALL)
_PLUGIN = re.compile(rf"<(?:embed|object){_ATTRIBUTES}>|</object>|</embed>")
_HEADING = re.compile(r"(</?h)([1-6])")
_FRAGMENT = re.compile(r'(<a(?: [\w:-]+="[^"]*")*?) href="#([^"]*)"')
_LINK = re.compile(r'<a(?: [\w:-]+="[^"]*")*? href="(http[^"]*)"', re.IGNORECASE)
_ID = re.compile(r' id="([^"]*)"')
_WITH_ID = re.compile(r'(<\w+(?: [\w:-]+="[^"]*")*?) id="([^"]*)"')
_VIDEOS = (
    (
        re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]{6,20})(?:[/?#&].*)?"),
        "https://www.youtube.com/watch?v={}",
    ),
    (re.compile(r"https?://player\.vimeo\.com/video/(\d{1,12})(?:[/?#].*)?"), "https://vimeo.com/{}"),
    (
        re.compile(r"https?://(?:www|geo)\.dailymotion\.com/embed/video/(\w{3,20})(?:[/?#].*)?"),
        "https://www.dailymotion.com/video/{}",
    ),
)
_NO_TITLE = re.compile(
    r"(?:youtube video player|vimeo[- ]player|embedded (?:content|video)|iframe|video|player)?", re.IGNORECASE
)


def _parsed(attributes: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(attributes))


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())


def frames_to_links(html: str) -> str:
    """Every iframe, embed and object is a link to what it framed, or nothing when that is no address or a counter.

    The result goes through the allow-list once more: a link inside a link is parted there.
    """
    last = ""

    def frame(found: re.Match[str]) -> str:
        nonlocal last
        attributes = _parsed(found[1] or "")
        url = next((attributes[name] for name in ("src", *policy.LAZY_SRC, "data") if attributes.get(name)), "")
        if name := next((name for name in policy.LAZY_SRC if attributes.get(name)), ""):
            url = attributes[name]
        plain = entities.unescape(url)
        if not plain or "style" in attributes or _is_dot(attributes) or policy.TRACKERS.match(plain):
            return ""
        for pattern, target in _VIDEOS:
            if video := pattern.fullmatch(plain):
                plain = target.format(video[1])
        if plain == last:
            return ""
        last = plain
        title = attributes.get("title", "").strip()
        if _NO_TITLE.fullmatch(title):
            title = entities.escape((urlsplit(plain).hostname or plain).removeprefix("www."))
        return f'<a href="{entities.escape(plain)}">{title}</a>'

    return _PLUGIN.sub(frame, _IFRAME.sub(frame, html))


def _is_dot(attributes: dict[str, str]) -> bool:
    return attributes.get("width") in {"0", "1"} or attributes.get("height") in {"0", "1"}


def _is_small(attributes: dict[str, str]) -> bool:
    """A smiley, a badge, a portrait: nothing to lead a story with."""
    sizes = [int(attributes[name]) for name in ("width", "height") if name in attributes]
    return bool(sizes) and max(sizes) < 100


def images(html: str, seen: dict[str, None]) -> str:
    """Pictures that load when they are looked at, tell nobody where, and are no counters. `seen` gets their addresses in order."""

    def image(found: re.Match[str]) -> str:
        written = found[1]
        attributes = _parsed(written)
        if "style" in attributes or _is_dot(attributes):
            return ""
        if " data-" in written:
            _wake(attributes)
        src = attributes.get("src", "")
        if not src and "srcset" in attributes:
            src = attributes["src"] = attributes["srcset"].split()[0].rstrip(",")
        if not src:
            return ""
        plain = entities.unescape(src) if "&" in src else src
        if policy.TRACKERS.match(plain):
            return ""
        if not _is_small(attributes):
            seen[plain] = None
        return f"<img{_written(attributes)}{policy.IMAGE_FORCED}>"

    def source(found: re.Match[str]) -> str:
        attributes = _parsed(found[1])
        _wake(attributes)
        return f"<source{_written(attributes)}>" if "src" in attributes or "srcset" in attributes else ""

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


def media(html: str) -> str:
    """Sound and film wait for a click, and show their controls."""
    return _MEDIA.sub(lambda found: f"<{found[1]}{found[2]}{policy.MEDIA_FORCED}>", html)


def headings(html: str) -> str:
    """Headings begin one below the title of their story, and keep their order: of four levels or more the lowest become one."""
    levels = sorted({int(level) for start, level in _HEADING.findall(html) if start == "<h"})
    moved = {str(level): str(min(6, FIRST_HEADING + rank)) for rank, level in enumerate(levels)}
    return _HEADING.sub(lambda heading: f"{heading[1]}{moved.get(heading[2], heading[2])}", html)


def ids(html: str) -> str:
    """Each id names one place, the first that has it (HTML standard, 3.2.6): a parser doubles those of elements that it splits."""
    seen: set[str] = set()

    def first(found: re.Match[str]) -> str:
        if found[2] in seen:
            return found[1]
        seen.add(found[2])
        return found[0]

    return _WITH_ID.sub(first, html)


def links(html: str) -> tuple[str, ...]:
    """Where its links lead, in order, each once."""
    return tuple(dict.fromkeys(url.replace("&amp;", "&") for url in _LINK.findall(html)))


def fragments(html: str, attributes: Attributes) -> str:
    """Links to places that this entry does not hold lead to the author's page, if that is known."""
    here = set(_ID.findall(html))

    def link(found: re.Match[str]) -> str:
        if found[2] in here:
            return found[0]
        name = found[2].removeprefix(attributes.prefix)
        return f'{found[1]} href="{entities.escape(attributes.own)}#{name}"' if attributes.own else found[1]

    return _FRAGMENT.sub(link, html)
