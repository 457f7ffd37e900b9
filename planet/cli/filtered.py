"""Count the stored entries that the filters of feeds.yaml exclude."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from planet.cli.context import Context
from planet.model import Config, Filter, Message


@dataclass(slots=True)
class _Counts:
    """Stored entries of one feed."""

    kept: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    """Number of entries by the rule that excludes them."""
    unnamed: int = 0
    """Number of entries whose feed names no language."""
    unknown: int = 0
    """Number of entries without a named language and without one recognised in the text."""


def filtered(ctx: Context, config: Config) -> Iterator[Message]:
    """A line for each feed of which filters exclude stored entries, and for each rule of `hide` that matches nothing."""
    filters = _filters(config)
    feeds = {key: pair for key, pair in config.feeds_by_key().items() if filters[key]}
    if not feeds and not config.hide:
        return
    counts = _counts(ctx, config)
    for key, (source, feed) in feeds.items():
        count = counts[key]
        if count.kept or count.taken:
            yield Message.of(
                "{source}: {feed}: {kept} of {all} stored entries are shown ({rules})",
                source=source.name, feed=feed.label, kept=count.kept, all=count.kept + count.taken.total(),
                rules="; ".join(f"{why}: {number}" for why, number in count.taken.most_common()) or "-",
            )  # fmt: skip
        if count.unnamed and any(map(_asks_for_a_language, filters[key])):
            yield Message.of(
                "{source}: {feed}: {unnamed} stored entries name no language; it was found in the text of {found}, and `language` rules never match the others",
                source=source.name, feed=feed.label, unnamed=count.unnamed, found=count.unnamed - count.unknown,
            )  # fmt: skip
    hidden = {why for count in counts.values() for why in count.taken}
    if any(count.kept or count.taken for count in counts.values()):
        for pattern in config.hide:
            if f"hide: {pattern}" not in hidden:
                yield Message.of("hide: nothing that is stored is called {pattern}", pattern=pattern)


def _filters(config: Config) -> dict[str, list[Filter]]:
    """The filters that each feed passes, by its key: the planet's, its source's, its own."""
    site = config.site
    return {
        feed.key: [
            rule
            for rule in (site.include, site.exclude, source.include, source.exclude, feed.include, feed.exclude)
            if rule
        ]
        for source in config.sources
        for feed in source.feeds
    }


def _counts(ctx: Context, config: Config) -> dict[str, _Counts]:
    """The stored entries of each feed, counted by the rule that hides them, by the key of the feed."""
    from planet.classify import Classifier  # only where something is filtered

    classifier = Classifier(config)
    counts: dict[str, _Counts] = defaultdict(_Counts)
    with ctx.store() as store:
        for stored in store.stored_entries():
            count = counts[stored.feed]
            count.unnamed += stored.entry.language_found or not stored.entry.language
            count.unknown += not stored.entry.language
            if why := classifier.classify(stored.entry, stored.feed).hidden:
                count.taken[why] += 1
            else:
                count.kept += 1
    return counts


def _asks_for_a_language(rules: Filter) -> bool:
    """Whether a rule asks for a language, alone or together with others."""
    return bool(rules.language) or any(map(_asks_for_a_language, rules.all))
