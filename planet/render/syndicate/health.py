"""The public state of every feed as JSON: `health.json`, and what `planet status --json` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from planet.model import Artifact, FeedHealth
from planet.render.syndicate.document import Say, rfc3339
from planet.text import digest, xml_safe


def health_rows(health: Sequence[FeedHealth], say: Say) -> list[dict[str, Any]]:
    """One object a feed, in the order of feeds.yaml, with the keys that docs/operations.md names. Times are ISO 8601 UTC, texts translated."""
    return [
        {
            "url": xml_safe(one.url),
            "source": xml_safe(one.source),
            "kind": one.kind,
            "state": one.state,
            "http_status": one.http_status,
            "error": xml_safe(say(one.error)) if one.error else None,
            "error_class": one.error_class,
            "failures": one.failures,
            "last_attempt": _time(one.last_attempt),
            "last_success": _time(one.last_success),
            "next_due": _time(one.next_due),
            "entries": one.entries,
            "effective_url": xml_safe(one.effective_url),
            "advice": xml_safe(say(one.advice)) if one.advice else None,
        }
        for one in health
    ]


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def health_artifact(health: Sequence[FeedHealth], say: Say) -> Artifact:
    """`health.json`. It tells times of runs, so it may change in a run that brought nothing."""
    text = json.dumps(health_rows(health, say), ensure_ascii=False, indent=1) + "\n"
    return Artifact(path="health.json", digest=digest(text), make=text.encode, volatile=True)
