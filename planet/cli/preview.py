"""The site as it would be, in another folder: nothing of the planet is changed, and nothing is announced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from planet import pipeline, themes
from planet.cli.context import Context
from planet.cli.environment import planet_of
from planet.cli.lists import with_lists
from planet.config import absolute
from planet.errors import UsageError
from planet.model import Config, Message, Published, Report
from planet.ports import Options
from planet.store import Store
from planet.stories import story_context

_NAMED = 200
"""Stories that a dry run names."""


def elsewhere(config: Config, output: Path | None, theme: str | None) -> Config:
    """The configuration with another folder for the site, and with another theme. Raises UsageError for what cannot be meant."""
    site = config.site
    if output is not None:
        folder = absolute(output)
        if folder == site.output:
            raise UsageError(Message.of("--output {folder} is the site itself: name another folder", folder=output))
        if config.folder.is_relative_to(folder) or site.database.is_relative_to(folder):
            raise UsageError(
                Message.of("--output {folder} holds feeds.yaml or the database: name another folder", folder=output)
            )
        site = replace(site, output=folder)
    if theme is not None:
        if themes.find(theme, config.folder) is None:
            known = themes.names(config.folder / "themes", themes.shipped())
            raise UsageError(
                Message.of("--theme {name}: there is none; there are {known}", name=theme, known=", ".join(known))
            )
        name = str(absolute(config.folder / theme)) if themes.is_path(theme) else theme
        site = replace(site, theme=name)
    return replace(config, site=site)


def make(config: Config, store: Store, now: datetime) -> Published | None:
    """Make the site of what is stored, in the folder that the configuration names, from a copy of the database."""
    copy = store.copy()
    try:
        everybody = with_lists(config, copy, now, fetch=False)[0]
        return pipeline.run(planet_of(everybody, copy), now, Options(fetch=False, announce=False)).published
    finally:
        copy.close()


def named(ctx: Context, config: Config, store: Store, report: Report) -> Iterator[Message]:
    """The stories that a dry run would add, the newest first."""
    config = with_lists(config, store, ctx.now, fetch=False)[0]
    new = set(report.new_stories)
    rows = [row for row in store.story_ids() if row in new]
    context = story_context(config, store, story_ids=rows[:_NAMED])
    for story in store.load_stories(rows[:_NAMED], context):
        yield Message.of(
            "would be new: {date}, {name}: {title}",
            date=ctx.translator.date(story.published), name=story.source.name, title=story.entry.title,
        )  # fmt: skip
    if len(rows) > _NAMED:
        yield Message.of("and {count} more", count=len(rows) - _NAMED)
    if not rows:
        yield Message.of("nothing would be new")
