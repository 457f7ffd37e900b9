"""Whole stories, as pages, feeds and `planet entries` show them: what is stored, with what feeds.yaml says of its sources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from planet.model import Config, Story, StorySource
from planet.people import Namesakes
from planet.recent import Recent
from planet.store import Store, StoryContext
from planet.text import id_prefix
from planet.urls import host

KEPT = 24_000_000
"""Characters of stories that are kept: all of most planets, some 50 MB."""
OVERHEAD = 3000
"""Size of a story in the cache beside its text, in characters."""


def story_context(
    config: Config,
    store: Store,
    events: Mapping[int, tuple[str, ...]] | None = None,
    story_ids: Sequence[int] | None = None,
) -> StoryContext:
    """What of the configuration a story shows. `events`: id of a story -> ids of the events that it announces.

    With `story_ids` it is for these alone, which costs less.
    """
    feeds = config.feeds_by_key()
    return StoryContext(
        sources={
            (source.slug, feed.key): StorySource(
                name=source.name,
                slug=source.slug,
                kind=source.kind,
                feed=feed.label,
                id="",
                url="",
            )
            for source in config.sources
            for feed in source.feeds
        },
        summary_only=frozenset(feeds)
        - {feed.key for source in config.sources for feed in source.feeds if not feed.summary_only},
        feeds=store.feeds(),
        feed_urls={key: feed.public_url for key, (_source, feed) in feeds.items() if feed.public_url},
        host=host(config.site.url),
        url=config.site.url,
        events=events or {},
        technologies=tuple(technology.slug for technology in config.technologies),
        same_id=store.clashing("id", story_ids),
        same_guid=store.clashing("guid", story_ids),
        namesakes=Namesakes((source.slug, source.name) for source in config.sources),
    )


_ACTS = re.compile(r"<(?:script|style|iframe|frame|object|embed|form|meta|base|link)\b|<[^<>]*\s(?:on\w+|srcdoc)\s*=")
"""Markup, in lower case, that could run a script: sanitised HTML contains it only as text."""


def harmless(story: Story) -> Story:
    """The story; its text is sanitised again if it could run a script (an earlier version or another program may have stored it)."""
    lower = story.entry.html.lower()
    if "javascript:" not in lower and not _ACTS.search(lower):
        return story
    from planet.sanitise import sanitise  # no run needs its library but for such a text

    clean = sanitise(story.entry.html, base=story.url, prefix=id_prefix(story.anchor), page=story.url)
    return replace(story, entry=replace(story.entry, html=clean.html))


class StoryCache:
    """Loads whole stories by row. A story is on several pages and in several feeds: those that were read last are kept."""

    def __init__(self, store: Store, context: StoryContext) -> None:
        self._store = store
        self._context = context
        self._stories: Recent[int, Story] = Recent(KEPT)

    def __call__(self, rows: Sequence[int]) -> list[Story]:
        stories = {row: story for row in rows if (story := self._stories.get(row))}
        for stored in self._store.load_stories([row for row in rows if row not in stories], self._context):
            story = harmless(stored)
            stories[story.story_id] = story
            self._stories.keep(story.story_id, story, len(story.entry.html) + len(story.entry.text) + OVERHEAD)
        return [stories[row] for row in rows if row in stories]
