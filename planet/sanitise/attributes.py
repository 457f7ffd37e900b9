"""One attribute at a time: its sanitised value, with its link resolved. Called by nh3 for every attribute that the policy knows."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from planet.sanitise import policy
from planet.text import language_tag
from planet.urls import http_url

_ROOTED = re.compile(r"/(?!/)[!#-;=?-\[\]^_`a-z{|}~]*", re.IGNORECASE | re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]+)?(?=[/?#]|$)")
_LANGUAGE = re.compile(
    r"(?:^|\s)(?:(?:language|lang)[-:]|brush:\s*|highlight-source-|highlight-text-)([\w+#.-]{1,40})", re.IGNORECASE
)
_CODE = frozenset({"code", "pre", "div", "figure"})
_BESIDE = {"hljs", "sourcecode", "prettyprint"}
"""Classes that have the language as a word beside them."""
_NO_LANGUAGE = {
    "plaintext",
    "plain",
    "text",
    "txt",
    "none",
    "nohighlight",
    "default",
    "auto",
    "numberlines",
    "linenums",
}
_PLAIN_WORD = re.compile(r"[a-z][\w+#]{0,20}", re.IGNORECASE)
_MEDIA_NAMES = frozenset({"src", "poster", "data", *policy.LAZY_SRC})
_SRCSET_NAMES = frozenset({"srcset", *policy.LAZY_SRCSET})
_CANDIDATE = re.compile(r"([^\s,]\S*+)(?:(?<=,)|\s*+([^,]*+))")
_DESCRIPTOR = re.compile(r"\d{1,5}w|\d{1,2}(?:\.\d{1,3})?x")


class Attributes:
    """The filter of one entry, and what it came by: languages of code, and places that are linked to.

    nh3 calls it for the attributes of elements too that it then removes.
    """

    __slots__ = ("base", "code", "fragments", "origin", "own", "prefix")

    def __init__(self, base: str, prefix: str, page: str) -> None:
        self.base = base
        origin = _ORIGIN.match(base)
        self.origin = origin[0] if origin else ""
        self.prefix = prefix
        self.own = page.partition("#")[0]
        self.code: dict[str, None] = {}
        self.fragments: set[str] = set()

    def __call__(self, tag: str, name: str, value: str) -> str | None:
        """The value to keep, None to remove the attribute. Never raises."""
        if name == "href":
            return self._href(value)
        if name == "rel":
            return policy.LINK_REL
        if name == "class" and tag == "span":
            return _coloured(value)
        if name in _MEDIA_NAMES or name == "cite":
            return self.resolve(value) or None
        if name == "class":
            if tag in _CODE:
                self._languages(value[:300])
            return _coloured(value)
        if name in {"alt", "title", "alttext"}:
            return value[:500]
        if name in policy.NUMBERS:
            return _number(value, policy.NUMBERS[name])
        if name in _SRCSET_NAMES:
            return self._srcset(value)
        if name == "id":
            return self._id(value)
        if name == "style":
            return _style(tag, value)
        if name == "lang" and tag in {"pre", "code"}:
            self._language(value)
            return None
        return self._plain(tag, name, value)

    def _plain(self, tag: str, name: str, value: str) -> str | None:
        if name in {"lang", "hreflang"}:
            return language_tag(value) or None
        if name in policy.WORDS:
            return value.lower() if value.lower() in policy.WORDS[name] else None
        if name == "datetime":
            return value if policy.DATETIME.fullmatch(value) else None
        if name == "type":
            pattern = policy.LIST_TYPE if tag == "ol" else policy.MEDIA_TYPE
            return value if pattern.fullmatch(value) else None
        if name in policy.MATH_NAMES:
            return value if policy.MATH_VALUE.fullmatch(value) else None
        if name in {"sizes", "media"}:
            return value if policy.MEDIA_QUERY.fullmatch(value) else None
        if name in {"open", "reversed"}:
            return ""
        if name.startswith("data-"):
            self._language(value)
        return None

    def resolve(self, url: str) -> str:
        """The absolute http(s) URL, without characters that could leave an attribute; "" for anything else."""
        url = url.strip()
        if _ROOTED.fullmatch(url) and self.origin and len(url) < 1000 and "/." not in url:
            return self.origin + url  # what most relative links are, without taking the base apart again
        return http_url(url, self.base)

    def _href(self, value: str) -> str | None:
        value = value.strip()
        if value.startswith("#"):
            return self._fragment(value[1:])
        if value[:7].lower() == "mailto:" and policy.MAIL.fullmatch(value.partition("?")[0]):
            return value.partition("?")[0][:200]
        url = self.resolve(value)
        if not url:
            return None
        if self.own and url.startswith(self.own + "#"):
            return self._fragment(url[len(self.own) + 1 :])
        return url

    def _fragment(self, name: str) -> str | None:
        name = unquote(name)
        if not policy.ID.fullmatch(name):
            return None if name else (self.own or None)
        name = name.removeprefix(self.prefix)
        self.fragments.add(name)
        return f"#{self.prefix}{name}"

    def _id(self, value: str) -> str | None:
        if not policy.ID.fullmatch(value):
            return None
        return value if value.startswith(self.prefix) else self.prefix + value

    def _languages(self, value: str) -> None:
        for language in _LANGUAGE.findall(value):
            self._language(language)
        lowered = value.lower().split()
        if _BESIDE.intersection(lowered):
            for name in lowered:
                if name not in _BESIDE and "-" not in name:
                    self._language(name)

    def _language(self, name: str) -> None:
        name = name.strip().lower()
        if _PLAIN_WORD.match(name) and len(name) <= 20 and name not in _NO_LANGUAGE and " " not in name:
            self.code[name] = None

    def _srcset(self, value: str) -> str | None:
        """Section 4.8.4.2 of the HTML standard: a URL ends at a blank, so that commas may stand in it; its descriptor at a comma."""
        kept: list[str] = []
        for match in _CANDIDATE.finditer(value[:8000]):
            url, descriptor = match[1].rstrip(","), (match[2] or "").strip()
            resolved = self.resolve(url)
            if not resolved or (descriptor and not _DESCRIPTOR.fullmatch(descriptor)):
                continue
            kept.append(f"{resolved} {descriptor}".rstrip())
            if len(kept) == 16:
                break
        return ", ".join(kept) or None


@lru_cache(maxsize=2048)
def _coloured(value: str) -> str | None:
    """The classes that colour code."""
    return " ".join(name for name in value[:500].split()[:12] if policy.CLASS.fullmatch(name)) or None


def _number(value: str, greatest: int) -> str | None:
    value = value.strip().removesuffix("px")
    return value if value.isascii() and value.isdigit() and len(value) <= 7 and int(value) <= greatest else None


def _style(tag: str, value: str) -> str | None:
    """No style stays. Of a cell its alignment, which becomes an attribute (`rewrite.cells`); of a picture whether it is not to be seen."""
    if tag in {"td", "th"}:
        alignment = policy.ALIGNED.search(value[:500])
        return alignment[1].lower() if alignment else None
    return "0" if policy.PIXEL_STYLE.search(value[:500]) else None
