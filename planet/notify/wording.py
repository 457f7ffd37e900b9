"""Texts and addresses that a chat or mail program shows unchanged, notifies nobody of, and has room for. Pure."""

from __future__ import annotations

import re
import unicodedata

from planet.text import one_line, shorten, without_accents
from planet.urls import http_url

_MENTION = re.compile(r"@(?=\w)")
_CALL = re.compile(r"@(?=(?:everyone|here|channel|all)\b)", re.IGNORECASE)
_MARKUP = re.compile(r"([\\\[\]()*_~`|<>#])")
_JOINERS = ("\u200d", "\ufe0f", "\u20e3")


def safe_link(url: str) -> str:
    """An http(s) URL that no chat reads as anything else: nothing that ends a link or calls a channel."""
    link = http_url(url)
    for character, code in (("<", "%3C"), (">", "%3E"), ("|", "%7C"), ('"', "%22"), ("`", "%60"), ("*", "%2A")):
        link = link.replace(character, code)
    return _CALL.sub("%40", link)


def without_mentions(text: str) -> str:
    """Text with its @mentions escaped: `@channel` is shown and notifies nobody."""
    return _MENTION.sub("@\u200b", text)


def escaped(text: str) -> str:
    """Text that Markdown shows unchanged."""
    return _MARKUP.sub(r"\\\1", without_mentions(text))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, `…` at the end where something was left out, no letter or picture in two."""
    if limit < 2:
        return ""
    short = shorten(text, limit)
    if short == text:
        return text
    end = len(short) - 1
    while end and (unicodedata.combining(text[end]) or text[end] in _JOINERS or text[end - 1] == _JOINERS[0]):
        end -= 1
    return f"{text[:end]}…" if end else ""


def ascii_name(name: str) -> str:
    """Planète d'essai -> Planete d'essai."""
    plain = without_accents(one_line(name, 60)).encode("ascii", "ignore").decode().strip()
    return plain or "Planet"
