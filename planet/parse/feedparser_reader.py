"""feedparser, the fallback for what cannot be repaired into well-formed XML (tags that do not match, mostly).

feedparser is given text that is decoded, mended and within limits, and its parser alone: no function of it that could open a file or
a URL is ever called, its sanitiser and its link resolver are off, and it does not resolve ids.
"""

from __future__ import annotations

import io
import itertools
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from planet import links
from planet.model import Deleted, Enclosure, ParsedDate, RawEntry, RawFeed, RawLink, RawPerson, RawSource, Text
from planet.parse import hints, values
from planet.parse.attachments import is_image
from planet.parse.dates import read_date
from planet.parse.hints import positive
from planet.parse.loose_parser import LooseParser, unescaped

_FORMATS = {
    "rss091u": "rss091",
    "rss091n": "rss091",
    "rss": "rss20",
    "atom": "atom10",
    "atom01": "atom03",
    "atom02": "atom03",
    "": "rss20",
}
_TOMBSTONE = re.compile(r"<at:deleted-entry\s([^<>]{1,2000})>")
_ATTRIBUTE = re.compile(r"(ref|when)\s*=\s*[\"']([^\"']{1,1000})[\"']")
_POINT = 2
_DIV = re.compile(r"<div(?:\s[^<>]{0,500})?>(.*)</div>", re.DOTALL)
_PAGE = frozenset({"", "text/html", "application/xhtml+xml"})


def read(text: str, *, limit: int, timezone: str = "UTC") -> RawFeed | None:
    """The feed in a text, None when nothing of a feed can be found in it."""
    parser = LooseParser("", None, "utf-8", {})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parser.feed(io.BytesIO(text.encode("utf-8", "replace")).read().decode("utf-8"))
    except Exception:  # noqa: BLE001 - a library of guesses, fed with what is broken: whatever it trips over, this document is unreadable
        return None
    entries = [dict(entry) for entry in parser.entries]
    if not entries and not parser.feeddata:
        return None
    return _feed(dict(parser.feeddata), entries, str(parser.version), text, limit, timezone)


def _feed(
    feed: dict[str, Any], entries: list[dict[str, Any]], version: str, text: str, limit: int, timezone: str
) -> RawFeed:
    atom = version.startswith("atom")
    dates = [_dates(entry, timezone) for entry in entries]
    places = values.newest([_seconds(*pair) for pair in dates], limit) if len(entries) > limit else range(len(entries))
    feed_language = _str(feed.get("language"))
    parsed_entries = tuple(
        _entry(entries[place], place, dates[place], atom=atom, feed_language=feed_language) for place in places
    )
    linked = _links(feed)
    asked = (
        hints.from_ttl(_str(feed.get("ttl"))),
        hints.from_period(_or_none(feed.get("sy_updateperiod")), _or_none(feed.get("sy_updatefrequency"))),
    )
    return RawFeed(
        format=_FORMATS.get(version, version),
        reader="liberal",
        id=_str(feed.get("id")),
        title=" ".join(_str(feed.get("title")).split()),
        link=links.page(linked),
        language=feed_language,
        updated=values.first_date([_str(feed.get(name)) for name in ("updated", "published", "planet_date")], timezone),
        authors=_people(feed),
        self_link=_self(linked),
        complete="fh_complete" in feed,
        delay_hint=max((seconds for seconds in asked if seconds), default=None),
        skip_hours=hints.hours(_lines(feed, "hour")),
        skip_days=hints.days(_lines(feed, "day")),
        entries=parsed_entries,
        deleted=_deleted(text),
        dropped=len(entries) - len(parsed_entries),
        warnings=values.date_warning(parsed_entries),
    )


def _str(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _or_none(value: Any) -> str | None:
    return _str(value) or None


def _lines(feed: dict[str, Any], name: str) -> list[str]:
    return [value] if (value := _str(feed.get(name))) else []


def _deleted(text: str) -> tuple[Deleted, ...]:
    """Tombstones, of which feedparser would keep one."""
    deleted = []
    for tag in _TOMBSTONE.finditer(text):
        attributes = dict(_ATTRIBUTE.findall(tag[1]))
        if "ref" in attributes:
            deleted.append(Deleted(ref=attributes["ref"].strip(), when=read_date(attributes.get("when", "")).value))
    return tuple(deleted)


def _links(holder: dict[str, Any]) -> list[RawLink]:
    """The links of a feed, an entry or a source, enclosures left out. feedparser's own `link` may be an id, and is not read."""
    return [
        RawLink(element="link", href=href, rel=rel, type=_str(link.get("type")))
        for link in holder.get("links") or ()
        if (href := _str(link.get("href"))) and (rel := _str(link.get("rel")).lower()) != "enclosure"
    ]


def _self(linked: Iterable[RawLink]) -> str:
    return next((link.href for link in linked if link.rel == "self"), "")


def _people(holder: dict[str, Any]) -> tuple[RawPerson, ...]:
    """Everybody whom a feed or an entry names."""
    authors = (
        values.person(
            "atom:author", unescaped(_str(author.get("name"))), _str(author.get("href")), _str(author.get("email"))
        )
        for author in holder.get("authors") or ()
    )
    lines = holder.get("planet_people") or {}
    named = [values.persons(element, map(_str, texts)) for element, texts in sorted(lines.items())]
    return (*filter(None, authors), *itertools.chain.from_iterable(named))


def _dates(entry: dict[str, Any], timezone: str) -> tuple[ParsedDate | None, ParsedDate | None]:
    published = values.first_date([_str(entry.get(name)) for name in ("published", "planet_date", "created")], timezone)
    return published, values.first_date([_str(entry.get("updated"))], timezone)


def _seconds(published: ParsedDate | None, updated: ParsedDate | None) -> float | None:
    return next((when.value.timestamp() for when in (published, updated) if when and when.value), None)


def _construct(detail: Any, feed_language: str, *, atom: bool) -> Text | None:
    """A text of feedparser's. Outside Atom its type is a guess, and everything is HTML."""
    if not isinstance(detail, dict) or not (value := _str(detail.get("value"))):
        return None
    base, lang = _str(detail.get("base")), _str(detail.get("language"))
    lang = "" if lang == feed_language else lang
    kind = _str(detail.get("type"))
    if "/" in kind and not kind.startswith("text/") and kind not in _PAGE:
        return None  # a picture or a film
    if kind == "application/xhtml+xml" and (match := _DIV.fullmatch(value)) and "<div" not in match[1]:
        value = match[1]
    if kind == "text/plain" and atom:
        return Text(value=value, kind="text", base=base, lang=lang)
    return values.markup(value, base, lang)


def _entry(
    entry: dict[str, Any],
    position: int,
    dates: tuple[ParsedDate | None, ParsedDate | None],
    *,
    atom: bool,
    feed_language: str,
) -> RawEntry:
    identity = _str(entry.get("id"))
    is_permalink = bool(entry.get("planet_guid")) and not atom and identity.lower().startswith(("http://", "https://"))
    enclosures, pictures = _attached(entry)
    contents = [text for item in entry.get("content") or () if (text := _construct(item, feed_language, atom=atom))]
    summary = _construct(entry.get("summary_detail"), feed_language, atom=atom)
    title = _construct(entry.get("title_detail"), feed_language, atom=atom)
    if not atom and not contents:
        contents, summary = [summary] if summary else [], None
    content = contents[0] if contents else None
    if content is None and summary is None and (last := _str(entry.get("planet_media_description"))):
        content = Text(value=last, kind="text")
    return RawEntry(
        position=position,
        id=identity,
        base=title.base if title else "",
        links=(*_links(entry), *_links_of_elements(entry, identity if is_permalink else "")),
        title=title,
        content=content,
        summary=summary,
        published=dates[0],
        updated=dates[1],
        authors=_people(entry),
        categories=tuple(_categories(entry)),
        enclosures=enclosures,
        pictures=pictures,
        language=_str(entry.get("language")),
        source=_source(entry.get("source")),
        geo=_place(entry),
    )


def _categories(entry: dict[str, Any]) -> Iterator[str]:
    for tag in entry.get("tags") or ():
        if not _str(tag.get("scheme")).endswith("#kind"):
            yield from values.names(_str(tag.get("label")), _str(tag.get("term")))


def _links_of_elements(entry: dict[str, Any], guid: str) -> Iterator[RawLink]:
    """The links that other elements than <link> give; `guid` is a permalink, or ""."""
    if guid:
        yield RawLink(element="guid", href=guid)
    if original := _str(entry.get("feedburner_origlink")):
        yield RawLink(element="feedburner:origlink", href=original)
    for item in entry.get("content") or ():
        if item.get("src"):
            yield RawLink(element="content", href=_str(item["src"]))
    if comments := _str(entry.get("comments")):
        yield RawLink(element="comments", href=comments, rel="replies")
    if comments_feed := _str(entry.get("wfw_commentrss")):
        yield RawLink(element="wfw:commentrss", href=comments_feed, rel="replies", type="application/rss+xml")


def _attached(entry: dict[str, Any]) -> tuple[tuple[Enclosure, ...], tuple[str, ...]]:
    enclosures = [
        Enclosure(
            url=_str(link.get("href")),
            type=_str(link.get("type")),
            length=positive(_str(link.get("length"))),
            title=_str(link.get("title")),
        )
        for link in entry.get("links") or ()
        if link.get("rel") == "enclosure" and _str(link.get("href"))
    ]
    pictures = []
    for item in entry.get("media_content") or ():
        url, kind = _str(item.get("url")), _str(item.get("type"))
        if url:
            enclosures.append(Enclosure(url=url, type=kind, length=positive(_str(item.get("filesize")))))
            if is_image(url, kind, _str(item.get("medium")).lower()):
                pictures.append(url)
    thumbnails = [_str(item.get("url")) for item in entry.get("media_thumbnail") or ()]
    image = entry.get("image")
    if isinstance(image, dict):
        thumbnails.append(_str(image.get("href")))
    pictures += [item.url for item in enclosures if item.type and is_image(item.url, item.type)]
    return tuple(enclosures), tuple(dict.fromkeys(url for url in (*thumbnails, *pictures) if url))


def _source(value: Any) -> RawSource | None:
    if not isinstance(value, dict):
        return None
    linked = _links(value)
    source = RawSource(
        id=_str(value.get("id")),
        title=" ".join(_str(value.get("title")).split()),
        url=links.page(linked),
        feed_url=_str(value.get("href")) or _self(linked),
        authors=_people(value),
    )
    return source if source != RawSource() else None


def _place(entry: dict[str, Any]) -> tuple[float, float] | None:
    where = entry.get("where")
    coordinates: Iterable[Any] = (where.get("coordinates") or ()) if isinstance(where, dict) else ()
    pair = list(coordinates)
    if not pair:
        pair = [_str(entry.get("geo_long")), _str(entry.get("geo_lat"))]
    try:
        longitude, latitude = (float(number) for number in pair[:_POINT])
    except (TypeError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
