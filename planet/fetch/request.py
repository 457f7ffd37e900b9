"""A request as it is sent: its first line and its header fields."""

from __future__ import annotations

import re

from planet.fetch.decoding import ACCEPT_ENCODING
from planet.urls import Target

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.2, */*;q=0.1"
)
CALENDAR_TYPES = "text/calendar, application/calendar+json;q=0.5, application/rss+xml;q=0.5, text/html;q=0.2, */*;q=0.1"


def agent_name(user_agent: str) -> str:
    """A user agent as a header value: one line of ASCII."""
    return re.sub(r"[^\x21-\x7e]+", " ", user_agent).strip() or "planet"


def default_headers(user_agent: str, accept: str) -> bytes:
    """The header fields that every request of a kind has: made once, the same at every poll."""
    return (
        f"User-Agent: {agent_name(user_agent)}\r\nAccept: {accept}\r\nAccept-Encoding: {ACCEPT_ENCODING}\r\nConnection: keep-alive\r\n"
    ).encode("latin-1")


def sendable(value: str) -> bool:
    """Whether a value may stand in a header field unchanged: latin-1, one line, at most 1,024 bytes."""
    return 0 < len(value) <= 1024 and not any(c in "\r\n\0" or ord(c) > 255 for c in value)


def head(target: Target, default_headers: bytes, fields: tuple[tuple[str, str], ...], *, method: str = "GET") -> bytes:
    """The request line and its header fields. Validators go out byte for byte as they came (latin-1)."""
    extra = "".join(f"{name}: {value}\r\n" for name, value in fields)
    first = f"{method} {target.path} HTTP/1.1\r\nHost: {target.host_field}\r\n"
    return first.encode("latin-1") + default_headers + extra.encode("latin-1") + b"\r\n"
