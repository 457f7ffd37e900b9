"""A feed as a value, independent of its format: complete, legal in XML, every link absolute.

The writers beside this module only spell it out, so that a feed which breaks a rule of its format cannot be written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from planet import __version__
from planet.i18n import Say
from planet.model import Edition, Message, Person, StoryList
from planet.model.shares import within_room
from planet.model.shown import FEED_SHARE, WHOLE_FEEDS
from planet.render.syndicate.items import Item, Items
from planet.text import one_line
from planet.urls import http_url

GENERATOR = f"planet {__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed. `url` is the planet's address, `path` the folder of the feed below it; `archive`: its month is over (RFC 5005)."""

    url: str
    path: str
    id: str
    title: str
    subtitle: str
    language: str
    updated: datetime
    author: Person
    email: str
    generator: str
    hub: str
    items: tuple[Item, ...]
    archive: bool = False
    prev_archive: str = ""
    next_archive: str = ""
    current: str = ""
    page_path: str | None = None
    """The folder of the page that shows the same, where it is not that of the feed."""

    @property
    def page(self) -> str:
        """The page that shows the same."""
        return self.url + (self.path if self.page_path is None else self.page_path)


def titles(story_list: StoryList, edition: Edition, say: Say) -> tuple[str, str]:
    """What a feed is called, and what it says of itself in one sentence (never empty)."""
    site = edition.config.site
    name = one_line(story_list.name)
    match story_list.kind:
        case "technology":
            return (
                f"{name} · {site.title}",
                say(Message.of("{technology}: what {planet} gathers", technology=name, planet=site.title)),
            )
        case "source":
            return f"{name} · {site.title}", say(
                Message.of("What {source} publishes, as {planet} gathers it", source=name, planet=site.title)
            )
        case "month":
            return f"{site.title} · {story_list.slug}", site.description or site.title
        case "all":
            return site.title, site.description or site.title


def _within_share(entries: Sequence[Item], technology: str) -> Iterator[Item]:
    """The items, newest first. Beyond what one source may put into a feed they have a summary and the link.

    `technology`: slug of the technology whose feed it is, "" for another. Of a story of many it is whole in the feeds of the first.
    """

    def is_whole(entry: Item) -> bool:
        return not technology or technology in [slug for slug, _name in entry.technologies[:WHOLE_FEEDS]]

    entries = [entry if is_whole(entry) else entry.summarised() for entry in entries]
    texts = [(entry.sources[0].slug if entry.sources else "", len(entry.html)) for entry in entries]
    for entry, fits in zip(entries, within_room(texts, FEED_SHARE), strict=True):
        yield entry if fits else entry.summarised()


def document(
    story_list: StoryList,
    edition: Edition,
    items: Items,
    say: Say,
    *,
    prev_archive: str = "",
    next_archive: str = "",
) -> Document:
    """The feed of a story_list, its stories loaded. `prev_archive` and `next_archive` are folders of months, "" none."""
    site = edition.config.site
    entries = items([row.story_id for row in story_list.feed(site.feed_entries)])
    title, subtitle = titles(story_list, edition, say)
    month = story_list.kind == "month"
    return Document(
        url=site.url,
        path=story_list.path,
        # An archive is part of the feed that it continues, so it has that feed's id (RFC 5005 section 4).
        id=site.url if month else site.url + story_list.path,
        title=one_line(title),
        subtitle=one_line(subtitle),
        language=site.language,
        updated=max((entry.updated for entry in entries), default=empty_since(edition)),
        author=Person(name=one_line(site.owner.name) or one_line(site.title), url=site.url),
        email=one_line(site.owner.email),
        generator=GENERATOR,
        hub=http_url(site.hub),
        items=tuple(_within_share(entries, story_list.slug if story_list.kind == "technology" else "")),
        archive=month,
        prev_archive=f"{site.url}{prev_archive}atom.xml" if prev_archive else "",
        next_archive=f"{site.url}{next_archive}atom.xml" if next_archive else "",
        current=f"{site.url}atom.xml" if month else "",
    )


def empty_since(edition: Edition) -> datetime:
    """The date of a feed without stories: the oldest story of the planet, so that news elsewhere does not change it."""
    return edition.index[-1].date if edition.index else edition.updated
