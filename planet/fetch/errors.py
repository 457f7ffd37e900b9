"""FetchError for each failure: its error class, and a sentence for the owner of the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planet.model import FetchError, Message
from planet.urls import BadUrlError

if TYPE_CHECKING:
    from planet.model.fetch import ErrorClass


class RequestError(Exception):
    """The planet ends a request; `error` is the outcome of its feed. Raised and caught inside `planet.fetch`."""

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


def bad_url(error: BadUrlError) -> FetchError:
    """The error of a feed whose URL cannot be requested."""
    if error.scheme:
        message = Message.of("addresses that begin with {scheme}: are not asked", scheme=error.scheme)
    else:
        message = Message.of("this is not an address that can be asked")
    return FetchError("unsupported", message)


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


def of_status(status: int, *, challenged: bool = False) -> FetchError:
    """The error of a feed for a final status other than 200 and 304."""
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
            kind, message = "gone", Message.of("the server says that it is permanently gone (410)")
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
