"""Values that all formats have: people, names of categories, texts, dates. Strings in, values out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from planet.model import Message, ParsedDate, RawEntry, RawPerson, Text
from planet.parse.dates import read_date
from planet.people import split_person

_NAME = re.compile(r"[^\W\d_]")


def person(element: str, line: str, url: str = "", email: str = "") -> RawPerson | None:
    """Who a line of text names in an element, None when there is neither a name nor an address. `email`, if any, counts before one in the line."""
    if not (line or url or email):
        return None
    name, address = split_person(line)
    return RawPerson(element=element, name=name, email=email or address, url=url.strip()[:3000])


def persons(element: str, lines: Iterable[str]) -> Iterator[RawPerson]:
    """The people named in lines of text."""
    return (someone for line in lines if (someone := person(element, line)))


def names(label: str, term: str) -> tuple[str, ...]:
    """What a category of Atom is called: its label, and its term where that is a name too and says something else."""
    if not label or not term or label.casefold() == term.casefold():
        return (label or term,)
    return (label,) if "://" in term or not _NAME.search(term) else (label, term)


def markup(value: str, base: str = "", lang: str = "") -> Text | None:
    """HTML as an entry's text, None when there is nothing in it."""
    value = value.strip()
    return Text(value=value, kind="html", base=base, lang=lang) if value else None


def first_date(texts: Iterable[str], timezone: str) -> ParsedDate | None:
    """The first of several dates that can be read, else the first that was written."""
    first: ParsedDate | None = None
    for text in texts:
        if text and not text.isspace():
            read = read_date(text, timezone)
            if read.value is not None:
                return read
            first = first or read
    return first


def newest(dates: list[float | None], limit: int) -> list[int]:
    """The places of the `limit` newest of a document's entries, in its order.

    One without a date is as old as the one before it; where none has a date the first ones are kept.
    """
    if len(dates) <= limit:
        return list(range(len(dates)))
    filled: list[float] = []
    last = next((date for date in dates if date is not None), 0.0)
    for date in dates:
        last = date if date is not None else last
        filled.append(last)
    order = sorted(range(len(dates)), key=lambda place: (-filled[place], place))
    return sorted(order[:limit])


def date_warning(entries: Iterable[RawEntry]) -> tuple[Message, ...]:
    """A warning for dates that cannot be read, none where all can."""
    bad = [
        when.written
        for entry in entries
        for when in (entry.published or entry.updated,)
        if when is not None and when.value is None
    ]
    if not bad:
        return ()
    return (
        Message.counted(
            "{count} date cannot be read: “{date}”",
            "{count} dates cannot be read, such as “{date}”",
            count=len(bad),
            date=bad[0][:60],
        ),
    )
