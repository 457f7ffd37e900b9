"""One value of feeds.yaml, as text, list or mapping -> the value that it means. Pure; each raises InvalidValueError, which says what would be right."""

from __future__ import annotations

import colorsys
import difflib
import os
import re
import warnings
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ByteSize, TypeAdapter, ValidationError

from planet import catalogue, text
from planet.config.disk import Disk
from planet.config.variables import VARIABLE
from planet.formats import RESERVED
from planet.i18n import languages, own_catalogue
from planet.model import Contact, Link, Message
from planet.urls import has_host, https_of_webcal

DURATION = re.compile(r"(?:\s*(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|sec|m|min|h|d|w)(?![a-z]))+\s*", re.IGNORECASE)
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
MAX_SECONDS = 10 * 366 * 86_400
SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST_LIKE = re.compile(r"(?:www\.[^/\s]+|(?:[\w-]+\.)+[A-Za-z]{2,}(?::\d+)?/.*)", re.DOTALL)
_COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_MEETUP = re.compile(
    r"(?:https?://(?:www\.)?meetup\.com/(?:[a-z]{2}(?:-[A-Za-z]{2})?/)?)?([A-Za-z0-9_-]+)/?(?:events/?.*)?"
)
_MOBILIZON = re.compile(r"@?([A-Za-z0-9_.-]+)@([A-Za-z0-9.-]+(?::\d+)?)")
_MOBILIZON_PAGE = re.compile(r"https?://([^/\s@]+)/@([A-Za-z0-9_.-]+)(?:/.*)?")
_PRIVATE = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?|[0-9A-Fa-f:.]+")
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_SIZE = TypeAdapter(ByteSize)


class InvalidValueError(ValueError):
    """A value that feeds.yaml may not hold; `message` says what would be right."""

    def __init__(self, sentence: str, /, **params: object) -> None:
        self.message = Message(sentence).filled(**params)
        super().__init__(str(self.message))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was meant to be, "" when none is near."""
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else ""


def meant(word: str, known: Iterable[str], otherwise: Message | str = "") -> Message | str:
    """`; did you mean …?` where a known word is near, else `otherwise`."""
    close = nearest(word, known)
    return Message.of("; did you mean `{word}`?", word=close) if close else otherwise


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
    """A length of time that is not nothing."""
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
        raise InvalidValueError(
            "{value} is no time zone{hint}",
            value=shown(name),
            hint=meant(
                name,
                [known for known in available_timezones() if "/" in known or known == "UTC"],
                Message.of("; write a name of the IANA list such as Europe/Paris or UTC"),
            ),
        ) from None
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


def contact(value: object) -> Contact:
    """A mail address or a URL, to be shown; or `{private: …}`, or the name of a variable, which holds what is not to be shown."""
    private = isinstance(value, dict) and value.keys() == {"private"}
    address = value["private"] if isinstance(value, dict) and private else value
    if not isinstance(address, str) or not address.strip():
        raise InvalidValueError(
            "{value} is no contact; write a mail address or a URL, or {{private: name@host}} for one that is not shown",
            value=shown(value),
        )
    address = address.strip()
    if VARIABLE.fullmatch(address):
        return Contact(address=address, private=True)
    return Contact(address=http_url(address) if _SCHEME.match(address) else email(address), private=private)


def links(value: object) -> tuple[Link, ...]:
    """A list of URLs, or names and URLs."""
    named = (
        value.items() if isinstance(value, dict) else [("", url) for url in value] if isinstance(value, list) else ()
    )
    if not isinstance(value, (list, dict)) or not all(isinstance(url, str) for _, url in named):
        raise InvalidValueError(
            "{value}: write a list of URLs, or names and URLs such as {{Mastodon: https://…}}", value=shown(value)
        )
    return tuple(dict.fromkeys(Link(url=http_url(str(url).strip()), name=str(name)) for name, url in named))


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


def http_url(url: str) -> str:
    """An absolute http or https URL, credentials allowed."""
    scheme = _SCHEME.match(url)
    if not scheme:
        guess = f"https://{url.lstrip('/')}"
        raise InvalidValueError(
            "{value} is no URL{hint}",
            value=shown(url),
            hint=Message.of("; did you mean `{word}`?", word=guess)
            if has_host(guess)
            else Message.of("; write https://…"),
        )
    if scheme[1].lower() not in {"http", "https"}:
        raise InvalidValueError("{value}: a URL must begin with https:// or http://", value=shown(url))
    if not has_host(url):
        raise InvalidValueError("{value} is no URL that can be asked; write https://host/path", value=shown(url))
    return url


def site_url(url: str) -> str:
    """Where the site is published: what every absolute link starts with, so it ends with a slash."""
    parts = urlsplit(http_url(url))
    if parts.query or parts.fragment or "@" in parts.netloc or "?" in url or "#" in url:
        raise InvalidValueError(
            "{value}: every link of the site starts here: leave out user, `?` and `#`", value=shown(url)
        )
    return url if url.endswith("/") else url + "/"


def feed_address(address: str, folder: Path, disk: Disk) -> str:
    """A URL, or a path relative to feeds.yaml: whether that file exists is seen when it is read."""
    plain = _VARIABLE.sub("x", address)
    if "${" in plain:
        raise InvalidValueError("{value}: a variable is written ${{NAME}}", value=shown(address))
    if address.startswith("${"):
        return address
    if plain != address:
        feed_address(plain, folder, disk)
        return address
    if address.startswith("//"):
        raise InvalidValueError(
            "{value} has no scheme; did you mean `https:{address}`?", value=shown(address), address=address
        )
    scheme = _SCHEME.match(address)
    if scheme and scheme[1].lower() in {"feed", "webcal", "webcals"}:
        raise InvalidValueError("{value}: write https:// for {scheme}:", value=shown(address), scheme=scheme[1])
    if scheme and scheme[1].lower() == "file":
        raise InvalidValueError("{value}: write a local file as a path, without file:", value=shown(address))
    if scheme:
        return http_url(address)
    if _HOST_LIKE.fullmatch(address) and not disk.exists(folder / address.split("/", maxsplit=1)[0]):
        raise InvalidValueError(
            "{value} is neither a URL nor a file beside feeds.yaml; did you mean `https://{address}`?",
            value=shown(address),
            address=address,
        )
    return address


def list_address(address: str, folder: Path, disk: Disk) -> str:
    """A URL, in which variables may stand."""
    checked = feed_address(address, folder, disk)
    return checked if checked.startswith("${") or "://" in checked else http_url(checked)


def within(path: str, folder: Path) -> Path:
    """A path of feeds.yaml, absolute, `..` resolved; `~` is the home folder of the user who runs the planet."""
    home = path == "~" or path.startswith("~/")
    return Path(os.path.normpath(Path.home() / path[2:] if home else folder / path))


def file_path(path: str, folder: Path) -> Path:
    """A path of feeds.yaml, absolute. Variables and `~name` are no paths: a folder of that very name would be made."""
    if "$" in path or (path.startswith("~") and path != "~" and not path.startswith("~/")):
        raise InvalidValueError(
            "{value}: write the path out, relative to feeds.yaml, absolute, or from ~/", value=shown(path)
        )
    return within(path, folder)


def calendar_address(address: str, folder: Path, disk: Disk) -> str:
    """A URL, webcal too, or a path relative to feeds.yaml."""
    return feed_address(https_of_webcal(address), folder, disk)


def avatar(address: str) -> str:
    """A URL, or a path relative to feeds.yaml."""
    return http_url(address) if _SCHEME.match(address) or address.startswith("//") else address


def meetup(name: str) -> str:
    """The group's name in Meetup's addresses (or its page) -> its calendar."""
    match = _MEETUP.fullmatch(name)
    if not match:
        raise InvalidValueError(
            "{value} is no Meetup group; write its name as in https://www.meetup.com/NAME/", value=shown(name)
        )
    return f"https://www.meetup.com/{match[1]}/events/ical/"


def mobilizon(name: str) -> str:
    """`@group@host` (or the group's page) -> its calendar."""
    if match := _MOBILIZON.fullmatch(name):
        return f"https://{match[2]}/@{match[1]}/feed/ics"
    if match := _MOBILIZON_PAGE.fullmatch(name):
        return f"https://{match[1]}/@{match[2]}/feed/ics"
    raise InvalidValueError('{value} is no Mobilizon group; write "@group@host", in quotes', value=shown(name))


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


def allow_private(value: object) -> bool | tuple[str, ...]:
    """true, false, or the hosts that may be private."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, list):
        raise InvalidValueError("{value}: write true, false, or a list such as [127.0.0.1:8000]", value=shown(value))
    for host in value:
        if not isinstance(host, str) or not _PRIVATE.fullmatch(host):
            raise InvalidValueError(
                "{value} is no host; write host or host:port, such as 127.0.0.1:8000 or [::1]:8000", value=shown(host)
            )
    return tuple(str(host).lower() for host in value)


def notify_url(url: str) -> str:
    """An Apprise URL, `${ENV}` in it or for it."""
    if "${" in _VARIABLE.sub("", url):
        raise InvalidValueError("{value}: a variable is written ${{NAME}}", value=shown(url))
    if re.match(r"\$[A-Za-z_]", url):
        raise InvalidValueError("{value}: write a variable as {right}", value=shown(url), right=f"${{{url[1:]}}}")
    if not re.match(r"\$\{|[A-Za-z][A-Za-z0-9+.-]*://", url):
        raise InvalidValueError(
            "{value} is no Apprise URL; write scheme://…, or ${{NAME}} for one that stands in the environment",
            value=shown(url),
        )
    return url


def email(address: str) -> str:
    """A mail address."""
    if not _EMAIL.fullmatch(address):
        raise InvalidValueError("{value} is no mail address; write name@host", value=shown(address))
    return address


def header(value: str) -> str:
    """What can be sent as an HTTP header (RFC 9110 5.5)."""
    if not value.isascii() or not value.isprintable():
        raise InvalidValueError("{value} cannot be sent; use plain ASCII letters, digits and signs", value=shown(value))
    return value


def executor(value: str) -> str:
    """Who asks feeds: this machine, or a Dask scheduler."""
    if value != "local" and not re.fullmatch(r"dask(\+tls)?://[^\s/@]+:\d{1,5}", value):
        raise InvalidValueError(
            "{value} is no executor; write `local`, or the address of a Dask scheduler such as dask://192.0.2.1:8786",
            value=shown(value),
        )
    return value


def shown(value: object) -> Message | str:
    """A value as a message quotes it: short, secrets of URLs left out."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return Message.of("nothing")
        case list():
            return Message.of("a list")
        case dict():
            return Message.of("a mapping")
    quoted = re.sub(r"//[^/@\s]*@", "//***@", str(value))
    return f"`{text.shorten(text.one_line(quoted), 80)}`"
