"""Editions made by hand: the values that pages, feeds and calendars are made from, in a few words each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from planet.edition.build import Stored, build
from planet.model import (
    Config,
    Edition,
    Entry,
    Event,
    EventData,
    FeedConfig,
    FeedHealth,
    IndexRow,
    Message,
    Owner,
    Person,
    Site,
    Source,
    Story,
    StoryJoin,
    StorySource,
    Technology,
)
from planet.text import digest, slug
from tests.support.safe import safe

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def feed(url: str, **fields: Any) -> FeedConfig:
    return FeedConfig(**{"configured": url, "url": url, "key": url, **fields})


def member(name: str, **fields: Any) -> Source:
    """A member with one feed on a host of its own."""
    made = slug(name)
    url = fields.pop("url", f"https://{made}.example/")
    feeds = fields.pop("feeds", (feed(f"https://{made}.example/atom.xml"),))
    return Source(**{"kind": "member", "name": name, "slug": made, "url": url, "feeds": feeds, **fields})


def group(name: str, technology: str = "", **fields: Any) -> Source:
    """A group with a calendar."""
    made = slug(name)
    technologies = (technology,) if technology else ()
    feeds = fields.pop("feeds", (feed(f"https://{made}.example/events.ics", kind="calendar"),))
    return Source(
        **{
            "kind": "group",
            "name": name,
            "slug": made,
            "url": f"https://{made}.example/",
            "technologies": technologies,
            "feeds": feeds,
            **fields,
        }
    )


TECHNOLOGIES = (
    Technology(slug="php", name="PHP", tags=("php",)),
    Technology(slug="js", name="JavaScript", tags=("js",)),
    Technology(slug="python", name="Python", tags=("python",)),
    Technology(slug="cobol", name="COBOL", tags=("cobol",)),
)
SOURCES = (
    member("William Durand"),
    member("Élodie Chêne", technologies=("php",)),
    group("clermontech.php", "php"),
    group("clermontech.js", "js"),
)


def config(**fields: Any) -> Config:
    """Two members, two groups, four technologies (one never written about). Fields of Site may be given by name."""
    site_fields = {name: fields.pop(name) for name in list(fields) if name in Site.__dataclass_fields__}
    site = Site(
        **{
            "title": "Planet Exemple",
            "url": "https://planet.example/",
            "description": "Les blogs d'ici",
            "owner": Owner(name="L'équipe", email="hello@planet.example"),
            **site_fields,
        }
    )
    return Config(
        **{
            "path": Path("/nowhere/feeds.yaml"),
            "folder": Path("/nowhere"),
            "site": site,
            "technologies": TECHNOLOGIES,
            "sources": SOURCES,
            **fields,
        }
    )


def story_source(of: Source, number: int = 0, **fields: Any) -> StorySource:
    return StorySource(
        **{
            "name": of.name,
            "slug": of.slug,
            "kind": of.kind,
            "feed": of.feeds[0].configured if of.feeds else "",
            "id": f"https://{of.slug}.example/{number}",
            "url": f"https://{of.slug}.example/{number}",
            **fields,
        }
    )


def entry(number: int, by: Source, **fields: Any) -> Entry:
    """What the author of story number `number` says."""
    text = fields.get("text", f"Le texte du billet {number}, assez long pour être lu.")
    url = f"https://{by.slug}.example/{number}"
    return Entry(
        **{
            "uid": url,
            "id": url,
            "position": 0,
            "link": url,
            "link_key": "",
            "title_key": "",
            "text_key": "",
            "raw_hash": "",
            "content_hash": "",
            "title": f"Billet {number}",
            "html": safe(f"<p>{text}</p>"),
            "text": text,
            "summary": "",
            "language": "fr",
            **fields,
        }
    )


def story(number: int, *, by: Source = SOURCES[0], at: datetime | None = None, **fields: Any) -> Story:
    """Story number `number`: an hour older than the one before, unless `at` says when. `fields` are its own or its entry's."""
    published = at or NOW - timedelta(hours=number)
    url = fields.get("url", f"https://{by.slug}.example/{number}")
    own = story_source(by, number, url=url, id=url)
    of_entry = {field.name for field in dataclasses.fields(Entry)} - {field.name for field in dataclasses.fields(Story)}
    said = entry(number, by, **{name: fields.pop(name) for name in of_entry & fields.keys()})
    made = Story(
        **{
            "story_id": number,
            "id": url,
            "guid": url,
            "anchor": f"s{number}",
            "entry": said,
            "url": url,
            "excerpt": said.text,
            "published": published,
            "updated": published,
            "edited": False,
            "first_seen": published,
            "authors": (Person(name=by.name),),
            "source": own,
            "sources": (own,),
            "technologies": (),
            "tags": (),
            "language": "fr",
            "summary_only": False,
            "feed_id": f"urn:feed:{by.slug}",
            "feed_title": by.name,
            "feed_url": by.feeds[0].url if by.feeds else "",
            "feed_link": by.url,
            "feed_updated": None,
            "rev": "",
            **fields,
        }
    )
    return replace(made, rev=made.rev or digest(repr(made)))


def index_row(of: Story, **fields: Any) -> IndexRow:
    sources = tuple(dict.fromkeys((of.source.slug, *(one.slug for one in of.sources))))
    return IndexRow(
        **{
            "story_id": of.story_id,
            "date": of.published,
            "technologies": of.technologies,
            "sources": sources,
            "rev": of.rev,
            "updated": of.updated if of.edited else None,
            "size": len(of.entry.html),
            **fields,
        }
    )


def event(name: str, start: datetime | date, *, by: Source | None = SOURCES[2], **fields: Any) -> Event:
    """An evening of two hours, or of a day."""
    length = timedelta(hours=2) if isinstance(start, datetime) else timedelta(days=1)
    named = {field.name for field in dataclasses.fields(EventData)} - {"end"}
    data = EventData(
        **{
            "url": f"https://groupe.example/{slug(name)}",
            "title": name,
            "html": safe(f"<p>{name}, pour tout le monde.</p>"),
            "text": f"{name}, pour tout le monde.",
            "start": start,
            "location": "Turing 22, 22 allée Alan Turing, Clermont-Ferrand",
            **{field: fields.pop(field) for field in named & fields.keys()},
        }
    )
    kinds = {"stories": "announcement", "talks": "talk", "mentions": "mention"}
    joins = [
        StoryJoin(story_id=number, kind=kind, rule="title", what=name)
        for field, kind in kinds.items()
        for number in fields.pop(field, ())
    ]
    made = Event(
        **{
            "joins": tuple(joins),
            "id": f"{slug(name)}@planet.example",
            "slug": slug(name),
            "data": data,
            "end": start + length,
            "group": by.name if by else "",
            "group_slug": by.slug if by else "",
            "groups": (by.slug,) if by else (),
            "technologies": by.technologies if by else (),
            "sources": ((by.name, by.feeds[0].configured, slug(name), ""),) if by else (),
            "changed": NOW - timedelta(days=30),
            "first_seen": NOW - timedelta(days=30),
            **fields,
        }
    )
    return replace(made, rev=made.rev or digest(repr(made)))


def health(of: Source, **fields: Any) -> FeedHealth:
    one = of.feeds[0]
    return FeedHealth(
        **{
            "url": one.configured,
            "source": of.name,
            "source_slug": of.slug,
            "kind": one.kind,
            "state": "ok",
            "http_status": 200,
            "error_class": None,
            "error": None,
            "failures": 0,
            "first_failure": None,
            "last_attempt": NOW,
            "last_success": NOW,
            "next_due": NOW + timedelta(hours=1),
            "entries": 12,
            "effective_url": one.url,
            "advice": None,
            **fields,
        }
    )


def edition(
    stories: Sequence[Story] = (),
    events: Sequence[Event] = (),
    *,
    of: Config | None = None,
    now: datetime = NOW,
    healths: Sequence[FeedHealth] = (),
    look: str = "look",
    loads: list[int] | None = None,
) -> Edition:
    """The edition of these stories and events. `loads` takes the number of each story that is loaded whole."""
    settings = of or config()
    by_id = {one.story_id: one for one in stories}
    ordered = sorted(stories, key=lambda one: (one.published, one.story_id), reverse=True)

    def load(rows: Sequence[int]) -> list[Story]:
        if loads is not None:
            loads.extend(rows)
        return [by_id[number] for number in rows if number in by_id]

    return build(
        settings,
        now,
        Stored(
            index=[index_row(one) for one in ordered],
            events=events,
            health=tuple(healths) or tuple(health(source) for source in settings.sources if source.feeds),
        ),
        load,
        look,
    )


def sample(now: datetime = NOW, count: int = 45) -> Edition:
    """A bit of everything: pages, merged and edited stories, other languages, images, evenings that collide, feeds that fail."""
    william, elodie, php, js = SOURCES
    stories = []
    for number in range(1, count + 1):
        by = (william, elodie)[number % 2]
        stories.append(
            story(
                number,
                by=by,
                at=now - timedelta(hours=5 * number, days=(number // 15) * 20),
                technologies=(("php",), ("js",), ("python", "php"), ())[number % 4],
                title=f"Billet {number} : les générateurs" if number % 3 else f"Post {number} about generators",
                language="en" if number % 3 == 0 else "fr",
                edited=number % 7 == 0,
                summary_only=number % 5 == 0,
                words=220 * (1 + number % 9),
                sources=(story_source(by, number), story_source(php, number))
                if number % 6 == 0
                else (story_source(by, number),),
            )
        )
    day = now.replace(hour=18, minute=0, second=0, microsecond=0)
    events = [
        event("Soirée PHP", day + timedelta(days=3), stories=(1,)),
        event("Soirée JS", day + timedelta(days=3), by=js),
        event("Apéro", day + timedelta(days=9), by=None, location=""),
        event("Journée du logiciel libre", (now + timedelta(days=20)).date(), by=None),
        event("Soirée annulée", day + timedelta(days=12), status="cancelled"),
        *(event(f"Soirée passée {n}", day - timedelta(days=40 * n)) for n in range(1, 15)),
    ]
    healths = (
        health(william),
        health(
            elodie,
            state="failing",
            http_status=500,
            error_class="server",
            error=Message.of("the server answers {status}", status=500),
            failures=3,
            first_failure=now - timedelta(days=2),
            last_success=now - timedelta(days=2),
            advice=Message.of("moved to {url}", url="https://elodie.example/feed.xml"),
        ),
        health(php),
        health(js, state="new", last_success=None, last_attempt=None, next_due=None, entries=0),
    )
    return edition(stories, events, now=now, healths=healths)
