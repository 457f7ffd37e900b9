"""`planet import`, `export`, `new`, `schema`: exchange subscriptions with other programs."""

from __future__ import annotations

import contextlib
import functools
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from planet import config, subscriptions
from planet.cli import state
from planet.cli.add import current_text, tell, write_text
from planet.cli.context import Context
from planet.cli.streams import json_text
from planet.config import address_checks, checks
from planet.config.invalid import InvalidValueError
from planet.edition.build import Stored, build
from planet.edition.fingerprints import program_rev
from planet.errors import UsageError
from planet.limited import FunctionFailedError, LimitedProcess
from planet.model import Message
from planet.subscriptions import Imported, Subscription, editing, starter
from planet.text import slug
from planet.urls import host, redacted

MAX_LIST = 20_000_000
_SECONDS = 60.0
_MEMORY = 1_000_000_000
MAX_FILES = 50_000
"""Files near the settings of Planet Venus among which pictures are looked for."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, allow_dash=True))
@click.option("--group", is_flag=True, help="Add groups, not members.")
@click.option("--to", metavar="NAME", help="Of an archive: whose entries of unknown feeds are.")
@click.option("--name", help="Of a folder: whose events they are. [default: the planet's owner]")
@click.option(
    "--state",
    "is_state",
    is_flag=True,
    help="FILE is what `planet export --state` wrote: dates, first sights, deletions.",
)
@click.option(
    "--without-filters", is_flag=True, help="Of Planet Venus: take feeds whose filters cannot be carried over."
)
@click.pass_obj
def import_(
    ctx: Context, /, file: Path, group: bool, is_state: bool, without_filters: bool, **whose: str | None
) -> int:
    """Take over subscriptions or history from another planet.

    OPML, the settings of Planet Venus, Pluto or Mercury; an archive of entries (Atom, RSS, the cache folder of Planet
    Venus); or a folder of Hugo event posts, which become one calendar beside feeds.yaml.
    """
    if is_state:
        state.import_state(ctx, file)
        return 0
    from planet.cli import history  # parsers, which the other commands here do without

    if str(file) != "-" and (archive := list(history.files_of(file))):
        return history.import_history(ctx, archive, whose["to"])
    if file.is_dir():
        return _import_hugo(ctx, file, whose["name"])
    imported = _imported(file, without_filters=without_filters)
    text = _begin(ctx, imported)
    kept = imported.subscriptions
    if group:
        kept = tuple(replace(source, kind="group") for source in kept)
    text, added, notes = subscriptions.add_all(text, kept)
    for note in (*imported.notes, *notes):
        tell(ctx, note, error=True)
    for note in _take_faces(file, ctx.config_path.parent / "avatars", imported.faces):
        tell(ctx, note, error=True)
    text, listed = _with_lists(text, imported.reading_lists)
    for url in listed:
        tell(ctx, Message.of("the list {url} was added under `lists:`", url=redacted(url)))
    if added or listed or not ctx.config_path.exists():
        write_text(ctx, text)
    tell(
        ctx,
        Message.of("sources added to {file}: {count} of {total}", count=added, total=len(kept), file=ctx.config_path),
    )
    return 0


def _take_faces(file: Path, avatars: Path, faces: Sequence[tuple[str, str]]) -> Iterator[Message]:
    """Copy the pictures of Planet Venus, which lie somewhere near its settings; a sentence for each that does not."""
    if not faces:
        return
    near = file.resolve().parent if str(file) != "-" else None
    pictures: dict[str, Path] = {}
    for path in sorted(near.rglob("*"))[:MAX_FILES] if near else ():
        if path.is_file() and avatars.resolve() not in path.parents:
            pictures.setdefault(path.name, path)
    for face, whose in faces:
        name = face.rpartition("/")[2]
        copied = name in pictures and pictures[name].stat().st_size <= MAX_LIST
        try:
            if copied and not (avatars / name).exists():
                avatars.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(pictures[name], avatars / name)
        except OSError:
            copied = False
        if not copied:
            yield Message.of("{feed}: copy the picture {value} into avatars/", feed=whose, value=face)


def _with_lists(text: str, urls: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The text with reading lists that it did not name, and these."""
    content = editing.document_of(text).value
    known = content.get("lists") if isinstance(content, dict) else None
    named = (
        [item.get("url") if isinstance(item, dict) else item for item in known if item]
        if isinstance(known, list)
        else []
    )
    new = [url for url in urls if url not in named]
    return (editing.insert(text, ("lists",), new), new) if new else (text, ())


def _import_hugo(ctx: Context, folder: Path, name: str | None) -> int:
    """Write the events of a folder as `calendars/<folder>.ics`, and list that file under a group. Again: the file is made anew."""
    from planet.subscriptions.hugo import import_hugo  # what only folders need

    text, planet = current_text(ctx), ctx.config
    calendar, notes, count = import_hugo(folder, host=host(planet.site.url), timezone=planet.site.timezone)
    for note in notes:
        tell(ctx, note, error=True)
    if not count:
        raise UsageError(
            Message.of(
                "{folder}: no event post was found; they are Markdown files whose front matter holds an event",
                folder=folder,
            )
        )
    path = Path("calendars") / f"{slug(folder.resolve().name)}.ics"
    try:
        (planet.folder / path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            Message.of("{path} cannot be written: {reason}", path=planet.folder / path, reason=error.strerror)
        ) from error
    editing.write(planet.folder / path, calendar)
    if path.as_posix() not in {feed.key for source in planet.sources for feed in source.feeds}:
        owner = name or planet.site.owner.name or planet.site.title
        write_text(ctx, subscriptions.add(text, Subscription(name=owner, calendars=(path.as_posix(),), kind="group")))
    tell(
        ctx,
        Message.of(
            "events written to {path}, which {file} lists: {count}", count=count, path=path, file=ctx.config_path
        ),
    )
    return 0


def _imported(file: Path, *, without_filters: bool) -> Imported:
    try:
        with contextlib.nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as opened:
            data = opened.read(MAX_LIST + 1)
    except OSError as error:
        raise UsageError(Message.of("{file} cannot be read: {reason}", file=file, reason=error.strerror)) from error
    if len(data) > MAX_LIST:
        raise UsageError(
            Message.of(
                "{file} is larger than {limit} bytes: that is no list of subscriptions", file=file, limit=MAX_LIST
            )
        )
    # Written by another program, or a stranger: read in a process of its own, with limits of processor time and memory.
    process: LimitedProcess[bytes, Imported] = LimitedProcess(
        lambda: functools.partial(subscriptions.import_any, without_filters=without_filters),
        cpu_seconds=_SECONDS,
        memory=_MEMORY,
    )
    with contextlib.closing(process):
        try:
            return process.call(data)
        except (TimeoutError, MemoryError):
            reason = Message.of("it takes more time or memory than a document may")
        except FunctionFailedError as error:
            reason = Message(str(error).removeprefix(f"{error.name}: "))
    raise UsageError(
        Message.of(
            "{file} is neither OPML nor the settings of Planet Venus, Pluto or Mercury: {reason}",
            file=file,
            reason=reason,
        )
    )


def _begin(ctx: Context, imported: Imported) -> str:
    """The text of feeds.yaml; where there is none, a first one with what the other planet says of itself."""
    settings = dict(imported.settings)
    if ctx.config_path.exists():
        for key, value in settings.items():
            note = Message.of("{key} = {value}: write it into feeds.yaml if it is to be kept", key=key, value=value)
            tell(ctx, note, error=True)
        return current_text(ctx)
    title, url = settings.pop("planet.title", ""), settings.pop("planet.url", "")
    if not title or not url:
        raise UsageError(
            Message.of("{file} is missing: begin with `planet new DIR`, then import into it", file=ctx.config_path)
        )
    language = "fr" if ctx.translator.language.startswith("fr") else "en"
    text = starter.starter(title, url, language)
    owner = {name: settings.pop(f"planet.owner.{name}", "") for name in ("name", "email")}
    if any(owner.values()):
        text = editing.put(text, "planet", "owner", {name: value for name, value in owner.items() if value})
    for setting, value in settings.items():
        section, _, key = setting.partition(".")
        text = editing.put(text, section, key, value)
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

    empty = build(ctx.everybody, ctx.now, Stored(), lambda _ids: [], program_rev())
    body = next(syndicate.opml(empty)).make()
    if str(file) == "-":
        click.echo(body, nl=False)
        return 0
    try:
        file.write_bytes(body)
    except OSError as error:
        raise UsageError(Message.of("{file} cannot be written: {reason}", file=file, reason=error.strerror)) from error
    return 0


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--title", help="The name of the planet.")
@click.option("--url", default="https://planet.example.org/", show_default=True, help="Where it will be published.")
@click.option("--language", help="Of its pages: de, en, es, fr. [default: yours]")
@click.pass_obj
def new(ctx: Context, folder: Path, title: str | None, url: str, language: str | None) -> int:
    """Start a planet for another community: a commented feeds.yaml, and what goes with it."""
    spoken = language or ctx.translator.language
    name = title or ("Notre planète" if spoken.startswith("fr") else "Our planet")
    try:
        address, tag = address_checks.site_url(url), checks.page_language(spoken)
    except InvalidValueError as error:
        raise UsageError(error.message) from None
    paths, kept = subscriptions.new(folder, title=name, url=address, language=tag, program=_program())
    for path in paths:
        tell(ctx, Message.of("written: {path}", path=path))
    for path in kept:
        tell(ctx, Message.of("left as it was: {path}", path=path))
    tell(ctx, Message.of("Next: cd {folder}, then `planet add URL` for each blog, then `planet run`.", folder=folder))
    return 0


def _program() -> tuple[str, ...]:
    """The command that calls this planet by an absolute path, for cron and systemd, which have no PATH."""
    script = Path(sys.executable).with_name("planet")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "planet")


@click.command()
def schema() -> int:
    """Print the JSON Schema of feeds.yaml, for editors."""
    click.echo(json_text(config.json_schema(), indent=1))
    return 0
