"""Announce new stories, events and notices to chats, mailboxes, webhooks and the WebSub hub: each once. A new channel starts without old ones.

    collect (what is new -> the channel's queue) -> compose (the first message of the queue) -> deliver

The queue is stored before anything is sent, and a message is taken off it before it goes out: a run that is killed in between loses
that message rather than sending it twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from planet.i18n import Translator
from planet.model import Config, Edition, Message, News, NotifyRule
from planet.notify.channel import Channel, back_off, is_waiting, read_channel, rule_key
from planet.notify.collect import Clock, collect, digest_is_due, first, reminder_is_due
from planet.notify.letters import send_letters
from planet.notify.message import Composer, Notification, Service
from planet.notify.outside import Outside
from planet.notify.send import Refusal, deliver, expanded, missing
from planet.notify.websub import feeds_of, notify_hub

__all__ = [
    "Channel",
    "Notification",
    "Notifications",
    "Outside",
    "Refusal",
    "Service",
    "deliver",
    "feeds_of",
    "notify_hub",
    "send_letters",
]

log = logging.getLogger(__name__)
MOST = 60
"""Most items of one message."""


class Notifications:
    """One run's announcements to all channels of feeds.yaml."""

    def __init__(self, config: Config, state: Mapping[str, str], now: datetime, outside: Outside) -> None:
        """`state` holds what `outside.save(key, text)` was given in earlier runs."""
        self._config = config
        self._state = state
        self._outside = outside
        self._words = Translator(config.site.language, config.site.timezone, config.site.catalogue)
        self._clock = Clock(now=now, zone=ZoneInfo(config.site.timezone))
        self._warnings: list[Message] = []

    def run(self, edition: Callable[[], Edition], *, changed: bool, news: Sequence[News] = ()) -> tuple[Message, ...]:
        """Send each channel what is new to it; returns warnings for what could not be sent.

        `edition` makes the site as values, and is only called if a channel needs it; `changed`: the site may differ from that of the
        last run.
        """
        rules: dict[str, NotifyRule] = {}
        for rule in self._config.notify:
            rules.setdefault(rule_key(rule), rule)
        for key, text in self._state.items():
            channel = read_channel(text) if key not in rules else None
            if channel is not None and not channel.away:
                stories = tuple(item for item in channel.queue if item.kind == "story")
                self._outside.save(key, replace(channel, queue=stories, fault="", retry_at=None, away=True).to_text())
        texts = [self._words.say(notice.text) for notice in news]
        for key, rule in rules.items():
            self._tell(key, rule, edition, changed=changed, news=texts)
        return tuple(self._warnings)

    def _tell(
        self, key: str, rule: NotifyRule, edition: Callable[[], Edition], *, changed: bool, news: Sequence[str]
    ) -> None:
        clock = self._clock
        channel = read_channel(self._state.get(key, ""))
        if channel is None:
            channel = first(edition(), clock)
            self._outside.save(key, channel.to_text())
        if channel.story_id is None and changed and edition().index:
            channel = replace(first(edition(), clock), queue=channel.queue, reminded=channel.reminded)
            self._outside.save(key, channel.to_text())
        health_news = news if "health" in rule.what else ()
        if (
            changed
            or health_news
            or channel.away
            or digest_is_due(rule, channel, clock)
            or reminder_is_due(rule, channel, clock)
        ):
            collected = collect(rule, channel, edition(), clock, health_news)
            if collected != channel:
                channel = collected
                self._outside.save(key, channel.to_text())
        names = missing(rule.url, self._outside.environ)
        if names:
            self._unset(key, rule, channel, names)
        elif channel.queue and not is_waiting(channel.retry_at, clock.now):
            self._deliver(key, rule, channel, edition())

    def _deliver(self, key: str, rule: NotifyRule, channel: Channel, edition: Edition) -> None:
        """Send the queue, message by message, until it is empty or the service does not take one."""
        url = expanded(rule.url, self._outside.environ)
        try:
            service = self._outside.service(url)
        except ImportError:
            service = None  # `deliver` says what to install
        composer = Composer(rule, service or Service(name=""), edition, self._words)
        most = MOST
        while channel.queue:
            notification, count = composer.next(channel.queue, most)
            rest = replace(channel, queue=channel.queue[count:])
            self._outside.save(key, rest.to_text())
            if notification is None:
                channel = rest
                continue
            refusal = self._outside.send(url, notification)
            if refusal is None:
                log.info("line %d: %d things sent", rule.line, count)
                channel, most = replace(rest, fault="", tries=0, retry_at=None, dropped=0), MOST
                self._outside.save(key, channel.to_text())
            elif not refusal.for_content:
                warning = Message.of(
                    "feeds.yaml line {line}: this notification was not delivered ({fault}); the next run tries again",
                    line=rule.line,
                    fault=refusal.reason,
                )
                self._failed(key, channel, refusal, warning)
                return
            elif count > 1:
                most = count // 2  # split: one of them is what the service does not want
                self._outside.save(key, channel.to_text())
            else:
                self._skipped(rule, notification, refusal)
                channel, most = rest, MOST

    def _unset(self, key: str, rule: NotifyRule, channel: Channel, names: Sequence[str]) -> None:
        """A warning for variables that are not set, the first time that this is seen; what is new waits."""
        fault = f"unset {' '.join(names)}"
        if channel.fault == fault:
            return
        self._outside.save(key, replace(channel, fault=fault, retry_at=None).to_text())
        self._warnings.append(
            Message.of(
                "feeds.yaml line {line}: ${{{name}}} is not set, so this notification is not sent",
                line=rule.line,
                name=", ".join(names),
            )
        )

    def _failed(self, key: str, channel: Channel, refusal: Refusal, warning: Message) -> None:
        wait = refusal.retry_after or back_off(channel.tries)
        failed = replace(channel, fault=refusal.reason, tries=channel.tries + 1, retry_at=self._clock.now + wait)
        self._outside.save(key, failed.to_text())
        if refusal.reason != channel.fault:
            self._warnings.append(warning)

    def _skipped(self, rule: NotifyRule, notification: Notification, refusal: Refusal) -> None:
        lines = (*notification.stories, *notification.events)
        self._warnings.append(
            Message.of(
                "feeds.yaml line {line}: the service does not take “{title}” ({fault}): it is left out",
                line=rule.line,
                title=(lines[0].url or lines[0].title) if lines else notification.title,
                fault=refusal.reason,
            )
        )
