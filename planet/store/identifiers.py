"""The id under which an entry is published: its own where it may be, else a `tag:` of the planet that never changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from planet.model import Entry
from planet.store.columns import ids
from planet.text import digest
from planet.urls import is_iri


def published_id(host: str, feed: str, entry: Entry, date: datetime) -> str:
    """The Atom id of an entry: its own where that is a valid absolute IRI (RFC 4287 4.2.6), else one of the planet's."""
    own = entry.id.strip()
    return own if is_iri(own) else planet_id(host, feed, entry.uid, date)


def planet_id(host: str, feed: str, uid: str, date: datetime) -> str:
    """An id of the planet's own (RFC 4151), for an entry that has none it may publish."""
    return f"tag:{host},{date.year}:{digest(feed, uid)[:20]}"


def clashing(
    connection: sqlite3.Connection, column: str = "atom_id", story_ids: Sequence[int] | None = None
) -> frozenset[int]:
    """Ids of stories that may not publish their id, since another story that precedes them has the same.

    An id that is an address or tag of a source is that source's; any other is the first story's that came with it.

    `column`: atom_id, or id (as the feed gave it: the RSS guid). With `story_ids` only these are judged, which costs less.
    """
    wanted = (
        f"SELECT {column} FROM entries WHERE shown GROUP BY {column} HAVING count(*) > 1"
        if story_ids is None
        else f"SELECT p.{column} FROM stories t JOIN entries p ON p.entry_id = t.primary_id "
        "WHERE t.story_id IN (SELECT value FROM json_each(:ids))"
    )
    rows = connection.execute(
        "SELECT story_id FROM (SELECT s.story_id, row_number() OVER "
        f"(PARTITION BY e.{column} ORDER BY e.owns_id DESC, e.first_seen, e.priority, e.date, e.source_position, s.tie) AS nth "
        f"FROM stories s JOIN entries e ON e.entry_id = s.primary_id WHERE e.{column} != '' AND e.{column} IN "
        f"({wanted})) WHERE nth > 1",
        {"ids": ids(story_ids or ())},
    )
    return frozenset(story_id for (story_id,) in rows)
