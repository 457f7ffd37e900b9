"""URLs without the secrets in them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from planet.urls.normalise import split


def redacted(url: str) -> str:
    """The URL with its user name and password as `***`: for logs, status, pages and the database."""
    parts = split(url)
    if parts is None:
        return re.sub(r"//[^/@]*@", "//***@", url)
    _, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"***@{host}")) if at else url


def without_credentials(url: str) -> str:
    """The URL without its user name and password (or their mask). Raises ValueError for what is no URL."""
    parts = urlsplit(url.strip())
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url.strip()
