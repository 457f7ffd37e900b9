"""The answer of `planet explain --json`: everything as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planet.classify.scores import THRESHOLD
from planet.cli.explain_text import why_not
from planet.model import StoryJoin
from planet.objects import event_object, iso
from planet.urls import redacted

if TYPE_CHECKING:
    from planet.lookup import Answer, Copy, ExplainedEvent, ExplainedStory

PRIORITIES = ("own site", "member", "group", "other")


def as_object(answer: Answer) -> dict[str, object]:
    """Everything as plain values; times in ISO 8601 UTC, scores in hundredths."""
    return {
        "asked": redacted(answer.asked),
        "shown": bool(answer.stories) or any(explained.event for explained in answer.events),
        "feed": answer.feed,
        "stories": [_story_object(story) for story in answer.stories],
        "not_shown": [_copy_object(copy) for copy in answer.hidden],
        "events": [_event_object(explained) for explained in answer.events],
        "near": list(answer.near),
    }


def _story_object(story: ExplainedStory) -> dict[str, object]:
    lead = story.copies[0].stored
    return {
        "url": lead.entry.link,
        "title": lead.entry.title,
        "published": iso(lead.date),
        "date_rule": lead.date_reason,
        "in_feeds": any(copy.stored.in_feeds for copy in story.copies),
        "technologies": list(story.technologies),
        "lead": _copy_object(story.copies[0]),
        "copies": [_copy_object(copy) for copy in story.copies],
        "events": [
            {**_join_object(join), "event": event.id, "title": event.data.title} for join, event in story.events
        ],
        "merged": [
            {"one": _name_object(first), "other": _name_object(second), "rule": rule, "score": score}
            for first, second, rule, score in story.why
        ],
        "scores": [
            {
                "technology": slug,
                "given": score >= THRESHOLD,
                "score": score,
                "reasons": [
                    {"rule": reason.rule, "what": reason.what, "where": reason.where, "score": reason.score}
                    for reason in why
                ],
            }
            for slug, score, why in story.scores
        ],
    }


def _name_object(copy: Copy) -> dict[str, str]:
    return {"feed": copy.feed, "id": copy.stored.entry.id, "url": copy.stored.entry.link}


def _copy_object(copy: Copy) -> dict[str, object]:
    stored, entry = copy.stored, copy.stored.entry
    return {
        **_name_object(copy),
        "sources": list(copy.sources),
        "title": entry.title,
        "rank": PRIORITIES[stored.priority],
        "published": entry.published and iso(entry.published),
        "updated": entry.updated and iso(entry.updated),
        "first_seen": iso(stored.first_seen),
        "date": iso(stored.date),
        "date_rule": stored.date_reason,
        "edited": stored.edited and iso(stored.edited),
        "shown": copy.shown,
        "why_not": "" if copy.shown else why_not(copy)[0],
        "rules_changed": copy.changed,
    }


def _event_object(explained: ExplainedEvent) -> dict[str, object]:
    event = explained.event
    result: dict[str, object] = {
        "shown": event is not None,
        "why_not": explained.hidden,
        "calendars": [
            {"calendar": copy.calendar, "id": copy.uid, "title": copy.data.title, "url": copy.data.url}
            for copy in explained.stored
        ],
    }
    if event is not None:
        result |= event_object(event)
        result["reasons"] = [{"what": what, "rule": rule} for what, rule in event.reasons]
        result["stories"] = [
            {**_join_object(join), "title": title, "url": url} for join, title, url in explained.stories
        ]
    return result


def _join_object(join: StoryJoin) -> dict[str, str]:
    return {"kind": join.kind, "rule": join.rule, "what": join.what}
