"""A URL of feeds.yaml as a request on the wire: what is sent, to whom, and with which secrets."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from planet.fetch.decoding import ACCEPT_ENCODING
from planet.fetch.errors import BadUrlError
from planet.urls import DEFAULT_PORTS, redacted, without_credentials

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.2, */*;q=0.1"
)
CALENDAR_TYPES = "text/calendar, application/calendar+json;q=0.5, application/rss+xml;q=0.5, text/html;q=0.2, */*;q=0.1"
MAX_URL = 8000
_PLAIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?/[A-Za-z0-9._~!$&'()*+,;=:@/?-]*\Z")
_FEED_SCHEME = re.compile(r"^feed:(?:(?://)?(?=https?:)|(?=//))", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes. `url` is whole, without credentials and fragment; `path` is what the request line says."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def host_field(self) -> str:
        """The Host header: IPv6 in brackets, the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def credentials(url: str) -> str:
    """The Basic credentials (RFC 7617) in a URL, ready for the header; "" without any."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if "@" not in parts.netloc:
        return ""
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    pair = f"{unquote(user)}:{unquote(password)}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")


def target(url: str) -> Target:
    """The URL as it goes over the wire, without user name and password: IDN as punycode, blanks and non-ASCII as percent escapes. Raises BadUrlError."""
    try:
        url = without_credentials(url)
    except ValueError as error:
        raise BadUrlError from error
    if not _PLAIN.match(url) or len(url) > MAX_URL:
        url = _normalised(url)
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise BadUrlError from error
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    host = (parts.hostname or "").rstrip(".")
    if not host or _UNSAFE.search(path) or _UNSAFE.search(host):
        raise BadUrlError
    return Target(url=url, scheme=parts.scheme, host=host, port=port, path=path)


def _ascii_host(url: str) -> str:
    """The URL with a host that requests would refuse (an emoji, say) as the punycode that it is registered under."""
    import idna  # what requests encodes hosts with

    parts = urlsplit(url)
    name = parts.hostname or ""
    if name.isascii():
        return url
    try:
        idna.encode(name, uts46=True)
    except idna.IDNAError:
        labels = [
            label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
            for label in name.lower().split(".")
        ]
        port = f":{parts.port}" if parts.port else ""
        return urlunsplit(parts._replace(netloc=".".join(labels) + port))
    return url


def _normalised(url: str) -> str:
    from requests import PreparedRequest, RequestException  # 100 ms that few runs need

    url, was_feed = _FEED_SCHEME.subn("", url)
    if was_feed and url.startswith("//"):
        url = f"http:{url}"
    start, question, query = url.partition("?")
    url = start.replace("\\", "/") + question + query  # as browsers read it
    scheme, colon, _ = url.partition(":")
    if not colon or scheme.lower() not in DEFAULT_PORTS:
        raise BadUrlError(scheme[:20] if colon else "")
    try:
        parts = urlsplit(url)
        bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
        prepared = PreparedRequest()
        prepared.prepare_url(_ascii_host(bare), None)
    except (RequestException, ValueError) as error:
        raise BadUrlError from error
    if not prepared.url or len(prepared.url) > MAX_URL:
        raise BadUrlError
    return prepared.url


def joined(base: str, location: str) -> str:
    """What a Location field (as http.client gives it: latin-1) means from `base`. Raises BadUrlError."""
    # Many servers send UTF-8 there; what is no UTF-8 is taken byte by byte.
    raw = location.encode("latin-1", "replace")
    try:
        location = raw.decode("utf-8")
    except UnicodeDecodeError:
        location = raw.decode("latin-1")
    try:
        return urljoin(base, location.strip())
    except ValueError as error:
        raise BadUrlError from error


def same_url(first: str, second: str) -> bool:
    """Whether two URLs name the same resource, credentials and fragments apart."""
    if first == second:
        return True
    try:
        return target(first).url == target(second).url
    except BadUrlError:
        return redacted(first) == redacted(second)


def agent_name(user_agent: str) -> str:
    """A user agent as a header value: one line of ASCII."""
    return re.sub(r"[^\x21-\x7e]+", " ", user_agent).strip() or "planet"


def default_headers(user_agent: str, accept: str) -> bytes:
    """The header fields that every request of a kind has: made once, the same at every poll."""
    return (
        f"User-Agent: {agent_name(user_agent)}\r\nAccept: {accept}\r\nAccept-Encoding: {ACCEPT_ENCODING}\r\nConnection: keep-alive\r\n"
    ).encode("latin-1")


def sendable(value: str) -> bool:
    """Whether a value may stand in a header field as it is: latin-1, one line, at most 1,024 bytes."""
    return 0 < len(value) <= 1024 and not any(c in "\r\n\0" or ord(c) > 255 for c in value)


def head(target: Target, default_headers: bytes, fields: tuple[tuple[str, str], ...], *, method: str = "GET") -> bytes:
    """The request line and its header fields. Validators go out byte for byte as they came (latin-1)."""
    extra = "".join(f"{name}: {value}\r\n" for name, value in fields)
    first = f"{method} {target.path} HTTP/1.1\r\nHost: {target.host_field}\r\n"
    return first.encode("latin-1") + default_headers + extra.encode("latin-1") + b"\r\n"
