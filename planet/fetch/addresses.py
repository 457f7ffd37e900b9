"""The SSRF filter: which addresses may be connected to. The address that was checked is the one that is connected to.

Names are resolved once a connection, every answer is checked, one bad answer condemns the name. The spelling of an
address never matters, because what is checked is what the resolver made of it.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from planet.fetch.errors import RefusedError
from planet.model import Message

Address = tuple[Any, ...]
Resolved = tuple[int, int, int, str, Address]
Resolver = Callable[[str, int], Iterable[Resolved]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IP = ipaddress.IPv4Address | ipaddress.IPv6Address

# What `is_global` of Python 3.11 lets through, or what depends on the patch level of the interpreter.
# IANA special-purpose registries; 168.63.129.16 is the host of every Azure machine.
_REFUSED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
STANDARD_PORTS = frozenset({80, 443, 8080, 8443})
# Above 1023 and never a web server: the "bad ports" of the Fetch standard (section 2.9), and databases, caches and consoles.
_SERVICE_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 2375, 2376, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900, 5984, 6000}
    | {6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9200, 9300, 10080, 10250, 11211, 27017}
)
_MOST_ADDRESSES = 4


def embedded(ip: IP) -> IP:
    """The IPv4 address that an IPv6 one carries (mapped, compatible, NAT64), else the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def is_public(text: str) -> bool:
    """Whether an address as the resolver gave it (zone and all) is one of the public internet."""
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    # 6to4 and Teredo carry an IPv4 address too, and no public site is served over them any more: refused with all they carry.
    if ip.version == 6 and (ip.sixtofour is not None or ip.teredo is not None):
        return False
    ip = embedded(ip)
    return (
        ip.is_global
        and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local)
        and not any(ip.version == network.version and ip in network for network in _REFUSED)
    )


def system_resolver(host: str, port: int) -> Iterable[Resolved]:
    """`getaddrinfo`: raises socket.gaierror, and may hang for as long as the system lets it."""
    return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)


def _ports(allowed: tuple[str, ...], host: str) -> set[str]:
    """What stands behind a host in the list of the user: `:port`, or nothing."""
    bracketed = f"[{host}]" if ":" in host else host
    return {entry.strip().lower().removeprefix(bracketed) for entry in allowed}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFilter:
    """What one planet may reach. `allow_private`: True, False, or the `host:port` or `host` that may be private."""

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
        """Raise RefusedError unless a server of the web may be meant.

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
