"""`--help` in the language of the planet: of the feeds.yaml that is meant, else of the user's environment."""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from planet.i18n import Translator, languages
from planet.model import Message

_LANGUAGE = re.compile(r"""(?:^[ \t]+|[{,][ \t]*)["']?language["']?:[ \t]*["']?([A-Za-z-]+)""", re.MULTILINE)
_EXTRA = re.compile(r"^(.*?)(\s*\[[^\]]*\])?$", re.DOTALL)
"""An option's sentence, and what click adds to it in brackets."""


def user_language(environ: Mapping[str, str]) -> str:
    """The language of the environment (POSIX: LC_ALL before LC_MESSAGES before LANG), "en" where there are no sentences in it."""
    name = next((environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(key)), "")
    language = re.split(r"[_.@]", name)[0].lower()
    return language if language in languages() else "en"


def language_of(path: Path, environ: Mapping[str, str]) -> str:
    """The language that a feeds.yaml names, by a look at its text: it may be wrong, or missing."""
    try:
        named = _LANGUAGE.search(path.read_text("utf-8", "replace")[:100_000])
    except (OSError, ValueError):
        return user_language(environ)
    language = named[1].split("-")[0].lower() if named else "fr"
    return language if language in languages() else user_language(environ)


class Formatter(click.HelpFormatter):
    """Writes help, each sentence of it translated."""

    def __init__(self, width: int | None, max_width: int | None, translator: Translator) -> None:
        super().__init__(width=width, max_width=max_width)
        self._translator = translator

    def _say(self, text: str) -> str:
        return self._translator.say(Message(" ".join(text.split()))) if text.strip() else text

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix if prefix is not None else self._say("Usage:") + " ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(self._say(heading))

    def write_text(self, text: str) -> None:
        super().write_text("\n\n".join(self._say(paragraph) for paragraph in re.split(r"\n\s*\n", text)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, self._with_extra(text)) for name, text in rows], col_max, col_spacing)

    def _with_extra(self, text: str) -> str:
        """The sentence, translated, with what click or we add to it in brackets."""
        whole = " ".join(text.split())
        translated = self._say(whole)
        if translated != whole:
            return translated
        match = _EXTRA.match(whole)
        return (
            self._say(match[1]) + (match[2] or "").replace("default:", self._say("default:")) if match else translated
        )


class HelpContext(click.Context):
    """Knows which feeds.yaml is meant: the arguments of the program say so, before they are parsed."""

    def make_formatter(self) -> click.HelpFormatter:
        known = self.find_root().obj
        path = known if isinstance(known, Path) else getattr(known, "config_path", Path("feeds.yaml"))
        return Formatter(self.terminal_width, self.max_content_width, _translator(language_of(path, os.environ)))


@functools.cache
def _translator(language: str) -> Translator:
    return Translator(language)


def sentences(commands: Mapping[str, click.Command], summaries: Sequence[str]) -> Iterator[str]:
    """Every sentence of `--help`, in the form that the catalogues are asked for."""
    yield from (
        "Usage:",
        "Options",
        "Commands",
        "Show this message and exit.",
        "Show the version and exit.",
        "default:",
        *summaries,
    )
    for command in commands.values():
        for text in (command.help, command.short_help, command.epilog):
            for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text or "")):
                if paragraph.strip():
                    yield " ".join(paragraph.split())
        for parameter in command.params:
            text = getattr(parameter, "help", None)
            if text:
                yield " ".join(text.split())
