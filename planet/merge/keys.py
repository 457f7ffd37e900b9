"""Merge keys: entries that could be one story share at least one. Pure.

Two entries are only compared when they share a key, so a key must be rare: an id, an address that is no home page, a title or a few
words of a text within a month.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

from planet.merge.series import SERIES_DAYS, series_key, title_words
from planet.model import Entry, KeyParts, MergeEntry
from planet.model.story import MERGE_TEXT, common_to
from planet.similarity import ENOUGH_WORDS, LONG_TEXT, NEAR_DAYS, shingles, words
from planet.urls import canonical_key

SPAN = 30
"""Days of a period of the keys with a date. An entry in the last NEAR_DAYS days of a period has the key of the next one too."""
HEAD = 400
"""Characters at the beginning of a text that keys are made from: a summary has them too."""
SAMPLES = 3
"""Keys from a text (MinHash): two texts whose three-word sequences have a Jaccard similarity of J share a key with probability 1 - (1 - J)^3."""
_SALTS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
_TITLE = 16
"""Shortest title (letters) that makes a key by itself: "Bilan 2025" does not, "Migrer vers Symfony 7" does."""


def is_home(link_key: str) -> bool:
    """Whether an address is the home page of a site, which is no address of a single post."""
    return "/" not in link_key and "?" not in link_key and "#" not in link_key


def with_fragment(address: str, identifier: str) -> str:
    """The canonical address of an id with its fragment, which tells ids apart as it does not tell pages apart."""
    _, mark, fragment = identifier.partition("#")
    return address if not mark or address.endswith(f"#{fragment}") else f"{address}#{fragment}"


def _hashed(kind: str, *parts: str) -> str:
    return kind + blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()


def id_key(entry: Entry | MergeEntry) -> str:
    """The key of its id, "" without one. A bare number or word is only an id together with the title."""
    identifier = entry.id.strip()
    address = entry.link_key if identifier == entry.link else canonical_key(identifier)
    if address:
        return "" if is_home(address) else _hashed("u", with_fragment(address, identifier))
    if not identifier:
        return ""
    unique = len(identifier) >= 12 and any(mark in identifier for mark in ":/-@")
    return _hashed("i", identifier) if unique else _hashed("i", identifier, entry.title_key)


def link_key(entry: Entry | MergeEntry) -> str:
    """The key of its address, "" without one of its own. An id that is an address has the same key."""
    return "" if not entry.link_key or is_home(entry.link_key) else _hashed("u", entry.link_key)


def _buckets(date: datetime, days: int = NEAR_DAYS) -> tuple[str, ...]:
    day = int(date.timestamp() / 86400)
    bucket = day // SPAN
    return (str(bucket), str(bucket + 1)) if day % SPAN >= SPAN - days - 1 else (str(bucket),)


def key_parts(entry: Entry | MergeEntry) -> KeyParts:
    """The parts of an entry's merge keys that do not depend on its final date: the costly part, computed in the process that reads it."""
    text = entry.text[:MERGE_TEXT]
    fixed = {id_key(entry), link_key(entry)}
    near: list[tuple[str, str]] = []
    if len(entry.title_key) >= _TITLE:
        near.append(("n", entry.title_key))
    if different := title_words(entry.title):
        near.append(("o", " ".join(different)))
    head_words = words(text[:HEAD])
    if len(head_words) >= ENOUGH_WORDS:
        head = shingles(head_words)
        near += [("w", str(min(number * salt & 0xFFFFFFFF for number in head))) for salt in _SALTS[:SAMPLES]]
    if name := series_key(entry.title):
        near.append(("s", name))
    if head_words:
        near.append(("t", entry.text_key))  # an exact copy is found whatever else shares its words
    if len(words(text)) >= LONG_TEXT:
        fixed.add(_hashed("x", entry.text_key))
    return KeyParts(fixed=tuple(sorted(fixed - {""})), near=tuple(near))


def merge_keys(entry: Entry | MergeEntry, date: datetime, parts: KeyParts | None = None) -> tuple[str, ...]:
    """The keys under which an entry is found: two entries that could be one story share at least one. In no order, none twice.

    Some six short strings an entry; the same entry always has the same. `parts`: what `key_parts` gave, where that is known.
    """
    parts = parts or key_parts(entry)
    near = {
        _hashed(kind, what, bucket)
        for kind, what in parts.near
        for bucket in _buckets(date, SERIES_DAYS if kind == "s" else NEAR_DAYS)
    }
    return tuple(sorted(near.union(parts.fixed)))


def candidates(entries: Iterable[MergeEntry]) -> dict[str, list[int]]:
    """Which entries are compared: merge key -> ids of the entries that it may join, two at least."""
    holders: dict[str, list[MergeEntry]] = defaultdict(list)
    for entry in entries:
        for key in merge_keys(entry, entry.date):
            holders[key].append(entry)
    joining = {}
    for key, sharing in holders.items():
        common = common_to(Counter(entry.feed for entry in sharing))
        if "" not in common:
            joining[key] = [entry.entry_id for entry in sharing if entry.feed not in common]
    return {key: sharing for key, sharing in joining.items() if len(sharing) > 1}
