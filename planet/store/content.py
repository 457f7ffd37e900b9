"""The digest of everything that the site shows of the database. SQL."""

from __future__ import annotations

import hashlib
import sqlite3

from planet.store import meta


def content(connection: sqlite3.Connection) -> str:
    """See `Store.content`: a row's `rev` stands for its story."""
    hashed = hashlib.sha256()
    for query in (
        "SELECT group_concat(story_id || rev) FROM (SELECT story_id, rev FROM stories ORDER BY story_id)",
        "SELECT * FROM events ORDER BY calendar, uid, recurrence_id",
        "SELECT key, id, title, link, language FROM feeds ORDER BY key",
        "SELECT url, fetched FROM avatars ORDER BY url",
        f"SELECT value FROM meta WHERE name = '{meta.BORN}'",
    ):
        for row in connection.execute(query):
            hashed.update(repr(row).encode("utf-8", "surrogatepass"))
        hashed.update(b"\0")
    return hashed.hexdigest()
