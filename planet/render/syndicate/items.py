"""A story as an item of feeds: complete, legal in XML, every link absolute."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from mimetypes import MimeTypes
from urllib.parse import urlsplit

from planet.model import Edition, Enclosure, Person, Story, StorySource
from planet.model.shown import FEED_TEXT
from planet.recent import Recent
from planet.text import id_prefix, language_tag, one_line, shorten, xml_safe
from planet.urls import canonical_key, http_url, is_iri, to_uri, without_credentials

log = logging.getLogger(__name__)

_MEDIA_TYPE = re.compile(r"[a-z0-9][\w.+-]*/[a-z0-9][\w.+-]*", re.IGNORECASE | re.ASCII)
_NOT_IN_IRI = {ord(mark): f"%{ord(mark):02X}" for mark in '"<>^`{|}'}
_FRAGMENT = re.compile(r'(<a\s(?:[^>]*?\s)?href=)"#([^"]*)"')
UNKNOWN_TYPE = "application/octet-stream"
KEPT = 24_000_000
"""Characters of items that are kept, with what the writers made of them: some 40 MB."""
OVERHEAD = 4000
"""What an item weighs beside its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an item comes from (atom:source, RSS source): `feed` and `page` are http(s) URLs or "", `id` an absolute IRI."""

    id: str
    title: str
    feed: str
    page: str
    author: str
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One story in a feed. Texts are free of what XML cannot hold, but for `html`: it is long, was cleaned before it was stored, and the
    writers clean it again if they find that it was not.

    `id` and `guid` are the story's, which are unique (`planet.store.identifiers`); `url` is an http(s) URL; `title` is not empty; `html` is
    the complete text, "" where only a summary may be shown; `summary` is plain text, and one of the two is not empty.
    """

    id: str
    guid: str
    url: str
    title: str
    html: str
    summary: str
    published: datetime
    updated: datetime
    authors: tuple[Person, ...]
    technologies: tuple[tuple[str, str], ...]
    """(slug, name)."""
    tags: tuple[str, ...]
    language: str
    enclosures: tuple[Enclosure, ...]
    """Each with an http(s) URL and a media type."""
    image: str
    comments: str
    also: tuple[tuple[str, str], ...]
    """(URL, source) of the other places where it was published."""
    origin: Origin | None
    """None: the planet wrote it itself."""
    sources: tuple[StorySource, ...]
    texts: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What the writers made of it, by format: it is the same in every feed of the site."""

    def summarised(self) -> Item:
        """The same with its summary in the place of its text."""
        return replace(self, html="", summary=self.summary or self.title, texts={})

    def written(self, output_format: str, make: Callable[[], Iterable[str]]) -> str:
        """Its text in a format, made when it is first asked for."""
        text = self.texts.get(output_format)
        if text is None:
            text = self.texts[output_format] = "".join(make())
        return text


def link(url: str) -> str:
    """An http(s) IRI (RFC 3987) to put into a document; "" when there is none."""
    iri = http_url(xml_safe(url)).translate(_NOT_IN_IRI)
    return iri if to_uri(iri) else ""


@cache
def _types() -> MimeTypes:
    """Python's own table and what it lacks: with the system's the bytes would depend on the machine."""
    types = MimeTypes()
    for kind, suffix in (
        ("audio/ogg", ".ogg"),
        ("audio/ogg", ".oga"),
        ("audio/ogg", ".opus"),
        ("audio/flac", ".flac"),
        ("audio/mp4", ".m4a"),
        ("video/ogg", ".ogv"),
        ("application/epub+zip", ".epub"),
    ):
        types.add_type(kind, suffix)
    return types


def media_type(enclosure: Enclosure) -> str:
    """Its type as given, else as its file name says; never empty."""
    given = enclosure.type.strip().partition(";")[0].strip()
    if _MEDIA_TYPE.fullmatch(given):
        return given.lower()
    return _types().guess_type(urlsplit(enclosure.url).path, strict=False)[0] or UNKNOWN_TYPE


def absolute_fragments(html: str, prefix: str, page: str) -> str:
    """Links to places of the story itself lead to that place of the author's page: a feed may hold no relative reference.

    `prefix` is what the planet put before the author's ids ("" where `page` is the planet's own). Works on what the allow-list
    wrote: `<` stands only before a tag, values are in double quotes.
    """
    if '"#' not in html:
        return html
    base = page.partition("#")[0].replace("&", "&amp;").replace('"', "%22")
    return _FRAGMENT.sub(lambda link: f'{link[1]}"{base}#{link[2].removeprefix(prefix)}"', html)


def _enclosures(story: Story) -> tuple[Enclosure, ...]:
    by_url: dict[str, Enclosure] = {}
    for enclosure in story.entry.enclosures:
        url = link(enclosure.url)
        if url:
            length = enclosure.length if enclosure.length is not None and enclosure.length >= 0 else None
            clean = Enclosure(url=url, type=enclosure.type, length=length, title=one_line(enclosure.title))
            by_url.setdefault(url, Enclosure(url=url, type=media_type(clean), length=length, title=clean.title))
    return tuple(by_url.values())


def _origin(story: Story, updated: datetime) -> Origin:
    feed, page = public_url(story.feed_url), public_url(story.feed_link)
    given = story.feed_id.strip()
    return Origin(
        id=given if is_iri(given) else feed or page or story.id,
        title=one_line(story.feed_title) or one_line(story.source.name),
        feed=feed,
        page=page,
        author=one_line(story.source.name),
        updated=story.feed_updated or updated,
    )


@lru_cache(maxsize=4096)
def public_url(url: str) -> str:
    """An http(s) URL without the user name and password (or their mask) in it; "" for what is no such URL, a local path say."""
    try:
        return link(without_credentials(xml_safe(url)))
    except ValueError:
        return ""


def _title(story: Story) -> str:
    return (
        one_line(story.entry.title) or one_line(story.entry.text, 80) or one_line(story.feed_title) or story.source.name
    )


def _also(story: Story) -> tuple[tuple[str, str], ...]:
    by_url: dict[str, tuple[str, str]] = {}
    own = canonical_key(story.url) if len(story.sources) > 1 else ""
    for source in story.sources:
        if source.url == story.url:
            continue
        url = link(source.url)
        key = canonical_key(url)
        if key and key != own:
            by_url.setdefault(key, (url, one_line(source.name)))
    return tuple(by_url.values())


def story_url(story: Story, site_url: str) -> str:
    """Where a story is read: its own page, else its place on the page of its source."""
    return link(story.url) or f"{site_url}members/{story.source.slug}/#{story.anchor}"


def item(story: Story, edition: Edition, names: dict[str, str]) -> Item:
    """A story as an item. `names`: technology -> name."""
    site = edition.config.site
    url = story_url(story, site.url)
    updated = max(story.updated, story.published)
    summary = xml_safe(story.entry.summary).strip() or xml_safe(story.excerpt).strip()
    title = _title(story)
    prefix = id_prefix(story.anchor) if link(story.url) else ""
    # A document of megabytes stands in many feeds: beyond the budget they have its summary, and the link.
    html = (
        ""
        if story.summary_only or len(story.entry.html) > FEED_TEXT
        else absolute_fragments(story.entry.html.strip(), prefix, url)
    )
    people = tuple(
        Person(name=one_line(person.name), url=link(person.url)) for person in story.authors if one_line(person.name)
    )
    tags = {tag: None for tag_text in story.tags if (tag := one_line(tag_text))}
    return Item(
        id=story.id,
        guid=story.guid,
        url=url,
        title=title,
        html=html,
        summary=summary or ("" if html else title),
        published=story.published,
        updated=updated,
        authors=people or (Person(name=one_line(story.source.name) or site.title),),
        technologies=tuple((slug, names.get(slug, slug)) for slug in story.technologies),
        tags=tuple(tags),
        language=language_tag(story.language),
        enclosures=_enclosures(story),
        image=link(story.entry.image),
        comments=link(story.entry.comments),
        also=_also(story),
        origin=_origin(story, updated),
        sources=story.sources,
    )


class Items:
    """The stories of an edition as items, each made once for all feeds; beyond `KEPT` characters those made first are made again."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._names = {technology.slug: technology.name for technology in edition.technologies}
        self._items: Recent[int, Item | None] = Recent(KEPT)

    def __call__(self, story_ids: Sequence[int]) -> list[Item]:
        """The items of these stories, without those that cannot be written."""
        items = {story_id: self._items.get(story_id) for story_id in story_ids if story_id in self._items}
        missing = [story_id for story_id in story_ids if story_id not in items]
        for story in self._edition.load(missing) if missing else []:
            items[story.story_id] = entry = self._item(story)
            self._items.keep(story.story_id, entry, 3 * len(story.entry.html) + OVERHEAD)
        return [entry for story_id in story_ids if (entry := items.get(story_id)) is not None]

    def _item(self, story: Story) -> Item | None:
        try:
            return item(story, self._edition, self._names)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            log.warning("%s is left out of the feeds: it cannot be written (%s)", story.url or story.id, error)
            return None


def brief(text: str) -> str:
    """A summary for lists: plain, at most 500 characters."""
    return shorten(" ".join(text[:2000].split()), 500)
