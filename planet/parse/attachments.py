"""Recognise attachments of entries that are pictures; used by every reader."""

from __future__ import annotations

import re

_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)(?:[?#]|$)", re.IGNORECASE)


def is_image(url: str, kind: str, medium: str = "") -> bool:
    """Whether an attachment is a picture: by its kind, else by the end of its address."""
    if medium or kind:
        return medium == "image" or kind.startswith("image/")
    return _IMAGE.search(url) is not None
