"""What a document changes in what is stored of its feed: decided here, written by the store. Pure.

    recognise -> matched: seen, updated, restored    -> new: dated, guarded against floods    -> not listed: missing, withdrawn

The rules in words: docs/behaviour.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from planet.merge.dating import Listed, fix_dates
from planet.merge.recognise import recognise
from planet.merge.withdrawal import PATIENCE, Reached, absent
from planet.model import Changes, DiffContext, Entry, EntryKey, Insert, Message, Read, UnchangedEntry, Update

FLOOD = 10
"""So many new entries in one document are a flood if the feed has stored entries and the document lists hardly any of them."""
MOST_A_DAY = 200
"""Most new entries of a known feed in a day: the feed of a large newspaper has fewer."""
MOST_CHANGES = 24
"""Most changes of a text without a new date of update; what changes more often is a clock or an advertisement."""


def diff(known: Sequence[EntryKey], context: DiffContext, now: datetime) -> Changes:
    """The changes that a document makes to the stored entries of its feed (`known`, in any order).

    An entry that was deleted permanently (`tombstone`) is recognised and not restored. Nothing here moves an entry that has its date.
    """
    read = context.read
    known = sorted(known, key=lambda entry: entry.entry_id)
    recognised = recognise(known, _without_deleted(read, known))
    gone = _deleted(known, recognised.matches, context)
    updates: list[Update] = []
    seen: list[int] = []
    restored: list[int] = []
    for stored, entry in recognised.matches:
        if stored.tombstone or stored.entry_id in gone:
            continue
        update = _update(stored, entry, now)
        if update is not None:
            updates.append(update)
        seen.append(stored.entry_id)
        if stored.withdrawn:
            restored.append(stored.entry_id)
    new: Sequence[Entry] = recognised.new
    matched = len(recognised.matches)
    flood = bool(known) and not context.first_fetch and len(new) >= FLOOD and matched * 10 <= len(new)
    new, warnings = _within_the_day(new, known, context, now)
    inserts = _inserts(new, known, recognised.matches, context, now, flood=flood)
    missing, withdrawn = _withdrawals(known, recognised.matches, inserts, context, gone, now)
    if flood:
        warnings += (
            Message.of(
                "{count} entries came under ids never seen before; at most {shown} of them count as new",
                count=len(new),
                shown=context.newcomer_entries,
            ),
        )
    return Changes(
        inserts=tuple(inserts),
        updates=tuple(updates),
        seen=tuple(seen),
        missing=tuple(missing),
        withdrawn=tuple(withdrawn),
        restored=tuple(restored),
        deleted=tuple(sorted(gone)),
        warnings=warnings,
    )


def _within_the_day(
    new: Sequence[Entry], known: Sequence[EntryKey], context: DiffContext, now: datetime
) -> tuple[Sequence[Entry], tuple[Message, ...]]:
    """The new entries that are within the feed's limit of the day, in the order of the document, and a warning for the others."""
    if context.first_fetch or not known:
        return new, ()
    born = min(entry.first_seen for entry in known)
    today = sum(entry.first_seen > max(born, now - timedelta(days=1)) for entry in known)
    room = max(0, MOST_A_DAY - today)
    if len(new) <= room:
        return new, ()
    left = Message.of(
        "{count} of {new} new entries were left out: a feed may bring {most} a day",
        count=len(new) - room,
        new=len(new),
        most=MOST_A_DAY,
    )
    return sorted(new, key=lambda entry: entry.position)[:room], (left,)


def _update(stored: EntryKey, entry: Entry | UnchangedEntry, now: datetime) -> Update | None:
    """The update of a stored entry; None when nothing changed, or only a text that changes all the time."""
    if isinstance(entry, UnchangedEntry) or (entry.raw_hash == stored.raw_hash and entry.uid == stored.uid):
        return None
    newer = entry.updated is not None and entry.updated > (stored.updated or stored.date)
    moved = entry.uid != stored.uid
    changed = entry.text_key != stored.text_key if moved else entry.content_hash != stored.content_hash
    if stored.changes >= MOST_CHANGES and not newer and not moved:
        return None
    edited: datetime | None = None
    if changed:
        edited = entry.updated if newer and entry.updated is not None and entry.updated <= now else now
    return Update(entry_id=stored.entry_id, entry=entry, edited=edited)


def _outlives(deleted: datetime | None, updated: datetime | None) -> bool:
    """Whether a deletion is later than the last update of its entry (RFC 6721, section 3)."""
    return deleted is None or updated is None or deleted >= updated


def _without_deleted(read: Read, known: Sequence[EntryKey]) -> Read:
    """The document without entries that it declares deleted and that are not stored: they are not inserted, and match no other entry."""
    tombs = {tomb.ref: tomb.when for tomb in read.deleted}
    if not tombs:
        return read
    stored = {entry.uid for entry in known}
    return replace(
        read,
        entries=tuple(
            entry
            for entry in read.entries
            if entry.uid in stored
            or entry.uid not in tombs
            or not isinstance(entry, Entry)
            or not _outlives(tombs[entry.uid], entry.updated or entry.published)
        ),
    )


def _deleted(
    known: Sequence[EntryKey], matches: Sequence[tuple[EntryKey, Entry | UnchangedEntry]], context: DiffContext
) -> set[int]:
    """The rows that the feed's own at:deleted-entry deletes permanently, under the id they had or the one they have now."""
    tombs = {tomb.ref: tomb.when for tomb in context.read.deleted}
    if not tombs:
        return set()
    listed = {stored.entry_id: entry for stored, entry in matches}
    gone: set[int] = set()
    for stored in known:
        entry = listed.get(stored.entry_id)
        ref = next((uid for uid in (entry.uid if entry else "", stored.uid) if uid in tombs), None)
        if ref is None or stored.tombstone:
            continue
        updated = entry.updated if isinstance(entry, Entry) else None
        if _outlives(tombs[ref], updated or stored.updated or stored.published):
            gone.add(stored.entry_id)
    return gone


def _inserts(
    new: Sequence[Entry],
    known: Sequence[EntryKey],
    matches: Sequence[tuple[EntryKey, Entry | UnchangedEntry]],
    context: DiffContext,
    now: datetime,
    *,
    flood: bool,
) -> list[Insert]:
    """New entries with the date that they keep, newest ones marked as news."""
    if not new:
        return []
    listed = [Listed(position=entry.position, date=stored.date) for stored, entry in matches]
    dates = fix_dates(new, () if flood else listed, known, context, now)
    limited = flood or ((context.first_fetch or not known) and not context.planet_first_run)
    ranked = sorted(new, key=lambda entry: entry.position)
    ranked.sort(key=lambda entry: dates[entry.uid][0], reverse=True)
    news = {entry.uid for entry in (ranked[: context.newcomer_entries] if limited else ranked)}
    return [
        Insert(
            entry=entry,
            date=dates[entry.uid][0],
            date_reason=dates[entry.uid][1],
            first_seen=now,
            in_feeds=entry.uid in news,
        )
        for entry in new
    ]


def _withdrawals(
    known: Sequence[EntryKey],
    matches: Sequence[tuple[EntryKey, Entry | UnchangedEntry]],
    inserts: Sequence[Insert],
    context: DiffContext,
    gone: set[int],
    now: datetime,
) -> tuple[list[tuple[int, datetime]], list[int]]:
    """(rows missing from now on, rows withdrawn). An empty document withdraws nothing."""
    if not context.read.entries:
        return [], []
    listed = {stored.entry_id for stored, _ in matches}
    unlisted = [
        entry
        for entry in known
        if entry.entry_id not in listed and entry.entry_id not in gone and not entry.withdrawn and not entry.tombstone
    ]
    if context.read.complete:
        return [], [
            entry.entry_id for entry in unlisted
        ]  # the document says that it holds all there is (RFC 5005 section 2)
    missing: list[tuple[int, datetime]] = []
    withdrawn: list[int] = []
    places = [
        Reached(
            position=entry.position,
            date=stored.date,
            updated=entry.updated if isinstance(entry, Entry) else stored.updated,
            first_seen=stored.first_seen,
        )
        for stored, entry in matches
        if not stored.tombstone and stored.entry_id not in gone
    ]
    places += [
        Reached(position=new.entry.position, date=new.date, updated=new.entry.updated, first_seen=new.first_seen)
        for new in inserts
    ]
    for entry in absent(unlisted, places):
        if entry.missing_since is None:
            missing.append((entry.entry_id, now))
        elif now - entry.missing_since >= PATIENCE:
            withdrawn.append(entry.entry_id)
    return missing, withdrawn
