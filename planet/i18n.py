"""The language of a planet: sentences by gettext, dates and numbers by Babel. German, English, Spanish and French ship; another is a file away.

The catalogues are `planet/locale/<language>/LC_MESSAGES/planet.po`. A build compiles them (`hatch_build.py`) and ships the `.mo`
alone; in a checkout, one that is missing or older than its `.po` is compiled when a sentence is first needed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import gettext
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from planet.model import Message
from planet.model.base import fill

if TYPE_CHECKING:  # a run that shows no date does without
    from babel import Locale

Say = Callable[[Message], str]
"""A message in the language of the planet."""
_RTL = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "syr", "ug", "ur", "yi"])
_RTL_SCRIPTS = frozenset(["adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"])
LOCALE = Path(__file__).parent / "locale"
DOMAIN = "planet"
_FIRST = re.compile(r"\b1 (?=[^\W\d])")  # French counts the first day of a month, CLDR does not know


def languages() -> tuple[str, ...]:
    """The languages that ship, sorted."""
    return tuple(sorted({path.parent.parent.name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.[pm]o")}))


def _names(language: str) -> tuple[str, ...]:
    """fr-CA -> fr_CA, fr: where to look for a catalogue."""
    tag = language.replace("-", "_")
    return (tag, tag.split("_")[0])


def own_catalogue(language: str, folder: Path) -> Path | None:
    """The catalogue of a planet itself, below the folder of feeds.yaml: another language, or other words."""
    places = (
        folder / "locale" / name / "LC_MESSAGES" / f"{DOMAIN}{kind}"
        for name in _names(language)
        for kind in (".po", ".mo")
    )
    return next((place for place in places if place.is_file()), None)


@functools.cache
def _catalogue(language: str, own: str = "") -> gettext.NullTranslations:
    """The sentences of a language, those of a planet's own catalogue first; English as written where there is none."""
    shipped: gettext.NullTranslations = gettext.NullTranslations()
    for name in _names(language):
        compiled = _compiled(LOCALE / name / "LC_MESSAGES" / f"{DOMAIN}.po")
        if compiled:
            shipped = gettext.GNUTranslations(io.BytesIO(compiled))
            break
    if not own:
        return shipped
    sentences = gettext.GNUTranslations(io.BytesIO(_compiled(Path(own).with_suffix(".po"))))
    sentences.add_fallback(shipped)
    return sentences


def _compiled(source: Path) -> bytes:
    """The `.mo` file beside a `.po` file, written where it is missing or older; b"" where there is neither."""
    target = source.with_suffix(".mo")
    with contextlib.suppress(OSError):
        if not source.exists() or target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            return target.read_bytes()
    if not source.exists():
        return b""
    compiled = compile_catalogue(source.read_bytes())
    aside = target.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        aside.write_bytes(compiled)
        aside.replace(target)
    return compiled


def compile_catalogue(source: bytes) -> bytes:
    """The text of a `.po` file -> the `.mo` file that gettext reads; fuzzy sentences are left out."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    catalogue = read_po(io.BytesIO(source))
    # The moment of compiling would be written otherwise: two builds would differ.
    catalogue.creation_date = catalogue.revision_date = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    write_mo(compiled, catalogue)
    return compiled.getvalue()


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


# A page names the same days and hours again and again, and Babel reads its pattern each time.
@functools.lru_cache(maxsize=20_000)
def _date(day: dt.date, form: str, language: str) -> str:
    from babel import dates  # see above

    shown = dates.format_date(day, form, locale=_locale(language))
    return _FIRST.sub("1er ", shown) if _locale(language).language == "fr" else shown


@functools.lru_cache(maxsize=2000)
def _time(time: dt.time, language: str) -> str:
    from babel import dates  # see above

    return dates.format_time(time, "short", locale=_locale(language))


@functools.lru_cache(maxsize=2000)
def _days(first: dt.date, last: dt.date, skeleton: str, language: str) -> str:
    from babel import dates  # see above

    return dates.format_interval(first, last, skeleton, locale=_locale(language))


@functools.lru_cache(maxsize=2000)
def _month(first: dt.date, language: str) -> str:
    from babel import dates  # see above

    return dates.format_skeleton("yMMMM", first, locale=_locale(language))


class Translator:
    """Translates into one language, and formats datetimes in one time zone."""

    def __init__(self, language: str, timezone: str = "UTC", catalogue: str = "") -> None:
        """`language` is a BCP 47 tag ("fr", "fr-CA"), `timezone` an Olson name, `catalogue` the path of a planet's own sentences."""
        self.language = language
        self._own = catalogue
        self.zone = ZoneInfo(timezone)

    @property
    def locale(self) -> Locale:
        """What Babel knows of the language."""
        return _locale(self.language)

    def gettext(self, text: str) -> str:
        """The sentence in this language, in English where the catalogue has none."""
        return _catalogue(self.language, self._own).gettext(text) if text else ""

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The form that fits `count`."""
        return _catalogue(self.language, self._own).ngettext(singular, plural, count)

    def say(self, message: Message) -> str:
        """A message, translated and filled in, with the messages inside it."""
        plural = message.plural
        text = self.ngettext(message.text, plural, message.count) if plural else self.gettext(message.text)
        return fill(
            text, {name: self.say(value) if isinstance(value, Message) else value for name, value in message.params}
        )

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The moment as clocks of the planet's time zone show it."""
        return moment.astimezone(self.zone)

    def day_of(self, moment: dt.datetime | dt.date) -> dt.date:
        """The day it falls on in the planet's time zone."""
        return self.local(moment).date() if isinstance(moment, dt.datetime) else moment

    def date(self, moment: dt.datetime | dt.date, form: str = "long") -> str:
        """`short` 23/11/2026, `medium` 23 nov. 2026, `long` 23 novembre 2026, `full` lundi 23 novembre 2026; or a CLDR pattern."""
        return _date(self.day_of(moment), form, self.language)

    def time(self, moment: dt.datetime | dt.time) -> str:
        """14:05"""
        shown = self.local(moment).time() if isinstance(moment, dt.datetime) else moment
        return _time(shown.replace(second=0, microsecond=0), self.language)

    def has_time(self, moment: dt.datetime | dt.date) -> bool:
        """Whether an hour is known: at midnight, here or in UTC, most often only the day is."""
        if not isinstance(moment, dt.datetime):
            return False
        shown = self.local(moment)
        return (shown.hour, shown.minute) != (0, 0) and (moment.hour, moment.minute) != (0, 0)

    def language_name(self, tag: str) -> str:
        """What a language is called here: "en" -> anglais; the tag itself where its name is unknown."""
        return str(self.locale.languages.get(_names(tag)[1].lower(), tag))

    def direction(self, tag: str) -> str:
        """`rtl` for a language that is written from right to left, `ltr` for the others (CLDR)."""
        parts = tag.lower().replace("_", "-").split("-")
        script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
        return "rtl" if script in _RTL_SCRIPTS or (not script and parts[0] in _RTL) else "ltr"

    def moment(self, moment: dt.datetime, form: str = "long") -> str:
        """23 novembre 2026 à 14:05"""
        return self.gettext("{date} at {time}").format(date=self.date(moment, form), time=self.time(moment))

    def relative(self, moment: dt.datetime, now: dt.datetime) -> str:
        """Seen from now: « il y a 2 h », « dans 58 min »."""
        from babel import dates  # see above

        delta = moment - now
        return dates.format_timedelta(
            delta, granularity="minute", threshold=1.2, add_direction=True, format="short", locale=self.locale
        )

    def day(self, day: dt.date) -> str:
        """The heading of a day: lundi 23 novembre 2026."""
        return self.date(day, "full")

    def days(self, first: dt.date, last: dt.date, *, with_year: bool = True) -> str:
        """A range of days: 16–22 nov. 2026; without the year 16–22 nov."""
        return _days(first, last, "yMMMd" if with_year else "MMMd", self.language)

    def month(self, day: dt.datetime | dt.date) -> str:
        """The name of a month: novembre 2026."""
        return _month(self.day_of(day).replace(day=1), self.language)

    def number(self, value: float) -> str:
        """12 345"""
        from babel import numbers

        return str(numbers.format_decimal(value, locale=self.locale))
