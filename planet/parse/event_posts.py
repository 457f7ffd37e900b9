"""Read events from Markdown posts (Hugo, Jekyll). Every value that cannot be used is reported."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from planet.model import CalendarRead, EventData, Message, RawEvent
from planet.parse.eventfeed import cancelled
from planet.parse.front_matter import front_matter
from planet.text import digest, fold, one_line
from planet.urls import canonical_key, host, http_url, without_tracking
from planet.when import is_believable

_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d{1,2})[:h](\d\d)(?::(\d\d))?)?\s*(Z|[+-]\d\d:?\d\d)?")
# Addresses that only count who clicks, and die with the mailing that they were made for.
_TRACKERS = re.compile(
    r"(?:^|\.)(?:sendib[mt]\d*\.com|sendinblue\.com|brevosend\.com|mjt\.lu|list-manage\.com|mailchi\.mp|hubspotlinks\.com|ct\.sendgrid\.net|"
    r"mailtrack\.(?:io|com)|click\.[\w-]+\.\w+|clicks?\.mlsend\.com|awstrack\.me|lnk\.[\w-]+\.\w+)$"
)
_SHORTENERS = frozenset({"bit.ly", "meetu.ps", "t.co", "goo.gl", "tinyurl.com", "ow.ly", "lnkd.in", "buff.ly"})
_EXAMPLES = 5
_EVENT_KEYS = frozenset({"event_date", "event_url", "location", "organizer"})
"""Keys at the top of front matter that make a post one of an event."""
MAX_TEXT = 100_000
"""Characters of a description that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post that is an event. `day` is what its file is called by."""

    path: str
    stem: str
    title: str
    start: datetime | date
    end: datetime | date | None = None
    text: str = ""
    location: str = ""
    url: str = ""
    organizer: str = ""
    organizer_url: str = ""
    tags: tuple[str, ...] = ()
    day: date | None = None


@dataclass(slots=True)
class _Report:
    """The warnings about a folder of posts: paths by kind of fault."""

    left_out: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    odd: defaultdict[Message, list[str]] = field(default_factory=lambda: defaultdict(list))


def read_posts(files: Iterable[tuple[str, str]], zone: ZoneInfo) -> tuple[list[Post], tuple[Message, ...]]:
    """The posts that are events among Markdown files, as (path, text), and what is to be told of them.

    Read is front matter (TOML between `+++`, YAML between `---`) that has an event: `params.event` with `name`, `date`, `event_url`,
    `location.friendly_name`, `location.full_address` and `params.organizer` (the planet of Clermont'ech), or `title`, `event_date`
    or `date`, `end`, `location`, `organizer`, `url` at the top. Hours without a zone are those of `zone`.
    """
    report = _Report()
    posts = [post for path, text in files if (post := _post(path, text, zone, report)) is not None]
    posts = _one_spelling(posts, report)
    _shared_pages(posts, report)
    return sorted(posts, key=lambda post: (post.stem, post.path)), tuple(_messages(report))


def names(posts: Iterable[Post]) -> list[str]:
    """A name for each post that stays the same while its file does: the file's, made distinct where two folders have the same."""
    taken: dict[str, None] = {}
    for post in posts:
        taken[post.stem if post.stem not in taken else f"{post.stem}-{digest(post.path)[:6]}"] = None
    return list(taken)


def events_from_folder(body: bytes, *, timezone: str) -> CalendarRead:
    """The events of a folder of posts, as `planet.fetch` hands it over: JSON, a list of [path, text]."""
    files = [(str(path), str(text)) for path, text in json.loads(body)]
    posts, messages = read_posts(files, ZoneInfo(timezone))
    events = (
        RawEvent(
            uid=name,
            data=EventData(
                title=post.title,
                start=post.start,
                end=post.end if post.end is not None and _is_behind(post.end, post.start) else None,
                status="cancelled" if cancelled(post.title) else "confirmed",
                location=post.location,
                url=post.url,
                organizer=post.organizer,
                organizer_url=post.organizer_url,
                tags=post.tags,
                timezone=timezone if isinstance(post.start, datetime) else "",
            ),
            description=post.text,
        )
        for post, name in zip(posts, names(posts), strict=True)
        if is_believable(post.start)
    )
    return CalendarRead(events=tuple(events), warnings=messages)


_NO_TITLE = Message.counted(
    "{count} post has no title; the file's name was taken: {files}",
    "{count} posts have no title; the file's name was taken: {files}",
)
_NO_ORGANIZER = Message.counted("{count} post names no organiser: {files}", "{count} posts name no organiser: {files}")
_NO_PLACE = Message.counted("{count} post names no place: {files}", "{count} posts name no place: {files}")


def _is_behind(end: datetime | date, start: datetime | date) -> bool:
    return isinstance(end, datetime) == isinstance(start, datetime) and end > start


def _post(name: str, text: str, zone: ZoneInfo, report: _Report) -> Post | None:
    path = PurePosixPath(name)
    matter, body = front_matter(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if matter is None:
        return None
    params = _table(matter.get("params"))
    event = _table(params.get("event")) or _table(matter.get("event"))
    if not event and _EVENT_KEYS.isdisjoint(matter):
        return None
    if matter.get("draft") is True:
        report.left_out.append(Message.of("{file}: left out, it is a draft", file=name))
        return None
    day = _day(path.stem)
    given = _first(event, "date") or _first(matter, "event_date") or _first(event, "start") or _first(matter, "date")
    start = _start_or_day(_start(given, zone), day, name, zone, report)
    if start is None:
        return None
    title = _words(_first(event, "name") or _first(matter, "title", "name"))
    organizer, organizer_url = _organizer(matter, params)
    place = _place(_first(event, "location") or _first(matter, "location", "place"))
    for value, message in ((title, _NO_TITLE), (organizer, _NO_ORGANIZER), (place, _NO_PLACE)):
        if not value:
            report.odd[message].append(name)
    return Post(
        path=name,
        stem=path.stem.lower(),
        title=title or _title_of(path.stem),
        start=start,
        end=_start(_first(event, "end", "end_date") or _first(matter, "end", "end_date"), zone),
        text=_description(body, matter)[:MAX_TEXT],
        location=place,
        url=_address(
            _first(event, "event_url") or _first(matter, "event_url") or _first(event, "url") or _first(matter, "link"),
            name,
            report,
        ),
        organizer=organizer,
        organizer_url=_address(organizer_url, name, report),
        tags=tuple(_tags(_first(matter, "tags") or _first(params, "tags"))),
        day=day,
    )


def _first(fields: Mapping[str, Any], *keys: str) -> Any:
    """The first value of these keys that is not empty, else None."""
    return next((value for key in keys if (value := fields.get(key))), None)


def _organizer(matter: Mapping[str, Any], params: Mapping[str, Any]) -> tuple[str, Any]:
    """The name of the organiser, "" for none, and its address as written."""
    given = _table(params.get("organizer")) or _table(matter.get("organizer")) or {"name": matter.get("organizer")}
    return _words(given.get("name")), _first(given, "website", "url")


def _title_of(stem: str) -> str:
    """The title of a post without one: the name of its file, without the day at its beginning."""
    return re.sub(r"[-_]+", " ", re.sub(r"^[\d-]+", "", stem)).strip() or stem


def _description(body: str, matter: Mapping[str, Any]) -> str:
    return body.strip() or _text(matter.get("description"))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _start_or_day(
    start: datetime | date | None, day: date | None, name: str, zone: ZoneInfo, report: _Report
) -> datetime | date | None:
    """When the event begins: as its post says, else the day in the file's name; None, and left out, without either."""
    if start is None and day is None:
        report.left_out.append(Message.of("{file}: left out, it has no date that can be read", file=name))
    elif start is None:
        report.odd[
            Message.counted(
                "{count} post has no date that can be read; the day in the file's name was taken: {files}",
                "{count} posts have no date that can be read; the day in the file's name was taken: {files}",
            )
        ].append(name)
    elif day is not None and day != (start.astimezone(zone).date() if isinstance(start, datetime) else start):
        report.odd[
            Message.counted(
                "{count} post has another day in the file's name than inside; the one inside was taken: {files}",
                "{count} posts have another day in the file's name than inside; the one inside was taken: {files}",
            )
        ].append(name)
    return start if start is not None else day


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _words(value: object) -> str:
    return one_line(str(value), 500) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _day(stem: str) -> date | None:
    match = _DAY.match(stem)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _start(value: object, zone: ZoneInfo) -> datetime | date | None:
    """A date of front matter: TOML's and YAML's own, or a text. Without a zone it is local."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return value
    match = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None:
            return day
        local = datetime(day.year, day.month, day.day, int(match[4]), int(match[5]), int(match[6] or 0), tzinfo=zone)
        if match[7]:
            local = datetime.fromisoformat(local.replace(tzinfo=None).isoformat() + match[7].replace("Z", "+00:00"))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _place(value: object) -> str:
    """A place: name and address, without the `0` that stands for nothing."""
    if not isinstance(value, dict):
        return "" if _words(value) in {"0", ""} else _words(value)
    street = _words(value.get("full_address") or value.get("address") or value.get("street_address"))
    city = " ".join(filter(None, (_words(value.get("postal_code")), _words(value.get("city")))))
    parts = [part.strip(" ,") for part in (_words(value.get("friendly_name") or value.get("name")), street, city)]
    kept = [part for part in parts if part not in {"", "0"}]
    return ", ".join(dict.fromkeys(kept))


def _address(value: object, name: str, report: _Report) -> str:
    """A link without tracking parameters; "" for a link of a click-counting service."""
    text = _text(value)
    address = without_tracking(http_url(text))
    if not address:
        if text:
            report.odd[
                Message.counted(
                    "{count} post has an address that is none: {files}",
                    "{count} posts have an address that is none: {files}",
                )
            ].append(f"{name} ({text[:60]})")
        return ""
    if _TRACKERS.search(host(address)):
        report.odd[
            Message.counted(
                "{count} address only tracks who clicks in a mailing and was left out: {files}",
                "{count} addresses only track who clicks in a mailing and were left out: {files}",
            )
        ].append(name)
        return ""
    if host(address) in _SHORTENERS:
        report.odd[
            Message.counted(
                "{count} address is shortened; better write where it leads: {files}",
                "{count} addresses are shortened; better write where they lead: {files}",
            )
        ].append(f"{name} ({address})")
    return address


def _tags(value: object) -> Iterator[str]:
    values = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    yield from (tag for tag in (_words(piece) for piece in values) if tag)


def _one_spelling(posts: list[Post], report: _Report) -> list[Post]:
    """Tags and organisers that differ in case, accents, blanks or dots only get their commonest spelling."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for post in posts:
        for name in {*post.tags, *filter(None, [post.organizer])}:
            spellings[fold(name)][name] += 1
    chosen = {key: min(counts, key=lambda name: (-counts[name], name)) for key, counts in spellings.items() if key}
    for key, counts in sorted(spellings.items()):
        if key and len(counts) > 1:
            others = ", ".join(f"“{name}”" for name in sorted(counts) if name != chosen[key])
            report.notes.append(
                Message.of("{others} is written “{chosen}”, as elsewhere", others=others, chosen=chosen[key])
            )
    return [
        replace(
            post,
            organizer=chosen.get(fold(post.organizer), post.organizer),
            tags=tuple({fold(tag): chosen.get(fold(tag), tag) for tag in post.tags}.values()),
        )
        for post in posts
    ]


def _shared_pages(posts: list[Post], report: _Report) -> None:
    pages = Counter(canonical_key(post.url) for post in posts if post.url)
    for page, count in sorted(pages.items()):
        if count > 1:
            report.notes.append(
                Message.of("{count} events name one page, {page}: they stay apart", count=count, page=page)
            )


def _messages(report: _Report) -> Iterator[Message]:
    yield from report.left_out
    for template, files in report.odd.items():
        named = ", ".join(files[:_EXAMPLES]) + (", …" if len(files) > _EXAMPLES else "")
        yield template.filled(count=len(files), files=named)
    yield from report.notes
