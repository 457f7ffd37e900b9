"""Events as data: `events.json` and `events/atom.xml`, of all and of each technology. Their shape is documented in docs/events.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

from planet import __version__
from planet.i18n import Translator
from planet.model import Artifact, Edition, Event, Message, Person
from planet.render.calendars import described
from planet.text import named_digests, one_line, shorten, xml_safe
from planet.urls import host, http_url
from planet.when import rfc3339

if TYPE_CHECKING:  # feeds are written only by a run that changes them
    from planet.render.syndicate.items import Item

FORMAT = 1
ENTRIES = 60
"""Most events in the Atom feed: those that were announced last."""


def event_data(edition: Edition) -> Iterator[Artifact]:
    """`events.json`, `events/atom.xml`, and the same of each technology."""
    for path, name, events in _lists(edition):
        inputs = {
            "program": edition.program_rev,
            "settings": edition.settings_rev,
            "events": " ".join(event.rev for event in events),
        }
        yield Artifact(
            path=f"{path}events.json", digest=named_digests(inputs), make=partial(_json, edition, path, name, events)
        )
        latest = sorted(events, key=_announced, reverse=True)[:ENTRIES]
        yield Artifact(
            path=f"{path}events/atom.xml",
            digest=named_digests({**inputs, "events": " ".join(event.rev for event in latest)}),
            make=partial(_atom, edition, path, name, latest),
        )


def _lists(edition: Edition) -> Iterator[tuple[str, str, tuple[Event, ...]]]:
    title = edition.config.site.title
    yield "", title, edition.events
    for technology in edition.technologies:
        of_it = tuple(event for event in edition.events if technology.slug in event.technologies)
        yield f"{technology.slug}/", f"{title} – {technology.name}", of_it


def _announced(event: Event) -> tuple[datetime, str]:
    return event.first_seen or datetime(2000, 1, 1, tzinfo=UTC), event.id


def as_data(event: Event, edition: Edition) -> dict[str, object]:
    """An event as plain values. Times are ISO 8601 in UTC, days for an all-day event (`end` is the day after its last)."""
    site = edition.config.site
    return {
        "id": event.id,
        "url": f"{site.url}events/{event.slug}/",
        "title": event.data.title,
        "start": _iso(event.data.start),
        "end": _iso(event.end),
        "zone": event.data.timezone or site.timezone,
        "place": event.data.location,
        "coordinates": list(event.data.geo) if event.data.geo else None,
        "group": event.group,
        "organizer": event.data.organizer or event.group,
        "technologies": list(event.technologies),
        "status": event.data.status,
        "description": described(event),
        "links": {
            "page": event.data.url or None,
            "calendar": f"{site.url}events/{event.slug}.ics",
            "image": event.data.image or None,
        },
    }


def _iso(moment: datetime | date) -> str:
    return rfc3339(moment) if isinstance(moment, datetime) else moment.isoformat()


def _json(edition: Edition, path: str, name: str, events: Sequence[Event]) -> bytes:
    site = edition.config.site
    document = {
        "format": FORMAT,
        "title": name,
        "home": site.url + path,
        "calendar": f"{site.url}{path}calendar.ics",
        "events": [as_data(event, edition) for event in events],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _atom(edition: Edition, path: str, name: str, events: Sequence[Event]) -> bytes:
    from planet.render.syndicate.atom import atom
    from planet.render.syndicate.document import Document

    site = edition.config.site
    translator = Translator(site.language, site.timezone, site.catalogue)
    names = {technology.slug: technology.name for technology in edition.technologies}
    changed = [event.changed or event.first_seen or datetime(2000, 1, 1, tzinfo=UTC) for event in events]
    return atom(
        Document(
            url=site.url,
            path=f"{path}events/",
            page_path=path or "events/",
            id=f"{site.url}{path}events/atom.xml",
            title=f"{name} – {translator.say(Message.of('Events'))}",
            subtitle=site.description,
            language=site.language,
            updated=max(changed, default=edition.updated),
            author=Person(name=site.owner.name or site.title, url=site.url),
            email="",
            generator=f"planet {__version__}",
            hub=http_url(site.hub),
            items=tuple(_item(event, edition, translator, names) for event in events),
        )
    )


def _item(event: Event, edition: Edition, translator: Translator, names: dict[str, str]) -> Item:
    from planet.render.syndicate.items import Item, Origin

    site = edition.config.site
    published = event.first_seen or datetime(2000, 1, 1, tzinfo=UTC)
    start = event.data.start
    day = translator.moment(start) if isinstance(start, datetime) else translator.day(start)
    url = f"{site.url}events/{event.slug}/"
    place = " · ".join(part for part in (day, event.group, one_line(event.data.location)) if part)
    text = xml_safe(described(event))
    item_id = f"tag:{host(site.url) or 'planet'},{published.year}:event-{event.slug}"
    return Item(
        id=item_id,
        guid=event.id,
        url=url,
        title=f"{translator.date(start)} – {one_line(event.data.title) or event.group}",
        html="",
        summary=shorten(f"{place}\n\n{text}".strip(), 5_000),
        published=published,
        updated=max(event.changed or published, published),
        authors=(Person(name=one_line(event.group or event.data.organizer) or site.title),),
        technologies=tuple((slug, names[slug]) for slug in event.technologies if slug in names),
        tags=tuple(one_line(tag) for tag in event.data.tags),
        language="",
        enclosures=(),
        image="",
        comments="",
        also=(),
        origin=Origin(
            id=site.url, title=site.title, feed=f"{site.url}atom.xml", page=site.url, author="", updated=published
        ),
        sources=(),
    )
