"""The values that every page shows of the site, and the metadata of a page."""

from __future__ import annotations

from dataclasses import dataclass

from planet.model import Message, Site

Alternate = tuple[str, str, str]
"""A feed: (media type, title, path below output/)."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http: data:; "
    "media-src 'self' https: http:; connect-src 'self'; manifest-src 'self'; base-uri {base}; form-action 'self'"
)
MENU = (
    ("", Message.of("Home")),
    ("technologies/", Message.of("Technologies")),
    ("events/", Message.of("Events")),
    ("members/", Message.of("Members")),
    ("archive/", Message.of("Archive")),
    ("subscribe/", Message.of("Subscribe")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """A technology as every page names it; `shown`: there is something to read."""

    slug: str
    name: str
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The values that every page shows of the site."""

    site: Site
    technologies: tuple[Technology, ...]
    style: str
    script: str
    assets: tuple[str, ...]
    searchable: bool
    cards: bool
    holds_events: bool
    """Whether there are events, or groups and calendars that may have some: else no page names what concerns events alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What a page says of itself. `path` is its folder below output/ ("" or ending with a slash), `file` its name there.

    `description` "" is that of the site; `volatile` marks a page that shows times of runs.
    """

    path: str
    title: str
    heading: str
    kind: str
    description: str = ""
    feeds: tuple[Alternate, ...] = ()
    robots: str = "index, follow"
    technology: str = ""
    subject: str = ""
    """The name of the list that a numbered page belongs to."""
    card: str = ""
    """Its own picture for social networks, below output/; "" that of its technology or of the site."""
    file: str = "index.html"
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A page as its template sees it. `root` leads from it to output/; `data` is JSON-LD, "" none."""

    path: str
    file: str
    title: str
    heading: str
    description: str
    kind: str
    feeds: tuple[Alternate, ...]
    root: str
    canonical: str
    policy: str
    base: str
    robots: str
    technology: str
    subject: str
    data: str

    def link(self, path: str) -> str:
        """A relative link to `path` below output/."""
        if self.path and path == self.path:
            return "./"
        return f"{self.root}{path}" or "./"
