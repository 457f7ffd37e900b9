"""The identity of an entry: its uid, its hashes, and the distinction of entries with one id."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter

from planet.model import RawEntry
from planet.normalise import content
from planet.text import digest, fold, xml_safe
from planet.urls import canonical_key

_SCHEME = re.compile(r"https?://(?:www\.)?([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_WAYS = ("https://www.", "http://www.", "https://", "http://")
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A raw entry with the values known before its text is read. `own`: its link is its own page, not just the site's."""

    raw: RawEntry
    uid: str
    id: str
    link: str
    own: bool
    raw_hash: str

    @property
    def link_key(self) -> str:
        """The canonical link, "" without one of its own. Costs more than all the rest: asked only where it counts."""
        return canonical_key(self.link) if self.own else ""

    @property
    def title_key(self) -> str:
        return fold(content.title(self.raw.title))


_FIELDS = attrgetter(*(field.name for field in fields(RawEntry) if field.name != "position"))


def fold_id(given: str) -> str:
    """An id as it is compared: scheme, `www.`, case of the host and trailing slash of a URL fold, anything else stays.

    An id of more than 500 characters is its digest.
    """
    given = xml_safe(given).strip()
    if url := _SCHEME.fullmatch(given):
        given = (url[1].lower() + url[2]).rstrip("/") or given
    return given if len(given) <= _LONGEST else "digest:" + digest(given)


def uid_of(raw: RawEntry, link: str) -> str:
    """The feed's own id, else the link, else a hash of title and text; "" for an entry that has none of them."""
    if uid := fold_id(raw.id):
        return uid
    if link:
        return canonical_key(link) or fold_id(link)
    texts = [text.value.strip() for text in (raw.title, raw.content or raw.summary) if text is not None]
    return "hash:" + digest(*texts) if any(texts) else ""


def raw_hash(raw: RawEntry, version: str, context: Sequence[str]) -> str:
    """A digest of all that an entry says except its position in the document, and of the context in which it is read."""
    return digest(version, *context, repr(_FIELDS(raw)))


def text_key(title_key: str, text: str) -> str:
    """A hash of title and text without case and blanks; "" when there is neither."""
    folded = "".join(text.casefold().split())
    return digest(title_key, folded) if title_key or folded else ""


def content_hash(html: str, prefix: str, *rest: str) -> str:
    """A digest of what a reader sees; generated ids, and the scheme and `www.` of links, make no difference."""
    seen = [html.replace(prefix, ""), *rest]
    for way in _WAYS:
        seen = [text.replace(way, "//") for text in seen]
    return digest(*seen)


def distinguished(drafts: Sequence[Draft], *, atom: bool) -> list[Draft]:
    """One draft for each entry: entries that share an id are one (the newest stays), unless they plainly are not.

    Where ids are useless, link and title distinguish entries; all of them get a new uid, so that the order of the document decides
    nothing.
    """
    shared: Mapping[str, list[Draft]] = _grouped(drafts)
    kept: list[Draft] = []
    for uid, group in shared.items():
        if len(group) == 1:
            kept.append(group[0])
        elif _differ(group, only=len(shared) == 1, atom=atom):
            parted = _grouped([replace(draft, uid=_apart(uid, draft)) for draft in group])
            kept += [_newest(same) for same in parted.values()]
        else:
            kept.append(_newest(group))
    return sorted(kept, key=lambda draft: draft.raw.position)


def _grouped(drafts: Sequence[Draft]) -> dict[str, list[Draft]]:
    groups: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        groups[draft.uid].append(draft)
    return groups


def _differ(group: Sequence[Draft], *, only: bool, atom: bool) -> bool:
    """Whether entries of one id are different things: no link and no title twice. Two versions of one Atom entry are not (RFC 4287 4.1.1)."""
    titles = {draft.title_key for draft in group}
    if not group[0].id:
        return len(titles) > 1  # without ids the link is what they share: several things on one page
    links = {draft.link_key for draft in group}
    return len(links) == len(group) == len(titles) and (only or not atom or len(group) > 2)


def _apart(uid: str, draft: Draft) -> str:
    return fold_id(f"{uid}|{draft.link_key if draft.id and draft.link_key else digest(draft.title_key)[:16]}")


def _newest(group: Sequence[Draft]) -> Draft:
    """The one updated last; of those updated at once the first in the document."""

    def age(draft: Draft) -> tuple[bool, datetime | None]:
        moment = draft.raw.updated or draft.raw.published
        return (moment is not None and moment.value is not None, moment.value if moment else None)

    best = group[0]
    for draft in group[1:]:
        dated, when = age(draft)
        best_dated, best_when = age(best)
        if dated and (not best_dated or (when is not None and best_when is not None and when > best_when)):
            best = draft
    return best
