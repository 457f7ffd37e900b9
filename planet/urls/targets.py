"""Prepare URLs for requests: target, path, credentials, and whether two URLs name one resource."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from planet.urls.normalise import DEFAULT_PORTS, MAX_LENGTH, split
from planet.urls.redact import redacted, without_credentials

MAX_REQUESTED = 8000
"""Characters of a URL that is asked: more than a link may have, since feeds.yaml and redirects name some with long tokens."""
_PLAIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?/[A-Za-z0-9._~!$&'()*+,;=:@/?-]*\Z")
_FEED_SCHEME = re.compile(r"^feed:(?:(?://)?(?=https?:)|(?=//))", re.IGNORECASE)
_WEBCAL_SCHEME = re.compile(r"^webcals?://", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")
_REFUSED = re.compile(r"[\s\x00-\x20\x7f-\x9f\\<>\"{}]")
_USER = re.compile(r"//([^/@:]*)[^/@]*@")


class BadUrlError(ValueError):
    """Not a URL that can be requested over HTTP. `scheme` is set where that is what is wrong."""

    def __init__(self, scheme: str = "") -> None:
        self.scheme = scheme.lower() if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) else ""
        super().__init__(self.scheme)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The target of a request. `url` is complete, without credentials and fragment; `path` is the one of the request line."""

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
    if not _PLAIN.match(url) or len(url) > MAX_REQUESTED:
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
    if not prepared.url or len(prepared.url) > MAX_REQUESTED:
        raise BadUrlError
    return prepared.url


def joined(base: str, location: str) -> str:
    """The absolute URL of a Location field (as http.client gives it: latin-1), resolved from `base`. Raises BadUrlError."""
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


def https_of_webcal(url: str) -> str:
    """`webcal://` means https://: the same address to ask."""
    return _WEBCAL_SCHEME.sub("https://", url)


def has_host(url: str) -> bool:
    """Whether an http URL that a person typed has a host, and no character that URLs exclude."""
    parts = split(url)
    name = (parts.hostname or "") if parts else ""
    if parts is None or parts.port == 0 or len(url) > MAX_LENGTH or _REFUSED.search(url):
        return False
    return bool(name) and not name.startswith(".") and ".." not in name


def user_of(url: str) -> str:
    """The name of the user in a URL, "" where there is none."""
    match = _USER.search(url)
    return match[1] if match else ""


def only_upgraded(first: str, last: str) -> bool:
    """Whether `last` is `first` with https for http: same host, path and query."""
    before, after = urlsplit(first), urlsplit(last)
    return (before.scheme, after.scheme) == ("http", "https") and (before.hostname, before.path, before.query) == (
        after.hostname,
        after.path,
        after.query,
    )
