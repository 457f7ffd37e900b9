"""`planet import` of an archive: store the entries that another planet kept."""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from planet import history, reading
from planet.assemble import lock, open_store
from planet.cli.add import tell
from planet.cli.context import Context
from planet.errors import UsageError
from planet.limited import FunctionFailedError, LimitedProcess
from planet.merge.authorship import Authors
from planet.model import Config, Message, Unreadable
from planet.text import fold
from planet.urls import redacted

MAX_BYTES = 200_000_000
"""Size limit of one file, in bytes."""
MAX_FILES = 200_000
_BEGINNING = 4_000
_SECONDS = 300.0
_MEMORY = 2_000_000_000
_SHOWN = 20
"""Most feeds that are named among those that feeds.yaml does not have."""

Work = tuple[bytes, datetime]
Result = history.Archived | Unreadable


def files_of(path: Path) -> Iterator[Path]:
    """The archived documents at a path: the file, or those of a folder at any depth that look like feeds or entries of one."""
    for file in sorted(path.rglob("*"))[:MAX_FILES] if path.is_dir() else [path]:
        with contextlib.suppress(OSError):
            if file.is_file() and file.stat().st_size <= MAX_BYTES:
                with file.open("rb") as opened:
                    if history.is_archive(opened.read(_BEGINNING)):
                        yield file


def import_history(ctx: Context, files: Sequence[Path], to: str | None) -> int:
    """Store the entries of the files that are not stored yet, and print what was stored and what was not."""
    config = ctx.everybody
    owners = history.Owners(config, _feed_of(config, to) if to else "")
    read = _reader(config, owners)
    authors = Authors(config.sources)
    added: Counter[str] = Counter()
    others: Counter[str] = Counter()
    with contextlib.closing(read), lock(ctx.config), open_store(ctx.config) as store:
        for file in files:
            archived = _read(read, file, ctx.now)
            if isinstance(archived, Message):
                tell(ctx, Message.of("{file} cannot be read: {reason}", file=file, reason=archived), error=True)
                continue
            others.update(archived.others)
            for portion in archived.portions:
                added[portion.feed] += history.store_portion(store, config, authors, portion, ctx.now)
    _report(ctx, config, added, others)
    return 0


def _feed_of(config: Config, name: str) -> str:
    """The first feed of the source of that name."""
    for source in config.sources:
        posts = [feed for feed in source.feeds if feed.kind == "posts"]
        if posts and fold(name) in {fold(source.name), fold(source.slug)}:
            return posts[0].key
    raise UsageError(Message.of("--to {name}: no source of feeds.yaml that has a feed is called so", name=name))


def _reader(config: Config, owners: history.Owners) -> LimitedProcess[Work, Result]:
    """The process that reads documents, which are untrusted: it has limits of processor time and memory."""

    def make() -> Callable[[Work], Result]:
        rules = reading.Rules.of(config)
        return functools.partial(_archive, rules, owners)

    return LimitedProcess(make, cpu_seconds=_SECONDS, memory=_MEMORY)


def _archive(rules: reading.Rules, owners: history.Owners, work: Work) -> Result:
    return history.read_archive(rules, owners, *work)


def _read(process: LimitedProcess[Work, Result], file: Path, now: datetime) -> history.Archived | Message:
    if not process.alive:
        return Message.of("an entry before it could not be read within the limits")
    try:
        result = process.call((file.read_bytes(), now))
    except OSError as error:
        return Message(error.strerror or "")
    except (TimeoutError, MemoryError):
        return Message.of("it takes more time or memory than a document may")
    except FunctionFailedError as error:
        return Message(str(error))
    return result.error if isinstance(result, Unreadable) else result


def _report(ctx: Context, config: Config, added: Counter[str], others: Counter[str]) -> None:
    feeds = config.feeds_by_key()
    for key, count in added.items():
        source, feed = feeds[key]
        tell(
            ctx,
            Message.counted(
                "{name}: {count} entry from {feed}",
                "{name}: {count} entries from {feed}",
                name=source.name,
                count=count,
                feed=feed.label,
            ),
        )
    for address, count in others.most_common(_SHOWN):
        tell(
            ctx,
            Message.counted(
                "{count} entry of {feed} was left out: nobody of feeds.yaml has that feed; add it, or give --to NAME, and import again", "{count} entries of {feed} were left out: nobody of feeds.yaml has that feed; add it, or give --to NAME, and import again",
                count=count, feed=redacted(address),
            ),
            error=True,
        )  # fmt: skip
    if len(others) > _SHOWN:
        tell(
            ctx,
            Message.counted(
                "and entries of {count} other feed", "and entries of {count} other feeds", count=len(others) - _SHOWN
            ),
            error=True,
        )
    tell(ctx, Message.of("entries taken over: {count}; the next run shows them", count=added.total()))
