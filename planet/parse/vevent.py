"""Read one VEVENT; its times keep their own zones."""

from __future__ import annotations

import contextlib
import itertools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from planet.model import EventData, Message, RawEvent
from planet.parse.contentlines import Component, split_list
from planet.parse.eventfeed import MARKUP, TITLE, unescaped
from planet.parse.icaltimes import later, read_moment, read_moments, stamp, utc
from planet.parse.recurrence import Timing, day_in
from planet.parse.zones import Zones
from planet.text import digest, one_line, plain
from planet.when import is_believable

DESCRIPTION = 100_000
_GEO = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d*)?)\s*[;,]\s*([+-]?\d{1,3}(?:\.\d*)?)\s*")
_DECLARATION = re.compile(r"<![^>]*>")
_EXCEPTIONS = 5_000
_RULES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedEvent:
    """One VEVENT: `event` with its times in UTC (or as dates), `timing` in the zone it was written in."""

    event: RawEvent
    timing: Timing
    recurring: bool
    private: bool = False


class BadEventError(ValueError):
    """An event that cannot be shown; `reason` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def read_event(component: Component, zones: Zones, index: int, *, cancelled: bool = False) -> TimedEvent:
    """The event of a VEVENT (RFC 5545 3.6.1). Raises BadEventError where it has no readable date."""
    title = one_line(unescaped(component.text("SUMMARY")), TITLE)
    start, start_utc = _start(component, zones, title)
    end, end_utc = _end(component, zones, start, start_utc)
    timing = _timing(component, zones, start, end, index)
    location = _lines(unescaped(component.text("LOCATION")))
    description, is_html = _description(component)
    organizer, organizer_url = _organizer(component)
    modified = component.first("LAST-MODIFIED")
    changed = read_moment(modified, zones) if modified else None
    event = RawEvent(
        uid=one_line(component.text("UID"))[:1000] or "sha256:" + digest(title, stamp(start_utc), location),
        recurrence_id=stamp(timing.recurrence_id) if timing.recurrence_id else "",
        data=EventData(
            title=title,
            location=location,
            geo=_geo(component),
            url=_uri(component, "URL"),
            start=start_utc,
            end=end_utc,
            status=_status(component, cancelled=cancelled),
            organizer=organizer,
            organizer_url=organizer_url,
            tags=_categories(component),
            image=_image(component),
            timezone=start.tzinfo.key if isinstance(start, datetime) and isinstance(start.tzinfo, ZoneInfo) else "",
        ),
        description=description,
        description_is_html=is_html,
        sequence=timing.sequence,
        modified=changed.astimezone(UTC) if isinstance(changed, datetime) else None,
    )
    private = component.text("CLASS").strip().upper() in {"PRIVATE", "CONFIDENTIAL"}
    return TimedEvent(event=event, timing=timing, recurring=bool(timing.rules or timing.dates), private=private)


def _lines(text: str) -> str:
    """A place: its lines, each cleaned, parted by line ends."""
    return "\n".join(line for part in text.splitlines() if (line := one_line(part, TITLE)))[:TITLE]


def _timing(
    component: Component, zones: Zones, start: datetime | date, end: datetime | date | None, index: int
) -> Timing:
    due = component.first("RECURRENCE-ID")
    recurrence_id = read_moment(due, zones) if due else None

    def moments(name: str) -> tuple[datetime | date, ...]:
        read = (moment for line in component.all(name) for moment in read_moments(line, zones))
        # A list may be longer than what is kept of it: the rest is not read.
        return tuple(_of_kind(moment, start, zones) for moment in itertools.islice(read, _EXCEPTIONS))

    return Timing(
        index=index,
        start=start,
        end=end,
        rules=tuple(rule for line in component.all("RRULE") if (rule := line.value.strip()))[:_RULES],
        dates=moments("RDATE"),
        ends=_period_ends(component, zones),
        except_dates=moments("EXDATE"),
        recurrence_id=_of_kind(recurrence_id, start, zones) if recurrence_id is not None else None,
        and_future=bool(due and due.parameters.get("RANGE", "").upper() == "THISANDFUTURE"),
        sequence=_number(component.text("SEQUENCE")),
    )


def _of_kind(moment: datetime | date, start: datetime | date, zones: Zones) -> datetime | date:
    """A moment of an all-day series as its day: some writers name it in UTC."""
    if isinstance(start, datetime) or not isinstance(moment, datetime):
        return moment
    return day_in(moment, zones.default)


def _period_ends(component: Component, zones: Zones) -> dict[datetime | date, datetime]:
    """When each RDATE that is a PERIOD (3.3.9) ends, by its start."""
    ends: dict[datetime | date, datetime] = {}
    for line in component.all("RDATE"):
        for piece in line.value.split(",")[:_EXCEPTIONS]:
            first, slash, last = piece.partition("/")
            start = read_moment(line, zones, first) if slash else None
            if isinstance(start, datetime):
                end = later(start, last) if last.lstrip("+").upper().startswith("P") else read_moment(line, zones, last)
                if isinstance(end, datetime) and end > start:
                    ends[start] = end
    return ends


def _categories(component: Component) -> tuple[str, ...]:
    names = (one_line(piece, 100) for line in component.all("CATEGORIES") for piece in split_list(line.value))
    return tuple(dict.fromkeys(filter(None, names)))[:50]


def _start(component: Component, zones: Zones, title: str) -> tuple[datetime | date, datetime | date]:
    """DTSTART in its own zone and in UTC."""
    prop = component.first("DTSTART")
    if prop is None:
        raise BadEventError(Message.of("“{title}” was left out: it has no start", title=title[:100]))
    start = read_moment(prop, zones)
    if (
        isinstance(start, datetime)
        and _midnight(start)
        and component.text("X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
    ):
        start = start.date()
    with contextlib.suppress(OverflowError):
        if start is not None and is_believable(start):
            return start, utc(start)
    raise BadEventError(
        Message.of("“{title}” was left out: its start cannot be read ({date})", title=title[:100], date=prop.value[:40])
    )


def _midnight(start: datetime | date) -> bool:
    return not isinstance(start, datetime) or start.time() == time()


def _end(
    component: Component, zones: Zones, start: datetime | date, start_utc: datetime | date
) -> tuple[datetime | date | None, datetime | date | None]:
    """DTEND, or DTSTART and DURATION, in its own zone and in UTC; None when missing, of another kind than the start, or not behind it."""
    prop = component.first("DTEND")
    with contextlib.suppress(OverflowError):
        if prop is not None:
            end = read_moment(prop, zones)
            if isinstance(end, datetime) and not isinstance(start, datetime):
                end = end.date() if _midnight(end) else None
        else:
            duration = component.text("DURATION")
            end = later(start, duration) if duration else None
        if end is not None and isinstance(start, datetime) == isinstance(end, datetime):
            end_utc = utc(end)
            if end_utc > start_utc and is_believable(end):
                return end, end_utc
    return None, None


def _description(component: Component) -> tuple[str, bool]:
    """The description, and whether it is HTML. An HTML alternative without a visible word or picture is none."""
    for name in ("STYLED-DESCRIPTION", "X-ALT-DESC"):
        for line in component.all(name):
            if line.parameters.get("FMTTYPE", "").lower().startswith("text/html"):
                text = line.text.strip()[:DESCRIPTION]
                if "<img" in text.lower() or plain(_DECLARATION.sub("", text)).strip():
                    return text, True
    text = component.text("DESCRIPTION").strip()[:DESCRIPTION]
    is_html = "<" in text and bool(MARKUP.search(text))
    return text if is_html else unescaped(text), is_html


def _organizer(component: Component) -> tuple[str, str]:
    """Name and http(s) address. A mail address does not count as a name and is not published."""
    prop = component.first("ORGANIZER")
    if prop is None:
        return "", ""
    value = prop.text.strip()
    name = one_line(prop.parameters.get("CN", ""), 200)
    if value.lower().startswith(("http://", "https://")):
        return ("" if "@" in name else name), value
    if ":" not in value and "@" not in value:
        return name or one_line(value, 200), ""
    return ("" if "@" in name else name), ""


def _status(component: Component, *, cancelled: bool) -> Literal["confirmed", "tentative", "cancelled"]:
    status = component.text("STATUS").strip().upper()
    if cancelled or status in {"CANCELLED", "CANCELED"}:
        return "cancelled"
    return "tentative" if status == "TENTATIVE" else "confirmed"


def _uri(component: Component, name: str) -> str:
    prop = component.first(name)
    return prop.value.strip() if prop else ""


def _geo(component: Component) -> tuple[float, float] | None:
    """GEO as (latitude, longitude), else that of Apple's structured place."""
    text = component.text("GEO")
    if not text:
        prop = component.first("X-APPLE-STRUCTURED-LOCATION")
        text = prop.value.removeprefix("geo:") if prop and prop.value.startswith("geo:") else ""
    match = _GEO.fullmatch(text)
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude, longitude) == (0.0, 0.0):
        return None
    return latitude, longitude


def _image(component: Component) -> str:
    """IMAGE (RFC 7986 5.10), else an attached picture, by address."""
    for prop in component.all("IMAGE"):
        if prop.value.startswith(("http://", "https://")):
            return prop.value.strip()
    for prop in component.all("ATTACH"):
        if prop.parameters.get("FMTTYPE", "").lower().startswith("image/") and prop.value.startswith(
            ("http://", "https://")
        ):
            return prop.value.strip()
    return ""


def _number(text: str) -> int:
    return min(int(text), 2**31 - 1) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
