"""Detect unchanged content so that rendering can be skipped.

`edition_rev` is the digest of all inputs of the site, but for the times of runs, which only `health/` and `health.json` show. It is stored
with the digest of output/ and the time of the last publication. While both are equal to the stored ones, only health.json is written;
the health page, which states its own time, follows at the next change, at the latest after `LONGEST`. In any other case the site is
rendered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from planet.edition.fingerprints import fingerprint, program_rev
from planet.store import Store, meta
from planet.text import digest

if TYPE_CHECKING:
    from planet.model import Config, FeedHealth

LONGEST = timedelta(hours=6)


def edition_rev(
    config: Config, store: Store, health: Sequence[FeedHealth], themes: Sequence[Path], rules: str, now: datetime
) -> str:
    """The digest of the inputs of the site. `themes` are the folders of the theme, `rules` names sources and rules (`rules_rev`)."""
    return digest(
        program_rev(),
        rules,
        fingerprint(config.site),
        fingerprint(config.notify),
        f"{now.astimezone(ZoneInfo(config.site.timezone)):%Y-%m-%d}",
        str(config.site.output),
        *_files((*themes, config.folder / "themes")),
        *_files(
            tuple(
                config.folder / source.avatar
                for source in config.sources
                if source.avatar and "://" not in source.avatar
            )
        ),
        *(_state(feed) for feed in health),
        store.content(),
    )


def _files(places: Sequence[Path]) -> Iterator[str]:
    """Names, sizes and times of files, and of those in folders."""
    for place in places:
        try:
            paths = (place, *sorted(place.rglob("*")))
        except (OSError, ValueError):
            yield f"{place} -"
            continue
        for path in paths:
            try:
                status = path.stat()
            except OSError:
                yield f"{path} -"
            else:
                yield f"{path} {status.st_mode} {status.st_size} {status.st_mtime_ns}"


def _state(feed: FeedHealth) -> str:
    """The part of a feed's state that pages show, as text, without the times of its requests."""
    return repr(
        (
            *(feed.url, feed.source, feed.source_slug, feed.kind, feed.state, feed.error_class, feed.error),
            *(
                feed.first_failure,
                feed.entries,
                feed.effective_url,
                feed.advice,
                feed.reader,
                feed.reader_reason,
                feed.warnings,
                feed.counts,
                feed.last_new,
            ),
        )
    )


def themes(store: Store) -> tuple[Path, ...]:
    """The folders of the theme that was published last; none where nothing was."""
    return tuple(map(Path, _read(store).get("themes", ())))


def is_published(store: Store, rev: str, output: Callable[[], str], now: datetime) -> bool:
    """Whether this edition was published last, less than `LONGEST` ago, and output/ is intact.

    `output` tells its state (see `planet.publish.intact`): it looks at every file, and is asked last.
    """
    stored = _read(store)
    if stored.get("content") != rev or not timedelta() <= now - datetime.fromisoformat(stored["at"]) < LONGEST:
        return False
    return stored.get("output") == (output() or None)


def published_at(store: Store) -> datetime | None:
    """When the whole site was published last."""
    at = _read(store).get("at")
    return datetime.fromisoformat(at) if at else None


def remember(store: Store, rev: str, output: str, themes: Sequence[Path], now: datetime) -> None:
    """Store that the whole site was published."""
    stored = {"content": rev, "output": output, "at": now.isoformat(), "themes": [str(path) for path in themes]}
    store.set_meta({meta.PUBLISHED: json.dumps(stored)})


def _read(store: Store) -> dict[str, str]:
    """What `remember` stored; nothing where it cannot be read, so that the site is made again."""
    try:
        stored: dict[str, str] = json.loads(store.meta(meta.PUBLISHED) or "{}")
        datetime.fromisoformat(stored["at"])
        [Path(folder) for folder in stored["themes"]]
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
    return stored
