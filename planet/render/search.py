"""The search index: Pagefind's binary, run on one small document for each story. Without the `search` extra there is none."""

from __future__ import annotations

import importlib.util


def available() -> bool:
    """Whether Pagefind is installed."""
    return importlib.util.find_spec("pagefind_bin") is not None
