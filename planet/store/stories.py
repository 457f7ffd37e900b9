"""Stories: entries that are one thing, kept up to date entry by entry. Statements."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from planet.model import IndexRow, MergeEntry, MergeGroup, Person, Story, StorySource
from planet.store.codec import load_as, moment, to_stamp
from planet.store.entries import StoredEntry, made_id, merge_entries, stored
from planet.store.feeds import FeedRow
from planet.text import anchor, digest, excerpt

CLOSURE = 2000
"""Entries that one change may make us look at: past it, the keys of merging are not selective any more, and the rest waits."""
WORDS_A_MINUTE = 220


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryContext:
    """What of the configuration a whole story shows.

    `sources` maps (source slug, feed key) to what is shown of it (id and url empty); `summary_only` and `feed_urls` are by feed key.
    """

    sources: Mapping[tuple[str, str], StorySource]
    summary_only: frozenset[str]
    feeds: Mapping[str, FeedRow]
    feed_urls: Mapping[str, str]
    host: str
    events: Mapping[int, tuple[str, ...]]
    clashing: frozenset[int]
    """Stories whose id another story publishes: theirs is made by the planet."""
    same_guid: frozenset[int]
    """Stories whose guid (an id that is no address, and so not unique in the world) another story publishes."""
    excerpts: dict[int, str] = field(default_factory=dict)
    """Row of an entry -> its excerpt, once it was made: a story is loaded for several pages and feeds."""


def _closure(connection: sqlite3.Connection, rows: Iterable[int]) -> list[int]:
    """The rows, those that could be one story with them, and so on, and those that were one story with them."""
    found = set(rows)
    frontier = list(found)
    while frontier and len(found) < CLOSURE:
        following: set[int] = set()
        for row in frontier:
            following.update(
                other
                for (other,) in connection.execute(
                    "SELECT other.entry_id FROM merge_keys mine JOIN merge_keys other USING (key) WHERE mine.entry_id = ?",
                    (row,),
                )
            )
            following.update(
                other
                for (other,) in connection.execute(
                    "SELECT other.entry_id FROM entries mine JOIN entries other ON other.story = mine.story WHERE mine.entry_id = ?",
                    (row,),
                )
            )
        frontier = sorted(following - found)
        found.update(frontier)
    return sorted(found)


def _parts(connection: sqlite3.Connection, dirty: Sequence[int]) -> Iterable[list[int]]:
    """The closures of the rows, each row in one of them only."""
    done: set[int] = set()
    for row in dirty:
        if row not in done:
            part = _closure(connection, [row])
            done.update(part)
            yield part


def regroup(
    connection: sqlite3.Connection,
    group: Callable[[Sequence[MergeEntry]], tuple[MergeGroup, ...]],
    *,
    everything: bool,
) -> tuple[int, ...]:
    """See `Store.regroup`. The caller has the transaction."""
    if everything:
        connection.execute("UPDATE entries SET dirty = 1 WHERE NOT dirty")
    dirty = [
        row
        for (row,) in connection.execute(
            "SELECT entry_id FROM entries INDEXED BY entries_dirty WHERE dirty ORDER BY entry_id"
        )
    ]
    new: list[int] = []
    for part in _parts(connection, dirty):
        before = {
            row: rev
            for member in part
            for row, rev in connection.execute(
                "SELECT s.story_id, s.rev FROM stories s JOIN entries e ON e.story = s.story_id WHERE e.entry_id = ?",
                (member,),
            )
        }
        connection.executemany("UPDATE entries SET story = NULL WHERE entry_id = ?", [(row,) for row in part])
        connection.executemany("DELETE FROM stories WHERE story_id = ?", [(row,) for row in before])
        for made in group(merge_entries(connection, part)):
            row = _write(connection, made)
            if row not in before:
                new.append(row)
    connection.execute("UPDATE entries SET dirty = 0 WHERE dirty")
    return tuple(new)


def _write(connection: sqlite3.Connection, made: MergeGroup) -> int:
    row = min(made.entry_ids)
    members = []
    for member in made.entry_ids:
        members.append(
            connection.execute(
                "SELECT entry_id, feed, uid, content_hash, link, date, edited, updated, first_seen, in_feeds, classification, atom_id, "
                "arrived_at FROM entries WHERE entry_id = ?",
                (member,),
            ).fetchone()
        )
        connection.execute("UPDATE entries SET story = ? WHERE entry_id = ?", (row, member))
    lead = members[0]
    classifications = [json.loads(member[10]) for member in members]
    technologies = list(
        dict.fromkeys(name for classification in classifications for name in classification["technologies"])
    )
    carriers = [tuple(source) for classification in classifications for source in classification["sources"]]
    sources = list(dict.fromkeys(source[0] for source in carriers))
    about = connection.execute("SELECT id, title, link, language FROM feeds WHERE key = ?", (lead[1],)).fetchone() or ()
    parts = [str(part) for member in members for part in (*member[1:8], member[9], member[11])]
    connection.execute(
        "INSERT INTO stories VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row,
            lead[0],
            lead[5],
            _tie(feed=lead[1], uid=lead[2], first_seen=lead[8], position=lead[12]),
            digest(*parts, *about, *technologies, *(part for source in carriers for part in source)),
            int(any(member[9] for member in members)),
            json.dumps(technologies),
            json.dumps(sources),
            to_stamp(
                shown_update(moment(lead[5]), lead[6] and moment(lead[6]), lead[7] and moment(lead[7]), moment(lead[8]))
            ),
            json.dumps(made.why),
        ),
    )
    return row


def _tie(*, feed: str, uid: str, first_seen: int, position: int) -> str:
    """Orders stories of one moment for ever: what was seen later first, then a feed's own in the order of its document."""
    return f"{2**63 - first_seen:019}{digest(feed)[:8]}{position:06}{digest(feed, uid)[:8]}"


def shown_update(date: datetime, edited: datetime | None, claimed: datetime | None, first_seen: datetime) -> datetime:
    """When a story changed last: our own mark of an edit, else what it claims as far as that can be, else its date."""
    if edited is not None:
        return max(date, edited)
    if claimed is not None and date < claimed <= first_seen:
        return claimed
    return date


def index(connection: sqlite3.Connection) -> tuple[IndexRow, ...]:
    rows = connection.execute(
        "SELECT story_id, date, rev, in_feeds, technologies, sources, updated FROM stories ORDER BY date DESC, tie"
    )
    # The same few lists come back thousands of times: each is read once.
    lists: dict[str, tuple[str, ...]] = {}

    def names(text: str) -> tuple[str, ...]:
        if text not in lists:
            lists[text] = tuple(json.loads(text))
        return lists[text]

    return tuple(
        IndexRow(
            story_id=row[0],
            date=moment(row[1]),
            rev=row[2],
            in_feeds=bool(row[3]),
            technologies=names(row[4]),
            sources=names(row[5]),
            updated=moment(row[6]),
        )
        for row in rows
    )


def content(connection: sqlite3.Connection) -> str:
    """See `Store.content`: a row's `rev` stands for its story."""
    hashed = hashlib.sha256()
    for query in (
        "SELECT story_id, rev FROM stories ORDER BY story_id",
        "SELECT * FROM events ORDER BY calendar, uid, recurrence_id",
        "SELECT key, id, title, link, language FROM feeds ORDER BY key",
        "SELECT url, fetched FROM avatars ORDER BY url",
        "SELECT value FROM meta WHERE name = 'born'",
    ):
        for row in connection.execute(query):
            hashed.update(repr(row).encode("utf-8", "surrogatepass"))
        hashed.update(b"\0")
    return hashed.hexdigest()


def leads(connection: sqlite3.Connection) -> list[MergeEntry]:
    story_of = dict(connection.execute("SELECT primary_id, story_id FROM stories ORDER BY date DESC, tie"))
    entries = {entry.entry_id: entry for entry in merge_entries(connection, list(story_of))}
    return [replace(entries[lead], entry_id=row) for lead, row in story_of.items() if lead in entries]


def clashing(connection: sqlite3.Connection, column: str = "atom_id") -> frozenset[int]:
    """Stories that may not publish their id: another story that ranks before them has the same."""
    rows = connection.execute(
        f"SELECT s.story_id FROM (SELECT s.story_id, row_number() OVER (PARTITION BY e.{column} ORDER BY e.priority, e.source_position, e.date, s.tie) "
        f"AS nth FROM stories s JOIN entries e ON e.entry_id = s.primary_id WHERE e.{column} != '' AND e.{column} IN "
        f"(SELECT {column} FROM entries WHERE shown GROUP BY {column} HAVING count(*) > 1)) s WHERE nth > 1"
    )
    return frozenset(row for (row,) in rows)


def why(connection: sqlite3.Connection, story: int) -> tuple[tuple[int, int, str, int], ...]:
    found = connection.execute("SELECT why FROM stories WHERE story_id = ?", (story,)).fetchone()
    return () if found is None else tuple((a, b, rule, score) for a, b, rule, score in json.loads(found[0]))


def load(connection: sqlite3.Connection, rows: Sequence[int], context: StoryContext) -> list[Story]:
    made: dict[int, Story] = {}
    for start in range(0, len(rows), 200):
        part = rows[start : start + 200]
        marks = ",".join("?" * len(part))
        heads = {
            row: (lead, rev, updated, technologies)
            for row, lead, rev, updated, technologies in connection.execute(
                f"SELECT story_id, primary_id, rev, updated, technologies FROM stories WHERE story_id IN ({marks})",
                tuple(part),
            )
        }
        members: dict[int, list[StoredEntry]] = {}
        found = [
            row
            for (row,) in connection.execute(
                f"SELECT entry_id FROM entries WHERE story IN ({marks}) ORDER BY entry_id", tuple(part)
            )
        ]
        for entry in stored(connection, found):
            members.setdefault(entry.story or 0, []).append(entry)
        for row, (lead, rev, updated, technologies) in heads.items():
            order = sorted(
                members[row], key=lambda entry: (entry.priority, entry.source_position, entry.feed, entry.entry.uid)
            )
            first = [entry for entry in order if entry.entry_id == lead]
            order = first + [entry for entry in order if entry.entry_id != lead]
            made[row] = _story(row, order, rev, moment(updated), load_as(tuple[str, ...], technologies), context)
    return [made[row] for row in rows if row in made]


def _carriers(members: Sequence[StoredEntry], context: StoryContext) -> tuple[StorySource, ...]:
    found = []
    for member in members:
        for place in member.classification.sources if member.classification else ():
            base = context.sources.get((place[0], place[1]))
            if base is not None:
                found.append(
                    StorySource(
                        name=base.name,
                        slug=base.slug,
                        kind=base.kind,
                        feed=base.feed,
                        id=member.entry.id,
                        url=member.entry.link,
                    )
                )
    return tuple(found)


def _excerpt(lead: StoredEntry, context: StoryContext) -> str:
    found = context.excerpts.get(lead.entry_id)
    if found is None:
        found = context.excerpts[lead.entry_id] = excerpt(lead.entry.html, lead.entry.summary)
    return found


def _story(
    row: int,
    members: Sequence[StoredEntry],
    rev: str,
    updated: datetime,
    technologies: tuple[str, ...],
    context: StoryContext,
) -> Story:
    lead = members[0]
    entry = lead.entry
    carriers = _carriers(members, context)
    source = carriers[0]
    feed = context.feeds.get(lead.feed)
    clashes = row in context.clashing
    identifier = made_id(context.host, lead.feed, entry.uid, lead.date) if clashes else lead.atom_id
    authors = entry.authors or (Person(name=source.name),)
    return Story(
        story_id=row,
        id=identifier,
        guid=identifier if clashes or row in context.same_guid or not entry.id else entry.id,
        anchor=anchor(lead.feed, entry.uid),
        url=entry.link or (feed.link if feed else ""),
        title=entry.title,
        html=entry.html,
        text=entry.text,
        summary=entry.summary,
        excerpt=_excerpt(lead, context),
        published=lead.date,
        updated=updated,
        edited=lead.edited is not None,
        first_seen=min(member.first_seen for member in members),
        author=", ".join(person.name for person in authors),
        authors=authors,
        source=source,
        sources=carriers,
        technologies=technologies,
        tags=tuple(
            {tag.casefold(): tag for member in reversed(members) for tag in reversed(member.entry.tags)}.values()
        )[::-1],
        enclosures=entry.enclosures,
        image=entry.image,
        language=entry.language or (feed.language if feed else ""),
        minutes=max(1, round(entry.words / WORDS_A_MINUTE)),
        summary_only=lead.feed in context.summary_only,
        comments=entry.comments,
        feed_id=feed.id if feed else "",
        feed_title=(feed.title if feed else "") or source.name,
        feed_url=context.feed_urls.get(lead.feed, ""),
        feed_link=feed.link if feed else "",
        feed_updated=updated,
        rev=digest(rev, identifier, *context.events.get(row, ())),
        events=context.events.get(row, ()),
    )
