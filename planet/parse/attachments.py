"""What hangs on an entry, for every reader: which attachment is its picture, and each attachment once."""

from __future__ import annotations

import re

from planet.model import Enclosure

_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)(?:[?#]|$)", re.IGNORECASE)
_PORTRAIT = re.compile(r"gravatar\.com/avatar/", re.IGNORECASE)


def is_image(url: str, kind: str, medium: str = "") -> bool:
    """Whether what hangs on an entry is a picture for it; the author's portrait is none."""
    picture = (
        medium == "image" or kind.startswith("image/") or (not kind and not medium and _IMAGE.search(url) is not None)
    )
    return picture and not _PORTRAIT.search(url)


def unique(found: list[Enclosure]) -> tuple[Enclosure, ...]:
    """One of each URL; the first one, completed by what the later ones know."""
    kept: dict[str, Enclosure] = {}
    for one in found:
        first = kept.get(one.url)
        if first is None:
            kept[one.url] = one
        elif (not first.type and one.type) or (first.length is None and one.length) or (not first.title and one.title):
            kept[one.url] = Enclosure(
                url=first.url,
                type=first.type or one.type,
                length=first.length if first.length is not None else one.length,
                title=first.title or one.title,
            )
    return tuple(kept.values())
