"""Every request that is not polling: pages behind `planet add`, avatars, hubs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from planet.fetch.addresses import AddressFilter
from planet.fetch.errors import bad_url, of_status
from planet.model import Download, FetchError, Hop, Message
from planet.urls import BadUrlError, credentials, redacted, target

if TYPE_CHECKING:
    import requests

    from planet.fetch.run import SharedState

NO_VALIDATORS: Mapping[str, str] = {}
_ANSWER_BYTES = 64_000
"""Largest body of the answer to a form; it is not read further."""


class WebClient:
    """Sends single requests through one `requests.Session` (`planet.fetch.session`), made with the first of them."""

    def __init__(self, shared: SharedState, addresses: AddressFilter, user_agent: str) -> None:
        self._shared = shared
        self._addresses = addresses
        self._user_agent = user_agent
        self._session: requests.Session | None = None

    def get(
        self, url: str, *, max_bytes: int, accept: str, now: datetime, validators: Mapping[str, str] = NO_VALIDATORS
    ) -> Download | FetchError:
        """The document at `url`, redirects followed, at most `max_bytes` of it decoded.

        `validators` are `If-None-Match` and `If-Modified-Since` (RFC 9110 13.1) of a copy that is known.
        """
        response = self._send("GET", url, {"Accept": accept, **validators}, (), max_bytes=max_bytes, now=now)
        if isinstance(response, FetchError):
            return response
        if response.status_code == 304 and validators:
            return Download(url=response.url, body=b"", unchanged=True)
        if response.status_code != 200:
            return of_status(response.status_code, challenged="cf-mitigated" in response.headers)
        return Download(
            url=response.url,
            body=response.content,
            content_type=response.headers.get("content-type", ""),
            chain=_hops([*response.history, response]),
            headers=tuple(response.headers.items()),
        )

    def post(self, url: str, form: Sequence[tuple[str, str]], *, now: datetime) -> int | FetchError:
        """The status that a form sent to `url` is answered with (WebSub 7.1). Redirects are not followed."""
        response = self._send("POST", url, {"Accept": "*/*"}, form, max_bytes=_ANSWER_BYTES, now=now)
        return response if isinstance(response, FetchError) else response.status_code

    def _send(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        form: Sequence[tuple[str, str]],
        *,
        max_bytes: int,
        now: datetime,
    ) -> requests.Response | FetchError:
        import requests

        from planet.fetch.session import FetchFailedError, Limits, guarded_session

        if self._session is None:
            self._session = guarded_session(self._shared, self._addresses, self._user_agent)
        secret = credentials(url)
        if secret:
            headers = {**headers, "Authorization": secret}
        limits: Any = Limits(
            deadline=self._shared.deadline(self._shared.clock() + self._shared.timeout), max_bytes=max_bytes, now=now
        )
        try:
            address = target(url).url
            return self._session.request(
                method,
                address,
                headers=headers,
                data=list(form) or None,
                timeout=limits,
                allow_redirects=method == "GET",
            )
        except BadUrlError as error:
            return bad_url(error)
        except FetchFailedError as failed:
            return failed.error
        except requests.TooManyRedirects as error:
            last = error.response.url if error.response is not None else url
            return FetchError(
                "redirect-loop", Message.of("it is redirected in circles, or too often: {url}", url=redacted(last))
            )
        except (requests.RequestException, ValueError) as error:
            # An address in Location that cannot be requested, or a field that cannot be read.
            return FetchError(
                "protocol",
                Message.of("{host} could not be read: {reason}", host=redacted(url), reason=type(error).__name__),
            )

    def close(self) -> None:
        """Close idle connections."""
        self._shared.transport.close()


def _hops(responses: Sequence[requests.Response]) -> tuple[Hop, ...]:
    return tuple(Hop(status=before.status_code, url=before.url, to=after.url) for before, after in pairwise(responses))
