"""The content of one document: parse -> normalise -> sanitise -> classify. Pure, so that any process may do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from planet import plugins
from planet.classify import Classifier
from planet.fetch.headers import http_date
from planet.merge.keys import key_parts
from planet.model import (
    CalendarRead,
    Config,
    Entry,
    FeedConfig,
    Fresh,
    Message,
    Outcome,
    Read,
    ReadFacts,
    Task,
    UnchangedEntry,
    Unreadable,
)
from planet.normalise import normalise
from planet.parse.discovery import REDIRECT, header_candidates, new_feed_url
from planet.parse.reader import parse
from planet.plugins import EntryFilters
from planet.sanitise import sanitise

NEWEST_DATES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings that reading a document needs. Sent to worker processes once."""

    max_entries: int
    feeds: Mapping[str, FeedConfig]
    """By feed key."""
    classifier: Classifier
    filters: EntryFilters

    @classmethod
    def of(cls, config: Config) -> Rules:
        """The rules of feeds.yaml, its filters and technologies compiled."""
        return cls(
            max_entries=config.fetch.max_entries,
            feeds={key: feed for key, (_source, feed) in config.feeds_by_key().items()},
            classifier=Classifier(config),
            filters=plugins.load(),
        )


def read(rules: Rules, task: Task) -> Outcome:
    """The content of a document. Pure: the same bytes give the same outcome, wherever it is computed."""
    fresh, now = task.fresh, task.now
    feed = rules.feeds[fresh.due.key]
    url = fresh.url or fresh.due.url
    if feed.kind in {"calendar", "folder"}:
        calendar = _calendar(feed, fresh, url, now)
        return _unreadable(calendar, fresh) if isinstance(calendar, Unreadable) else _events(calendar, fresh, now)
    raw = parse(
        fresh.body,
        content_type=fresh.content_type,
        url=url,
        max_entries=rules.max_entries,
        timezone=feed.timezone,
    )
    if isinstance(raw, Unreadable):
        return _unreadable(raw, fresh)
    if feed.kind == "events":
        from planet.parse.calendar import events_from_feed  # see _calendar

        return _events(events_from_feed(raw, timezone=feed.timezone), fresh, now)
    entries = normalise(
        raw,
        feed=fresh.due.key,
        url=url,
        known=task.known,
        sanitise=sanitise,
        now=now,
    )
    entries = replace(entries, feed_date=entries.feed_date or last_modified(fresh))
    entries, hidden = (
        _filtered(rules.filters, entries, key=fresh.due.key, feed=feed.label) if rules.filters.hooks else (entries, {})
    )
    dates = sorted((entry.published for entry in entries.entries if entry.published), reverse=True)[:NEWEST_DATES]
    new = [entry for entry in entries.entries if isinstance(entry, Entry)]
    return Outcome(
        facts=ReadFacts(
            ok=True,
            delay_hint=raw.delay_hint,
            skip_hours=raw.skip_hours,
            skip_days=raw.skip_days,
            expired=raw.expired,
            dates=tuple(dates),
            entries=len(entries.entries),
            reader=raw.reader,
            reader_reason=raw.reader_reason,
            warnings=(*entries.warnings, *_beyond(raw.dropped, rules.max_entries)),
            new_url=new_feed_url(fresh.body),
        ),
        read=entries,
        classifications={
            entry.uid: plugins.without_sources(
                rules.classifier.classify(entry, fresh.due.key), hidden.get(entry.uid, "")
            )
            for entry in new
        },
        key_parts={entry.uid: key_parts(entry) for entry in new},
    )


def _beyond(dropped: int, most: int) -> tuple[Message, ...]:
    """A warning that a document lists more entries than are read, so that a member who misses an old post knows why."""
    if not dropped:
        return ()
    return (
        Message.counted(
            "{count} older entry of it is not read: `fetch.max_entries` of feeds.yaml is {most}",
            "{count} older entries of it are not read: `fetch.max_entries` of feeds.yaml is {most}",
            count=dropped,
            most=most,
        ),
    )


def _filtered(filters: EntryFilters, document: Read, *, key: str, feed: str) -> tuple[Read, dict[str, str]]:
    """The document as changed by the installed filters, and uid -> why a filter excludes the entry."""
    entries: list[Entry | UnchangedEntry] = []
    hidden: dict[str, str] = {}
    failures: list[Message] = []
    for entry in document.entries:
        if not isinstance(entry, Entry):
            entries.append(entry)
            continue
        filtered = filters.apply(entry, key=key, feed=feed)
        entries.append(filtered.entry)
        if filtered.hidden:
            hidden[entry.uid] = filtered.hidden
        if filtered.failed:
            failures.append(filtered.failed)
    return replace(document, entries=tuple(entries), warnings=(*document.warnings, *failures)), hidden


def _calendar(feed: FeedConfig, fresh: Fresh, url: str, now: datetime) -> CalendarRead | Unreadable:
    # Most runs have something new in a blog, and in no calendar: these modules and their libraries take as long to load as all others.
    if feed.kind == "folder":
        from planet.parse.event_posts import events_from_folder

        return events_from_folder(fresh.body, timezone=feed.timezone)
    from planet.parse.calendar import parse_calendar
    from planet.when import window

    return parse_calendar(
        fresh.body, content_type=fresh.content_type, url=url, timezone=feed.timezone, window=window(now)
    )


def _unreadable(document: Unreadable, fresh: Fresh) -> Outcome:
    candidates = (*document.candidates, *header_candidates(dict(fresh.headers), fresh.url or fresh.due.url))
    return Outcome(
        facts=ReadFacts(
            ok=False,
            error_class=document.error_class,
            error=document.error,
            candidates=tuple(dict(reversed(candidates)).items())[::-1],
            new_url=next((target for target, kind in candidates if kind == REDIRECT), ""),
        ),
    )


def _events(calendar: CalendarRead, fresh: Fresh, now: datetime) -> Outcome:
    from planet.normalise.events import normalise_events  # see _calendar

    events = normalise_events(calendar, calendar=fresh.due.key, sanitise=sanitise, now=now)
    return Outcome(
        facts=ReadFacts(
            ok=True,
            delay_hint=calendar.delay_hint,
            entries=len(events),
            reader="calendar",
            warnings=calendar.warnings,
        ),
        events=events,
    )


def last_modified(fresh: Fresh) -> datetime | None:
    """When the document changed last, as HTTP says (RFC 9110 8.8.2): the best guess for entries without a date.

    HTTP dates are UTC: one that names no zone is read so (RFC 9110 5.6.7).
    """
    return http_date(dict(fresh.headers).get("last-modified", ""))
