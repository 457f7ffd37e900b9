"""What every format says in its own spelling: people, tags, languages, lengths, hints. Strings in, values out."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable

from planet.model import Message, ParsedDate, RawEntry, RawPerson, Text
from planet.parse.dates import read_date

_EMAIL = re.compile(
    r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|[\w.+'-]{1,64}\s?(?:\(at\)|\[at\])\s?[\w.-]{1,100}", re.IGNORECASE
)
_PAIR = re.compile(
    r"(?P<email>\S+)\s*\((?P<name>[^()]*(?:\([^()]*\)[^()]*)*)\)|(?P<name2>[^<>()]*?)\s*[<(]\s*(?:mailto:)?(?P<email2>[^<>()\s]+@[^<>()\s]+)\s*[>)]"
)
_ESCAPED_BLOCK = re.compile(
    r"&lt;(p|div|h[1-6]|ul|ol|table|blockquote|pre|section|article|figure|dl)(?:\s[^<>]{0,500}?)?&gt;", re.IGNORECASE
)
_TAG = re.compile(r"<[A-Za-z/!]")
_NAME = re.compile(r"[^\W\d_]")
DAY = 86_400
_PERIODS = {"hourly": 3600, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY}
_WEEKDAYS = {
    name: day for day, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}


def person(text: str, url: str = "") -> RawPerson | None:
    """Who a line of text names: `joe@x (Joe)`, `Joe <joe@x>`, `Joe`, `joe@x`. An address is never taken for a name."""
    text = " ".join(text[:3000].split())[:300]
    return _person(text, url.strip()[:3000]) if text or url else None


@functools.lru_cache(maxsize=512)
def _person(text: str, url: str) -> RawPerson:
    """Short texts only get here, so that the cache stays small; most feeds have one author."""
    found = _PAIR.fullmatch(text) if "@" in text else None
    if found:
        name, email = (
            (found["name"] or "", found["email"]) if found["email"] else (found["name2"] or "", found["email2"])
        )
        if "@" in name and "@" not in email:
            name, email = email, name
    else:
        name, email = text, ""
    held = _EMAIL.search(name)
    if held:
        email = email or held[0]
        name = _EMAIL.sub("", name).strip(" ()<>[],;:-")
    return RawPerson(
        name=name.strip(" \"'") if name != text else name, email=email if "@" in email else "", url=url.strip()
    )


def first_named(*groups: Iterable[RawPerson | None]) -> tuple[RawPerson, ...]:
    """The first group with a name in it, else the first with anybody; nobody twice."""
    kept: tuple[RawPerson, ...] = ()
    for group in groups:
        people = tuple(one for one in group if one is not None and (one.name or one.email or one.url))
        if any(one.name for one in people):
            return people if len(people) == 1 else tuple(dict.fromkeys(people))
        kept = kept or people
    return kept


def names(label: str, term: str) -> tuple[str, ...]:
    """What a category of Atom is called: its label, and its term where that is a name too and says something else."""
    if not label or not term or label.casefold() == term.casefold():
        return (label or term,)
    return (label,) if "://" in term or not _NAME.search(term) else (label, term)


def tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Categories as written, comma lists parted, the first spelling of each kept, in their order."""
    kept: dict[str, str] = {}
    for text in texts:
        for part in text.split(",") if "," in text else (text,):
            tag = " ".join(part.split())
            if tag and len(tag) <= 200:
                kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())


def length(text: str) -> int | None:
    """Bytes, None for junk."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 and int(text) > 0 else None


def decoded_twice(value: str) -> str:
    """HTML that was escaped once too often is unescaped: no tag in it, and a block element escaped, open and closed."""
    if _TAG.search(value):
        return value
    found = _ESCAPED_BLOCK.search(value)
    if found is None or f"&lt;/{found[1].lower()}&gt;" not in value.lower():
        return value
    return html.unescape(value)


def markup(value: str, base: str = "", lang: str = "") -> Text | None:
    """HTML as an entry's text, None when there is nothing in it."""
    value = value.strip()
    return (
        Text(value=decoded_twice(value) if "&lt;" in value else value, kind="html", base=base, lang=lang)
        if value
        else None
    )


def first_date(texts: Iterable[str], timezone: str) -> ParsedDate | None:
    """The first of several dates that can be read, else the first that was written."""
    written: ParsedDate | None = None
    for text in texts:
        if text and not text.isspace():
            read = read_date(text, timezone)
            if read.value is not None:
                return read
            written = written or read
    return written


def ttl(text: str) -> int | None:
    """Seconds from <ttl> (minutes), at most a day."""
    minutes = length(text)
    return min(minutes * 60, DAY) if minutes else None


def period(name: str | None, frequency: str | None) -> int | None:
    """Seconds from the syndication module: daily and once where only the other is said, nothing for what is invalid."""
    if name is None and frequency is None:
        return None
    seconds = _PERIODS.get((name or "daily").strip().lower())
    times = length(frequency) if frequency is not None else 1
    return max(60, seconds // times) if seconds and times else None


def hours(texts: Iterable[str]) -> tuple[int, ...]:
    """<skipHours>: 0 to 23 GMT, 24 is 0, and skipping all of them is skipping none."""
    found = {
        int(text) % 24
        for text in (one.strip() for one in texts)
        if text.isascii() and text.isdigit() and int(text[:4]) <= 24
    }
    return tuple(sorted(found)) if len(found) < 24 else ()


def days(texts: Iterable[str]) -> tuple[int, ...]:
    """<skipDays>: Monday is 0."""
    found = {_WEEKDAYS[text] for text in (one.strip().lower() for one in texts) if text in _WEEKDAYS}
    return tuple(sorted(found)) if len(found) < 7 else ()


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
    """What to tell a member whose dates are none."""
    bad = [
        when.written
        for entry in entries
        for when in (entry.published or entry.updated,)
        if when is not None and when.value is None
    ]
    if not bad:
        return ()
    return (Message.of("{count} dates cannot be read, such as “{date}”", count=len(bad), date=bad[0][:60]),)
