"""Stories and events as JSON objects: what `planet entries --json` and `planet events --json` print, and webhooks are sent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planet.model import Event, Story


def iso(moment: datetime | date) -> str:
    """ISO 8601: a moment in UTC with a Z, or a day."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return moment.isoformat()


def story_object(story: Story, *, full: bool = False) -> dict[str, object]:
    """A story; `full` adds its HTML, text, tags and enclosures."""
    fields: dict[str, object] = {
        "id": story.id,
        "url": story.url,
        "title": story.entry.title,
        "published": iso(story.published),
        "updated": iso(story.updated),
        "first_seen": iso(story.first_seen),
        "author": story.author,
        "source": story.source.name,
        "technologies": list(story.technologies),
        "language": story.language,
        "sources": [
            {"source": source.name, "feed": source.feed, "id": source.id, "url": source.url} for source in story.sources
        ],
    }
    if full:
        fields |= {
            "html": story.entry.html,
            "text": story.entry.text,
            "tags": list(story.tags),
            "enclosures": [
                {"url": enclosure.url, "type": enclosure.type, "length": enclosure.length}
                for enclosure in story.entry.enclosures
            ],
        }
    return fields


def event_object(event: Event) -> dict[str, object]:
    """An event: times in UTC, dates for an all-day event (`end` is the day after its last)."""
    return {
        "id": event.id,
        "url": event.data.url,
        "title": event.data.title,
        "start": iso(event.data.start),
        "end": iso(event.end),
        "location": event.data.location,
        "group": event.group,
        "technologies": list(event.technologies),
        "status": event.data.status,
        "sources": [
            {"source": source, "feed": feed, "id": uid, "url": url} for source, feed, uid, url in event.sources
        ],
    }
