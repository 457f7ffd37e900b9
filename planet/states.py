"""The states of feeds in words, and all feeds in one line: for the page of health and for `planet status`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from planet.i18n import Translator
from planet.model import FeedHealth, Message

SHAPES = {"ok": "●", "new": "○", "deferred": "◐", "moved": "➜", "failing": "▲", "gone": "■"}
"""A state is shown as a word and a shape, never by colour alone."""
WORDS = {
    "ok": Message.of("answers"),
    "new": Message.of("not asked yet"),
    "deferred": Message.of("put off"),
    "moved": Message.of("moved"),
    "failing": Message.of("does not answer"),
    "gone": Message.of("gone"),
}
NEED_ACTION = ("failing", "gone", "moved")
"""States of a feed that a person must act on."""


def summary(t: Translator, feeds: Iterable[FeedHealth]) -> str:
    """« 240 flux : 238 répondent, 1 ne répond plus, 1 a déménagé »."""
    counts: Counter[str] = Counter(feed.state for feed in feeds)
    sentences = (
        ("ok", t.ngettext("%(num)s answers", "%(num)s answer", counts["ok"])),
        ("failing", t.ngettext("%(num)s does not answer", "%(num)s do not answer", counts["failing"])),
        ("moved", t.ngettext("%(num)s has moved", "%(num)s have moved", counts["moved"])),
        ("gone", t.ngettext("%(num)s is gone", "%(num)s are gone", counts["gone"])),
        ("deferred", t.ngettext("%(num)s is put off", "%(num)s are put off", counts["deferred"])),
        ("new", t.ngettext("%(num)s was not asked yet", "%(num)s were not asked yet", counts["new"])),
    )
    parts = [sentence % {"num": t.number(counts[state])} for state, sentence in sentences if counts[state]]
    count = counts.total()
    total = t.ngettext("%(num)s feed", "%(num)s feeds", count) % {"num": t.number(count)}
    return t.gettext("{feeds}: {states}").format(feeds=total, states=", ".join(parts)) if parts else total
