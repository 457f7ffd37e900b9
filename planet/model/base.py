"""Small values that everything else uses."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NewType

SafeHtml = NewType("SafeHtml", str)
"""HTML that went through the allow-list. Only `planet.sanitise` makes one. Its headings begin at `FIRST_HEADING`, in their order; its
ids begin with `text.id_prefix` of what it belongs to, and each `#` link in it leads to one of them."""
FIRST_HEADING = 4
"""One below the title of a story, which is an h3 in lists; a page with another outline moves them (`render.html.builder.placed`)."""


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
"""What moves a cursor, starts an escape sequence, or reorders text; C1 controls and lone surrogates too."""


def _shown(value: object) -> str:
    """A parameter as text for a terminal or a mail: names and reasons that servers send may hold anything."""
    text = str(value)
    return text if text.isprintable() else _CONTROL.sub(" ", text)


def fill(sentence: str, values: Mapping[str, object]) -> str:
    """A sentence with its values, fit for a terminal or a mail; without them where another version stored ones that do not fit."""
    with contextlib.suppress(LookupError, ValueError, AttributeError):
        sentence = sentence.format(**values) if values else sentence
    return "\n".join(map(_shown, sentence.split("\n")))


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person, translated only where it is shown.

    `text` is English, is the key of the gettext catalogues, and holds `{name}` for each of `params`:
    `Message.of("moved to {url}", url="https://…")`. A plain string with no entry in the catalogue shows as it is.
    """

    text: str
    params: tuple[tuple[str, str | Message], ...] = ()
    plural: str = ""
    """The sentence for any other number than one, where `text` is that for one: the parameter `count` decides."""

    @classmethod
    def counted(cls, singular: str, plural: str, /, **params: object) -> Message:
        """A sentence that agrees with the parameter `count`: `Message.counted("{count} feed", "{count} feeds", count=3)`."""
        return cls(singular, plural=plural).filled(**params)

    @property
    def count(self) -> int:
        """The number that a sentence with a plural agrees with; 0 where another version stored none."""
        count = dict(self.params).get("count")
        return int(count) if isinstance(count, str) and count.isdecimal() else 0

    @classmethod
    def of(cls, text: str, /, **params: object) -> Message:
        """A parameter that is a sentence itself is translated with the whole."""
        return cls(text).filled(**params)

    def filled(self, **params: object) -> Message:
        """The same sentence with these parameters, without control characters."""
        if not params:
            return self
        filled_in = tuple(
            (name, value if isinstance(value, Message) else _shown(value)) for name, value in params.items()
        )
        return replace(self, params=filled_in)

    def __str__(self) -> str:
        """The English sentence."""
        return fill(self.plural if self.plural and self.count != 1 else self.text, dict(self.params))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong or doubtful in feeds.yaml: `line` counts from 1, 0 where the whole file is meant."""

    line: int
    message: Message
