"""Refuse to publish over another planet's site, or when most stories would vanish without a reason in feeds.yaml. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from planet.errors import PublishError
from planet.model import Message
from planet.publish.manifest import Manifest, Pending, StoryCount
from planet.text import digest

if TYPE_CHECKING:
    from planet.model import Edition, Source

ENOUGH = 10
"""The loss of stories is checked from so many published stories on."""


def _rules(edition: Edition, source: Source) -> str:
    """A text that changes when feeds.yaml may remove stories of a source: its feeds, the filters of these, `hide`."""
    config = edition.config
    filters = [(config.site.include, config.site.exclude), (source.include, source.exclude)]
    filters += [(feed.include, feed.exclude) for feed in source.feeds]
    return digest(
        *(f"{feed.key} {feed.kind}" for feed in source.feeds),
        *map(repr, filters),
        *config.hide,
    )


def story_counts(edition: Edition) -> dict[str, StoryCount]:
    """How many stories each source shows: stored by `publish`, to notice an unexpected loss."""
    counts = {story_list.slug: len(story_list.rows) for story_list in edition.lists if story_list.kind == "source"}
    return {
        source.slug: StoryCount(
            stories=counts.get(source.slug, 0),
            rules=_rules(edition, source),
            withdrawn=edition.withdrawn.get(source.slug, 0),
        )
        for source in edition.config.sources
    }


def check_owner(manifest: Manifest, pending: Pending, owner: Sequence[str], output: str) -> None:
    """Raises PublishError when none of the names of this planet is among those of the planet that wrote the site."""
    theirs = manifest.owner or pending.owner
    if theirs and not set(theirs) & set(owner):
        raise PublishError(
            Message.of(
                "{folder} holds the site of another planet ({names}): give this one a folder of its own "
                "(`output:` in feeds.yaml, or --output), or empty that folder",
                folder=output,
                names=", ".join(theirs),
            )
        )


def check_story_loss(manifest: Manifest, now: Mapping[str, StoryCount]) -> None:
    """Raises PublishError when more than half of the stories would go.

    Only sources that are configured as they were are compared: a source that was taken out of feeds.yaml, or whose feeds or filters
    were changed there, takes its stories with it, and that is meant.
    """
    same = [
        slug for slug, count in now.items() if slug in manifest.stories and manifest.stories[slug].rules == count.rules
    ]
    before = sum(manifest.stories[slug].stories for slug in same)
    # What its own feed withdrew since is no loss: one member may take back all that is hers.
    meant = {slug: max(0, now[slug].withdrawn - manifest.stories[slug].withdrawn) for slug in same}
    after = sum(min(manifest.stories[slug].stories, now[slug].stories + meant[slug]) for slug in same)
    if before >= ENOUGH and after * 2 < before:
        worst = max(same, key=lambda slug: manifest.stories[slug].stories - now[slug].stories)
        raise PublishError(
            Message.of(
                "of {before} published stories {count} would go ({source}: {then} before, {now} now) though feeds.yaml does "
                "not say so: nothing is published, the site stays as it was. Was the database lost? Put it back; or accept "
                "the loss with `planet run --force-publish`",
                before=before,
                count=before - after,
                source=worst,
                then=manifest.stories[worst].stories,
                now=now[worst].stories,
            )
        )
