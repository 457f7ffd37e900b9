"""The avatar of each source: made small once, kept in the store, downloaded again once a week."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from planet.limited import FunctionFailedError, LimitedProcess
from planet.model import Download
from planet.render.avatars import MAX_BYTES, square
from planet.store import Store
from planet.urls import redacted

if TYPE_CHECKING:
    from planet.fetch.web import WebClient
    from planet.model import Config, Source

log = logging.getLogger(__name__)
AGAIN = timedelta(days=1)
"""Time after which a picture that could not be made (no Pillow, a site that is down) is tried again."""
AVATAR_BYTES = 2_000_000
CPU_SECONDS = 10.0
"""Limit of processor time for reducing one picture."""
MEMORY = 500_000_000
"""Limit of memory (bytes of data) of the process that reduces pictures."""
AVATAR_DAYS = timedelta(days=7)


class _Maker:
    """Reduces pictures in a separate process: 50 kB of PNG may be 16 million pixels."""

    def __init__(self) -> None:
        self._process: LimitedProcess[bytes, bytes | None] | None = None

    def square(self, data: bytes) -> bytes | None:
        """See `planet.render.avatars.square`; None, too, for a picture that takes too long or too much memory."""
        if self._process is None or not self._process.alive:
            self._process = LimitedProcess(lambda: square, cpu_seconds=CPU_SECONDS, memory=MEMORY)
        try:
            return self._process.call(data)
        except (TimeoutError, MemoryError, FunctionFailedError) as error:
            log.info("a picture of %d bytes cannot be made small (%s)", len(data), type(error).__name__)
            return None

    def close(self) -> None:
        if self._process is not None:
            self._process.close()


def avatars(config: Config, store: Store, web: WebClient, now: datetime) -> dict[str, bytes]:
    """Slug -> WebP of each source that has a picture: a file beside feeds.yaml, or one that the run downloads, once a week."""
    with contextlib.closing(_Maker()) as maker:
        return _avatars(config, store, web, maker, now)


def _avatars(config: Config, store: Store, web: WebClient, maker: _Maker, now: datetime) -> dict[str, bytes]:
    pictures: dict[str, bytes] = {}
    kept = store.avatars()
    for source in config.sources:
        if not source.avatar:
            continue
        if source.avatar.startswith(("http://", "https://")):
            name = redacted(source.avatar)
            when, image = kept.get(name, (None, None))
            if when is None or now - when >= (AVATAR_DAYS if image else AGAIN) or when > now:
                answer = web.get(
                    source.avatar, max_bytes=AVATAR_BYTES, accept="image/webp,image/png,image/jpeg", now=now
                )
                # A picture that cannot be had now is shown as it was.
                image = (maker.square(answer.body) if isinstance(answer, Download) else None) or image
                store.save_avatar(name, now, image)
        else:
            image = _local(source, config.folder / source.avatar, store, kept, maker, now)
        if image:
            pictures[source.slug] = image
    return pictures


def stored_avatars(config: Config, store: Store) -> dict[str, bytes]:
    """Slug -> WebP of each source as the last run had it: nothing is downloaded, nothing is made."""
    stored = store.avatars()
    pictures: dict[str, bytes] = {}
    for source in config.sources:
        name = redacted(source.avatar)
        path = config.folder / source.avatar
        if source.avatar and "://" not in source.avatar and path.is_file():
            name = f"file:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        _when, image = stored.get(name, (None, None))
        if image:
            pictures[source.slug] = image
    return pictures


def _local(
    source: Source,
    path: Path,
    store: Store,
    kept: Mapping[str, tuple[datetime, bytes | None]],
    maker: _Maker,
    now: datetime,
) -> bytes | None:
    """A file beside feeds.yaml, made small; the result is kept under the hash of its bytes."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError as error:
        # `planet check` warns of it; cron would mail it after every run.
        log.info("%s: avatar %s cannot be read (%s)", source.name, source.avatar, error.strerror)
        return None
    name = f"file:{hashlib.sha256(data).hexdigest()}"
    when, stored = kept.get(name, (None, None))
    if stored or (when is not None and timedelta() <= now - when < AGAIN):
        return stored
    image = maker.square(data)
    store.save_avatar(name, now, image)
    return image
