"""The site for machines: Atom, RSS 2.0, JSON Feed 1.1, OPML, the health of feeds, what crawlers read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from planet.i18n import Translator
from planet.model import Artifact, Edition, FeedHealth, Site
from planet.render.syndicate.blogroll import blogrolls
from planet.render.syndicate.crawlers import robots, sitemap
from planet.render.syndicate.digest import digest_feed
from planet.render.syndicate.document import Say
from planet.render.syndicate.feeds import list_feeds
from planet.render.syndicate.health import health_artifact, health_rows
from planet.render.syndicate.style import stylesheet

__all__ = ["feeds", "health_json", "health_of", "health_rows", "opml", "robots", "sitemap"]


def _say(edition: Edition) -> Say:
    return Translator(edition.config.site.language, catalogue=edition.config.site.catalogue).say


def feeds(edition: Edition) -> Iterator[Artifact]:
    """Every feed: `atom.xml rss.xml feed.json` of all and of each technology (empty ones too), `atom.xml` of each source and of
    each month that is over, that of the digest, and the style sheet that browsers show them with (`static/feed.css`).
    """
    site = edition.config.site
    say = _say(edition)
    yield stylesheet(edition, say)
    yield from list_feeds(edition, say)
    yield digest_feed(edition, Translator(site.language, site.timezone, site.catalogue))


def opml(edition: Edition) -> Iterator[Artifact]:
    """`opml.xml`, and `opml.xml` of each technology."""
    yield from blogrolls(edition, _say(edition))


def health_json(edition: Edition) -> Artifact:
    """`health.json`, in the planet's language."""
    return health_of(edition.health, edition.config.site)


def health_of(health: Sequence[FeedHealth], site: Site) -> Artifact:
    """The same, where there is no edition."""
    return health_artifact(health, Translator(site.language, catalogue=site.catalogue).say)
