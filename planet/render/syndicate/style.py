"""The style sheet that a browser shows our feeds with. CSS only: browsers are removing XSLT."""

from __future__ import annotations

import json
from functools import partial

from planet.model import Artifact, Edition, Message
from planet.render.syndicate.document import Say
from planet.text import digest, one_line

PATH = "static/feed.css"
SHEET = """\
/* How a browser shows a feed of this planet. Element names are those of Atom and RSS 2.0. */
:root {
 color-scheme: light dark;
 --paper: #fbfaf7; --card: #fff; --line: #e3e0d8; --ink: #1c1d20; --soft: #5a5d63; --lava: #b83a12; --sky: #0b6a8c;
 display: block; box-sizing: border-box; max-width: 44rem; min-height: 100vh; margin: 0 auto; padding: 1.5rem 1rem 4rem;
 background: var(--paper); color: var(--ink); font: 1.05rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere;
}
@media (prefers-color-scheme: dark) {
 :root {
  --paper: #16171a; --card: #1e2024; --line: #33363c; --ink: #ecebe6; --soft: #a7a9ae; --lava: #ff8a5c; --sky: #6cc5e6;
 }
}
/* What is for readers of feeds, or is HTML that would show as source, stays hidden. */
feed > *, channel > *, entry > *, item > * { display: none; }
channel, entry, item { display: block; }
feed > title, channel > title { display: block; font: 700 1.8rem/1.25 ui-serif, Charter, Georgia, serif; }
feed > subtitle, channel > description { display: block; color: var(--soft); margin: .25rem 0 1rem; }
feed > title::before, channel > title::before {
 content: %s; display: block; margin: 0 0 1.5rem; padding: .75rem 1rem; border-left: .25rem solid var(--lava);
 background: var(--card); font: 1rem/1.5 system-ui, sans-serif;
}
feed > link[rel="self"], channel > link { display: block; color: var(--sky); font-size: .9rem; }
feed > link[rel="self"]::after { content: attr(href); }
entry, item { padding: 1rem 0; border-top: 1px solid var(--line); }
feed > entry, channel > item { display: block; }
entry > title, item > title { display: block; font: 700 1.2rem/1.35 ui-serif, Charter, Georgia, serif; }
entry > published, item > pubDate { display: block; color: var(--soft); font-size: .85rem; }
entry > author { display: inline; color: var(--soft); font-size: .9rem; }
entry > author > name { display: inline; }
entry > author > uri, entry > author > email { display: none; }
item > creator { display: inline; color: var(--soft); font-size: .9rem; }
entry > summary { display: block; margin: .4rem 0; }
entry > link[rel="alternate"], item > link { display: block; color: var(--sky); font-size: .85rem; }
entry > link[rel="alternate"]::after { content: attr(href); }
"""


def css_string(text: str) -> str:
    """Text as a CSS string: quoted, and without anything that could end it (CSS Syntax 3, 4.3.5)."""
    return json.dumps(one_line(text), ensure_ascii=False).replace("<", "\\3c ")


def _sheet(edition: Edition, say: Say) -> bytes:
    notice = say(
        Message.of(
            "This is a feed: give this page's address to a feed reader, and each new story of {planet} comes to you.",
            planet=edition.config.site.title,
        )
    )
    return (SHEET % css_string(notice)).encode()


def stylesheet(edition: Edition, say: Say) -> Artifact:
    """`static/feed.css`, with one sentence in the planet's language that says what a feed is for."""
    return Artifact(path=PATH, digest=digest(edition.base_rev, SHEET), make=partial(_sheet, edition, say))
