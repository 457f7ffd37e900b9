"""Build a Config from checked keys: values that depend on several keys (slugs, paths, lines, owners of feeds), and warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from planet import model, text, themes
from planet.config import address_checks, addresses
from planet.config.builder import Builder, warn_of_filters
from planet.config.disk import Disk
from planet.config.document import Document, Location
from planet.config.schema import Section
from planet.config.technologies import technologies
from planet.model import Message
from planet.urls import carries_secret, host, user_of
from planet.urls.networks import is_inside, is_this_machine

SHORT_INTERVAL = 300
"""Seconds. Many servers refuse requests that come more often."""


def build(root: Section, path: Path, document: Document, disk: Disk) -> model.Config:
    """`path` is absolute; `root` is a checked `sections.Root`; `document` knows the lines."""
    builder = Builder(path.parent, document, disk)
    config = model.Config(
        path=path,
        folder=path.parent,
        site=_site(builder, root.planet),
        fetch=_fetch_rules(builder, root.fetch),
        technologies=technologies(builder, root),
        sources=_sources(builder, root),
        lists=tuple(_reading_list(builder, number, keys) for number, keys in enumerate(root.lists)),
        hide=tuple(root.hide),
        notify=tuple(_notify_rule(builder, number, keys) for number, keys in enumerate(root.notify)),
    )
    if not is_inside(host(config.site.url)):
        config = replace(config, sources=tuple(_without_inside(source) for source in config.sources))
    _warn_of_feeds(builder, config)
    warnings = sorted(set(builder.warnings), key=lambda fault: (fault.line, str(fault.message)))
    return replace(config, warnings=tuple(warnings))


def _without_inside(source: model.Source) -> model.Source:
    """A source whose feeds at private addresses are marked, so that a public planet does not name them."""
    hosts = {feed.key: host(feed.url) for feed in source.feeds if not feed.local}
    inside = {key for key, name in hosts.items() if name and is_inside(name) and not is_this_machine(name)}
    if not inside:
        return source
    return replace(source, feeds=tuple(replace(feed, inside=feed.key in inside) for feed in source.feeds))


def _site(builder: Builder, keys: Section) -> model.Site:
    site = keys.settings(model.Site)
    warn_of_filters(builder, ("planet",), keys)
    if site.private:
        site = replace(site, hub="")  # what is published there is public
    if themes.is_path(site.theme):
        return replace(site, theme=str(address_checks.within(site.theme, builder.folder)))
    return site


def _fetch_rules(builder: Builder, keys: Section) -> model.FetchRules:
    rules = keys.settings(model.FetchRules)
    if rules.interval.total_seconds() < SHORT_INTERVAL and not rules.allow_private:
        builder.warn(
            builder.line("fetch", "interval"),
            Message.of("`interval`: servers of others refuse who asks more often than every 5 minutes"),
        )
    return rules


def _sources(builder: Builder, root: Section) -> tuple[model.Source, ...]:
    """Groups and members in the order of the file, which also decides who gets a slug that two would have."""
    located: list[tuple[Location, Section]] = [
        *((("groups", number), keys) for number, keys in enumerate(root.groups)),
        *((("members", number), keys) for number, keys in enumerate(root.members)),
    ]
    located.sort(key=lambda pair: builder.document.line(pair[0]))
    slugs = _distinct([(keys.slug or text.slug(keys.name), bool(keys.slug)) for _, keys in located])
    return tuple(
        _source(builder, location, keys, root.planet.timezone, slug)
        for (location, keys), slug in zip(located, slugs, strict=True)
    )


def _distinct(wanted: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """Each slug once: one that feeds.yaml gives stays; the second of a name becomes `name-2`, or the next free number."""
    names = {name for name, _ in wanted}
    taken = {name for name, given in wanted if given}
    for name, given in wanted:
        slug, number = name, 1
        while not given and (slug in taken or (number > 1 and slug in names)):
            number += 1
            slug = f"{name}-{number}"
        taken.add(slug)
        yield slug


def _source(builder: Builder, location: Location, keys: Section, timezone: str, slug: str) -> model.Source:
    feeds: dict[str, model.FeedConfig] = {}
    for feed in _feeds(builder, location, keys, timezone):
        if feed.key in feeds:
            builder.warn(
                feed.line,
                Message.of(
                    "the feed is listed for {name} on line {line} already", name=keys.name, line=feeds[feed.key].line
                ),
            )
        feeds.setdefault(feed.key, feed)
    warn_of_filters(builder, location, keys)
    if not feeds and not keys.retired:
        builder.warn(
            builder.line(*location),
            Message.of("{name} has no feed and no calendar, so nothing of theirs will appear", name=keys.name),
        )
    if (
        keys.avatar
        and "://" not in keys.avatar
        and not builder.disk.exists(address_checks.within(keys.avatar, builder.folder))
    ):
        builder.warn(
            builder.line(*location, "avatar"),
            Message.of("there is no file {path} beside feeds.yaml", path=keys.avatar),
        )
    computed: dict[str, Any] = {"slug": slug, "feeds": tuple(feeds.values()), "line": builder.line(*location)}
    if location[0] == "groups":
        computed |= {"kind": "group", "technologies": (keys.technology,) if keys.technology else ()}
    else:
        computed["kind"] = "member"
    return keys.settings(model.Source, **computed)


def _feeds(builder: Builder, location: Location, source: Section, timezone: str) -> Iterator[model.FeedConfig]:
    for number, keys in enumerate(source.feeds):
        zone = keys.timezone or ("UTC" if keys.kind == "posts" else timezone)
        yield _feed(builder, (*location, "feeds", number), keys, timezone=zone)
    for number, keys in enumerate(source.calendars):
        zone = keys.timezone or timezone
        yield _feed(builder, (*location, "calendars", number), keys, timezone=zone, kind="calendar")
    if source.events:
        folder = address_checks.within(source.events, builder.folder)
        line = builder.line(*location, "events")
        yield model.FeedConfig(
            configured=source.events, url=str(folder), key=addresses.key_of(source.events), local=True,
            kind="folder", timezone=timezone, line=line,
        )  # fmt: skip
        if not builder.disk.exists(folder):
            builder.warn(line, Message.of("there is no folder {path} beside feeds.yaml yet", path=source.events))
    for name, _ in addresses.SHORT_FORMS:
        address = getattr(source, name)
        if address:
            yield model.FeedConfig(
                configured=address,
                url=address,
                key=addresses.key_of(address),
                kind="calendar",
                timezone=timezone,
                line=builder.line(*location, name),
            )


def _feed(builder: Builder, location: Location, keys: Section, **computed: Any) -> model.FeedConfig:
    url, key, local = addresses.locate(keys.url, builder.folder)
    user = user_of(url)
    if builder.users.setdefault(key, user) != user:
        key = key.replace("***@", f"***{text.digest(user)[:8]}@", 1)  # two people's private feeds at one address
    line = builder.line(*location, "url")
    unlisted = keys.unlisted if keys.unlisted is not None else "${" in url or carries_secret(url)
    feed = keys.settings(
        model.FeedConfig,
        **{"unlisted": unlisted, "configured": keys.url, "url": url, "key": key, "local": local, "line": line}
        | computed,
    )
    warn_of_filters(builder, location, keys)
    if local and not builder.disk.exists(Path(url)):
        builder.warn(line, Message.of("there is no file {path} beside feeds.yaml yet", path=keys.url))
    looks = key.lower().partition("?")[0]
    if feed.kind == "posts" and looks.endswith((".ics", "/ical", "/ics")):
        builder.warn(line, Message.of("looks like a calendar: calendars stand under `calendars:`"))
    if feed.kind == "calendar" and looks.endswith((".rss", ".atom", ".rdf")):
        builder.warn(
            line,
            Message.of(
                "looks like a feed: feeds stand under `feeds:` (with `kind: events` where they announce events)"
            ),
        )
    return feed


def _reading_list(builder: Builder, number: int, keys: Section) -> model.ReadingList:
    unlisted = keys.unlisted if keys.unlisted is not None else "${" in keys.url or carries_secret(keys.url)
    return keys.settings(
        model.ReadingList,
        url=keys.url.partition("#")[0],
        key=addresses.key_of(keys.url),
        unlisted=unlisted,
        line=builder.line("lists", number),
    )


def _notify_rule(builder: Builder, number: int, keys: Section) -> model.NotifyRule:
    if "${" not in keys.url:
        builder.warn(
            builder.line("notify", number, "url"),
            Message.of(
                "`url`: whoever reads this file can use the address: keep it in the environment, and write {variable} here",
                variable="${NAME}",
            ),
        )
    return keys.settings(model.NotifyRule, line=builder.line("notify", number))


def _warn_of_feeds(builder: Builder, config: model.Config) -> None:
    first: dict[str, tuple[model.Source, model.FeedConfig]] = {}
    for source in config.sources:
        for feed in source.feeds:
            owner, same = first.setdefault(feed.key, (source, feed))
            if (
                same is feed or feed.include or feed.exclude
            ):  # what is chosen from another's feed is meant to be in both
                continue
            builder.warn(
                feed.line,
                Message.of(
                    "the feed is that of {name} on line {line}, too: it is asked once and belongs to both",
                    name=owner.name,
                    line=same.line,
                ),
            )
            if (feed.interval, feed.timezone) != (same.interval, same.timezone):
                builder.warn(
                    feed.line,
                    Message.of(
                        "its interval and time zone are those of line {line}: they are not read here", line=same.line
                    ),
                )
    if not first and not config.lists:
        builder.warn(1, Message.of("no feed is configured yet: `planet add URL` finds those of a site"))
