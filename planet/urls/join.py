"""Resolve relative references."""

from __future__ import annotations

from urllib.parse import urljoin


def join(base: str, url: str) -> str:
    """RFC 3986 resolution that cannot fail: what cannot be joined is returned unchanged."""
    if not base or not url:
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return url
