"""Sentences for people as HTML."""

from __future__ import annotations

import re

from markupsafe import Markup

_CODE = re.compile("``?(.+?)``?(?!`)")


def as_html(text: str) -> Markup:
    """A message as HTML: it begins with a capital, and what stands in backquotes is code."""
    parts = _CODE.split(text[:1].upper() + text[1:])
    return Markup("").join(
        Markup("<code>{}</code>").format(part.strip()) if number % 2 else part for number, part in enumerate(parts)
    )
