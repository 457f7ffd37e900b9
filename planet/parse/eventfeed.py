"""A feed whose dates are those of events (`kind: events`), read as a calendar."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from planet import links, people
from planet.model import CalendarRead, EventData, Message, ParsedDate, RawEntry, RawEvent, RawFeed, Text
from planet.text import digest, one_line, plain
from planet.when import is_believable

MARKUP = re.compile(r"<(?:p|br|a|ul|ol|li|div|b|strong|em|i|span|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
"""Distinguishes HTML from text in a field that may be either."""
# "29/06/2026 19:00 : Clermont'ech - APIHour #72 - Amphi A": how the planet of Clermont'ech before this one wrote its titles.
_TITLE = re.compile(
    r"\s*(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(?:à\s+)?(\d{1,2})\s?[:h]\s?(\d\d))?\s*[:–—-]?\s+(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,12}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_PLACE = re.compile(r"(\S.*)\s+-\s+(\S.*)", re.DOTALL)
_OFF = re.compile(r"\b(?:annul[ée]e?s?|cancell?ed)\b", re.IGNORECASE)
TITLE = 500
"""Characters of a title, a place or a name that are kept."""


def events_from_feed(raw: RawFeed, *, timezone: str) -> CalendarRead:
    """The events of a feed. `timezone` is that of the hours in titles.

    Where a title begins with a date (`dd/mm/yyyy hh:mm : name - place`), that is when, and what stands behind the last dash is
    where; else the entry's publication date is when. The title is believed first because a template in the wild writes the
    event's local hour as if it were UTC. `date_reason` of each event says which it was.
    """
    zone = ZoneInfo(timezone)
    events = []
    undated = 0
    for entry in raw.entries:
        title = one_line(_text(entry.title), TITLE)
        moment = entry.published or entry.updated
        title_parts = _from_title(title, moment, zone)
        if title_parts is None and (moment is None or moment.value is None):
            undated += 1
            continue
        when = title_parts or _from_date(title, moment)
        if is_believable(when[0]):
            events.append(_event(entry, when, rss=raw.format.startswith("rss")))
        else:
            undated += 1
    warnings = list(raw.warnings)
    if undated:
        warnings.append(
            Message.counted(
                "{count} entry names no date: it is no event",
                "{count} entries name no date: they are no events",
                count=undated,
            )
        )
    return CalendarRead(
        name=one_line(plain(raw.title), 200),
        events=tuple(events),
        delay_hint=raw.delay_hint,
        warnings=tuple(warnings),
    )


def unescaped(text: str) -> str:
    """A plain text without the HTML entities that some writers leave in it ("Caf&eacute;", "R&amp;D")."""
    return html.unescape(text) if _ENTITY.search(text) else text


def cancelled(title: str) -> bool:
    """Whether a title says that its event does not take place ("Py Clermont - Annulé")."""
    return bool(_OFF.search(title))


_TitleParts = tuple[datetime | date, str, str, str]
"""When, name, place, by which rule."""


def _text(text: Text | None) -> str:
    if text is None:
        return ""
    return plain(text.value) if text.kind == "html" else text.value


def _from_title(title: str, moment: ParsedDate | None, zone: ZoneInfo) -> _TitleParts | None:
    match = _TITLE.fullmatch(title)
    if match is None:
        return None
    try:
        day = date(int(match[3]), int(match[2]), int(match[1]))
        when: datetime | date = day
        if match[4]:
            local = datetime(day.year, day.month, day.day, int(match[4]), int(match[5]), tzinfo=zone)
            when = local.astimezone(UTC)
        elif moment and moment.value and not moment.date_only and moment.value.date() == day:
            # The hour stands in the date alone: it is local there too.
            when = moment.value.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    name, place = match[6].strip(" -:"), ""
    parts = _PLACE.fullmatch(match[6])
    if parts and not cancelled(parts[2]):
        name, place = parts[1].strip(), parts[2].strip()
    return when, name, place, "title"


def _from_date(title: str, moment: ParsedDate | None) -> _TitleParts:
    assert moment is not None
    assert moment.value is not None
    return moment.value.date() if moment.date_only else moment.value, title, "", "date of the entry"


def _event(entry: RawEntry, facts: _TitleParts, *, rss: bool) -> RawEvent:
    when, name, place, rule = facts
    page = next(iter(links.entry_pages(entry, rss=rss)), "")
    body = entry.content or entry.summary
    text = body.value if body else ""
    is_html = bool(body and body.kind == "html" and MARKUP.search(text))
    modified = entry.updated.value if entry.updated else None
    return RawEvent(
        uid=one_line(entry.id or page)[:1000] or "sha256:" + digest(name, when.isoformat(), place),
        data=EventData(
            title=name,
            location=one_line(place, TITLE),
            geo=entry.geo,
            url=page,
            start=when,
            status="cancelled" if cancelled(name) else "confirmed",
            organizer=one_line(credited[0].name, 200) if (credited := people.credited(entry.authors)) else "",
            tags=tuple(dict.fromkeys(name for tag in entry.categories if (name := one_line(tag, 100)))),
            image=next(iter(entry.pictures), ""),
        ),
        description=text if is_html else html.unescape(text),
        description_is_html=is_html,
        modified=modified,
        date_reason=rule,
    )
