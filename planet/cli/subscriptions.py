"""`planet add`, `import`, `export`, `new`, `schema`: who is read, exchanged with other programs."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from planet import assemble, catalogue, config, subscriptions
from planet.cli import state
from planet.cli.context import Context
from planet.config import checks
from planet.edition.build import Stored, build
from planet.edition.fingerprints import program_rev
from planet.errors import UsageError
from planet.limited import FunctionFailedError, LimitedProcess
from planet.model import CalendarRead, Config, Download, Message, RawFeed, Unreadable
from planet.subscriptions import Imported, Subscription, editing, finding, starter
from planet.subscriptions.subscription import decoded
from planet.text import slug
from planet.urls import host, redacted
from planet.workers import failure

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, text/calendar, text/html;q=0.9, */*;q=0.5"
MAX_LIST = 20_000_000


def _text(ctx: Context) -> str:
    """feeds.yaml as it is written, once it is known to be right."""
    _ = ctx.config
    return ctx.config_path.read_bytes().decode("utf-8-sig")


def _write(ctx: Context, text: str) -> None:
    config.parse(text, ctx.config_path)
    editing.write(ctx.config_path, text)


def _tell(ctx: Context, message: Message, *, error: bool = False) -> None:
    if error or not ctx.quiet:
        click.echo(ctx.say(message), err=error)


@click.command()
@click.argument("url", required=False)
@click.option("--name", help="The name to show. [default: what the feed calls itself]")
@click.option("--group", is_flag=True, help="Add a group, not a member.")
@click.option("--technology", "technologies", multiple=True, metavar="SLUG", help="All that it publishes is this.")
@click.pass_obj
def add(ctx: Context, url: str | None, name: str | None, group: bool, technologies: tuple[str, ...]) -> int:
    """Find the feeds behind a page or URL, and add their owner to feeds.yaml; without URL, technologies of the catalogue."""
    text = _with_technologies(ctx, _text(ctx), technologies)
    if url is None:
        if not technologies:
            raise UsageError(Message.of("name a page or a feed, or --technology NAME"))
        _write(ctx, text)
        _tell(ctx, Message.of("{names} is in {file} now", names=", ".join(technologies), file=ctx.config_path))
        return 0
    if group and len(technologies) > 1:
        raise UsageError("a group belongs to one technology or to none")
    found = _find(ctx, ctx.config, url)
    shown = name or found.name
    source = Subscription(
        name=shown,
        url=found.page,
        kind="group" if group else "member",
        technologies=technologies,
        feeds=() if found.calendar else (found.feed,),
        calendars=(found.feed,) if found.calendar else (),
    )
    _write(ctx, subscriptions.add(text, source))
    _tell(
        ctx,
        Message.of(
            "{name} was added to {file}: {feed} (entries: {count})",
            name=shown, file=ctx.config_path, feed=redacted(found.feed), count=found.entries,
        ),
    )  # fmt: skip
    for other in found.others:
        _tell(ctx, Message.of("the page names {feed}, too: `planet add {feed}` adds it", feed=redacted(other)))
    return 0


def _with_technologies(ctx: Context, text: str, technologies: tuple[str, ...]) -> str:
    """feeds.yaml with those technologies that it lacks and the catalogue knows. Raises UsageError for any other."""
    known = [technology.slug for technology in ctx.config.technologies]
    for added in technologies:
        if added in known:
            continue
        if catalogue.load(added) is None:
            raise UsageError(
                Message.of(
                    "--technology {name}: neither feeds.yaml defines it, which has {known}, nor the catalogue (`planet technologies`)",
                    name=added, known=", ".join(known) or "-",
                )
            )  # fmt: skip
        text = editing.insert_technology(text, added)
        known.append(added)
    return text


_READING_SECONDS = 30.0
_READING_MEMORY = 600_000_000


def _page_reader(
    planet: Config, now: datetime
) -> Callable[[tuple[bool, Download]], RawFeed | CalendarRead | Unreadable]:
    """What reads a page that was found: (whether it is taken for a calendar, the page) -> its content."""
    from planet.parse.calendar import parse_calendar
    from planet.parse.reader import parse
    from planet.when import window

    def read(work: tuple[bool, Download]) -> RawFeed | CalendarRead | Unreadable:
        is_calendar, page = work
        if is_calendar:
            timezone = planet.site.timezone
            return parse_calendar(
                page.body, content_type=page.content_type, url=page.url, timezone=timezone, window=window(now)
            )
        return parse(page.body, content_type=page.content_type, url=page.url, max_entries=planet.fetch.max_entries)

    return read


def _find(ctx: Context, planet: Config, url: str) -> finding.Found:
    if "://" not in url and (planet.folder / url).is_file():
        return finding.Found(feed=url, calendar=url.endswith(".ics"), name=Path(url).stem, page="", entries=0)
    address = url if "://" in url else f"https://{url}"
    try:
        checks.http_url(address)
    except checks.InvalidValueError as error:
        raise UsageError(error.message) from None
    # Pages of strangers: read in a process of their own, with a deadline and a limit of memory.
    make = functools.partial(_page_reader, planet, ctx.now)
    process: LimitedProcess[tuple[bool, Download], Any] = LimitedProcess(
        make, deadline=_READING_SECONDS, memory=_READING_MEMORY
    )
    with contextlib.closing(process), contextlib.closing(assemble.fetcher(planet)) as fetcher:
        try:
            found = finding.find(
                address,
                functools.partial(fetcher.web.get, max_bytes=planet.fetch.max_bytes, accept=ACCEPT, now=ctx.now),
                lambda page: process.call((False, page)),
                lambda page: process.call((True, page)),
            )
        except (TimeoutError, MemoryError, FunctionFailedError) as error:
            found = failure(error).facts.error or Message.of("no feed was found there")
    if isinstance(found, Message):
        raise UsageError(f"{redacted(address)}: {ctx.say(found)}")
    return found


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, allow_dash=True))
@click.option("--group", is_flag=True, help="Add groups, not members.")
@click.option("--name", help="Of a folder: whose events they are. [default: the planet's owner]")
@click.option(
    "--state",
    "is_state",
    is_flag=True,
    help="FILE is what `planet export --state` wrote: dates, first sights, deletions.",
)
@click.pass_obj
def import_(ctx: Context, file: Path, group: bool, name: str | None, is_state: bool) -> int:
    """Take over subscriptions: OPML, a config.ini of Planet Venus, or a folder of Hugo event posts.

    The posts of a folder become one calendar beside feeds.yaml, which then lists it.
    """
    if is_state:
        state.bring(ctx, file)
        return 0
    if file.is_dir():
        return _import_hugo(ctx, file, name)
    imported = _imported(file)
    text = _begin(ctx, imported)
    kept = imported.subscriptions
    if group:
        kept = tuple(replace(one, kind="group") for one in kept)
    text, added, notes = subscriptions.add_all(text, kept)
    for note in (*imported.notes, *notes):
        _tell(ctx, note, error=True)
    if added or not ctx.config_path.exists():
        _write(ctx, text)
    _tell(
        ctx,
        Message.of("sources added to {file}: {count} of {total}", count=added, total=len(kept), file=ctx.config_path),
    )
    return 0


def _import_hugo(ctx: Context, folder: Path, name: str | None) -> int:
    """Write the events of a folder as `calendars/<folder>.ics`, and list that file under a group. Again: the file is made anew."""
    from planet.subscriptions.hugo import import_hugo  # what only folders need

    text, planet = _text(ctx), ctx.config
    calendar, notes, count = import_hugo(folder, host=host(planet.site.url), timezone=planet.site.timezone)
    for note in notes:
        _tell(ctx, note, error=True)
    if not count:
        raise UsageError(
            f"{folder}: no event post was found; they are Markdown files whose front matter holds an event"
        )
    path = Path("calendars") / f"{slug(folder.resolve().name)}.ics"
    try:
        (planet.folder / path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{planet.folder / path} cannot be written: {error.strerror}") from error
    editing.write(planet.folder / path, calendar)
    if path.as_posix() not in {feed.key for source in planet.sources for feed in source.feeds}:
        owner = name or planet.site.owner.name or planet.site.title
        _write(ctx, subscriptions.add(text, Subscription(name=owner, calendars=(path.as_posix(),), kind="group")))
    _tell(
        ctx,
        Message.of(
            "events written to {path}, which {file} lists: {count}", count=count, path=path, file=ctx.config_path
        ),
    )
    return 0


def _imported(file: Path) -> Imported:
    try:
        data = sys.stdin.buffer.read(MAX_LIST + 1) if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    if len(data) > MAX_LIST:
        raise UsageError(f"{file} is larger than {MAX_LIST} bytes: that is no list of subscriptions")
    text = decoded(data)
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return subscriptions.import_opml(data)
    try:
        return subscriptions.import_venus(text)
    except ValueError as error:
        raise UsageError(f"{file} is neither OPML nor a config.ini of Planet Venus: {error}") from error


def _begin(ctx: Context, imported: Imported) -> str:
    """feeds.yaml as it is; where there is none, a first one with what the other planet says of itself."""
    settings = dict(imported.settings)
    if ctx.config_path.exists():
        text = _text(ctx)
    elif "title" in settings and "url" in settings:
        language = "fr" if ctx.translator.language.startswith("fr") else "en"
        text = starter.starter(settings.pop("title"), settings.pop("url"), language)
    else:
        raise UsageError(f"{ctx.config_path} is missing: begin with `planet new DIR`, then import into it")
    for key, value in settings.items():
        note = Message.of("planet: {key} = {value}: write it under `planet:` if it is to be kept", key=key, value=value)
        _tell(ctx, note, error=True)
    return text


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@click.option(
    "--state",
    "is_state",
    is_flag=True,
    help="Write what no feed can tell again instead: dates, first sights, deletions.",
)
@click.pass_obj
def export(ctx: Context, file: Path, is_state: bool) -> int:
    """Write the feeds as OPML, in groups by technology: to FILE, else to stdout."""
    if is_state:
        state.save(ctx, file)
        return 0
    from planet.render import syndicate  # what only `export` needs

    empty = build(ctx.config, ctx.now, Stored(), lambda _ids: [], program_rev())
    body = next(syndicate.opml(empty)).make()
    if str(file) == "-":
        click.echo(body.decode("utf-8"), nl=False)
        return 0
    try:
        file.write_bytes(body)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    return 0


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--title", help="The name of the planet.")
@click.option("--url", default="https://planet.example.org/", show_default=True, help="Where it will be published.")
@click.option("--language", help="Of its pages: fr, en. [default: yours]")
@click.pass_obj
def new(ctx: Context, folder: Path, title: str | None, url: str, language: str | None) -> int:
    """Start a planet for another community: a commented feeds.yaml, and what goes with it."""
    spoken = language or ctx.translator.language
    name = title or ("Notre planète" if spoken.startswith("fr") else "Our planet")
    try:
        address, tag = checks.site_url(url), checks.page_language(spoken)
    except checks.InvalidValueError as error:
        raise UsageError(error.message) from None
    written, kept = subscriptions.new(folder, title=name, url=address, language=tag, program=_program())
    for path in written:
        _tell(ctx, Message.of("written: {path}", path=path))
    for path in kept:
        _tell(ctx, Message.of("left as it was: {path}", path=path))
    _tell(ctx, Message.of("Next: cd {folder}, then `planet add URL` for each blog, then `planet run`.", folder=folder))
    return 0


def _program() -> tuple[str, ...]:
    """How this planet is called from anywhere: cron and systemd know no PATH."""
    script = Path(sys.executable).with_name("planet")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "planet")


@click.command()
def schema() -> int:
    """Print the JSON Schema of feeds.yaml, for editors."""
    click.echo(json.dumps(config.json_schema(), ensure_ascii=False, indent=1))
    return 0
