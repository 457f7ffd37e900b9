"""Pages at other addresses of a technology or a source: each leads to the page itself. Their feeds are copies (see `planet.site`)."""

from __future__ import annotations

from collections.abc import Iterator

from planet import formats
from planet.model import Artifact, StoryList
from planet.render.html.builder import PageBuilder
from planet.render.html.frame import Meta


def redirects(builder: PageBuilder) -> Iterator[Artifact]:
    """One page for each alias, and one for what a frame on another site shows of a technology."""
    aliases = formats.aliases(builder.edition.config)
    for story_list in builder.edition.lists:
        for alias in aliases.get(story_list.path, ()):
            yield _redirect(builder, story_list, alias, story_list.path)
            if story_list.kind == "technology":
                yield _redirect(builder, story_list, f"{alias}embed/", f"{story_list.path}embed/")


def _redirect(builder: PageBuilder, story_list: StoryList, path: str, target: str) -> Artifact:
    meta = Meta(
        path=path,
        title=f"{story_list.name} – {builder.site.title}",
        heading=story_list.name,
        kind="redirect",
        robots="noindex, follow",
    )
    return builder.page("redirect.html", meta, {"target": target})
