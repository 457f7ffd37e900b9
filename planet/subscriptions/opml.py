"""OPML (opml.org/spec2.opml) of other readers -> subscriptions. listparser reads it: broken XML, old versions and all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import listparser
from listparser.common import SuperDict

from planet.model import Message
from planet.subscriptions.subscription import Imported, Subscription, decoded
from planet.text import fold, one_line
from planet.urls import host, http_url, redacted

_IS_OPML = re.compile(r"\.opml(?:[?#]|$)", re.IGNORECASE)


class _Outlines(listparser.Handler):
    """listparser's reader, which also keeps the page of a feed and the folders that it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, str] = {}
        self.folders: dict[str, tuple[str, ...]] = {}
        self.lists: list[str] = []
        self.links: list[str] = []

    def start_opml_outline(self, attrs: dict[str, Any]) -> None:
        url = (attrs.get("xmlurl") or "").strip()
        if url:
            self.pages.setdefault(url, (attrs.get("htmlurl") or "").strip())
            above = tuple(name for name in self.hierarchy if name)
            self.folders[url] = tuple(dict.fromkeys((*self.folders.get(url, ()), *above)))
        elif attrs.get("opmlurl"):
            self.lists.append(attrs["opmlurl"].strip())
        elif attrs.get("type", "").lower() == "link" and not _IS_OPML.search(attrs.get("url") or ""):
            # A page: OPML 2.0 knows a list by the end of its address.
            self.links.append((attrs.get("url") or "").strip())
        super().start_opml_outline({key: value or "" for key, value in attrs.items()})

    def end_opml_outline(self) -> None:
        if self.hierarchy:  # an outline that is closed without having been opened is let pass
            super().end_opml_outline()


def import_opml(data: bytes) -> Imported:
    """The feeds of an OPML document. Those of one name and page are one source; lists in lists are named, not followed."""
    handler = _Outlines()
    empty: dict[str, Any] = {"feeds": [], "lists": [], "opportunities": [], "meta": SuperDict(), "version": ""}
    handler.harvest.update(empty)
    handler.feed(decoded(data))
    handler.close()
    notes: list[Message] = []
    subscriptions = tuple(_subscriptions(handler, notes))
    named = (outline["url"] for outline in handler.harvest["lists"] if outline["url"] not in handler.links)
    lists = tuple(dict.fromkeys((*named, *handler.lists)))
    notes += [
        Message.of(
            "{url} is a list of its own: import it, too, or name it under `lists:`", url=one_line(redacted(url), 200)
        )
        for url in lists
    ]
    notes += [
        Message.of("{url} is named without a feed: `planet add {url}` looks for one", url=one_line(url, 200))
        for url in (*(outline["url"] for outline in handler.harvest["opportunities"]), *filter(None, handler.links))
    ]
    if not subscriptions:
        notes.append(Message.of("no feed was found: is it an OPML file?"))
    return Imported(subscriptions=subscriptions, notes=tuple(notes), lists=lists)


def _subscriptions(handler: _Outlines, notes: list[Message]) -> Iterator[Subscription]:
    """The feeds of a document, by source; adds to `notes` what is left out of them, or should be known."""
    sources: dict[tuple[str, str], list[tuple[str, str, tuple[str, ...]]]] = {}
    for feed in handler.harvest["feeds"]:
        address = _address(feed["url"].strip())
        if not address.startswith(("http://", "https://")) or not host(address):
            notes.append(
                Message.of("{feed} is no address that can be asked: left out", feed=one_line(redacted(address), 200))
            )
            continue
        if "***" in redacted(address):
            notes.append(
                Message.of("{feed} holds a password: whoever reads feeds.yaml can use it", feed=redacted(address))
            )
        page = http_url(handler.pages.get(feed["url"], ""))
        name = one_line(feed.get("title") or "", 200) or host(address)
        sources.setdefault((fold(name) or name, page or host(address)), []).append(
            (name, address, handler.folders.get(feed["url"], ()))
        )
    for (_, page), same in sources.items():
        yield Subscription(
            name=same[0][0],
            url=http_url(page),
            feeds=tuple(dict.fromkeys(address for _, address, _ in same)),
            folders=tuple(dict.fromkeys(folder for _, _, folders in same for folder in folders)),
        )


def _address(url: str) -> str:
    """The address of a feed without `feed:`, with https: where it names no scheme."""
    address = re.sub(r"^feed:(?://|(?=https?:))", "", url)
    return address if re.match(r"[A-Za-z][A-Za-z0-9+-]*:", address) else f"https://{address.lstrip('/')}"
