"""Logging, with the URLs of unlisted feeds masked."""

from __future__ import annotations

import logging

from planet.model import Config


class _MaskUnlisted(logging.Filter):
    """Replaces addresses in whatever is logged."""

    def __init__(self, labels: dict[str, str]) -> None:
        super().__init__()
        self._labels = labels

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        for address, label in self._labels.items():
            text = text.replace(address, label)
        record.msg, record.args = text, ()
        return True


def mask_unlisted(config: Config) -> None:
    """From now on, show the label of each unlisted feed in place of its address."""
    labels = {
        address: feed.label
        for source in config.sources
        for feed in source.feeds
        if feed.unlisted
        for address in (feed.url, feed.key, feed.configured)
    }
    labels |= {reading_list.url: reading_list.label for reading_list in config.lists if reading_list.unlisted}
    if labels:
        longest_first = dict(sorted(labels.items(), key=lambda pair: -len(pair[0])))
        for handler in logging.getLogger().handlers:
            handler.addFilter(_MaskUnlisted(longest_first))
