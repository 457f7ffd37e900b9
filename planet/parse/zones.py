"""Time zones of calendars: a TZID (Olson, Outlook, free text) -> a tzinfo."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from planet.parse.contentlines import Component
from planet.parse.vtimezone import read_vtimezone

_WINDOWS = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
_OFFSET = re.compile(r"\(?(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?\)?", re.IGNORECASE)
_DISPLAYED = re.compile(r"\(\s*(?:utc|gmt)\s*([+-]\s*\d{1,2}(?::?\d{2})?)?\s*\)\s*(\S.*)")
_UTC_NAMES = frozenset({"utc", "z", "gmt", "etc/utc", "etc/gmt", "tzone://microsoft/utc", "coordinated universal time"})
# Names that programs display for Central European Time, in the languages of our calendars.
_PARIS_NAMES = frozenset(
    {
        "cest", "met dst", "heure d’europe centrale", "heure d'europe centrale", "central european time",
        "central european standard time", "romance", "paris",
    }
)  # fmt: skip
_AREAS = ("europe", "america", "asia", "africa", "australia", "pacific", "atlantic", "us", "canada")
# Cities of Outlook's names, in other languages' spellings than Olson's.
_CITIES = {
    "bruxelles": "Europe/Brussels", "copenhague": "Europe/Copenhagen", "rom": "Europe/Rome", "roma": "Europe/Rome",
    "wien": "Europe/Vienna", "vienne": "Europe/Vienna", "varsovie": "Europe/Warsaw", "prag": "Europe/Prague",
    "londres": "Europe/London", "édimbourg": "Europe/London", "edinburgh": "Europe/London", "lisbonne": "Europe/Lisbon",
    "athènes": "Europe/Athens", "athen": "Europe/Athens", "bucarest": "Europe/Bucharest", "moscou": "Europe/Moscow",
    "moskau": "Europe/Moscow", "pékin": "Asia/Shanghai", "beijing": "Asia/Shanghai", "sapporo": "Asia/Tokyo",
    "casablanca": "Africa/Casablanca", "le caire": "Africa/Cairo", "quito": "America/Bogota", "saskatchewan": "America/Regina",
    "arizona": "America/Phoenix", "hawaii": "Pacific/Honolulu", "hawaï": "Pacific/Honolulu", "chennai": "Asia/Kolkata",
    "canberra": "Australia/Sydney", "wellington": "Pacific/Auckland", "west central africa": "Africa/Lagos",
    "afrique centrale - ouest": "Africa/Lagos", "amérique centrale": "America/Guatemala", "central america": "America/Guatemala",
}  # fmt: skip
# Where a displayed name tells nothing but its standard offset: the zone of most calendars there, with its summer time.
_BY_OFFSET = {
    -600: "Pacific/Honolulu", -540: "America/Anchorage", -480: "America/Los_Angeles", -420: "America/Denver",
    -360: "America/Chicago", -300: "America/New_York", -240: "America/Halifax", -210: "America/St_Johns",
    -180: "America/Sao_Paulo", 0: "Europe/London", 60: "Europe/Paris", 120: "Europe/Athens", 180: "Europe/Moscow",
    330: "Asia/Kolkata", 480: "Asia/Shanghai", 540: "Asia/Tokyo", 600: "Australia/Sydney", 720: "Pacific/Auckland",
}  # fmt: skip
_OWN = 20
"""Most zones of its own that a calendar may define."""


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


@lru_cache(maxsize=1000)
def named(tzid: str) -> tzinfo | None:
    """The zone of a name: Olson's (also behind a vendor's path, in any case), Windows', Outlook's in any language, or an offset.

    None for a name that says nothing.
    """
    folded = tzid.strip().strip('"').strip().casefold()
    if not folded or len(folded) > 200:
        return None
    if folded in _UTC_NAMES:
        return UTC
    parts = folded.strip("/").split("/")
    for count in (len(parts), 3, 2):
        # "/mozilla.org/20050126_1/Europe/Paris", "/freeassociation.sourceforge.net/Tzfile/Europe/Paris"
        if name := _names().get("/".join(parts[-count:])):
            return ZoneInfo(name)
    if displayed := _DISPLAYED.fullmatch(folded):
        return _displayed(displayed[1], displayed[2])
    zone = _region(folded)
    return ZoneInfo(zone) if zone else _offset(folded)


def _region(text: str) -> str | None:
    """The Olson name behind a Windows name, or a displayed name or city in any of our languages."""
    if text in _PARIS_NAMES:
        return "Europe/Paris"
    # "Eastern Time (US & Canada)" is displayed for "Eastern Standard Time".
    windows = re.sub(r" time\b", " standard time", text.partition(" (")[0].strip())
    if zone := _WINDOWS.get(text) or _WINDOWS.get(windows):
        return zone
    return next(filter(None, map(_city, _cities(text))), None)


def _cities(text: str) -> list[str]:
    """The pieces of a displayed name that may be cities; Paris first, where our calendars are."""
    pieces = [piece.strip() for piece in re.split(r"[,/;:&]", text)]
    return sorted(pieces, key=lambda piece: piece != "paris")


def _city(name: str) -> str | None:
    if zone := _CITIES.get(name):
        return zone
    key = name.replace(" ", "_")
    return next((zone for area in _AREAS if (zone := _names().get(f"{area}/{key}"))), None)


def _displayed(offset: str | None, text: str) -> tzinfo | None:
    """The zone of "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris": by a city or name in it, else by its offset, with summer time."""
    if zone := _region(text):
        return ZoneInfo(zone)
    if offset is None:
        return UTC
    fixed = _offset(offset.replace(" ", ""))
    delta = fixed.utcoffset(None) if fixed else None
    zone = _BY_OFFSET.get(int(delta.total_seconds()) // 60) if delta is not None else None
    return ZoneInfo(zone) if zone else fixed


def _offset(text: str) -> timezone | None:
    match = _OFFSET.match(text)
    if match is None:
        return None
    delta = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if delta > timedelta(hours=14):
        return None
    return timezone(delta if match[1] == "+" else -delta)


class Zones:
    """The zones of one calendar, by TZID. A name that the world knows is the world's: VTIMEZONEs are often cut short."""

    def __init__(self, components: Sequence[Component], default: str) -> None:
        self._components: Mapping[str, Component] = {
            component.text("TZID").strip().strip('"'): component for component in components
        }
        self._zones: dict[str, tzinfo] = {}
        self._defined = 0
        self.default: tzinfo = named(default) or UTC
        self.unknown: dict[str, None] = {}
        """TZIDs that nothing explains, in the order of meeting them."""

    def get(self, tzid: str) -> tzinfo:
        """The zone, or the calendar's own for a name that nothing explains (the name is then in `unknown`)."""
        if not tzid:
            return self.default
        if tzid not in self._zones:
            self._zones[tzid] = self._find(tzid)
        return self._zones[tzid]

    def _find(self, tzid: str) -> tzinfo:
        zone = named(tzid)
        displayed = _DISPLAYED.fullmatch(tzid.strip().strip('"').casefold()) is not None
        if zone is UTC or (isinstance(zone, ZoneInfo) and not displayed):
            return zone
        # A VTIMEZONE beside `GMT+1` or a displayed name knows better than a guess from the name (it may have summers).
        component = self._components.get(tzid.strip().strip('"'))
        if component is not None and self._defined < _OWN:
            self._defined += 1
            if (defined := read_vtimezone(component)) is not None:
                return defined
        if zone is None:
            self.unknown[tzid] = None
        return zone or self.default
