"""Notify a WebSub hub of changed feeds (W3C WebSub section 7; the form is that of the hubs in use)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from planet.formats import with_hub
from planet.model import FetchError, Message
from planet.notify.channel import back_off, is_waiting
from planet.urls import redacted

Form = Sequence[tuple[str, str]]
Post = Callable[[str, Form], int | FetchError]
"""(URL, fields of the form) -> HTTP status, or why there was no answer."""
TOGETHER = 50
"""Feeds in one request, where the hub takes many (`hub.url` may be repeated: PubSubHubbub 0.3, section 7.1)."""
WAITING = 500
"""Most feeds that wait for a hub that does not answer; older ones are dropped."""
_ONE_ONLY = frozenset({400, 413, 414, 422})
"""Answers to a request with many feeds that one with a single feed may not get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """The stored state of a hub. `single`: it does not accept several feeds in one request."""

    waiting: tuple[str, ...] = ()
    fault: str = ""
    tries: int = 0
    retry_at: datetime | None = None
    single: bool = False

    def to_text(self) -> str:
        """As it is stored: JSON, "" for nothing."""
        if self == Hub():
            return ""
        return json.dumps(asdict(self) | {"retry_at": self.retry_at.isoformat() if self.retry_at else None})


def read_hub(text: str) -> Hub:
    """The stored state of a hub; an empty one where it cannot be read."""
    try:
        stored = json.loads(text)
        retry_at = stored.get("retry_at")
        return Hub(
            waiting=tuple(map(str, stored["waiting"])),
            fault=str(stored.get("fault", "")),
            tries=int(stored.get("tries", 0)),
            retry_at=datetime.fromisoformat(retry_at) if retry_at else None,
            single=bool(stored.get("single", False)),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Hub()


def notify_hub(
    hub: str,
    urls: Sequence[str],
    state: str,
    now: datetime,
    *,
    post: Post,
    save: Callable[[str], None],
) -> tuple[Message, ...]:
    """Notify the hub of changed feeds, and of those whose notification failed before.

    `state` is what `save` was given last, "" at first. A hub that does not answer is warned of once, and asked again with growing
    pauses. A feed may be told twice, which costs the hub one request for it: only then is none lost.
    """
    known = read_hub(state)
    waiting = tuple(dict.fromkeys((*known.waiting, *urls)))[-WAITING:]
    current = replace(known, waiting=waiting)
    if waiting != known.waiting:
        save(current.to_text())
    if not waiting or is_waiting(known.retry_at, now):
        return ()
    current = _ping(hub, current, post)
    if current.fault:
        current = replace(current, tries=known.tries + 1, retry_at=now + back_off(known.tries))
    save(current.to_text())
    if not current.fault or current.fault == known.fault:
        return ()
    return (Message.of("the hub {hub} was not told of new stories: {answer}", hub=redacted(hub), answer=current.fault),)


def feeds_of(site: str, paths: Sequence[str]) -> tuple[str, ...]:
    """The addresses of the files among `paths` that name the hub. `site` ends with a slash."""
    return tuple(site + path for path in with_hub(paths))


def _ping(hub: str, current: Hub, post: Post) -> Hub:
    """Send the waiting notifications; returns the state with those that are left and the reason."""
    while current.waiting:
        together = current.waiting[: 1 if current.single else TOGETHER]
        form = [("hub.mode", "publish")]
        for url in together:
            form += [("hub.url", url), ("hub.topic", url)]
        answer = post(hub, form)
        if isinstance(answer, int) and 200 <= answer < 300:
            current = replace(current, waiting=current.waiting[len(together) :], fault="", tries=0, retry_at=None)
        elif answer in _ONE_ONLY and len(together) > 1:
            current = replace(current, single=True)
        else:
            return replace(current, fault=f"HTTP {answer}" if isinstance(answer, int) else answer.kind)
    return current
