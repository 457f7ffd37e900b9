"""What a change of feeds.yaml (or of the program) changes in what is stored: renamed feeds, removed calendars, classifications, stories."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from planet.ports import Planet
from planet.store import meta
from planet.urls import canonical_key, redacted

if TYPE_CHECKING:
    from planet.model import Classified

log = logging.getLogger(__name__)
REMOVED_AFTER = timedelta(days=30)


def follow_edits(planet: Planet) -> None:
    """Keep the history of a feed whose address was edited in feeds.yaml.

    It may have been edited as the planet advised (it had moved, or was found behind a page), or be spelled otherwise (https, `www.`):
    then it is no newcomer, and its entries keep their dates and ids.
    """
    if planet.store.meta(meta.RULES) == planet.rules_rev:
        return
    rows = planet.store.feeds()
    removed: dict[str, str] = {}
    for key in sorted(rows.keys() - planet.feeds.keys()):
        removed.setdefault(canonical_key(rows[key].state.effective_url or rows[key].state.moved_to or key), key)
    for key in planet.feeds:
        before = removed.pop(canonical_key(key), "") if key not in rows else ""
        if before and canonical_key(key):
            log.info("%s takes the place of %s", redacted(key), redacted(before))
            planet.store.rename_feed(before, key)


def forget_removed_calendars(planet: Planet, now: datetime) -> None:
    """Delete the events of calendars that left feeds.yaml, when they were not asked for `REMOVED_AFTER`.

    Not at once: a line of feeds.yaml that was taken out by mistake must give its past events back, which its server may not list.
    """
    removed = {
        key: row
        for key, row in planet.store.feeds().items()
        if key not in planet.feeds and row.state.last_attempt and row.state.last_attempt < now - REMOVED_AFTER
    }
    if removed and (count := planet.store.forget_events(removed)):
        log.info("%d events of calendars that are no longer in feeds.yaml were deleted", count)


def reclassify(planet: Planet) -> bool:
    """Classify all stored entries again if the rules of feeds.yaml changed. Returns whether they did."""
    if planet.store.meta(meta.RULES) == planet.rules_rev:
        return False
    log.info("feeds.yaml or the program changed: what is stored is classified again")
    # From here on entries are placed by rules that may be others than those of the next run, should this one be killed.
    planet.store.set_meta({meta.RULES: ""})
    planet.store.replace_classifications(_classifications(planet))
    return True


def _classifications(planet: Planet) -> Iterator[tuple[int, Classified]]:
    stored_entries = list(planet.store.stored_entries())
    if not stored_entries:
        return  # a first run: its worker processes have the words of all technologies, this one needs none
    from planet import plugins  # needed after a change of feeds.yaml only
    from planet.classify import Classifier
    from planet.merge.authorship import Authors

    classifier, authors, filters = Classifier(planet.config), Authors(planet.config.sources), plugins.load()
    labels = {key: feed.label for key, (_source, feed) in planet.feeds.items()}
    for stored in stored_entries:
        label = labels.get(stored.feed, stored.feed)
        classification = plugins.classify(filters, classifier, stored.entry, key=stored.feed, feed=label)
        classified = authors.classified(stored.entry, classification, date=stored.date)
        yield stored.entry_id, classified


def regroup(planet: Planet, *, everything: bool) -> tuple[int, ...]:
    """Merge entries that are one story, among those that changed or (when the rules did) all. Gives the rows of new stories."""
    if not everything and not planet.store.needs_grouping():
        return ()
    from planet.merge import stories as merging  # with rapidfuzz; most runs have nothing to merge

    new_stories = planet.store.regroup(merging, everything=everything)
    if everything:
        # Not before: a run that is killed on the way begins again.
        planet.store.set_meta({meta.RULES: planet.rules_rev})
    return new_stories
