"""Distinguish addresses and names of the public internet from those of private networks."""

from __future__ import annotations

import ipaddress
import re

from planet.urls.key import host

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


_INSIDE_NAMES = (
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".corp",
    ".localdomain",
    ".home.arpa",
    "localhost",
)
_ADDRESS = re.compile(r"[0-9a-f.:%]*[.:][0-9a-f.:%]+", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[\s\"'`<>()«»“”‘’,;]+")


def is_inside(name: str) -> bool:
    """Whether a host name or an address can only be one of a private network."""
    name = name.lower().strip("[]").removesuffix(".")
    if _ADDRESS.fullmatch(name):
        return not is_public(name)
    return bool(name) and ("." not in name or name.endswith(_INSIDE_NAMES))


def is_this_machine(name: str) -> bool:
    """Whether a host is this machine itself (localhost), a name that reveals nothing of a network."""
    name = name.lower().strip("[]").removesuffix(".")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def names_inside(text: str) -> bool:
    """Whether a text names a host or an address of a private network: alone, in a URL, or among words."""
    return any(_is_inside_word(word) for word in _BETWEEN_WORDS.split(text))


def _is_inside_word(word: str) -> bool:
    name = host(word)
    if name:
        return is_inside(name)
    name = word.strip(".:!?").rpartition("@")[2].lower()
    if name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        # A single label is a word: only of hosts in URLs is it known that it is a name.
        return "." in name and name.endswith(_INSIDE_NAMES)
    return not is_public(name.strip("[]"))
