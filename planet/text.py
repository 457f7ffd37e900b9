"""Plain text: cleaning, folding, cutting, naming. Pure, used by every stage."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Mapping

from planet.html_elements import BLOCKS, DROPPED, ELEMENTS, INLINE, MATH, VOID

# What XML 1.0 cannot hold (section 2.2), lone surrogates included, and HTML neither (noncharacters); and what only hides or reorders
# text: bidi controls, zero-width characters but ZWJ and ZWNJ (they spell words), byte order marks.
_LAST_OF_PLANES = "".join(chr(plane + last) for plane in range(0x10000, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
_ILLEGAL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff{_LAST_OF_PLANES}]")
_ALLOWED = re.compile("[\t\n\r -~\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0001fffd]*")
"""A text of allowed characters only: matching this one class is ten times as fast as searching for the many forbidden ones."""
_HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_NOT_FOLDED = re.compile("[^a-z0-9+#]+")
_HALVES = re.compile(r"&#([xX][dD][89abAB][0-9a-fA-F]{2}|5[56]\d{3});&#([xX][dD][c-fC-F][0-9a-fA-F]{2}|5[67]\d{3});")
_BOX = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""The blocks of combining marks."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,8}")
RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"com{n}" for n in range(10)} | {f"lpt{n}" for n in range(10)},
)  # Windows opens a device under these names, whatever the folder


# What else stands in angle brackets is text: `List<T>`, `<your name>`.
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*(?:-xml)?)(?:[\s/][^<>]*)?>")
_PAIRED = re.compile(
    rf"<(/?)({'|'.join(sorted((INLINE | BLOCKS | MATH) - DROPPED - VOID))})(?:[\s/][^<>]*)?>", re.IGNORECASE
)
_LINE_BREAK = re.compile(r"</?br\s*/?>", re.IGNORECASE)
_PICTURE = re.compile(r"<img\s[^<>]*>", re.IGNORECASE)
_ALT = re.compile(r"\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_MAY_HIDE = re.compile("<(?:!--|script|style)", re.IGNORECASE)
_HIDING = re.compile(r"<(!--|(?:script|style)(?=[\s/>]))")
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_HIDING_ENDS = {"!--": "-->", "script": "</script", "style": "</style"}
PLAIN_LENGTH = 20_000


def xml_safe(text: str) -> str:
    """The text without the characters that no XML document may hold. Line ends and tabs stay."""
    return text if _ALLOWED.fullmatch(text) else _ILLEGAL.sub("", text)


def join_surrogates(text: str) -> str:
    """Two references to the halves of one character (`&#55357;&#56832;`), which no document may hold, as that character."""
    return _HALVES.sub(_joined, text) if "&#" in text else text


def _joined(pair: re.Match[str]) -> str:
    high, low = (int(digits[1:], 16) if digits[0] in "xX" else int(digits) for digits in pair.groups())
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return pair[0]


def unboxed(text: str) -> str:
    """The text without the marks of CDATA sections, which some writers escape or put one into the other."""
    if "<![CDATA[" not in text:
        return text
    return _BOX.sub(lambda box: box[1], text).replace("<![CDATA[", "").removesuffix("]]>")


def one_line(text: str, limit: int = 0) -> str:
    """Text for a title or a name: one line, nothing hidden, nothing reordered, cut at `limit` characters on a word (0: not cut)."""
    if text.isprintable():  # nothing to remove, and no other blank than the space
        cleaned = (_BLANKS.sub(" ", text) if "  " in text else text).strip()
    else:
        cleaned = _BLANKS.sub(" ", _HIDDEN.sub("", xml_safe(text))).strip()
    return shorten(cleaned, limit) if limit else cleaned


def plain(markup: str) -> str:
    """The text of a little HTML, on one line: what is a tag goes, character references are read once, all else stays.

    `AT&T`, `a < b` and `List<T>` survive. The first 20,000 characters count. The result is text: escape it for any output.
    """
    markup = xml_safe(markup[:PLAIN_LENGTH])
    if "<" in markup:
        markup = _without_hidden(markup)
        markup = _TAG.sub(_without_tag, markup)
    return one_line(html.unescape(markup) if "&" in markup else markup)


def _without_tag(tag: re.Match[str]) -> str:
    """The replacement of a tag: nothing or a blank; what is no element of HTML is returned unchanged."""
    name = tag[1].lower()
    if name in INLINE:
        return ""
    return " " if name in ELEMENTS else tag[0]


def phrase(markup: str) -> str:
    """The text of a title or a name in HTML, on one line. What cannot be markup of a title is a word: an element that is not closed,
    or no part of a line of text, is what the title is about (`The <dialog> element`); `An <em>important</em> note` loses its tags.
    """
    markup = unboxed(join_surrogates(xml_safe(markup[:PLAIN_LENGTH])))
    if "<" in markup:
        markup = _LINE_BREAK.sub(" ", _without_hidden(markup))
        markup = _PICTURE.sub(lambda picture: _alt(picture[0]), markup)
        markup = _without_pairs(markup)
    return one_line(html.unescape(markup) if "&" in markup else markup)


def _without_pairs(markup: str) -> str:
    """The markup without the tags of elements that are closed and not empty. Linear."""
    gone: list[tuple[int, int, str]] = []
    opened: dict[str, list[re.Match[str]]] = {}
    for tag in _PAIRED.finditer(markup):
        name = tag[2].lower()
        if not tag[1]:
            opened.setdefault(name, []).append(tag)
        elif opened.get(name):
            start = opened[name].pop()
            if markup[start.end() : tag.start()].strip():
                blank = "" if name in INLINE or name in MATH else " "
                gone += [(*start.span(), blank), (*tag.span(), blank)]
    pieces = []
    position = 0
    for start_at, end_at, blank in sorted(gone):
        pieces += [markup[position:start_at], blank]
        position = end_at
    return "".join((*pieces, markup[position:]))


def _alt(picture: str) -> str:
    """The alternative text (`alt`) of a picture."""
    alt = _ALT.search(picture)
    return (alt[1] or alt[2] or "") if alt else ""


_ASIDE = re.compile(r"<(pre|table|figure|audio|video|details)\b[^>]*>.*?</\1>", re.DOTALL | re.IGNORECASE)
_ASIDE_OPENS = re.compile(r"<(?:pre|table|figure|audio|video|details)\b", re.IGNORECASE)


def excerpt(markup: str, summary: str, limit: int = 300) -> str:
    """An excerpt of a post for lists: one line of whole words, at most `limit` characters.

    The author's own summary, unless it is only the beginning of the text, cut off (as many a feed's description is); then the text
    itself, without code, tables and figures, which say nothing out of their place. `markup` is HTML that was sanitised.
    """
    own = one_line(summary)
    text = _beginning(markup, limit)
    begins = fold(own.rstrip(". …")[:40])
    if own and not (begins and fold(text[:200]).startswith(begins)):
        return shorten(own, limit)
    return shorten(text or own or plain(markup), limit)


def _beginning(markup: str, enough: int) -> str:
    """The text of the markup without what stands aside; where its first tags give `enough` characters, of those alone."""
    first = markup[: 4 * enough]
    first = first[: max(first.rfind("<"), 0)]  # whole tags and references
    if len(first) < len(markup) and not _ASIDE_OPENS.search(first):
        text = plain(first)
        if len(text) > enough:
            return text
    return plain(_ASIDE.sub(" ", markup[:PLAIN_LENGTH]))


def _without_hidden(markup: str) -> str:
    """The markup without comments, scripts and styles that are closed; linear, also where some are left open."""
    if not _MAY_HIDE.search(markup):
        return markup
    lowered = markup.translate(_LOWER)  # str.lower() makes two characters of some
    parts: list[str] = []
    position = 0
    left_open: set[str] = set()
    for opened in _HIDING.finditer(lowered):
        name = opened[1]
        if opened.start() < position or name in left_open:
            continue
        end = lowered.find(_HIDING_ENDS[name], opened.end())
        if end < 0:
            left_open.add(name)
            continue
        parts += [markup[position : opened.start()], "" if name == "!--" else " "]
        position = (lowered.find(">", end) + 1) or len(markup)
    return "".join((*parts, markup[position:]))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, whole words where there are any, `…` where something was left out."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, blank, _ = cut.rpartition(" ")
    return (head if blank and len(head) > limit // 2 else cut).rstrip(" ,;:.–—-(«") + "…"


def fold(text: str) -> str:
    """A text as tags and words are compared: without case, accents, blanks, dots, dashes and underscores; `+` and `#` stay (c++, c#)."""
    if text.isascii():
        return _NOT_FOLDED.sub("", text.lower())
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()  # some capitals only show when taken apart
    return "".join(c for c in decomposed if c.isalnum() or c in "+#")


def without_accents(text: str) -> str:
    """The letters of a text without their accents and other marks (NFKD); case stays."""
    return text if text.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", text))


def language_tag(*given: str) -> str:
    """The first of several texts that is a language tag (BCP 47), in its usual case (`fr_ca` is `fr-CA`); "" if none is."""
    for text in given:
        tag = text.strip()
        if _LANGUAGE.fullmatch(tag):
            language, *subtags = tag.replace("_", "-").split("-")
            return "-".join([language.lower(), *(_cased(subtag) for subtag in subtags)])
    return ""


def _cased(subtag: str) -> str:
    """RFC 5646 2.1.1: regions in capitals, scripts with one."""
    if len(subtag) == 2:
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag.lower()


def body_key(text: str) -> str:
    """A digest of a text without blanks, by which equal texts are found; "" for fewer than eight words, too few to identify a post."""
    words = text.split()
    return digest(" ".join(words)) if len(words) >= 8 else ""


def digest(*parts: str) -> str:
    """32 hexadecimal characters that name a sequence of texts."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(part.encode("utf-8", "surrogatepass"))
        hashed.update(b"\0")
    return hashed.hexdigest()[:32]


def named_digests(inputs: Mapping[str, object]) -> str:
    """`name:digest name:digest …`: what a file is made from, so that it can be said which of its inputs changed.

    The values are texts, numbers, dates, frozen dataclasses, and tuples or dicts of them: their `repr` distinguishes them.
    """
    return " ".join(
        f"{name}:{digest(value if isinstance(value, str) else repr(value))[:12]}" for name, value in inputs.items()
    )


def anchor(*identity: str) -> str:
    """The `id=` of what an identity names (feed and uid of an entry, uid and recurrence of an event), the same on every page."""
    return f"e{digest(*identity)[:10]}"


def id_prefix(anchor: str) -> str:
    """The prefix of every id inside the text of an entry or event with this anchor; shorter than an anchor, so that no id can equal one."""
    return f"{anchor[:9]}-"


def slug(text: str, limit: int = 60) -> str:
    """A name for a file or an address: `[a-z0-9-]`, never empty, never a reserved name, different for C, C++ and C#."""
    from slugify import slugify  # most runs name nothing new

    name: str = slugify(text[:500], max_length=limit, word_boundary=False, replacements=[["+", "p"], ["#", "sharp"]])
    if not name:
        name = digest(text)[:12]
    return f"{name}-" + digest(text)[:6] if name in RESERVED else name
