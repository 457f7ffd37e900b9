"""Normalise the entries of a document: identity fixed, dates in UTC, links absolute, text safe. Pure.

    RawFeed -> drafts (uid, link, hash) -> distinguished -> unchanged ones: UnchangedEntry, the others: Entry

Ids in comments (N, D, T, B, M) are cases that a test in tests/test_normalise.py names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from planet import links
from planet.model import (
    Deleted,
    Enclosure,
    Entry,
    Message,
    Person,
    RawEntry,
    RawFeed,
    RawPerson,
    Read,
    Sanitised,
    Text,
    UnchangedEntry,
)
from planet.model.shown import FEED_TEXT
from planet.normalise import content, dates, identity, metadata
from planet.normalise.identity import Draft
from planet.normalise.languages import language_in
from planet.text import anchor, fold, id_prefix, language_tag, one_line, phrase
from planet.urls import counts_clicks, http_url, without_tracking

__all__ = ["NORMALISE_VERSION", "Sanitise", "normalise"]

NORMALISE_VERSION = "3"
"""Part of every raw_hash: raise it when the rules of this package or of planet.sanitise change, and entries are read anew."""
MOST_WARNINGS = 5
"""Most warnings about single entries of one document."""
_NO_PICTURE = re.compile(
    r"s\.w\.org/images/core/emoji|/wp-includes/images/smilies|gravatar\.com/avatar|img\.shields\.io/|badge|feeds\.feedburner\.com|/emoji/|/latex\.php\?|avatars\d*\.githubusercontent\.com|/avatars?/|/favicon"
)
"""Addresses of smileys, badges and portraits, which are no picture of a post."""


class Sanitise(Protocol):
    """The type of `planet.sanitise.sanitise`."""

    def __call__(self, html: str, *, base: str, prefix: str, page: str = "") -> Sanitised: ...


def _label(raw: RawEntry) -> str:
    return one_line(raw.title.value if raw.title else "", 60) or one_line(links.page(raw.links) or raw.id, 100) or "…"


def normalise(
    raw: RawFeed,
    *,
    feed: str,
    url: str,
    known: Mapping[str, str],
    sanitise: Sanitise,
    now: datetime,
) -> Read:
    """The content of a document, ready to be compared with the stored entries.

    `feed` is the feed's key, `url` where the document was found after redirects, `known` the stored raw_hash of
    each uid: an entry that says what it said before comes back as `UnchangedEntry`, and is not sanitised again. Never raises,
    whatever the document holds.
    """
    base = http_url(raw.base, url) or url
    site = http_url(raw.link, base)
    reader = _Reader(raw, feed=feed, base=base, site=site, sanitise=sanitise, now=now)
    drafts = [draft for entry in raw.entries for draft in reader.drafts(entry)]
    drafts = identity.distinguished(drafts, atom=raw.format.startswith("atom"))
    entries: list[Entry | UnchangedEntry] = []
    for draft in drafts:
        if known.get(draft.uid) == draft.raw_hash:
            published = dates.believable(draft.raw.published, now)
            entries.append(
                UnchangedEntry(uid=draft.uid, raw_hash=draft.raw_hash, position=draft.raw.position, published=published)
            )
        else:
            entries += reader.whole(draft)
    return Read(
        entries=tuple(entries),
        deleted=tuple(
            Deleted(ref=identity.fold_id(gone.ref), when=gone.when) for gone in raw.deleted if gone.ref.strip()
        ),
        complete=raw.complete,
        feed_id=one_line(raw.id, 500),
        feed_title=one_line(phrase(raw.title), content.TITLE_LENGTH),
        feed_link=site,
        feed_language=language_tag(raw.language),
        feed_date=dates.believable(raw.updated, now),
        warnings=(*raw.warnings, *reader.warnings[:MOST_WARNINGS]),
    )


class _Reader:
    """Normalises the entries of one document."""

    def __init__(self, raw: RawFeed, *, feed: str, base: str, site: str, sanitise: Sanitise, now: datetime) -> None:
        self.raw = raw
        self.feed = feed
        self.base = base
        self.site = site
        self.sanitise = sanitise
        self.now = now
        self.rss = raw.format.startswith("rss")
        self.context = (raw.language, repr(raw.authors))
        self.warnings: list[Message] = []

    def drafts(self, raw: RawEntry) -> list[Draft]:
        """The draft of an entry; none where it says nothing, or where reading it fails (which is warned of)."""
        try:
            draft = self.draft(raw)
        except Exception as error:  # noqa: BLE001 - one entry, whatever it holds, costs itself and no other
            self.warn_left_out(raw, error)
            return []
        return [draft] if draft else []

    def whole(self, draft: Draft) -> list[Entry]:
        """The entry of a draft; none where reading it fails (which is warned of)."""
        try:
            return [self.entry(draft)]
        except Exception as error:  # noqa: BLE001 - one entry, whatever it holds, costs itself and no other
            self.warn_left_out(draft.raw, error)
            return []

    def warn_left_out(self, raw: RawEntry, error: Exception) -> None:
        self.warnings.append(
            Message.of(
                "“{title}” is left out: it cannot be read ({error}); please report it",
                title=_label(raw),
                error=f"{type(error).__name__}: {error}"[:200],
            )
        )

    def warn_shortened(self, raw: RawEntry, clean: Sanitised) -> None:
        if clean.shortened == "long":
            self.warnings.append(
                Message.of(
                    "“{title}” is very long: only its beginning is kept; the whole text is behind its link",
                    title=_label(raw),
                )
            )
        elif len(clean.html) > FEED_TEXT:
            self.warnings.append(
                Message.of(
                    "“{title}” is too long for the planet's feeds: they carry its summary and the link",
                    title=_label(raw),
                )
            )
        elif clean.shortened == "deep":
            self.warnings.append(
                Message.of(
                    "“{title}” nests its markup too deep: the beginning of its text is kept, without markup; mend its HTML",
                    title=_label(raw),
                )
            )

    def draft(self, raw: RawEntry) -> Draft | None:
        """The entry with its identity; None for one that says nothing at all."""
        pages = links.entry_pages(raw, rss=self.rss)
        link, own = self.link(raw, pages)
        uid = identity.uid_of(raw, link if own else "")
        if not uid:
            return None
        relative = not pages or not pages[0].startswith(("http://", "https://"))
        return Draft(
            raw=raw,
            uid=uid,
            id=one_line(raw.id, 2000),
            link=link,
            own=own,
            raw_hash=identity.raw_hash(
                raw, NORMALISE_VERSION, (*self.context, *((self.base, self.site) if relative else ()))
            ),
        )

    def link(self, raw: RawEntry, pages: Iterable[str]) -> tuple[str, bool]:
        """The author's page of the entry, and whether it is the entry's own: the first of `pages` that can be followed, else the site."""
        base = http_url(raw.base, self.base) or ((self.site or self.base) if self.rss else self.base)
        for page in pages:
            if url := http_url(page, base):
                return without_tracking(url), True
        return self.site, False

    def dates(self, draft: Draft) -> tuple[datetime | None, datetime | None, datetime | None]:
        """(published, updated, the day in the URL), each None where there is none to believe."""
        return (
            dates.believable(draft.raw.published, self.now),
            dates.believable(draft.raw.updated, self.now),
            dates.day_in(draft.link, self.now) if draft.own else None,
        )

    def entry(self, draft: Draft) -> Entry:
        raw = draft.raw
        chosen = content.chosen(raw)
        link_key = draft.link_key
        prefix = id_prefix(anchor(self.feed, draft.uid))
        clean = self.clean(draft, chosen, prefix)
        self.warn_shortened(raw, clean)
        published, updated, url_date = self.dates(draft)
        date, reason = next(
            (
                (moment, name)
                for moment, name, value in ((raw.published, "published", published), (raw.updated, "updated", updated))
                if value is not None
            ),
            (None, "url" if url_date else ""),
        )
        title = content.title(raw.title)
        untitled = not title
        language = language_tag(
            chosen.lang if chosen else "", raw.language, raw.title.lang if raw.title else "", self.raw.language
        )
        detected_language = "" if language else language_in(title, clean.text)
        title = title or content.title_from(clean.text) or self.name_of(draft, published or updated or url_date)
        title_key = "" if untitled else fold(title)
        base = self.content_base(draft, None)
        files = metadata.enclosures(raw.enclosures, base)
        image = self.image(raw, clean, files, base)
        return Entry(
            uid=draft.uid,
            id=draft.id,
            position=raw.position,
            link=draft.link,
            link_key=link_key,
            title_key=title_key,
            text_key=identity.text_key(title_key, clean.text),
            raw_hash=draft.raw_hash,
            content_hash=identity.content_hash(clean.html, prefix, title, link_key, image, repr(files)),
            title=title,
            untitled=untitled,
            html=clean.html,
            text=clean.text,
            summary=content.summary(raw, chosen, clean.text),
            published=published,
            updated=updated,
            url_date=url_date,
            date_only=date.date_only if date else reason == "url",
            date_reason=reason,
            authors=self.authors(raw),
            tags=metadata.tags(raw.categories),
            enclosures=files,
            image=image,
            language=language or detected_language,
            language_found=bool(detected_language),
            code=clean.code,
            links=clean.links,
            words=len(clean.text.split()),
            source=metadata.source_ref(raw.source, base),
            comments=http_url(links.comments(raw.links), base),
        )

    def clean(self, draft: Draft, chosen: Text | None, prefix: str) -> Sanitised:
        value = content.markup(chosen) if chosen else ""
        base = self.content_base(draft, chosen)
        if inner := content.own_base(value):
            base = http_url(inner, base) or base
        return self.sanitise(value, base=base, prefix=prefix, page=draft.link if draft.own else "")

    def content_base(self, draft: Draft, chosen: Text | None) -> str:
        """The base URL of relative links: xml:base, else the entry's link, else the feed's URL.

        A link through a service that counts clicks says nothing of where the text stood: then it is the site.
        """
        for given in (chosen.base if chosen else "", draft.raw.base, self.raw.base):
            if given and (url := http_url(given, self.base)):
                return url
        if draft.own and counts_clicks(draft.link):
            return self.site or self.base
        return (draft.link if draft.own else "") or self.base

    def authors(self, raw: RawEntry) -> tuple[Person, ...]:
        """The authors of the entry, else of its source feed, else of this feed. Without any, the member's name is filled in later."""
        candidates: tuple[tuple[RawPerson, ...], ...] = (
            raw.authors,
            raw.source.authors if raw.source else (),
            self.raw.authors,
        )
        return next((people for given in candidates if (people := metadata.people(given, phrase(self.raw.title)))), ())

    @staticmethod
    def image(raw: RawEntry, clean: Sanitised, files: tuple[Enclosure, ...], base: str) -> str:
        """The address of the picture shown with an entry: beside the text, else in it, else attached; no smiley, badge or portrait; "" for none."""
        beside = (http_url(url, base) for url in raw.pictures)
        attached = (file.url for file in files if file.type.startswith("image/"))
        return next((url for url in (*beside, *clean.images, *attached) if url and not _NO_PICTURE.search(url)), "")

    @staticmethod
    def name_of(draft: Draft, date: datetime | None) -> str:
        """The title of an entry without title and text: its day, else its id."""
        return (date.date().isoformat() if date else "") or one_line(draft.id, 80) or "…"
