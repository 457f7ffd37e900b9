"""The language of a planet: sentences by gettext, dates and numbers by Babel. French and English ship; a third is a file away.

The catalogues are `planet/locale/<language>/LC_MESSAGES/planet.po`, read as they are when a sentence is first needed (some
20 ms), so that no build step stands between a translation and its use.
"""

from __future__ import annotations

import datetime as dt
import functools
import gettext
import io
import re
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, numbers

from planet.model import Message

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
            # Two modules that a run in which nothing is said can do without.
            from babel.messages.mofile import write_mo  # noqa: PLC0415
            from babel.messages.pofile import read_po  # noqa: PLC0415

            compiled = io.BytesIO()
            with path.open("rb") as file:
                write_mo(compiled, read_po(file, locale=name))
            compiled.seek(0)
            return gettext.GNUTranslations(compiled)
    return gettext.NullTranslations()


@functools.cache
def _locale(language: str) -> Locale:
    """What Babel knows of a language, English where it knows nothing."""
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
        self.locale = _locale(language)

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
        shown = dates.format_date(self.day_of(moment), form, locale=self.locale)
        if self.locale.language == "fr":
            shown = _FIRST.sub("1er ", shown)
        return shown

    def time(self, moment: dt.datetime | dt.time) -> str:
        """14:05"""
        shown = self.local(moment).time() if isinstance(moment, dt.datetime) else moment
        return dates.format_time(shown, "short", locale=self.locale)

    def clock(self, moment: dt.datetime) -> str:
        """The hour; nothing at midnight, where most often only the day is known."""
        shown = self.local(moment)
        known = (shown.hour, shown.minute) != (0, 0) and (moment.hour, moment.minute) != (0, 0)
        return self.time(moment) if known else self.date(moment, "medium")

    def language_name(self, tag: str) -> str:
        """What a language is called here: "en" -> anglais; the tag itself where nobody knows it."""
        return str(self.locale.languages.get(_names(tag)[1].lower(), tag))

    def moment(self, moment: dt.datetime, form: str = "long") -> str:
        """23 novembre 2026 à 14:05"""
        return self.gettext("{date} at {time}").format(date=self.date(moment, form), time=self.time(moment))

    def day(self, day: dt.date) -> str:
        """The heading of a day: lundi 23 novembre 2026."""
        return self.date(day, "full")

    def month(self, day: dt.datetime | dt.date) -> str:
        """The name of a month: novembre 2026."""
        return dates.format_skeleton("yMMMM", self.day_of(day), locale=self.locale)

    def number(self, value: float) -> str:
        """12 345"""
        return str(numbers.format_decimal(value, locale=self.locale))
