"""`planet add`: a member or a group more in feeds.yaml, by its page, its feed, or its name alone."""

from __future__ import annotations

import contextlib
import functools
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from planet import catalogue, config, subscriptions
from planet.cli.context import Context
from planet.cli.environment import fetcher_of
from planet.config import address_checks
from planet.config.invalid import InvalidValueError, meant
from planet.errors import UsageError
from planet.limited import FunctionFailedError, LimitedProcess
from planet.model import CalendarRead, Config, Download, Message, RawFeed, Source, Unreadable
from planet.subscriptions import Subscription, editing, finding
from planet.text import fold, slug
from planet.urls import carries_secret, host, masked, redacted
from planet.workers import failure

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, text/calendar, text/html;q=0.9, */*;q=0.5"


@click.command()
@click.argument("url", required=False)
@click.option("--name", help="The name to show. [default: what the feed calls itself]")
@click.option(
    "--group", is_flag=False, flag_value="", metavar="[NAME]", help="Add a group, not a member; NAME without a URL."
)
@click.option("--to", metavar="NAME", help="Add the feed to this source of feeds.yaml.")
@click.option("--technology", "technologies", multiple=True, metavar="NAME", help="All that it publishes is this.")
@click.option("--events", metavar="DIR", help="A folder of Markdown posts about its events.")
@click.option(
    "--event", metavar="TITLE", help="Write a new event into the folder of a group (--group, --date, --place)."
)
@click.option("--date", metavar="WHEN", help='Of --event: "2026-12-03 18:30", or a day.')
@click.option("--place", metavar="TEXT", help="Of --event: where it is.")
@click.pass_obj
def add(
    ctx: Context,
    /,
    url: str | None,
    name: str | None,
    group: str | None,
    to: str | None,
    technologies: tuple[str, ...],
    **about_events: str | None,
) -> int:
    """Find the feeds behind a page or URL, and add their owner to feeds.yaml; or a group by its name; or an event."""
    event, when, place, events = (about_events[option] or "" for option in ("event", "date", "place", "events"))
    if event:
        return _add_event(ctx, event, group or name or "", when, place)
    if group and ("/" in group or url is not None):  # `--group URL`, `--group` being the option without a name
        url, group = (url, group) if url is not None else (group, "")
    source = Subscription(
        name=name or group or "",
        kind="member" if group is None else "group",
        events=events,
        technologies=technologies,
    )
    if url is None and not source.name and not technologies:
        raise UsageError(Message.of("give a URL, or the name of a group: planet add --group NAME"))
    for note in _add_source(ctx, source, url, _owner(ctx.config, to) if to else None):
        tell(ctx, note)
    return 0


def _add_source(ctx: Context, source: Subscription, url: str | None, owner: Source | None) -> Iterator[Message]:
    """Add a source, or technologies alone, to feeds.yaml; yields what to say of it. `owner`: the source that the feed at `url` is for."""
    given, named = source.technologies, bool(source.name or owner)
    text, source, notes = _with_technologies(ctx, current_text(ctx), source)
    result = None
    if url is not None:
        options = ["--group"] if source.kind == "group" else []
        options += [part for technology in given for part in ("--technology", technology)]
        result = _find(ctx, ctx.config, url)
        source = _with_feed(source, result, owner)
        subscriptions.add(text, source)  # a feed that is there already is said first
        _refuse_namesake(ctx.config, source, shlex.join([url, *options]), given=named)
        text, source, more = _with_technologies(ctx, text, source)
        notes += more
    if url is None and not source.name:
        write_text(ctx, text)
        yield from notes
        return
    write_text(ctx, subscriptions.add(text, source))
    if source.events:
        (ctx.config.folder / source.events).mkdir(parents=True, exist_ok=True)
    yield from (*notes, *_report(ctx, source, result))


def _add_event(ctx: Context, title: str, group: str, when: str, place: str) -> int:
    from planet.subscriptions.event_writing import event_start, with_folder, write_event  # what only this needs

    start = event_start(when)  # before anything is written
    text, folder = with_folder(current_text(ctx), ctx.config, group)
    if text:
        write_text(ctx, text)
        del ctx.config  # it is read again
        _ = ctx.config
        tell(ctx, Message.of("{name} has a folder of events now: {folder}", name=group, folder=folder))
    path = write_event(ctx.config, title=title, group=group, start=start, place=place)
    tell(ctx, Message.of("{path} was written: add what there is to say, the next run shows it", path=path))
    return 0


def current_text(ctx: Context) -> str:
    """The text of feeds.yaml, once it is known to be right."""
    _ = ctx.config
    return ctx.config_path.read_bytes().decode("utf-8-sig")


def write_text(ctx: Context, text: str) -> None:
    """Replace feeds.yaml by a text that is right. Raises ConfigError for one that is not."""
    config.parse(text, ctx.config_path)
    editing.write(ctx.config_path, text)


def tell(ctx: Context, message: Message, *, error: bool = False) -> None:
    """Print a sentence; one that is no error only where the user wants to hear it."""
    if error or not ctx.quiet:
        click.echo(ctx.say(message), err=error)


def _owner(planet: Config, name: str) -> Source:
    """The source of feeds.yaml that a user names."""
    for source in planet.sources:
        if fold(name) in {fold(source.name), fold(source.slug)}:
            return source
    known = [source.name for source in planet.sources]
    raise UsageError(
        Message.of("--to {name}: no source of feeds.yaml is called so{hint}", name=name, hint=meant(name, known))
    )


def _with_feed(source: Subscription, result: finding.Discovered, owner: Source | None) -> Subscription:
    """The source with the feed or calendar that was found; of `owner` where it is given."""
    page = result.page
    if owner is not None:
        source, page = replace(source, name=owner.name, kind=owner.kind), owner.url
    return replace(
        source,
        name=source.name or result.name,
        url=page,
        feeds=() if result.calendar else (result.feed,),
        calendars=(result.feed,) if result.calendar else (),
    )


def _refuse_namesake(planet: Config, source: Subscription, url: str, *, given: bool) -> None:
    """A feed may call itself as it likes: only the user says whose it is."""
    if given:
        return
    for known in planet.sources:
        if fold(known.name) == fold(source.name):
            raise UsageError(
                Message.of(
                    "{name} is in feeds.yaml already, on line {line}, and the feed only says that it is called so: "
                    "`planet add {url} --to {quoted}` adds it there, `planet add {url} --name NAME` adds somebody else",
                    name=source.name, line=known.line, url=url, quoted=shlex.quote(known.name),
                )
            )  # fmt: skip


def _with_technologies(ctx: Context, text: str, source: Subscription) -> tuple[str, Subscription, tuple[Message, ...]]:
    """The text that defines every technology of the source, the source with their slugs, and what to say of it.

    A technology that is not in feeds.yaml is added from the catalogue. A group whose name ends with one (`clermontech.rb`)
    has it without being told.
    """
    names, notes = source.technologies, []
    if source.kind == "group" and not names and "." in source.name:
        entry = _known(source.name.rpartition(".")[2])
        names = (entry.slug,) if entry else ()
        if entry:
            label = entry.name(ctx.config.site.language)
            notes = [Message.of("its technology is {name}, by its name (another: --technology NAME)", name=label)]
    if source.kind == "group" and len(names) > 1:
        raise UsageError(Message.of("a group belongs to one technology or to none"))
    known = [technology.slug for technology in config.parse(text, ctx.config_path).technologies]
    slugs = tuple(dict.fromkeys(_slug(ctx.config, name) for name in names))
    for added in slugs:
        if added not in known:
            text = editing.insert_technology(text, added)
            notes.append(Message.of("the technology {name} was added to {file}", name=added, file=ctx.config_path))
    return text, replace(source, technologies=slugs), tuple(notes)


def _known(name: str) -> catalogue.CatalogueEntry | None:
    """The technology of the catalogue that a user means: by slug, alias or name (`.py`, `C#`, `JavaScript`)."""
    for spelling in (name.lower(), slug(name)):
        if entry := catalogue.load(spelling):
            return entry
    entries = filter(None, map(catalogue.load, catalogue.slugs()))
    return next((entry for entry in entries if fold(name) in {fold(label) for label in entry.names.values()}), None)


def _slug(planet: Config, name: str) -> str:
    """The slug of a technology: that of feeds.yaml, else of the catalogue."""
    entry = _known(name)
    for technology in planet.technologies:
        called = fold(name) in {fold(technology.name), *map(fold, technology.aliases)}
        if name == technology.slug or called or (entry is not None and _known(technology.slug) == entry):
            return technology.slug
    if entry is None:
        known = [technology.slug for technology in planet.technologies]
        raise UsageError(
            Message.of(
                "--technology {name}: neither feeds.yaml nor the catalogue has it; feeds.yaml has: {known}",
                name=name,
                known=", ".join(known) or Message.of("none"),
            )
        )
    return entry.slug


def _report(ctx: Context, source: Subscription, result: finding.Discovered | None) -> Iterator[Message]:
    """What was done, and what can be done next."""
    quoted = shlex.quote(source.name)
    if result is None:
        yield Message.of("{name} was added to {file}", name=source.name, file=ctx.config_path)
        if source.events:
            yield Message.of("next: one Markdown file for each event, in {folder}", folder=source.events)
        else:
            yield Message.of("next: `planet add URL --to {name}` for its blog or calendar", name=quoted)
            if source.kind == "group":
                yield Message.of(
                    'or: `planet add --event TITLE --group {name} --date "2027-01-31 18:30" --place PLACE` for its first event',
                    name=quoted,
                )
        return
    shown = masked(result.feed) if carries_secret(result.feed) else redacted(result.feed)
    yield Message.of(
        "{name} was added to {file}: {feed} (entries: {count})",
        name=source.name, file=ctx.config_path, feed=shown, count=result.entries,
    )  # fmt: skip
    where = redacted(result.page)
    if result.how == "guessed":
        yield Message.of("no page names it: it was looked for at the usual places; is it what you meant?")
    elif result.how == "linked":
        yield Message.of("the page only links to it: is it what you meant?")
    if result.how != "itself" and host(result.page) != host(result.feed) and not result.calendar:
        yield Message.of("it calls {page} its page", page=where)
    for other in result.others:
        yield Message.of(
            "the page names {feed}, too: `planet add {quoted} --to {name}` adds it",
            feed=redacted(other), quoted=shlex.quote(redacted(other)), name=quoted,
        )  # fmt: skip


_READING_SECONDS = 30.0
_READING_MEMORY = 600_000_000


def _page_reader(
    planet: Config, now: datetime
) -> Callable[[tuple[bool, Download]], RawFeed | CalendarRead | Unreadable]:
    """What reads a page that was found: (whether it is taken for a calendar, the page) -> its content."""
    from planet.parse.calendar import parse_calendar
    from planet.parse.discovery import header_candidates, linked
    from planet.parse.reader import parse
    from planet.when import window

    def read(work: tuple[bool, Download]) -> RawFeed | CalendarRead | Unreadable:
        is_calendar, page = work
        if is_calendar:
            timezone = planet.site.timezone
            return parse_calendar(
                page.body, content_type=page.content_type, url=page.url, timezone=timezone, window=window(now)
            )
        feed = parse(page.body, content_type=page.content_type, url=page.url, max_entries=planet.fetch.max_entries)
        if isinstance(feed, Unreadable):
            named = (*feed.candidates, *header_candidates(dict(page.headers), page.url))
            feed = replace(feed, candidates=named or linked(page.body, page.url, page.content_type))
        return feed

    return read


def _find(ctx: Context, planet: Config, url: str) -> finding.Discovered:
    if "://" not in url and (planet.folder / url).is_file():
        return finding.Discovered(feed=url, calendar=url.endswith(".ics"), name=Path(url).stem, page="", entries=0)
    url = re.sub(r"^feed:(//)?(?=https?:)", "", url, flags=re.IGNORECASE)
    address = re.sub(r"^feed:", "http:", url, flags=re.IGNORECASE) if "://" in url else f"https://{url}"
    try:
        address_checks.http_url(address)
    except InvalidValueError as error:
        raise UsageError(error.message) from None
    # Pages of strangers: read in a process of their own, with limits of processor time and memory.
    make = functools.partial(_page_reader, planet, ctx.now)
    process: LimitedProcess[tuple[bool, Download], Any] = LimitedProcess(
        make, cpu_seconds=_READING_SECONDS, memory=_READING_MEMORY
    )
    with contextlib.closing(process), contextlib.closing(fetcher_of(planet)) as fetcher:
        try:
            result = finding.find(
                address,
                functools.partial(fetcher.web.get, max_bytes=planet.fetch.max_bytes, accept=ACCEPT, now=ctx.now),
                lambda page: process.call((False, page)),
                lambda page: process.call((True, page)),
            )
        except (TimeoutError, MemoryError, FunctionFailedError) as error:
            result = failure(error).facts.error or Message.of("no feed was found there")
    if isinstance(result, Message):
        raise UsageError(Message.of("{url}: {reason}", url=redacted(address), reason=result))
    return result
