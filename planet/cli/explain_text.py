"""The answer of `planet explain` for a person, line by line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from planet import reasons
from planet.classify.scores import THRESHOLD
from planet.model import FeedCounts, FeedHealth, Message, StoryJoin
from planet.urls import redacted

if TYPE_CHECKING:
    from planet.i18n import Translator
    from planet.lookup import Answer, Copy, ExplainedEvent, ExplainedStory


def why_not(copy: Copy) -> tuple[str, Message]:
    """(reason as a keyword for programs, as a sentence for people) why an entry is not shown."""
    stored = copy.stored
    if stored.tombstone:
        return "deleted", Message.of("not shown: its feed says that it was deleted")
    if stored.withdrawn:
        return "withdrawn", Message.of("not shown: its feed does not list it any more, but still lists older ones")
    if sentence := reasons.of_hidden(copy.classification.hidden):
        return copy.classification.hidden, sentence
    return "waiting", Message.of("not shown yet: the next run will show it")


def _story_lines(story: ExplainedStory, names: dict[str, str], translator: Translator) -> Iterator[str]:
    say = translator.say
    if not story.copies:  # none of its entries can be read, which was logged
        return
    lead = story.copies[0]
    yield lead.stored.entry.title
    yield f"  {lead.stored.entry.link}"
    yield "  " + say(
        Message.of(
            "dated {date}: {why}",
            date=translator.moment(lead.stored.date),
            why=say(reasons.of_date(lead.stored.date_reason)),
        )
    )
    if not any(copy.stored.in_feeds for copy in story.copies):
        yield "  " + say(
            Message.of("on the pages, not in the feeds: its feed was new, and it was not among the newest")
        )
    if lead.stored.entry.language:
        how = Message.of("found in its text") if lead.stored.entry.language_found else Message.of("as its feed says")
        yield "  " + say(Message.of("language: {language}, {how}", language=lead.stored.entry.language, how=how))
    if lead.stored.entry.changed_by:
        names_of = ", ".join(lead.stored.entry.changed_by)
        yield "  " + say(Message.of("changed by the filter {what}, a program of this planet", what=names_of))
    yield "  " + say(Message.of("carried by:"))
    for copy in story.copies:
        mark = f"  ← {say(reasons.of_lead(lead.stored.priority, len(story.copies)))}" if copy is lead else ""
        yield f"    {', '.join(copy.sources)}  {copy.feed}{mark}"
        if copy.stored.entry.link != lead.stored.entry.link:
            yield f"      {copy.stored.entry.link}"
        if copy.changed:
            yield "      " + say(
                Message.of("feeds.yaml has changed since the last run: the next one places it as told here")
            )
    if story.why:
        yield "  " + say(Message.of("one story, because:"))
    for first, second, rule, score in story.why:
        yield f"    {first.feed} = {second.feed}: {say(reasons.of_join(rule, score))}"
    for join, joined in story.events:
        what = say(_of_event(join))
        yield f"  {what} {joined.data.title}, {translator.date(joined.data.start)} ({say(reasons.of_story_join(join))})"
    yield "  " + say(Message.of("technologies:") if story.scores else Message.of("no technology: none is named"))
    for slug, score, why in story.scores:
        given = f"{score}" if score >= THRESHOLD else say(Message.of("not quite, {score}", score=score))
        yield f"    {names.get(slug, slug)} ({given}): {'; '.join(say(reasons.of_technology(reason)) for reason in why)}"


def _series(explained: ExplainedEvent) -> tuple[object, ...]:
    """The values that the occurrences of a recurring event share."""
    event = explained.event
    if event is None:
        return ("", *((copy.calendar, copy.uid) for copy in explained.stored))
    return (event.data.title, event.data.url, *(uid for _, _, uid, _ in event.sources))


def _event_lines(occurrences: Sequence[ExplainedEvent], names: dict[str, str], translator: Translator) -> Iterator[str]:
    """An event; of a recurring one the first of its occurrences, and when the last is."""
    say = translator.say
    explained, last, count = occurrences[0], occurrences[-1] if occurrences[1:] else None, len(occurrences)
    event = explained.event
    if event is None:
        yield explained.stored[0].data.title
        yield f"  {explained.stored[0].data.url}"
        unlisted = Message.of("not shown: its calendar does not list it any more")
        yield "  " + say(reasons.of_hidden(explained.hidden) or unlisted)
        return
    yield event.data.title
    yield f"  {event.data.url}"
    day = translator.date(event.data.start)
    yield "  " + say(Message.of("an event of {group}, on {date}", group=event.group or "?", date=day))
    if last is not None and last.event is not None:
        end = translator.date(last.event.data.start)
        times = Message.counted(
            "and {count} time more, on {date}", "and {count} times more, the last on {date}", count=count - 1, date=end
        )
        yield "  " + say(times)
    yield "  " + say(Message.of("carried by:"))
    for source, feed, uid, _url in event.sources:
        yield f"    {source}  {feed}  {uid}"
    if event.reasons:
        yield "  " + say(Message.of("because:"))
    for what, rule in event.reasons:
        sentence = say(reasons.of_event(what, rule))
        yield f"    {names[what]}: {sentence}" if what in names else f"    {sentence}"
    for join, title, url in explained.stories:
        yield f"  {say(_story_of(join))} {title} ({say(reasons.of_story_join(join))})"
        yield f"    {url}"


def _story_of(join: StoryJoin) -> Message:
    """The relation of a story to an event, to be shown before the story's title."""
    return {
        "announcement": Message.of("announced in:"),
        "talk": Message.of("page of a talk:"),
    }.get(join.kind, Message.of("told of in:"))


def _of_event(join: StoryJoin) -> Message:
    """The relation of a story to an event, to be shown before the event's title."""
    return {
        "announcement": Message.of("announces the event"),
        "talk": Message.of("is the page of a talk of"),
    }.get(join.kind, Message.of("tells of the event"))


def lines(answer: Answer, names: dict[str, str], translator: Translator) -> Iterator[str]:
    """The answer for a person, line by line. `names` are those of the technologies, by slug."""
    say = translator.say
    for story in answer.stories:
        yield from _story_lines(story, names, translator)
    for copy in answer.hidden:
        yield copy.stored.entry.title
        yield f"  {copy.stored.entry.link}"
        yield f"  {', '.join(copy.sources)}  {copy.feed}"
        yield f"  {say(why_not(copy)[1])}"
        yield "  " + say(Message.of("first seen {date}", date=translator.moment(copy.stored.first_seen)))
    events = sorted(answer.events, key=lambda explained: str(_series(explained)))
    for _, alike in itertools.groupby(events, key=_series):
        series = list(alike)
        yield from _event_lines(series, names, translator)
    if answer.feed:
        yield say(Message.of("{feed} is a feed: `planet status` tells its health", feed=answer.feed))
    elif not answer.known:
        yield say(Message.of("{url} is unknown: no feed of feeds.yaml has listed it", url=redacted(answer.asked)))
        if answer.near:
            yield "  " + say(Message.of("did you mean:"))
        for near in answer.near:
            yield f"    {near}"
    for feed in answer.feeds:
        yield from _feed_lines(feed, translator)


def _feed_lines(feed: FeedHealth, translator: Translator) -> Iterator[str]:
    """The state of a feed, with the reasons that may keep its posts away."""
    say = translator.say
    yield say(
        Message.counted(
            "{feed} ({source}): {count} entry",
            "{feed} ({source}): {count} entries",
            feed=feed.url,
            source=feed.source,
            count=feed.entries,
        )
    )
    if feed.first_failure is not None:
        since = translator.moment(feed.first_failure)
        yield "  " + say(
            Message.of(
                "it fails since {date}: {error}", date=since, error=say(feed.error) if feed.error else feed.state
            )
        )
    elif feed.last_success is not None:
        yield "  " + say(Message.of("it was last read {date}", date=translator.moment(feed.last_success)))
    else:
        yield "  " + say(Message.of("it was not read yet"))
    if feed.next_due is not None:
        yield "  " + say(Message.of("it is asked again from {date} on", date=translator.moment(feed.next_due)))
    if feed.kind == "posts":
        yield "  " + say(_counted(feed.counts))
    for warning in feed.warnings:
        yield f"  {say(warning)}"
    if feed.advice is not None:
        yield f"  {say(feed.advice)}"


def _counted(counts: FeedCounts) -> Message:
    """A sentence with the outcome of the entries of a feed."""
    return Message.of(
        "of its entries {shown} are shown, {merged} are copies of others, {filtered} are filtered out, {hidden} are hidden, {withdrawn} are withdrawn",
        shown=counts.shown, merged=counts.merged, filtered=counts.filtered, hidden=counts.hidden, withdrawn=counts.withdrawn,
    )  # fmt: skip
