"""Choose the text of an entry (content or summary), and its markup (HTML, XHTML or plain)."""

from __future__ import annotations

import html
import re

from planet.html_elements import BLOCKS, ELEMENTS, VOID
from planet.model import RawEntry, Text
from planet.text import join_surrogates, one_line, phrase, plain, shorten, unboxed, xml_safe

TITLE_LENGTH = 300
TITLE_FROM_TEXT = 80
SUMMARY_LENGTH = 1000
TAIL_LENGTH = 700
MARKUP_LENGTH = 600_000
"""Characters of markup that are examined here; fewer are sanitised."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ESCAPED_START = re.compile(r"\s*&lt;([a-z][a-z0-9]*)(\s(?:(?!&gt;).){1,2000})?/?\s*&gt;", re.IGNORECASE | re.DOTALL)
_ESCAPED_END = re.compile(r"&lt;/([a-z][a-z0-9]*)\s*&gt;", re.IGNORECASE)
_BASE = re.compile(r"<base\s[^<>]*?href\s*=\s*[\"']?([^\"'<>\s]+)", re.IGNORECASE)
_DATA_URL = re.compile(r"(=\s*[\"']?)data:[^\"'\s<>]{200,}", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_TAILS = re.compile(
    # What blog programs write behind an excerpt.
    r"\s*(?:\[(?:…|\.\.\.|&hellip;)\]|(?:Continue reading|Read more|Lire la suite|Continuer la lecture)\b.{0,200}$"
    r"|(?:The post|L’article|L'article|Cet article) .{1,300} (?:appeared first on|est apparu en premier sur) .{1,200}$)",
    re.IGNORECASE,
)


def chosen(raw: RawEntry) -> Text | None:
    """The content, else the summary, else a title that is a whole post; None when there is no text at all."""
    for text in (raw.content, raw.summary):
        if text is not None and text.value.strip():
            return text
    if raw.title is not None and len(raw.title.value) > TITLE_LENGTH:
        return raw.title
    return None


def markup(text: Text) -> str:
    """The text as HTML: plain text is escaped and keeps its lines, what was escaped once too often is read once more."""
    value = text.value
    if "data:" in value:
        value = _DATA_URL.sub(
            r"\1", value
        )  # no picture that is shown: its letters must not use up the length of the text
    value = xml_safe(unboxed(join_surrogates(value[:MARKUP_LENGTH])))
    if text.kind == "text":
        return _paragraphs(html.escape(value, quote=False))
    if "<!" in value and ">" not in value:
        value = value.replace("<", "&lt;")  # no declaration: it is what the text is about
    if "<" not in value:
        if "&lt;" in value and _escaped_twice(value):
            return html.unescape(value)
        return _paragraphs(value) if _PARAGRAPHS.search(value.strip()) else value
    return value


def _escaped_twice(value: str) -> bool:
    """Whether a text without tags is HTML that was escaped once too often: it begins with an element that it also ends, or with a
    picture, or ends two elements of their own lines. One tag that is named (`Use &lt;h1&gt; once`) is text.
    """
    ends = [name.lower() for name in _ESCAPED_END.findall(value)]
    if start := _ESCAPED_START.match(value):
        name = start[1].lower()
        return name in ELEMENTS and (name in ends or (name in VOID and bool(start[2] or ends)))
    return sum(name in BLOCKS for name in ends) > 1


def own_base(value: str) -> str:
    """The address in a `<base href>` of the markup, "" without one."""
    if "<base" not in value and "<BASE" not in value:
        return ""
    match = _BASE.search(value)
    return html.unescape(match[1]) if match else ""


def _paragraphs(escaped: str) -> str:
    escaped = escaped.replace("\r\n", "\n").strip()
    if "\n" not in escaped:
        return escaped
    return "".join(
        f"<p>{part.strip()}</p>".replace("\n", "<br>\n") for part in _PARAGRAPHS.split(escaped) if part.strip()
    )


def title(given: Text | None) -> str:
    """The title as text, on one line; "" when there is none."""
    if given is None:
        return ""
    value = given.value[: 20 * TITLE_LENGTH]
    return one_line(value if given.kind == "text" else phrase(value), TITLE_LENGTH)


def title_from(text: str) -> str:
    """The first words of a text, for an entry without a title."""
    return shorten(one_line(text[: 4 * TITLE_FROM_TEXT]), TITLE_FROM_TEXT)


def summary(raw: RawEntry, used: Text | None, text: str) -> str:
    """The source's own summary as plain text, at most 1,000 characters; "" when it has none, or says no more than the text does."""
    given = raw.summary
    if given is None or given is used or not given.value.strip():
        return ""
    value = given.value[:20_000]
    line = one_line(value) if given.kind == "text" else plain(markup(Text(value=value, kind="html")))
    line = shorten((line[:-TAIL_LENGTH] + _TAILS.sub("", line[-TAIL_LENGTH:])).strip(), SUMMARY_LENGTH)
    return "" if line == one_line(text) else line
