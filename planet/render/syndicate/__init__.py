"""The site for machines: Atom, RSS 2.0, JSON Feed 1.1, OPML, the health of feeds, what crawlers read."""

from __future__ import annotations

from collections.abc import Iterator

from planet.i18n import Say, Translator
from planet.model import Artifact, Edition
from planet.render.health import health_of
from planet.render.syndicate.blogroll import blogrolls
from planet.render.syndicate.crawlers import robots, sitemap
from planet.render.syndicate.digest import digest_feed
from planet.render.syndicate.feeds import list_feeds
from planet.render.syndicate.style import stylesheet

__all__ = ["feeds", "health_json", "opml", "robots", "sitemap"]


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
