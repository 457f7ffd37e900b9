"""The reasons of a story as sentences: its date, its leading copy, why copies are one, its technologies. For pages and `planet explain`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planet.model import Message, Reason, StoryJoin

Scores = tuple[tuple[str, int, tuple[Reason, ...]], ...]
"""(technology, score in hundredths, reasons)."""


def best_scores(copies: Iterable[Scores], order: Sequence[str]) -> Scores:
    """For each technology the highest score of the copies, in the order of the slugs in `order`."""
    best: dict[str, tuple[str, int, tuple[Reason, ...]]] = {}
    for scores in copies:
        for score in scores:
            if score[0] not in best or score[1] > best[score[0]][1]:
                best[score[0]] = score
    return tuple(best[slug] for slug in order if slug in best)


_DATES = {
    "published": Message.of("the date of publication that the feed gives"),
    "updated": Message.of("the date of the last change that the feed gives: it gives no date of publication"),
    "url": Message.of("the day in its address: the feed gives no date"),
    "feed": Message.of("the date of its feed: it had no date of its own"),
    "first seen": Message.of(
        "when it was seen first: it had no date that can be believed, or one that was yet to come"
    ),
    "archive": Message.of("the date that it had in the archive it was imported from"),
    "position": Message.of("by its position in its feed, as it gives no date of its own"),
    "flood": Message.of("behind what was known of its feed, which listed all its old entries as new"),
}


def of_date(rule: str) -> Message:
    """Where the date that is shown comes from."""
    return _DATES.get(rule, Message(rule))


def of_lead(priority: int, copies: int) -> Message:
    """Why the first copy is the one that is shown."""
    if copies == 1:
        return Message.of("the only one")
    return (
        Message.of("shown: a member's own site"),
        Message.of("shown: the feed of a member"),
        Message.of("shown: the feed of a group"),
        Message.of("shown: the first in feeds.yaml"),
    )[priority]


def of_join(rule: str, score: int) -> Message:
    """Why two copies are one story."""
    return {
        "link": Message.of("the same address, {score} % alike", score=score),
        "id": Message.of("the same id, {score} % alike", score=score),
        "near": Message.of("nearly the same title and text within days, {score} % alike", score=score),
    }.get(rule, Message(rule))


_WORDS = {
    "title": Message.of("“{what}” in the title ({score})"),
    "lead": Message.of("“{what}” in the first lines ({score})"),
    "body": Message.of("“{what}” further down ({score})"),
    "alone": Message.of("“{what}” is all that its opening names ({score})"),
}
_SIGNS = {
    "source": Message.of("all that its source publishes is ({score})"),
    "feed": Message.of("all that its feed publishes is ({score})"),
    "tag": Message.of("tag “{what}” ({score})"),
    "code": Message.of("code in {what} ({score})"),
    "link": Message.of("link to {what} ({score})"),
    "include": Message.of("`include` of the technology, {what} ({score})"),
    "exclude": Message.of("`exclude` of the technology, {what} ({score})"),
}


def of_technology(reason: Reason) -> Message:
    """The evidence for a technology, with its points."""
    if reason.rule == "word":
        sentence = _WORDS.get(reason.where, _WORDS["alone"])
    else:
        sentence = _SIGNS.get(reason.rule, Message(reason.rule))
    return sentence.filled(what=reason.what, score=reason.score)


def of_story_join(join: StoryJoin) -> Message:
    """The rule that joins a story and an event."""
    return {
        "page": Message.of("it stands on the event's page"),
        "address": Message.of("its address names {what}", what=join.what),
        "tag": Message.of("its tag is {what}", what=join.what),
        "title": Message.of("its title names the event, near its date"),
        "programme": Message.of("the programme names its title"),
        "link": Message.of("it links to {what}", what=join.what),
    }.get(join.rule, Message(join.rule))


def of_event(what: str, rule: str) -> Message:
    """One pair of `Event.reasons` as a sentence; the name of a technology is left out."""
    sign, _, detail = rule.partition(" ")
    if what == "group":
        return Message.of("its calendar names {organizer} as organiser", organizer=detail)
    if what == "merged":
        return _of_merged_events(*rule.partition(": ")[::2])
    if what == "date":
        return {
            "title": Message.of("its date stands in its title"),
            "date of the entry": Message.of("its date is that of the entry in its feed"),
        }.get(rule, Message.of("its date was read by this rule: {rule}", rule=rule))
    word, _, place = detail.rpartition(" ")
    if sign == "word" and place in _PLACES:
        return {
            "title": Message.of("“{what}” in the title", what=word),
            "lead": Message.of("“{what}” in the first lines", what=word),
            "body": Message.of("“{what}” further down", what=word),
        }.get(place, Message.of("“{what}” is all that its opening names", what=word))
    return {
        "source": Message.of("all that {what} publishes is", what=detail),
        "feed": Message.of("all that its feed publishes is"),
        "tag": Message.of("tag “{what}”", what=detail),
        "code": Message.of("code in {what}", what=detail),
        "link": Message.of("link to {what}", what=detail),
        "include": Message.of("`include` of the technology, {what}", what=detail),
        "exclude": Message.of("`exclude` of the technology, {what}", what=detail),
    }.get(sign, Message(rule))


_PLACES = frozenset({"title", "lead", "body", "alone"})


def _of_merged_events(rule: str, calendars: str) -> Message:
    """Why two calendars' events are one. `calendars` is "first = second"."""
    first, _, second = calendars.partition(" = ")
    return {
        "uid": Message.of("{first} and {second} have it under the same id", first=first, second=second),
        "url": Message.of("{first} and {second} name the same page and the same start", first=first, second=second),
        "title": Message.of("{first} and {second} name it alike, with the same start", first=first, second=second),
        "place": Message.of("{first} and {second} have it at the same place and hour", first=first, second=second),
        "day": Message.of("{first} and {second} name it alike, on the same day", first=first, second=second),
    }.get(rule, Message.of("{first} and {second} mean the same event", first=first, second=second))


def of_hidden(hidden: str) -> Message | None:
    """Why the rules of feeds.yaml, or a program, show something nowhere: `Classification.hidden` as a sentence. None: no rule says so."""
    if not hidden:
        return None
    rule, _, what = hidden.partition(": ")
    return {
        "hide": Message.of("not shown: `hide` of feeds.yaml names it ({what})", what=what),
        "exclude": Message.of("not shown: `exclude` of its feed matches ({what})", what=what),
        "plugin": Message.of("not shown: the filter {what}, a program of this planet, leaves it out", what=what),
        "include": Message.of("not shown: nothing of the `include` of its feed matches"),
    }.get(rule, Message.of("not shown: its feed is not in feeds.yaml any more"))
