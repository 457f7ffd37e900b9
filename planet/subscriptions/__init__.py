"""Editing feeds.yaml and exchanging it with other readers and planets: text in, text out."""

from planet.subscriptions.adding import add, add_all
from planet.subscriptions.opml import import_opml
from planet.subscriptions.starter import new
from planet.subscriptions.subscription import Imported, Subscription
from planet.subscriptions.venus import import_venus

__all__ = ["Imported", "Subscription", "add", "add_all", "import_opml", "import_venus", "new"]
