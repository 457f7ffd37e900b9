"""The picture of each source: made small once, kept in the store, downloaded again once a week."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from planet.model import Config, Failed, Fresh, Source
from planet.store import Store
from planet.urls import redacted

log = logging.getLogger("planet")
AVATAR_BYTES = 2_000_000
AVATAR_DAYS = timedelta(days=7)


def portraits(config: Config, store: Store, download: Callable[..., Fresh | Failed], now: datetime) -> dict[str, bytes]:
    """The picture of each source that has one: a file beside feeds.yaml, or one that the run downloads, once a week."""
    from planet.render.avatars import square  # noqa: PLC0415

    found: dict[str, bytes] = {}
    kept = store.avatars()
    for source in config.sources:
        if not source.avatar:
            continue
        if source.avatar.startswith(("http://", "https://")):
            name = redacted(source.avatar)
            when, image = kept.get(name, (None, None))
            if when is None or now - when >= AVATAR_DAYS or when > now:
                fetched = download(
                    source.avatar, max_bytes=AVATAR_BYTES, accept="image/webp,image/png,image/jpeg", now=now
                )
                # A picture that cannot be had now is shown as it was.
                image = (square(fetched.body) if isinstance(fetched, Fresh) else None) or image
                store.save_avatar(name, now, image)
        else:
            image = _local(config, store, source, kept, now)
        if image:
            found[source.slug] = image
    return found


def _local(
    config: Config,
    store: Store,
    source: Source,
    kept: Mapping[str, tuple[datetime, bytes | None]],
    now: datetime,
) -> bytes | None:
    """A file beside feeds.yaml, made small; what was made of it is kept under the hash of its bytes."""
    from planet.render.avatars import MAX_BYTES, square  # noqa: PLC0415

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
