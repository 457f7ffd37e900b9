"""Authorship: whose site an entry is on, and how near a copy is to its author. Pure.

A site that feeds.yaml gives to one source is that source's: no copy of another can take the lead of what is published there. A host
that several sources share (a platform for blogs) belongs to the one whose page lies above the address, else to nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from planet.merge.keys import merge_keys
from planet.model import Authorship, Classification, Classified, Entry, KeyParts, Source
from planet.urls import host, host_and_path

_TAG = re.compile(r"tag:([^,:/]+),", re.IGNORECASE)


class Authors:
    """The sites of the sources of feeds.yaml."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = {source.slug: (position, source) for position, source in enumerate(sources)}
        self._sites: dict[str, dict[str, str]] = defaultdict(dict)
        """Host -> source -> the path of its page there, "" when only a feed of it is there."""
        for source in (source for _, source in self._sources.values()):
            for url in (*(feed.url for feed in source.feeds), source.url):
                name, path = host_and_path(url)
                if name and (url == source.url or source.slug not in self._sites[name]):
                    self._sites[name][source.slug] = path.rstrip("/") if url == source.url else ""

    def owner(self, url: str) -> str:
        """Slug of the source whose site an address is on, "" when that is nobody's or not sure."""
        name, path = host_and_path(url)
        sites = self._sites.get(name, {})
        if len(sites) < 2:
            return next(iter(sites), "")
        above = {slug: len(site) for slug, site in sites.items() if site and f"{path}/".startswith(f"{site}/")}
        longest = [slug for slug, length in above.items() if length == max(above.values())]
        return longest[0] if len(longest) == 1 else ""

    def _owner_of_id(self, identifier: str) -> str:
        tag = _TAG.match(identifier)
        return self.owner(f"https://{tag[1]}/" if tag else identifier)

    def of(self, entry: Entry, classification: Classification) -> Authorship:
        """The authorship of an entry that these sources show; one that no source shows comes last."""
        shown_by = [self._sources[slug] for slug, _ in classification.sources if slug in self._sources]
        slugs = {source.slug for _, source in shown_by}
        priorities = [(copy_priority(source, entry.link), position) for position, source in shown_by]
        priority, position = min(priorities, default=(3, len(self._sources)))
        owner = self.owner(entry.link)
        return Authorship(
            priority=priority,
            source_position=position,
            owner=owner if owner in slugs else "",
            owns_id=self._owner_of_id(entry.id.strip()) in slugs,
        )

    def classified(
        self, entry: Entry, classification: Classification, *, date: datetime, parts: KeyParts | None = None
    ) -> Classified:
        """What is stored beside an entry: who shows it and wrote it, and the keys by which it may join a story (see `merge_keys`)."""
        keys = merge_keys(entry, date, parts)
        return Classified(classification=classification, authorship=self.of(entry, classification), keys=keys)


def copy_priority(source: Source, link: str) -> int:
    """How near a copy is to its author: 0 a member's own site, 1 a member, 2 a group. `link` is the entry's.

    A site is a member's own when it is the member's page, or where one of the member's feeds comes from.
    """
    if source.kind == "group":
        return 2
    own = {host(source.url), *(host(feed.url) for feed in source.feeds)} - {""}
    return 0 if host(link) in own else 1
