"""What crawlers read: robots.txt (RFC 9309) and sitemap.xml (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from urllib.parse import quote

from planet import formats
from planet.model import Artifact, Edition
from planet.render.syndicate.xml import closed, document, line, opened
from planet.text import digest
from planet.when import rfc3339

SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
LIMIT = 50_000
"""Addresses in one file, by the protocol."""
_UNLISTED = ("health/", "search/", "static/", ".")


def robots(edition: Edition) -> Artifact:
    """`robots.txt`: all may read all, and where the sitemap is; of a private planet: none may."""
    text = "User-agent: *\nDisallow: /\n"
    if not edition.config.site.private:
        text = f"User-agent: *\nAllow: /\n\nSitemap: {edition.config.site.url}sitemap.xml\n"
    return Artifact(path="robots.txt", digest=digest(text), make=text.encode)


def sitemap(edition: Edition, paths: Iterable[str], limit: int = LIMIT) -> Iterator[Artifact]:
    """`sitemap.xml` with the pages among `paths` (files relative to output/): each folder's index.

    Past `limit` addresses it lists `sitemap-1.xml`, `sitemap-2.xml` … The date of a list's first page is that of its newest story;
    other pages have none, for it would not be known without the time of a run. A private planet has no sitemap.
    """
    if edition.config.site.private:
        return
    url = edition.config.site.url
    dates = {
        story_list.path: rfc3339(
            max(filter(None, map(attrgetter("updated"), story_list.rows)), default=story_list.rows[0].date)
        )
        for story_list in edition.lists
        if story_list.rows
    }
    elsewhere = tuple(alias for aliases in formats.aliases(edition.config).values() for alias in aliases)
    folders = sorted(
        path.removesuffix("index.html")
        for path in set(paths)
        if (path == "index.html" or path.endswith("/index.html"))
        and not path.startswith((*_UNLISTED, *elsewhere))
        and not path.endswith("/why/index.html")
    )
    rows = [(url + quote(folder), dates.get(folder, "")) for folder in folders]
    parts = [rows[start : start + limit] for start in range(0, len(rows), limit)] or [[]]
    if len(parts) == 1:
        yield _artifact("sitemap.xml", "urlset", "url", parts[0])
        return
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield _artifact(name, "urlset", "url", part)
    yield _artifact("sitemap.xml", "sitemapindex", "sitemap", [(url + name, "") for name in names])


def _artifact(path: str, root: str, each: str, rows: Sequence[tuple[str, str]]) -> Artifact:
    inputs = (f"{address} {date}" for address, date in rows)
    return Artifact(path=path, digest=digest(root, *inputs), make=partial(_write, root, each, rows))


def _write(name: str, each: str, rows: Sequence[tuple[str, str]]) -> bytes:
    lines = []
    for address, date in rows:
        lines += [opened(1, each), line(2, "loc", address)]
        if date:
            lines.append(line(2, "lastmod", date))
        lines.append(closed(1, each))
    space = {"xmlns": SPACE}
    whole = [opened(0, name, space), *lines, closed(0, name)] if lines else [line(0, name, attributes=space)]
    return document(whole, "", style=False)
