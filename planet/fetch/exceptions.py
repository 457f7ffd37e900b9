"""Exceptions of a request -> FetchError. Apart from `planet.fetch.errors`: with it come ssl and http.client."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

from planet.fetch.errors import RequestError, TooLargeError, timed_out
from planet.model import FetchError, Message

_UNROUTED = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}


def of_exception(error: Exception, host: str, phase: str) -> FetchError:
    """The error of a feed for an exception of its request."""
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
