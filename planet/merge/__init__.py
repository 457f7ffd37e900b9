"""What arrives meets what is known: entries recognised, changed, withdrawn; copies of one story joined. Pure."""

KEYS_VERSION = 1
"""Of `merge_keys`: to be raised with each change of what they are, so that those of stored entries are made again."""
