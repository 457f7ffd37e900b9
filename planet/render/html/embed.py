"""`<technology>/embed/`: the next events and last stories, for a frame on another site. No script; links open in the site's window."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from planet.model import Artifact
from planet.render.html.builder import PageBuilder
from planet.render.html.events import EventPages
from planet.render.html.frame import Meta

SHOWN = 5


def embeds(builder: PageBuilder, event_pages: EventPages) -> Iterator[Artifact]:
    """One page for each technology, empty ones too, so that a frame that shows it never breaks."""
    for story_list in builder.edition.lists:
        if story_list.kind != "technology":
            continue
        meta = Meta(
            path=f"{story_list.path}embed/",
            title=f"{story_list.name} – {builder.site.title}",
            heading=story_list.name,
            kind="embed",
            robots="noindex, follow",
            technology=story_list.slug,
        )
        context: dict[str, object] = {
            "coming": event_pages.next("technology", story_list.slug),
            "latest": builder.refs(list(islice(story_list.rows, SHOWN))),
            "home": story_list.path,
        }

        def present(values: dict[str, Any]) -> dict[str, Any]:
            return {**values, "stories": builder.load(values["latest"])}

        yield builder.page("embed.html", meta, context, present)
