"""The sample community: invented people and groups, real formats, and the server that shows them on loopback."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

COMMUNITY = Path(str(resources.files("planet.sample"))) / "community"
PORT = 8873
"""Tried first, so that the addresses of the sample's feeds are the same from one demonstration to the next."""

TODAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""The day on which the community was written: its next events are ahead, its latest posts are fresh."""
DRAWINGS = {
    "http://volcanslogiciels.example/img/affiche-42.svg": "association/affiche-42.svg",
    "https://jeannepuy.example/2026/images/train.svg": "jeanne/train.svg",
    "https://astreinte.example/notes/img/charge.svg": "hugo/charge.svg",
    "https://ophelie.example/img/sheet.svg": "ophelie/sheet.svg",
}
"""Images in posts, at hosts that are invented like their owners, and the file of `COMMUNITY` that would be there."""


def configuration(server: str) -> str:
    """feeds.yaml of the sample, its feeds at `server` (http://127.0.0.1:8873)."""
    text = (COMMUNITY / "feeds.yaml").read_text("utf-8")
    return text.replace("{server}", server).replace("{host}", server.removeprefix("http://"))
