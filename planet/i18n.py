"""The language of a planet: sentences by gettext, dates and numbers by Babel. French and English ship; a third is a file away.

The catalogues are `planet/locale/<language>/LC_MESSAGES/planet.po`, read as they are when a sentence is first needed (some
3 ms), so that no build step stands between a translation and its use.
"""

from __future__ import annotations

import datetime as dt
import functools
import gettext
import io
import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from planet.model import Message

if TYPE_CHECKING:  # a run that shows no date does without
    from babel import Locale

_RTL = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "syr", "ug", "ur", "yi"])
_RTL_SCRIPTS = frozenset(["adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"])
LOCALE = Path(__file__).parent / "locale"
DOMAIN = "planet"
_FIRST = re.compile(r"\b1 (?=[^\W\d])")  # French counts the first day of a month, CLDR does not know


def languages() -> tuple[str, ...]:
    """The languages that ship, sorted."""
    return tuple(sorted(path.parent.parent.name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


def _names(language: str) -> tuple[str, ...]:
    """fr-CA -> fr_CA, fr: where to look for a catalogue."""
    tag = language.replace("-", "_")
    return (tag, tag.split("_")[0])


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """The sentences of a language; those of nobody (English as written) where none ship."""
    for name in _names(language):
        path = LOCALE / name / "LC_MESSAGES" / f"{DOMAIN}.po"
        if path.is_file():
            return gettext.GNUTranslations(io.BytesIO(_compiled(_sentences(path.read_text("utf-8")))))
    return gettext.NullTranslations()


def _sentences(text: str) -> dict[str, str]:
    """What a .po file translates: msgid (plural behind a zero) -> msgstr (forms parted by zeros). Fuzzy ones are left out."""
    found: dict[str, str] = {}
    parts: list[tuple[str, str]] = []
    fuzzy = False
    for line in (*text.splitlines(), "#"):
        keyword, quote, rest = line.partition('"')
        keyword = keyword.split("[")[0].strip()
        if parts and parts[-1][0] == "msgstr" and (line.startswith("#") or keyword in {"msgctxt", "msgid"}):
            ids = [held for name, held in parts if name in {"msgid", "msgid_plural"}]
            forms = [held for name, held in parts if name == "msgstr"]
            if all(forms) and not (fuzzy and ids[0]):
                found["\0".join(ids)] = "\0".join(forms)
            parts, fuzzy = [], False
        if line.startswith("#"):
            fuzzy |= line.startswith("#,") and "fuzzy" in line
        elif quote:
            if keyword:
                parts.append((keyword, ""))
            parts[-1] = (parts[-1][0], parts[-1][1] + json.loads(quote + rest.rstrip()))
    return found


def _compiled(sentences: Mapping[str, str]) -> bytes:
    """The same as an .mo file (GNU gettext manual, 10.3), which is what Python reads."""
    rows = sorted((key.encode(), value.encode()) for key, value in sentences.items())
    head, place = 28, 28 + 16 * len(rows)
    tables: list[bytes] = []
    for texts in zip(*rows, strict=True):
        for held in texts:
            tables.append(struct.pack("<II", len(held), place))
            place += len(held) + 1
    start = struct.pack("<IIIIIII", 0x950412DE, 0, len(rows), head, head + 8 * len(rows), 0, 0)
    return b"".join((start, *tables, *(held + b"\0" for texts in zip(*rows, strict=True) for held in texts)))


@functools.cache
def _locale(language: str) -> Locale:
    """What Babel knows of a language, English where it knows nothing."""
    from babel import Locale, UnknownLocaleError  # see above

    for name in _names(language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


class Translator:
    """Says everything in one language, and tells every moment in one time zone."""

    def __init__(self, language: str, timezone: str = "UTC") -> None:
        """`language` is a BCP 47 tag ("fr", "fr-CA"), `timezone` an Olson name."""
        self.language = language
        self.zone = ZoneInfo(timezone)

    @property
    def locale(self) -> Locale:
        """What Babel knows of the language."""
        return _locale(self.language)

    def gettext(self, text: str) -> str:
        """The sentence in this language; as it is where the catalogue has none."""
        return _catalogue(self.language).gettext(text) if text else ""

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form that fits `count`."""
        return _catalogue(self.language).ngettext(one, many, count)

    def say(self, message: Message) -> str:
        """A message, translated and filled in, with the messages inside it."""
        text = self.gettext(message.text)
        if not message.params:
            return text
        return text.format(
            **{name: self.say(value) if isinstance(value, Message) else value for name, value in message.params}
        )

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The moment as clocks of the planet's time zone show it."""
        return moment.astimezone(self.zone)

    def day_of(self, moment: dt.datetime | dt.date) -> dt.date:
        """The day it falls on in the planet's time zone."""
        return self.local(moment).date() if isinstance(moment, dt.datetime) else moment

    def date(self, moment: dt.datetime | dt.date, form: str = "long") -> str:
        """`short` 23/11/2026, `medium` 23 nov. 2026, `long` 23 novembre 2026, `full` lundi 23 novembre 2026; or a CLDR pattern."""
        from babel import dates

        shown = dates.format_date(self.day_of(moment), form, locale=self.locale)
        if self.locale.language == "fr":
            shown = _FIRST.sub("1er ", shown)
        return shown

    def time(self, moment: dt.datetime | dt.time) -> str:
        """14:05"""
        shown = self.local(moment).time() if isinstance(moment, dt.datetime) else moment
        from babel import dates

        return dates.format_time(shown, "short", locale=self.locale)

    def clock(self, moment: dt.datetime) -> str:
        """The hour; nothing at midnight, where most often only the day is known."""
        shown = self.local(moment)
        known = (shown.hour, shown.minute) != (0, 0) and (moment.hour, moment.minute) != (0, 0)
        return self.time(moment) if known else self.date(moment, "medium")

    def language_name(self, tag: str) -> str:
        """What a language is called here: "en" -> anglais; the tag itself where nobody knows it."""
        return str(self.locale.languages.get(_names(tag)[1].lower(), tag))

    def direction(self, tag: str) -> str:
        """`rtl` for a language that is written from right to left, `ltr` for the others (CLDR)."""
        parts = tag.lower().replace("_", "-").split("-")
        script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
        return "rtl" if script in _RTL_SCRIPTS or (not script and parts[0] in _RTL) else "ltr"

    def moment(self, moment: dt.datetime, form: str = "long") -> str:
        """23 novembre 2026 à 14:05"""
        return self.gettext("{date} at {time}").format(date=self.date(moment, form), time=self.time(moment))

    def day(self, day: dt.date) -> str:
        """The heading of a day: lundi 23 novembre 2026."""
        return self.date(day, "full")

    def month(self, day: dt.datetime | dt.date) -> str:
        """The name of a month: novembre 2026."""
        from babel import dates

        return dates.format_skeleton("yMMMM", self.day_of(day), locale=self.locale)

    def number(self, value: float) -> str:
        """12 345"""
        from babel import numbers

        return str(numbers.format_decimal(value, locale=self.locale))
