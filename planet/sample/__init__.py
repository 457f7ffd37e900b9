"""The sample community: invented people and groups, real formats, and the server that shows them on loopback."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

COMMUNITY = Path(str(resources.files("planet.sample"))) / "community"
PORT = 8873
"""Tried first, so that the addresses of the sample's feeds are the same from one demonstration to the next."""


def configuration(server: str) -> str:
    """feeds.yaml of the sample, its feeds at `server` (http://127.0.0.1:8873)."""
    text = (COMMUNITY / "feeds.yaml").read_text("utf-8")
    return text.replace("{server}", server).replace("{host}", server.removeprefix("http://"))
