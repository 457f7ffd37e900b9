"""Normalise URLs for links: schemes, hosts, escapes, tracking parameters."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2000
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
# What almost every link looks like: absolute, no user, nothing to escape. Recognised at a tenth of the cost of taking it apart.
_PLAIN = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,4})?(?:[/?#][!#-;=?-\[\]^_`a-z{|}~]*)?", re.IGNORECASE | re.ASCII
)
# Blanks and quotes, and what only hides or reorders text.
_UNSAFE = re.compile(r"""[ "<>\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]""")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f-\x9f]+")
_RUNNABLE = {"javascript", "vbscript", "data", "file"}
_URI_MARKS = "%/:=&?~#+!$,;'@()*"


def split(url: str) -> SplitResult | None:
    """The parts of a URL; None for what is none, a port of a million included."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


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
    parts = split(joined)
    if parts is None or parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return ""
    joined = _UNSAFE.sub(lambda match: quote(match[0]), joined)
    return "" if _CONTROL.search(joined) or len(joined) > MAX_LENGTH else joined


def to_uri(iri: str) -> str:
    """An absolute IRI as a URI (RFC 3987 3.1): host in IDNA, the rest in percent-encoded UTF-8; "" for a host that cannot be one."""
    if iri.isascii():
        return iri
    parts = urlsplit(iri)
    name, colon, port = parts.netloc.partition(":")
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        return ""
    rest = (quote(part, safe=_URI_MARKS) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, name + colon + port, *rest))


def is_iri(text: str) -> bool:
    """Whether a text can be an atom:id: an absolute IRI (RFC 4287 4.2.6), with a host where its scheme asks for one.

    Schemes that a careless reader could run are none, though RFC 3987 knows no such exception.
    """
    if not _IRI.fullmatch(text):
        return False
    parts = split(text)
    if parts is None or parts.scheme in _RUNNABLE:
        return False
    return parts.scheme not in DEFAULT_PORTS or bool(parts.netloc)


def is_tracking(name: str) -> bool:
    """Whether a query parameter only says where a click came from."""
    lowered = name.casefold()
    return lowered in TRACKING or lowered.startswith(_TRACKING_PREFIXES)


def without_tracking(url: str) -> str:
    """The same link without the parameters that only track; the others keep their order and spelling."""
    parts = split(url)
    if parts is None or not parts.query:
        return url
    names = [pair.split("=", 1)[0] for pair in parts.query.split("&")]
    dropped = [name for name in names if is_tracking(name)]
    if not dropped:
        return url
    kept = "&".join(pair for pair in parts.query.split("&") if not is_tracking(pair.split("=", 1)[0]))
    return urlunsplit(parts._replace(query=kept))
