"""Artifacts -> output/: gathered first, then replaced file by file, whole or not at all.

    check the place -> make what changed, aside -> write new files, then changed ones -> remove what is stale -> remember

What a run leaves unfinished, the next one finishes. See `planet.publish.site` for the order and why.
"""

from planet.publish.explain import FileState, file_state
from planet.publish.guard import story_counts
from planet.publish.manifest import StoryCount
from planet.publish.site import intact, publish, rewrite_health

__all__ = ["FileState", "StoryCount", "file_state", "intact", "publish", "rewrite_health", "story_counts"]
