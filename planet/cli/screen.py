"""Format lines for the terminal: its width, hanging indents, colours by meaning.

Nothing depends on colour alone, and there is none where stdout is no terminal or `NO_COLOR` is set (https://no-color.org).
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from dataclasses import dataclass
from typing import Any, Literal

import click

Meaning = Literal["good", "bad", "doubtful", "quiet", "strong", ""]
READABLE = 100
"""Columns beyond which a sentence is wrapped though there is room."""
UNLIMITED = 200
"""Columns of a table in a file or pipe."""
MEANINGS: dict[str, Meaning] = {
    "ok": "good", "failing": "bad", "gone": "bad", "moved": "doubtful", "deferred": "doubtful", "new": "quiet",
}  # fmt: skip
"""State of a feed -> what its colour says."""
COLOURS: dict[Meaning, dict[str, Any]] = {
    "good": {"fg": "green"},
    "bad": {"fg": "bright_red"},
    "doubtful": {"fg": "yellow"},
    "quiet": {"dim": True},
    "strong": {"bold": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What stdout shows. `width` is in columns."""

    terminal: bool
    width: int
    colour: bool

    @classmethod
    def of_stdout(cls) -> Screen:
        """The screen that this process writes to."""
        terminal = sys.stdout.isatty()
        colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(
            terminal=terminal, width=shutil.get_terminal_size().columns if terminal else UNLIMITED, colour=colour
        )

    def paint(self, text: str, meaning: Meaning) -> str:
        """The text in the colour of its meaning; unchanged where there are no colours."""
        return click.style(text, **COLOURS[meaning]) if self.colour and meaning else text

    def wrap(self, text: str, indent: int = 0, hanging: int = 4) -> str:
        """A sentence in lines that fit, those after the first `hanging` columns further in. Addresses are not cut; pipes get one line."""
        first = " " * indent
        if not self.terminal:
            return first + text
        lines = textwrap.wrap(
            text,
            min(self.width, READABLE) - 1,
            initial_indent=first,
            subsequent_indent=first + " " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return "\n".join(lines)

    def hang(self, text: str) -> str:
        """Lines as they are indented, each wrapped 4 columns further in."""
        return "\n".join(self.wrap(line.strip(), len(line) - len(line.lstrip(" "))) for line in text.split("\n"))


def cut_middle(text: str, room: int) -> str:
    """At most `room` characters: the beginning and the end of an address say most."""
    if len(text) <= room:
        return text
    head = (room - 1) // 2
    return f"{text[:head]}…{text[len(text) - (room - 1 - head) :]}"
