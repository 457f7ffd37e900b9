"""Config -> Planet: picks the stages. The only place that knows everything.

What a run may not need (parsers, templates, notifiers) is imported when it is needed: most runs of cron change nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import logging
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from planet import __version__, edition, unchanged
from planet.edition import HealthRules, feed_health, rules_rev
from planet.errors import LockedError, StoreError
from planet.fetch import Fetcher, polling
from planet.fetch import health as fetch_health
from planet.merge import KEYS_VERSION
from planet.model import (
    Artifact,
    Bundle,
    Changes,
    Classification,
    Config,
    DiffContext,
    Due,
    Edition,
    Entry,
    EntryKey,
    Event,
    EventChanges,
    FeedConfig,
    FeedHealth,
    Fetched,
    FetchState,
    FetchUpdate,
    MergeEntry,
    MergeGroup,
    Message,
    News,
    Published,
    ReadFacts,
    Report,
    Source,
    StoredEvent,
    Story,
    StorySource,
)
from planet.parse import PARSER_VERSION
from planet.pipeline import Planet
from planet.portraits import portraits
from planet.reading import Reading, read
from planet.store import Store, StoryContext
from planet.urls import host, redacted
from planet.workers import map_tasks

log = logging.getLogger("planet")
BUDGET = timedelta(minutes=30)
"""A run asks no feed after this: what is left stays due, and the longest overdue come first in the next run."""


@contextlib.contextmanager
def lock(config: Config) -> Iterator[None]:
    """One run at a time for a database. Raises LockedError where another is at work."""
    path = Path(f"{config.site.database}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Opened, not made anew: whoever waits for it must see the same file. The system lets go of it with the process.
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made ({error.strerror}): check that its folder may be written to"
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(held)
        raise LockedError(f"another run of this planet is at work ({path} is held); this one does nothing") from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made ({error.strerror}): check that its folder may be written to"
        ) from error
    try:
        yield
    finally:
        os.close(held)


def open_store(config: Config) -> Store:
    """The planet's database, made where it is missing."""
    config.site.database.parent.mkdir(parents=True, exist_ok=True)
    return Store(config.site.database)


def user_agent(config: Config) -> str:
    """Product, version, and where its owner can be found (RFC 9110 10.1.5)."""
    contact = f"; {config.site.owner_email}" if config.site.owner_email else ""
    return config.fetch.user_agent or f"Planet/{__version__} (+{config.site.url}{contact})"


def fetcher(config: Config) -> Fetcher:
    """What asks feeds, by the rules of feeds.yaml."""
    return Fetcher(config.fetch, user_agent(config), config.folder, parser_version=PARSER_VERSION)


def _feeds(config: Config) -> dict[str, tuple[Source, FeedConfig]]:
    found: dict[str, tuple[Source, FeedConfig]] = {}
    for source in config.sources:
        for feed in source.feeds:
            found.setdefault(feed.key, (source, feed))
    return found


def reading(config: Config) -> Reading:
    """All that reading a document of this planet needs."""
    from planet.classify import Placer  # noqa: PLC0415
    from planet.normalise import normalise  # noqa: PLC0415
    from planet.normalise.events import normalise_events  # noqa: PLC0415
    from planet.parse import parse  # noqa: PLC0415
    from planet.parse.calendar import events_from_feed, parse_calendar  # noqa: PLC0415
    from planet.sanitise import sanitise  # noqa: PLC0415
    from planet.when import window  # noqa: PLC0415

    return Reading(
        max_entries=config.fetch.max_entries,
        feeds={key: (feed.kind, feed.timezone) for key, (_source, feed) in _feeds(config).items()},
        parse=parse,
        normalise=normalise,
        sanitise=sanitise,
        parse_calendar=parse_calendar,
        events_from_feed=events_from_feed,
        normalise_events=normalise_events,
        window=window,
        place=Placer(config).place,
    )


class _CopyPriority:
    """Sort key of copies: source kind, then position in feeds.yaml."""

    def __init__(self, config: Config) -> None:
        self._sources = {source.slug: (position, source) for position, source in enumerate(config.sources)}

    def __call__(self, _feed: str, entry: Entry, classification: Classification) -> tuple[int, int]:
        from planet.merge.stories import copy_priority  # noqa: PLC0415

        priorities = [
            (copy_priority(source, entry.link), position)
            for slug, _key in classification.sources
            for position, source in [self._sources[slug]]
        ]
        return min(priorities, default=(3, len(self._sources)))


def story_context(config: Config, store: Store, events: Mapping[int, tuple[str, ...]] | None = None) -> StoryContext:
    """What of the configuration a whole story shows."""
    feeds = _feeds(config)
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
        summary_only=frozenset(
            key
            for key in feeds
            if all(feed.summary_only for source in config.sources for feed in source.feeds if feed.key == key)
        ),
        feeds=store.feeds(),
        feed_urls={key: redacted(feed.url) for key, (_source, feed) in feeds.items() if not feed.local},
        host=host(config.site.url),
        events=events or {},
        clashing=store.clashing(),
        same_guid=store.clashing("id"),
    )


def health(config: Config, store: Store, now: datetime) -> tuple[FeedHealth, ...]:
    """The state of every feed."""
    rules = HealthRules(
        state=lambda state, _now: fetch_health.state(state),
        advice=lambda state, feed: fetch_health.advice(state, feed.line),
    )
    states = {key: row.state for key, row in store.feeds().items()}
    return feed_health(config, states, store.counts(), rules, now)


def assemble(
    config: Config, store: Store, now: datetime, *, step: Callable[[str], None] = lambda _name: None
) -> Planet:
    """A planet, ready to run. `step` is told of each durable change of output/ before it is made."""
    asker = fetcher(config)
    jitter = random.Random()  # noqa: S311 - it spreads requests, it guards nothing
    made = functools.cache(lambda: reading(config))

    def ask(due: Sequence[Due], at: datetime, backoffs: Mapping[str, datetime], force: bool) -> Iterator[Fetched]:
        return asker.fetch_all(due, at, backoffs=backoffs, force=force, budget=BUDGET)

    def fetch_update(fetched: Fetched, facts: ReadFacts | None, at: datetime, interval: timedelta) -> FetchUpdate:
        return polling.fetch_update(
            fetched, facts, now=at, interval=interval, jitter=jitter.random(), parser_version=PARSER_VERSION
        )

    def news(feed: FeedConfig, source: Source, state: FetchState, at: datetime) -> tuple[News | None, str]:
        return fetch_health.news(state, feed=feed.configured, source=source.name, line=feed.line, now=at)

    def place(entry: Entry, key: str) -> Classification:
        return made().place(entry, key)

    def outputs(made_edition: Edition) -> Iterator[Artifact | Bundle]:
        return _outputs(made_edition, lambda: portraits(config, store, asker.download, now))

    rules = rules_rev(config, f"{__version__} {KEYS_VERSION}")

    def intact(at: datetime, themes: Sequence[Path]) -> tuple[str, str]:
        from planet.publish import intact  # noqa: PLC0415

        return unchanged.content(config, store, health(config, store, at), themes, rules, at), intact(
            config.site.output
        )

    def rewrite_health(at: datetime) -> Published | None:
        """health.json, told again, when nothing else can have changed since the site was published; None when that is not sure."""
        themes = unchanged.themes(store)
        if not themes or not unchanged.is_published(store, *intact(at, themes), at):
            return None
        return _rewrite_health(config, health(config, store, at), step)

    def publish(artifacts: Iterable[Artifact | Bundle], made_edition: Edition, force: bool) -> Published:
        from planet.render.html import load_theme  # noqa: PLC0415

        published = _publish(config, step, artifacts, made_edition, force)
        themes = [place for _name, place in load_theme(config.site.theme, config.folder).folders]
        unchanged.remember(store, *intact(made_edition.now, themes), themes, made_edition.now)
        return published

    return Planet(
        config=config,
        store=store,
        kinds={key: feed.kind for key, (_source, feed) in _feeds(config).items()},
        rules_rev=rules,
        is_due=polling.is_due,
        fetch_all=ask,
        follow_discovery=polling.follow_discovery,
        map=lambda tasks: map_tasks(lambda: functools.partial(read, made()), tasks),
        network_down=fetch_health.network_down,
        fetch_update=fetch_update,
        news=news,
        diff=_diff,
        place=place,
        priority=_CopyPriority(config),
        merge_keys=_merge_keys,
        group=_group,
        arrive_events=_arrive_events,
        edition=lambda at: make_edition(config, store, at, place),
        collisions=_collisions,
        outputs=outputs,
        publish=publish,
        rewrite_health=rewrite_health,
        notify=functools.partial(_notify, config, store, asker, now),
    )


def _diff(stored: Sequence[EntryKey], context: DiffContext, now: datetime) -> Changes:
    from planet.merge.entry_changes import diff  # noqa: PLC0415

    return diff(stored, context, now)


def _merge_keys(entry: MergeEntry) -> tuple[str, ...]:
    from planet.merge.stories import merge_keys  # noqa: PLC0415

    return merge_keys(entry)


def _group(entries: Sequence[MergeEntry]) -> tuple[MergeGroup, ...]:
    from planet.merge.stories import group  # noqa: PLC0415

    return group(entries)


def _arrive_events(known: Sequence[StoredEvent], incoming: Sequence[StoredEvent], now: datetime) -> EventChanges:
    from planet.merge.event_changes import arrive_events  # noqa: PLC0415

    return arrive_events(known, incoming, now)


def _events(config: Config, store: Store, place: Callable[[Entry, str], Classification]) -> tuple[Event, ...]:
    """Every evening, told once, with the stories that announce it."""
    from planet.edition.announcements import announcements, with_stories  # noqa: PLC0415
    from planet.merge.events import merge_events  # noqa: PLC0415

    stored = store.stored_events()
    if not stored:
        return ()
    events = merge_events(stored, config, place=place)
    return with_stories(events, announcements(events, store.leads(), timezone=config.site.timezone))


def _collisions(made: Edition, now: datetime) -> list[tuple[str, News]]:
    """Evenings of two groups on one day: each pair has a key, by which it is told once."""
    if not made.events:
        return []
    from planet.edition.collisions import collisions  # noqa: PLC0415

    return [
        (found.key, News(kind="collision", feed="", source=found.first.group, text=found.text))
        for found in collisions(made.events, now, timezone=made.config.site.timezone)
    ]


class _StoryCache:
    """Whole stories by id. A story is on several pages and in several feeds: the last that were read are kept at hand."""

    SIZE = 2000

    def __init__(self, store: Store, context: StoryContext) -> None:
        self._store = store
        self._context = context
        self._held: dict[int, Story] = {}

    def __call__(self, rows: Sequence[int]) -> list[Story]:
        missing = [row for row in rows if row not in self._held]
        read = {story.story_id: story for story in self._store.load_stories(missing, self._context)}
        found = [self._held.get(row) or read.get(row) for row in rows]
        self._held.update(read)
        for row in list(self._held)[: max(0, len(self._held) - self.SIZE)]:
            del self._held[row]
        return [story for story in found if story is not None]


def make_edition(config: Config, store: Store, now: datetime, place: Callable[[Entry, str], Classification]) -> Edition:
    """The site as values."""
    from planet.render.html import load_theme  # noqa: PLC0415

    theme = load_theme(config.site.theme, config.folder)
    index = store.index()
    events = _events(config, store, place)
    announced: dict[int, tuple[str, ...]] = {}
    for event in events:
        for row in event.stories:
            announced[row] = (*announced.get(row, ()), event.id)
    rows = store.feeds()
    context = story_context(config, store, announced)
    born = store.meta("born")
    return edition.build(
        config,
        now,
        index=index,
        events=events,
        titles={key: row.title for key, row in rows.items()},
        health=health(config, store, now),
        born=datetime.fromisoformat(born) if born else None,
        load=_StoryCache(store, context),
        look=f"{__version__} {theme.digest}",
    )


def _outputs(made: Edition, pictures: Callable[[], Mapping[str, bytes]]) -> Iterator[Artifact | Bundle]:
    """Everything that is published."""
    from planet.render import calendars, search, syndicate  # noqa: PLC0415
    from planet.render.html import load_theme, pages  # noqa: PLC0415

    theme = load_theme(made.config.site.theme, made.config.folder)
    paths: list[str] = []

    def noted(artifacts: Iterable[Artifact | Bundle]) -> Iterator[Artifact | Bundle]:
        for artifact in artifacts:
            if isinstance(artifact, Artifact):
                paths.append(artifact.path)
            yield artifact

    yield from noted(pages(made, theme, pictures(), searchable=search.available()))
    yield from noted(syndicate.feeds(made))
    yield from syndicate.opml(made)
    yield from calendars.calendars(made)
    yield syndicate.health_json(made)
    if search.available():
        yield from search.index(made)
    yield syndicate.robots(made)
    yield from syndicate.sitemap(made, paths)


def _publish(
    config: Config, step: Callable[[str], None], artifacts: Iterable[Artifact | Bundle], made: Edition, force: bool
) -> Published:
    from planet.publish import publish, story_counts  # noqa: PLC0415

    return publish(
        artifacts,
        config.site.output,
        owner=(config.site.url, config.site.title),
        stories=story_counts(made),
        force=force,
        step=step,
    )


def _rewrite_health(config: Config, states: tuple[FeedHealth, ...], step: Callable[[str], None]) -> Published:
    from planet.publish import rewrite_health  # noqa: PLC0415
    from planet.render.syndicate import health_of  # noqa: PLC0415

    return rewrite_health(health_of(states, config.site.language), config.site.output, step=step)


def _notify(
    config: Config, store: Store, asker: Fetcher, now: datetime, report: Report, made: Edition | None
) -> tuple[Message, ...]:
    """Tell the hub which feeds changed, and each rule of `notify:` what is new to it."""
    warnings: tuple[Message, ...] = ()
    written = report.published.written if report.published else ()
    if config.site.hub:
        from planet.notify import tell_hub  # noqa: PLC0415

        warnings += tell_hub(
            config.site.hub,
            config.site.url,
            written,
            store.meta("hub"),
            post=functools.partial(asker.post, now=now),
            save=lambda text: store.set_meta({"hub": text}),
        )
    if config.notify and made is not None:
        from planet.notify import notify  # noqa: PLC0415

        warnings += notify(
            made,
            store.metas("notify "),
            now,
            environ=os.environ,
            save=lambda key, text: store.set_meta({f"notify {key}": text}),
        )
    return warnings
