"""Telling a WebSub hub that feeds changed (W3C WebSub section 7; the form is that of the hubs in use)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from planet.formats import with_hub
from planet.model import FetchError, Message
from planet.urls import redacted

Post = Callable[[str, Mapping[str, str]], int | FetchError]
"""(URL, form) -> HTTP status, or why there was no answer."""


def ping(hub: str, feed_urls: Sequence[str], post: Post) -> tuple[Message, ...]:
    """Tell the hub of every feed, in one request each. Gives a warning at the first that it does not want to hear of."""
    for url in feed_urls:
        answer = post(hub, {"hub.mode": "publish", "hub.url": url, "hub.topic": url})
        if isinstance(answer, int) and 200 <= answer < 300:
            continue
        why = f"HTTP {answer}" if isinstance(answer, int) else answer.kind
        return (Message.of("the hub {hub} was not told of new stories: {answer}", hub=redacted(hub), answer=why),)
    return ()


def tell_hub(
    hub: str, site: str, paths: Sequence[str], state: str, *, post: Post, save: Callable[[str], None]
) -> tuple[Message, ...]:
    """Ping the hub for the feeds among `paths`, and for those that it would not hear of before.

    `state` is what `save` was given last, "" at first. A hub that is away is warned of once, and told again by each run until it
    answers, for its subscribers do not poll.
    """
    waiting, warned = _read(state)
    urls = tuple(dict.fromkeys((*waiting, *(site + path for path in with_hub(paths)))))
    if not urls:
        return ()
    warnings = ping(hub, urls, post)
    warning = str(warnings[0]) if warnings else ""
    kept = json.dumps({"waiting": urls, "warned": warning}) if warnings else ""
    if kept != state:
        save(kept)
    return () if warning == warned else warnings


def _read(state: str) -> tuple[tuple[str, ...], str]:
    try:
        fields = json.loads(state)
        return tuple(map(str, fields["waiting"])), str(fields["warned"])
    except (ValueError, KeyError, TypeError):
        return (), ""
