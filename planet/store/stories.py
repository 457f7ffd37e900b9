"""Read stories: as rows of lists, and whole. SQL."""

from __future__ import annotations

import functools
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from planet.model import IndexRow, MergeEntry, Person, Story, StoryCopy, StoryReasons, StorySource
from planet.people import Namesakes
from planet.reasons import best_scores
from planet.store.columns import decode, ids, instant, readable, select
from planet.store.feeds import FeedRow
from planet.store.identifiers import identify
from planet.store.stored import StoredEntry, entries, merge_entries
from planet.text import anchor, digest, excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryContext:
    """The parts of the configuration that a whole story shows.

    `sources` maps (source slug, feed key) to what is shown of it (id and url empty); `summary_only` and `feed_urls` are by feed key.
    """

    sources: Mapping[tuple[str, str], StorySource]
    summary_only: frozenset[str]
    feeds: Mapping[str, FeedRow]
    feed_urls: Mapping[str, str]
    host: str
    events: Mapping[int, tuple[str, ...]]
    same_id: frozenset[int]
    """Stories whose Atom id another story publishes: theirs is made by the planet."""
    same_guid: frozenset[int]
    """Stories whose RSS guid (it may be no address, and so not unique in the world) another story publishes."""
    technologies: tuple[str, ...] = ()
    """Slugs, in the order of feeds.yaml."""
    url: str = ""
    """The planet's address: what it publishes there has its address for an id."""
    namesakes: Namesakes = field(default_factory=Namesakes)
    excerpts: dict[int, str] = field(default_factory=dict)
    """Id of an entry -> its excerpt, once it was made: a story is loaded for several pages and feeds."""


def index(connection: sqlite3.Connection) -> tuple[IndexRow, ...]:
    """Every shown story, newest first, in an order that does not depend on arrival."""
    rows = connection.execute(
        "SELECT story_id, date, rev, in_feeds, technologies, sources, updated, size FROM stories ORDER BY date DESC, tie"
    )
    names = functools.cache(_names)  # the same few lists come back thousands of times
    return tuple(
        IndexRow(
            story_id=story_id,
            date=moment,
            rev=rev,
            in_feeds=bool(in_feeds),
            technologies=names(technologies),
            sources=names(sources),
            updated=moment if updated == date else instant(updated),
            size=size,
        )
        for story_id, date, rev, in_feeds, technologies, sources, updated, size in rows
        for moment in (instant(date),)
    )


def story_ids(connection: sqlite3.Connection, technology: str = "", limit: int | None = None) -> list[int]:
    """Ids of the newest stories, of one technology (a slug) or of all."""
    rows = connection.execute(
        "SELECT story_id FROM stories WHERE :technology = '' OR "
        "EXISTS (SELECT 1 FROM json_each(iif(json_valid(technologies), technologies, '[]')) WHERE value = :technology) ORDER BY date DESC, tie LIMIT :limit",
        {"technology": technology, "limit": -1 if limit is None else limit},
    )
    return [story_id for (story_id,) in rows]


def _names(text: str) -> tuple[str, ...]:
    names: list[Any] = readable(text, [])
    return tuple(name for name in names if isinstance(name, str) and name.isprintable())


def primary_entries(connection: sqlite3.Connection) -> list[MergeEntry]:
    """The primary copy of every shown story, newest first, under the id of its story."""
    rows = connection.execute("SELECT primary_id, story_id FROM stories ORDER BY date DESC, tie")
    story_of = dict(rows.fetchall())
    primary = {entry.entry_id: entry for entry in merge_entries(connection, list(story_of))}
    return [
        replace(primary[entry_id], entry_id=story_id) for entry_id, story_id in story_of.items() if entry_id in primary
    ]


def why(connection: sqlite3.Connection, story_id: int) -> tuple[tuple[int, int, str, int], ...]:
    """Why the entries of a story are one: (entry id, entry id, rule, score in hundredths)."""
    row = connection.execute("SELECT why FROM stories WHERE story_id = :id", {"id": story_id}).fetchone()
    return _joins(row[0]) if row else ()


def _joins(text: str) -> tuple[tuple[int, int, str, int], ...]:
    """The column `why`; nothing where it cannot be read."""
    try:
        return decode(tuple[tuple[int, int, str, int], ...], text)
    except ValueError:
        return ()


def members(connection: sqlite3.Connection, story_id: int) -> list[int]:
    """Ids of the entries of a story, the primary copy first, then from the nearest to the author."""
    rows = connection.execute(
        "SELECT e.entry_id FROM entries e JOIN stories s USING (story_id) WHERE s.story_id = :id "
        "ORDER BY e.entry_id != s.primary_id, e.priority, e.source_position, e.feed, e.uid",
        {"id": story_id},
    )
    return [entry_id for (entry_id,) in rows]


def load(connection: sqlite3.Connection, story_ids: Sequence[int], context: StoryContext) -> list[Story]:
    """Whole stories, in the order of `story_ids`; those that are not there, cannot be read, or have no source any more are left out.

    A source that feeds.yaml named at the last run, and names no more, is among the sources of its stories until the next run.
    """
    values = {"ids": ids(story_ids)}
    wanted = "WHERE story_id IN (SELECT value FROM json_each(:ids))"
    heads = select(
        connection, f"SELECT story_id, primary_id, rev, updated, technologies, why FROM stories {wanted}", values
    )
    rows = connection.execute(f"SELECT entry_id FROM entries {wanted}", values)
    members: dict[int, list[StoredEntry]] = defaultdict(list)
    for entry in entries(connection, [entry_id for (entry_id,) in rows]):
        if entry.story_id is not None:
            members[entry.story_id].append(entry)
    stories = {
        head["story_id"]: _story(head, _ordered(copies, head["primary_id"]), context)
        for head, copies in ((head, members[head["story_id"]]) for head in heads)
        if any(entry.entry_id == head["primary_id"] for entry in copies) and _sources(copies, context)
    }
    return [stories[story_id] for story_id in story_ids if story_id in stories]


def _ordered(members: Sequence[StoredEntry], primary_id: int) -> list[StoredEntry]:
    """The primary copy first, then the others from the nearest to the author."""
    return sorted(
        members,
        key=lambda entry: (
            entry.entry_id != primary_id,
            entry.priority,
            entry.source_position,
            entry.feed,
            entry.entry.uid,
        ),
    )


def _sources(members: Sequence[StoredEntry], context: StoryContext) -> tuple[StorySource, ...]:
    return tuple(
        replace(context.sources[place], id=member.entry.id, url=member.entry.link)
        for member in members
        for place in member.classification.sources
        if place in context.sources
    )


def _excerpt(primary: StoredEntry, context: StoryContext) -> str:
    if primary.entry_id not in context.excerpts:
        context.excerpts[primary.entry_id] = excerpt(primary.entry.html, primary.entry.summary)
    return context.excerpts[primary.entry_id]


def authors_copies(members: Sequence[StoredEntry]) -> list[StoredEntry]:
    """The copies that say what a story is about, the primary first: the author's own where the author shows it, else all."""
    owner = members[0].owner if members else ""  # `planet explain` of a story whose entries cannot be read
    return [member for member in members if not owner or member.owner == owner]


def _tags(members: Sequence[StoredEntry]) -> tuple[str, ...]:
    """Tags as written, one of each when folded."""
    theirs = authors_copies(members)
    tags = {tag.casefold(): tag for member in reversed(theirs) for tag in reversed(member.entry.tags)}
    return tuple(tags.values())[::-1]


def _reasons(joins: str, members: Sequence[StoredEntry], context: StoryContext) -> StoryReasons:
    """The reasons shown with a story. `joins` is the column `why`; the primary copy is the first of `members`."""
    position = {member.entry_id: number for number, member in enumerate(members)}
    return StoryReasons(
        copies=tuple(
            StoryCopy(
                sources=tuple(
                    context.sources[place].name for place in member.classification.sources if place in context.sources
                ),
                feed=context.feed_urls.get(member.feed, ""),
                url=member.entry.link,
            )
            for member in members
        ),
        joins=tuple(
            (position[a], position[b], rule, score)
            for a, b, rule, score in _joins(joins)
            if a in position and b in position
        ),
        date_rule=members[0].date_reason,
        priority=members[0].priority,
        in_feeds=any(member.in_feeds for member in authors_copies(members)),
        scores=best_scores((member.classification.scores for member in authors_copies(members)), context.technologies),
    )


def _distinguished(
    authors: Sequence[Person], source: StorySource, slugs: Collection[str], context: StoryContext
) -> tuple[Person, ...]:
    """The authors; one whose name is, or looks like, that of a source which does not carry the story stands with its own source."""
    return tuple(
        Person(name=f"{person.name} ({source.name})") if context.namesakes.another(person.name, slugs) else person
        for person in authors
    )


def _is_an_output(identifier: str, url: str) -> bool:
    """Whether an id is, or may be, that of a feed or page of the planet itself."""
    return bool(url) and identifier.startswith(url) and identifier.endswith(("/", ".xml", ".json"))


def _story(head: Mapping[str, Any], members: Sequence[StoredEntry], context: StoryContext) -> Story:
    """A story from its row and its entries, the primary copy first."""
    story_id, primary = head["story_id"], members[0]
    entry = primary.entry
    sources = _sources(members, context)
    source = sources[0]
    feed = context.feeds.get(primary.feed)
    identifier, guid = identify(
        primary,
        context.host,
        same_id=story_id in context.same_id or _is_an_output(primary.atom_id, context.url),
        same_guid=story_id in context.same_guid or _is_an_output(entry.id, context.url),
    )
    slugs = {carrier.slug for carrier in sources}
    updated = instant(head["updated"])
    events = context.events.get(story_id, ())
    return Story(
        story_id=story_id,
        id=identifier,
        guid=guid,
        anchor=anchor(primary.feed, entry.uid),
        entry=entry,
        url=entry.link or (feed.link if feed else ""),
        excerpt=_excerpt(primary, context),
        published=primary.date,
        updated=updated,
        edited=primary.edited is not None,
        first_seen=primary.first_seen if primary.owner else min(member.first_seen for member in members),
        authors=_distinguished(entry.authors, source, slugs, context) or (Person(name=source.name),),
        source=source,
        sources=sources,
        technologies=_names(head["technologies"]),
        tags=_tags(members),
        language=entry.language or (feed.language if feed else ""),
        summary_only=primary.feed in context.summary_only,
        feed_id=feed.id if feed else "",
        feed_title=feed.title
        if feed and feed.title and not context.namesakes.another(feed.title, slugs)
        else source.name,
        feed_url=context.feed_urls.get(primary.feed, ""),
        feed_link=feed.link if feed else "",
        feed_updated=primary.feed_updated,
        rev=digest(head["rev"], identifier, *events),
        events=events,
        reasons=_reasons(head["why"], members, context),
    )
