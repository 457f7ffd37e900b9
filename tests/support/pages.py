"""Pages made for tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser as Tree

from planet.model import Artifact, Edition, Section, every_file
from planet.render.html import load_theme, pages

NOWHERE = Path("/nowhere")


def made(of: Edition, theme: str = "clermontech", folder: Path = NOWHERE, **options) -> dict[str, bytes]:
    return {one.path: one.make() for one in artifacts(of, theme, folder, **options)}


def artifacts(of: Edition, theme: str = "clermontech", folder: Path = NOWHERE, **options) -> Iterator[Artifact]:
    for one in every_file(pages(of, load_theme(theme, folder), **options)):
        assert isinstance(one, Artifact)
        yield one


def digests(of: Edition, **options) -> dict[str, str]:
    return {one.path: one.digest for one in artifacts(of, **options)}


def sections(of: Edition) -> dict[str, str]:
    """Name -> digest."""
    pieces = pages(of, load_theme("clermontech", NOWHERE))
    return {piece.name: piece.digest for piece in pieces if isinstance(piece, Section)}


def page(of: Edition, path: str = "index.html", **options) -> Tree:
    return Tree(next(one for one in artifacts(of, **options) if one.path == path).make())


def trees(site: dict[str, bytes]) -> Iterator[tuple[str, Tree]]:
    for path, content in site.items():
        if path.endswith(".html"):
            yield path, Tree(content)
