"""The command line: commands, clock, logging, exit codes. It prints what the rest returns."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from planet import __version__
from planet.cli.help import HelpContext, language_of
from planet.cli.streams import take_every_character
from planet.cli.usage import speak
from planet.errors import PlanetError
from planet.i18n import Translator
from planet.model import Message

EXIT_INTERRUPTED = 130
COMMANDS = {
    "run": ("planet.cli.run:run", "Fetch what is due, merge, render, publish, notify."),
    "check": (
        "planet.cli.check:check",
        "Check feeds.yaml; with --online (or a URL) try the feeds, and change nothing.",
    ),
    "status": ("planet.cli.status:status", "Tell the health of each feed: state, last success, next try, what to do."),
    "entries": ("planet.cli.entries:entries", "List the stories, newest first."),
    "events": ("planet.cli.events:events", "List the events of the groups, upcoming first."),
    "explain": (
        "planet.cli.explain:explain",
        "Tell why a story or an event is where it is: feeds, merging, technologies, date.",
    ),
    "technologies": (
        "planet.cli.technologies:technologies",
        "List the technologies that the catalogue knows; with SLUG, what it looks for.",
    ),
    "add": (
        "planet.cli.add:add",
        "Find the feeds behind a page or URL, and add their owner to feeds.yaml; or a group by its name; or an event.",
    ),
    "import": (
        "planet.cli.subscriptions:import_",
        "Take over subscriptions or history from another planet.",
    ),
    "backup": (
        "planet.cli.backup:backup",
        "Copy the database, also during a run, into one checked and compressed file.",
    ),
    "restore": (
        "planet.cli.backup:restore",
        "Put the database of a backup in its place; the one that is there is kept under another name.",
    ),
    "export": (
        "planet.cli.subscriptions:export",
        "Write the feeds as OPML, in groups by technology: to FILE, else to stdout.",
    ),
    "new": (
        "planet.cli.subscriptions:new",
        "Start a planet for another community: a commented feeds.yaml, and what goes with it.",
    ),
    "schema": ("planet.cli.subscriptions:schema", "Print the JSON Schema of feeds.yaml, for editors."),
    "serve": ("planet.cli.serve:serve", "Show the site on http://127.0.0.1."),
    "demo": ("planet.cli.demo:demo", "Make the site of the sample community: no network is needed."),
}
"""Name -> where the command is, and its help in a sentence: `planet --help` imports none of them."""


class Commands(click.Group):
    """Each command is imported when it is called: cron starts one every few minutes."""

    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        command.context_class = HelpContext
        return command

    def invoke(self, ctx: click.Context) -> object:
        """The command; what it cannot do is printed in the language of the planet, and its exit code is returned."""
        try:
            return super().invoke(ctx)
        except PlanetError as error:
            for line in error.lines(ctx.obj.translator_for(error).say):
                click.echo(line, err=True)
            ctx.exit(error.exit_code)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One whole sentence a command: click would cut it off at the edge."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _options(function: click.decorators.FC) -> click.decorators.FC:
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
        click.option("-v", "--verbose", is_flag=True, help="Say what is done, on stderr."),
        click.option(
            "--config", "config_path", type=click.Path(path_type=Path), default=Path("feeds.yaml"), metavar="FILE",
            help="The planet's configuration. [default: feeds.yaml]",
        ),
    ):  # fmt: skip
        function = option(function)
    return function


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`planet COMMAND --help` says more about one. Begin with `planet demo`, then `planet new DIR`.",
)
@_options
@click.version_option(__version__, prog_name="planet")
@click.pass_context
def cli(ctx: click.Context, config_path: Path, verbose: bool, quiet: bool) -> None:
    """A planet: the feeds and calendars of a community on one page, and by technology."""
    from planet.cli.context import Context  # --help and --version need none of it

    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR if quiet else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    ctx.obj = Context(config_path=config_path, verbose=verbose, quiet=quiet)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    take_every_character()
    arguments = _leading(sys.argv[1:] if arguments is None else arguments)
    language = language_of(_meant(arguments), os.environ)
    speak(language)
    try:
        result = cli.main(args=arguments, prog_name="planet", standalone_mode=False, obj=_meant(arguments))
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        interrupted = Message.of("interrupted: what was read is kept, and nothing was published half")
        click.echo(Translator(language).say(interrupted), err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has gone (`planet entries | head`): nothing is left to say, and nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(result if isinstance(result, int) else 0)


def _meant(arguments: list[str]) -> Path:
    """The feeds.yaml that the arguments name: `--help` is printed in its language, before anything is parsed."""
    for number, argument in enumerate(arguments):
        if argument == "--config" and number + 1 < len(arguments):
            return Path(arguments[number + 1])
        if argument.startswith("--config="):
            return Path(argument.partition("=")[2])
    return Path("feeds.yaml")


def _leading(arguments: list[str]) -> list[str]:
    """`--config`, `-v` and `-q` are accepted behind the command too: they are moved in front of it."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--config":
            front += [argument, *[value for value in [next(waiting, None)] if value is not None]]
        elif argument.startswith("--config=") or argument in {"-v", "--verbose", "-q", "--quiet"}:
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest
