"""Check one value of feeds.yaml (text, list or mapping) and return its value. Pure; each function raises InvalidValueError, which says what is valid."""

from __future__ import annotations

import colorsys
import re
import warnings
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ByteSize, TypeAdapter, ValidationError

from planet import catalogue, text
from planet.config.disk import Disk
from planet.config.invalid import InvalidValueError, meant, shown
from planet.formats import RESERVED
from planet.i18n import languages, own_catalogue
from planet.model import Message

DURATION = re.compile(r"(?:\s*(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|sec|m|min|h|d|w)(?![a-z]))+\s*", re.IGNORECASE)
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
MAX_SECONDS = 10 * 366 * 86_400
SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_SIZE = TypeAdapter(ByteSize)


def duration(value: object) -> timedelta:
    """`60m`, `6h`, `1d`, `1h30m`, `0s`; a number without a unit is seconds."""
    if not isinstance(value, bool) and re.fullmatch(r"\s*-?\d{1,12}(\.\d{1,6})?\s*", str(value)):
        seconds = float(str(value))
    elif isinstance(value, str) and DURATION.fullmatch(value):
        seconds = sum(float(count) * _SECONDS[unit.lower()] for count, unit in _DURATION_PART.findall(value))
    else:
        raise InvalidValueError("{value} is no length of time; write it like 30s, 60m, 6h or 1d", value=shown(value))
    if not 0 <= seconds <= MAX_SECONDS:
        raise InvalidValueError(
            "{value} is no length of time from 0s to ten years; write it like 30s, 60m, 6h or 1d", value=shown(value)
        )
    return timedelta(seconds=seconds)


def positive_duration(value: object) -> timedelta:
    """A duration above zero."""
    length = duration(value)
    if not length:
        raise InvalidValueError("must be more than nothing; write it like 30s")
    return length


def size(value: object) -> int:
    """`10MB`, `500kB`, `10MiB`; a number without a unit is bytes."""
    try:
        number = 0 if isinstance(value, bool) else int(_SIZE.validate_python(value))
    except (ValidationError, OverflowError):
        number = 0
    if not 1 <= number <= 2**40:
        raise InvalidValueError("{value} is no size; write it like 10MB or 500kB", value=shown(value))
    return number


def zone(name: str) -> str:
    """A time zone of the IANA database."""
    try:
        if name.startswith(("posix", "right/", "localtime")) or not name:
            raise ValueError
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        example = Message.of("; write a name of the IANA list such as Europe/Paris or UTC")
        places = [known for known in available_timezones() if "/" in known and not known.startswith("Etc/")]
        hint = meant(name, [*places, "UTC"], example)  # Etc/GMT+1 is an hour west of Greenwich: not what is meant
        raise InvalidValueError("{value} is no time zone{hint}", value=shown(name), hint=hint) from None
    return name


def language(tag: str) -> str:
    """The name of a language (BCP 47): fr, en, fr-CA."""
    if "_" in tag or not text.language_tag(tag):
        fixed = tag.replace("_", "-").split(".", maxsplit=1)[0]
        raise InvalidValueError(
            "{value} is no language{hint}",
            value=shown(tag),
            hint=Message.of("; did you mean `{word}`?", word=fixed)
            if fixed != tag and text.language_tag(fixed)
            else Message.of("; write a BCP 47 tag such as fr, en or fr-CA"),
        )
    return tag


def page_language(tag: str, folder: Path | None = None, disk: Disk | None = None) -> str:
    """A language that pages can be made in: one that has a catalogue, here or in `locale/` beside feeds.yaml."""
    known = sorted({"en", *languages()})
    own = own_catalogue(tag, folder) if folder and text.language_tag(tag) else None
    if own is not None and disk is not None and disk.exists(own):
        return language(tag)
    if language(tag).replace("-", "_") not in known and tag.lower().split("-")[0] not in known:
        raise InvalidValueError(
            "there are no pages in {value}: write one of {known}, or add a catalogue beside feeds.yaml (locale/{tag}/LC_MESSAGES/planet.po)",
            value=shown(tag),
            known=", ".join(known),
            tag=tag,
        )
    return tag


def regex(pattern: object) -> str:
    """A regular expression of Python, unchanged."""
    if not isinstance(pattern, str) or not pattern:
        raise InvalidValueError("{value} must be a regular expression: write it in quotes", value=shown(pattern))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise InvalidValueError(
            "{value} is no regular expression: {error}", value=shown(pattern), error=error
        ) from None
    return pattern


def url_pattern(pattern: str) -> str:
    """An address in which `*` stands for anything, or a regular expression that begins with ^."""
    return regex(pattern) if pattern.startswith("^") else pattern


def source_slug(name: str) -> str:
    """The address of a source below members/."""
    if not SLUG.fullmatch(name):
        raise InvalidValueError(
            "{value} is no name for an address; use a-z, 0-9 and dashes: `{better}`",
            value=shown(name),
            better=text.slug(name),
        )
    return name


def catalogued(name: str) -> str:
    """A technology of the catalogue."""
    if catalogue.load(name) is None:
        raise InvalidValueError(
            "the catalogue knows no technology {name}{hint}", name=shown(name), hint=meant(name, catalogue.names())
        )
    return name


def slug(name: str) -> str:
    """The name of a technology in addresses: `[a-z0-9-]+`, none that the site has itself."""
    if not SLUG.fullmatch(name):
        better = text.slug(name) if name.strip() else "php"
        raise InvalidValueError(
            "{value} is no name for an address; use a-z, 0-9 and dashes: `{better}`", value=shown(name), better=better
        )
    if name in RESERVED or name in text.RESERVED:
        raise InvalidValueError(
            "`{name}` is reserved: the site has a page or file of that name; call it `{name}-tech`, say", name=name
        )
    return name


def hue(value: object) -> int:
    """0 to 359, or the hue of `#rrggbb`."""
    hint = Message.of('write a hue from 0 to 359, or "#rrggbb" in quotes')
    if value is None:
        raise InvalidValueError("is empty (`#` begins a comment); {hint}", hint=hint)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 360:
        return value
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise InvalidValueError("{value} is no colour; {hint}", value=shown(value), hint=hint)
    digits = value[1:] if len(value) == 7 else "".join(digit * 2 for digit in value[1:])
    red, green, blue = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    turn, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if not saturation:
        raise InvalidValueError("{value} is a grey, which has no hue; {hint}", value=shown(value), hint=hint)
    return round(turn * 360) % 360


def header(value: str) -> str:
    """A value that can be sent as an HTTP header (RFC 9110 5.5)."""
    if not value.isascii() or not value.isprintable():
        raise InvalidValueError("{value} cannot be sent; use plain ASCII letters, digits and signs", value=shown(value))
    return value


def executor(value: str) -> str:
    """The executor of requests: `local`, or the address of a Dask scheduler (`dask://host:port`)."""
    if value != "local" and not re.fullmatch(r"dask(\+tls)?://[^\s/@]+:\d{1,5}", value):
        raise InvalidValueError(
            "{value} is no executor; write `local`, or the address of a Dask scheduler such as dask://192.0.2.1:8786",
            value=shown(value),
        )
    return value
