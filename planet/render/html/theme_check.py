"""Find blocks of a theme that no page shows, because no template has a block of that name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from planet.render.html.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownBlock:
    """A block of a template that extends another, which has no such block. `known` are the blocks that there are."""

    path: Path
    line: int
    name: str
    known: tuple[str, ...]


def unknown_blocks(theme: Theme) -> Iterator[UnknownBlock]:
    """Those of the theme itself; what it extends is not checked. A template with errors is left to the run, which names it."""
    (_, own), *others = theme.folders
    trees = {path: tree for path in sorted(own.glob("*.html")) if (tree := _tree(path)) is not None}
    known = {block.name for _, folder in others for path in folder.glob("*.html") for block in _blocks(_tree(path))}
    known |= {block.name for tree in trees.values() if tree.find(nodes.Extends) is None for block in _blocks(tree)}
    for path, tree in trees.items():
        if tree.find(nodes.Extends) is not None:
            for block in tree.body:  # one within another is a place of the theme's own
                if isinstance(block, nodes.Block) and block.name not in known:
                    yield UnknownBlock(path=path, line=block.lineno, name=block.name, known=tuple(sorted(known)))


def _tree(path: Path) -> nodes.Template | None:
    try:
        return Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(path.read_text("utf-8"))
    except (TemplateSyntaxError, OSError, UnicodeDecodeError):
        return None


def _blocks(tree: nodes.Template | None) -> Iterator[nodes.Block]:
    if tree is not None:
        yield from tree.find_all(nodes.Block)
