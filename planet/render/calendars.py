"""Calendars of the site (RFC 5545, RFC 7986): all events, those of each technology, and each event alone.

Times are in UTC: single events need no more to be exact in every client, and no VTIMEZONE can be out of date. Written by hand:
`icalendar` takes twelve times as long, and reads every byte of this in our tests.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from urllib.parse import quote

from planet import __version__
from planet.model import Artifact, Edition, Event
from planet.text import digest, one_line, xml_safe
from planet.urls import http_url

PRODID = f"-//Planet//planet {__version__}//EN"
REFRESH = "PT1H"
LIMIT = 75
"""Octets of a line, its end left out (RFC 5545 3.1)."""
DESCRIPTION = 20_000
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_LIST = re.compile(r"<(ol|ul)(?:\s[^>]*)?>|</(ol|ul)>|<li(?:\s[^>]*)?>", re.IGNORECASE)
_FIRST_NUMBER = re.compile(r'\sstart="(\d{1,7})"')
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|ul|ol|li|blockquote|pre|table|tr|hr|section|figure)(?:\s[^>]*)?/?>", re.IGNORECASE
)
_TAG = re.compile(r"<[^>]*>")
_SPACES = re.compile(r"[ \t\r\f\v]+")
_GAPS = re.compile(r" ?\n ?(?:\n ?)+")
# CSS names (RFC 7986 5.9 allows no others) of colours that white text reads on, by hue.
_COLOURS = (
    (0, "firebrick"), (12, "orangered"), (25, "chocolate"), (45, "darkgoldenrod"), (60, "olive"), (85, "olivedrab"),
    (120, "forestgreen"), (147, "seagreen"), (180, "teal"), (207, "steelblue"), (225, "royalblue"), (248, "slateblue"),
    (275, "blueviolet"), (300, "purple"), (322, "mediumvioletred"), (340, "crimson"), (360, "firebrick"),
)  # fmt: skip


def calendars(edition: Edition) -> Iterator[Artifact]:
    """`calendar.ics`, `<technology>/calendar.ics`, `members/<group>/calendar.ics`, `events/<slug>.ics`: each made again only when an event in it changed."""
    site = edition.config.site
    cache = _Cache({technology.slug: technology.name for technology in edition.technologies})
    yield _artifact(edition, _Calendar(title=site.title, events=edition.events), cache)
    for technology in edition.technologies:
        events = [event for event in edition.events if technology.slug in event.technologies]
        title = f"{site.title} — {technology.name}"
        about = _Calendar(title=title, page=f"{technology.slug}/", hue=technology.hue, events=events)
        yield _artifact(edition, about, cache)
    for source in edition.sources:
        if source.kind == "group":
            of_group = [event for event in edition.events if source.slug in event.groups]
            title = f"{source.name} — {site.title}"
            yield _artifact(edition, _Calendar(title=title, page=f"members/{source.slug}/", events=of_group), cache)
    for event in edition.events:
        yield Artifact(
            path=f"events/{event.slug}.ics",
            digest=digest("event", PRODID, edition.base_rev, event.rev),
            make=partial(_alone, event, cache),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    """A calendar to subscribe to. `page` is the folder that it lies in and whose events it has, "" for all."""

    title: str
    page: str = ""
    hue: int | None = None
    events: Sequence[Event]

    @property
    def path(self) -> str:
        return f"{self.page}calendar.ics"


def _artifact(edition: Edition, calendar: _Calendar, cache: _Cache) -> Artifact:
    def make() -> bytes:
        body = b"".join(map(cache.get, calendar.events)) if calendar.events else write(_NOTHING)
        return write(_head(edition, calendar)) + body + b"END:VCALENDAR\r\n"

    revs = (event.rev for event in calendar.events)
    return Artifact(
        path=calendar.path,
        digest=digest("calendar", PRODID, calendar.path, calendar.title, edition.base_rev, *revs),
        make=make,
    )


def _alone(event: Event, cache: _Cache) -> bytes:
    return write(_START) + cache.get(event) + b"END:VCALENDAR\r\n"


class _Cache:
    """Cache of written events: each is written once for all calendars that contain it."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._lines: dict[str, bytes] = {}

    def get(self, event: Event) -> bytes:
        if event.id not in self._lines:
            self._lines[event.id] = write(event_lines(event, self._names))
        return self._lines[event.id]


_START = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN")
# A calendar must hold a component (3.4), and there are planets without an event yet.
_NOTHING = (
    "BEGIN:VTIMEZONE", "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0000",
    "TZNAME:UTC", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip


def _head(edition: Edition, calendar: _Calendar) -> Iterator[str]:
    """The properties of a calendar to subscribe to: RFC 7986, and what clients before it know."""
    site = edition.config.site
    yield from _START
    yield f"NAME:{text(calendar.title)}"
    yield f"X-WR-CALNAME:{text(calendar.title)}"
    if site.description:
        yield f"DESCRIPTION:{text(site.description)}"
        yield f"X-WR-CALDESC:{text(site.description)}"
    yield f"X-WR-TIMEZONE:{text(site.timezone)}"
    yield f"URL:{uri(site.url + (calendar.page or 'events/'))}"
    yield f"SOURCE;VALUE=URI:{uri(site.url + calendar.path)}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"
    yield f"X-PUBLISHED-TTL:{REFRESH}"
    if calendar.hue is not None:
        yield f"COLOR:{colour(calendar.hue)}"
    changed = max((event.changed for event in calendar.events if event.changed), default=None)
    if changed:
        yield f"LAST-MODIFIED:{moment(changed)}"


def event_lines(event: Event, names: Mapping[str, str]) -> Iterator[str]:
    """One VEVENT (3.6.1), unfolded. `names` maps slugs of technologies to their names."""
    changed = event.changed or event.first_seen
    yield "BEGIN:VEVENT"
    yield f"UID:{text(event.id)}"
    yield f"DTSTAMP:{moment(changed or event.data.start)}"
    yield when("DTSTART", event.data.start)
    if when("DTEND", event.end)[5:] != when("DTEND", event.data.start)[5:]:
        yield when("DTEND", event.end)
    yield f"SUMMARY:{text(one_line(event.data.title))}"
    if described := description(event):
        yield f"DESCRIPTION:{text(described)}"
    if event.data.location:
        yield f"LOCATION:{text(event.data.location)}"
    if event.data.geo:
        yield f"GEO:{event.data.geo[0]:.6f};{event.data.geo[1]:.6f}"
    if address := uri(event.data.url):
        yield f"URL:{address}"
    if categories := [text(name) for slug in event.technologies if (name := names.get(slug, slug))]:
        yield f"CATEGORIES:{','.join(categories)}"
    organizer = event.data.organizer or event.group
    if organizer and (address := uri(event.data.organizer_url)):
        yield f"ORGANIZER;CN={parameter(organizer)}:{address}"
    if address := uri(event.data.image):
        yield f"IMAGE;VALUE=URI;DISPLAY=BADGE:{address}"
    yield f"STATUS:{event.data.status.upper()}"
    yield f"SEQUENCE:{max(0, event.revision)}"
    if event.first_seen:
        yield f"CREATED:{moment(event.first_seen)}"
    if changed:
        yield f"LAST-MODIFIED:{moment(changed)}"
    yield "END:VEVENT"


def described(event: Event) -> str:
    """The description as text with its lines, links spelled out."""
    return (lines_of(event.data.html) if event.data.html else event.data.text)[:DESCRIPTION]


def description(event: Event) -> str:
    """The description as text, followed by the address of the event's page."""
    text = described(event)
    if event.data.url and event.data.url not in text:
        return f"{text}\n\n{event.data.url}" if text else event.data.url
    return text


def lines_of(markup: str) -> str:
    """Sanitised HTML as text that keeps paragraphs and lists, numbers included."""
    if "<" in markup:
        markup = _BREAK.sub("\n", _SPACES.sub(" ", markup.replace("\n", " ")))
        markup = _LINK.sub(_spelled, markup)
        markup = _BLOCK.sub("\n\n", _marked_items(markup).replace("</li>", ""))
        markup = _TAG.sub("", markup)
    lines = html.unescape(_GAPS.sub("\n\n", markup)).split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def _marked_items(markup: str) -> str:
    """HTML whose list items begin with their number or a dash, on a line of their own."""
    numbers: list[int | None] = []
    """Of each open list the number of its next item, None for bullets."""

    def mark(tag: re.Match[str]) -> str:
        if tag[1]:
            numbers.append(
                int(start[1]) if (start := _FIRST_NUMBER.search(tag[0])) else 1 if tag[1].lower() == "ol" else None
            )
        elif tag[2]:
            del numbers[-1:]
        else:
            number = numbers[-1] if numbers else None
            if number is None:
                return "\n- "
            numbers[-1] = number + 1
            return f"\n{number}. "
        return tag[0]

    return _LIST.sub(mark, markup) if "<li" in markup else markup


def _spelled(match: re.Match[str]) -> str:
    address, shown = match[1], match[2]
    if html.unescape(address) in html.unescape(_TAG.sub("", shown)) or not address.startswith(("http://", "https://")):
        return shown
    return f"{shown} ({address})"


def when(name: str, value: datetime | date) -> str:
    """A property with a moment in UTC, or with a day."""
    if isinstance(value, datetime):
        return f"{name}:{moment(value)}"
    return f"{name};VALUE=DATE:{value.year:04}{value.month:02}{value.day:02}"


def moment(value: datetime | date) -> str:
    """DATE-TIME in UTC (form 2 of 3.3.5)."""
    if not isinstance(value, datetime):
        return f"{value.year:04}{value.month:02}{value.day:02}T000000Z"
    at = value.astimezone(UTC)
    return f"{at.year:04}{at.month:02}{at.day:02}T{at.hour:02}{at.minute:02}{at.second:02}Z"


def text(value: str) -> str:
    """TEXT (3.3.11): nothing in it can end the property."""
    cleaned = xml_safe(value).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return cleaned.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def parameter(value: str) -> str:
    """A quoted parameter value (3.2): no control character and no quote can stand in it, so the quotes of people are exchanged."""
    return '"' + one_line(value, 200).replace('"', "”") + '"'


def uri(value: str) -> str:
    """An http or https address as URI (3.3.13), "" when it is none: no blank, no control character, ASCII."""
    return quote(http_url(value), safe="!#$%&'()*+,/:;=?@[]~")


def colour(hue: int) -> str:
    """The CSS colour name nearest to a hue."""
    return min(_COLOURS, key=lambda named: abs(named[0] - hue))[1]


def write(lines: Iterable[str]) -> bytes:
    """Content lines as bytes: folded at 75 octets between characters, CRLF (3.1)."""
    return b"".join(map(fold, lines))


def fold(line: str) -> bytes:
    """One content line with its end."""
    data = line.encode("utf-8", "replace")
    if len(data) <= LIMIT:
        return data + b"\r\n"
    parts = []
    start, room = 0, LIMIT
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(data[start:end])
        start, room = end, LIMIT - 1
    parts.append(data[start:])
    return b"\r\n ".join(parts) + b"\r\n"
