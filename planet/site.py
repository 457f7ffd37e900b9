"""The site of one run: what is stored -> edition -> files -> output/."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from planet import formats, unchanged
from planet.avatars import avatars
from planet.classify import Classifier
from planet.edition.build import Stored
from planet.edition.build import build as build_edition
from planet.edition.fingerprints import program_rev
from planet.edition.joins import joins, with_joins
from planet.merge.events import merge_events
from planet.model import (
    Artifact,
    Closing,
    Config,
    Edition,
    Event,
    FeedHealth,
    Piece,
    Published,
)
from planet.render import calendars, event_data, search, syndicate
from planet.render.html import load_theme, pages
from planet.store import Store, meta
from planet.stories import StoryCache, story_context

if TYPE_CHECKING:
    from planet.ports import Planet


def build(config: Config, store: Store, health: tuple[FeedHealth, ...], now: datetime) -> Edition:
    """The site as values: every list of stories and events. `health` is the state of every feed."""
    events = site_events(config, store)
    announced: dict[int, tuple[str, ...]] = {}
    for event in events:
        for row in event.stories:
            announced[row] = (*announced.get(row, ()), event.id)
    born = store.meta(meta.BORN)
    return build_edition(
        config,
        now,
        Stored(
            index=store.index(),
            events=events,
            titles={key: row.title for key, row in store.feeds().items()},
            arrived={key: row.arrived for key, row in store.feeds().items() if row.arrived},
            health=health,
            born=_moment(born),
            withdrawn=store.withdrawn(),
        ),
        StoryCache(store, story_context(config, store, announced)),
        program_rev(),
    )


def _moment(text: str) -> datetime | None:
    """A stored moment; None where there is none that can be read."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def site_events(config: Config, store: Store) -> tuple[Event, ...]:
    """Every event once, with its stories."""
    stored = store.stored_events()
    if not stored:
        return ()
    events = merge_events(stored, config, classify=Classifier(config).classify)
    sources: dict[str, set[str]] = {}
    for source in config.sources:
        for feed in source.feeds:
            sources.setdefault(feed.key, set()).add(source.name)
    joined = joins(
        events, store.primary_entries(), timezone=config.site.timezone, sources=sources, site=config.site.url
    )
    return with_joins(events, joined)


def pieces(site: Edition, pictures: Mapping[str, bytes]) -> Iterator[Piece]:
    """Everything that is published. `pictures`: slug of a source -> its avatar."""
    aliases = formats.aliases(site.config)
    for piece in _pieces(site, pictures):
        if isinstance(piece, Artifact) and not piece.path.endswith(".html"):
            yield from _with_copies(piece, _names(piece.path, aliases))
        else:
            yield piece


def _names(path: str, aliases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The other paths of a file: those of its folder under its aliases."""
    folder = "/".join(path.split("/")[: 2 if path.startswith("members/") else 1]) + "/"
    return tuple(alias + path.removeprefix(folder) for alias in aliases.get(folder, ()))


def _with_copies(file: Artifact, paths: Sequence[str]) -> Iterator[Artifact]:
    """A file and its copies; its bytes are made once."""
    make = functools.cache(file.make)
    for path in (file.path, *paths):
        yield replace(file, path=path, make=make)


def _pieces(site: Edition, pictures: Mapping[str, bytes]) -> Iterator[Piece]:
    """Everything at its own address."""
    yield from pages(site, load_theme(site.config.site.theme, site.config.folder), pictures)
    yield from syndicate.feeds(site)
    yield from syndicate.opml(site)
    yield from calendars.calendars(site)
    yield from event_data.event_data(site)
    yield syndicate.health_json(site)
    yield from search.index(site)
    yield syndicate.robots(site)
    yield Closing(files=functools.partial(syndicate.sitemap, site))


def publish(planet: Planet, site: Edition, *, force: bool) -> Published:
    """Render what changed and put it in place, then remember what was published. Raises PublishError, ThemeError."""
    config, store = planet.config, planet.store
    pictures = avatars(config, store, planet.fetcher.web, site.now)
    published = planet.publisher.publish(pieces(site, pictures), site, force=force)
    themes = [folder for _name, folder in load_theme(config.site.theme, config.folder).folders]
    rev = unchanged.edition_rev(config, store, site.health, themes, planet.rules_rev, site.now)
    if not published.not_made:  # else the next run tries again
        unchanged.remember(store, rev, published.state, themes, site.now)
    return published
