"""Assemble a planet: choose its fetcher, database, executor, publisher and notifier."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from planet import __version__, formats, plugins, ports
from planet.edition.fingerprints import CLASSIFYING, program_rev, rules_rev
from planet.errors import LockedError, StoreError, UsageError
from planet.health import feed_health
from planet.model import Message
from planet.parse import PARSER_VERSION
from planet.ports import Planet
from planet.publish import intact, publish, rewrite_health, story_counts
from planet.store import Store, meta
from planet.urls import canonical_key, without_credentials
from planet.workers import map_tasks

if TYPE_CHECKING:
    from random import Random

    from planet.fetch.fetcher import Fetcher
    from planet.fetch.web import WebClient
    from planet.model import (
        Artifact,
        Config,
        Due,
        Edition,
        Fetched,
        FetchError,
        Outcome,
        Piece,
        Published,
        Report,
        Task,
    )


@contextlib.contextmanager
def lock(config: Config) -> Iterator[None]:
    """One run at a time for a database. Raises LockedError where another is at work."""
    path = Path(f"{config.site.database}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Opened, not created again: a process that waits for it must see the same file. The lock ends with the process.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _no_lock(path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise LockedError(
            Message.of("another run of this planet is at work ({path} is held); this one does nothing", path=path)
        ) from error
    except OSError as error:
        os.close(descriptor)
        raise _no_lock(path, error) from error
    try:
        yield
    finally:
        os.close(descriptor)


def _no_lock(path: Path, error: OSError) -> StoreError:
    return StoreError(
        Message.of(
            "{path} cannot be made ({reason}): check that its folder may be written to",
            path=path,
            reason=error.strerror,
        )
    )


def open_store(config: Config) -> Store:
    """The planet's database, made where it is missing."""
    config.site.database.parent.mkdir(parents=True, exist_ok=True)
    return Store(config.site.database)


def user_agent(config: Config) -> str:
    """Product, version, and where its owner can be found (RFC 9110 10.1.5)."""
    contact = f"; {config.site.owner.email}" if config.site.owner.email else ""
    return config.fetch.user_agent or f"Planet/{__version__} (+{config.site.url}{contact})"


class FeedOwners:
    """URL -> the sources that list it as a feed of theirs, whatever its spelling and its password."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def __call__(self, url: str) -> frozenset[str]:
        """Slugs of sources."""
        return self._by_address.get(canonical_key(without_credentials(url)), frozenset())

    @functools.cached_property
    def _by_address(self) -> dict[str, frozenset[str]]:
        owners: dict[str, frozenset[str]] = {}
        for source in self._config.sources:
            for feed in source.feeds:
                address = canonical_key(without_credentials(feed.url))
                if address:
                    owners[address] = owners.get(address, frozenset()) | {source.slug}
        return owners


def fetcher(config: Config, environ: Mapping[str, str]) -> Fetcher:
    """The fetcher, set up by feeds.yaml. SSL_CERT_FILE in `environ` names other certificate authorities."""
    from planet.fetch.fetcher import Fetcher, Network  # urllib3 and ssl, which a run that makes no request does without

    return Fetcher(
        config.fetch,
        user_agent(config),
        config.folder,
        parser_version=PARSER_VERSION,
        owners=FeedOwners(config),
        network=Network(ca_file=environ.get("SSL_CERT_FILE") or None),
    )


class LateFetcher:
    """A fetcher that is made with its first request."""

    def __init__(self, make: Callable[[], Fetcher]) -> None:
        self._make = make
        self._fetcher: Fetcher | None = None

    def _started(self) -> Fetcher:
        if self._fetcher is None:
            self._fetcher = self._make()
        return self._fetcher

    def fetch_all(
        self, due: Sequence[Due], now: datetime, *, backoffs: Mapping[str, datetime], budget: timedelta | None = None
    ) -> Iterator[Fetched]:
        """Ask feeds; see `planet.fetch.fetcher`."""
        return self._started().fetch_all(due, now, backoffs=backoffs, budget=budget)

    @property
    def web(self) -> WebClient:
        """The client for every request that is not for a feed."""
        return self._started().web

    def close(self) -> None:
        """Close idle connections, if there are any."""
        if self._fetcher is not None:
            self._fetcher.close()


class OutputFolder:
    """Publishes into the folder `output` of feeds.yaml. `step` is called before each durable change of it."""

    def __init__(self, config: Config, step: Callable[[str], None] = lambda _name: None) -> None:
        self._site = config.site
        self._step = step

    def publish(self, pieces: Iterable[Piece], edition: Edition, *, force: bool) -> Published:
        """Bring the folder up to date; see `planet.publish.publish`."""
        return publish(
            pieces,
            self._site.output,
            owner=(self._site.url, self._site.title),
            stories=story_counts(edition),
            force=force,
            step=self._step,
        )

    def replace_file(self, artifact: Artifact) -> Published:
        """Replace one file of the published site."""
        return rewrite_health(artifact, self._site.output, step=self._step)

    def state(self) -> str:
        """The hash of what was published; "" when there is nothing, or a file was touched since."""
        return intact(self._site.output)


def document_reader(config: Config) -> Callable[[Task], Outcome]:
    """The function that reads documents by the rules of feeds.yaml. Imports the parsers: call it in the processes that read."""
    from planet import reading  # parsers, which a run without a document does not need

    return functools.partial(reading.read, reading.Rules.of(config))


def execute(config: Config, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
    """Read documents in worker processes: one, or many where there is much to read."""
    return map_tasks(functools.partial(document_reader, config), tasks)


class Notifier:
    """Notifies the hub of changed feeds, each rule of `notify:` of what is new to it, and the owner of a feed that fails."""

    def __init__(self, config: Config, store: Store, fetcher: LateFetcher, environ: Mapping[str, str]) -> None:
        self._config = config
        self._store = store
        self._fetcher = fetcher
        self._environ = environ

    def __call__(
        self, report: Report, edition: Callable[[], Edition], now: datetime, *, changed: bool
    ) -> tuple[Message, ...]:
        """Announce, and give warnings for what could not be announced."""
        config, store = self._config, self._store
        channels = store.metas(meta.NOTIFY)
        if not config.site.hub and not config.notify and not channels:
            return ()
        from planet.notify import (  # most planets announce nothing
            Notifications,
            Outside,
            feeds_of,
            notify_hub,
            send_letters,
        )

        warnings: tuple[Message, ...] = ()
        if config.site.hub:
            # Copies under other addresses name the feed itself, which is what readers subscribe to.
            copies = tuple(alias for aliases in formats.aliases(config).values() for alias in aliases)
            changed_files = report.published.written if report.published else ()
            warnings += notify_hub(
                config.site.hub,
                feeds_of(config.site.url, [path for path in changed_files if not path.startswith(copies)]),
                store.meta(meta.HUB),
                now,
                post=functools.partial(self._post, now=now),
                save=lambda text: store.set_meta({meta.HUB: text}),
            )
        outside = Outside(environ=self._environ, save=self._save(meta.NOTIFY))
        warnings += Notifications(config, channels, now, outside).run(edition, changed=changed, news=report.news)
        if not report.network_down:
            outside = Outside(environ=self._environ, save=self._save(meta.LETTERS))
            warnings += send_letters(config, feed_health(config, store), store.metas(meta.LETTERS), now, outside)
        return warnings

    def _save(self, prefix: str) -> Callable[[str, str], None]:
        return lambda key, text: self._store.set_meta({prefix + key: text})

    def _post(self, url: str, form: Sequence[tuple[str, str]], *, now: datetime) -> int | FetchError:
        return self._fetcher.web.post(url, form, now=now)


def _executor(config: Config, store: Store, local: LateFetcher) -> tuple[ports.Fetcher, ports.Executor]:
    """The fetcher and the executor: of this machine, or of a cluster. Raises UsageError where Dask is not installed."""
    if config.fetch.executor == "local":
        return local, functools.partial(execute, config)
    try:
        from planet.cluster import ClusterFetcher  # Dask: few planets need more than one machine
    except ImportError as error:
        raise UsageError(
            Message.of(
                "fetch.executor needs Dask ({reason}): pip install 'clermontech-planet[cluster]'", reason=str(error)
            )
        ) from error
    cluster = ClusterFetcher(config, local, store.raw_hashes)
    return cluster, cluster.execute


def assemble(
    config: Config,
    store: Store,
    environ: Mapping[str, str],
    jitter: Random,
    *,
    step: Callable[[str], None] = lambda _name: None,
) -> Planet:
    """A planet, ready to run. `environ` holds the values of `${NAME}`, `jitter` spreads requests; `step` is called before each durable change of output/."""
    asker = LateFetcher(functools.partial(fetcher, config, environ))
    asking, reading = _executor(config, store, asker)
    return Planet(
        config=config,
        feeds=config.feeds_by_key(),
        rules_rev=rules_rev(config, program_rev(CLASSIFYING) + plugins.rev()),
        store=store,
        fetcher=asking,
        execute=reading,
        publisher=OutputFolder(config, step),
        notify=Notifier(config, store, asker, environ),
        jitter=jitter,
    )
