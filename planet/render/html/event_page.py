"""The page of one event, `events/<slug>/`: date, place, organiser, talks, slides, films and posts about it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from planet.model import Artifact, Event, IndexRow, Story
from planet.render import cards
from planet.render.html.builder import PageBuilder
from planet.render.html.frame import Meta
from planet.render.html.stories import StoryRef
from planet.text import digest, fold, named_digests, shorten
from planet.urls import host

_LINK = re.compile(r'<a\s[^>]*?href="(https?://[^"]+)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FILMS = ("youtube.com", "youtu.be", "vimeo.com", "dailymotion.com", "twitch.tv")
_FILM_PATHS = re.compile(r"/(?:videos/(?:watch|embed)/|w/)[\w-]+")
"""The paths of films on PeerTube, on any host."""
_SLIDES = (
    "slideshare.net", "speakerdeck.com", "slides.com", "docs.google.com/presentation", "noti.st", "prezi.com", "slid.es",
)  # fmt: skip
CARDS = 1_000
"""Most events with a picture of their own: the next, then the latest of the past. To draw them all takes some 20 s, once."""
_SLIDE_PATHS = re.compile(r"(?:\.(?:pdf|odp|pptx?|key)$|/slides?(?:/|$))", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A link to the slides or the film of a talk, by the text that leads to it. Nothing of it is loaded."""

    kind: str
    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLinks:
    """Links of an event: to add it to web calendars, and to the map."""

    google: str
    outlook: str
    yahoo: str


def event_path(event: Event) -> str:
    """The folder of an event's page, below output/."""
    return f"events/{event.slug}/"


def materials(stories: Sequence[str]) -> tuple[Material, ...]:
    """The slides and films that texts (safe HTML) link to, each address once."""
    links: dict[str, Material] = {}
    for markup in stories:
        for match in _LINK.finditer(markup):
            url = html.unescape(match[1])
            if kind := _kind(url):
                label = " ".join(html.unescape(_TAG.sub("", match[2])).split())
                links.setdefault(url, Material(kind=kind, url=url, label=label or host(url)))
    return tuple(links.values())


def _kind(url: str) -> str:
    """The kind of document at an address, by its form: "film", "slides", or "" for unknown."""
    site = host(url).removeprefix("www.")
    place = url.partition("://")[2].removeprefix("www.").removeprefix("m.")
    path = "/" + place.partition("/")[2].partition("?")[0]
    if any(site == service or site.endswith(f".{service}") for service in _FILMS) or _FILM_PATHS.search(path):
        return "film"
    if any(site == service or place.startswith(f"{service}/") for service in _SLIDES) or _SLIDE_PATHS.search(path):
        return "slides"
    return ""


def web_calendars(event: Event) -> EventLinks:
    """Addresses that add an event to a calendar of the web."""
    start, end = event.data.start, event.end
    all_day = not isinstance(start, datetime)
    pattern = "%Y%m%d" if all_day else "%Y%m%dT%H%M%SZ"

    def stamp(moment: datetime | date) -> str:
        return (moment.astimezone(UTC) if isinstance(moment, datetime) else moment).strftime(pattern)

    about = shorten(event.data.text, 500)
    place = " ".join(event.data.location.split())
    google = {
        "action": "TEMPLATE", "text": event.data.title, "dates": f"{stamp(start)}/{stamp(end)}", "details": about, "location": place,
    }  # fmt: skip
    outlook = {
        "path": "/calendar/action/compose", "rru": "addevent", "subject": event.data.title, "startdt": _iso(start),
        "enddt": _iso(end), "body": about, "location": place, "allday": "true" if all_day else "false",
    }  # fmt: skip
    yahoo = {"v": "60", "title": event.data.title, "st": stamp(start), "et": stamp(end), "desc": about, "in_loc": place}
    return EventLinks(
        google=f"https://calendar.google.com/calendar/render?{urlencode(google, quote_via=quote)}",
        outlook=f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook, quote_via=quote)}",
        yahoo=f"https://calendar.yahoo.com/?{urlencode(yahoo, quote_via=quote)}",
    )


def _iso(moment: datetime | date) -> str:
    return moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def event_pages(
    builder: PageBuilder,
    events: Sequence[Event],
    clashes: Mapping[str, tuple[str, ...]],
    data: Mapping[str, Mapping[str, object]],
    over: frozenset[str],
) -> Iterator[Artifact]:
    """The page of each event. `clashes`: event id -> groups that meet on its day; `data`: event id -> schema.org; `over`: ids of the past."""
    rows = {row.story_id: row for row in builder.edition.index}
    for position, event in enumerate(events):
        card = _card(builder, event) if position < CARDS else None
        if card is not None:
            yield card
        picture = f"{card.path}?v={digest(card.digest)[:8]}" if card is not None else ""
        facts = {"clashing": clashes.get(event.id, ()), "over": event.id in over}
        yield _event_page(builder, event, facts, data[event.id], rows, picture)


def _card(builder: PageBuilder, event: Event) -> Artifact | None:
    """The picture of an event for social networks: its title, when, and who; None without Pillow, or for letters that the font lacks."""
    title = event.data.title or event.group
    if not builder.common.cards or not cards.drawable(title):
        return None
    when = builder.functions["when"](event)
    if event.data.status == "cancelled":
        when = f"{builder.t.gettext('Cancelled')} · {when}"
    place = event.data.location.partition("\n")[0].partition(",")[0]
    who = (event.group or event.data.organizer, "" if "://" in place else place)
    words = (title, (when, " · ".join(part for part in who if part)))
    hue = next((hue for slug in event.technologies if (hue := builder.hues.get(slug)) is not None), None)
    return Artifact(
        path=f"{event_path(event)}card.png",
        digest=named_digests({"drawing": cards.rev(), "words": (*words, hue)}),
        make=partial(cards.card, *words, hue),
    )


def _event_page(
    builder: PageBuilder,
    event: Event,
    facts: Mapping[str, object],
    data: Mapping[str, object],
    rows: Mapping[int, IndexRow],
    picture: str,
) -> Artifact:
    site = builder.site
    path = event_path(event)
    title = event.data.title or event.group

    def refs(story_ids: Sequence[int]) -> tuple[StoryRef, ...]:
        return builder.refs([rows[number] for number in story_ids if number in rows])

    names = Counter(fold(source.name) for source in builder.edition.sources)
    members = {
        fold(source.name): source.slug
        for source in builder.edition.sources
        if source.kind == "member" and names[fold(source.name)] == 1
    }
    context = {
        "event": event,
        **facts,
        "announcing": refs(event.stories),
        "related": refs(event.talks),
        "mentioning": refs(event.mentions),
        "calendars": web_calendars(event),
        "last_changed": event.changed,
    }

    def present(values: dict[str, Any]) -> dict[str, Any]:
        announcing, talks, mentioning = (builder.load(values[name]) for name in ("announcing", "related", "mentioning"))
        texts = [event.data.html, *(story.entry.html for story in (*announcing, *talks))]
        return {
            **values,
            "announcing": announcing,
            "talks": talks,
            "mentioning": mentioning,
            "materials": materials(texts),
            "speakers": _speakers(event, talks, members),
            "data": {
                "@context": "https://schema.org",
                **data,
                "url": site.url + path,
            },
        }

    when = builder.functions["when"](event)
    place = event.data.location.partition("\n")[0]
    meta = Meta(
        path=path,
        title=f"{title} – {site.title}",
        heading=title,
        kind="event",
        description=shorten(" · ".join(part for part in (when, event.group, place, event.data.text) if part), 200),
        feeds=(("text/calendar", title, f"events/{event.slug}.ics"),),
        card=picture,
    )
    return builder.page("event_page.html", meta, context, present)


def _speakers(event: Event, talks: Sequence[Story], members: Mapping[str, str]) -> list[tuple[str, str]]:
    """Who spoke: (name, slug of the member, "" for nobody of feeds.yaml), each once. `members`: folded name -> slug."""
    named = {join.story_id: join.speakers for join in event.joins}
    speakers: dict[str, str] = {}
    for talk in talks:
        own = talk.source.slug if talk.source.kind == "member" else ""
        for name in named.get(talk.story_id, ()):
            speakers.setdefault(name, own or members.get(fold(name), ""))
        if not named.get(talk.story_id):
            speakers.setdefault(talk.author, own)
    return list(speakers.items())
