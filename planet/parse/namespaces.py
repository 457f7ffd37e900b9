"""The names that elements of feeds go by: one short key for each, whatever its namespace is spelled like."""

from __future__ import annotations

from functools import lru_cache

PREFIXES = {
    "admin": "http://webns.net/mvcb/",
    "app": "http://www.w3.org/2007/app",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "a10": "http://www.w3.org/2005/Atom",
    "cc": "http://web.resource.org/cc/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "georss": "http://www.georss.org/georss",
    "gml": "http://www.opengis.net/gml",
    "googleplay": "http://www.google.com/schemas/play-podcasts/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rss": "http://backend.userland.com/rss2",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "source": "http://source.scripting.com/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "yt": "http://www.youtube.com/xml/schemas/2015",
}
"""The usual prefixes of namespaces, for documents that do not declare them."""

XHTML = "{http://www.w3.org/1999/xhtml}"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM03 = "http://purl.org/atom/ns#"


def _plain(namespace: str) -> str:
    """A namespace without scheme, case and the last sign, in which its spellings differ."""
    return namespace.lower().removeprefix("http://").removeprefix("https://").removeprefix("www.").rstrip("/#")


_RSS = {
    _plain(namespace)
    for namespace in (
        "",
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://channel.netscape.com/rdf/simple/0.9/",
        "http://purl.org/net/rss1.1#",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://cyber.law.harvard.edu/rss/rss.html",
        "http://backend.userland.com/rss",
        "http://backend.userland.com/rss2",
        "http://backend.userland.com/RSS20",
        "http://backend.userland.com/rss091",
    )
}
_ATOM = {_plain(namespace) for namespace in ("http://www.w3.org/2005/Atom", ATOM03, "http://www.w3.org/2005/Atom.xml")}
_OTHERS = {
    _plain(namespace): prefix for prefix, namespace in PREFIXES.items() if prefix not in {"atom", "a10", "rss"}
} | {
    "xml.apache.org/syndication/history/1.0": "fh",
    "wellformedweb.org/commentapi": "wfw",
    "purl.org/rss/1.0/modules/threading": "thr",
    "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "tools.search.yahoo.com/mrss": "media",
    "video.search.yahoo.com/mrss": "media",
}


class Names(dict[str, str]):
    """lxml's `{namespace}local` to `prefix:local` in lower case; the format's own elements have no prefix, strangers a `?`.

    A dictionary that fills itself, so that the second element of a name in a document costs one look-up.
    """

    def __init__(self, *, atom: bool) -> None:
        super().__init__()
        self.atom = atom

    def __missing__(self, tag: object) -> str:
        if not isinstance(tag, str):
            return "?"
        key = self[tag] = _key(tag, atom=self.atom)
        return key


@lru_cache(maxsize=4096)
def _key(tag: str, *, atom: bool) -> str:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    plain = _plain(namespace)
    if plain in _ATOM or (atom and not plain):
        prefix = "" if atom else "atom"
    elif plain in _RSS:
        prefix = "rss" if atom else ""
    else:
        prefix = _OTHERS.get(plain, "?")
    return f"{prefix}:{local.lower()}" if prefix else local.lower()
