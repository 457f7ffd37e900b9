"""Telling a WebSub hub that feeds changed (W3C WebSub section 7; the form is that of the hubs in use)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from planet.model import Message
from planet.urls import redacted

Post = Callable[[str, bytes, str], int]
"""(URL, body, media type) -> HTTP status, 0 when there was no answer."""
FEEDS = ("atom.xml", "rss.xml", "feed.json")


def changed_feeds(site: str, written: Sequence[str]) -> tuple[str, ...]:
    """The URLs of the feeds among the files that were written; archives and members' feeds have no hub."""
    return tuple(
        site + path
        for path in written
        if path.rpartition("/")[2] in FEEDS and not path.startswith(("archive/", "members/"))
    )


def ping(hub: str, feed_urls: Sequence[str], post: Post) -> tuple[Message, ...]:
    """Tell the hub of every feed, in one request each. Gives a warning when it does not want to hear it."""
    for url in feed_urls:
        body = urlencode({"hub.mode": "publish", "hub.url": url, "hub.topic": url}).encode()
        status = post(hub, body, "application/x-www-form-urlencoded")
        if not 200 <= status < 300:
            answer = f"HTTP {status}" if status else "no answer"
            return (
                Message.of("the hub {hub} was not told of new stories: {answer}", hub=redacted(hub), answer=answer),
            )
    return ()
