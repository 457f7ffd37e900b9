"""Publish a site atomically: at every moment a reader gets complete files and links that resolve.

Everything that changed is made first, aside (`output/.planet/stage/`): what fails until then leaves the site as it was. Then, each by
one rename: new files (nothing links to them yet; what pages need before pages, deep pages before indexes), changed files (theirs may
link to the new), and only then what is stale is removed (nothing links to it any more). The manifest is written last; the list of
paths in `pending.json` tells the next run what an interrupted one may have written.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planet.errors import PublishError
from planet.model import Message, Published
from planet.publish.files import bytes_of, explained_errors
from planet.publish.guard import check_owner, check_story_loss
from planet.publish.manifest import FOLDER, MANIFEST, Pending, StoryCount, read_manifest, read_pending
from planet.publish.publication import Publication, Step

if TYPE_CHECKING:
    from planet.model import Artifact, Piece

log = logging.getLogger(__name__)
SHOWN = 3
"""Most names that an error lists."""


def publish(
    pieces: Iterable[Piece],
    output: Path,
    *,
    owner: Sequence[str],
    stories: Mapping[str, StoryCount],
    force: bool = False,
    step: Step = lambda _name: None,
) -> Published:
    """Bring output/ to what the pieces of the site say; only files whose bytes differ are written.

    `owner` names the planet (its URL, its title): a site whose planet has none of these names is left alone. `stories` is `story_counts` of
    the edition: when more than half would go unasked, nothing is published, unless `force`, which also takes over files that stand in
    the way. `step` is called before each durable operation. Raises PublishError; until the first rename the site is then as it was.
    """
    with explained_errors(output):
        output = output.resolve()
        if (output / FOLDER).is_symlink():
            raise PublishError(Message.of("{path} is a symbolic link: remove it", path=output / FOLDER))
    manifest, pending = read_manifest(output), read_pending(output)
    check_owner(manifest, pending, owner, str(output))
    if not force:
        check_story_loss(manifest, stories)
    work = Publication(output, manifest, pending, step)
    try:
        for piece in pieces:
            work.take_piece(piece)
        log.info(
            "%d files not made: their inputs are those of the published ones (planet explain --page PATH)", work.kept
        )
        if work.foreign and not force:
            raise _in_the_way(output, work.foreign)
        return work.commit(owner, stories)
    finally:
        work.clean()


def intact(output: Path) -> str:
    """The hash of the manifest of output/ while every file has the published bytes; "" when one was touched, or is missing."""
    output = output.resolve()
    manifest, pending = read_manifest(output), read_pending(output)
    if not manifest.files or pending.paths:
        return ""
    work = Publication(output, manifest, pending, lambda _name: None)
    try:
        if not all(map(work.is_as_published, manifest.files)):
            return ""
    except (OSError, PublishError):
        return ""
    return hashlib.sha256(bytes_of(output / FOLDER / MANIFEST) or b"").hexdigest()


def is_as_published(output: Path, path: str) -> bool:
    """Whether one published file is on disk with the bytes that were published."""
    output = output.resolve()
    work = Publication(output, read_manifest(output), read_pending(output), lambda _name: None)
    try:
        return work.is_as_published(path)
    except (OSError, PublishError):
        return False


def rewrite_health(artifact: Artifact, output: Path, *, step: Step = lambda _name: None) -> Published:
    """Write one volatile file of a site that stands (see `intact`). Raises PublishError."""
    output = output.resolve()
    manifest = read_manifest(output)
    work = Publication(output, manifest, Pending(), step)
    try:
        work.take(artifact)
        with explained_errors(output):
            work.write(())
    finally:
        work.clean()
    return Published(written=tuple(work.staged))


def _in_the_way(output: Path, foreign: Sequence[str]) -> PublishError:
    names = ", ".join(str(output / path) for path in sorted(foreign)[:SHOWN])
    listed: Message | str = names
    if len(foreign) > SHOWN:
        listed = Message.of("{names} and {count} more", names=names, count=len(foreign) - SHOWN)
    return PublishError(
        Message.of(
            "{files}: not written by this planet, so not overwritten. Move them away, choose another `output:`, "
            "or let the planet have them with `planet run --force-publish`",
            files=listed,
        )
    )
