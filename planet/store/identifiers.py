"""The ids under which a story is published: its entry's own where no other story has them, else a `tag:` of the planet.

All that a feed needs is decided here: an Atom id is an absolute IRI, a guid is not empty, and no two stories share one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from planet.model import Entry
from planet.store.columns import ids
from planet.text import digest
from planet.urls import is_iri

if TYPE_CHECKING:
    from planet.store.stored import StoredEntry

_PLANET_TAG = re.compile(r"tag:([^,]*),[0-9]{4}:[0-9a-f]{20}")
_COLUMN = {"id": "{0}.atom_id", "guid": "iif({0}.id != '', {0}.id, {0}.atom_id)"}
"""The id that a story publishes unless another story precedes it, as SQL over a row of `entries`."""
_OWNS = {"id": "e.owns_id AND e.atom_id = e.id", "guid": "e.owns_id AND e.id != ''"}
"""Whether that is its source's: `owns_id` speaks of the id that the entry has now, which may be another than it is published under."""


def published_id(host: str, feed: str, entry: Entry, date: datetime) -> str:
    """The Atom id of a new entry: its own where that is a valid absolute IRI (RFC 4287 4.2.6), else one of the planet's."""
    own = entry.id.strip()
    return own if is_iri(own) and not _is_planet_id(own, host) else planet_id(host, feed, entry.uid, date)


def planet_id(host: str, feed: str, uid: str, date: datetime) -> str:
    """An id of the planet's own (RFC 4151), for an entry that has none it may publish."""
    return f"tag:{host},{date.year}:{digest(feed, uid)[:20]}"


def _is_planet_id(identifier: str, host: str) -> bool:
    """Whether an id has the form of this planet's own ids: a feed may not use one, since it may be another entry's."""
    tag = _PLANET_TAG.fullmatch(identifier)
    return tag is not None and tag[1] == host


def identify(primary: StoredEntry, host: str, *, same_id: bool, same_guid: bool) -> tuple[str, str]:
    """(Atom id, RSS guid) of a story, by its primary copy. `same_id`, `same_guid`: another story precedes it, as `clashing` says."""
    tag = planet_id(host, primary.feed, primary.entry.uid, primary.date)
    identifier = tag if same_id or not is_iri(primary.atom_id) else primary.atom_id
    own = primary.entry.id or identifier
    guid = tag if same_id or same_guid or _is_planet_id(primary.entry.id, host) else own
    return identifier, guid


def clashing(
    connection: sqlite3.Connection, name: Literal["id", "guid"], story_ids: Sequence[int] | None = None
) -> frozenset[int]:
    """Ids of stories that may not publish their own id (or guid), since another story that precedes them has the same.

    An id that is an address or tag of a source is that source's; any other is the first story's that came with it.
    With `story_ids` only these are judged, which costs less.
    """
    own, primary, entry = (_COLUMN[name].format(table) for table in ("entries", "p", "e"))
    wanted = (
        f"SELECT {own} FROM entries WHERE shown GROUP BY 1 HAVING count(*) > 1"
        if story_ids is None
        else f"SELECT {primary} FROM stories t JOIN entries p ON p.entry_id = t.primary_id "
        "WHERE t.story_id IN (SELECT value FROM json_each(:ids))"
    )
    rows = connection.execute(
        "SELECT story_id FROM (SELECT s.story_id, row_number() OVER "
        f"(PARTITION BY {entry} ORDER BY {_OWNS[name]} DESC, e.first_seen, e.priority, e.date, e.source_position, s.tie) AS nth "
        f"FROM stories s JOIN entries e ON e.entry_id = s.primary_id WHERE {entry} IN ({wanted})) WHERE nth > 1",
        {"ids": ids(story_ids or ())},
    )
    return frozenset(story_id for (story_id,) in rows)
