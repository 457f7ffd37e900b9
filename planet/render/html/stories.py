"""A story as pages show it: a row of a list, made once for all lists, or whole, where its text stands."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from planet.errors import ThemeError
from planet.html_elements import VOID
from planet.model import Enclosure, SafeHtml, Story, StorySource
from planet.model.shown import PAGE_TEXT
from planet.render.html.mended import mended
from planet.text import fold, shorten
from planet.urls import host

if TYPE_CHECKING:
    from planet.render.html.builder import PageBuilder

log = logging.getLogger(__name__)
ROOT = "\x01"
"""Placeholder in a row for the relative path from the page to output/; no document can contain it."""
ROWS = 20_000
"""Most rows in the cache (some 1.5 kB each)."""
_ADDS = re.compile(r"<(?:a|audio|code|details|figure|h[1-6]|img|li|picture|pre|table|video)[\s>]")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)(?:\s[^>]*)?>")
TITLE_LEVEL = 3
"""The headings of stories in lists are h3."""
UNSHOWABLE = (ArithmeticError, LookupError, TypeError, ValueError)
"""Exceptions that rendering a story with invalid values raises."""
WHY = "why/"
"""The folder, below that of the page of a story's text, of the page of its reasons."""
SLACK = 40
"""A text longer than its excerpt by so many characters has more words, whatever the punctuation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRef:
    """A story on a page before it is loaded: `rev` changes with all that is shown of it, `path` is the page where its text stands."""

    story_id: int
    rev: str
    date: datetime
    source: str
    path: str
    picture: str
    events: tuple[EventLink, ...] = ()

    def __repr__(self) -> str:
        # Digests of pages are made of it, tens of thousands of them in each run that publishes.
        return f"{self.story_id} {self.rev} {self.date} {self.source} {self.path} {self.picture} {self.events or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLink:
    """An event that a story announces. `path` leads to it, below output/; `start` is a moment or a day."""

    title: str
    start: datetime | date
    path: str
    ics: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A story as lists show it. `data` is its part of JSON-LD; `size` the length of its text."""

    html: str
    anchor: str
    name: str
    url: str
    data: Mapping[str, object]
    size: int


class Articles:
    """Renders `story.html`. A story that cannot be rendered is left out and named in the log; the page has all others."""

    def __init__(self, builder: PageBuilder) -> None:
        self._builder = builder
        self._rows: dict[tuple[int, str], Row | None] = {}
        self.left_out: dict[int, str] = {}
        """Stories that no page shows: id -> why."""

    def rows(self, refs: Sequence[StoryRef]) -> list[tuple[StoryRef, Row]]:
        """The stories as rows, without those that cannot be rendered."""
        missing = [ref for ref in refs if (ref.story_id, ref.path) not in self._rows]
        loaded = {story.story_id: story for story in self._builder.load(missing)} if missing else {}
        for ref in missing:
            story = loaded.get(ref.story_id)
            self._rows[ref.story_id, ref.path] = self._row(ref, story) if story else None
        pairs = [(ref, self._rows[ref.story_id, ref.path]) for ref in refs]
        while len(self._rows) > ROWS:
            del self._rows[next(iter(self._rows))]
        return [(ref, row) for ref, row in pairs if row is not None]

    def whole(self, refs: Sequence[StoryRef], room: int) -> list[tuple[StoryRef, Row]]:
        """The stories with their texts, until `room` characters of HTML are used; the others as rows."""
        pairs = []
        stories = {story.story_id: story for story in self._builder.load(refs)}
        for ref in refs:
            story = stories.get(ref.story_id)
            if story is None:  # it cannot be read any more: left out, and logged by the store
                continue
            size = min(len(story.entry.html), PAGE_TEXT)
            row = self._row(ref, story, whole=size <= room)
            room -= size if size <= room else 0
            if row is not None:
                pairs.append((ref, row))
        return pairs

    def _row(self, ref: StoryRef, story: Story, *, whole: bool = False) -> Row | None:
        try:
            html = self._builder.templates.text("story.html", self._context(ref, story, whole=whole))
            data = story_data(story)
        except ThemeError:
            raise
        except UNSHOWABLE as error:
            self.left_out[ref.story_id] = f"{type(error).__name__}: {error}"
            log.warning("%s is left out of the pages: it cannot be shown (%s)", story.url or story.id, error)
            return None
        return Row(
            html=html, anchor=story.anchor, name=name_of(story), url=story.url, data=data, size=len(story.entry.html)
        )

    def _context(self, ref: StoryRef, story: Story, *, whole: bool) -> dict[str, Any]:
        builder, t = self._builder, self._builder.t
        other = (
            bool(story.language) and story.language.split("-")[0].lower() != builder.site.language.split("-")[0].lower()
        )
        adds = adds_text(story)
        return {
            "story": story,
            "site": builder.site,
            "name": name_of(story),
            "picture": ref.picture,
            "technologies": builder.technologies,
            "announced": ref.events,
            "place": f"{ref.path}#{story.anchor}",
            "why": f"{ref.path}{WHY}#{story.anchor}",
            "adds": adds,
            "text": mended(beginning(story.entry.html, PAGE_TEXT), TITLE_LEVEL) if whole and adds else "",
            "cut": len(story.entry.html) > PAGE_TEXT,
            "host": host(story.url),
            "media": tuple(filter(playable, story.entry.enclosures)),
            "language": story.language if other else "",
            "direction": t.direction(story.language) if other else "auto",
            "link": lambda path: f"{ROOT}{path}",
        }


def at_root(html: str, root: str) -> Markup:
    """A row with the links of a page that `root` leads from."""
    return Markup(html.replace(ROOT, root))  # noqa: S704 - it was escaped by the template that made it


def adds_text(story: Story) -> bool:
    """Whether the text says more than its excerpt: more words, or links, pictures, code, lists."""
    if story.summary_only or not story.entry.html:
        return False
    if len(story.entry.text) > len(story.excerpt) + SLACK or _ADDS.search(story.entry.html):
        return True
    return fold(story.entry.text) != fold(story.excerpt)


def beginning(html: SafeHtml, limit: int) -> SafeHtml:
    """At most `limit` characters of HTML, with every element closed. Safe HTML has no `<` but those of its tags."""
    if len(html) <= limit:
        return html
    cut = html[:limit]
    cut = cut[: cut.rfind("<")] if cut.rfind("<") > cut.rfind(">") else cut
    if "&" in cut[-10:] and ";" not in cut[cut.rfind("&") :]:
        cut = cut[: cut.rfind("&")]
    block = max(cut.rfind(f"</{name}>") + len(name) + 3 for name in ("p", "li", "pre", "blockquote", "table", "div"))
    if block > limit // 2:
        cut = cut[:block]
    still_open: list[str] = []
    for tag in _TAG.finditer(cut):
        if tag[1]:
            if tag[2] in still_open:
                del still_open[len(still_open) - 1 - still_open[::-1].index(tag[2]) :]
        elif tag[2] not in VOID:
            still_open.append(tag[2])
    return SafeHtml(cut + "".join(f"</{name}>" for name in reversed(still_open)))


def playable(enclosure: Enclosure) -> bool:
    """Whether a browser plays it: sound or film."""
    return enclosure.type.startswith(("audio/", "video/")) and enclosure.url.startswith(("https://", "http://"))


def name_of(story: Story) -> str:
    """The name of a story: its title, else its beginning, else its address."""
    return story.entry.title or shorten(story.entry.text, 80) or story.url


def others(story: Story) -> list[StorySource]:
    """The other sources that carry a story, each once."""
    by_slug = {source.slug: source for source in reversed(story.sources)}
    return [source for slug, source in reversed(by_slug.items()) if slug != story.source.slug]


def story_data(story: Story) -> dict[str, object]:
    """A story for schema.org."""
    return {
        "@type": "BlogPosting",
        "headline": name_of(story),
        "url": story.url,
        "datePublished": story.published.isoformat(timespec="seconds"),
        "author": {"@type": "Person", "name": story.author},
        **({"inLanguage": story.language} if story.language else {}),
    }
