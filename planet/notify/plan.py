"""Who is to be told what, and when. Pure: what was told is handed in and out, as one short text for each rule."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from planet.model import Event, IndexRow, NotifyRule
from planet.text import digest

MORNING = timedelta(hours=8)
"""A digest goes out with the first run after eight in the morning, planet time; the week's on Monday."""
AHEAD = {"day": timedelta(days=1), "week": timedelta(days=7)}
"""How far ahead a digest names events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a rule was told: all stories up to number `story_id`, at `at`. `fault`: why the last try failed, "" when it did not.

    Stories are numbered as they arrive and keep their number, so an old post that moves, merges or returns is not told again.
    """

    story_id: int
    at: datetime
    fault: str = ""

    def to_text(self) -> str:
        return json.dumps({"row": self.story_id, "at": self.at.astimezone(UTC).isoformat(), "fault": self.fault})


def read_sent(text: str) -> Sent | None:
    """What was kept for a rule; None for nothing, or nothing that can be read."""
    try:
        held = json.loads(text)
        return Sent(story_id=int(held["row"]), at=datetime.fromisoformat(held["at"]), fault=str(held.get("fault", "")))
    except (ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to send: `rows` are new stories, newest first, `events` what is coming. `after` is kept once it is sent."""

    rule: NotifyRule
    key: str
    rows: tuple[int, ...]
    events: tuple[Event, ...]
    before: Sent
    after: Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`deliveries` to try, and what else is to be kept: rule key -> text."""

    deliveries: tuple[Delivery, ...] = ()
    keep: Mapping[str, str]


def rule_key(rule: NotifyRule) -> str:
    """What a rule is remembered by. Its URL may hold a secret, so only a hash of it is kept."""
    return digest(rule.url, rule.every, *sorted(rule.technologies))


def plan(
    rules: Sequence[NotifyRule],
    index: Sequence[IndexRow],
    events: Sequence[Event],
    state: Mapping[str, str],
    now: datetime,
    timezone: str,
) -> Plan:
    """What each rule is to be told now.

    A rule that was never told anything starts silent, with what there is then. A planet without stories has no news: its rules start
    with its first stories. A rule that left feeds.yaml is forgotten, so that one that comes back starts silent. Stories that may not enter the feeds (the flood guard) are no news either.
    """
    keys = {rule_key(rule) for rule in rules}
    keep = {key: "" for key, text in state.items() if text and key not in keys}
    if not index:
        return Plan(keep=keep)
    zone = ZoneInfo(timezone)
    newest = max(row.story_id for row in index)
    deliveries: list[Delivery] = []
    for rule in rules:
        key = rule_key(rule)
        sent = read_sent(state.get(key, ""))
        if sent is None:
            keep[key] = Sent(story_id=newest, at=now).to_text()
            continue
        if any(delivery.key == key for delivery in deliveries) or not _is_due(rule, sent, now, zone):
            continue
        rows = tuple(
            row.story_id
            for row in index
            if row.story_id > sent.story_id and row.in_feeds and _matches(rule, row.technologies)
        )
        coming = tuple(event for event in events if _is_coming(rule, event, now, zone))
        after = replace(sent, story_id=max(newest, sent.story_id), at=now, fault="")
        if rows or coming:
            deliveries.append(Delivery(rule=rule, key=key, rows=rows, events=coming, before=sent, after=after))
        elif rule.every != "run":
            keep[key] = after.to_text()
    return Plan(deliveries=tuple(deliveries), keep=keep)


def _matches(rule: NotifyRule, technologies: Sequence[str]) -> bool:
    return not rule.technologies or not set(rule.technologies).isdisjoint(technologies)


def _is_due(rule: NotifyRule, sent: Sent, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a digest's day or week has turned since the last one."""

    def morning(moment: datetime) -> date:
        return (moment.astimezone(zone) - MORNING).date()

    match rule.every:
        case "run":
            return True
        case "day":
            return morning(now) > morning(sent.at)
        case "week":
            return morning(now).isocalendar()[:2] > morning(sent.at).isocalendar()[:2]


def _is_coming(rule: NotifyRule, event: Event, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a digest names an event: it begins before the next digest, and is not called off."""
    if rule.every == "run" or event.data.status == "cancelled" or not _matches(rule, event.technologies):
        return False
    start = event.data.start
    begins = start if isinstance(start, datetime) else datetime.combine(start, datetime.min.time(), tzinfo=zone)
    if not isinstance(start, datetime):
        return now.astimezone(zone).date() <= start < (now.astimezone(zone) + AHEAD[rule.every]).date()
    return now <= begins < now + AHEAD[rule.every]
