"""One run, from what is due to what is announced.

    fetch -> parse -> normalise -> sanitise -> classify -> merge -> store      once per feed (see `planet.update`)
          -> regroup -> edition -> render -> publish -> notify                 once per run (see `planet.site`)

Stages are called by name. What has more than one implementation is handed in (see `planet.assemble`): the fetcher, the database, the
executor, the publisher and the notifier.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from planet import health, unchanged
from planet.config_changes import follow_edits, forget_removed_calendars, reclassify, regroup
from planet.fetch import polling
from planet.fetch.health import network_down
from planet.model import (
    Deferred,
    Due,
    Failed,
    FetchError,
    FetchState,
    Fresh,
    Message,
    News,
    Report,
    Task,
    Unchanged,
)
from planet.ports import Options, Planet, Progress
from planet.store import FeedRow, meta
from planet.when import day_of

if TYPE_CHECKING:
    from planet.model import Edition, FeedHealth, Fetched, Published
    from planet.update import Writer

log = logging.getLogger(__name__)
SILENT = Progress()
DEFAULTS = Options()
BUDGET = timedelta(minutes=30)
"""A run asks no feed after this: what is left stays due, and the longest overdue come first in the next run."""


@dataclass(slots=True)
class _Counts:
    fresh: int = 0
    unchanged: int = 0
    failed: int = 0
    deferred: int = 0
    network_down: bool = False
    withdrawn: int = 0
    updated: int = 0
    due: int = 0
    unreachable: int = 0
    """Of those that failed: the feeds that gave no document."""
    unreadable: int = 0
    """Those that gave one that is no feed."""


def run(
    planet: Planet,
    now: datetime,
    options: Options = DEFAULTS,
    progress: Progress = SILENT,
    lists: Sequence[News] = (),
) -> Report:
    """Bring the site up to date. `lists` is what is new of reading lists, which were asked before.

    Raises NotPublishedError; what was published then stays as it was, and what was read is kept for the next run.
    """
    with contextlib.closing(planet.fetcher):
        report, edition = _run(planet, now, options, progress)
        progress.stage(Message.of("telling what is new"))
        if options.announce:
            report = _announce(planet, report, edition, options, lists, now)
        return report


def _run(planet: Planet, now: datetime, options: Options, progress: Progress) -> tuple[Report, Edition | None]:
    follow_edits(planet)
    reclassified = reclassify(planet)
    counts = gather(planet, now, options, progress) if options.fetch else _Counts()
    progress.stage(Message.of("putting together what is one story"))
    new_stories = regroup(planet, everything=reclassified)
    progress.stage(Message.of("writing the pages"))
    edition, published = publish(planet, now, options)
    report = Report(
        due=counts.due,
        asked=counts.fresh + counts.unchanged + counts.unreachable,
        fresh=counts.fresh - counts.unreadable,
        unchanged=counts.unchanged,
        failed=counts.failed,
        deferred=counts.deferred,
        network_down=counts.network_down,
        new_stories=new_stories,
        updated_stories=counts.updated,
        withdrawn=counts.withdrawn,
        published=published,
    )
    forget_removed_calendars(planet, now)
    return report, edition


def _announce(
    planet: Planet, report: Report, edition: Edition | None, options: Options, lists: Sequence[News], now: datetime
) -> Report:
    """The report with the news for a person. Sends the notifications, and the heartbeat."""
    news = list(lists)
    if (options.news or planet.config.notifies_health) and not report.network_down:
        news += [*health.news(planet.config, planet.store, now), *_collisions(planet, edition, now)]
    report = replace(report, news=tuple(news))
    if options.publish:
        report = _notify(planet, report, edition, now)
        if planet.config.site.heartbeat and not report.network_down:
            answer = planet.fetcher.web.get(planet.config.site.heartbeat, max_bytes=64_000, accept="*/*", now=now)
            log.info("heartbeat: %s", answer.message if isinstance(answer, FetchError) else "sent")
    return report


def _notify(planet: Planet, report: Report, edition: Edition | None, now: datetime) -> Report:
    """Announce what is new. Notices that a channel is told are not printed, too."""

    @functools.cache
    def make() -> Edition:
        if edition is not None:
            return edition
        from planet import site  # see publish

        return site.build(planet.config, planet.store, health.public_health(planet.config, planet.store), now)

    warnings = planet.notify(report, make, now, changed=edition is not None)
    return replace(report, warnings=warnings, news=() if planet.config.notifies_health else report.news)


def due_feeds(planet: Planet, now: datetime, *, force: bool) -> list[Due]:
    """What is to be asked now, the longest overdue first, so that a run cut short starves no one."""
    rows = planet.store.feeds()
    due = []
    for key, (source, feed) in planet.feeds.items():
        if source.retired:
            log.info("%s: not asked: %s is retired", feed.label, source.name)
            continue
        row = rows.get(key)
        state = row.state if row else FetchState()
        interval = feed.interval or planet.config.fetch.interval
        if force or polling.is_due(state, now, interval, feed.url):
            due.append(
                Due(
                    key=key,
                    url=feed.url,
                    local=feed.local,
                    state=state,
                    interval=interval,
                    accept_calendar=feed.kind == "calendar",
                )
            )
        else:
            log.info("%s: not asked: %s", feed.label, _why_not_due(state))
    return sorted(due, key=lambda feed: (feed.state.next_due is not None, feed.state.next_due or now))


def _why_not_due(state: FetchState) -> str:
    if state.stopped:
        return "its server says that it is gone (410)"
    if state.hold_until is not None:
        return f"its server asked to wait until {state.hold_until:%Y-%m-%d %H:%M} UTC"
    reason = f"after {state.failures} failures it is due at" if state.failures else "it is due at"
    return f"{reason} {state.next_due:%Y-%m-%d %H:%M} UTC" if state.next_due else "it was asked a moment ago"


@dataclass(slots=True, kw_only=True)
class _Gathering:
    """The fetching of one run: documents are stored as they come, the states of the other feeds at the end."""

    planet: Planet
    now: datetime
    progress: Progress
    counts: _Counts = field(default_factory=_Counts)
    failed: list[Fetched] = field(default_factory=list)
    """Feeds that gave no document: nobody is blamed for them where the network is down."""
    without_document: list[Fetched] = field(default_factory=list)
    """Feeds that are unchanged or deferred."""
    discovered: list[Due] = field(default_factory=list)
    """Feeds that a configured page names."""

    def ask(self, due: Sequence[Due], rows: Mapping[str, FeedRow], *, follow: bool) -> None:
        """Ask feeds, and store each document. With `follow`, a page that names its one feed is no failure yet: see `discovered`."""
        writer = None
        for task, outcome in self.planet.execute(self._tasks(due)):
            writer = writer or self._writer()
            applied = writer.apply(task, outcome, rows.get(task.fresh.due.key))
            self.counts.updated += applied.updated
            self.counts.withdrawn += applied.withdrawn
            if outcome.facts.ok:
                continue
            feed = polling.follow_discovery(task.fresh.due, applied.update) if follow else None
            if feed is not None:
                self.discovered.append(feed)
            else:
                self.counts.failed += 1
                self.counts.unreadable += 1

    def _writer(self) -> Writer:
        from planet import update  # comparing and merging, which a run without a document does not need
        from planet.merge.authorship import Authors

        planet = self.planet
        return update.Writer(
            config=planet.config,
            feeds=planet.feeds,
            store=planet.store,
            authors=Authors(planet.config.sources),
            jitter=planet.jitter,
            first_run=not planet.store.meta(meta.FIRST_RUN_DONE),
        )

    def _tasks(self, due: Sequence[Due]) -> Iterator[Task]:
        planet, counts = self.planet, self.counts
        for fetched in planet.fetcher.fetch_all(due, self.now, backoffs=planet.store.backoffs(self.now), budget=BUDGET):
            self.progress.answered(fetched)
            match fetched:
                case Fresh():
                    counts.fresh += 1
                    key = fetched.due.key
                    posts = planet.feeds[key][1].kind == "posts"
                    known = planet.store.raw_hashes(key) if posts else {}
                    yield Task(fresh=fetched, known=known, now=self.now)
                case Unchanged():
                    counts.unchanged += 1
                    self.without_document.append(fetched)
                case Failed():
                    self.failed.append(fetched)
                case Deferred():
                    counts.deferred += 1
                    self.without_document.append(fetched)
                case _:
                    assert_never(fetched)

    def finish(self) -> _Counts:
        """Store the states of the feeds that gave no document. Where the network is down, no feed failed."""
        planet, counts = self.planet, self.counts
        counts.network_down = (
            bool(self.failed) and not counts.fresh and network_down([*self.failed, *self.without_document])
        )
        counts.unreachable = len(self.failed)
        counts.failed += len(self.failed)
        settled = self.without_document if counts.network_down else [*self.without_document, *self.failed]
        planet.store.save_updates(
            [
                (
                    fetched.due.key,
                    planet.feeds[fetched.due.key][1].label,
                    polling.fetch_update(
                        fetched, None, now=self.now, interval=fetched.due.interval, jitter=planet.jitter.random()
                    ),
                )
                for fetched in settled
            ]
        )
        if not counts.network_down:
            born = planet.store.meta(meta.BORN) or self.now.isoformat()
            planet.store.set_meta({meta.FIRST_RUN_DONE: "1", meta.BORN: born})
        return counts


def gather(planet: Planet, now: datetime, options: Options, progress: Progress) -> _Counts:
    """Ask what is due, and store what it says: each feed alone, in one transaction."""
    rows = planet.store.feeds()
    due = due_feeds(planet, now, force=options.force)
    gathering = _Gathering(planet=planet, now=now, progress=progress)
    gathering.counts.due = len(due)
    progress.due(len(due))
    if due:
        gathering.ask(due, rows, follow=True)
    if gathering.discovered:
        # A page was configured that names one feed: it is read at once, so that the first run shows it.
        gathering.ask(gathering.discovered, rows, follow=False)
    return gathering.finish()


def publish(planet: Planet, now: datetime, options: Options) -> tuple[Edition | None, Published | None]:
    """Make the site, or only rewrite health.json where nothing else can have changed. The edition is None when nobody needs it."""
    if not options.publish:
        return None, None
    states = health.public_health(planet.config, planet.store)
    if not options.force_publish:
        published = _rewrite_health(planet, states, now)
        if published:
            log.info("nothing changed since the site was published: no page is written")
            return None, published
    from planet import site  # templates and writers, which a run that changes nothing does not need

    edition = site.build(planet.config, planet.store, states, now)
    return edition, site.publish(planet, edition, force=options.force_publish)


def _rewrite_health(planet: Planet, states: tuple[FeedHealth, ...], now: datetime) -> Published | None:
    """Write health.json again, which tells the times of runs; None when anything else may have changed since the site was published."""
    themes = unchanged.themes(planet.store)
    if not themes:
        return None
    rev = unchanged.edition_rev(planet.config, planet.store, states, themes, planet.rules_rev, now)
    if not unchanged.is_published(planet.store, rev, planet.publisher.state, now):
        return None
    from planet.render.health import health_of  # a run that makes the site makes this file with the others

    return planet.publisher.replace_file(health_of(states, planet.config.site))


def _collisions(planet: Planet, edition: Edition | None, now: datetime) -> tuple[News, ...]:
    """Events of two groups on one day, each pair once; without an edition they are those of the last run."""
    if edition is None or not edition.collisions:
        return ()
    from planet.edition.collisions import collision_news, summary  # most runs have no collision

    announced = set(planet.store.meta(meta.COLLISIONS).split())
    today = day_of(now, planet.config.site.timezone)
    lines = {key: line for key, line in collision_news(edition.collisions, today).items() if key not in announced}
    if lines:
        planet.store.set_meta({meta.COLLISIONS: " ".join(sorted(announced | lines.keys()))})
    return tuple(News(kind="collision", feed="", source="", text=line) for line in summary(lines))
