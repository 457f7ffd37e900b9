"""What went wrong, as an error class and a sentence that a member understands."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from typing import TYPE_CHECKING

from planet.model import FetchError, Message

if TYPE_CHECKING:
    from planet.model.fetch import ErrorClass


class RequestError(Exception):
    """A request that cannot go on for a reason of ours; `error` is what its feed gets. Raised and caught inside `planet.fetch`."""

    def __init__(self, kind: ErrorClass, message: Message) -> None:
        self.error = FetchError(kind, message)
        super().__init__(str(message))


class RefusedError(RequestError):
    """An address, port or name that is not requested (`fetch.allow_private`). Not an OSError: no other address is tried."""

    def __init__(self, message: Message) -> None:
        super().__init__("blocked-address", message)


class UndecodableError(RequestError):
    """The body is not what its Content-Encoding says, or is more than was asked for."""


class TooLargeError(Exception):
    """The server sends more bytes than an honest answer of the allowed size needs."""


class BadUrlError(RequestError):
    """Not a URL that can be requested over HTTP. `scheme` is set where that is what is wrong."""

    def __init__(self, scheme: str = "") -> None:
        self.scheme = scheme.lower() if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) else ""
        super().__init__(
            "unsupported",
            Message.of("addresses that begin with {scheme}: are not asked", scheme=self.scheme)
            if self.scheme
            else Message.of("this is not an address that can be asked"),
        )


_UNROUTED = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}


def timed_out(host: str, phase: str) -> FetchError:
    """Timeout error for the given phase: resolve, connect, tls or read."""
    match phase:
        case "resolve":
            return FetchError(
                "dns", Message.of("the name {host} could not be looked up in time", host=host), reached=False
            )
        case "connect":
            return FetchError(
                "timeout", Message.of("{host} did not accept a connection in time", host=host), reached=False
            )
        case "tls":
            return FetchError("timeout", Message.of("{host} did not finish the encrypted greeting in time", host=host))
        case _:
            return FetchError("timeout", Message.of("{host} did not answer in full in time", host=host))


def of_exception(error: Exception, host: str, phase: str) -> FetchError:
    """The error that an exception of a request means."""
    match error:
        case RequestError():
            return error.error
        case TooLargeError():
            return FetchError("too-large", Message.of("{host} sends more than a document may hold", host=host))
        case ssl.SSLCertVerificationError():
            return FetchError(
                "tls",
                Message.of(
                    "the certificate of {host} is not valid: {reason}",
                    host=host,
                    reason=error.verify_message or "refused",
                ),
            )
        case TimeoutError():
            return timed_out(host, phase)
        case ssl.SSLError():
            if phase == "tls":
                reason = (error.reason or "no common version").replace("_", " ").lower()
                return FetchError(
                    "tls", Message.of("no secure connection to {host}: {reason}", host=host, reason=reason)
                )
            return FetchError("connect", Message.of("{host} broke off the connection", host=host))
        case socket.gaierror() | UnicodeError():
            return FetchError("dns", Message.of("the name {host} does not resolve", host=host), reached=False)
        case ConnectionRefusedError():
            return FetchError("connect", Message.of("{host} refuses connections", host=host))
        case http.client.RemoteDisconnected():
            return FetchError("connect", Message.of("{host} closed the connection without an answer", host=host))
        case http.client.IncompleteRead():
            return FetchError("truncated", Message.of("the answer of {host} was cut off", host=host))
        case http.client.HTTPException():
            return FetchError("protocol", Message.of("{host} does not answer as a web server does", host=host))
        case OSError() if error.errno in _UNROUTED:
            return FetchError(
                "connect",
                Message.of("there is no way to {host}: {reason}", host=host, reason=error.strerror or "no route"),
                reached=False,
            )
        case OSError():
            return FetchError("connect", Message.of("{host} broke off the connection", host=host))
        case _:
            return FetchError(
                "protocol",
                Message.of("{host} could not be read: {reason}", host=host, reason=type(error).__name__),
            )


def of_status(status: int, *, challenged: bool = False) -> FetchError:
    """What a final status other than 200 and 304 means for a feed."""
    kind: ErrorClass
    match status:
        case 401 | 407:
            kind, message = (
                "auth",
                Message.of("the server asks for a user name and password ({status})", status=status),
            )
        case 402 | 403 | 451 if challenged:
            kind, message = (
                "forbidden",
                Message.of("the server wants proof that a human asks ({status}, bot challenge)", status=status),
            )
        case 402 | 403 | 451:
            kind, message = (
                "forbidden",
                Message.of("the server does not allow us to read it ({status})", status=status),
            )
        case 404:
            kind, message = "not-found", Message.of("there is nothing at this address (404)")
        case 410:
            kind, message = "gone", Message.of("the server says that it is gone for good (410)")
        case 429:
            kind, message = "rate-limited", Message.of("the server says that we ask too often (429)")
        case _ if status >= 500:
            kind, message = "server", Message.of("the server has an error of its own ({status})", status=status)
        case _:
            kind, message = (
                "protocol",
                Message.of("the server answered {status} instead of a document", status=status),
            )
    return FetchError(kind, message, status=status)
