"""Editing feeds.yaml and exchanging it with other readers and planets: text in, text out."""

from planet.subscriptions.adding import add, add_all
from planet.subscriptions.opml import import_opml
from planet.subscriptions.other_planets import import_mercury, import_pluto, is_mercury, is_pluto
from planet.subscriptions.starter import new
from planet.subscriptions.subscription import Imported, Subscription, decoded
from planet.subscriptions.venus import import_venus

__all__ = [
    "Imported",
    "Subscription",
    "add",
    "add_all",
    "import_any",
    "import_opml",
    "import_venus",
    "new",
]


def import_any(data: bytes, *, without_filters: bool = False) -> Imported:
    """The list of another program: OPML, or the settings of Planet Venus, Pluto or Mercury. Raises ValueError for anything else."""
    text = decoded(data)
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return import_opml(data)
    if is_mercury(text):
        return import_mercury(text)
    if is_pluto(text):
        return import_pluto(text)
    return import_venus(text, without_filters=without_filters)
