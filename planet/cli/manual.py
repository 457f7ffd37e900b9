"""The manual page, made from the commands themselves: `python -m planet.cli.manual > planet.1`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import click

from planet import __version__
from planet.cli import COMMANDS, EXIT_INTERRUPTED, cli

_EXITS = (
    ("0", "The site is up to date."),
    ("1", "Not published: the site stays as it was, and stderr says why."),
    ("2", "feeds.yaml or the command line is wrong."),
    ("3", "Another run is at work."),
    ("4", "Published, but the network or every feed failed."),
    (str(EXIT_INTERRUPTED), "Interrupted; the next run goes on."),
)


def manual() -> str:
    """A page of section 1 in roff, as man(7) describes it: every command with its options."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    context = click.Context(cli, info_name="planet")
    yield f'.TH PLANET 1 "" "planet {__version__}" "User Commands"'
    yield ".SH NAME"
    yield r"planet \- the feeds and calendars of a community on one page"
    yield ".SH SYNOPSIS"
    yield r".B planet"
    yield r"[OPTIONS] COMMAND [ARGUMENTS]"
    yield ".SH OPTIONS"
    yield from _options(cli, context)
    yield ".SH COMMANDS"
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        yield f'.SS "planet {_roff(name)} {_roff(" ".join(command.collect_usage_pieces(inner)))}"'
        for paragraph in re.split(r"\n\s*\n", (command.help or "").strip()):
            yield ".PP"
            yield _roff(" ".join(paragraph.split()))
        yield from _options(command, inner)
    yield ".SH EXIT STATUS"
    for code, meaning in _EXITS:
        yield from (".TP", f".B {code}", _roff(meaning))
    yield ".SH FILES"
    for name, meaning in (
        ("feeds.yaml", "Who is read, and what the site is."),
        ("planet.db", "What the planet knows (SQLite), beside it planet.db.lock, planet.db.config and planet.db.said."),
        ("output/", "The site."),
    ):
        yield from (".TP", f".I {_roff(name)}", _roff(meaning))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield from (".TP", rf".B {_roff(record[0])}", _roff(record[1]))


def _roff(text: str) -> str:
    r"""A text as roff shows it: dashes that can be copied, no line that begins with a request."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    sys.stdout.write(manual())
