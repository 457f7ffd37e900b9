"""The pages of the site: artifacts from an edition and a theme. A page is rendered when its artifact is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from types import MappingProxyType

from planet.model import Artifact, Edition, Piece
from planet.render import cards
from planet.render.html import lists, rest
from planet.render.html.builder import PageBuilder
from planet.render.html.embed import embeds
from planet.render.html.events import EventPages
from planet.render.html.months import archive_page, month_pages
from planet.render.html.redirects import redirects
from planet.render.html.theme import Theme, load_theme
from planet.render.html.weeks import week_pages
from planet.text import named_digests

__all__ = ["Theme", "load_theme", "pages"]

_NONE: Mapping[str, bytes] = MappingProxyType({})


def pages(edition: Edition, theme: Theme, avatars: Mapping[str, bytes] = _NONE) -> Iterator[Piece]:
    """Every page, and the files that pages need.

    `avatars` maps the slug of a source to its picture, a WebP of 96 px (see `planet.render.avatars`); a source that is not in it
    shows its initials.
    The artifacts raise ThemeError when they are made from a template that is wrong.
    """
    builder = PageBuilder(edition, theme, avatars)
    event_pages = EventPages(builder)
    months = [story_list for story_list in edition.lists if story_list.kind == "month"]
    for story_list in edition.lists:
        if story_list.kind != "month":
            yield from lists.list_pages(builder, event_pages, story_list)
    yield from month_pages(builder, months)
    yield archive_page(builder, months)
    yield from week_pages(builder)
    yield from event_pages.pages()
    yield from embeds(builder, event_pages)
    yield from redirects(builder)
    yield from rest.rest(builder, event_pages)
    yield from _assets(builder)


def _assets(builder: PageBuilder) -> Iterator[Artifact]:
    """static/: the style, the script, the theme's files, the pictures."""
    theme = builder.theme
    yield Artifact(path="static/planet.css", digest=sha256(builder.style).hexdigest(), make=lambda: builder.style)
    if any((folder / "script.js").is_file() for _, folder in theme.folders):
        yield Artifact(path="static/planet.js", digest=sha256(builder.script).hexdigest(), make=lambda: builder.script)
    for name, path in theme.assets().items():
        yield Artifact(path=f"static/{name}", digest=sha256(path.read_bytes()).hexdigest(), make=path.read_bytes)
    if builder.common.cards:
        site = builder.site
        named: list[tuple[str, str, str, int | None]] = [("planet", site.title, site.description, None)]
        named += [
            (technology.slug, technology.name, site.title, technology.hue)
            for technology in builder.edition.technologies
        ]
        for slug, title, line, hue in named:
            yield Artifact(
                path=f"static/cards/{slug}.png",
                digest=named_digests({"drawing": cards.rev(), "words": (title, line, hue)}),
                make=partial(cards.card, title, (line,), hue),
            )
    if "favicon.ico" in theme.assets():
        icon = theme.assets()["favicon.ico"].read_bytes()
        yield Artifact(path="favicon.ico", digest=sha256(icon).hexdigest(), make=partial(bytes, icon))
    manifest = builder.manifest()
    yield Artifact(path="static/site.webmanifest", digest=sha256(manifest).hexdigest(), make=lambda: manifest)
    for slug, picture in sorted(builder.avatars.items()):
        if slug in builder.sources:
            yield Artifact(
                path=f"static/avatars/{slug}.webp",
                digest=sha256(picture).hexdigest(),
                make=partial(bytes, picture),
            )
