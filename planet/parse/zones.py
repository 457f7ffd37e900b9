"""Time zones of calendars: whatever a TZID is called -> a tzinfo."""

from __future__ import annotations

import io
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from dateutil.tz import tzical
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from planet.parse.contentlines import Component

_WINDOWS = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
_OFFSET = re.compile(r"\(?(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?\)?", re.IGNORECASE)
_UTC_NAMES = frozenset({"utc", "z", "gmt", "etc/utc", "etc/gmt", "tzone://microsoft/utc", "coordinated universal time"})
# Names that Outlook shows for a zone; it writes the one of its own language. Those of Western Europe, where our calendars are.
_SHOWN = {
    "paris, madrid": "Europe/Paris",
    "bruxelles, copenhague, madrid, paris": "Europe/Paris",
    "brussels, copenhagen, madrid, paris": "Europe/Paris",
    "paris": "Europe/Paris",
    "cest": "Europe/Paris",
    "met dst": "Europe/Paris",
    "heure d’europe centrale": "Europe/Paris",
    "heure d'europe centrale": "Europe/Paris",
    "central european time": "Europe/Paris",
    "central european standard time": "Europe/Paris",
}
_KEPT = ("BEGIN:", "END:", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "TZNAME")
_TRANSITIONS = 200
"""Most parts of a VTIMEZONE that are read: one for each change since 1900 fits."""
_LONGEST = 2_000
"""Most lines of a VTIMEZONE that are read."""
_OWN = 20
"""Most zones of its own that a calendar may define."""


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


@lru_cache(maxsize=1000)
def named(tzid: str) -> tzinfo | None:
    """The zone of a name: Olson's (also behind a vendor's path, in any case), Windows', Outlook's, or an offset (`UTC+01:00`).

    None for a name that says nothing.
    """
    cleaned = tzid.strip().strip('"').strip()
    folded = cleaned.casefold()
    if not folded or len(folded) > 200:
        return None
    if folded in _UTC_NAMES:
        return UTC
    known = _names()
    parts = folded.strip("/").split("/")
    for count in (len(parts), 3, 2):
        # "/mozilla.org/20050126_1/Europe/Paris", "/freeassociation.sourceforge.net/Tzfile/Europe/Paris"
        if name := known.get("/".join(parts[-count:])):
            return ZoneInfo(name)
    if zone := _WINDOWS.get(folded) or _SHOWN.get(folded):
        return ZoneInfo(zone)
    shown = re.fullmatch(r"\((?:utc|gmt)[^)]*\)\s*(.+)", folded)
    if shown:
        # "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris": the first city that is a zone's.
        if zone := _SHOWN.get(shown[1]):
            return ZoneInfo(zone)
        for city in (piece.strip().replace(" ", "_") for piece in shown[1].split(",")):
            for area in ("europe", "america", "asia", "africa", "australia", "pacific", "atlantic"):
                if name := known.get(f"{area}/{city}"):
                    return ZoneInfo(name)
    if offset := _OFFSET.match(folded):
        delta = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if delta <= timedelta(hours=14):
            return timezone(delta if offset[1] == "+" else -delta)
    return None


def defined(component: Component) -> tzinfo | None:
    """The zone that a VTIMEZONE spells out (3.6.5); None when it cannot be used.

    Only rules that come once a year are read, in parts that always come: no zone needs others, and they would cost us dear.
    """
    lines = [line for line in component.inner if line.upper().startswith(_KEPT)]
    begun = [line for line in lines if line.upper().startswith("BEGIN:")]
    if not begun or len(begun) > _TRANSITIONS or len(lines) > _LONGEST:
        return None
    if any(line.strip().upper() not in {"BEGIN:STANDARD", "BEGIN:DAYLIGHT"} for line in begun):
        return None
    plain = [_plain(line) for line in lines]
    if any(line.startswith("RRULE:") and not _yearly(line[6:]) for line in plain):
        return None
    try:
        made = tzical(io.StringIO("\r\n".join(("BEGIN:VTIMEZONE", "TZID:own", *plain, "END:VTIMEZONE", "")))).get()
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    assert made is None or isinstance(made, tzinfo)
    return made


def _yearly(rule: str) -> bool:
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    days = parts.get("BYMONTHDAY", "1").split(",")
    return (
        parts.get("FREQ") == "YEARLY"
        and parts.keys() <= {"FREQ", "BYMONTH", "BYDAY", "BYMONTHDAY", "UNTIL", "COUNT", "WKST"}
        and re.fullmatch(r"(?:[+-]?[1-5])?[A-Z]{2}", parts.get("BYDAY", "SU")) is not None
        and all(day.isdigit() and 1 <= int(day) <= 28 for day in days)
    )


def _plain(line: str) -> str:
    """A line of a VTIMEZONE as dateutil takes it: no parameters, dates with a time, no change before 1950 (it walks from the first)."""
    head, _, value = line.partition(":")
    name = head.partition(";")[0].upper()
    if name in {"BEGIN", "END"}:
        return f"{name}:{value.strip().upper()}"
    if name in {"DTSTART", "RDATE"}:
        moments = (
            f"{moment}T000000" if re.fullmatch(r"\d{8}", moment) else moment.rstrip("Z")
            for moment in value.strip().split(",")
        )
        value = ",".join(
            f"1950{moment[4:]}" if moment[:4].isdigit() and moment < "1950" else moment for moment in moments
        )
    return f"{name}:{value}"


class Zones:
    """The zones of one calendar, by TZID. A name that the world knows is the world's: VTIMEZONEs are often cut short."""

    def __init__(self, components: Sequence[Component], default: str) -> None:
        self._written: Mapping[str, Component] = {
            component.text("TZID").strip().strip('"'): component for component in components
        }
        self._found: dict[str, tzinfo] = {}
        self._defined = 0
        self.default: tzinfo = named(default) or UTC
        self.unknown: dict[str, None] = {}
        """TZIDs that nothing explains, in the order of meeting them."""

    def get(self, tzid: str) -> tzinfo:
        """The zone, or the calendar's own for a name that nothing explains (the name is then in `unknown`)."""
        if not tzid:
            return self.default
        if tzid not in self._found:
            found = _world(tzid)
            if found is None and self._defined < _OWN and (written := self._written.get(tzid.strip().strip('"'))):
                self._defined += 1
                found = defined(written)
            found = found or named(tzid)
            if found is None:
                self.unknown[tzid] = None
                found = self.default
            self._found[tzid] = found
        return self._found[tzid]


def _world(tzid: str) -> tzinfo | None:
    """A zone that is known by its name, offsets left out: a VTIMEZONE beside `GMT+1` knows better (it may have summers)."""
    found = named(tzid)
    return found if isinstance(found, ZoneInfo) or found is UTC else None
