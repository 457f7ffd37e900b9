"""Feeds, Retry-After deadlines of origins, avatars: statements."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from planet.model import FetchState
from planet.store import presentable
from planet.store.columns import decode, encode, from_stamp, insert, instant, select, to_stamp

if TYPE_CHECKING:
    from planet.model import FetchUpdate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """The stored state of a feed. `arrived`: when its first entry was stored, None: never."""

    key: str
    state: FetchState
    arrived: datetime | None
    id: str = ""
    title: str = ""
    link: str = ""
    language: str = ""


def load(connection: sqlite3.Connection) -> dict[str, FeedRow]:
    """Every feed, by key. A state that cannot be read is a new one: that feed is asked as if for the first time."""
    rows = select(connection, "SELECT key, state, arrived, id, title, link, language FROM feeds")
    return {
        row["key"]: FeedRow(
            key=row["key"],
            state=_state(row["key"], row["state"]),
            arrived=from_stamp(row["arrived"]),
            id=presentable.line(row["id"]),
            title=presentable.line(row["title"]),
            link=presentable.link(row["link"]),
            language=presentable.line(row["language"]),
        )
        for row in rows
    }


def _state(key: str, text: str) -> FetchState:
    try:
        return decode(FetchState, text)
    except ValueError as error:
        log.warning("%s is asked as if for the first time: %s", key, error)
        return FetchState()


def entry_outcomes(connection: sqlite3.Connection, shared: Collection[str]) -> list[tuple[str, str, str, int]]:
    """The outcome of the entries of every feed: (feed, slugs of the sources that show them, what, how many).

    What is one of shown merged waiting withdrawn, or begins with the rule that drops them (`hide: …`, `exclude: …`). The slugs are
    those of a JSON list, and are given for the feeds of `shared` alone, which several sources have.
    """
    shown = connection.execute(
        "SELECT e.feed, iif(e.feed IN (SELECT value FROM json_each(:shared)) AND json_valid(e.classification), "
        "json_extract(e.classification, '$.sources'), '[]'), "
        "CASE WHEN s.story_id IS NULL THEN 'waiting' WHEN s.primary_id = e.entry_id THEN 'shown' ELSE 'merged' END, count(*) "
        "FROM entries e LEFT JOIN stories s USING (story_id) WHERE e.shown GROUP BY 1, 2, 3",
        {"shared": json.dumps(sorted(shared))},
    )
    dropped = connection.execute(
        "SELECT feed, '[]', CASE WHEN withdrawn THEN 'withdrawn' "
        "WHEN json_valid(classification) THEN coalesce(json_extract(classification, '$.hidden'), '') ELSE '' END, count(*) "
        "FROM entries WHERE NOT shown AND NOT tombstone GROUP BY 1, 3"
    )
    return [*shown, *dropped]


def save(connection: sqlite3.Connection, key: str, configured: str, update: FetchUpdate) -> None:
    """The state of a feed and the back-offs of origins that its answer brought. The caller has the transaction."""
    state = update.state
    connection.execute(
        insert("feeds", ("key", "configured", "state", "next_due"))
        + " ON CONFLICT (key) DO UPDATE SET configured = excluded.configured, state = excluded.state, next_due = excluded.next_due",
        {"key": key, "configured": configured, "state": encode(state), "next_due": to_stamp(state.next_due)},
    )
    for origin, until in update.backoffs:
        connection.execute(
            insert("origins", ("origin", "hold_until"))
            + " ON CONFLICT (origin) DO UPDATE SET hold_until = max(hold_until, excluded.hold_until)",
            {"origin": origin, "hold_until": to_stamp(until)},
        )


def rename(connection: sqlite3.Connection, before: str, key: str) -> None:
    """A feed has another key from now on: what is stored of it, its dates and ids among it, stays. The caller has the transaction."""
    values = {"key": key, "before": before}
    connection.execute("DELETE FROM feeds WHERE key = :key", values)
    connection.execute("UPDATE feeds SET key = :key WHERE key = :before", values)
    for table, column in (("entries", "feed"), ("remembered", "feed"), ("events", "calendar")):
        connection.execute(f"UPDATE OR IGNORE {table} SET {column} = :key WHERE {column} = :before", values)


def backoffs(connection: sqlite3.Connection, now: datetime) -> dict[str, datetime]:
    """Origin -> Retry-After deadline, of those that are still to come."""
    rows = connection.execute("SELECT origin, hold_until FROM origins WHERE hold_until > :now", {"now": to_stamp(now)})
    return {origin: instant(until) for origin, until in rows}


def avatars(connection: sqlite3.Connection) -> dict[str, tuple[datetime, bytes | None]]:
    """URL -> (when it was downloaded, image or None)."""
    rows = connection.execute("SELECT url, fetched, image FROM avatars")
    return {url: (instant(fetched), image) for url, fetched, image in rows}


def save_avatar(connection: sqlite3.Connection, url: str, fetched: datetime, image: bytes | None) -> None:
    """Keep an avatar, or the fact that none can be had. The caller has the transaction."""
    connection.execute(
        insert("avatars", ("url", "fetched", "image"), replace=True),
        {"url": url, "fetched": to_stamp(fetched), "image": image},
    )
