"""Hosts: services with many users, sites under several names."""

from __future__ import annotations

from urllib.parse import urlsplit

from planet.urls.key import host, origin

# Sites of many members at one service: they are paced as the one host that they are.
_PLATFORMS = (
    *("blogspot.com", "wordpress.com", "tumblr.com", "medium.com", "substack.com", "hashnode.dev", "github.io"),
    *(
        "gitlab.io",
        "over-blog.com",
        "canalblog.com",
        "bearblog.dev",
        "write.as",
        "ghost.io",
        "netlify.app",
        "pages.dev",
    ),
)
_SHARED_HOSTS = frozenset(
    {"dev.to", "medium.com", "github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "pages.perso.orange.fr"}
)

_CLICK_COUNTERS = frozenset(
    {
        "feedproxy.google.com",
        "feeds.feedburner.com",
        "rss.feedsportal.com",
        "t.co",
        "bit.ly",
        "lnkd.in",
        "ow.ly",
        "tinyurl.com",
    }
)
_CLICK_NAMES = frozenset({"click", "clicks", "redirect", "track", "tracking", "trk"})


def counts_clicks(url: str) -> bool:
    """Whether a link goes through a service that counts who follows it: known ones, and hosts that are named for it."""
    name = host(url)
    return name in _CLICK_COUNTERS or name.partition(".")[0] in _CLICK_NAMES


def host_group(name: str) -> str:
    """The name of the group of hosts that share a rate limit: one host, with or without `www.`, or all sites of one platform."""
    for platform in _PLATFORMS:
        if name.endswith("." + platform):
            return platform
    return name.removeprefix("www.")


def rate_limit_scope(url: str) -> str:
    """The scope that a 429 applies to: the origin (scheme://host:port); on a host of many users, the part of one user."""
    site = origin(url)
    first = urlsplit(url).path.split("/")[1:2] if site else []
    if first and (first[0][:1] in {"~", "@"} or host(url) in _SHARED_HOSTS):
        return f"{site}/{first[0]}"
    return site


def same_site(first: str, second: str) -> bool:
    """Whether two hosts are one site's: the same, or one below the other."""
    return first == second or first.endswith("." + second) or second.endswith("." + first)
