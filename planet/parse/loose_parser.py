"""feedparser's parser for documents that are not well-formed, changed to leave ids, links, dates and people as written.

No function of feedparser that could open a file or a URL is called; its sanitiser and its link resolver are off.
"""

from __future__ import annotations

import html
import re

from feedparser.api import LooseFeedParser

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")


class LooseParser(LooseFeedParser):
    """feedparser's parser for what is not well-formed, with ids, links and enclosures left unchanged."""

    can_be_relative_uri = frozenset[str]()
    resolve_relative_uris = False
    sanitize_html = False

    def resolve_uri(self, uri: str) -> str:
        return uri

    def unknown_endtag(self, tag: str) -> None:
        """A base ends with its element, also where nothing was the base before it."""
        super().unknown_endtag(tag)
        self.baseuri = self.basestack[-1] if self.basestack else ""

    def decode_entities(self, _element: str, data: str) -> str:
        """XML's own entities, once, and everywhere: feedparser decodes some twice, and none outside of texts."""
        return data if str(self.contentparams.get("type", "")).endswith("xml") else unescaped(data)

    @staticmethod
    def _normalize_attributes(kv: tuple[str, str]) -> tuple[str, str]:
        key, value = kv[0].lower(), unescaped(kv[1])
        return key, value.lower() if key in {"rel", "type"} else value

    def _sync_author_detail(self, _key: str = "author") -> None:
        """Nothing: feedparser would part an address it does not know whole, and show the rest of it as a name."""

    def _note(self, kind: str) -> None:
        value = self.pop("author")
        self.inauthor = 0
        self._get_context().setdefault("planet_people", {}).setdefault(kind, []).append(value or "")

    def _end_author(self) -> None:
        self._note("author")

    _end_managingeditor = _end_author

    def _end_dc_creator(self) -> None:
        self._note("dc:creator")

    def _end_itunes_author(self) -> None:
        self._note("itunes:author")

    def _start_dc_date(self, _attrs: dict[str, str]) -> None:
        self.push("planet_date", 1)

    def _end_dc_date(self) -> None:
        self.pop("planet_date")

    def _end_dc_subject(self) -> None:
        for subject in (self.pop("category") or "").split(";"):
            self._add_tag(subject.strip(), None, None)

    def _end_language(self) -> None:
        """What a channel or an item says of itself is not in force for what comes after it."""
        self.pop("language")

    _end_dc_language = _end_language

    def _start_media_description(self, _attrs: dict[str, str]) -> None:
        self.push("planet_media_description", 1)

    def _end_media_description(self) -> None:
        self.pop("planet_media_description")

    def _start_guid(self, attrs_d: dict[str, str]) -> None:
        super()._start_guid(attrs_d)
        self._get_context()["planet_guid"] = attrs_d.get("ispermalink", "true").strip().lower() != "false"


def unescaped(text: str) -> str:
    """The text with the entities of XML and character references decoded, once."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text
