"""One text of feeds.yaml -> what it means. Pure; each raises ValueError with a sentence that says what would be right."""

from __future__ import annotations

import colorsys
import difflib
import math
import re
import warnings
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from planet import text
from planet.i18n import languages

DURATION = re.compile(r"(?:\s*(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|sec|m|min|h|d|w)(?![a-z]))+\s*", re.IGNORECASE)
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
MAX_SECONDS = 10 * 366 * 86_400
SIZE = re.compile(r"\s*(\d{1,15}(?:\.\d{1,6})?)\s*([kmg]i?)?b?\s*", re.IGNORECASE)
_BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
# What the site has of its own below output/ (a technology has a folder there), with and without `.html`, `.xml` and the like:
# many servers find `404.html` under `404`, too.
RESERVED = frozenset(
    [
        "all",
        "archive",
        "atom",
        "calendar",
        "events",
        "feed",
        "health",
        "index",
        "join",
        "members",
        "opml",
        "page",
        "robots",
        "rss",
        "search",
        "sitemap",
        "static",
        "subscribe",
        "404",
    ]
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST_LIKE = re.compile(r"(?:www\.[^/\s]+|(?:[\w-]+\.)+[A-Za-z]{2,}(?::\d+)?/.*)", re.DOTALL)
_REFUSED = re.compile(r"[\s\x00-\x20\x7f-\x9f\\<>\"{}]")
_COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_MEETUP = re.compile(
    r"(?:https?://(?:www\.)?meetup\.com/(?:[a-z]{2}(?:-[A-Za-z]{2})?/)?)?([A-Za-z0-9_-]+)/?(?:events/?.*)?"
)
_MOBILIZON = re.compile(r"@?([A-Za-z0-9_.-]+)@([A-Za-z0-9.-]+(?::\d+)?)")
_MOBILIZON_PAGE = re.compile(r"https?://([^/\s@]+)/@([A-Za-z0-9_.-]+)(?:/.*)?")
_PRIVATE = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?|[0-9A-Fa-f:.]+")
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was meant to be, "" when none is near."""
    found = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(word.casefold(), found, n=1, cutoff=0.6)
    return found[close[0]] if close else ""


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` where a known word is near."""
    close = nearest(word, known)
    return f"; did you mean `{close}`?" if close else ""


def duration(value: object) -> timedelta:
    """`60m`, `6h`, `1d`, `1h30m`, `0s`; a number without a unit is seconds."""
    hint = "write it like 30s, 60m, 6h or 1d"
    if not isinstance(value, bool) and re.fullmatch(r"\s*-?\d{1,12}(\.\d{1,6})?\s*", str(value)):
        seconds = float(str(value))
    elif isinstance(value, str) and DURATION.fullmatch(value):
        seconds = sum(float(count) * _SECONDS[unit.lower()] for count, unit in _DURATION_PART.findall(value))
    else:
        raise ValueError(f"{shown(value)} is no length of time; {hint}")
    if not 0 <= seconds <= MAX_SECONDS:
        raise ValueError(f"{shown(value)} is no length of time from 0s to ten years; {hint}")
    return timedelta(seconds=seconds)


def positive_duration(value: object) -> timedelta:
    """A length of time that is not nothing."""
    length = duration(value)
    if not length:
        raise ValueError("must be more than nothing; write it like 30s")
    return length


def size(value: object) -> int:
    """`10MB`, `500kB`, `10MiB`; a number without a unit is bytes."""
    number = math.nan
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and (found := SIZE.fullmatch(value)):
        number = float(found[1]) * _BYTES[(found[2] or "").lower()]
    if not 1 <= number <= 2**40:
        raise ValueError(f"{shown(value)} is no size; write it like 10MB or 500kB")
    return int(number)


def zone(name: str) -> str:
    """A time zone of the IANA database."""
    try:
        if name.startswith(("posix", "right/", "localtime")) or not name:
            raise ValueError
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(
            f"{shown(name)} is no time zone{meant(name, available_timezones()) or '; write a name of the IANA list such as Europe/Paris or UTC'}"
        ) from None
    return name


def language(tag: str) -> str:
    """The name of a language (BCP 47): fr, en, fr-CA."""
    if "_" in tag or not text.language_tag(tag):
        fixed = tag.replace("_", "-").split(".", maxsplit=1)[0]
        hint = (
            f"; did you mean `{fixed}`?"
            if fixed != tag and text.language_tag(fixed)
            else "; write a BCP 47 tag such as fr, en or fr-CA"
        )
        raise ValueError(f"{shown(tag)} is no language{hint}")
    return tag


def page_language(tag: str) -> str:
    """A language that pages can be made in: one that has a catalogue."""
    known = sorted({"en", *languages()})
    if language(tag).replace("-", "_") not in known and tag.lower().split("-")[0] not in known:
        raise ValueError(
            f"there are no pages in {shown(tag)}: write one of {', '.join(known)}, or add a catalogue (planet/locale/{tag}/)"
        )
    return tag


def regex(pattern: object) -> re.Pattern[str]:
    """A regular expression of Python."""
    if not isinstance(pattern, str) or not pattern:
        raise ValueError(f"{shown(pattern)} must be a regular expression: write it in quotes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{shown(pattern)} is no regular expression: {error}") from None


def slug(name: str) -> str:
    """The name of a technology in addresses: `[a-z0-9-]+`, none that the site has itself."""
    if not SLUG.fullmatch(name):
        better = text.slug(name) if name.strip() else "php"
        raise ValueError(f"{shown(name)} is no name for an address; use a-z, 0-9 and dashes: `{better}`")
    if name in RESERVED or name in text.RESERVED:
        raise ValueError(f"`{name}` is reserved: the site has a page or file of that name; call it `{name}-tech`, say")
    return name


def http_url(url: str) -> str:
    """An absolute http or https URL, credentials allowed."""
    found = _SCHEME.match(url)
    if not found:
        guess = f"https://{url.lstrip('/')}"
        raise ValueError(
            f"{shown(url)} is no URL; did you mean `{guess}`?"
            if _reachable(guess)
            else f"{shown(url)} is no URL; write https://…"
        )
    if found[1].lower() not in {"http", "https"}:
        raise ValueError(f"{shown(url)}: a URL must begin with https:// or http://")
    if not _reachable(url):
        raise ValueError(f"{shown(url)} is no URL that can be asked; write https://host/path")
    return url


def _reachable(url: str) -> bool:
    """Whether there is a host to ask, and nothing in the URL that none may hold."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    name = parts.hostname or ""
    if len(url) > 2000 or _REFUSED.search(url) or not name or name.startswith(".") or ".." in name:
        return False
    return parts.port != 0


def site_url(url: str) -> str:
    """Where the site is published: what every absolute link starts with, so it ends with a slash."""
    parts = urlsplit(http_url(url))
    if parts.query or parts.fragment or "@" in parts.netloc or "?" in url or "#" in url:
        raise ValueError(f"{shown(url)}: every link of the site starts here: leave out user, `?` and `#`")
    return url if url.endswith("/") else url + "/"


def feed_address(address: str, folder: Path) -> str:
    """A URL, or a path relative to feeds.yaml: whether that file exists is seen when it is read."""
    if address.startswith("//"):
        raise ValueError(f"{shown(address)} has no scheme; did you mean `https:{address}`?")
    found = _SCHEME.match(address)
    if found and found[1].lower() in {"feed", "webcal", "webcals"}:
        raise ValueError(f"{shown(address)}: write https:// for {found[1]}:")
    if found and found[1].lower() == "file":
        raise ValueError(f"{shown(address)}: write a local file as a path, without file:")
    if found:
        return http_url(address)
    if _HOST_LIKE.fullmatch(address) and not (folder / address.split("/", maxsplit=1)[0]).exists():
        raise ValueError(
            f"{shown(address)} is neither a URL nor a file beside feeds.yaml; did you mean `https://{address}`?"
        )
    return address


def calendar_address(address: str, folder: Path) -> str:
    """The same for a calendar: `webcal://` means https://."""
    found = re.match(r"webcals?://", address, re.IGNORECASE)
    return feed_address(f"https://{address[found.end() :]}" if found else address, folder)


def avatar(address: str) -> str:
    """A URL, or a path relative to feeds.yaml."""
    return http_url(address) if _SCHEME.match(address) or address.startswith("//") else address


def meetup(name: str) -> str:
    """The group's name in Meetup's addresses (or its page) -> its calendar."""
    found = _MEETUP.fullmatch(name)
    if not found:
        raise ValueError(f"{shown(name)} is no Meetup group; write its name as in https://www.meetup.com/NAME/")
    return f"https://www.meetup.com/{found[1]}/events/ical/"


def mobilizon(name: str) -> str:
    """`@group@host` (or the group's page) -> its calendar."""
    if found := _MOBILIZON.fullmatch(name):
        return f"https://{found[2]}/@{found[1]}/feed/ics"
    if found := _MOBILIZON_PAGE.fullmatch(name):
        return f"https://{found[1]}/@{found[2]}/feed/ics"
    raise ValueError(f'{shown(name)} is no Mobilizon group; write "@group@host", in quotes')


def hue(value: object) -> int:
    """0 to 359, or the hue of `#rrggbb`."""
    hint = 'write a hue from 0 to 359, or "#rrggbb" in quotes'
    if value is None:
        raise ValueError(f"is empty (`#` begins a comment); {hint}")
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 360:
        return value
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise ValueError(f"{shown(value)} is no colour; {hint}")
    digits = value[1:] if len(value) == 7 else "".join(digit * 2 for digit in value[1:])
    red, green, blue = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    turn, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if not saturation:
        raise ValueError(f"{shown(value)} is a grey, which has no hue; {hint}")
    return round(turn * 360) % 360


def allow_private(value: object) -> bool | tuple[str, ...]:
    """true, false, or the hosts that may be private."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, list):
        raise ValueError(f"{shown(value)}: write true, false, or a list such as [127.0.0.1:8000]")  # noqa: TRY004 - pydantic collects ValueError
    for one in value:
        if not isinstance(one, str) or not _PRIVATE.fullmatch(one):
            raise ValueError(f"{shown(one)} is no host; write host or host:port, such as 127.0.0.1:8000 or [::1]:8000")
    return tuple(str(one).lower() for one in value)


def notify_url(url: str) -> str:
    """An Apprise URL, `${ENV}` in it or for it."""
    if "${" in _VARIABLE.sub("", url):
        raise ValueError(f"{shown(url)}: a variable is written ${{NAME}}")
    if re.match(r"\$[A-Za-z_]", url):
        raise ValueError(f"{shown(url)}: write a variable as ${{{url[1:]}}}")
    if not re.match(r"\$\{|[A-Za-z][A-Za-z0-9+.-]*://", url):
        raise ValueError(
            f"{shown(url)} is no Apprise URL; write scheme://…, or ${{NAME}} for one that stands in the environment"
        )
    return url


def email(address: str) -> str:
    if not _EMAIL.fullmatch(address):
        raise ValueError(f"{shown(address)} is no mail address; write name@host")
    return address


def header(value: str) -> str:
    """What can be sent as an HTTP header (RFC 9110 5.5)."""
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"{shown(value)} cannot be sent; use plain ASCII letters, digits and signs")
    return value


def shown(value: object) -> str:
    """A value as a message quotes it: short, secrets of URLs left out."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    written = re.sub(r"//[^/@\s]*@", "//***@", str(value))
    return f"`{text.shorten(text.one_line(written), 80)}`"
