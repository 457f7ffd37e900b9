"""URLs without the secrets in them."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from planet.urls.normalise import split


def redacted(url: str) -> str:
    """The URL with its user name and password as `***`: for logs, status, pages and the database."""
    parts = split(url)
    if parts is None:
        return re.sub(r"//[^/@]*@", "//***@", url)
    _, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"***@{host}")) if at else url


def has_credentials(url: str) -> bool:
    """Whether a user name, or a password, stands in a URL."""
    parts = split(url)
    return parts is not None and "@" in parts.netloc


def without_credentials(url: str) -> str:
    """The URL without its user name and password (or their mask). Raises ValueError for what is no URL."""
    parts = urlsplit(url.strip())
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url.strip()


def masked(url: str) -> str:
    """The URL with only scheme and host: `https://calendar.example/***`; `***` for a path."""
    parts = split(url)
    return f"{parts.scheme}://{parts.hostname}/***" if parts is not None and parts.hostname else "***"


_SECRET_NAMES = re.compile(
    r"(?:[a-z]+[-_])?(?:key|apikey|api[-_]key|token|accesstoken|secret|sig|signature|auth|password|passwd|pwd|private|credentials?)",
    re.IGNORECASE,
)
_SECRET_PATHS = (
    re.compile(r"/calendar/ical/.+/private-[^/]+/"),  # Google: the secret address in iCal format
    re.compile(r"/(?:owa|calendar)/.+/(?:calendar|reachcalendar)\.(?:ics|html)", re.IGNORECASE),  # Outlook, Exchange
    re.compile(r"/(?:private|secret)[-_/][^/]+", re.IGNORECASE),
)
_RANDOM = re.compile(r"(?=(?:[^0-9]*[0-9]){4})(?=(?:[^A-Za-z]*[A-Za-z]){4})[A-Za-z0-9_]{24,}")
"""A random part of a path: 24 letters and digits or more, at least four of each."""


def carries_secret(url: str) -> bool:
    """Whether who knows the URL may read what others may not: a key or token in the query, a private calendar's address, a long
    random part of the path (a UUID counts as none: public addresses have them). A password is masked in any URL.
    """
    parts = split(url)
    if parts is None:
        return False
    if any(value and _SECRET_NAMES.fullmatch(name) for name, value in parse_qsl(parts.query)):
        return True
    path = unquote(parts.path)
    if any(pattern.search(path) for pattern in _SECRET_PATHS):
        return True
    return any(_RANDOM.fullmatch(re.sub(r"\.[a-z]{2,4}$", "", part)) for part in path.split("/"))
