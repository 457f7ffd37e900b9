"""Checked keys -> the values that the planet works with, and what is doubtful in them though it is no mistake."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from planet import model, text, themes
from planet.config import schema
from planet.config.document import Document
from planet.urls import feed_key

Place = tuple[str | int, ...]
SHORT_INTERVAL = 300  # seconds: more often than that, servers of others begin to refuse


@dataclass(slots=True)
class _Builder:
    path: Path
    folder: Path
    document: Document
    doubts: list[tuple[int, str]] = field(default_factory=list)

    def doubt(self, place: Place, sentence: str) -> None:
        self.doubts.append((self.document.line(place), sentence))


def build(root: schema.Root, path: Path, folder: Path, document: Document) -> model.Config:
    """`folder` is absolute; `document` tells the lines."""
    builder = _Builder(path, folder, document)
    site = _site(builder, root.planet)
    sources = _sources(builder, root, site)
    config = model.Config(
        path=folder / path.name,
        folder=folder,
        site=site,
        fetch=_rules(builder, root.fetch or schema.Fetch.model_validate({})),
        technologies=tuple(_technology(builder, slug, one) for slug, one in root.technologies.items()),
        sources=sources,
        hide=tuple(root.hide),
        notify=tuple(_notify(builder, number, one) for number, one in enumerate(root.notify)),
    )
    _doubt_technologies(builder, config)
    _doubt_feeds(builder, config)
    warnings = tuple(f"{path}:{line}: {sentence}" for line, sentence in sorted(set(builder.doubts)))
    return model.Config(**{name: getattr(config, name) for name in _CONFIG if name != "warnings"}, warnings=warnings)


_CONFIG = tuple(model.Config.__dataclass_fields__)


def within(folder: Path, written: str) -> Path:
    """A path of feeds.yaml, absolute, `..` resolved."""
    return Path(os.path.normpath(folder / written))


def _site(builder: _Builder, planet: schema.Planet) -> model.Site:
    theme = planet.theme
    output = within(builder.folder, planet.output)
    if builder.folder.is_relative_to(output):
        builder.doubt(
            ("planet", "output"),
            "`output`: feeds.yaml lies inside it and may be served: give the site a folder of its own",
        )
    return model.Site(
        title=planet.title,
        url=planet.url,
        description=planet.description or "",
        language=planet.language,
        timezone=planet.timezone,
        owner_name=(planet.owner and planet.owner.name) or "",
        owner_email=(planet.owner and planet.owner.email) or "",
        theme=str(within(builder.folder, theme)) if themes.is_path(theme) else theme,
        output=output,
        database=within(builder.folder, planet.database),
        page_entries=planet.page_entries,
        feed_entries=planet.feed_entries,
        newcomer_entries=planet.newcomer_entries,
        hub=planet.hub or "",
    )


def _rules(builder: _Builder, fetch: schema.Fetch) -> model.FetchRules:
    if fetch.interval.total_seconds() < SHORT_INTERVAL and not fetch.allow_private:
        builder.doubt(
            ("fetch", "interval"), "`interval`: servers of others refuse who asks more often than every 5 minutes"
        )
    return model.FetchRules(
        interval=fetch.interval,
        timeout=fetch.timeout,
        max_bytes=fetch.max_bytes,
        max_entries=fetch.max_entries,
        workers=fetch.workers,
        per_host=fetch.per_host,
        host_pause=fetch.host_pause,
        allow_private=fetch.allow_private,
        user_agent=fetch.user_agent or "",
    )


def _technology(builder: _Builder, slug: str, one: schema.Technology) -> model.Technology:
    place = ("technologies", slug)
    return model.Technology(
        slug=slug,
        name=one.name or slug,
        tags=_unique(one.tags),
        words=_unique(one.words),
        include=_filter(builder, (*place, "include"), one.include),
        exclude=_filter(builder, (*place, "exclude"), one.exclude),
        hue=one.color,
        line=builder.document.line(place),
    )


def _filter(builder: _Builder, place: Place, one: schema.Filter | None) -> model.Filter:
    if one is None:
        return model.Filter()
    made = model.Filter(
        tags=_unique(one.tags),
        words=_unique(one.words),
        title=one.title,
        author=_unique(one.author),
        language=_unique(one.language),
    )
    if not made:
        builder.doubt(place, f"`{place[-1]}` holds no rule, so it does nothing")
    return made


def _unique(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _sources(builder: _Builder, root: schema.Root, site: model.Site) -> tuple[model.Source, ...]:
    """Groups and members in the order of the file, which also decides who gets a slug that two would have."""
    written: list[tuple[Place, schema.Group | schema.Member]] = [
        *((("groups", number), one) for number, one in enumerate(root.groups)),
        *((("members", number), one) for number, one in enumerate(root.members)),
    ]
    written.sort(key=lambda pair: builder.document.line(pair[0]))
    names = [text.slug(one.name) for _, one in written]
    slugs = _apart(names)
    return tuple(_source(builder, place, one, site, slug) for (place, one), slug in zip(written, slugs, strict=True))


def _apart(names: Sequence[str]) -> Iterator[str]:
    """Each slug once: the second of a name becomes `name-2`, unless somebody is called so."""
    wanted, taken = set(names), set[str]()
    for name in names:
        slug, number = name, 1
        while slug in taken or (number > 1 and slug in wanted):
            number += 1
            slug = f"{name}-{number}"
        taken.add(slug)
        yield slug


def _source(
    builder: _Builder, place: Place, one: schema.Group | schema.Member, site: model.Site, slug: str
) -> model.Source:
    feeds: dict[str, model.FeedConfig] = {}
    for feed in _feeds(builder, place, one, site):
        if feed.key in feeds:
            builder.doubts.append(
                (feed.line, f"the feed is listed for {one.name} on line {feeds[feed.key].line} already")
            )
        feeds.setdefault(feed.key, feed)
    if not feeds:
        builder.doubt(place, f"{one.name} has no feed and no calendar, so nothing of theirs will appear")
    if one.avatar and "://" not in one.avatar and not within(builder.folder, one.avatar).is_file():
        builder.doubt((*place, "avatar"), f"there is no file {one.avatar} beside feeds.yaml")
    group = isinstance(one, schema.Group)
    return model.Source(
        kind="group" if group else "member",
        name=one.name,
        slug=slug,
        url=one.url or "",
        avatar=one.avatar or "",
        technologies=_unique(one.technologies)
        if isinstance(one, schema.Member)
        else (one.technology,)
        if one.technology
        else (),
        feeds=tuple(feeds.values()),
        line=builder.document.line(place),
    )


def _feeds(
    builder: _Builder, place: Place, one: schema.Group | schema.Member, site: model.Site
) -> Iterator[model.FeedConfig]:
    for number, feed in enumerate(one.feeds):
        yield _feed(builder, (*place, "feeds", number), feed, feed.kind, site, feed.summary_only)
    for number, calendar in enumerate(one.calendars):
        yield _feed(builder, (*place, "calendars", number), calendar, "calendar", site)
    for key, address in (("meetup", one.meetup), ("mobilizon", one.mobilizon)):
        if address:
            yield model.FeedConfig(
                configured=address,
                url=address,
                key=feed_key(address),
                kind="calendar",
                timezone=site.timezone,
                line=builder.document.line((*place, key)),
            )


def _feed(
    builder: _Builder,
    place: Place,
    one: schema.Feed | schema.Calendar,
    kind: Literal["posts", "events", "calendar"],
    site: model.Site,
    summary_only: bool = False,
) -> model.FeedConfig:
    url, key, local = locate(one.url, builder.folder)
    line = builder.document.line((*place, "url"))
    if local and not Path(url).exists():
        builder.doubts.append((line, f"there is no file {one.url} beside feeds.yaml yet"))
    looks = key.lower().partition("?")[0]
    if kind == "posts" and looks.endswith((".ics", "/ical", "/ics")):
        builder.doubts.append((line, "looks like a calendar: calendars stand under `calendars:`"))
    if kind == "calendar" and looks.endswith((".rss", ".atom", ".rdf")):
        builder.doubts.append(
            (line, "looks like a feed: feeds stand under `feeds:` (with `kind: events` where they announce events)")
        )
    return model.FeedConfig(
        configured=one.url,
        url=url,
        key=key,
        local=local,
        kind=kind,
        include=_filter(builder, (*place, "include"), one.include),
        exclude=_filter(builder, (*place, "exclude"), one.exclude),
        technologies=_unique(one.technologies),
        summary_only=summary_only,
        interval=one.interval,
        timezone=one.timezone or ("UTC" if kind == "posts" else site.timezone),
        line=line,
    )


def locate(address: str, folder: Path) -> tuple[str, str, bool]:
    """What is asked, its key, whether it is a local file. The key of a file is relative, so that a planet can be moved."""
    if "://" in address:
        return address.partition("#")[0], feed_key(address), False
    path = within(folder, address)
    return str(path), Path(os.path.normpath(address)).as_posix(), True


def _notify(builder: _Builder, number: int, one: schema.Notify) -> model.NotifyRule:
    place = ("notify", number)
    if "${" not in one.url:
        builder.doubt(
            (*place, "url"),
            "`url`: whoever reads this file can use the address: keep it in the environment, and write ${NAME} here",
        )
    return model.NotifyRule(
        url=one.url, technologies=_unique(one.technologies), every=one.every, line=builder.document.line(place)
    )


def _doubt_technologies(builder: _Builder, config: model.Config) -> None:
    used = {slug for source in config.sources for slug in source.technologies}
    used |= {slug for source in config.sources for feed in source.feeds for slug in feed.technologies}
    for technology in config.technologies:
        if not (technology.tags or technology.words or technology.include or technology.slug in used):
            builder.doubts.append(
                (technology.line, f"nothing can be {technology.name}: give it tags or words, or a source")
            )


def _doubt_feeds(builder: _Builder, config: model.Config) -> None:
    first: dict[str, tuple[model.Source, model.FeedConfig]] = {}
    for source in config.sources:
        for feed in source.feeds:
            owner, same = first.setdefault(feed.key, (source, feed))
            if same is feed:
                continue
            builder.doubts.append(
                (
                    feed.line,
                    f"the feed is that of {owner.name} on line {same.line}, too: it is asked once and belongs to both",
                )
            )
            if (feed.interval, feed.timezone) != (same.interval, same.timezone):
                builder.doubts.append(
                    (feed.line, f"its interval and time zone are those of line {same.line}: they are not read here")
                )
    if not first:
        builder.doubts.append((1, "no feed is configured yet: `planet add URL` finds those of a site"))
