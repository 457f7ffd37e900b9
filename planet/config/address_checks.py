"""Check one address or path of feeds.yaml and return its value. Pure; each function raises InvalidValueError, which says what is valid."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from planet.config.disk import Disk
from planet.config.invalid import InvalidValueError, shown
from planet.config.variables import VARIABLE
from planet.model import Contact, Link, Message
from planet.urls import has_host, https_of_webcal

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST_LIKE = re.compile(r"(?:www\.[^/\s]+|(?:[\w-]+\.)+[A-Za-z]{2,}(?::\d+)?/.*)", re.DOTALL)
_MEETUP = re.compile(
    r"(?:https?://(?:www\.)?meetup\.com/(?:[a-z]{2}(?:-[A-Za-z]{2})?/)?)?([A-Za-z0-9_-]+)/?(?:events/?.*)?"
)
_MOBILIZON = re.compile(r"@?([A-Za-z0-9_.-]+)@([A-Za-z0-9.-]+(?::\d+)?)")
_MOBILIZON_PAGE = re.compile(r"https?://([^/\s@]+)/@([A-Za-z0-9_.-]+)(?:/.*)?")
_PRIVATE = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?|[0-9A-Fa-f:.]+")
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


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
    """The address of the published site, with a final slash: every absolute link starts with it."""
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
