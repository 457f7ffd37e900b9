"""A run that brought nothing: how it is known that the site would come out as it is, without making it.

`content` names all that pages and feeds are made from, but for the times of runs, which only `health/` and `health.json` tell; with the
state of output/ it is remembered beside the moment of the last whole publication. While both stay as they were, only health.json is
written again; the page of the health of feeds, which says of what moment it tells, follows at the next change, at the latest when
`LONGEST` is over. Anything else, a doubt among it, publishes as always.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from planet import __version__
from planet.edition import fingerprint
from planet.model import Config, FeedHealth
from planet.store import Store
from planet.text import digest

NAME = "published"
LONGEST = timedelta(hours=6)


def content(
    config: Config, store: Store, health: Sequence[FeedHealth], themes: Sequence[Path], rules: str, now: datetime
) -> str:
    """A text that changes with all that the site shows. `themes` are the folders of the theme, `rules` the revision of sources and rules."""
    return digest(
        __version__,
        rules,
        fingerprint(config.site),
        fingerprint(config.notify),
        f"{now.astimezone(ZoneInfo(config.site.timezone)):%Y-%m-%d}",
        str(importlib.util.find_spec("pagefind_bin") is not None),
        str(config.site.output),
        *_files((*themes, config.folder / "themes")),
        *_files(
            tuple(
                config.folder / source.avatar
                for source in config.sources
                if source.avatar and "://" not in source.avatar
            )
        ),
        *(_state(one) for one in health),
        store.content(),
    )


def _files(places: Sequence[Path]) -> Iterator[str]:
    """Names, sizes and times of files, and of those in folders."""
    for place in places:
        for path in (place, *sorted(place.rglob("*"))):
            try:
                found = path.stat()
            except OSError:
                yield f"{path} -"
            else:
                yield f"{path} {found.st_mode} {found.st_size} {found.st_mtime_ns}"


def _state(one: FeedHealth) -> str:
    """What pages tell of a feed but when it was asked, and when it will be."""
    return repr(
        (
            *(one.url, one.source, one.source_slug, one.kind, one.state, one.error_class, one.error),
            *(
                one.first_failure,
                one.entries,
                one.effective_url,
                one.advice,
                one.reader,
                one.reader_reason,
                one.warnings,
            ),
        )
    )


def themes(store: Store) -> tuple[Path, ...]:
    """The folders of the theme that was published last; none where nothing was."""
    return tuple(map(Path, _read(store).get("themes", ())))


def is_published(store: Store, content: str, output: str, now: datetime) -> bool:
    """Whether this content was published last, not long ago, and output/ is as it was left. `output`: see `planet.publish.intact`."""
    held = _read(store)
    if not output or (held.get("content"), held.get("output")) != (content, output):
        return False
    return timedelta() <= now - datetime.fromisoformat(held["at"]) < LONGEST


def remember(store: Store, content: str, output: str, themes: Sequence[Path], now: datetime) -> None:
    """The whole site was published."""
    held = {"content": content, "output": output, "at": now.isoformat(), "themes": [str(path) for path in themes]}
    store.set_meta({NAME: json.dumps(held)})


def _read(store: Store) -> dict[str, str]:
    held: dict[str, str] = json.loads(store.meta(NAME) or "{}")
    return held
