"""`requests` with the rules of this planet: addresses are checked, and bytes and time of a whole chain of redirects are bounded.

A `requests.Session` follows redirects, keeps a cookie for the length of one request, and drops passwords between hosts. Its adapter
sends each hop through the transport that polling uses, so that there is one SSRF guard, one decoder and one kind of deadline.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as HeaderMessage
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from planet.fetch.addresses import AddressFilter
from planet.fetch.attempt import MAX_HOPS
from planet.fetch.decoding import ACCEPT_ENCODING
from planet.fetch.errors import bad_url
from planet.fetch.polling import ORIGIN_BACKOFF
from planet.fetch.request import agent_name, sendable
from planet.fetch.response import Deadline
from planet.fetch.run import SharedState
from planet.fetch.transport import Request
from planet.model import FetchError, Message
from planet.urls import BadUrlError, Target, host_group, rate_limit_scope, target


class FetchFailedError(requests.RequestException):
    """A hop failed; `error` says why. Raised by the adapter, through the session."""

    def __init__(self, error: FetchError) -> None:
        super().__init__(str(error.message))
        self.error = error


@dataclass(slots=True, kw_only=True)
class Limits:
    """Limits of one request over all its redirects; passed as the `timeout` that requests hands to each hop."""

    deadline: Deadline
    max_bytes: int
    now: datetime
    trusted: bool = True
    """Whether all hops so far were on hosts that may be private."""
    configured_port: int | None = None


class _Cookies:
    """The part of http.client's response that requests reads cookies from."""

    def __init__(self, cookies: tuple[str, ...]) -> None:
        self.msg = HeaderMessage()
        for cookie in cookies:
            self.msg["Set-Cookie"] = cookie

    def isclosed(self) -> bool:
        return True

    def close(self) -> None: ...


class GuardedAdapter(HTTPAdapter):
    """Sends prepared requests through the planet's transport, at the pace of each host. Raises FetchFailedError."""

    def __init__(self, shared: SharedState, addresses: AddressFilter) -> None:
        super().__init__(max_retries=0)
        self._shared = shared
        self._addresses = addresses

    def send(
        self,
        request: requests.PreparedRequest,
        *_args: Any,  # requests gives `stream`, `verify`, `cert` and `proxies`, too, which the transport decides
        timeout: Any = None,
        **_options: Any,
    ) -> requests.Response:
        limits = timeout
        assert isinstance(limits, Limits), "use WebClient"
        try:
            where = target(str(request.url))
        except BadUrlError as error:
            raise FetchFailedError(bad_url(error)) from error
        listed = self._addresses.is_listed(where.host, where.port)
        # A server of the public web must not send us into the network of the user, listed or not.
        limits.trusted = limits.trusted and listed
        if limits.configured_port is None:
            limits.configured_port = where.port
        self._await_turn(where, limits)
        body = request.body or b""
        answer = self._shared.transport(
            Request(
                target=where,
                default_headers=b"",
                fields=tuple((name, str(value)) for name, value in request.headers.items() if sendable(str(value))),
                limit=limits.max_bytes,
                private=limits.trusted,
                configured_port=limits.configured_port,
                method=request.method or "GET",
                payload=body.encode() if isinstance(body, str) else body,
            ),
            limits.deadline,
        )
        if isinstance(answer, FetchError):
            raise FetchFailedError(answer)
        self._shared.note_rate_limit(where.url, answer, limits.now, ORIGIN_BACKOFF)
        cookies: Any = _Cookies(answer.cookies)
        raw = HTTPResponse(
            body=io.BytesIO(answer.body),
            headers=dict(answer.headers),
            status=answer.status,
            preload_content=False,
            decode_content=False,
            original_response=cookies,
        )
        return self.build_response(request, raw)

    def _await_turn(self, where: Target, limits: Limits) -> None:
        """Keep the pause between two requests of one host, and any Retry-After of its origin."""
        until = self._shared.backoffs.get(rate_limit_scope(where.url))
        if until is not None and until > limits.now:
            raise FetchFailedError(FetchError("rate-limited", Message.of("the server asks to come back later")))
        group = host_group(where.host)
        wait = self._shared.open_at.get(group, 0.0) - self._shared.clock()
        if wait > 0:
            limits.deadline.until += wait
            time.sleep(wait)
        self._shared.open_at[group] = self._shared.clock() + self._shared.rules.host_pause.total_seconds()


def guarded_session(shared: SharedState, addresses: AddressFilter, user_agent: str) -> requests.Session:
    """The session: no proxies, no ~/.netrc, no cookie that outlives its request, at most five redirects."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = MAX_HOPS
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers = requests.structures.CaseInsensitiveDict(
        {"User-Agent": agent_name(user_agent), "Accept-Encoding": ACCEPT_ENCODING, "Connection": "keep-alive"}
    )
    adapter = GuardedAdapter(shared, addresses)
    session.adapters.clear()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
