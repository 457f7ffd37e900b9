"""Feeds, Retry-After deadlines of origins, avatars: statements."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from planet.model import FetchState, FetchUpdate
from planet.store.codec import dump, from_stamp, moment, to_stamp
from planet.store.codec import load as decode


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """What is stored of a feed. `arrived`: when it first gave an entry, None: never."""

    key: str
    state: FetchState
    arrived: datetime | None
    id: str = ""
    title: str = ""
    link: str = ""
    language: str = ""


def load(connection: sqlite3.Connection) -> dict[str, FeedRow]:
    rows = connection.execute("SELECT key, state, arrived, id, title, link, language FROM feeds")
    return {
        key: FeedRow(
            key=key,
            state=decode(FetchState, state),
            arrived=from_stamp(arrived),
            id=identifier,
            title=title,
            link=link,
            language=language,
        )
        for key, state, arrived, identifier, title, link, language in rows
    }


def save(connection: sqlite3.Connection, key: str, configured: str, update: FetchUpdate) -> None:
    """The state of a feed and the back-offs of origins that its answer brought. The caller has the transaction."""
    state = update.state
    connection.execute(
        "INSERT INTO feeds (key, configured, state, next_due) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (key) DO UPDATE SET configured = excluded.configured, state = excluded.state, next_due = excluded.next_due",
        (key, configured, dump(state), to_stamp(state.next_due)),
    )
    for origin, until in update.backoffs:
        connection.execute(
            "INSERT INTO origins VALUES (?, ?) ON CONFLICT (origin) DO UPDATE SET hold_until = max(hold_until, excluded.hold_until)",
            (origin, to_stamp(until)),
        )


def rename(connection: sqlite3.Connection, before: str, key: str) -> None:
    """A feed has another key from now on: what is stored of it, its dates and ids among it, stays. The caller has the transaction."""
    connection.execute("DELETE FROM feeds WHERE key = ?", (key,))
    connection.execute("UPDATE feeds SET key = ? WHERE key = ?", (key, before))
    for table, column in (("entries", "feed"), ("remembered", "feed"), ("events", "calendar")):
        connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {column} = ?", (key, before))


def backoffs(connection: sqlite3.Connection, now: datetime) -> dict[str, datetime]:
    rows = connection.execute("SELECT origin, hold_until FROM origins WHERE hold_until > ?", (to_stamp(now),))
    return {origin: moment(until) for origin, until in rows}


def avatars(connection: sqlite3.Connection) -> dict[str, tuple[datetime, bytes | None]]:
    return {
        url: (moment(fetched), image)
        for url, fetched, image in connection.execute("SELECT url, fetched, image FROM avatars")
    }


def save_avatar(connection: sqlite3.Connection, url: str, fetched: datetime, image: bytes | None) -> None:
    connection.execute("INSERT OR REPLACE INTO avatars VALUES (?, ?, ?)", (url, to_stamp(fetched), image))
