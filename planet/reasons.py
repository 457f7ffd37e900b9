"""The reasons of a story as sentences: its date, its leading copy, why copies are one, its technologies. For pages and `planet explain`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planet.model import Message, Reason, StoryJoin

Scores = tuple[tuple[str, int, tuple[Reason, ...]], ...]
"""(technology, score in hundredths, reasons)."""


def best_scores(copies: Iterable[Scores], order: Sequence[str]) -> Scores:
    """Of each technology the score of the copy that speaks for it most, in the order of these slugs."""
    best: dict[str, tuple[str, int, tuple[Reason, ...]]] = {}
    for scores in copies:
        for score in scores:
            if score[0] not in best or score[1] > best[score[0]][1]:
                best[score[0]] = score
    return tuple(best[slug] for slug in order if slug in best)


def of_date(rule: str) -> Message:
    """Where the date that is shown comes from."""
    return {
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
    }.get(rule, Message(rule))


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


def of_technology(reason: Reason) -> Message:
    """What speaks for a technology, with its points."""
    what, score = reason.what, reason.score
    if reason.rule == "word":
        return {
            "title": Message.of("“{what}” in the title ({score})", what=what, score=score),
            "lead": Message.of("“{what}” in the first lines ({score})", what=what, score=score),
            "body": Message.of("“{what}” further down ({score})", what=what, score=score),
        }.get(reason.where, Message.of("“{what}” is all that its opening names ({score})", what=what, score=score))
    return {
        "source": Message.of("all that its source publishes is ({score})", score=score),
        "feed": Message.of("all that its feed publishes is ({score})", score=score),
        "tag": Message.of("tag “{what}” ({score})", what=what, score=score),
        "code": Message.of("code in {what} ({score})", what=what, score=score),
        "link": Message.of("link to {what} ({score})", what=what, score=score),
        "include": Message.of("`include` of the technology, {what} ({score})", what=what, score=score),
        "exclude": Message.of("`exclude` of the technology, {what} ({score})", what=what, score=score),
    }.get(reason.rule, Message(reason.rule))


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
