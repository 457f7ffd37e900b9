"""The public state of every feed as JSON: `health.json`, and what `planet status --json` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from planet.i18n import Say, Translator
from planet.model import Artifact, FeedCounts, FeedHealth, Site
from planet.text import digest, xml_safe
from planet.when import rfc3339


def health_rows(health: Sequence[FeedHealth], say: Say) -> list[dict[str, Any]]:
    """One object a feed, in the order of feeds.yaml, with the keys that docs/operations.md names. Times are ISO 8601 UTC, texts translated."""
    return [
        {
            "url": xml_safe(feed.url),
            "source": xml_safe(feed.source),
            "kind": feed.kind,
            "state": feed.state,
            "http_status": feed.http_status,
            "error": xml_safe(say(feed.error)) if feed.error else None,
            "error_class": feed.error_class,
            "failures": feed.failures,
            "last_attempt": _time(feed.last_attempt),
            "last_success": _time(feed.last_success),
            "next_due": _time(feed.next_due),
            "entries": feed.entries,
            "last_new": _time(feed.last_new),
            "counts": _counts(feed.counts),
            "effective_url": xml_safe(feed.effective_url),
            "advice": xml_safe(say(feed.advice)) if feed.advice else None,
        }
        for feed in health
    ]


def _counts(counts: FeedCounts) -> dict[str, int]:
    return {
        "found": counts.entries,
        "shown": counts.shown,
        "merged": counts.merged,
        "filtered": counts.filtered,
        "hidden": counts.hidden,
        "withdrawn": counts.withdrawn,
    }


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def health_artifact(health: Sequence[FeedHealth], say: Say) -> Artifact:
    """`health.json`. It shows times of runs, so it may change in a run without news."""
    text = json.dumps(health_rows(health, say), ensure_ascii=False, indent=1) + "\n"
    return Artifact(path="health.json", digest=digest(text), make=text.encode, volatile=True)


def health_of(health: Sequence[FeedHealth], site: Site) -> Artifact:
    """`health.json` in the planet's language."""
    return health_artifact(health, Translator(site.language, catalogue=site.catalogue).say)
