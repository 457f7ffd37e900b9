"""Match the entries of a document with the stored entries of its feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from planet.model import Entry, EntryKey, Read, UnchangedEntry
from planet.text import body_key, digest
from planet.urls import canonical_key

_DAY = timedelta(days=1)
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """`matches` are the entries of the document that are stored already, `new` those that are not; both in document order."""

    matches: tuple[tuple[EntryKey, Entry | UnchangedEntry], ...]
    new: tuple[Entry, ...]


def recognise(known: Sequence[EntryKey], read: Read) -> Recognised:
    """Match by uid; then the unmatched entries by link, by title and text, and by title and time of publication.

    Each of these counts only where it names one entry on either side: several entries behind one address, or under one yearly title,
    stay apart.
    """
    matches, fresh = _by_uid(known, read)
    more = _by_rules(matches, fresh, known, read)
    matches += more
    taken = {key.entry_id for key, _ in matches}
    recognised = {entry.uid for _, entry in more}
    fresh = [entry for entry in fresh if entry.uid not in recognised]
    renamed = _renamed(fresh, [entry for entry in known if entry.entry_id not in taken])
    matches += [(stored, entry) for entry, stored in renamed]
    corrected = {entry.uid for entry, _ in renamed}
    fresh = [entry for entry in fresh if entry.uid not in corrected]
    return Recognised(
        matches=tuple(sorted(matches, key=lambda match: (match[1].position, match[0].entry_id))),
        new=tuple(sorted(fresh, key=lambda entry: (entry.position, entry.uid))),
    )


def _by_uid(known: Sequence[EntryKey], read: Read) -> tuple[list[tuple[EntryKey, Entry | UnchangedEntry]], list[Entry]]:
    """The entries of the document that are stored under their uid, and those that are stored under none."""
    stored = {entry.uid: entry for entry in sorted(known, key=lambda entry: entry.entry_id, reverse=True)}
    matches: list[tuple[EntryKey, Entry | UnchangedEntry]] = []
    fresh: list[Entry] = []
    taken: set[int] = set()
    for entry in read.entries:
        key = stored.get(entry.uid)
        if key is not None and key.entry_id not in taken:
            taken.add(key.entry_id)
            matches.append((key, entry))
        elif isinstance(entry, Entry) and key is None:
            fresh.append(entry)
    return matches, fresh


def _by_rules(
    matches: Sequence[tuple[EntryKey, Entry | UnchangedEntry]],
    fresh: Sequence[Entry],
    known: Sequence[EntryKey],
    read: Read,
) -> list[tuple[EntryKey, Entry | UnchangedEntry]]:
    """Matches of the fresh entries by the rules other than the uid, applied in turn until none finds a match."""
    taken = {key.entry_id for key, _ in matches}
    as_before = [key for key, entry in matches if isinstance(entry, UnchangedEntry)]
    more: list[tuple[EntryKey, Entry | UnchangedEntry]] = []
    listed = [entry for entry in read.entries if isinstance(entry, Entry)]
    home = canonical_key(read.feed_link)

    def by_link(entry: Entry | EntryKey) -> _Key:
        return (entry.link_key,) if entry.link_key and entry.link_key != home else ()

    rules: tuple[tuple[Callable[[Entry | EntryKey], _Key], bool], ...] = (
        # A link must be unlike every other that the feed has now; a text only unlike those that are not yet recognised.
        (by_link, True),
        (_by_link_and_title, False),
        (_by_text, False),
        (_by_moment, False),
        (_by_body, False),
    )
    progress = len(taken) < len(known)
    while progress and fresh:
        progress = False
        for key_of, everywhere in rules:
            unmatched = [entry for entry in known if entry.entry_id not in taken]
            pairs = _pairs(
                fresh,
                unmatched,
                listed if everywhere else fresh,
                [*unmatched, *(as_before if everywhere else ())],
                key_of,
            )
            more += [(key, entry) for entry, key in pairs]
            taken.update(key.entry_id for _, key in pairs)
            recognised = {entry.uid for entry, _ in pairs}
            fresh = [entry for entry in fresh if entry.uid not in recognised]
            progress = progress or bool(pairs)
    return more


def _by_link_and_title(entry: Entry | EntryKey) -> _Key:
    return (entry.link_key, entry.title_key) if entry.link_key and entry.title_key else ()


def _by_text(entry: Entry | EntryKey) -> _Key:
    """The key of title and text; None without a text: a title alone identifies nothing."""
    if isinstance(entry, Entry) and entry.text_key == digest(entry.title_key, ""):
        return ()
    return (entry.text_key,) if entry.text_key else ()


def _by_moment(entry: Entry | EntryKey) -> _Key:
    return (entry.title_key, entry.published.isoformat()) if entry.title_key and entry.published else ()


def _by_body(entry: Entry | EntryKey) -> _Key:
    """The key of text and time of publication, for an entry whose title and address were corrected."""
    body = body_key(entry.text) if isinstance(entry, Entry) else entry.body_key
    return (body, entry.published.isoformat()) if body and entry.published else ()


def _renamed(fresh: Sequence[Entry], unmatched: Sequence[EntryKey]) -> list[tuple[Entry, EntryKey]]:
    """Entries that came under the title of one that left, a day apart at most: address, hour and a few words were corrected."""
    pairs = _pairs(fresh, unmatched, fresh, unmatched, lambda entry: (entry.title_key,) if entry.title_key else ())
    return [
        (entry, stored)
        for entry, stored in pairs
        if entry.published and stored.published and abs(entry.published - stored.published) <= _DAY
    ]


def _pairs(
    fresh: Sequence[Entry],
    unmatched: Sequence[EntryKey],
    listed: Iterable[Entry],
    stored: Iterable[EntryKey],
    key_of: Callable[[Entry | EntryKey], _Key],
) -> list[tuple[Entry, EntryKey]]:
    """Entries and stored ones that share a key which is theirs alone among `listed` and among `stored`."""
    listed_counts = Counter(key_of(entry) for entry in listed)
    stored_counts = Counter(key_of(entry) for entry in stored)
    by_key = {key_of(entry): entry for entry in unmatched}
    return [
        (entry, by_key[key])
        for entry in fresh
        if (key := key_of(entry)) and key in by_key and listed_counts[key] == 1 and stored_counts[key] == 1
    ]
