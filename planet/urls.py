"""URLs: what may be linked, what two spellings have in common, what must not be shown. Pure, used by every stage."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKING = (
    # Kept short on purpose: a parameter is listed only when it never selects a page. Sources: the lists of Miniflux
    # (internal/reader/urlcleaner) and of the ClearURLs rules for all sites.
    "at_campaign",
    "at_custom1",
    "at_custom2",
    "at_custom3",
    "at_custom4",
    "at_medium",
    "dclid",
    "fbclid",
    "gclid",
    "gclsrc",
    "igshid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "s_cid",
    "twclid",
    "vero_conv",
    "vero_id",
    "wickedid",
    "wt_mc",
    "xtor",
    "yclid",
    "_hsenc",
    "_hsmi",
    "__hstc",
    "__hsfp",
    "hsctatracking",
)
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hmb_", "itm_")
_HTML = re.compile(r"\.html?$", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
# What almost every link looks like: absolute, no user, nothing to escape. Recognised at a tenth of the cost of taking it apart.
_PLAIN = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,4})?(?:[/?#][!#-;=?-\[\]^_`a-z{|}~]*)?", re.IGNORECASE | re.ASCII
)
# Blanks and quotes, and what only hides or reorders text.
_UNSAFE = re.compile(r"""[ "<>\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]""")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f-\x9f]+")
_RUNNABLE = {"javascript", "vbscript", "data", "file"}
MAX_LENGTH = 2000


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def is_tracking(name: str) -> bool:
    """Whether a query parameter only says where a click came from."""
    lowered = name.casefold()
    return lowered in TRACKING or lowered.startswith(_TRACKING_PREFIXES)


def http_url(url: str, base: str = "") -> str:
    """The absolute http or https URL that `url` means from `base`, fit for a link; "" when there is none.

    Blanks, quotes and angle brackets in it are escaped. Refused: other schemes, no host, credentials, backslashes and control
    characters, more than 2,000 characters.
    """
    url = url.strip()
    if not url or len(url) > MAX_LENGTH:
        return ""
    if _PLAIN.fullmatch(url):
        return url
    try:
        joined = urljoin(base, url) if base else url
    except ValueError:
        return ""
    parts = _split(joined)
    if parts is None or parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return ""
    joined = _UNSAFE.sub(lambda found: quote(found[0]), joined)
    return "" if _CONTROL.search(joined) or len(joined) > MAX_LENGTH else joined


def without_tracking(url: str) -> str:
    """The same link without the parameters that only track; the others keep their order and spelling."""
    parts = _split(url)
    if parts is None or not parts.query:
        return url
    names = [pair.split("=", 1)[0] for pair in parts.query.split("&")]
    dropped = [name for name in names if is_tracking(name)]
    if not dropped:
        return url
    kept = "&".join(pair for pair in parts.query.split("&") if not is_tracking(pair.split("=", 1)[0]))
    return urlunsplit(parts._replace(query=kept))


# An address in which nothing needs a canonical writing: no query, no escape, no port, no capital host.
_SIMPLE = re.compile(
    r"https?://(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)*)((?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?)(?:#[A-Za-z0-9_-]*)?"
)


def is_iri(text: str) -> bool:
    """Whether a text can be an atom:id: an absolute IRI (RFC 4287 4.2.6), with a host where its scheme asks for one.

    Schemes that a careless reader could run are none, though RFC 3987 knows no such exception.
    """
    if not _IRI.fullmatch(text):
        return False
    parts = _split(text)
    if parts is None or parts.scheme in _RUNNABLE:
        return False
    return parts.scheme not in DEFAULT_PORTS or bool(parts.netloc)


def canonical_key(url: str) -> str:
    """What two addresses of one page have in common: scheme, `www.`, case of the host, port, tracking, order of the query,
    one trailing slash, `.html`, index file and fragment (but `#!`) fold. "" for what is no http or https URL.

    Never requested, never shown: only compared (contract 5, fetching N10).
    """
    if len(url) <= MAX_LENGTH and (simple := _SIMPLE.fullmatch(url)):
        return simple[1] + _page(simple[2])
    cleaned = http_url(url)
    if not cleaned:
        return ""
    from w3lib.url import canonicalize_url  # noqa: PLC0415 - most addresses, and most runs, need none of it

    try:
        parts = _split(canonicalize_url(without_tracking(cleaned), keep_fragments=True))
    except ValueError:  # a host that cannot be one
        return ""
    if parts is None or not parts.hostname:
        return ""
    host = parts.hostname.removeprefix("www.")
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{_page(parts.path)}{query}{fragment}"


def _page(path: str) -> str:
    """A path without index file, one trailing slash and `.html`."""
    return _HTML.sub("", _INDEX.sub("/", path).removesuffix("/"))


def feed_key(url: str) -> str:
    """One key for the spellings of one feed's URL: host case, default port, fragment and surrounding blanks fold (Q11).

    The key is stored and shown, so a user name and password in it are `***`.
    """
    url = url.strip()
    parts = _split(url)
    if parts is None or not parts.hostname:
        return url
    host = parts.hostname.lower()
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    user = "***@" if "@" in parts.netloc else ""
    return urlunsplit((parts.scheme.lower(), f"{user}{host}{port}", parts.path or "/", parts.query, ""))


def redacted(url: str) -> str:
    """The URL with its user name and password as `***`: for logs, status, pages and the database."""
    parts = _split(url)
    if parts is None:
        return re.sub(r"//[^/@]*@", "//***@", url)
    _, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"***@{host}")) if at else url


def host(url: str) -> str:
    """The host in lower case without `www.`, "" when there is none."""
    parts = _split(url)
    return (parts.hostname or "").removeprefix("www.") if parts else ""


def origin(url: str) -> str:
    """scheme://host:port, the port always named; "" when there is none."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{parts.port or DEFAULT_PORTS.get(parts.scheme, 0)}"
