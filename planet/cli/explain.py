"""`planet explain URL`: why a story is where it is, or why it is not shown."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from planet.classify.scores import THRESHOLD
from planet.cli.context import Context
from planet.cli.entries import iso
from planet.cli.events import as_object as event_object
from planet.model import Message, Reason
from planet.urls import redacted

if TYPE_CHECKING:
    from planet.cli.explaining import Answer, Copy, Evening, Told
    from planet.i18n import Translator

PRIORITIES = ("own site", "member", "group", "other")


def as_object(answer: Answer) -> dict[str, object]:
    """Everything as plain values; times in ISO 8601 UTC, scores in hundredths."""
    return {
        "asked": redacted(answer.asked),
        "shown": bool(answer.told) or any(evening.event for evening in answer.evenings),
        "feed": answer.feed,
        "stories": [_told_object(told) for told in answer.told],
        "not_shown": [_copy_object(copy) for copy in answer.hidden],
        "events": [_evening_object(evening) for evening in answer.evenings],
        "near": list(answer.near),
    }


def _told_object(told: Told) -> dict[str, object]:
    lead = told.copies[0].stored
    return {
        "url": lead.entry.link,
        "title": lead.entry.title,
        "published": iso(lead.date),
        "date_rule": lead.date_reason,
        "in_feeds": any(copy.stored.in_feeds for copy in told.copies),
        "technologies": list(told.technologies),
        "lead": _copy_object(told.copies[0]),
        "copies": [_copy_object(copy) for copy in told.copies],
        "merged": [
            {"one": _name_object(one), "other": _name_object(other), "rule": rule, "score": score}
            for one, other, rule, score in told.why
        ],
        "scores": [
            {
                "technology": slug,
                "given": score >= THRESHOLD,
                "score": score,
                "reasons": [
                    {"rule": reason.rule, "what": reason.what, "where": reason.where, "score": reason.score}
                    for reason in reasons
                ],
            }
            for slug, score, reasons in told.scores
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
        "why_not": "" if copy.shown else _why_not(copy)[0],
        "rules_changed": copy.changed,
    }


def _evening_object(evening: Evening) -> dict[str, object]:
    event = evening.event
    made: dict[str, object] = {
        "shown": event is not None,
        "why_not": evening.hidden,
        "calendars": [
            {"calendar": one.calendar, "id": one.uid, "title": one.data.title, "url": one.data.url}
            for one in evening.stored
        ],
    }
    if event is not None:
        made |= event_object(event)
        made["reasons"] = [{"what": what, "rule": rule} for what, rule in event.reasons]
    return made


def _why_not(copy: Copy) -> tuple[str, Message]:
    """Why an entry is not shown: a word for programs, a sentence for people."""
    stored = copy.stored
    if stored.tombstone:
        return "deleted", Message.of("not shown: its feed says that it was deleted")
    if stored.withdrawn:
        return "withdrawn", Message.of("not shown: its feed does not list it any more, but still lists older ones")
    if copy.classification.hidden:
        rule, _, what = copy.classification.hidden.partition(": ")
        sentence = {
            "hide": Message.of("not shown: `hide` of feeds.yaml names it ({what})", what=what),
            "exclude": Message.of("not shown: `exclude` of its feed matches ({what})", what=what),
            "include": Message.of("not shown: nothing of the `include` of its feed matches"),
        }.get(rule, Message.of("not shown: its feed is not in feeds.yaml any more"))
        return copy.classification.hidden, sentence
    return "waiting", Message.of("not shown yet: the next run will show it")


def _why_date(copy: Copy) -> Message:
    """Where the date that is shown comes from."""
    return {
        "published": Message.of("the date of publication that the feed gives"),
        "updated": Message.of("the date of the last change that the feed gives: it gives no date of publication"),
        "url": Message.of("the day in its address: the feed gives no date"),
        "feed": Message.of("the date of its feed: it had no date of its own"),
        "first seen": Message.of(
            "when it was seen first: it had no date that can be believed, or one that was yet to come"
        ),
        "flood": Message.of("behind what was known of its feed, which listed all its old entries as new"),
    }.get(copy.stored.date_reason, Message(copy.stored.date_reason))


def _why_lead(told: Told) -> Message:
    """Why the first copy is the one that is shown."""
    rank = told.copies[0].stored.priority
    if len(told.copies) == 1:
        return Message.of("the only one")
    return (
        Message.of("shown: a member's own site"),
        Message.of("shown: the feed of a member"),
        Message.of("shown: the feed of a group"),
        Message.of("shown: the first in feeds.yaml"),
    )[rank]


def _why_one(rule: str, score: int) -> Message:
    return {
        "link": Message.of("the same address, {score} % alike", score=score),
        "id": Message.of("the same id, {score} % alike", score=score),
        "near": Message.of("nearly the same title and text within days, {score} % alike", score=score),
    }.get(rule, Message(rule))


def _because(reason: Reason) -> Message:
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


def _tell(told: Told, names: dict[str, str], translator: Translator) -> Iterator[str]:
    say = translator.say
    lead = told.copies[0]
    yield lead.stored.entry.title
    yield f"  {lead.stored.entry.link}"
    yield "  " + say(
        Message.of("dated {date}: {why}", date=translator.moment(lead.stored.date), why=say(_why_date(lead)))
    )
    if not any(copy.stored.in_feeds for copy in told.copies):
        yield "  " + say(
            Message.of("on the pages, not in the feeds: its feed was new, and it was not among the newest")
        )
    yield "  " + say(Message.of("carried by:"))
    for copy in told.copies:
        mark = f"  ← {say(_why_lead(told))}" if copy is lead else ""
        yield f"    {', '.join(copy.sources)}  {copy.feed}{mark}"
        if copy.stored.entry.link != lead.stored.entry.link:
            yield f"      {copy.stored.entry.link}"
        if copy.changed:
            yield "      " + say(
                Message.of("feeds.yaml has changed since the last run: the next one places it as told here")
            )
    if told.why:
        yield "  " + say(Message.of("one story, because:"))
    for one, other, rule, score in told.why:
        yield f"    {one.feed} = {other.feed}: {say(_why_one(rule, score))}"
    yield "  " + say(Message.of("technologies:") if told.scores else Message.of("no technology: none is named"))
    for slug, score, reasons in told.scores:
        given = f"{score}" if score >= THRESHOLD else say(Message.of("not quite, {score}", score=score))
        yield f"    {names.get(slug, slug)} ({given}): {'; '.join(say(_because(reason)) for reason in reasons)}"


def _series(evening: Evening) -> tuple[object, ...]:
    """What the occurrences of a recurring event have in common."""
    event = evening.event
    if event is None:
        return ("", *((one.calendar, one.uid) for one in evening.stored))
    return (event.data.title, event.data.url, *(uid for _, _, uid, _ in event.sources))


def _tell_evening(evening: Evening, more: Evening | None, count: int, translator: Translator) -> Iterator[str]:
    """An event; of a recurring one the first of `count` occurrences, and when the last (`more`) is."""
    say = translator.say
    event = evening.event
    if event is None:
        yield evening.stored[0].data.title
        yield f"  {evening.stored[0].data.url}"
        yield "  " + say(Message.of("an event that is not shown: {why}", why=evening.hidden or "?"))
        return
    yield event.data.title
    yield f"  {event.data.url}"
    day = translator.date(event.data.start)
    yield "  " + say(Message.of("an event of {group}, on {date}", group=event.group or "?", date=day))
    if more is not None and more.event is not None:
        last = translator.date(more.event.data.start)
        yield "  " + say(Message.of("and {count} times more, the last on {date}", count=count - 1, date=last))
    yield "  " + say(Message.of("carried by:"))
    for source, feed, uid, _url in event.sources:
        yield f"    {source}  {feed}  {uid}"
    if event.reasons:
        yield "  " + say(Message.of("because:"))
    for what, rule in event.reasons:
        yield f"    {what}: {rule}"


def tell(answer: Answer, names: dict[str, str], translator: Translator) -> Iterator[str]:
    """The answer for a person, line by line. `names` are those of the technologies, by slug."""
    say = translator.say
    for told in answer.told:
        yield from _tell(told, names, translator)
    for copy in answer.hidden:
        yield copy.stored.entry.title
        yield f"  {copy.stored.entry.link}"
        yield f"  {', '.join(copy.sources)}  {copy.feed}"
        yield f"  {say(_why_not(copy)[1])}"
        yield "  " + say(Message.of("first seen {date}", date=translator.moment(copy.stored.first_seen)))
    for _, alike in itertools.groupby(sorted(answer.evenings, key=lambda one: str(_series(one))), key=_series):
        evenings = list(alike)
        yield from _tell_evening(evenings[0], evenings[-1] if evenings[1:] else None, len(evenings), translator)
    if answer.feed:
        yield say(Message.of("{feed} is a feed: `planet status` tells its health", feed=answer.feed))
    elif not (answer.told or answer.hidden or answer.evenings):
        yield say(Message.of("{url} is unknown: no feed of feeds.yaml has listed it", url=redacted(answer.asked)))
        if answer.near:
            yield "  " + say(Message.of("did you mean:"))
        for near in answer.near:
            yield f"    {near}"


@click.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@click.pass_obj
def explain(ctx: Context, url: str, as_json: bool) -> int:
    """Tell why a story or an event is where it is: feeds, merging, technologies, date. URL may be an id, too."""
    from planet.cli.explaining import Inquiry  # noqa: PLC0415 - --help needs none of it
    from planet.i18n import Translator  # noqa: PLC0415

    config = ctx.config
    with ctx.store() as store:
        answer = Inquiry(config, store).ask(url)
    if as_json:
        click.echo(json.dumps(as_object(answer), ensure_ascii=False, indent=1))
        return 0
    names = {technology.slug: technology.name for technology in config.technologies}
    for line in tell(answer, names, Translator(config.site.language, config.site.timezone)):
        click.echo(line)
    return 0
