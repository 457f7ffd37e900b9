"""What a document changes in what is stored of its feed: decided here, written by the store. Pure.

    recognise -> matched: seen, updated, restored    -> new: dated, guarded against floods    -> not listed: missing, withdrawn

The rules in words: docs/behaviour.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from planet.merge.recognise import recognise
from planet.merge.withdrawal import PATIENCE, Listed, absent
from planet.model import Changes, DiffContext, Entry, EntryKey, Insert, Message, Read, UnchangedEntry, Update

FLOOD = 10
"""So many unknown entries at once, on a feed with a history, are a flood when next to nothing else is listed."""
MOST_CHANGES = 24
"""After so many changes without a new date of update, a text that changes again is a clock or an advertisement."""
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


def diff(known: Sequence[EntryKey], context: DiffContext, now: datetime) -> Changes:
    """What a document does to the stored entries of its feed, `known`, in any order.

    An entry that was deleted for good (`tombstone`) is recognised and left alone. Nothing here moves an entry that has its date.
    """
    read = context.read
    known = sorted(known, key=lambda entry: entry.entry_id)
    recognised = recognise(known, _without_the_dead(read, known))
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
    new = recognised.new
    matched = len(recognised.matches)
    flood = bool(known) and not context.first_fetch and len(new) >= FLOOD and matched * 10 <= len(new)
    inserts = _inserts(new, known, context, now, flood=flood)
    missing, withdrawn = _withdrawals(known, recognised.matches, inserts, context, gone, now)
    warnings: tuple[Message, ...] = ()
    if flood:
        warnings = (
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
        flood=flood,
        warnings=warnings,
    )


def _update(stored: EntryKey, entry: Entry | UnchangedEntry, now: datetime) -> Update | None:
    """What a known entry says differently; None when it says the same, or only pretends to say something else."""
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


def _outlives(deleted: datetime | None, said: datetime | None) -> bool:
    """Whether a deletion is younger than what it deletes (RFC 6721, section 3)."""
    return deleted is None or said is None or deleted >= said


def _without_the_dead(read: Read, known: Sequence[EntryKey]) -> Read:
    """The document without entries that it declares deleted and that were never seen: they do not come, and are nobody else."""
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
    """The rows that the feed's own at:deleted-entry takes away for good, under the id they had or the one they have now."""
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
        said = entry.updated if isinstance(entry, Entry) else None
        if _outlives(tombs[ref], said or stored.updated or stored.published):
            gone.add(stored.entry_id)
    return gone


def _claimed(entry: Entry, now: datetime) -> tuple[datetime, str] | None:
    """The date an entry gives itself, never after now; None when it gives none."""
    value, reason = next(
        (
            (value, reason)
            for value, reason in (
                (entry.published, "published"),
                (entry.updated, "updated"),
                (entry.url_date, "url"),
            )
            if value is not None
        ),
        (None, ""),
    )
    if value is None:
        return None
    if value > now:
        return now, "first seen"
    if entry.date_only and now - value < _DAY and value.date() == now.date():
        return now, reason  # a day without an hour: today's is now, not last midnight
    return value, reason


def _inserts(
    new: Sequence[Entry], known: Sequence[EntryKey], context: DiffContext, now: datetime, *, flood: bool
) -> list[Insert]:
    """New entries with the date that they keep, newest ones marked as news."""
    if not new:
        return []
    newcomer = context.first_fetch or not known
    claims = {entry.uid: _claimed(entry, now) for entry in new}
    undated = [entry for entry in new if claims[entry.uid] is None]
    dates: dict[str, tuple[datetime, str]] = {uid: claim for uid, claim in claims.items() if claim is not None}
    limited = flood or (newcomer and not context.planet_first_run)
    if newcomer:
        start, reason = _behind_the_dated(dates, context, now)
    else:
        start, reason = now, "first seen"
    for place, entry in enumerate(undated):
        dates[entry.uid] = _before(start, place), reason
    ranked = sorted(new, key=lambda entry: entry.position)
    ranked.sort(key=lambda entry: dates[entry.uid][0], reverse=True)
    news = {entry.uid for entry in (ranked[: context.newcomer_entries] if limited else ranked)}
    if flood:
        _settle_flood([entry for entry in ranked if entry.uid not in news], dates, known, claims)
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


def _before(start: datetime, seconds: int) -> datetime:
    return max(_EARLIEST, start - seconds * _SECOND)


def _behind_the_dated(
    dates: dict[str, tuple[datetime, str]], context: DiffContext, now: datetime
) -> tuple[datetime, str]:
    """Where the undated entries of a first fetch start: at the document's own date, and behind all that are dated."""
    own = context.read.feed_date
    start, reason = (own, "feed") if own is not None and own <= now else (now, "first seen")
    if dates:
        start = min(start, min(date for date, _ in dates.values()) - _SECOND)
    return start, reason


def _settle_flood(
    rest: Sequence[Entry],
    dates: dict[str, tuple[datetime, str]],
    known: Sequence[EntryKey],
    claims: dict[str, tuple[datetime, str] | None],
) -> None:
    """Those of a flood that are no news keep the date they claim, or go behind what is known of the feed.

    Dates that ten or more share within an hour are those of a machine, not of posts: they count as none.
    """
    moments = sorted(date for claim in claims.values() if claim is not None for date in claim[:1])
    crowded = {
        moment
        for first, last in zip(moments, moments[FLOOD - 1 :], strict=False)
        if last - first <= _HOUR
        for moment in (m for m in moments if first <= m <= last)
    }
    start = min(entry.date for entry in known) - _SECOND
    place = 0
    for entry in rest:
        claim = claims[entry.uid]
        if claim is None or (claim[0] in crowded and claim[0] >= start):
            dates[entry.uid] = _before(start, place), "flood"
            place += 1


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
        Listed(
            position=entry.position,
            date=stored.date,
            updated=entry.updated if isinstance(entry, Entry) else stored.updated,
            first_seen=stored.first_seen,
        )
        for stored, entry in matches
        if not stored.tombstone and stored.entry_id not in gone
    ]
    places += [
        Listed(position=new.entry.position, date=new.date, updated=new.entry.updated, first_seen=new.first_seen)
        for new in inserts
    ]
    for entry in absent(unlisted, places):
        if entry.missing_since is None:
            missing.append((entry.entry_id, now))
        elif now - entry.missing_since >= PATIENCE:
            withdrawn.append(entry.entry_id)
    return missing, withdrawn
