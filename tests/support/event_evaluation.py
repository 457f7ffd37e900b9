"""How well events are read and merged, on a folder of real calendars and posts with a truth made by hand."""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar

from planet.edition.joins import joins
from planet.merge.event_changes import diff_events
from planet.merge.event_groups import group_events
from planet.merge.events import merge_events
from planet.model import (
    CalendarRead,
    Classification,
    Config,
    Event,
    FeedConfig,
    MergeEntry,
    Site,
    Source,
    StoredEvent,
)
from planet.normalise import normalise
from planet.normalise.events import normalise_events
from planet.parse.calendar import events_from_feed, parse_calendar
from planet.parse.reader import parse
from planet.sanitise import sanitise
from planet.when import window

PARIS = "Europe/Paris"
NOW = datetime(2026, 6, 27, 12, tzinfo=UTC)
POSTS = (
    "feeds/clermontech-blog.atom",
    "feeds/api-hours.rss",
    "feeds/groups/lavajug.rss",
    "feeds/blogs/williamdurand.atom",
)


def read(path: Path) -> CalendarRead:
    body = path.read_bytes()
    if path.suffix == ".ics":
        found = parse_calendar(body, content_type="text/calendar", url="", timezone=PARIS, window=window(NOW))
    else:
        raw = parse(
            body,
            content_type="application/rss+xml",
            url=f"https://feeds.invalid/{path.name}",
            max_entries=500,
            timezone=PARIS,
        )
        found = events_from_feed(raw, timezone=PARIS)
    assert isinstance(found, CalendarRead), found
    return found


def thing(uid: str) -> str:
    """Which evening an identifier of the data set means: all are made from the name of its file."""
    if not uid.startswith("http") and "@" not in uid:
        uid = base64.b64decode(uid).decode()
    return uid.rstrip("/").rpartition("/")[2].partition("@")[0].lower()


def paths(folder: Path) -> list[Path]:
    feeds = folder / "feeds"
    return [
        feeds / "planet.ics",
        *sorted((feeds / "groups").glob("*.ics")),
        folder / "as-published" / "planet-index.ics",
        feeds / "planet-index.rss",
    ]


def true_instants(path: Path) -> dict[str, datetime]:
    """Uid -> start in UTC, as the clock of Paris that `icalendar` reads."""
    found = {}
    for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
        clock = event["DTSTART"].dt.replace(tzinfo=None)
        found[str(event["UID"])] = clock.replace(tzinfo=ZoneInfo(PARIS)).astimezone(UTC)
    return found


def gather(folder: Path) -> dict[str, tuple[StoredEvent, ...]]:
    held = {}
    for path in paths(folder):
        key = str(path.relative_to(folder))
        incoming = normalise_events(read(path), calendar=key, sanitise=sanitise, now=NOW)
        held[key] = diff_events((), incoming, NOW).upserts
    return held


def instants(folder: Path, held: dict[str, tuple[StoredEvent, ...]]) -> tuple[int, int]:
    """(events at their true instant, events): those of the feed of events against the calendar of the same evenings."""
    right = total = 0
    by_thing: dict[str, datetime] = {}
    for path in paths(folder):
        key = str(path.relative_to(folder))
        if path.suffix == ".ics":
            truth = true_instants(path)
            by_thing |= {thing(uid): start for uid, start in truth.items()}
        for event in held[key]:
            true = truth[event.uid] if path.suffix == ".ics" else by_thing[thing(event.uid)]
            total += 1
            if event.data.start == true:
                right += 1
            else:
                print("wrong instant:", key, event.uid, event.data.start, true)
        if path.suffix == ".ics" and len(held[key]) != len(truth):
            print("lost:", key, len(held[key]), "of", len(truth))
    return right, total


def merging(
    folder: Path, held: dict[str, tuple[StoredEvent, ...]], *, strange: tuple[str, ...] = ()
) -> tuple[float, float, int]:
    """Precision and recall of pairs, and the evenings told. `strange` names fields that are made different in every calendar."""
    events = [event for of in held.values() for event in of]
    seen = [
        replace(
            event,
            uid=f"{event.calendar} {event.uid}" if "uid" in strange else event.uid,
            url_key="" if "url" in strange else event.url_key,
            data=replace(
                event.data,
                location="" if "place" in strange and number % 2 else event.data.location,
                title=f"{event.data.title} !" if "title" in strange and number % 2 else event.data.title,
            ),
        )
        for number, event in enumerate(events)
    ]
    groups = group_events(seen, timezone=PARIS)
    predicted = {tuple(sorted(pair)) for group in groups for pair in combinations(group.members, 2)}
    true: defaultdict[str, list[int]] = defaultdict(list)
    for index, event in enumerate(events):
        true[thing(event.uid)].append(index)
    truth = {tuple(sorted(pair)) for members in true.values() for pair in combinations(members, 2)}
    for one, two in sorted(predicted - truth):
        print("wrongly one:", events[one].calendar, events[one].uid, "=", events[two].calendar, events[two].uid)
    for one, two in sorted(truth - predicted):
        print("told twice:", events[one].calendar, events[one].uid, "=", events[two].calendar, events[two].uid)
    for apart in json.loads((folder / "overlaps.json").read_text("utf-8"))["not_same"]:
        ids = [{entry["id"] for entry in item["entries"] if entry["feed"].endswith(".ics")} for item in apart["items"]]
        for group in groups:
            uids = {events[index].uid for index in group.members}
            if sum(bool(uids & of) for of in ids) > 1:
                print("look-alikes joined:", apart["reason"])
    good = len(predicted & truth)
    return good / max(1, len(predicted)), good / max(1, len(truth)), len(groups)


def everything(entry: object, feed: str) -> Classification:
    del entry
    return Classification(sources=((feed, feed),), technologies=("php",))


def links(folder: Path, held: dict[str, tuple[StoredEvent, ...]]) -> tuple[int, int, int, int]:
    """Stories linked with their evening: right, wrong, of an evening that the data set says nothing of, and missed."""
    of = {
        (member["feed"], member["id"]): overlap["thing"]
        for overlap in json.loads((folder / "overlaps.json").read_text("utf-8"))["overlaps"]
        for member in overlap["members"]
    }
    events, stories, things = _events(held), *_stories(folder, of)
    evening = {
        event.id: of.get((source[1], source[2]))
        for event in events
        for source in event.sources
        if (source[1], source[2]) in of
    }
    right = wrong = unknown = 0
    linked = set()
    names = {name: {source[0] for event in events for source in event.sources} for name in POSTS}
    for event, joined in joins(events, stories, timezone=PARIS, sources=names).items():
        for row in (join.story_id for join in joined if join.kind != "talk"):
            linked.add(row)
            if things[row] is None or evening.get(event) is None:
                unknown += 1
            elif things[row] == evening[event]:
                right += 1
            else:
                wrong += 1
                print("wrong link:", stories[row].title, "=", event)
    known = set(evening.values())
    return right, wrong, unknown, sum(row not in linked and thing in known for row, thing in things.items() if thing)


def talks(folder: Path, held: dict[str, tuple[StoredEvent, ...]], *, blind: bool = False) -> tuple[int, int, int, int]:
    """Pages of talks joined with their API Hour: right, wrong, missed, and those whose API Hour is in no calendar.

    `blind`: without what their addresses say, which is the truth, and without their tags.
    """
    events = _events(held)
    hours = {int(number[1]): event.id for event in events if (number := _HOUR.fullmatch(event.data.title))}
    stories, _ = _stories(folder, {})
    of_talk = {story.entry_id: int(hour[1]) for story in stories if (hour := _TALK.search(story.link))}
    if blind:
        stories = [replace(story, tags=(), link="", link_key="") for story in stories]
    names = {name: {source[0] for event in events for source in event.sources} for name in POSTS}
    joined = joins(events, stories, timezone=PARIS, sources=names)
    pairs = {(join.story_id, event) for event, every in joined.items() for join in every if join.kind == "talk"}
    truth = {(row, hours[hour]) for row, hour in of_talk.items() if hour in hours}
    return (
        len(pairs & truth),
        len(pairs - truth),
        len(truth - pairs),
        sum(hour not in hours for hour in of_talk.values()),
    )


_HOUR = re.compile(r"(?:Clermont'ech - )?APIHour #(\d+)")
_TALK = re.compile(r"/talks/api-hour-(\d+)/")


def _events(held: dict[str, tuple[StoredEvent, ...]]) -> tuple[Event, ...]:
    """The events of calendars, each calendar that of a group."""
    sources = tuple(
        Source(kind="group", name=key, slug=key, feeds=(FeedConfig(configured=key, url=key, key=key, kind="calendar"),))
        for key in held
    )
    site = Site(title="P", url="https://planet.example.org/")
    config = Config(path=Path("f"), folder=Path(), site=site, sources=sources)
    return merge_events([event for many in held.values() for event in many], config, classify=everything)


def _stories(folder: Path, of: dict[tuple[str, str], str]) -> tuple[list[MergeEntry], dict[int, str | None]]:
    """The stories of `POSTS`, and which thing (`of`: feed and id -> thing) each is."""
    stories: list[MergeEntry] = []
    things: dict[int, str | None] = {}
    for name in POSTS:
        address = f"https://feeds.invalid/{name}"
        raw = parse(
            (folder / name).read_bytes(), content_type="application/xml", url=address, max_entries=1000, timezone="UTC"
        )
        entries = normalise(raw, feed=name, url=address, known={}, sanitise=sanitise, now=NOW).entries
        for entry in entries:
            written = entry.published or entry.updated or entry.url_date or NOW
            things[len(stories)] = of.get((name, entry.id))
            stories.append(
                MergeEntry(
                    entry_id=len(stories), feed=name, uid=entry.uid, id=entry.id, link=entry.link, link_key=entry.link_key,
                    title=entry.title, title_key="", text=entry.text[:2000], text_key="", date=written, published=entry.published, tags=entry.tags,
                )
            )  # fmt: skip
    return stories, things
