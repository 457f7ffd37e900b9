"""A config.ini of Planet 2.0 or Planet Venus -> subscriptions. What has no counterpart is named: nothing is lost in silence.

Sections are [Planet], [DEFAULT], feeds (the section is their URL), reading lists (`content_type` is not a feed's), templates
(`*.tmpl`, `*.xslt`…) and filters (`*.py`, `*.sed`…); see the documentation of Planet Venus, `docs/config.html`.
"""

from __future__ import annotations

import configparser
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from planet.model import Message
from planet.subscriptions.subscription import Imported, Subscription
from planet.text import one_line
from planet.urls import host, http_url

SETTINGS = {
    "name": "planet.title",
    "link": "planet.url",
    "owner_name": "planet.owner.name",
    "owner_email": "planet.owner.email",
    "items_per_page": "planet.page_entries",
    "new_feed_items": "planet.newcomer_entries",
    "pubsubhubbub_hub": "planet.hub",
    "output_dir": "planet.output",
    "feed_timeout": "fetch.timeout",
    "spider_threads": "fetch.workers",
}
"""Key of [Planet] -> key of feeds.yaml."""
_NUMBERS = frozenset(["items_per_page", "new_feed_items", "feed_timeout", "spider_threads"])
_SECTION = re.compile(r"^\[([^\]]*)\]", re.MULTILINE)
_LISTS = ("opml", "foaf", "csv", "config")
_WORDS = re.compile(r"[\w.+#-]+(?:[ ][\w.+#-]+)*(?:\|[\w.+#-]+(?:[ ][\w.+#-]+)*)*")
"""A regular expression that is words, or words to choose from: `php|symfony`."""


@dataclass(slots=True)
class _Read:
    settings: dict[str, str] = field(default_factory=dict)
    feeds: list[Subscription] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    """Notes about what must be completed by hand."""
    lists: list[str] = field(default_factory=list)
    faces: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    """Keys without a counterpart that need none."""


def import_venus(text: str, *, without_filters: bool = False) -> Imported:
    """The feeds, and the settings of [Planet] that feeds.yaml has too. Raises ValueError for another kind of file.

    A filter of words becomes `include:` or `exclude:`. A feed with any other filter is left out and named, for all that it
    holds back would appear; `without_filters` takes it as it is.
    """
    reader = _reader(text.removeprefix("\ufeff"))
    read = _Read()
    for section, count in Counter(_SECTION.findall(text)).items():
        if count > 1:
            read.notes.append(
                Message.of(
                    "[{section}] stands there {count} times: its keys were put together", section=section, count=count
                )
            )
    for section in reader.sections():
        own = {key: (value or "").strip() for key, value in reader.items(section)}
        if section.lower() == "planet":
            _settings(read, own)
        elif section == "DEFAULT":
            read.left += [f"[DEFAULT] {key} = {one_line(value, 100)}" for key, value in own.items()]
        elif "://" not in section:
            read.notes.append(Message.of("[{section}] is a template or a filter: not carried over", section=section))
        elif any(word in own.get("content_type", "").lower() for word in _LISTS):
            _list(read, section, own)
        elif not host(section) or not section.startswith(("http://", "https://", "feed://")):
            read.notes.append(Message.of("{feed} is no address that can be asked: left out", feed=section))
        else:
            _feed(read, section, own, without_filters=without_filters)
    if not read.feeds and not read.lists:
        read.notes.append(Message.of("no feed was found: is it a config.ini of Planet Venus?"))
    if read.left:
        read.notes.append(Message.of("without a counterpart, and left out: {keys}", keys=", ".join(read.left)))
    return Imported(
        subscriptions=tuple(_together(read.feeds)),
        settings=tuple(read.settings.items()),
        notes=tuple(read.notes),
        reading_lists=tuple(read.lists),
        faces=tuple(read.faces.items()),
    )


def _reader(text: str) -> configparser.RawConfigParser:
    # [DEFAULT] is a section like others here: what it says of all feeds is told once.
    reader = configparser.RawConfigParser(
        strict=False, allow_no_value=True, inline_comment_prefixes=(";",), default_section="\0"
    )
    try:
        reader.read_string(text)
    except (
        configparser.Error,
        AttributeError,
    ) as error:  # a line that continues a key without a value is no error of its own
        raise ValueError(one_line(str(error), 300)) from error
    return reader


def _settings(read: _Read, own: dict[str, str]) -> None:
    for key, value in own.items():
        right = value.isdigit() and 0 < int(value) < 100_000 if key in _NUMBERS else bool(value)
        if key in SETTINGS and right:
            read.settings[SETTINGS[key]] = one_line(value)
        else:
            read.left.append(f"{key} = {one_line(value, 100)}")


def _list(read: _Read, section: str, own: dict[str, str]) -> None:
    """A reading list: OPML is read here, too; FOAF, CSV and other planets' settings are not."""
    if "opml" in own["content_type"].lower():
        read.lists.append(section)
    else:
        read.notes.append(
            Message.of(
                "{url} is a list that is not OPML: ask its keeper for one, or add its feeds by hand", url=section
            )
        )


def _feed(read: _Read, section: str, own: dict[str, str], *, without_filters: bool) -> None:
    rules: dict[str, Any] = {}
    for key in ("filter", "exclude", "filters"):
        value = own.get(key, "")
        if not value:
            continue
        name = "include" if key == "filter" else "exclude"
        words = value.removeprefix("(?i)")  # `words` fold case anyway
        if key != "filters" and _WORDS.fullmatch(words):
            rules[name] = {"words": words.split("|")}
            read.notes.append(
                Message.of("{feed}: {key} = {value} became `{name}:`", feed=section, key=key, value=value, name=name)
            )
            continue
        if not without_filters:
            read.notes.append(
                Message.of(
                    "{feed} is left out: its {key} = {value} cannot be carried over; write `include:` or `exclude:` for it, or import it as it is with --without-filters",
                    feed=section, key=key, value=value,
                )
            )  # fmt: skip
            return
        read.notes.append(
            Message.of(
                "{feed}: {key} = {value} is not carried over: write `include:` or `exclude:` for the feed",
                feed=section, key=key, value=value,
            )
        )  # fmt: skip
    read.feeds.append(_subscription(section, own, rules))
    face = own.get("face", "")
    if face and not http_url(face):
        read.faces[face] = section
    read.left += [
        f"[{section}] {key} = {one_line(value, 100)}"
        for key, value in own.items()
        if key not in {"name", "face", "filter", "filters", "exclude"} and not (key == "link" and http_url(value))
    ]


def _subscription(section: str, own: dict[str, str], rules: dict[str, Any]) -> Subscription:
    face = own.get("face", "").rpartition("/")[2]
    address = section.replace("feed://", "http://", 1)
    return Subscription(
        name=one_line(own.get("name", ""), 200) or host(section),
        url=http_url(own.get("link", "")),
        avatar=(http_url(own.get("face", "")) or f"avatars/{face}") if face else "",
        feeds=(address,),
        rules={address: rules} if rules else {},
    )


def _together(feeds: list[Subscription]) -> Iterator[Subscription]:
    """Feeds of one name are one source's."""
    by_name: dict[str, list[Subscription]] = {}
    for feed in feeds:
        by_name.setdefault(feed.name, []).append(feed)
    for same in by_name.values():
        yield Subscription(
            name=same[0].name,
            url=next((feed.url for feed in same if feed.url), ""),
            avatar=next((feed.avatar for feed in same if feed.avatar), ""),
            feeds=tuple(dict.fromkeys(address for feed in same for address in feed.feeds)),
            rules={address: rules for feed in same for address, rules in feed.rules.items()},
        )
