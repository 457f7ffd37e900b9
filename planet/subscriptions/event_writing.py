"""A new event as a Markdown post in the folder of a group (`events:` of feeds.yaml), as `planet add --event` writes it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from planet.errors import UsageError
from planet.model import Config, FeedConfig, Message, Source
from planet.subscriptions.editing import put_in
from planet.text import fold, one_line, slug


def write_event(config: Config, *, title: str, group: str, start: datetime | date, place: str) -> Path:
    """Write the post of an event; returns its path. `start` is a day, or a day and an hour of the planet's time zone.

    Raises UsageError for a group without a folder of events, and where the file is there already.
    """
    _source, feed = _folder_of(config, group)
    folder = Path(feed.url)
    day = start.date() if isinstance(start, datetime) else start
    path = folder / f"{day.isoformat()}-{slug(title, 50)}.md"
    if path.exists():
        raise UsageError(Message.of("{path} is there already: edit it", path=path))
    shown = f"{start:%Y-%m-%d %H:%M}" if isinstance(start, datetime) else start.isoformat()
    lines = [f"title: {_quoted(title)}", f"date: {_quoted(shown)}"]
    if place:
        lines.append(f"location: {_quoted(place)}")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["---", *lines, 'event_url: ""', "---", "", ""]), "utf-8")
    return path


def with_folder(text: str, config: Config, group: str) -> tuple[str, str]:
    """The text of feeds.yaml with a folder of events for a group that has none, and that folder; ("", "") where it needs none."""
    groups = [source for source in config.sources if source.kind == "group"]
    number = next((n for n, source in enumerate(groups) if fold(group) in {fold(source.name), source.slug}), None)
    if number is None or any(feed.kind == "folder" for feed in groups[number].feeds):
        return "", ""
    base = "evenements" if config.site.language.startswith("fr") else "events"
    folder = f"{base}/{groups[number].slug}/"
    return put_in(text, ("groups", number), "events", folder), folder


def _folder_of(config: Config, group: str) -> tuple[Source, FeedConfig]:
    folders = [(source, feed) for source in config.sources for feed in source.feeds if feed.kind == "folder"]
    matching = [pair for pair in folders if not group or fold(group) in {fold(pair[0].name), pair[0].slug}]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(source.name for source, _ in folders)
    if not folders:
        raise UsageError(
            Message.of(
                "no group of feeds.yaml is called so, and none has a folder of events: `planet add --group NAME` adds one"
            )
        )
    raise UsageError(Message.of("name a group that has a folder of events with --group: {names}", names=names))


def event_start(when: str) -> datetime | date:
    """The day, or the day and the hour, that the user gave. Raises UsageError for what is none."""
    for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %Hh%M"):
        try:
            return datetime.strptime(when.strip(), pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        return date.fromisoformat(when.strip())
    except ValueError:
        raise UsageError(
            Message.of(
                "--date {value}: write a day or a day and an hour, as 2026-12-03 or “2026-12-03 18:30”", value=when
            )
        ) from None


def _quoted(text: str) -> str:
    """A text as YAML reads it back: JSON is YAML."""
    return json.dumps(one_line(text), ensure_ascii=False)
