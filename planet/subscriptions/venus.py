"""A config.ini of Planet 2.0 or Planet Venus -> subscriptions. What has no counterpart is named: nothing is lost in silence.

Sections are [Planet], [DEFAULT], feeds (the section is their URL), reading lists (`content_type` is not a feed's), templates
(`*.tmpl`, `*.xslt`…) and filters (`*.py`, `*.sed`…); see the documentation of Planet Venus, `docs/config.html`.
"""

from __future__ import annotations

import configparser
import re
from collections import Counter
from collections.abc import Iterator

from planet.model import Message
from planet.subscriptions.subscription import Imported, Subscription
from planet.text import one_line
from planet.urls import host, http_url

SETTINGS = {
    "name": "title",
    "link": "url",
    "owner_name": "owner.name",
    "owner_email": "owner.email",
    "items_per_page": "page_entries",
}
"""Key of [Planet] -> key of `planet:`."""
_SECTION = re.compile(r"^\[([^\]]*)\]", re.MULTILINE)
_LISTS = ("opml", "foaf", "csv", "config")


def import_venus(text: str) -> Imported:
    """The feeds, and what of [Planet] a planet has, too. Raises ValueError for what is no such file."""
    text = text.removeprefix("\ufeff")
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
    notes: list[Message] = []
    settings: dict[str, str] = {}
    found: list[Subscription] = []
    for section, count in Counter(_SECTION.findall(text)).items():
        if count > 1:
            notes.append(
                Message.of(
                    "[{section}] stands there {count} times: its keys were put together", section=section, count=count
                )
            )
    for section in reader.sections():
        own = {key: (value or "").strip() for key, value in reader.items(section)}
        if section.lower() == "planet":
            for key, value in own.items():
                if key in SETTINGS and value:
                    settings[SETTINGS[key]] = one_line(value)
                else:
                    notes.append(_left(section, key, value))
        elif section == "DEFAULT":
            notes += [_left(section, key, value) for key, value in own.items()]
        elif "://" not in section:
            notes.append(Message.of("[{section}] is a template or a filter: not carried over", section=section))
        elif any(word in own.get("content_type", "").lower() for word in _LISTS):
            notes.append(Message.of("{url} is a list of its own: import it, too", url=section))
        elif not host(section) or not section.startswith(("http://", "https://", "feed://")):
            notes.append(Message.of("{feed} is no address that can be asked: left out", feed=section))
        else:
            found.append(_subscription(section, own))
            notes += _rest(section, own)
    if not found:
        notes.append(Message.of("no feed was found: is it a config.ini of Planet Venus?"))
    return Imported(subscriptions=tuple(_together(found)), settings=tuple(settings.items()), notes=tuple(notes))


def _subscription(section: str, own: dict[str, str]) -> Subscription:
    face = own.get("face", "").rpartition("/")[2]
    return Subscription(
        name=one_line(own.get("name", ""), 200) or host(section),
        url=http_url(own.get("link", "")),
        avatar=(http_url(own.get("face", "")) or f"avatars/{face}") if face else "",
        feeds=(section.replace("feed://", "http://", 1),),
    )


def _rest(section: str, own: dict[str, str]) -> Iterator[Message]:
    for key, value in own.items():
        if key in {"filter", "filters", "exclude"}:
            yield Message.of(
                "{feed}: {key} = {value} is not carried over: write `include:` or `exclude:` for the feed",
                feed=section,
                key=key,
                value=value,
            )
        elif key == "face" and not http_url(value):
            yield Message.of("{feed}: copy the picture {value} into avatars/", feed=section, value=value)
        elif key not in {"name", "face"} and not (key == "link" and http_url(value)):
            yield _left(section, key, value)


def _left(section: str, key: str, value: str | None) -> Message:
    return Message.of(
        "[{section}] {key} = {value}: not carried over", section=section, key=key, value=one_line(value or "", 200)
    )


def _together(found: list[Subscription]) -> Iterator[Subscription]:
    """Feeds of one name are one source's."""
    by_name: dict[str, list[Subscription]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    for same in by_name.values():
        yield Subscription(
            name=same[0].name,
            url=next((one.url for one in same if one.url), ""),
            avatar=next((one.avatar for one in same if one.avatar), ""),
            feeds=tuple(dict.fromkeys(feed for one in same for feed in one.feeds)),
        )
