"""The style sheet that a browser shows our feeds with. CSS only: browsers are removing XSLT."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from planet.i18n import Say
from planet.model import Artifact, Edition, Message
from planet.text import digest, one_line

PATH = "static/feed.css"
SHEET = (Path(__file__).parent / "feed.css").read_text("utf-8")
"""The template: its one variable is `notice`, a CSS string."""


def css_string(text: str) -> str:
    """Text as a CSS string: quoted, and without anything that could end it (CSS Syntax 3, 4.3.5)."""
    return json.dumps(one_line(text), ensure_ascii=False).replace("<", "\\3c ")


def _sheet(edition: Edition, say: Say) -> bytes:
    from jinja2 import Environment, StrictUndefined  # runs that write nothing need no templates

    notice = say(
        Message.of(
            "This is a feed: give this page's address to a feed reader, and each new story of {planet} comes to you.",
            planet=edition.config.site.title,
        )
    )
    environment = Environment(autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701 - CSS, not HTML
    return environment.from_string(SHEET).render(notice=css_string(notice)).encode()


def stylesheet(edition: Edition, say: Say) -> Artifact:
    """`static/feed.css`, with one sentence in the planet's language that says what a feed is for."""
    return Artifact(path=PATH, digest=digest(edition.base_rev, SHEET), make=partial(_sheet, edition, say))
