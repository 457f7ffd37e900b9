"""Content lines of iCalendar (RFC 5545 section 3.1), read liberally and fast: text -> components as plain values.

`icalendar` builds an object for every property, which is four times the work; it is the oracle of our tests instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,64})=((?:"[^"]*"|[^";:])*)')
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_ESCAPE = re.compile(r"\\([\\;,nN])")
_COMMA = re.compile(r"((?:\\.|[^\\,])*)(?:,|$)", re.DOTALL)
_CARET = re.compile(r"\^(['n^])")
_BAD_FOLDS = re.compile(r"^(DESCRIPTION:)((?:\n[ \t].*)+)", re.MULTILINE)
_MARKS = frozenset("BbEe")
_TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "X-ALT-DESC", "STYLED-DESCRIPTION"})
"""Properties whose value may continue in lines that were not escaped."""
_KNOWN = _TEXTS | frozenset(
    [
        "BEGIN",
        "END",
        "VERSION",
        "PRODID",
        "CALSCALE",
        "METHOD",
        "NAME",
        "COLOR",
        "SOURCE",
        "REFRESH-INTERVAL",
        "IMAGE",
        "CONFERENCE",
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "DURATION",
        "DUE",
        "COMPLETED",
        "CREATED",
        "LAST-MODIFIED",
        "SEQUENCE",
        "RECURRENCE-ID",
        "RRULE",
        "EXRULE",
        "RDATE",
        "EXDATE",
        "CATEGORIES",
        "CLASS",
        "STATUS",
        "TRANSP",
        "GEO",
        "URL",
        "ATTACH",
        "ATTENDEE",
        "ORGANIZER",
        "RELATED-TO",
        "RESOURCES",
        "PRIORITY",
        "PERCENT-COMPLETE",
        "REQUEST-STATUS",
        "FREEBUSY",
        "ACTION",
        "REPEAT",
        "TRIGGER",
        "ACKNOWLEDGED",
        "PROXIMITY",
        "DEFAULT-ALARM",
        "TZID",
        "TZNAME",
        "TZOFFSETFROM",
        "TZOFFSETTO",
        "TZURL",
        "TZUNTIL",
        "TZID-ALIAS-OF",
        "BUSYTYPE",
        "LOCATION-TYPE",
        "PARTICIPANT-TYPE",
        "CALENDAR-ADDRESS",
        "RESOURCE-TYPE",
        "STRUCTURED-DATA",
        "LINK",
        "CONCEPT",
        "REFID",
        "DALARM",
        "AALARM",
        "MALARM",
        "PALARM",
        "DAYLIGHT",
        "TZ",
    ]
)
"""Every registered property (IANA, and vCalendar 1.0)."""
_DATES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
_DATE_LINE = re.compile(r"[A-Z-]+;(?:.*;)?TZID=([^;]*?)(;.*)?:(\d{8}(?:[T,].*)?)", re.IGNORECASE)
DEEPEST = 8
WANTED = frozenset({"VCALENDAR", "VTIMEZONE", "VEVENT"})
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Property:
    """One content line: `value` is raw (still escaped), names of parameters are in upper case."""

    __slots__ = ("parameters", "value")

    def __init__(self, value: str, parameters: Mapping[str, str] = _NOTHING) -> None:
        self.value = value
        self.parameters = parameters

    @property
    def text(self) -> str:
        """The value as TEXT (3.3.11): escapes undone; a comma or semicolon that was not escaped stays."""
        return unescape(self.value)


class Component:
    """One component. Its properties are parsed when they are first asked for: most of a huge calendar never is."""

    __slots__ = ("_properties", "ended", "inner", "name", "own")

    def __init__(self, name: str) -> None:
        self.name = name
        self.own: list[str] = []
        """Its own logical lines."""
        self.inner: list[str] = []
        """The lines of the components inside it, BEGIN and END included; only a VTIMEZONE keeps them."""
        self.ended = False
        self._properties: dict[str, list[Property]] | None = None

    @property
    def properties(self) -> dict[str, list[Property]]:
        """Properties by name in upper case, each in the order of the document."""
        if self._properties is None:
            self._properties = {}
            for line in self.own:
                parsed = parse_line(line)
                if parsed is not None:
                    self._properties.setdefault(parsed[0], []).append(parsed[1])
        return self._properties

    def first(self, name: str) -> Property | None:
        """The first property of a name."""
        properties = (self._properties or self.properties).get(name)
        return properties[0] if properties else None

    def text(self, name: str) -> str:
        """The first property of a name as TEXT, "" when there is none."""
        properties = (self._properties or self.properties).get(name)
        return unescape(properties[0].value) if properties else ""

    def all(self, name: str) -> list[Property]:
        """Every property of a name."""
        return (self._properties or self.properties).get(name, [])


def unescape(value: str) -> str:
    """TEXT without its escapes; a backslash before anything else is a backslash."""
    if "\\" not in value:
        return value
    if "\\\\" not in value:
        return value.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",").replace("\\;", ";")
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def split_list(value: str) -> list[str]:
    """The texts of a comma-separated list (CATEGORIES), escapes undone."""
    if "," not in value:
        return [unescape(value)]
    return [unescape(match[1]) for match in _COMMA.finditer(value) if match[1]]


def unfold(text: str) -> list[str]:
    """Logical lines. Line ends may be CRLF, LF or CR.

    One template in the wild folds in place of line ends: `DESCRIPTION:`, then each line of the text behind one blank. No proper
    writer folds behind the bare name, so there each fold is a line end.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "DESCRIPTION:\n" in text:
        text = _BAD_FOLDS.sub(_with_line_ends, text)
    return _continued(text.replace("\n ", "").replace("\n\t", "").split("\n"))


def _continued(lines: list[str]) -> list[str]:
    """Lines where each one that is no content line continues the text before it: a writer forgot to escape a line end.

    Where the calendar writes its names in upper case, `Location: ask in the thread` is a line of text.
    """
    upper = any(line.startswith("BEGIN:V") for line in lines[:5])
    joined: list[str] = []
    in_text = False
    for line in lines:
        match = _NAME.match(line)
        name = match[0] if match and line[match.end() : match.end() + 1] in {":", ";"} else ""
        if upper and name != name.upper():
            name = ""
        name = name.upper()
        if name in _KNOWN or name.startswith("X-"):
            in_text = name in _TEXTS
            joined.append(line)
        elif in_text and joined:
            joined[-1] += "\\n" + line.replace("\\", "\\\\")
    return joined


def _with_line_ends(match: re.Match[str]) -> str:
    lines = (line[1:].replace("\\", "\\\\") for line in match[2].split("\n")[1:])
    return match[1] + "\\n".join(lines)


def parse_line(line: str) -> tuple[str, Property] | None:
    """Name and property of one logical line, None for what is no content line."""
    head, colon, value = line.partition(":")
    if not colon:
        return None
    if ";" not in head:
        return head.upper(), Property(value)
    named = _NAME.match(line)
    if named is None:
        return None
    if named[0].upper() in _DATES and not value[:8].isdigit() and (date_line := _DATE_LINE.fullmatch(line)):
        # `TZID=tzone://Microsoft/Utc:20261203T190000`: a colon outside of quotes is part of the zone's name.
        return named[0].upper(), Property(date_line[3], {"TZID": date_line[1].strip('"')})
    position = named.end()
    parameters: dict[str, str] = {}
    while match := _PARAMETER.match(line, position):
        parameters[match[1].upper()] = _CARET.sub(_uncaret, match[2].replace('"', ""))
        position = match.end()
    if line[position : position + 1] != ":":
        # A parameter that breaks the rules (a bare quote, no name): its property is still worth its value.
        position = line.find(":", position)
        if position < 0:
            return None
    return named[0].upper(), Property(line[position + 1 :], parameters)


def _uncaret(match: re.Match[str]) -> str:
    """RFC 6868: what parameters cannot hold."""
    return {"'": '"', "n": "\n", "^": "^"}[match[1]]


def components(lines: Iterable[str], wanted: frozenset[str] = WANTED) -> Iterator[Component]:
    """The components named in `wanted`, in the order of their ends; what stands inside others is passed over.

    A component that begins inside one of its own kind ends that one: its END was forgotten. Nothing is built for what is nested
    deeper than `DEEPEST`.
    """
    open_: list[Component] = []
    beyond = 0
    for line in lines:
        head = line[:6].upper() if line[:1] in _MARKS else ""
        if head == "BEGIN:":
            name = line[6:].strip().upper()
            if name == "VEVENT" and open_ and open_[-1].name == name:
                yield open_.pop()
            if len(open_) >= DEEPEST:
                beyond += 1
                continue
            _keep(open_, line)
            open_.append(Component(name))
        elif head.startswith("END:") and open_:
            if beyond:
                beyond -= 1
                continue
            name = line[4:].strip().upper()
            if all(outer.name != name for outer in open_):
                continue
            while open_:
                closed = open_.pop()
                closed.ended = closed.name == name
                if closed.name in wanted:
                    yield closed
                if closed.ended:
                    break
            _keep(open_, line)
        elif open_ and not beyond:
            if open_[-1].name in wanted:
                open_[-1].own.append(line)
            else:
                _keep(open_, line)
    yield from (left for left in reversed(open_) if left.name in wanted)


def _keep(outers: list[Component], line: str) -> None:
    if outers and len(outers) > 1:
        for outer in outers[1:]:
            if outer.name == "VTIMEZONE":
                outer.inner.append(line)
                return
