"""A folder of Hugo (or Jekyll) event posts -> one local calendar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from planet.fetch.local import read_folder
from planet.model import Message
from planet.parse.event_posts import Post, names, read_posts
from planet.parse.eventfeed import cancelled
from planet.render.calendars import PRODID, moment, parameter, text, uri, when, write


def import_hugo(folder: Path, *, host: str, timezone: str = "Europe/Paris") -> tuple[bytes, tuple[Message, ...], int]:
    """The event posts below a folder as a calendar file, what is to be told of them, and how many they are.

    What is read of a post: `planet.parse.event_posts.read_posts`. A UID is the name of the file at `host`, so that a second import
    gives the same events. Same folder, same bytes.
    """
    files, unread = read_folder(folder)
    posts, messages = read_posts(files, ZoneInfo(timezone))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{text(host)}"]
    for post, name in zip(posts, names(posts), strict=True):
        lines += _event(post, f"{name}@{host}")
    lines.append("END:VCALENDAR")
    return write(lines), (*unread, *messages), len(posts)


def _event(post: Post, uid: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{text(uid)}"
    yield f"DTSTAMP:{moment(post.start)}"
    yield when("DTSTART", post.start)
    yield f"SUMMARY:{text(post.title)}"
    if post.end is not None:
        yield when("DTEND", post.end)
    if post.text:
        yield f"DESCRIPTION:{text(post.text)}"
    if post.location:
        yield f"LOCATION:{text(post.location)}"
    if address := uri(post.url):
        yield f"URL:{address}"
    if post.tags:
        yield f"CATEGORIES:{','.join(map(text, post.tags))}"
    if post.organizer:
        # An organiser without an address still has a name: `invalid:` is the address that means none (RFC 2606).
        yield f"ORGANIZER;CN={parameter(post.organizer)}:{uri(post.organizer_url) or 'invalid:nomail'}"
    yield f"STATUS:{'CANCELLED' if cancelled(post.title) else 'CONFIRMED'}"
    yield "END:VEVENT"
