"""The avatar of each source: made small once, kept in the store, downloaded again once a week."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from planet.model import Config, Download, Source
from planet.render.avatars import MAX_BYTES, square
from planet.store import Store
from planet.urls import redacted

if TYPE_CHECKING:
    from planet.fetch.web import WebClient

log = logging.getLogger(__name__)
AVATAR_BYTES = 2_000_000
AVATAR_DAYS = timedelta(days=7)


def avatars(config: Config, store: Store, web: WebClient, now: datetime) -> dict[str, bytes]:
    """Slug -> WebP of each source that has a picture: a file beside feeds.yaml, or one that the run downloads, once a week."""
    pictures: dict[str, bytes] = {}
    kept = store.avatars()
    for source in config.sources:
        if not source.avatar:
            continue
        if source.avatar.startswith(("http://", "https://")):
            name = redacted(source.avatar)
            when, image = kept.get(name, (None, None))
            if when is None or now - when >= AVATAR_DAYS or when > now:
                answer = web.get(
                    source.avatar, max_bytes=AVATAR_BYTES, accept="image/webp,image/png,image/jpeg", now=now
                )
                # A picture that cannot be had now is shown as it was.
                image = (square(answer.body) if isinstance(answer, Download) else None) or image
                store.save_avatar(name, now, image)
        else:
            image = _local(config, store, source, kept, now)
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
    config: Config,
    store: Store,
    source: Source,
    kept: Mapping[str, tuple[datetime, bytes | None]],
    now: datetime,
) -> bytes | None:
    """A file beside feeds.yaml, made small; what was made of it is kept under the hash of its bytes."""
    path = config.folder / source.avatar
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError as error:
        # `planet check` warns of it; cron would mail it after every run.
        log.info("%s: avatar %s cannot be read (%s)", source.name, source.avatar, error.strerror)
        return None
    name = f"file:{hashlib.sha256(data).hexdigest()}"
    if name in kept:
        return kept[name][1]
    image = square(data)
    store.save_avatar(name, now, image)
    return image
