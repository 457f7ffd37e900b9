"""The names of the texts in the table `meta`, which describe the planet itself."""

from __future__ import annotations

BORN = "born"
"""When the first run was done, ISO 8601: the date of feeds without stories."""
FIRST_RUN_DONE = "first_run_done"
"""Set once a run has ended: from then on a new feed is a newcomer."""
RULES = "rules_rev"
"""The rules by which all that is stored was classified, "" while that is being done again."""
COLLISIONS = "collisions"
"""Keys of the date collisions that were announced."""
PUBLISHED = "published"
"""JSON of `planet.unchanged`: what was published last."""
LAST_RUN = "last run"
"""When the last run began and how many seconds it took: "2026-11-23T08:00:00+00:00 1.234"."""
LISTS = "lists"
"""JSON of the states of reading lists, by key."""
HUB = "hub"
"""JSON of `planet.notify`: what the WebSub hub has not been notified of yet."""
NOTIFY = "notify "
"""Prefix: after it the key of a rule of `notify`, its value JSON of what was sent to that rule."""
LETTERS = "letters "
"""Prefix: after it a hash of a contact, its value JSON of what was written there."""

KEPT = (BORN, FIRST_RUN_DONE)
"""The names that a state file contains."""
