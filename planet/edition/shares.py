"""Notes about stories and events that lists and feeds leave out because they are beyond the share of their source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from planet.model import Config, Event, IndexRow, Message, StoryList
from planet.model.shares import EVENTS_SHARE, event_owner, leading_source, within_room
from planet.model.shown import FEED_SHARE, FEED_TEXT, WHOLE_FEEDS
from planet.when import day_of, is_over

Note = tuple[str, Message]
"""(slug of a source, note about it)."""


def share_notes(
    config: Config, story_list: StoryList, events: Sequence[Event], now: datetime
) -> dict[str, tuple[Message, ...]]:
    """Slug -> sentences. `story_list`: all stories, `events`: all events of the planet."""
    size = config.site.feed_entries
    within = story_list.feed(size)
    newest = [row for row in story_list.rows if row.in_feeds][:size]
    notes: dict[str, list[Message]] = {}
    for slug, message in (*_of_lists(newest, within), *_of_texts(config, within), *_of_events(config, events, now)):
        if slug:
            notes.setdefault(slug, []).append(message)
    return {slug: tuple(messages) for slug, messages in notes.items()}


def _of_lists(newest: Sequence[IndexRow], within: Sequence[IndexRow]) -> Iterator[Note]:
    """Stories that would be among the newest, and are not."""
    kept = {row.story_id for row in within}
    for slug, count in Counter(leading_source(row) for row in newest if row.story_id not in kept).items():
        yield (
            slug,
            Message.counted(
                "one source takes at most half of the first page and of each feed while others have stories: {count} newer "
                "one of it is on its own page only",
                "one source takes at most half of the first page and of each feed while others have stories: {count} newer "
                "ones of it are on its own page only",
                count=count,
            ),
        )


def _of_texts(config: Config, within: Sequence[IndexRow]) -> Iterator[Note]:
    """Stories whose texts are beyond what feeds carry."""
    summaries = {source.slug for source in config.sources if all(feed.summary_only for feed in source.feeds)}
    rows = [row for row in within if leading_source(row) not in summaries]
    texts = [(leading_source(row), 0 if row.size > FEED_TEXT else row.size) for row in rows]
    fits = within_room(texts, FEED_SHARE)
    for slug, count in Counter(slug for (slug, _size), whole in zip(texts, fits, strict=True) if not whole).items():
        yield (
            slug,
            Message.counted(
                "a feed carries {most} MB of text of one source: {count} of its newest stories has a summary and the link there",
                "a feed carries {most} MB of text of one source: {count} of its newest stories have a summary and the link there",
                most=FEED_SHARE // 1_000_000,
                count=count,
            ),
        )
    for slug, count in Counter(leading_source(row) for row in rows if len(row.technologies) > WHOLE_FEEDS).items():
        yield (
            slug,
            Message.counted(
                "{count} of its newest stories is of more than {most} technologies: the feeds of the others have a summary and the link",
                "{count} of its newest stories are of more than {most} technologies: the feeds of the others have a summary and the link",
                count=count,
                most=WHOLE_FEEDS,
            ),
        )


def _of_events(config: Config, events: Sequence[Event], now: datetime) -> Iterator[Note]:
    """Coming events that are not on the page of events."""
    today, zone = day_of(now, config.site.timezone), config.site.timezone
    slugs = {source.name: source.slug for source in config.sources}
    coming = (event for event in events if not is_over(event.data.start, event.end, today, zone))
    for slug, count in Counter(event_owner(event, slugs) for event in coming).items():
        if count > EVENTS_SHARE:
            yield (
                slug,
                Message.counted(
                    "the page of events shows the next {most} of one source: {count} more is in the calendars and has a page of its own",
                    "the page of events shows the next {most} of one source: {count} more are in the calendars and have pages of their own",
                    most=EVENTS_SHARE,
                    count=count - EVENTS_SHARE,
                ),
            )
