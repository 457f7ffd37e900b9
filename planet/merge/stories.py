"""Group entries into stories, and choose the primary copy of each. Pure.

    entries -> candidates (share a key) -> links (a rule holds) -> stories (the best links first, none against a contradiction)

No feed can overwrite another's entry: a story shows one of its copies whole. The same entries give the same stories, whatever the
order they came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

from planet.merge.clusters import Clusters
from planet.merge.keys import candidates, id_key, link_key, merge_keys
from planet.merge.series import same_series
from planet.model import MergeEntry, MergeGroup, MergeLink
from planet.similarity import (
    ENOUGH_WORDS,
    LONG_TEXT,
    NEAR_DAYS,
    ComparedEntry,
    best_similarity,
    counted_apart,
    days_apart,
    plainly_differ,
    text_similarity,
    title_similarity,
)
from planet.urls import canonical_key, host

__all__ = ["find_links", "group", "merge_keys"]

TITLE_NEAR = 88
TEXT_NEAR = 85
AGAIN_DAYS = 60
"""Most days between two publications of the same text: what is published again each year is another story each year."""
_RULES = ("link", "id", "near")
"""From the strongest to the weakest."""


def group(entries: Sequence[MergeEntry], links: Sequence[MergeLink] | None = None) -> tuple[MergeGroup, ...]:
    """The stories of these entries: every entry in exactly one group, the primary copy first, in an order that only depends on them.

    `links` are those between the entries (None: as `find_links` gives them), which must hold, with each entry, all that it is linked
    to; then a story does not depend on what else is given.
    """
    if len(entries) == 1:
        return (MergeGroup(entry_ids=(entries[0].entry_id,)),)
    compared = [ComparedEntry(entry) for entry in sorted(entries, key=_name)]
    number = {item.entry.entry_id: number for number, item in enumerate(compared)}
    clusters: Clusters[MergeLink] = Clusters(len(compared))
    pairs = [
        (sorted((number[link.a], number[link.b])), link)
        for link in (find_links(entries, candidates(entries)) if links is None else links)
    ]
    pairs.sort(key=lambda pair: (_RULES.index(pair[1].rule), -pair[1].score, pair[1].days, pair[0]))
    for (a, b), link in pairs:
        clusters.join(a, b, link, contradict=lambda a, b: _contradict(compared[a], compared[b]))
    groups = [
        MergeGroup(
            entry_ids=tuple(item.entry.entry_id for item in _ordered([compared[member] for member in cluster.members])),
            why=tuple((link.a, link.b, link.rule, link.score) for link in cluster.links),
        )
        for cluster in clusters
    ]
    return tuple(sorted(groups, key=lambda story: min(story.entry_ids)))


def _ordered(cluster: Sequence[ComparedEntry]) -> list[ComparedEntry]:
    return sorted(cluster, key=lambda item: _precedence(item, cluster))


def _name(entry: MergeEntry) -> tuple[str, str, int]:
    """The permanent identity of an entry, independent of its number in the database."""
    return (entry.feed, entry.uid, entry.entry_id)


_Precedence = tuple[bool, bool, bool, bool, float, int, float, int, tuple[str, str, int]]


def _precedence(item: ComparedEntry, cluster: Sequence[ComparedEntry]) -> _Precedence:
    """Sort key of the copies of a story, the primary one first.

    The author's own copy; of several an original before a copy that names its source (atom:source, an id or a link of the other's);
    where nobody owns the site, the first that this planet saw, permanently; then the nearest to the author, the oldest, the order of the
    file.
    """
    entry = item.entry
    copied = False
    if entry.source is not None:
        origin = host(entry.source.feed_url) or host(entry.source.url) or host(entry.source.id)
        copied = bool(origin) and origin != host(entry.feed)
    named = host(entry.id) if canonical_key(entry.id) else ""
    own = bool(entry.owner) or entry.priority == 0
    return (
        not own,
        copied
        or any(
            _credits(item, other) or _credits_elsewhere(item, other, cluster) for other in cluster if other is not item
        ),
        bool(named) and named != item.host,
        not entry.owner,
        entry.first_seen.timestamp() if entry.first_seen else 0.0,
        0 if entry.owner else entry.priority,  # of two on sites of their own the one that was published first
        item.day,
        entry.source_position,
        _name(entry),
    )


def _credits(copy: ComparedEntry, original: ComparedEntry) -> bool:
    """Whether an entry names another, of another source, as its origin: by a link to it, its id, or atom:source.

    Its id does so, too, where it is an address or a tag of the other's site.
    """
    if original.entry.owns_id and not copy.entry.owns_id and copy.entry.id == original.entry.id:
        return True
    theirs = original.entry.link_key
    if not theirs or copy.entry.link_key == theirs or copy.entry.owner == original.entry.owner:
        return False
    if copy.entry.source is not None:
        named = (copy.entry.source.url, copy.entry.source.feed_url, copy.entry.source.id)
        if original.host and any(host(url) == original.host for url in named):
            return True
    return canonical_key(copy.entry.id) == theirs or theirs in copy.link_keys


def _credits_elsewhere(copy: ComparedEntry, original: ComparedEntry, cluster: Sequence[ComparedEntry]) -> bool:
    """Whether the feed of an entry lists the same a second time, at the address that another source has on its own site."""
    theirs = original.entry.link_key
    if (
        not theirs
        or not original.entry.owner
        or copy.entry.owner == original.entry.owner
        or copy.entry.link_key == theirs
    ):
        return False
    return any(
        other.entry.link_key == theirs for other in cluster if other is not copy and other.entry.feed == copy.entry.feed
    )


def _of_two_authors(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether two sources publish these on their own sites, and nothing tells which of them is the copy.

    It is told when one names the other, or when one was published first and not seen later: a date alone is easily claimed.
    """
    if not a.entry.owner or not b.entry.owner or a.entry.owner == b.entry.owner:
        return False
    if _credits(a, b) != _credits(b, a):
        return False
    first_seen = [entry.first_seen or entry.date for entry in (a.entry, b.entry)]
    seen = (first_seen[0] > first_seen[1]) - (first_seen[0] < first_seen[1])
    dated = (a.entry.date > b.entry.date) - (a.entry.date < b.entry.date)
    if a.entry.first_seen is None or b.entry.first_seen is None:
        seen = 0
    return dated == 0 or seen * dated < 0


def find_links(
    entries: Sequence[MergeEntry],
    joining: Mapping[str, Sequence[int]],
    focus: Collection[int] | None = None,
    done: Collection[int] = (),
) -> list[MergeLink]:
    """The pairs of entries that a rule joins, each pair once, by its strongest rule.

    `joining` says which of them are compared (merge key -> entry ids). With `focus`, only pairs with one of these entries are looked at,
    and none with an entry in `done`. The entries must hold all that share a key with one in focus.
    """
    compared = {entry.entry_id: ComparedEntry(entry) for entry in sorted(entries, key=_name)}
    order = {entry_id: number for number, entry_id in enumerate(compared)}
    shared = _shared_addresses(compared.values())
    names = {entry_id: (id_key(item.entry), link_key(item.entry)) for entry_id, item in compared.items()}
    links: dict[tuple[int, int], MergeLink | None] = {}
    for sharing in joining.values():
        for a, b in _pairs([entry_id for entry_id in sharing if entry_id in compared and entry_id not in done], focus):
            pair = (a, b) if order[a] < order[b] else (b, a)
            if pair not in links:
                links[pair] = _link(compared[pair[0]], compared[pair[1]], names[pair[0]], names[pair[1]], shared)
    return [link for link in links.values() if link is not None]


def _pairs(entry_ids: Sequence[int], focus: Collection[int] | None) -> Iterator[tuple[int, int]]:
    """All pairs of these entries in which at least one is in focus."""
    if focus is None:
        yield from combinations(entry_ids, 2)
        return
    inside = [entry_id for entry_id in entry_ids if entry_id in focus]
    yield from combinations(inside, 2)
    yield from product(inside, [entry_id for entry_id in entry_ids if entry_id not in focus])


def _link(
    a: ComparedEntry,
    b: ComparedEntry,
    named: tuple[str, str],
    also: tuple[str, str],
    shared: frozenset[tuple[str, str]],
) -> MergeLink | None:
    match = _rule(a, b, named, also, shared)
    if match is None:
        return None
    return MergeLink(
        a=a.entry.entry_id, b=b.entry.entry_id, rule=match[0], score=round(match[1]), days=days_apart(a, b)
    )


def _shared_addresses(compared: Iterable[ComparedEntry]) -> frozenset[tuple[str, str]]:
    """(feed, address): addresses under which a feed publishes several things, so that they name none of these."""
    listed: dict[tuple[str, str], ComparedEntry] = {}
    shared: set[tuple[str, str]] = set()
    for item in compared:
        if not item.entry.link_key:
            continue
        address = (item.entry.feed, item.entry.link_key)
        first = listed.setdefault(address, item)
        if first is not item and not _are_duplicates(first, item):
            shared.add(address)
    return frozenset(shared)


def _are_duplicates(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether one feed lists one thing twice: nothing that a reader sees distinguishes them, or a long text was repeated."""
    first, second = a.entry, b.entry
    again = first.text_key == second.text_key and first.link_key != second.link_key
    if again and len(a.words) >= LONG_TEXT and days_apart(a, b) <= AGAIN_DAYS:
        return True
    return (
        bool(first.link_key)
        and bool(a.words)
        and first.link_key == second.link_key
        and first.title_key == second.title_key
        and first.text_key == second.text_key
        and first.published is not None
        and first.published == second.published
    )


def _contradict(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether two entries must not be in one story: different entries of one feed."""
    if a.entry.feed == b.entry.feed:
        return not _are_duplicates(a, b)
    return (plainly_differ(a, b) and not same_series(a, b)) or _of_two_authors(a, b)


def _rule(
    a: ComparedEntry,
    b: ComparedEntry,
    named: tuple[str, str],
    also: tuple[str, str],
    shared: frozenset[tuple[str, str]],
) -> tuple[str, float] | None:
    """The strongest rule that joins the two, and their similarity (0 to 100); None if no rule does. `named`, `also`: the keys of their ids and addresses."""
    if a.entry.feed == b.entry.feed:
        return ("link", 100.0) if _are_duplicates(a, b) else None
    if _same_again(a, b):
        return "near", 100.0
    if (
        named[1]
        and named[1] == also[1]
        and not shared & {(a.entry.feed, a.entry.link_key), (b.entry.feed, b.entry.link_key)}
    ):
        return None if plainly_differ(a, b) else ("link", best_similarity(a, b))
    by_id = (named[0] and named[0] in also) or (also[0] and also[0] == named[1])
    if by_id and _same_by_id(a, b):
        return "id", best_similarity(a, b)
    score = _nearly_the_same(a, b)
    if score is not None:
        return "near", score
    return ("near", 90.0) if same_series(a, b) else None


def _same_again(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether an author published a long text again, word for word, or one of the two names the other as its origin."""
    if a.entry.text_key != b.entry.text_key or len(a.words) < LONG_TEXT or days_apart(a, b) > AGAIN_DAYS:
        return False
    same_author = a.entry.source_position == b.entry.source_position
    return same_author or _credits(a, b) or _credits(b, a)


def _same_by_id(a: ComparedEntry, b: ComparedEntry) -> bool:
    """Whether two entries with one id are the same: an id is easily copied, so that title or text must be similar too."""
    if plainly_differ(a, b):
        return False
    titles, texts = title_similarity(a, b), text_similarity(a, b)
    if texts is not None and texts >= 80:
        return True
    return titles is not None and titles >= TITLE_NEAR and (texts is None or texts >= 40 or a.host == b.host)


def _nearly_the_same(a: ComparedEntry, b: ComparedEntry) -> float | None:
    """The similarity (0 to 100) of two entries with nearly the same title and text within days; None for all others."""
    if days_apart(a, b) > NEAR_DAYS or counted_apart(a, b):
        return None
    titles = title_similarity(a, b)
    if titles is None:
        if a.entry.title_key or b.entry.title_key:
            return None
        titles, least = 100.0, 95
    else:
        least = TEXT_NEAR
    if titles < TITLE_NEAR:
        return None
    texts = text_similarity(a, b)
    if texts is None or texts < least:
        return None
    if texts < 100 and min(len(a.words), len(b.words)) < ENOUGH_WORDS:
        return None
    return min(titles, texts)
