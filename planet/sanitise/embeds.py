"""Elements that the allow-list would drop with their content are replaced by text and links first: frames, scripts, drawings, task lists.

Works on what a wide first pass of nh3 wrote (every value in double quotes, `<` and `>` only around tags, but for the raw text of
scripts, `noscript` and frames), and its result goes through the allow-list: a pattern that is wrong costs words, never safety.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from planet.html_elements import FRAMES, KEPT
from planet.sanitise import policy

TAGS = (
    KEPT
    | FRAMES
    | {
        "script",
        "noscript",
        "svg",
        "title",
        "desc",
        "text",
        "tspan",
        "input",
        "option",
        "annotation",
        "amp-img",
        "amp-anim",
    }
)
_EXTRA = {
    "*": {"class", "style", "aria-hidden"},
    "script": {"src", "type", "data-id"},
    "svg": {"aria-label", "width", "height", "viewBox"},
    "input": {"type", "checked"},
    "iframe": {"srcdoc"},
    "object": {"data"},
}
ATTRIBUTES = {
    tag: policy.ATTRIBUTES.get(tag, set()) | policy.FRAME_ATTRIBUTES.get(tag, set()) | _EXTRA.get(tag, set())
    for tag in {*policy.ATTRIBUTES, *policy.FRAME_ATTRIBUTES, *_EXTRA}
} | dict.fromkeys(("amp-img", "amp-anim"), policy.ATTRIBUTES["img"])

_NEEDED = re.compile(
    r"<(?:iframe|embed|object|script|noscript|svg|input|option|annotation|amp-(?:img|anim))[\s/>]", re.IGNORECASE
)
_MARKS = ("katex-html", "MathJax_Preview", "user-select", "lineno", "line-number", '"ln', "'ln", "=ln")
"""Texts that only markup with removed spans contains: searching them costs a tenth of a pattern."""
_ATTRIBUTES = r'((?: [\w:-]+="[^"]*")*)'
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
_IFRAME = re.compile(rf"<iframe{_ATTRIBUTES}>(.*?)</iframe>", re.DOTALL)
_PLUGIN = re.compile(rf"<(?:embed|object){_ATTRIBUTES}>|</(?:object|embed)>")
_SCRIPT = re.compile(rf"<script{_ATTRIBUTES}>(.*?)</script>", re.DOTALL)
_NOSCRIPT = re.compile(r"<noscript(?: [^>]*)?>(.*?)</noscript>", re.DOTALL)
_SVG = re.compile(rf"<svg{_ATTRIBUTES}>(.*?)</svg>", re.DOTALL)
_SVG_TITLE = re.compile(r"<(title|desc)(?: [^>]*)?>(.*?)</\1>", re.DOTALL)
_INPUT = re.compile(rf"<input{_ATTRIBUTES}>")
_MATH = re.compile(rf"<math{_ATTRIBUTES}>(.*?)</math>", re.DOTALL)
_ANNOTATION = re.compile(r"<annotation(?: [^>]*)?>([^<]*)</annotation>")
_OPTION = re.compile(r"</?option(?: [^>]*)?>")
_AMP = re.compile(rf"<amp-(?:img|anim){_ATTRIBUTES}>")
_ANY_TAG = re.compile(r"<[^>]*>")
_SOURCE = re.compile(r"""\ssrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_ADDRESS = re.compile(r' (?:src|data-[\w-]+)="([^"]*)"')
_SPAN = re.compile(rf"<(/?)span{_ATTRIBUTES}>")
_NO_TEXT = re.compile(
    r"(?:^|\s)(?:ln|lnt|lineno|linenos|line-numbers?|line-numbers-rows|katex-html|MathJax_Preview)(?:\s|$)"
)
"""Classes of spans that repeat something (KaTeX writes each formula twice) or number the lines of code."""
_NOT_SELECTED = re.compile(r"user-select\s*:\s*none", re.IGNORECASE)
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
_SHOWN_BY_SCRIPT = (
    (re.compile(r"(?:https?:)?//(gist\.github\.com/[\w./-]+?)\.js(?:[?#].*)?"), "https://{}"),
    (
        re.compile(r"(?:https?:)?//(gitlab\.com/[\w./-]+?/snippets/\d+|gitlab\.com/-/snippets/\d+)\.js(?:[?#].*)?"),
        "https://{}",
    ),
    (re.compile(r"(?:https?:)?//(asciinema\.org/a/\w+)\.js(?:[?#].*)?"), "https://{}"),
    (re.compile(r"(?:https?:)?//(?:www\.)?(jsfiddle\.net/[\w/-]+?)/embed/.*"), "https://{}/"),
)
"""Scripts that write something into the page, and the page that shows the same."""
_NO_FRAMES = re.compile(r"^(?=.{0,300}$).*(?:browser|navigateur|frames?\b)", re.IGNORECASE | re.DOTALL)
"""Texts for browsers without frames that carry no information."""
_NO_TITLE = re.compile(
    r"(?:youtube video player|vimeo[- ]player|embedded (?:content|video)|iframe|video|player)?", re.IGNORECASE
)
ICON = 64
"""A drawing of at most so many pixels, without words, is an icon."""


def needed(html: str) -> bool:
    """Whether a text has any of these elements. Most texts have none."""
    return any(mark in html for mark in _MARKS) or _NEEDED.search(html) is not None


def in_words(html: str, resolve: Callable[[str], str]) -> str:
    """Embedded things as links, words and pictures. `html` is of the wide pass; the result is for the allow-list.

    `resolve` gives the absolute address of a reference, "" for none.
    """
    if "<noscript" in html:
        beside = {entities.unescape(source) for source in _ADDRESS.findall(_NOSCRIPT.sub("", html))}
        html = _NOSCRIPT.sub(lambda block: _without_script(block[1], beside), html)
    html = _SCRIPT.sub(_script, html)
    html = _SVG.sub(_drawing, html)
    html = _MATH.sub(_formula, html)
    html = _AMP.sub(r"<img\1>", html)
    html = _INPUT.sub(_box, html)
    if "<span" in html:
        html = _without_repeats(html)
    return _frames(_OPTION.sub(" ", html), resolve)


def _parsed(attributes: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(attributes or ""))


def link(url: str, title: str = "") -> str:
    """A link to something that was shown here, called by its title or its host. `url` and `title` are plain text."""
    name = title if not _NO_TITLE.fullmatch(title) else (urlsplit(url).hostname or url).removeprefix("www.")
    return f'<a href="{entities.escape(url)}">{entities.escape(name)}</a>'


def _without_script(content: str, beside: set[str]) -> str:
    """What an author meant for readers without scripts, which is all of ours; a picture that stands `beside` it, lazily, only once."""
    sources = {entities.unescape(source) for source in _SOURCE.findall(content)}
    if sources and sources <= beside and not _ANY_TAG.sub("", content).strip():
        return ""
    return content


def _script(script: re.Match[str]) -> str:
    """A formula as code, a gist or a recording as a link to it; any other script is no text."""
    attributes = _parsed(script[1])
    kind = attributes.get("type", "").lower()
    if kind.startswith("math/tex"):
        formula = f"<code>{entities.escape(script[2].strip(), quote=False)}</code>"
        return f"<p>{formula}</p>" if "mode=display" in kind.replace(" ", "") else formula
    source = entities.unescape(attributes.get("src", ""))
    for pattern, target in _SHOWN_BY_SCRIPT:
        if page := pattern.fullmatch(source):
            return f"<p>{link(target.format(page[1]), page[1])}</p>"
    if "speakerdeck.com" in source and re.fullmatch(r"\w{1,64}", attributes.get("data-id", "")):
        return f"<p>{link('https://speakerdeck.com/player/' + attributes['data-id'])}</p>"
    return ""


def _drawing(svg: re.Match[str]) -> str:
    """The title of a drawing, else the words in it, else a mark that it stood there; an icon is nothing."""
    attributes = _parsed(svg[1])
    if attributes.get("aria-hidden") == "true":
        return ""
    title = attributes.get("aria-label") or next((words for _, words in _SVG_TITLE.findall(svg[2])), "")
    words = " ".join(_ANY_TAG.sub(" ", title or svg[2]).split())
    if words:
        return f"<em>{words}</em>"
    sizes = [attributes.get(name, "").removesuffix("px") for name in ("width", "height")]
    numbers = [float(size) for size in sizes if re.fullmatch(r"\d{1,5}(?:\.\d{1,4})?", size)]
    return "" if not numbers or max(numbers) <= ICON else "<em>[SVG]</em>"


def _formula(math: re.Match[str]) -> str:
    """A formula with its source (TeX, as KaTeX and others write it) as its text."""
    source = _ANNOTATION.search(math[2])
    if not source or "alttext" in math[1]:
        return math[0]
    text = " ".join(source[1].split()).replace('"', "&quot;")
    return f'<math{math[1]} alttext="{text}">{math[2]}</math>'


def _box(field: re.Match[str]) -> str:
    """A box of a task list, with its state; any other field of a form is nothing to read."""
    attributes = _parsed(field[1])
    if attributes.get("type", "").lower() != "checkbox":
        return ""
    return "\u2611 " if "checked" in attributes else "\u2610 "


def _without_repeats(html: str) -> str:
    """Without spans that number lines of code, or repeat a formula for the eye. Linear."""
    pieces = []
    position = depth = 0
    for tag in _SPAN.finditer(html):
        if depth:
            depth += -1 if tag[1] else 1
            position = tag.end()
            continue
        if tag[1] or not _is_repeat(_parsed(tag[2])):
            continue
        pieces.append(html[position : tag.start()])
        position, depth = tag.end(), 1
    return "".join((*pieces, "" if depth else html[position:])) if pieces else html


def _is_repeat(attributes: dict[str, str]) -> bool:
    return bool(_NO_TEXT.search(attributes.get("class", "")) or _NOT_SELECTED.search(attributes.get("style", "")))


def _frames(html: str, resolve: Callable[[str], str]) -> str:
    """Every iframe, embed and object is a link to what it framed: or what is written in it, or nothing for a counter."""
    last = ""

    def frame(match: re.Match[str]) -> str:
        nonlocal last
        attributes = _parsed(match[1])
        inside = (match[2] or "") if match.re is _IFRAME else ""
        name = next((name for name in (*policy.LAZY_SRC, "src", "data") if attributes.get(name)), "")
        given = entities.unescape(attributes.get(name, ""))
        url = resolve(given) if given and given != "about:blank" else ""
        if attributes.get("srcdoc"):
            return entities.unescape(attributes["srcdoc"])
        if not url:
            return inside if "<a" in inside else ""
        if _NO_FRAMES.search(inside):
            inside = ""
        if policy.PIXEL_STYLE.search(attributes.get("style", "")) or is_dot(attributes) or policy.TRACKERS.match(url):
            return ""
        for pattern, target in _VIDEOS:
            if video := pattern.fullmatch(url):
                url = target.format(video[1])
        if url == last:
            return inside
        last = url
        text = match.string
        before = " " if text[match.start() - 1 : match.start()].isalnum() else ""
        after = " " if (inside or text[match.end() : match.end() + 1])[:1].isalnum() else ""
        return before + link(url, entities.unescape(attributes.get("title", "")).strip()) + after + inside

    return _PLUGIN.sub(frame, _IFRAME.sub(frame, html))


def is_dot(attributes: dict[str, str]) -> bool:
    """Whether a picture or frame is of no size: a counter."""
    return attributes.get("width") in {"0", "1"} or attributes.get("height") in {"0", "1"}
