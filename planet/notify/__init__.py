"""What is new, told to chats and mailboxes: each thing once, the first time in silence. And to the WebSub hub."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from planet.i18n import Translator
from planet.model import Edition, Message, NotifyRule
from planet.notify.message import Notification, write
from planet.notify.plan import Sent, plan, read_sent, rule_key
from planet.notify.send import deliver, expanded, missing
from planet.notify.websub import ping, tell_hub

__all__ = ["Notification", "deliver", "notify", "ping", "plan", "tell_hub"]

Save = Callable[[str, str], None]
Send = Callable[[str, Notification], str]


def notify(
    edition: Edition,
    state: Mapping[str, str],
    now: datetime,
    *,
    environ: Mapping[str, str],
    save: Save,
    send: Send = deliver,
) -> tuple[Message, ...]:
    """Tell each rule of `notify:` what is new to it; gives warnings for what could not be told.

    `state` holds what `save(key, text)` was given in earlier runs. What is about to be sent is kept as sent before it goes out: a run
    that is killed in between loses that message rather than sending it twice. A message that is refused is tried again by the next
    run, with what has come since; the warning is given once.
    """
    rules = edition.config.notify
    site = edition.config.site
    planned = plan(rules, edition.index, edition.events, state, now, site.timezone)
    for key, text in planned.keep.items():
        save(key, text)
    warnings = _unset(rules, {**state, **planned.keep}, environ, save)
    words = Translator(site.language, site.timezone)
    for delivery in planned.deliveries:
        if missing(delivery.rule.url, environ):
            continue
        save(delivery.key, delivery.after.to_text())
        fault = send(expanded(delivery.rule.url, environ), write(delivery, edition, words))
        if fault:
            save(delivery.key, replace(delivery.before, fault=fault).to_text())
            if fault != delivery.before.fault:
                warnings.append(
                    Message.of(
                        "feeds.yaml line {line}: this notification was not delivered ({fault}); the next run tries again",
                        line=delivery.rule.line,
                        fault=fault,
                    )
                )
    return tuple(warnings)


def _unset(
    rules: tuple[NotifyRule, ...], state: Mapping[str, str], environ: Mapping[str, str], save: Save
) -> list[Message]:
    """A warning for each rule whose variables are not set, the first time that this is seen."""
    warnings = []
    for rule in rules:
        names = missing(rule.url, environ)
        sent: Sent | None = read_sent(state.get(rule_key(rule), ""))
        fault = f"unset {' '.join(names)}"
        if not names or sent is None or sent.fault == fault:
            continue
        save(rule_key(rule), replace(sent, fault=fault).to_text())
        warnings.append(
            Message.of(
                "feeds.yaml line {line}: ${{{name}}} is not set, so this notification is not sent",
                line=rule.line,
                name=", ".join(names),
            )
        )
    return warnings
