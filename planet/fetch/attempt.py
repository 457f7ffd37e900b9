"""An attempt to fetch one feed in one run: its requests, redirects and outcome. No input or output here.

An attempt has one pending request; the caller sends it and passes the response to `advance`, which returns the outcome, or None when
another request is pending: a redirect's next hop, or the configured address after one that was adopted failed.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, assert_never

from planet.fetch.errors import bad_url, of_status
from planet.fetch.headers import retry_after
from planet.fetch.polling import configured_mark, probe_is_due, reader_version
from planet.fetch.redirects import is_kept
from planet.fetch.request import (
    CALENDAR_TYPES,
    FEED_TYPES,
    default_headers,
    sendable,
)
from planet.fetch.transport import REDIRECTS, Request, Response
from planet.model import Deferred, Due, Failed, Fetched, FetchError, Fresh, Hop, Message, Unchanged
from planet.urls import DEFAULT_PORTS, BadUrlError, Target, credentials, host_group, joined, redacted, same_url, target

log = logging.getLogger(__name__)
MAX_HOPS = 5
MAX_COOKIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings of all attempts of a planet."""

    user_agent: str
    max_bytes: int
    is_listed: Callable[[str, int], bool]
    """Whether the user named host and port as one of theirs (it may then be private)."""
    owners: Callable[[str], frozenset[str]] = lambda _url: frozenset()
    """URL -> the sources of feeds.yaml that list it as a feed of theirs."""
    parser_version: str = ""
    default_headers: dict[bool, bytes] = field(default_factory=dict)

    def fields_for(self, *, calendar: bool) -> bytes:
        """The default header fields, made once for each kind."""
        if calendar not in self.default_headers:
            self.default_headers[calendar] = default_headers(
                self.user_agent, CALENDAR_TYPES if calendar else FEED_TYPES
            )
        return self.default_headers[calendar]


def _never(_host: str, _port: int) -> bool:
    return False


def _nobody(_url: str) -> frozenset[str]:
    return frozenset()


BARE = Rules(user_agent="", max_bytes=0, is_listed=_never, owners=_nobody)
"""No rules yet: an attempt on its way to the process that makes its next request."""


def start_url(due: Due, now: datetime) -> str:
    """The URL that is asked first: what the feed moved to, or was found at, but for a look at the old address now and then."""
    state = due.state
    if state.configured and state.configured != configured_mark(due.url):
        return due.url
    if probe_is_due(state, now):
        return due.url
    return state.effective_url or state.discovered or due.url


def start_group(due: Due, now: datetime) -> str:
    """The host group that is asked first; "" where the address is none."""
    try:
        return host_group(target(start_url(due, now)).host)
    except BadUrlError:
        return ""


@dataclass(slots=True, kw_only=True)
class Attempt:
    """See above. `request` is None until `begin`, and after the end."""

    due: Due
    now: datetime
    rules: Rules
    spent: float = 0.0
    """Seconds that the requests took so far."""
    request: Request | None = None
    conditional: bool = False
    chain: list[Hop] = field(default_factory=list)
    http_status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    url: str = ""
    fallback: str = ""
    authorization: str = ""
    start: Target | None = None
    trusted: bool = True
    first_url: str = ""
    """The URL of the first request, as it was sent."""
    ended: bool = False
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    """Host -> name -> value of cookies that redirects set; dropped with the attempt."""

    @property
    def host_group(self) -> str:
        return host_group(self.request.target.host) if self.request else ""

    @property
    def _reader_version(self) -> str:
        return reader_version(self.rules.parser_version, self.due, self.now)

    def begin(self) -> Fetched | None:
        """Make the first request ready. Gives the outcome at once where there is nothing to request."""
        due = self.due
        first = start_url(due, self.now)
        adopted = due.state.effective_url
        if adopted and adopted != due.state.discovered and same_url(first, adopted):
            self.fallback = due.url
        elif probe_is_due(due.state, self.now):
            self.fallback = due.state.effective_url
        self.authorization = credentials(due.url)
        if not same_url(first, due.url) and self._belongs_to_others(first):
            first, self.fallback = due.url, ""
        return self._go(first)

    def bare(self) -> Attempt:
        """The attempt without its rules, to be sent to another process, which adds its own."""
        return replace(self, rules=BARE)

    def _belongs_to_others(self, url: str) -> bool:
        """Whether an address is a feed of other sources, and not of those that list this one."""
        owners = self.rules.owners(url)
        return bool(owners) and owners.isdisjoint(self.rules.owners(self.due.url))

    def _go(self, url: str) -> Fetched | None:
        """Start at `url`: the first request, or the fallback's."""
        self.chain.clear()
        self.url = redacted(url)
        try:
            self.start = target(url)
        except BadUrlError as error:
            return self._failed(bad_url(error))
        self.trusted = True
        self.url = self.start.url
        self.first_url = self.first_url or self.start.url
        self._request(self.start)
        return None

    def _request(self, where: Target) -> None:
        state = self.due.state
        fields: list[tuple[str, str]] = []
        if (
            self.authorization
            and self.start is not None
            and _may_share_password(self.start, where)
            and self._is_configured(where)
        ):
            fields.append(("Authorization", self.authorization))
        if cookies := self.cookies.get(where.host):
            fields.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())))
        fresh_parser = self._reader_version != state.parser_version and bool(state.parser_version)
        edited = bool(state.configured) and state.configured != configured_mark(self.due.url)
        self.conditional = False
        if not fresh_parser and not edited and is_kept(state.validators_url, where.url):
            if sendable(state.etag):
                fields.append(("If-None-Match", state.etag))
                self.conditional = True
            if sendable(state.last_modified):
                fields.append(("If-Modified-Since", state.last_modified))
                self.conditional = True
        listed = self.rules.is_listed(where.host, where.port)
        private = listed and self.trusted
        # A server of the public web must not send us into the network of the user, listed or not.
        self.trusted = self.trusted and listed
        self.request = Request(
            target=where,
            fields=tuple(fields),
            default_headers=self.rules.fields_for(calendar=self.due.accept_calendar),
            limit=self.rules.max_bytes,
            private=private,
            configured_port=self.start.port if self.start else None,
        )

    def _is_configured(self, where: Target) -> bool:
        """Whether `where` is the host that the password of feeds.yaml was given for."""
        try:
            return _may_share_password(target(self.due.url), where)
        except BadUrlError:
            return False

    def advance(self, answer: Response | FetchError, elapsed: float = 0.0) -> Fetched | None:
        """Process the answer to `request`: the outcome, or None when another request is pending."""
        self.spent += elapsed
        outcome = self._judge(answer)
        if isinstance(outcome, Failed) and self.fallback:
            url, self.fallback = self.fallback, ""
            # An address that was adopted is given three chances before the old one is asked; a look at the old one none.
            if same_url(url, self.due.state.effective_url) or self.due.state.failures >= 2:
                outcome = self._go(url)
        self.ended = outcome is not None
        return outcome

    def _judge(self, answer: Response | FetchError) -> Fetched | None:
        assert self.request is not None
        if isinstance(answer, FetchError):
            self.headers = ()  # they are those of an earlier hop
            return self._failed(answer)
        self.http_status = answer.status
        self.headers = tuple(answer.headers.items())
        if answer.status in REDIRECTS:
            return self._redirected(answer)
        if answer.status == 304:
            if self.conditional:
                return Unchanged(**self._common())
            return self._failed(
                FetchError(
                    "protocol", Message.of("the server says that nothing changed, without being asked (304)"), 304
                )
            )
        if answer.status != 200:
            return self._failed(of_status(answer.status, challenged="cf-mitigated" in answer.headers))
        return self._document(answer.body, answer.headers.get("content-type", ""))

    def _document(self, body: bytes, content_type: str) -> Fetched:
        if not body or body.isspace():
            return self._failed(FetchError("not-a-feed", Message.of("the answer is empty"), 200))
        sha256 = hashlib.sha256(body).hexdigest()
        state = self.due.state
        if sha256 == state.body_sha256 and self._reader_version == state.parser_version:
            return Unchanged(**self._common(), sha256=sha256)
        return Fresh(**self._common(), body=body, sha256=sha256, content_type=content_type)

    def _redirected(self, answer: Response) -> Fetched | None:
        assert self.request is not None
        current = self.request.target
        location = answer.headers.get("location", "")
        if not location:
            return self._failed(of_status(answer.status))
        wait = retry_after(answer.headers, self.now)
        if wait is not None:
            return self.deferred(self.now + wait, Message.of("the server asks to come back later"))
        try:
            url = joined(current.url, location)
            following = target(url)
        except BadUrlError as error:
            return self._failed(bad_url(error))
        self.chain.append(Hop(status=answer.status, url=current.url, to=following.url))
        # Some servers set a cookie and ask again: there is a reason to come back to a URL then.
        new_cookie = self._take_cookies(current, answer)
        if len(self.chain) > MAX_HOPS or (not new_cookie and any(hop.url == following.url for hop in self.chain)):
            return self._failed(
                FetchError(
                    "redirect-loop",
                    Message.of("it is redirected in circles, or too often: {url}", url=following.url),
                    answer.status,
                )
            )
        if self._belongs_to_others(following.url):
            # Not even requested: neither its answer nor what it says of our manners is this feed's.
            return self._failed(
                FetchError(
                    "not-a-feed",
                    Message.of("its address leads to the feed of somebody else here, {url}", url=following.url),
                    answer.status,
                )
            )
        log.info("%s: %s leads to %s", self.due.key, answer.status, following.url)
        self.url = following.url
        self._request(following)
        return None

    def _take_cookies(self, here: Target, answer: Response) -> bool:
        """Keep what a redirect sets for its own host. Whether there is a cookie that it did not know before."""
        cookies = self.cookies.setdefault(here.host, {})
        before = dict(cookies)
        for line in answer.cookies[:MAX_COOKIES]:
            name, equals, value = line.partition(";")[0].strip().partition("=")
            if equals and name and sendable(f"{name}={value}") and (name in cookies or len(cookies) < MAX_COOKIES):
                cookies[name.strip()] = value.strip()
        return cookies != before

    def share(self, other: Fetched) -> Fetched | None:
        """The outcome, taken from another feed that asked for this very URL; None when it lacks what this feed needs."""
        self.http_status, self.headers = other.http_status, other.headers
        match other:
            case Fresh():
                return self._document(other.body, other.content_type)
            case Unchanged():
                mine, theirs = self.due.state, other.due.state
                same = bool(mine.body_sha256) and (mine.body_sha256, mine.parser_version) == (
                    theirs.body_sha256,
                    theirs.parser_version,
                )
                return Unchanged(**self._common(), sha256=mine.body_sha256) if same else None
            case Failed():
                return self._failed(other.error)
            case Deferred():
                return None
            case _:
                assert_never(other)

    def deferred(self, until: datetime | None, reason: Message, *, origin_backoff: bool = False) -> Deferred:
        """The outcome of an attempt that is not to be asked now."""
        return Deferred(**self._common(), until=until, reason=reason, origin_backoff=origin_backoff)

    def failed(self, error: FetchError) -> Failed:
        """The outcome of an attempt that someone else ended."""
        return self._failed(error)

    def _failed(self, error: FetchError) -> Failed:
        common = self._common()
        # A status that belongs to an earlier hop is none of this failure's.
        return Failed(**{**common, "http_status": error.status}, error=error)

    def read(self, body: bytes | FetchError) -> Fetched:
        """The outcome of a local file."""
        self.url = self.due.url
        if isinstance(body, FetchError):
            return self._failed(body)
        return self._document(body, "")

    def _common(self) -> dict[str, Any]:
        return {
            "due": self.due,
            "elapsed": self.spent,
            "http_status": self.http_status,
            "chain": tuple(self.chain),
            "url": self.url,
            "headers": self.headers,
        }


def _may_share_password(start: Target, target: Target) -> bool:
    """Whether a password may go along: the same host and port, or the same host on the standard ports, upgraded to TLS."""
    if start.host != target.host:
        return False
    if (start.scheme, start.port) == (target.scheme, target.port):
        return True
    upgraded = start.scheme == "http" and target.scheme == "https"
    return upgraded and start.port == DEFAULT_PORTS["http"] and target.port == DEFAULT_PORTS["https"]
