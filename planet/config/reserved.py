"""Names that no technology may have: the site has pages and files of these names."""

from __future__ import annotations

# What the site has of its own below output/ (a technology has a folder there), with and without `.html`, `.xml` and the like:
# many servers find `404.html` under `404`, too.
RESERVED = frozenset(
    [
        "all",
        "archive",
        "atom",
        "calendar",
        "events",
        "feed",
        "health",
        "index",
        "join",
        "members",
        "opml",
        "page",
        "robots",
        "rss",
        "search",
        "sitemap",
        "static",
        "subscribe",
        "404",
    ]
)
