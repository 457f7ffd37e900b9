"""Canonical keys of URLs: compared, never requested."""

from __future__ import annotations

import functools
import re
from urllib.parse import urlsplit, urlunsplit

from planet.urls.normalise import DEFAULT_PORTS, MAX_LENGTH, http_url, split, without_tracking

_HTML = re.compile(r"\.html?$", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
# An address in which nothing needs a canonical writing: no query, no escape, no port, no capital host.
_SIMPLE = re.compile(
    r"https?://(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)*)((?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?)(?:#[A-Za-z0-9_-]*)?"
)


def canonical_key(url: str) -> str:
    """The canonical key of an address, equal for the spellings of one page: scheme, `www.`, case of the host, port, tracking, order of the query,
    one trailing slash, `.html`, index file and fragment (but `#!`) fold. "" for what is no http or https URL.

    Never requested, never shown: only compared.
    """
    if len(url) <= MAX_LENGTH and (simple := _SIMPLE.fullmatch(url)):
        return simple[1] + _page(simple[2])
    cleaned = http_url(url)
    if not cleaned:
        return ""
    from w3lib.url import canonicalize_url  # most addresses, and most runs, need none of it

    try:
        parts = split(canonicalize_url(without_tracking(cleaned), keep_fragments=True))
    except ValueError:  # a host that cannot be one
        return ""
    if parts is None or not parts.hostname:
        return ""
    host = parts.hostname.removeprefix("www.")
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{_page(parts.path)}{query}{fragment}"


def _page(path: str) -> str:
    """A path without index file, one trailing slash and `.html`."""
    return _HTML.sub("", _INDEX.sub("/", path).removesuffix("/"))


def feed_key(url: str) -> str:
    """One key for the spellings of one feed's URL: host case, default port, fragment and surrounding blanks fold.

    The key is stored and shown, so a user name and password in it are `***`.
    """
    url = url.strip()
    parts = split(url)
    if parts is None or not parts.hostname:
        return url
    host = parts.hostname.lower()
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    user = "***@" if "@" in parts.netloc else ""
    return urlunsplit((parts.scheme.lower(), f"{user}{host}{port}", parts.path or "/", parts.query, ""))


@functools.lru_cache(maxsize=4096)
def host(url: str) -> str:
    """The host in lower case without `www.`, "" when there is none."""
    parts = split(url)
    return (parts.hostname or "").removeprefix("www.") if parts else ""


def origin(url: str) -> str:
    """scheme://host:port, the port always named; "" when there is none."""
    parts = split(url)
    if parts is None or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{parts.port or DEFAULT_PORTS.get(parts.scheme, 0)}"


def host_and_path(url: str) -> tuple[str, str]:
    """The host in lower case without `www.`, and the path; ("", "") for what is no URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return (parts.hostname or "").removeprefix("www."), parts.path
