"""The site of one run: what is stored -> edition -> files -> output/."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from planet import edition, unchanged
from planet.avatars import avatars
from planet.classify import Placer
from planet.edition.announcements import announcements, with_stories
from planet.merge.events import merge_events
from planet.model import (
    Artifact,
    Bundle,
    Config,
    Edition,
    Event,
    FeedHealth,
    Published,
    Story,
    StorySource,
)
from planet.render import calendars, search, syndicate
from planet.render.html import load_theme, pages
from planet.store import Store, StoryContext, meta
from planet.urls import host, redacted

if TYPE_CHECKING:
    from planet.pipeline import Planet


def build(config: Config, store: Store, health: tuple[FeedHealth, ...], now: datetime) -> Edition:
    """The site as values: every list of stories and events. `health` is the state of every feed."""
    events = site_events(config, store)
    announced: dict[int, tuple[str, ...]] = {}
    for event in events:
        for row in event.stories:
            announced[row] = (*announced.get(row, ()), event.id)
    born = store.meta(meta.BORN)
    return edition.build(
        config,
        now,
        edition.Stored(
            index=store.index(),
            events=events,
            titles={key: row.title for key, row in store.feeds().items()},
            health=health,
            born=datetime.fromisoformat(born) if born else None,
        ),
        _StoryCache(store, story_context(config, store, announced)),
        edition.program_rev(),
    )


def site_events(config: Config, store: Store) -> tuple[Event, ...]:
    """Every event once, with the stories that announce it."""
    stored = store.stored_events()
    if not stored:
        return ()
    events = merge_events(stored, config, place=Placer(config).place)
    return with_stories(events, announcements(events, store.primary_entries(), timezone=config.site.timezone))


def story_context(config: Config, store: Store, events: Mapping[int, tuple[str, ...]] | None = None) -> StoryContext:
    """What of the configuration a story shows. `events`: row of a story -> ids of the events that it announces."""
    feeds = config.feeds_by_key()
    return StoryContext(
        sources={
            (source.slug, feed.key): StorySource(
                name=source.name,
                slug=source.slug,
                kind=source.kind,
                feed=redacted(feed.configured),
                id="",
                url="",
            )
            for source in config.sources
            for feed in source.feeds
        },
        summary_only=frozenset(feeds)
        - {feed.key for source in config.sources for feed in source.feeds if not feed.summary_only},
        feeds=store.feeds(),
        feed_urls={key: redacted(feed.url) for key, (_source, feed) in feeds.items() if not feed.local},
        host=host(config.site.url),
        events=events or {},
        clashing=store.clashing(),
        same_guid=store.clashing("id"),
    )


class _StoryCache:
    """Loads whole stories by row. A story is on several pages and in several feeds: those that were read last are kept."""

    SIZE = 2000

    def __init__(self, store: Store, context: StoryContext) -> None:
        self._store = store
        self._context = context
        self._stories: dict[int, Story] = {}

    def __call__(self, rows: Sequence[int]) -> list[Story]:
        missing = [row for row in rows if row not in self._stories]
        loaded = {story.story_id: story for story in self._store.load_stories(missing, self._context)}
        stories = [self._stories.get(row) or loaded.get(row) for row in rows]
        self._stories.update(loaded)
        for row in list(self._stories)[: max(0, len(self._stories) - self.SIZE)]:
            del self._stories[row]
        return [story for story in stories if story is not None]


def artifacts(site: Edition, pictures: Mapping[str, bytes]) -> Iterator[Artifact | Bundle]:
    """Everything that is published. `pictures`: slug of a source -> its avatar."""
    theme = load_theme(site.config.site.theme, site.config.folder)
    paths: list[str] = []

    def noted(files: Iterable[Artifact | Bundle]) -> Iterator[Artifact | Bundle]:
        for file in files:
            if isinstance(file, Artifact):
                paths.append(file.path)
            yield file

    yield from noted(pages(site, theme, pictures, searchable=search.available()))
    yield from noted(syndicate.feeds(site))
    yield from syndicate.opml(site)
    yield from calendars.calendars(site)
    yield syndicate.health_json(site)
    if search.available():
        yield from search.index(site)
    yield syndicate.robots(site)
    yield from syndicate.sitemap(site, paths)


def publish(planet: Planet, site: Edition, *, force: bool) -> Published:
    """Render what changed and put it in place, then remember what was published. Raises PublishError, ThemeError."""
    config, store = planet.config, planet.store
    pictures = avatars(config, store, planet.fetcher.web, site.now)
    published = planet.publisher.publish(artifacts(site, pictures), site, force=force)
    themes = [folder for _name, folder in load_theme(config.site.theme, config.folder).folders]
    rev = unchanged.edition_rev(config, store, site.health, themes, planet.rules_rev, site.now)
    unchanged.remember(store, rev, planet.publisher.state(), themes, site.now)
    return published
