"""The state of a channel between runs, stored as one text for each rule of `notify:`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from planet.model import NotifyRule
from planet.text import digest

Kind = Literal["story", "event", "moved", "cancelled", "reminder", "newcomer", "news", "more"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to announce. `digest` is the day of the digest that it belongs to, "" for what is sent at once."""

    kind: Kind
    story: int = 0
    event: str = ""
    source: str = ""
    """Slug of the source, for a new source and for items beyond a share."""
    text: str = ""
    """The sentence of a notice, in the language of the planet."""
    digest: str = ""
    count: int = 0
    """Number of items of the source beyond its share."""
    events: bool = False
    """Whether these are events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """All up to story `story_id` is in the queue or was sent (None: there was no story yet). `at`: the last digest.

    Stories are numbered as they arrive and keep their number, so an old post that moves, merges or returns is not sent again.
    """

    story_id: int | None
    at: datetime
    events: Mapping[str, tuple[str, str, str]] | None = None
    """Event -> its start, status and place, as they were when it was looked at last. None: events were never looked at."""
    reminded: tuple[str, ...] = ()
    """Marks of the reminders that were given, and of the events that a digest named."""
    later: tuple[int, ...] = ()
    """Stories of the week that had begun when the digest of the week before was made."""
    queue: tuple[Item, ...] = ()
    dropped: int = 0
    """Number of items dropped from a full queue since the last delivery."""
    fault: str = ""
    """Why the last delivery failed, "" when it did not."""
    tries: int = 0
    retry_at: datetime | None = None
    day: str = ""
    spent: Mapping[str, int] = field(default_factory=dict)
    """How much of its share was sent at once on that day: source -> stories, and events."""
    away: bool = False
    """Its rule is not in feeds.yaml."""

    def to_text(self) -> str:
        """As it is stored: JSON."""
        fields = asdict(self)
        fields["at"] = self.at.astimezone(UTC).isoformat()
        fields["retry_at"] = self.retry_at.astimezone(UTC).isoformat() if self.retry_at else None
        fields["queue"] = [
            {name: value for name, value in asdict(item).items() if value or name == "kind"} for item in self.queue
        ]
        return json.dumps(fields, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHealth:
    """A channel as `planet status` shows it. It is named by the line of feeds.yaml, for its URL may hold a secret."""

    line: int
    waiting: int = 0
    dropped: int = 0
    fault: str = ""
    retry_at: datetime | None = None


BACK_OFF = timedelta(minutes=15)
"""After a first failure; twice as long after each further one, at most a day."""
LONGEST_BACK_OFF = timedelta(days=1)


def back_off(tries: int) -> timedelta:
    """How long to wait after a failure that followed `tries` others."""
    return min(BACK_OFF * (1 << min(tries, 10)), LONGEST_BACK_OFF)


def is_waiting(retry_at: datetime | None, now: datetime) -> bool:
    """Whether a pause lasts. None is longer than a day: one that ends later was begun by a clock that was wrong."""
    return retry_at is not None and now < retry_at <= now + LONGEST_BACK_OFF


def rule_key(rule: NotifyRule) -> str:
    """The name under which a rule's state is stored: a hash, because its URL may hold a secret."""
    parts = [rule.url, rule.every, *sorted(rule.technologies)]
    for name, values in (("groups", rule.groups), ("members", rule.members)):
        parts += [name, *sorted(values)] if values else []
    return digest(*parts)


def read_channel(text: str) -> Channel | None:
    """The stored state of a rule; None where there is none that can be read. The form of version 1.0.0 is read too."""
    try:
        stored: dict[str, Any] = json.loads(text)
        retry_at = stored.get("retry_at")
        events = stored.get("events")
        story = stored.get("story_id", stored.get("row"))
        return Channel(
            story_id=None if story is None else int(story),
            at=datetime.fromisoformat(stored["at"]),
            events=None if events is None else {str(name): tuple(map(str, values)) for name, values in events.items()},  # type: ignore[misc]
            reminded=tuple(map(str, stored.get("reminded", ()))),
            later=tuple(map(int, stored.get("later", ()))),
            queue=tuple(Item(**item) for item in stored.get("queue", ())),
            dropped=int(stored.get("dropped", 0)),
            fault=str(stored.get("fault", "")),
            tries=int(stored.get("tries", 0)),
            retry_at=datetime.fromisoformat(retry_at) if retry_at else None,
            day=str(stored.get("day", "")),
            spent={str(name): int(count) for name, count in stored.get("spent", {}).items()},
            away=bool(stored.get("away", False)),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def channel_health(rules: Sequence[NotifyRule], state: Mapping[str, str]) -> tuple[ChannelHealth, ...]:
    """The queue of each channel, in the order of feeds.yaml."""
    channels = []
    for rule in rules:
        channel = read_channel(state.get(rule_key(rule), ""))
        if channel is None:
            channels.append(ChannelHealth(line=rule.line))
        else:
            channels.append(
                ChannelHealth(
                    line=rule.line,
                    waiting=len(channel.queue),
                    dropped=channel.dropped,
                    fault=channel.fault,
                    retry_at=channel.retry_at,
                )
            )
    return tuple(channels)
