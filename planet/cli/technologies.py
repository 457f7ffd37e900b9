"""`planet technologies`: list the technologies of the catalogue."""

from __future__ import annotations

import difflib

import click

from planet import catalogue
from planet.cli.context import Context
from planet.cli.streams import json_text
from planet.errors import UsageError
from planet.model import Message
from planet.text import fold


@click.command()
@click.argument("slug", required=False)
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def technologies(ctx: Context, slug: str | None, as_json: bool) -> int:
    """List the technologies that the catalogue knows; with SLUG, what it looks for."""
    if slug is None:
        for name in catalogue.slugs():
            entry = _entry(name)
            click.echo(json_text(_summary(entry)) if as_json else _line(ctx, entry))
        if not as_json and not ctx.quiet:
            click.echo(
                ctx.say(
                    Message.of(
                        "`planet technologies NAME` says what is looked for; `planet add --technology NAME` adds one"
                    )
                )
            )
        return 0
    entry = _entry(slug)
    if as_json:
        click.echo(json_text(_whole(entry)))
        return 0
    click.echo(_line(ctx, entry))
    for label, words in (
        (Message.of("tags"), entry.tags),
        (Message.of("words"), (*entry.words, *entry.phrases)),
        (Message.of("everyday words, in company only"), tuple(word.lstrip("=") for word in entry.everyday)),
        (Message.of("never"), entry.exclude),
        (Message.of("links to"), entry.homes),
        (Message.of("code in"), entry.code),
    ):
        if words:
            named = Message.of("{source}: {title}", source=label, title=", ".join(words))
            click.echo(ctx.screen.hang(f"  {ctx.say(named)}"))
    return 0


def _entry(name: str) -> catalogue.CatalogueEntry:
    """The catalogue's entry of this name. Raises UsageError, with the nearest names."""
    entry = catalogue.load(name) or catalogue.load(fold(name))
    if entry is None:
        near = difflib.get_close_matches(name.lower(), catalogue.names(), n=3, cutoff=0.5)
        raise UsageError(
            Message.of("the catalogue knows no technology {name}; near it are: {near}", name=name, near=", ".join(near))
            if near
            else Message.of(
                "the catalogue knows no technology {name}: `planet technologies` lists those that it knows", name=name
            )
        )
    return entry


def _line(ctx: Context, entry: catalogue.CatalogueEntry) -> str:
    aliases = f" ({', '.join(entry.aliases)})" if entry.aliases else ""
    return f"{entry.slug:16} {entry.name(ctx.translator.language)}{aliases}"


def _summary(entry: catalogue.CatalogueEntry) -> dict[str, object]:
    return {"slug": entry.slug, "names": entry.names, "aliases": list(entry.aliases)}


def _whole(entry: catalogue.CatalogueEntry) -> dict[str, object]:
    lists = ("tags", "words", "everyday", "phrases", "exclude", "homes", "code")
    return {**_summary(entry), "hue": entry.hue, **{name: list(getattr(entry, name)) for name in lists}}
