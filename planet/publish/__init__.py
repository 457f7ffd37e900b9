"""Artifacts -> output/: gathered first, then replaced file by file, whole or not at all.

    check the place -> make what changed, aside -> write new files, then changed ones -> remove what is stale -> remember

What a run leaves unfinished, the next one finishes. See `planet.publish.site` for the order and why.
"""

from planet.publish.guard import census
from planet.publish.manifest import Tally
from planet.publish.site import publish, retell, standing

__all__ = ["Tally", "census", "publish", "retell", "standing"]
