"""The order of things, nothing else.

    fetch -> parse -> normalise -> sanitise -> place -> diff -> store      once per feed
          -> regroup -> edition -> render -> publish -> notify              once per run

Everything that is done is handed in (see `planet.assemble`); everything decided here is decided from values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from planet.model import (
    Artifact,
    Bundle,
    Changes,
    Classification,
    Config,
    Deferred,
    DiffContext,
    Due,
    Edition,
    Entry,
    EntryKey,
    EventChanges,
    Failed,
    FeedConfig,
    Fetched,
    FetchState,
    FetchUpdate,
    Fresh,
    MergeEntry,
    MergeGroup,
    Message,
    News,
    Published,
    Read,
    ReadFacts,
    Report,
    Source,
    StoredEvent,
    Unchanged,
)
from planet.reading import Outcome, Task
from planet.store import Application, FeedRow, Store
from planet.urls import canonical_key, host, redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Planet:
    """The stages of one planet, as `planet.assemble` picked them."""

    config: Config
    store: Store
    kinds: Mapping[str, str]
    """feed key -> posts, events or calendar."""
    rules_rev: str
    """Changes when what is stored must be placed again: filters, technologies, sources, `hide`."""
    is_due: Callable[[FetchState, datetime, timedelta, str], bool]
    fetch_all: Callable[[Sequence[Due], datetime, Mapping[str, datetime], bool], Iterator[Fetched]]
    follow_discovery: Callable[[Due, FetchUpdate], Due | None]
    map: Callable[[Iterable[Task]], Iterator[tuple[Task, Outcome]]]
    """Reads documents (see `read`), in any order."""
    network_down: Callable[[Sequence[Fetched]], bool]
    fetch_update: Callable[[Fetched, ReadFacts | None, datetime, timedelta], FetchUpdate]
    news: Callable[[FeedConfig, Source, FetchState, datetime], tuple[News | None, str]]
    diff: Callable[[Sequence[EntryKey], DiffContext, datetime], Changes]
    place: Callable[[Entry, str], Classification]
    priority: Callable[[str, Entry, Classification], tuple[int, int]]
    """Feed key, entry, classification -> priority among copies, position in feeds.yaml."""
    merge_keys: Callable[[MergeEntry], tuple[str, ...]]
    group: Callable[[Sequence[MergeEntry]], tuple[MergeGroup, ...]]
    arrive_events: Callable[[Sequence[StoredEvent], Sequence[StoredEvent], datetime], EventChanges]
    edition: Callable[[datetime], Edition]
    collisions: Callable[[Edition, datetime], Sequence[tuple[str, News]]]
    """Evenings on one day, each pair with the key by which it is told once."""
    outputs: Callable[[Edition], Iterable[Artifact | Bundle]]
    publish: Callable[[Iterable[Artifact | Bundle], Edition, bool], Published]
    rewrite_health: Callable[[datetime], Published | None]
    """Tells the times of runs again on a site that stands as it would come out; None: it has to be made."""
    notify: Callable[[Report, Edition | None], tuple[Message, ...]]
    """Without an edition nothing can be new to anybody but the hub."""


@dataclass(slots=True)
class _Counts:
    asked: int = 0
    fresh: int = 0
    unchanged: int = 0
    failed: int = 0
    deferred: int = 0
    network_down: bool = False
    withdrawn: int = 0
    updated: int = 0
    due: int = 0


def run(
    planet: Planet,
    now: datetime,
    *,
    force: bool = False,
    fetch: bool = True,
    publish: bool = True,
    force_publish: bool = False,
    progress: Callable[[Fetched | None, int], None] = lambda _fetched, _total: None,
) -> Report:
    """Bring the site up to date. `progress` is told of each answer, and of how many are expected.

    Raises NotPublishedError; what was published then stays as it was, and what was read is kept for the next run.
    """
    counts = _Counts()
    follow_edits(planet)
    everything = place_again(planet)
    if fetch:
        gather(planet, now, counts, force=force, progress=progress)
    new = curate(planet, everything=everything)
    published = planet.rewrite_health(now) if publish and not force_publish else None
    # A site that stands is not even looked at, unless somebody wants to be told of it.
    edition = None if published and not planet.config.notify else planet.edition(now)
    if publish and edition and not published:
        published = planet.publish(planet.outputs(edition), edition, force_publish)
    news = () if counts.network_down else (*_news(planet, now), *_collisions(planet, edition, now))
    report = Report(
        due=counts.due,
        asked=counts.asked,
        fresh=counts.fresh,
        unchanged=counts.unchanged,
        failed=counts.failed,
        deferred=counts.deferred,
        network_down=counts.network_down,
        new_stories=new,
        updated_stories=counts.updated,
        withdrawn=counts.withdrawn,
        news=news,
        published=published,
    )
    if not publish:
        return report
    return replace(report, warnings=planet.notify(report, edition))


def _configured(planet: Planet) -> dict[str, tuple[Source, FeedConfig]]:
    """The feeds to ask, each key once: its first place in feeds.yaml speaks for it."""
    found: dict[str, tuple[Source, FeedConfig]] = {}
    for source in planet.config.sources:
        for feed in source.feeds:
            found.setdefault(feed.key, (source, feed))
    return found


def due_feeds(planet: Planet, now: datetime, *, force: bool) -> list[Due]:
    """What is to be asked now, the longest overdue first, so that a run cut short starves no one."""
    rows = planet.store.feeds()
    due = []
    for key, (_source, feed) in _configured(planet).items():
        row = rows.get(key)
        state = row.state if row else FetchState()
        interval = feed.interval or planet.config.fetch.interval
        if force or planet.is_due(state, now, interval, feed.url):
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
    return sorted(due, key=lambda one: (one.state.next_due is not None, one.state.next_due or now))


def gather(
    planet: Planet,
    now: datetime,
    counts: _Counts,
    *,
    force: bool,
    progress: Callable[[Fetched | None, int], None],
) -> None:
    """Ask what is due, and store what it says: each feed alone, in one transaction."""
    rows = planet.store.feeds()
    first_run = not planet.store.meta("first_run_done")
    due = due_feeds(planet, now, force=force)
    counts.due = len(due)
    progress(None, len(due))
    failed: list[Fetched] = []
    quiet: list[Fetched] = []
    again: list[Due] = []

    def tasks(asked: Sequence[Due]) -> Iterator[Task]:
        for fetched in planet.fetch_all(asked, now, planet.store.backoffs(now), force):
            progress(fetched, len(due))
            match fetched:
                case Fresh():
                    counts.fresh += 1
                    key = fetched.due.key
                    known = planet.store.known_hashes(key) if planet.kinds[key] == "posts" else {}
                    yield Task(fresh=fetched, known=known, now=now)
                case Unchanged():
                    counts.unchanged += 1
                    quiet.append(fetched)
                case Failed():
                    failed.append(fetched)
                case Deferred():
                    counts.deferred += 1
                    quiet.append(fetched)
                case _:
                    assert_never(fetched)

    def store_all(asked: Sequence[Due], *, follow: bool) -> None:
        for task, outcome in planet.map(tasks(asked)):
            update = _store(planet, task, outcome, rows.get(task.fresh.due.key), counts, first_run=first_run)
            if outcome.facts.ok:
                continue
            # A page was configured that names one feed: it is read at once, so that the first run shows it.
            found = planet.follow_discovery(task.fresh.due, update) if follow else None
            if found is not None:
                again.append(found)
            else:
                counts.failed += 1

    store_all(due, follow=True)
    if again:
        store_all(again, follow=False)
    counts.asked = counts.fresh + counts.unchanged + len(failed)
    counts.network_down = planet.network_down([*failed, *quiet]) if failed and not counts.fresh else False
    if not counts.network_down:
        quiet += failed
    counts.failed += len(failed)
    configured = _configured(planet)
    planet.store.save_updates(
        [
            (
                fetched.due.key,
                redacted(configured[fetched.due.key][1].configured),
                planet.fetch_update(fetched, None, now, fetched.due.interval),
            )
            for fetched in quiet
        ]
    )
    if not counts.network_down:
        planet.store.set_meta({"first_run_done": "1", "born": planet.store.meta("born") or now.isoformat()})


def _store(
    planet: Planet, task: Task, outcome: Outcome, row: FeedRow | None, counts: _Counts, *, first_run: bool
) -> FetchUpdate:
    """One document's changes, decided and written."""
    fresh, now, key = task.fresh, task.now, task.fresh.due.key
    configured = redacted(_configured(planet)[key][1].configured)
    if outcome.events is not None:
        return _store_events(planet, task, outcome, configured)
    if outcome.read is None:
        update = planet.fetch_update(fresh, outcome.facts, now, fresh.due.interval)
        planet.store.save_updates([(key, configured, update)])
        return update
    known = planet.store.known(key)
    context = DiffContext(
        first_fetch=row is None or row.arrived is None,
        planet_first_run=first_run,
        newcomer_entries=planet.config.site.newcomer_entries,
        read=outcome.read,
    )
    changes = planet.diff(known, context, now)
    facts = replace(
        outcome.facts,
        new_entries=len(changes.inserts),
        had_entries=bool(known),
        shares=_shares(known, outcome.read, row),
        warnings=(*outcome.facts.warnings, *changes.warnings),
    )
    update = planet.fetch_update(fresh, facts, now, fresh.due.interval)
    if not update.adopt:
        planet.store.save_updates([(key, configured, update)])
        return update
    counts.updated += len(changes.updates)
    counts.withdrawn += len(changes.withdrawn) + len(changes.deleted)

    def place(entry: Entry, date: datetime) -> tuple[Classification, int, int, tuple[str, ...]]:
        classification = outcome.classifications[entry.uid]
        priority, position = planet.priority(key, entry, classification)
        return (
            classification,
            priority,
            position,
            planet.merge_keys(MergeEntry.of(entry, feed=key, date=date, priority=priority, source_position=position)),
        )

    planet.store.apply(
        Application(
            feed=key,
            configured=configured,
            update=update,
            changes=changes,
            read=outcome.read,
            now=now,
            place=place,
            host=host(planet.config.site.url),
        )
    )
    return update


def _shares(known: Sequence[EntryKey], document: Read, row: FeedRow | None) -> bool:
    """Whether the document is the feed we know: the same feed id, or an entry in common."""
    if row is not None and row.id and row.id == document.feed_id:
        return True
    uids = {entry.uid for entry in known}
    links = {entry.link_key for entry in known if entry.link_key}
    return any(
        entry.uid in uids or (isinstance(entry, Entry) and entry.link_key in links) for entry in document.entries
    )


def _store_events(planet: Planet, task: Task, outcome: Outcome, configured: str) -> FetchUpdate:
    fresh, now = task.fresh, task.now
    assert outcome.events is not None
    known = planet.store.known_events(fresh.due.key)
    if outcome.events or (planet.kinds[fresh.due.key] == "calendar" and not outcome.facts.warnings):
        changes = planet.arrive_events(known, outcome.events, now)
    else:
        changes = EventChanges()  # a feed that is empty, or a calendar of which nothing could be read, says nothing
    update = planet.fetch_update(
        fresh, replace(outcome.facts, had_entries=bool(known), shares=True), now, fresh.due.interval
    )
    planet.store.apply_events(fresh.due.key, configured, update, changes)
    return update


def follow_edits(planet: Planet) -> None:
    """A feed whose address in feeds.yaml was edited as the planet advised (it had moved, or was found behind a page), or was only
    spelled otherwise (https, `www.`), is the feed that it was: not a newcomer, and its entries keep their dates and ids.
    """
    if planet.store.meta("rules_rev") == planet.rules_rev:
        return
    rows = planet.store.feeds()
    configured = _configured(planet)
    left: dict[str, str] = {}
    for key in sorted(rows.keys() - configured.keys()):
        left.setdefault(canonical_key(rows[key].state.effective_url or rows[key].state.moved_to or key), key)
    for key in configured:
        before = left.pop(canonical_key(key), "") if key not in rows else ""
        if before and canonical_key(key):
            planet.store.rename_feed(before, key)


def place_again(planet: Planet) -> bool:
    """Place what is stored by the rules of now, if they are others than those it was placed by. Whether they are."""
    if planet.store.meta("rules_rev") == planet.rules_rev:
        return False
    # From here on entries are placed by rules that may be others than those of the next run, should this one be killed.
    planet.store.set_meta({"rules_rev": ""})
    planet.store.replace_classifications(_classifications(planet))
    return True


def curate(planet: Planet, *, everything: bool) -> tuple[int, ...]:
    """Tell each thing once: look at what changed, or at everything when the rules did. Returns the ids of new stories."""
    new = planet.store.regroup(planet.group, everything=everything)
    if everything:
        # Not before: a run that is killed on the way begins again.
        planet.store.set_meta({"rules_rev": planet.rules_rev})
    return new


def _classifications(planet: Planet) -> Iterator[tuple[int, Classification, int, int, tuple[str, ...]]]:
    for stored in list(planet.store.stored_entries()):
        classification = planet.place(stored.entry, stored.feed)
        priority, position = planet.priority(stored.feed, stored.entry, classification)
        keys = planet.merge_keys(
            MergeEntry.of(
                stored.entry,
                entry_id=stored.entry_id,
                feed=stored.feed,
                date=stored.date,
                priority=priority,
                source_position=position,
            )
        )
        yield stored.entry_id, classification, priority, position, keys


def _news(planet: Planet, now: datetime) -> tuple[News, ...]:
    """What a person must act on, each thing once: what was told is remembered in the feed's state."""
    rows = planet.store.feeds()
    told: list[News] = []
    states: list[tuple[str, str, FetchUpdate]] = []
    for key, (source, feed) in _configured(planet).items():
        row = rows.get(key)
        if row is None:
            continue
        news, announced = planet.news(feed, source, row.state, now)
        if news is not None:
            told.append(news)
        if announced != row.state.announced:
            states.append((key, redacted(feed.configured), FetchUpdate(state=replace(row.state, announced=announced))))
    planet.store.save_updates(states)
    return tuple(told)


def _collisions(planet: Planet, edition: Edition | None, now: datetime) -> tuple[News, ...]:
    """Evenings that get in each other's way, each pair once."""
    if edition is None:  # the same evenings on the same day
        return ()
    told = set(planet.store.meta("collisions").split())
    found = [(key, news) for key, news in planet.collisions(edition, now) if key not in told]
    if found:
        planet.store.set_meta({"collisions": " ".join(sorted(told | {key for key, _news in found}))})
    return tuple(news for _key, news in found)
