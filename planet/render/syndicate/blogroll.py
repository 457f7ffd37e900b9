"""OPML 2.0 (opml.org/spec2.opml): the feeds of the planet, for other readers and other planets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from planet.i18n import Say
from planet.model import Artifact, Edition, FeedConfig, Message, Source
from planet.render.syndicate.items import public_url
from planet.render.syndicate.xml import closed, document, line, opened
from planet.text import digest, one_line
from planet.urls import feed_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed. `technologies` are slugs in the order of feeds.yaml; the first is the group it stands in, "" none."""

    title: str
    url: str
    page: str
    group: str
    technologies: tuple[str, ...]


def outlines(edition: Edition) -> tuple[Outline, ...]:
    """The feeds of the planet in the order of feeds.yaml, each URL once.

    Left out: local files, calendars (they are no feeds), user names and passwords. A feed that has moved is named at its new address.
    A feed stands under the technology that is configured for it, else under the one that most of its owner's stories have.
    """
    answering = (feed for feed in edition.health if feed.state in {"ok", "moved"})
    moved = {(feed.source_slug, feed.url): feed.effective_url for feed in answering}
    titles = {(source.slug, url): title for source in edition.sources for url, title in source.feeds}
    counts, technologies = _stories(edition)
    ordered = [technology.slug for technology in edition.technologies]
    by_url: dict[str, Outline] = {}
    for source in edition.config.sources:
        about = technologies.get(source.slug, Counter())
        most = [slug for slug in ordered if about[slug] * 2 > counts[source.slug]]
        written_about = [slug for slug in ordered if about[slug]]
        for feed in source.feeds:
            url = _address(feed, moved.get((source.slug, feed.label), ""))
            if not url:
                continue
            configured = {*source.technologies, *feed.technologies}
            named = [slug for slug in ordered if slug in configured]
            group = next(iter((*named, *most)), "")
            outline = Outline(
                title=_title(source, feed, titles.get((source.slug, feed.public_url), "")),
                url=url,
                page=public_url(source.url),
                group=group,
                technologies=tuple(slug for slug in ordered if slug in {*named, *written_about}),
            )
            by_url.setdefault(feed_key(url), outline)
    return tuple(by_url.values())


def _address(feed: FeedConfig, moved: str) -> str:
    """The address to list, the new one of a feed that has moved; "" for a feed that is left out."""
    return (public_url(moved) or public_url(feed.url)) if feed.public_url and feed.kind != "calendar" else ""


def _stories(edition: Edition) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """By source: how many stories it shows, and how many of each technology."""
    counts: Counter[str] = Counter()
    technologies: dict[str, Counter[str]] = {}
    for (sources, of_story), count in Counter((row.sources, row.technologies) for row in edition.index).items():
        for slug in sources:
            counts[slug] += count
            technologies.setdefault(slug, Counter()).update(dict.fromkeys(of_story, count))
    return counts, technologies


def _title(source: Source, feed: FeedConfig, own: str) -> str:
    """The owner's name; with the feed's own title where the owner has several."""
    name, own = one_line(source.name), one_line(own, 100)
    return f"{name} · {own}" if own and own != name and len(source.feeds) > 1 and not feed.local else name


def opml_document(edition: Edition, say: Say, title: str, groups: Sequence[tuple[str, Sequence[Outline]]]) -> bytes:
    """The bytes of one OPML file; a group without a name is no folder, and `*` has what belongs to no technology."""
    site = edition.config.site
    lines = [opened(0, "opml", {"version": "2.0"}), opened(1, "head"), line(2, "title", one_line(title))]
    if site.owner.name:
        lines.append(line(2, "ownerName", one_line(site.owner.name)))
    if site.owner.email:
        lines.append(line(2, "ownerEmail", one_line(site.owner.email)))
    lines += [line(2, "ownerId", site.url), line(2, "docs", "http://opml.org/spec2.opml"), closed(1, "head")]
    body: list[str] = []
    for given, members in groups:
        name = say(Message.of("Other subjects")) if given == "*" else given
        if name and members:
            folder = opened(2, "outline", {"text": name, "title": name})
            body += [folder, *(_outline(3, outline) for outline in members), closed(2, "outline")]
        else:
            body += [_outline(2, outline) for outline in members]
    lines += [opened(1, "body"), *body, closed(1, "body")] if body else [line(1, "body")]
    return document((*lines, closed(0, "opml")), "", style=False)


def _outline(depth: int, outline: Outline) -> str:
    attributes = {
        "type": "rss",
        "text": outline.title,
        "title": outline.title,
        "xmlUrl": outline.url,
        "htmlUrl": outline.page,
        "category": ",".join(f"/{slug}" for slug in outline.technologies),
    }
    return line(depth, "outline", attributes=attributes)


def blogrolls(edition: Edition, say: Say) -> Iterator[Artifact]:
    """`opml.xml` with every feed in groups by technology, and `<technology>/opml.xml` with those that write about it."""
    everything = outlines(edition)
    title = edition.config.site.title
    groups: list[tuple[str, Sequence[Outline]]] = [
        (technology.name, [outline for outline in everything if outline.group == technology.slug])
        for technology in edition.technologies
    ]
    rest = [outline for outline in everything if not outline.group]
    # "*" stands for a name that is translated only when the file is made.
    groups.append(("*" if len(rest) < len(everything) else "", rest))
    yield _artifact(edition, say, "opml.xml", title, groups)
    for technology in edition.technologies:
        members = [outline for outline in everything if technology.slug in outline.technologies]
        yield _artifact(edition, say, f"{technology.slug}/opml.xml", f"{technology.name} · {title}", [("", members)])


def _artifact(
    edition: Edition, say: Say, path: str, title: str, groups: Sequence[tuple[str, Sequence[Outline]]]
) -> Artifact:
    return Artifact(
        path=path,
        digest=digest(edition.base_rev, path, title, repr(groups)),
        make=partial(opml_document, edition, say, title, groups),
    )
