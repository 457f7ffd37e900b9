"""The allow-list: elements, attributes and URL schemes, and their conditions. Tables only, with the reasons beside them."""

from __future__ import annotations

import re

LAZY_SRC = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-orig-src",
    "data-lazy",
    "data-lazyload",
    "data-echo",
    "data-hi-res-src",
    "data-src-retina",
    "data-full-src",
    "data-actualsrc",
    "data-delayed-url",
    "data-cfsrc",
    "data-ezsrc",
    "data-pin-media",
    "data-orig-file",
    "data-large-file",
    "data-image",
    "data-url",
)
"""Where scripts of lazy pictures find the address, the best first: plugins of WordPress, jQuery and Squarespace, and others."""
LAZY_SRCSET = ("data-srcset", "data-lazy-srcset", "data-original-set", "data-ezsrcset")
_SIZE = {"width", "height"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "img": {"src", "srcset", "sizes", "alt", "style", *_SIZE, *LAZY_SRC, *LAZY_SRCSET},
    "source": {"src", "srcset", "sizes", "media", "type", *LAZY_SRCSET},
    "video": {"src", "poster", *_SIZE},
    "audio": {"src"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan", "align", "style"},
    "th": {"colspan", "rowspan", "align", "scope", "style"},
    "math": {"display", "alttext"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "separator", "form"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mtable": {"columnalign"},
    "mtd": {"columnalign"},
    "col": {"span"},
    "colgroup": {"span"},
    "time": {"datetime"},
    "ins": {"datetime", "cite"},
    "del": {"datetime", "cite"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "details": {"open"},
    "code": {"class", "data-lang", "data-language"},
    "pre": {"class", "data-lang", "data-language", "data-enlighter-language"},
    "figure": {"class"},
    "span": {"class"},
    "div": {"class"},
}
MATH_NAMES = frozenset(name for tag, names in ATTRIBUTES.items() if tag[0] == "m" and tag != "mark" for name in names)
FRAME_ATTRIBUTES: dict[str, set[str]] = {
    "iframe": {"src", "style", *_SIZE, *LAZY_SRC},
    "embed": {"src", *_SIZE},
    "object": {"data", *_SIZE},
}
IMAGE_FORCED = ' loading="lazy" decoding="async" referrerpolicy="no-referrer"'
MEDIA_FORCED = ' controls="" preload="none"'
FORCED: dict[str, set[str]] = {
    "a": {"rel"},
    "img": {"loading", "decoding", "referrerpolicy"},
    "video": {"controls", "preload"},
    "audio": {"controls", "preload"},
}
LINK_REL = "noopener ugc"
"""Members link where they like: `ugc` says to search engines that the planet did not write it."""
SCHEMES = frozenset({"http", "https", "mailto"})

NUMBERS = {"width": 4096, "height": 4096, "colspan": 50, "rowspan": 200, "span": 50, "start": 10**6, "value": 10**6}
"""The greatest value: a table of a million columns stops a browser."""
WORDS = {
    "align": frozenset({"left", "right", "center", "justify"}),
    "dir": frozenset({"ltr", "rtl", "auto"}),
    "scope": frozenset({"row", "col", "rowgroup", "colgroup"}),
}
MATH_VALUE = re.compile(r"[a-z0-9. -]{1,60}")
ALIGNED = re.compile(r"text-align\s*:\s*(left|right|center)", re.IGNORECASE)
CLASS = re.compile(r"(?:language|lang|hljs|highlight|token)(?:-[\w+#.-]{1,40})?|highlighter-rouge|[a-z][a-z0-9]?")
"""Classes that colour code: the language, highlight.js, GitHub, Prism, and the two letters of Pygments and Rouge."""
DATETIME = re.compile(r"[0-9TZ:.+\- PDHMSW]{1,40}")
MEDIA_TYPE = re.compile(r"(?:audio|video|image)/[\w.+-]{1,40}(?:; ?codecs=[\w.\", -]{1,60})?")
LIST_TYPE = re.compile(r"[1aAiI]")
MEDIA_QUERY = re.compile(r"[\w\s():.,%*+/-]{1,200}")
ID = re.compile(r"[^\s\"'<>&#%/\\`]{1,100}")
MAIL = re.compile(r"mailto:[\w.%+-]+@[\w.-]+", re.IGNORECASE)

PIXEL_STYLE = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:width|height)\s*:\s*[01]px)", re.IGNORECASE
)
TRACKERS = re.compile(
    # Hosts and paths that serve nothing but counters: seen in feeds of WordPress, FeedBurner, Medium, Substack, Mailchimp.
    r"""https?://(?:
      (?:pixel|stats)\.wp\.com/ | stats\.wordpress\.com/ | [^/]*\.?feedsportal\.com/ | feeds\.wordpress\.com/1\.0/
    | (?:feeds\.feedburner\.com|feedproxy\.google\.com)/~(?:r|ff|a)/ | rss\.feedsportal\.com/
    | (?:www|ssl)\.google-analytics\.com/ | [^/]*\.doubleclick\.net/ | (?:www\.)?googletagmanager\.com/
    | (?:[^/]*\.)?scorecardresearch\.com/ | (?:[^/]*\.)?quantserve\.com/ | (?:[^/]*\.)?statcounter\.com/
    | (?:[^/]*\.)?list-manage\.com/track/ | medium\.com/_/stat | [^/]*\.medium\.com/_/stat | (?:[^/]*\.)?hit-parade\.com/
    | logv?\d*\.xiti\.com/ | [^/]*/(?:matomo|piwik)\.php | [^/]+/[^?]*/(?:matomo|piwik)\.php | (?:[^/]*\.)?mixpanel\.com/track
    | www\.facebook\.com/tr(?:\?|/|$) | (?:[^/]*\.)?ad\.?nxs\.com/ | t\.co/i/adsct | analytics\.twitter\.com/
    )""",
    re.IGNORECASE | re.VERBOSE,
)
PLACEHOLDER = re.compile(
    r"/(?:[\w-]*[_-])?(?:blank|placeholder|spacer|spinner|throbber|preloader|transparent|lazy(?:load|loading)?|loading|loader|pixel|1x1|empty|dummy|grey|gray)"
    r"(?:[_-][\w-]*)?\.(?:gif|png|svg|jpe?g|webp)(?:\?|#|$)",
    re.IGNORECASE,
)
