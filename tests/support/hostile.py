"""Hostile feeds for tests: any payload in every field of an Atom, an RSS and a JSON feed, and of a calendar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from xml.sax.saxutils import quoteattr

from planet.text import xml_safe

LAST = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _xml(text: str) -> str:
    """As text of an XML document: what no XML may hold is left out, so that the strict reader reads it."""
    return escape(xml_safe(text))


def _attribute(text: str) -> str:
    return quoteattr(xml_safe(text))


def _cdata(text: str) -> str:
    return f"<![CDATA[{xml_safe(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _moment(number: int) -> datetime:
    return LAST - timedelta(minutes=17 * number)


def atom(payloads: Sequence[str], *, title: str = "Un blog", first: int = 0) -> str:
    """Each payload is an entry that has it in every field, once as escaped HTML, once as text."""
    entries = []
    for number, payload in enumerate(payloads, first):
        text, attribute = _xml(payload), _attribute(payload)
        entries.append(
            f"<entry><title type='{'html' if number % 2 else 'text'}'>n{number} {text}</title><id>{text or number}</id>"
            f"<link rel='alternate' href={attribute}/><link rel='enclosure' href={attribute} type={attribute} length='1'/>"
            f"<link rel='related' href={attribute} title={attribute}/><published>{_moment(number):%Y-%m-%dT%H:%M:%SZ}</published>"
            f"<updated>{text}</updated><author><name>{text}</name><uri>{text}</uri><email>{text}</email></author>"
            f"<contributor><name>{text}</name></contributor><category term={attribute} label={attribute}/><rights>{text}</rights>"
            f"<summary type='html'>n{number} {text}</summary><content type='html'>Numéro {number} : {text}</content></entry>"
        )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title type="html">{_xml(title)}</title>'
        f"<subtitle>{_xml(title)}</subtitle><id>{_xml(title)}</id><link href={_attribute(title)}/><icon>{_xml(title)}</icon>"
        f"<generator uri={_attribute(title)}>{_xml(title)}</generator><author><name>{_xml(title)}</name></author>"
        f"<updated>2026-11-20T00:00:00Z</updated>{''.join(entries)}</feed>"
    )


def rss(payloads: Sequence[str], *, title: str = "Un blog", first: int = 0) -> str:
    entries = []
    for number, payload in enumerate(payloads, first):
        text, attribute, cdata = _xml(payload), _attribute(payload), _cdata(payload)
        entries.append(
            f"<item><title>{_cdata(f'n{number} {payload}')}</title><link>{text}</link><guid isPermaLink='false'>{text or number}</guid>"
            f"<pubDate>{_moment(number):%a, %d %b %Y %H:%M:%S GMT}</pubDate><author>{text}</author><dc:creator>{cdata}</dc:creator>"
            f"<category domain={attribute}>{cdata}</category><comments>{text}</comments><source url={attribute}>{text}</source>"
            f"<enclosure url={attribute} type={attribute} length='1'/><media:content url={attribute} medium='image'/>"
            f"<media:thumbnail url={attribute}/><itunes:author>{text}</itunes:author><itunes:image href={attribute}/>"
            f"<description>{text} n{number}</description><content:encoded>{_cdata(f'Numéro {number} : {payload}')}</content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>'
        f"<title>{_cdata(title)}</title><link>{_xml(title)}</link><description>{_cdata(title)}</description>"
        f"<language>{_xml(title)}</language><copyright>{_xml(title)}</copyright><managingEditor>{_xml(title)}</managingEditor>"
        f"<image><url>{_xml(title)}</url><title>{_xml(title)}</title><link>{_xml(title)}</link></image>{''.join(entries)}</channel></rss>"
    )


def json_feed(payloads: Sequence[str], *, title: str = "Un blog", first: int = 0) -> str:
    """JSON can hold what XML cannot: control characters and lone surrogates."""
    items = [
        {
            "id": payload or str(number),
            "url": payload,
            "external_url": payload,
            "title": f"n{number} {payload}",
            "content_html": f"Numéro {number} : {payload}",
            "content_text": payload,
            "summary": f"{payload} n{number}",
            "image": payload,
            "banner_image": payload,
            "date_published": _moment(number).isoformat(),
            "date_modified": payload,
            "authors": [{"name": payload, "url": payload, "avatar": payload}],
            "tags": [payload],
            "language": payload,
            "attachments": [{"url": payload, "mime_type": payload, "title": payload, "size_in_bytes": 1}],
        }
        for number, payload in enumerate(payloads, first)
    ]
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "home_page_url": title,
            "feed_url": title,
            "description": title,
            "icon": title,
            "authors": [{"name": title, "url": title}],
            "items": items,
        }
    )


FORMATS = (("atom.xml", atom), ("rss.xml", rss), ("feed.json", json_feed))


def calendar(payloads: Sequence[str], *, first: int = 0) -> str:
    """Each payload is an evening to come that has it in every property."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//FR"]
    for number, payload in enumerate(payloads, first):
        text = payload.encode("utf-8", "replace").decode().replace("\0", "")
        for old, new in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
            text = text.replace(old, new)
        quoted = text.replace('"', "'")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{number} {text}",
            f"DTSTART:{LAST + timedelta(days=2 + number):%Y%m%dT%H%M%SZ}",
            f"DTEND:{LAST + timedelta(days=2 + number, hours=2):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:n{number} {text}",
            f"DESCRIPTION:{text}",
            f'LOCATION;ALTREP="{quoted}":{text}',
            f"URL:{text}",
            f'ORGANIZER;CN="{quoted}":mailto:{text}',
            f"CATEGORIES:{text}",
            f"STATUS:{text if number % 2 else 'CONFIRMED'}",
            f"X-ALT-DESC;FMTTYPE=text/html:{text}",
            f"ATTACH:{text}",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])
