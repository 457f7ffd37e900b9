"""Every list of stories that the site has: all, technologies, sources, months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from planet.model import Config, IndexRow, StoryList
from planet.when import runs


def story_lists(
    config: Config,
    index: Sequence[IndexRow],
    now: datetime,
) -> tuple[StoryList, ...]:
    """Every list of stories: all, technologies, sources, the months in the planet's time zone (newest first)."""
    zone = ZoneInfo(config.site.timezone)
    by_technology: dict[str, list[IndexRow]] = {technology.slug: [] for technology in config.technologies}
    by_source: dict[str, list[IndexRow]] = {source.slug: [] for source in config.sources}
    months = runs(index, lambda row: f"{row.date.astimezone(zone):%Y/%m}")
    this_month = f"{now.astimezone(zone):%Y/%m}"
    for row in index:
        for slug in row.technologies:
            if slug in by_technology:
                by_technology[slug].append(row)
        for slug in row.sources:
            if slug in by_source:
                by_source[slug].append(row)
    names = {technology.slug: technology.name for technology in config.technologies}
    return (
        StoryList(kind="all", path="", slug="", name=config.site.title, rows=tuple(index)),
        *(
            StoryList(kind="technology", path=f"{slug}/", slug=slug, name=names[slug], rows=tuple(rows))
            for slug, rows in by_technology.items()
        ),
        *(
            StoryList(
                kind="source",
                path=f"members/{source.slug}/",
                slug=source.slug,
                name=source.name,
                rows=tuple(by_source[source.slug]),
            )
            for source in config.sources
        ),
        *(
            StoryList(
                kind="month",
                path=f"archive/{month}/",
                slug=month.replace("/", "-"),
                name=month,
                rows=tuple(index[stretch]),
                over=month < this_month,
            )
            for month, stretch in months
        ),
    )
