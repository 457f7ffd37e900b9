"""Keep the stories up to date: changed entries are grouped again, with all entries that they may be joined to. SQL.

Cost is near linear in the entries that are looked at: each key is read once, and keys that too many entries share are not followed
(`planet.model.story.common_to`), so that no feed can make a run compare all with all.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from planet.model import MergeGroup, MergeLink, Merging
from planet.model.story import common_to
from planet.store.columns import from_stamp, ids, insert, instant, readable, select, to_stamp
from planet.store.stored import merge_entries
from planet.text import digest

BATCH = 1000
"""Entries that are read, grouped or written together, so that memory stays bounded on a first run."""
_STORY = (*("story_id", "primary_id", "date", "tie", "rev", "in_feeds", "technologies", "sources", "updated", "why"),)


def regroup(connection: sqlite3.Connection, merging: Merging, *, everything: bool) -> tuple[int, ...]:
    """See `Store.regroup`. The caller has the transaction."""
    if everything:
        connection.execute("UPDATE entries SET dirty = 1 WHERE NOT dirty")
    rows = connection.execute("SELECT entry_id FROM entries INDEXED BY entries_dirty WHERE dirty")
    dirty = {entry_id for (entry_id,) in rows}
    if not dirty:
        return ()
    dirty |= _refresh_common_keys(connection, dirty)
    related, links = _closure(connection, merging, dirty)
    values = {"ids": ids(related)}
    before = {
        story_id
        for (story_id,) in connection.execute(
            "SELECT DISTINCT story_id FROM entries WHERE story_id IS NOT NULL "
            "AND entry_id IN (SELECT value FROM json_each(:ids))",
            values,
        )
    }
    connection.execute(
        "DELETE FROM stories WHERE story_id IN (SELECT value FROM json_each(:ids))", {"ids": ids(before)}
    )
    connection.execute(
        "UPDATE entries SET story_id = NULL WHERE entry_id IN (SELECT value FROM json_each(:ids))", values
    )
    new: set[int] = set()
    for stories in _stories(connection, merging, related, links):
        _write(connection, stories)
        new.update(min(story.entry_ids) for story in stories)
    connection.execute("UPDATE entries SET dirty = 0 WHERE dirty")
    return tuple(sorted(new - before))


def _stories(
    connection: sqlite3.Connection, merging: Merging, related: Iterable[int], links: Sequence[MergeLink]
) -> Iterator[Sequence[MergeGroup]]:
    """The stories of all these entries that are shown, batch by batch; what is linked to nothing is not even read."""
    linked = {entry_id for link in links for entry_id in (link.a, link.b)}
    alone = connection.execute(
        "SELECT entry_id FROM entries WHERE shown AND entry_id IN (SELECT value FROM json_each(:ids))",
        {"ids": ids(set(related) - linked)},
    )
    yield [MergeGroup(entry_ids=(entry_id,)) for (entry_id,) in alone.fetchall()]
    for entry_ids, theirs in _batches(links):
        yield merging.group(merge_entries(connection, entry_ids), theirs)


def _refresh_common_keys(connection: sqlite3.Connection, dirty: Iterable[int]) -> set[int]:
    """Note which of the entries' keys too many share now; gives the entries of those that were, or are, no longer joined by one."""
    values = {"ids": ids(dirty)}
    keys = "(SELECT key FROM merge_keys WHERE entry_id IN (SELECT value FROM json_each(:ids)))"
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for key, feed, count in connection.execute(
        "SELECT k.key, e.feed, count(*) FROM merge_keys k JOIN entries e USING (entry_id) "
        f"WHERE k.key IN {keys} GROUP BY k.key, e.feed",
        values,
    ):
        counts[key][feed] = count
    after = {(key, feed) for key, by_feed in counts.items() for feed in common_to(by_feed)}
    before = {
        tuple(row) for row in connection.execute(f"SELECT key, feed FROM common_keys WHERE key IN {keys}", values)
    }
    connection.executemany("DELETE FROM common_keys WHERE key = ? AND feed = ?", before - after)
    connection.executemany("INSERT INTO common_keys (key, feed) VALUES (?, ?)", after - before)
    affected: set[int] = set()
    for key, feed in before ^ after:
        rows = connection.execute(
            "SELECT entry_id FROM merge_keys k JOIN entries e USING (entry_id) "
            "WHERE k.key = :key AND (e.feed = :feed OR :feed = '')",
            {"key": key, "feed": feed},
        )
        affected.update(entry_id for (entry_id,) in rows)
    return affected


def _closure(
    connection: sqlite3.Connection, merging: Merging, start: Iterable[int]
) -> tuple[set[int], list[MergeLink]]:
    """All that is linked to these entries, over others or not, or was one story with them: (entry ids, the links between them)."""
    related = set(start)
    waiting = sorted(related)
    done: set[int] = set()
    links: list[MergeLink] = []
    while waiting:
        batch, waiting = waiting[:BATCH], waiting[BATCH:]
        joining = _joining(connection, batch)
        compared = {entry_id for sharing in joining.values() for entry_id in sharing}
        new_links = merging.find_links(merge_entries(connection, sorted(compared)), joining, set(batch), done)
        links += new_links
        done.update(batch)
        siblings = connection.execute(
            "SELECT other.entry_id FROM entries mine JOIN entries other ON other.story_id = mine.story_id "
            "WHERE mine.entry_id IN (SELECT value FROM json_each(:ids))",
            {"ids": ids(batch)},
        )
        reached = {entry_id for link in new_links for entry_id in (link.a, link.b)}
        reached.update(entry_id for (entry_id,) in siblings)
        waiting += sorted(reached - related)
        related |= reached
    return related, links


def _joining(connection: sqlite3.Connection, entry_ids: Iterable[int]) -> dict[str, list[int]]:
    """Merge key of these entries -> ids of the shown entries that it may join, two at least."""
    joining: dict[str, list[int]] = defaultdict(list)
    for key, entry_id in connection.execute(
        "WITH mine AS (SELECT DISTINCT k.key FROM merge_keys k JOIN entries e USING (entry_id) "
        "WHERE k.entry_id IN (SELECT value FROM json_each(:ids)) AND e.shown "
        "AND NOT EXISTS (SELECT 1 FROM common_keys c WHERE c.key = k.key AND c.feed IN ('', e.feed))) "
        "SELECT k.key, k.entry_id FROM mine JOIN merge_keys k USING (key) JOIN entries e USING (entry_id) WHERE e.shown "
        "AND NOT EXISTS (SELECT 1 FROM common_keys c WHERE c.key = k.key AND c.feed = e.feed) ORDER BY k.key, k.entry_id",
        {"ids": ids(entry_ids)},
    ):
        joining[key].append(entry_id)
    return {key: sharing for key, sharing in joining.items() if len(sharing) > 1}


def _components(links: Iterable[MergeLink]) -> list[set[int]]:
    """The entries that links join, over others or not: each entry in one set."""
    component: dict[int, set[int]] = {}
    for link in links:
        first, second = (component.get(entry_id, {entry_id}) for entry_id in (link.a, link.b))
        if first is not second:
            smaller, joined = sorted((first, second), key=len)
            joined |= smaller
            component.update(dict.fromkeys(smaller, joined))
            component[link.a] = component[link.b] = joined
    return list({id(entries): entries for entries in component.values()}.values())


def _batches(links: Sequence[MergeLink]) -> Iterator[tuple[list[int], list[MergeLink]]]:
    """Whole components, some together: (entry ids, their links)."""
    links_of: dict[int, list[MergeLink]] = defaultdict(list)
    for link in links:
        links_of[link.a].append(link)
    batch: list[int] = []
    for component in sorted(_components(links), key=min):
        batch += component
        if len(batch) >= BATCH:
            yield batch, [link for entry_id in batch for link in links_of[entry_id]]
            batch = []
    if batch:
        yield batch, [link for entry_id in batch for link in links_of[entry_id]]


def _write(connection: sqlite3.Connection, stories: Sequence[MergeGroup]) -> None:
    """Stories, in the place of those that their entries were in."""
    columns = (
        "entry_id, feed, uid, content_hash, link, date, edited, updated, first_seen, in_feeds, classification, atom_id, "
        "first_position, owner, feed_updated, date_reason"
    )
    query = f"SELECT {columns} FROM entries WHERE entry_id IN (SELECT value FROM json_each(:ids))"
    for start in range(0, len(stories), BATCH):
        part = stories[start : start + BATCH]
        members = ids(entry_id for story in part for entry_id in story.entry_ids)
        entries = {row["entry_id"]: row for row in select(connection, query, {"ids": members})}
        feeds = {row["key"]: row for row in select(connection, "SELECT key, id, title, link, language FROM feeds")}
        connection.executemany(
            insert("stories", _STORY, replace=True),
            (_row(story, [entries[entry_id] for entry_id in story.entry_ids], feeds) for story in part),
        )
        connection.execute(
            "UPDATE stories SET size = coalesce((SELECT length(html) FROM bodies WHERE bodies.entry_id = primary_id), 0) "
            "WHERE story_id IN (SELECT value FROM json_each(:ids))",
            {"ids": ids(min(story.entry_ids) for story in part)},
        )
        connection.executemany(
            "UPDATE entries SET story_id = ? WHERE entry_id = ?",
            ((min(story.entry_ids), entry_id) for story in part for entry_id in story.entry_ids),
        )


def _readable_classification(text: str) -> dict[str, list[Any]]:
    """The technologies and the sources (slug, feed key) of a stored classification, as far as they can be read."""
    stored = readable(text, dict[str, Any]())
    technologies, sources = stored.get("technologies"), stored.get("sources")
    return {
        "technologies": [name for name in _listed(technologies) if isinstance(name, str)],
        "sources": [
            source
            for source in _listed(sources)
            if isinstance(source, list) and len(source) == 2 and all(isinstance(part, str) for part in source)
        ],
    }


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _row(
    story: MergeGroup, entries: Sequence[Mapping[str, Any]], feeds: Mapping[str, Mapping[str, Any]]
) -> dict[str, object]:
    """The columns of a story; its entries are given with the primary copy first."""
    primary = entries[0]
    classifications = [_readable_classification(entry["classification"]) for entry in entries]
    # Where the author shows the story, no copy of another adds to it.
    own = [not primary["owner"] or entry["owner"] == primary["owner"] for entry in entries]
    technologies = list(
        dict.fromkeys(
            name for each, theirs in zip(classifications, own, strict=True) if theirs for name in each["technologies"]
        )
    )
    sources = [(slug, feed) for each in classifications for slug, feed in each["sources"]]
    shown = (
        *("feed", "uid", "content_hash", "link", "date", "edited", "updated", "in_feeds", "atom_id", "feed_updated"),
        *("date_reason", "classification"),
    )
    parts = [str(entry[name]) for entry in entries for name in shown]
    about = feeds.get(primary["feed"], {})
    parts += [f"{rule} {score}" for _, _, rule, score in story.why]
    parts += [about.get(name, "") for name in ("id", "title", "link", "language")]
    date, first_seen = instant(primary["date"]), instant(primary["first_seen"])
    edited, claimed = (from_stamp(primary[name]) for name in ("edited", "updated"))
    return {
        "story_id": min(story.entry_ids),
        "primary_id": primary["entry_id"],
        "date": primary["date"],
        "tie": _tie(primary),
        "rev": digest(*parts),
        "in_feeds": int(any(entry["in_feeds"] for entry, theirs in zip(entries, own, strict=True) if theirs)),
        "technologies": json.dumps(technologies),
        "sources": json.dumps(list(dict.fromkeys(slug for slug, _ in sources))),
        "updated": to_stamp(shown_update(date, edited, claimed, first_seen)),
        "why": json.dumps(story.why),
    }


def _tie(entry: Mapping[str, Any]) -> str:
    """A key that orders stories of one instant, and never changes: what was seen later first, then a feed's own in the order of its document."""
    feed = digest(entry["feed"])[:8]
    name = digest(entry["feed"], entry["uid"])[:8]
    return f"{2**63 - entry['first_seen']:019}{feed}{entry['first_position']:06}{name}"


def shown_update(date: datetime, edited: datetime | None, claimed: datetime | None, first_seen: datetime) -> datetime:
    """When a story changed last: our own mark of an edit, else what it claims as far as that can be, else its date."""
    if edited is not None:
        return max(date, edited)
    if claimed is not None and date < claimed <= first_seen:
        return claimed
    return date
