"""The SSRF filter: the addresses that may be connected to. The address that was checked is the one that is connected to.

Names are resolved once a connection, every answer is checked, one bad answer condemns the name. The spelling of an
address never matters, because what is checked is what the resolver made of it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from planet.fetch.errors import RefusedError
from planet.model import Message
from planet.urls.networks import is_public

Address = tuple[Any, ...]
Resolved = tuple[int, int, int, str, Address]
Resolver = Callable[[str, int], Iterable[Resolved]]
STANDARD_PORTS = frozenset({80, 443, 8080, 8443})
# Above 1023 and never a web server: the "bad ports" of the Fetch standard (section 2.9), and databases, caches and consoles.
_SERVICE_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 2375, 2376, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900, 5984, 6000}
    | {6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9200, 9300, 10080, 10250, 11211, 27017}
)
_MOST_ADDRESSES = 4


def system_resolver(host: str, port: int) -> Iterable[Resolved]:
    """`getaddrinfo`: raises socket.gaierror, and may hang for as long as the system lets it."""
    return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)


def _ports(allowed: tuple[str, ...], host: str) -> set[str]:
    """The entries of a host in `allow_private`, without the host: `:port`, or ""."""
    bracketed = f"[{host}]" if ":" in host else host
    return {entry.strip().lower().removeprefix(bracketed) for entry in allowed}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFilter:
    """Decides which addresses a planet may connect to. `allow_private`: True, False, or the `host:port` or `host` that may be private."""

    allow_private: bool | tuple[str, ...] = False
    resolver: Resolver = system_resolver

    def is_listed(self, host: str, port: int) -> bool:
        """Whether the user named this very host as one of theirs."""
        if isinstance(self.allow_private, bool):
            return self.allow_private
        bracketed = f"[{host}]" if ":" in host else host
        names = {host, bracketed, f"{bracketed}:{port}"}
        return any(entry.strip().lower() in names for entry in self.allow_private)

    def check_port(self, host: str, port: int, *, configured: int | None = None) -> None:
        """Raise RefusedError for a port that no web server uses.

        `configured` is the port of the URL that was asked first: a redirect may stay on it.
        """
        if port in STANDARD_PORTS:
            return
        exact = not isinstance(self.allow_private, bool) and f":{port}" in _ports(self.allow_private, host)
        if exact or (port > 1023 and port not in _SERVICE_PORTS and (port == configured or self.is_listed(host, port))):
            return
        raise RefusedError(Message.of("port {port} of {host} is not one of a web server", port=port, host=host))

    def resolve(self, host: str, port: int, *, private: bool) -> list[Resolved]:
        """The addresses to connect to, best first, both families among them. `private`: this hop may lead to a private one.

        Raises RefusedError when any answer is not public and may not be private, socket.gaierror, UnicodeError.
        """
        answers = list(self.resolver(host, port))
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        if not (private and self.is_listed(host, port)):
            for answer in answers:
                if not is_public(str(answer[4][0])):
                    raise RefusedError(
                        Message.of("{host} leads to the private address {address}", host=host, address=answer[4][0])
                    )
        chosen = answers[:_MOST_ADDRESSES]
        others = [answer for answer in answers[_MOST_ADDRESSES:] if answer[0] != chosen[0][0]]
        if others and all(answer[0] == chosen[0][0] for answer in chosen):
            chosen[-1] = others[0]
        return chosen
